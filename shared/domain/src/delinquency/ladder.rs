//! The ladder of notices: which is sent when an invoice is issued, so many days before or after it is
//! due, and when service is cut for it or is back.

use std::{fmt, str::FromStr};

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use super::step::{InvalidStep, Step};
use crate::calendar::{
    Calendar, NoPermittedDay, SEARCH_DAYS, Weekdays, days_between, first_permitted,
};

/// The steps of an account type, in the order of their times. No two are of one time and one channel:
/// these name what was sent about an invoice. As text with blanks between.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ladder(Vec<Step>);

/// Not a ladder.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLadder {
    /// One of its steps is none.
    #[error(transparent)]
    Step(#[from] InvalidStep),
    /// Two steps at one time by one way.
    #[error("`{0}` is the second step of its time and channel: leave one of the two out")]
    Twice(Step),
    /// More than anybody reads.
    #[error("`{0}` is one step too many: use at most {MAX_STEPS}", MAX_STEPS = Ladder::MAX_STEPS)]
    TooLong(Step),
}

impl Ladder {
    /// The most steps that a ladder has.
    pub const MAX_STEPS: usize = 30;

    /// The steps, in the order of their times.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether one of them is the notice that the law wants.
    #[must_use]
    pub fn has_legal_notice(&self) -> bool {
        self.0.iter().any(|step| step.legal)
    }
}

impl InvalidLadder {
    /// The step that does not fit, as it is given or written.
    #[must_use]
    pub fn step(&self) -> String {
        match self {
            Self::Step(invalid) => invalid.given().to_owned(),
            Self::Twice(step) | Self::TooLong(step) => step.to_string(),
        }
    }
}

impl Ladder {
    /// Reads a ladder from its text.
    ///
    /// # Errors
    /// Each step that does not fit, in the order of the text; of those that are too many the first.
    pub fn read(text: &str) -> Result<Self, Vec<InvalidLadder>> {
        let (mut steps, mut wrong): (Vec<Step>, _) = (Vec::new(), Vec::new());
        for step in text.split_whitespace() {
            let step: Step = match step.parse() {
                Ok(step) => step,
                Err(invalid) => {
                    wrong.push(InvalidLadder::Step(invalid));
                    continue;
                }
            };
            if steps.iter().any(|one| (one.when, one.channel) == (step.when, step.channel)) {
                wrong.push(InvalidLadder::Twice(step));
            } else if steps.len() == Self::MAX_STEPS {
                wrong.push(InvalidLadder::TooLong(step));
                break;
            } else {
                steps.push(step);
            }
        }
        steps.sort();
        if wrong.is_empty() { Ok(Self(steps)) } else { Err(wrong) }
    }
}

impl FromStr for Ladder {
    type Err = InvalidLadder;
    fn from_str(text: &str) -> Result<Self, InvalidLadder> {
        Self::read(text).or_else(|wrong| wrong.into_iter().next().map_or(Ok(Self::default()), Err))
    }
}

impl fmt::Display for Ladder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            let blank = if place == 0 { "" } else { " " };
            write!(f, "{blank}{step}")?;
        }
        Ok(())
    }
}

crate::text::travels_as_text! {
    Ladder, InvalidLadder;
}

/// The day on which a step is taken that goes so many days after (below zero: before) an invoice is due:
/// its own if notices may go then. One before the due date goes earlier rather than later, for it warns
/// of that date; any other goes later.
///
/// # Errors
/// [`NoPermittedDay`] when weekdays and calendar leave no day of a year.
pub fn step_date(
    days: i16,
    due: Date,
    weekdays: Weekdays,
    calendar: &Calendar,
) -> Result<Date, NoPermittedDay> {
    let day = due.saturating_add(i64::from(days).days());
    if days >= 0 {
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
    fn a_ladder_is_in_the_order_of_its_times_and_says_what_does_not_fit() {
        let ladder: Ladder = "suspended:sms:cut +5:email:last:legal -3:email:soon".parse().unwrap();
        assert_eq!(ladder.to_string(), "-3:email:soon +5:email:last:legal suspended:sms:cut");
        assert!(ladder.has_legal_notice());
        let error = "0:sms:a 1:sms:a +0:sms:b".parse::<Ladder>().unwrap_err().to_string();
        assert_eq!(
            error,
            "`0:sms:b` is the second step of its time and channel: leave one of the two out"
        );
        let all = Ladder::read("1:fax:a 0:sms:a x 0:sms:b").unwrap_err();
        let all: Vec<_> = all.iter().map(InvalidLadder::step).collect();
        assert_eq!(all, ["1:fax:a", "x", "0:sms:b"]);
        let long: Vec<_> = (1..=31).map(|day| format!("{day}:sms:a")).collect();
        let error = long.join(" ").parse::<Ladder>().unwrap_err().to_string();
        assert!(error.contains("`+31:sms:a` is one step too many: use at most 30"), "{error}");
    }

    #[test]
    fn a_warning_goes_earlier_and_a_reminder_later_where_its_day_is_not_permitted() {
        let mut calendar = Calendar::default();
        calendar.exclude("holidays:BR".parse().unwrap(), "");
        // Due on Tiradentes, a Monday; Good Friday lies before it.
        let due = date("2025-04-21");
        let cases = [
            (-5, "2025-04-16"),
            (-3, "2025-04-17"),
            (-1, "2025-04-17"),
            (0, "2025-04-22"),
            (1, "2025-04-22"),
            (5, "2025-04-28"),
        ];
        for (days, want) in cases {
            let day = step_date(days, due, Weekdays::MONDAY_TO_FRIDAY, &calendar).unwrap();
            assert_eq!(day, date(want), "{days}");
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
            let taken = step_date(day, due, weekdays, &calendar).unwrap();
            prop_assert!(weekdays.contains(taken.weekday()) && calendar.excluded(taken).is_none());
            prop_assert_eq!(taken < due, day < 0);
        }
    }
}
