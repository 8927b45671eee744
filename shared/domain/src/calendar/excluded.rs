//! Days on which nothing unpleasant may happen, and the first on which it may.

use std::{collections::BTreeSet, fmt, str::FromStr};

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use serde::{Deserialize, Serialize};

use super::{Holidays, NthWeekday, Weekdays, days_after};

/// Which days are excluded: one date, the same day of every year, one that moves with the week,
/// holidays, or the days before all of those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ExcludedDay {
    /// `2026-12-24`: that date only.
    Once(Date),
    /// `12-25`: in every year. `02-29` is excluded in leap years only.
    EveryYear {
        /// 1 to 12.
        month: i8,
        /// 1 to 31, as the month has.
        day: i8,
    },
    /// `05-2Su` or `05-lastMo`: the second Sunday of May, or its last Monday, in every year.
    EveryNth(NthWeekday),
    /// `holidays:BR`: the days that a law makes holidays, also those that move.
    Holidays(Holidays),
    /// `eves`: the day before any other that the calendar excludes. Brazil's Law 14.015/2020 lets
    /// no public service be cut on the eve of a holiday.
    Eves,
}

const HOLIDAYS: &str = "holidays:";
const EVES: &str = "eves";

/// A day that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is no day: write 2026-12-25 for that date, 12-25 for every year, 05-2Su \
     or 05-lastMo for a weekday of every May, holidays:BR, holidays:BR-optional or holidays:US for those of a country, or eves for the days before"
)]
pub struct InvalidDay(String);

impl FromStr for ExcludedDay {
    type Err = InvalidDay;
    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        if let Ok(date) = text.parse() {
            return Ok(Self::Once(date));
        }
        if let Some(of) = text.strip_prefix(HOLIDAYS).and_then(Holidays::named) {
            return Ok(Self::Holidays(of));
        }
        if text == EVES {
            return Ok(Self::Eves);
        }
        if let Some(nth) = NthWeekday::read(text) {
            return Ok(Self::EveryNth(nth));
        }
        // 2000 is a leap year, so 02-29 passes.
        let yearly: Result<Date, _> = format!("2000-{text}").parse();
        match yearly {
            Ok(date) if text.len() == 5 => {
                Ok(Self::EveryYear { month: date.month(), day: date.day() })
            }
            _ => Err(InvalidDay(text.chars().take(40).collect())),
        }
    }
}

impl fmt::Display for ExcludedDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once(date) => write!(f, "{date}"),
            Self::EveryYear { month, day } => write!(f, "{month:02}-{day:02}"),
            Self::EveryNth(nth) => write!(f, "{nth}"),
            Self::Holidays(of) => write!(f, "{HOLIDAYS}{}", of.name()),
            Self::Eves => f.write_str(EVES),
        }
    }
}

/// The days that an ISP excludes: holidays, a maintenance week, …
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Calendar {
    exclusions: BTreeSet<(ExcludedDay, String)>,
}

impl Calendar {
    /// One that excludes no day.
    pub const NONE: &'static Self = &Self { exclusions: BTreeSet::new() };

    /// Excludes a day, under a name that explanations will quote.
    pub fn exclude(&mut self, day: ExcludedDay, name: impl Into<String>) {
        self.exclusions.insert((day, name.into()));
    }

    /// The name under which a date is excluded, if it is: that of the holiday, or the one that was
    /// given.
    #[must_use]
    pub fn excluded(&self, date: Date) -> Option<&str> {
        self.by_itself(date).or_else(|| {
            let eves = self.exclusions.iter().find(|(day, _)| *day == ExcludedDay::Eves)?;
            self.by_itself(days_after(date, 1)).map(|_| eves.1.as_str())
        })
    }

    /// The name under which a date is excluded, and not for what the next day is.
    fn by_itself(&self, date: Date) -> Option<&str> {
        self.exclusions.iter().find_map(|(day, name)| match *day {
            ExcludedDay::Once(once) => (once == date).then_some(name.as_str()),
            ExcludedDay::EveryYear { month, day } => {
                ((month, day) == (date.month(), date.day())).then_some(name.as_str())
            }
            ExcludedDay::EveryNth(nth) => nth.is_on(date).then_some(name.as_str()),
            ExcludedDay::Holidays(of) => of.on(date),
            ExcludedDay::Eves => None,
        })
    }
}

/// Why a date was passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PassedOver {
    /// The weekday is not allowed.
    Weekday(Weekday),
    /// The calendar excludes the date, under this name.
    Excluded(String),
}

/// No day within [`SEARCH_DAYS`] is permitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no permitted day within {SEARCH_DAYS} days of {0}: allow more weekdays or exclude fewer days"
)]
pub struct NoPermittedDay(pub Date);

/// How far [`first_permitted`] looks: a year, and a leap day's worth more.
pub const SEARCH_DAYS: u16 = 366;

/// The first permitted day on or after a date, and what was passed over on the way.
///
/// A day is permitted when its weekday is allowed and the calendar does not exclude it.
///
/// # Errors
/// [`NoPermittedDay`] when a whole year has none.
pub fn first_permitted(
    from: Date,
    weekdays: Weekdays,
    calendar: &Calendar,
) -> Result<(Date, Vec<(Date, PassedOver)>), NoPermittedDay> {
    let mut passed = Vec::new();
    for date in (0..=SEARCH_DAYS).map(|days| days_after(from, days)) {
        match passed_over(date, weekdays, calendar) {
            Some(why) => passed.push((date, why)),
            None => return Ok((date, passed)),
        }
    }
    Err(NoPermittedDay(from))
}

