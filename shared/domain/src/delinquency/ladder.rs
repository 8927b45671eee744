//! The ladder of notices: which is sent so many days before or after an invoice is due.

use std::{fmt, str::FromStr};

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Calendar, NoPermittedDay, SEARCH_DAYS, Weekdays, days_between, first_permitted},
    ids::{InvalidId, TemplateCode},
};

/// By which way a notice goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By e-mail.
    Email,
    /// By a text message to a phone.
    Sms,
    /// By a signed request to another system, which has its own ways: `WhatsApp`, a voice bot.
    Hook,
}

const CHANNELS: [(&str, Channel); 3] =
    [("email", Channel::Email), ("sms", Channel::Sms), ("hook", Channel::Hook)];

/// Not a word for a channel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no channel: use email, sms or hook")]
pub struct UnknownChannel(String);

impl FromStr for Channel {
    type Err = UnknownChannel;
    fn from_str(text: &str) -> Result<Self, UnknownChannel> {
        let known = CHANNELS.iter().find(|(name, _)| *name == text).map(|(_, channel)| *channel);
        known.ok_or_else(|| UnknownChannel(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name =
            CHANNELS.iter().find(|(_, channel)| channel == self).map_or("", |(name, _)| name);
        f.pad(name)
    }
}

/// A step of the ladder. As text `-3:email:due-soon`, `0:sms:due-today`, `+5:email:last-call:legal`.
///
/// No two steps of a ladder are of one day and channel, so that these name a step of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Step {
    /// Days after the due date; before it, if below zero.
    pub day: i16,
    /// By which way.
    pub channel: Channel,
    /// What it says.
    pub template: TemplateCode,
    /// Whether it is the notice that the law wants before service is cut.
    pub legal: bool,
}

/// The farthest day of a step from the due date.
const FARTHEST: i16 = 365;

/// Not of the form `-3:email:due-soon`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is no step of a ladder, like -3:email:due-soon or +5:email:last-call:legal: {why}"
)]
pub struct InvalidStep {
    given: String,
    why: String,
}

impl FromStr for Step {
    type Err = InvalidStep;
    fn from_str(text: &str) -> Result<Self, InvalidStep> {
        let invalid = |why: String| InvalidStep { given: text.chars().take(90).collect(), why };
        let parts: Vec<&str> = text.split(':').collect();
        let (day, channel, template, legal) = match parts[..] {
            [day, channel, template] => (day, channel, template, false),
            [day, channel, template, "legal"] => (day, channel, template, true),
            [_, _, _, other] => {
                let other: String = other.chars().take(40).collect();
                return Err(invalid(format!("`{other}` stands where only legal may")));
            }
            _ => return Err(invalid("it has three parts, or four, with colons between".into())),
        };
        let in_range = |day: &i16| (-FARTHEST..=FARTHEST).contains(day);
        let day = day.parse().ok().filter(in_range);
        let day = day.ok_or_else(|| invalid(format!("its day is -{FARTHEST} to +{FARTHEST}")))?;
        if legal && day <= 0 {
            // Whoever is not late yet is not to be warned of a cut (Anatel, RGC, art. 70: a debt that is
            // overdue).
            return Err(invalid("a legal notice comes after the due date".into()));
        }
        Ok(Self {
            day,
            channel: channel.parse().map_err(|why: UnknownChannel| invalid(why.to_string()))?,
            template: template.parse().map_err(|why: InvalidId| invalid(why.to_string()))?,
            legal,
        })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.day == 0 {
            write!(f, "0")?;
        } else {
            write!(f, "{:+}", self.day)?;
        }
        write!(f, ":{}:{}", self.channel, self.template)?;
        if self.legal { write!(f, ":legal") } else { Ok(()) }
    }
}

crate::text::travels_as_text! {
    Step, InvalidStep;
}

/// The day on which a step is taken for an invoice that is due on a day: its own if notices may go
/// then. One before the due date goes earlier rather than later, for it warns of that date; any
/// other goes later.
///
/// # Errors
/// [`NoPermittedDay`] when weekdays and calendar leave no day of a year.
pub fn step_date(
    step: &Step,
    due: Date,
    weekdays: Weekdays,
    calendar: &Calendar,
) -> Result<Date, NoPermittedDay> {
    let day = due.saturating_add(i64::from(step.day).days());
    if step.day >= 0 {
        return first_permitted(day, weekdays, calendar).map(|(day, _)| day);
    }
    let mut earlier = (0..=SEARCH_DAYS).map(|days| day.saturating_sub(i64::from(days).days()));
    earlier
        .find(|day| weekdays.contains(day.weekday()) && calendar.excluded(*day).is_none())
        .ok_or(NoPermittedDay(day))
        .inspect(|found| debug_assert!(days_between(*found, due) > 0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::days_after;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn steps_read_back_what_they_write() {
        for text in ["-3:email:due-soon", "0:sms:due-today", "+5:hook:past-due", "+8:email:x:legal"]
        {
            assert_eq!(text.parse::<Step>().unwrap().to_string(), text);
        }
        let wrong = [
            ("", "three parts"),
            ("3:email", "three parts"),
            ("x:email:a", "its day is -365 to +365"),
            ("366:email:a", "its day is -365 to +365"),
            ("1:fax:a", "`fax` is no channel: use email, sms or hook"),
            ("1:email:ação", "not a valid template code"),
            ("1:email:a:b", "`b` stands where only legal may"),
            ("0:email:a:legal", "after the due date"),
        ];
        for (text, why) in wrong {
            let error = text.parse::<Step>().unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }

    #[test]
    fn a_warning_goes_earlier_and_a_reminder_later_where_its_day_is_not_permitted() {
        let mut calendar = Calendar::default();
        calendar.exclude("holidays:BR".parse().unwrap(), "");
        // Due on Tiradentes, a Monday; Good Friday lies before it.
        let due = date("2025-04-21");
        let cases = [
            ("-5:email:a", "2025-04-16"),
            ("-3:email:a", "2025-04-17"),
            ("-1:email:a", "2025-04-17"),
            ("0:email:a", "2025-04-22"),
            ("+1:email:a", "2025-04-22"),
            ("+5:email:a", "2025-04-28"),
        ];
        for (step, want) in cases {
            let step = step.parse().unwrap();
            let day = step_date(&step, due, Weekdays::MONDAY_TO_FRIDAY, &calendar).unwrap();
            assert_eq!(day, date(want), "{step}");
        }
    }

    proptest! {
        #[test]
        fn a_step_is_taken_on_a_permitted_day_and_on_its_side_of_the_due_date(
            offset in 0_u16..4000, day in -60_i16..60, bits in 1_u8..128,
        ) {
            let (due, weekdays) = (days_after(date("2024-01-01"), offset), Weekdays::of_bits(bits.try_into().unwrap()));
            let mut calendar = Calendar::default();
            for rule in ["holidays:BR", "holidays:BR-optional", "eves"] {
                calendar.exclude(rule.parse().unwrap(), "eve");
            }
            let step = Step { day, channel: Channel::Sms, template: "a".parse().unwrap(), legal: false };
            let taken = step_date(&step, due, weekdays, &calendar).unwrap();
            prop_assert!(weekdays.contains(taken.weekday()) && calendar.excluded(taken).is_none());
            prop_assert_eq!(taken < due, day < 0);
        }
    }
}