/// The last permitted day on or before a date.
///
/// # Errors
/// [`NoPermittedDay`] when a whole year has none.
pub fn last_permitted(
    until: Date,
    weekdays: Weekdays,
    calendar: &Calendar,
) -> Result<Date, NoPermittedDay> {
    let mut days = (0..=SEARCH_DAYS).map(|days| until.saturating_sub(i64::from(days).days()));
    let permitted = days.find(|date| passed_over(*date, weekdays, calendar).is_none());
    permitted.ok_or(NoPermittedDay(until))
}

/// Why a date is not permitted; none if it is.
fn passed_over(date: Date, weekdays: Weekdays, calendar: &Calendar) -> Option<PassedOver> {
    if !weekdays.contains(date.weekday()) {
        return Some(PassedOver::Weekday(date.weekday()));
    }
    calendar.excluded(date).map(|name| PassedOver::Excluded(name.to_owned()))
}

crate::text::travels_as_text! {
    ExcludedDay, InvalidDay;
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;
    use crate::calendar::days_between;

    #[test]
    fn days_read_back_what_they_write() {
        let right = [
            "2026-12-24",
            "12-25",
            "02-29",
            "05-2Su",
            "11-lastFr",
            "holidays:BR",
            "holidays:BR-optional",
            "holidays:US",
            "eves",
        ];
        for text in right {
            assert_eq!(text.parse::<ExcludedDay>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "13-01",
            "02-30",
            "25/12",
            "2026-02-29",
            "05-6Su",
            "holidays:PT",
            "holidays",
            "eve",
        ] {
            assert!(text.parse::<ExcludedDay>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_permitted_day_is_found_past_weekends_and_holidays() {
        let mut calendar = Calendar::default();
        calendar.exclude("12-25".parse().unwrap(), "Christmas");
        calendar.exclude("2026-12-28".parse().unwrap(), "Stocktaking");
        let (day, passed) =
            first_permitted(date(2026, 12, 25), Weekdays::MONDAY_TO_FRIDAY, &calendar).unwrap();
        assert_eq!(day, date(2026, 12, 29));
        assert_eq!(passed[0], (date(2026, 12, 25), PassedOver::Excluded("Christmas".into())));
        assert_eq!(passed[1].1, PassedOver::Weekday(Weekday::Saturday));
        assert_eq!(passed.len(), 4);
    }

    #[test]
    fn a_calendar_that_excludes_everything_is_an_error_not_a_loop() {
        let mut calendar = Calendar::default();
        for day in 0..366 {
            let date = days_after(date(2024, 1, 1), day);
            let (month, day) = (date.month(), date.day());
            calendar.exclude(ExcludedDay::EveryYear { month, day }, "never");
        }
        assert!(first_permitted(date(2026, 1, 1), Weekdays::ALL, &calendar).is_err());
    }

    #[test]
    fn eves_are_the_days_before_what_is_excluded_otherwise() {
        let mut calendar = Calendar::default();
        calendar.exclude("holidays:BR".parse().unwrap(), "");
        calendar.exclude("2026-11-26".parse().unwrap(), "Maintenance");
        calendar.exclude("eves".parse().unwrap(), "véspera de feriado");
        let cases = [
            ("2026-11-19", Some("véspera de feriado")),
            ("2026-11-20", Some("Dia Nacional de Zumbi e da Consciência Negra")),
            ("2026-11-21", None),
            // The eve of an eve is none.
            ("2026-11-24", None),
            ("2026-11-25", Some("véspera de feriado")),
            ("2026-11-26", Some("Maintenance")),
            ("2026-12-31", Some("véspera de feriado")),
        ];
        for (day, want) in cases {
            assert_eq!(calendar.excluded(day.parse().unwrap()), want, "{day}");
        }
    }

    const SETS: [&str; 4] = ["holidays:BR", "holidays:BR-optional", "holidays:US", "eves"];

    /// Rules as people write them.
    fn rules() -> impl Strategy<Value = Vec<String>> {
        let once = (0_u16..4000).prop_map(|day| days_after(date(2024, 1, 1), day).to_string());
        let yearly = (0_u16..366)
            .prop_map(|day| days_after(date(2024, 1, 1), day).to_string()[5..].to_owned());
        vec(prop_oneof![once, yearly, select(&SETS[..]).prop_map(str::to_owned)], 0..12)
    }

    proptest! {
        #[test]
        fn a_permitted_day_is_permitted_and_the_first(
            offset in 0_u16..4000, bits in 1_u8..128, rules in rules(),
        ) {
            let (from, weekdays) = (days_after(date(2024, 1, 1), offset), Weekdays::of_bits(bits.try_into().unwrap()));
            let mut calendar = Calendar::default();
            calendar.exclude(ExcludedDay::Once(days_after(from, 1)), "tomorrow");
            for rule in rules {
                calendar.exclude(rule.parse().unwrap(), "a rule");
            }
            let (day, passed) = first_permitted(from, weekdays, &calendar).unwrap();
            prop_assert!(weekdays.contains(day.weekday()) && calendar.excluded(day).is_none());
            prop_assert_eq!(passed.len(), usize::try_from(days_between(from, day)).unwrap());
        }
    }
}
