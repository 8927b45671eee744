//! Days: spans of them, weekdays, and the days on which nothing unpleasant may happen.

use std::{collections::BTreeSet, fmt, str::FromStr};

use jiff::{Timestamp, ToSpan, civil::Date, civil::Weekday, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// Days from `start` up to, but not including, `end`; never empty. Serialised as
/// `"2026-11-10/2026-12-10"` (the interval notation of ISO 8601).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    start: Date,
    end: Date,
}

impl Span {
    /// The days from `start` up to `end`, if there is at least one.
    #[must_use]
    pub fn new(start: Date, end: Date) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// The first day.
    #[must_use]
    pub fn start(self) -> Date {
        self.start
    }

    /// The day after the last.
    #[must_use]
    pub fn end(self) -> Date {
        self.end
    }

    /// The last day, as people write periods.
    #[must_use]
    pub fn last_day(self) -> Date {
        self.end.yesterday().unwrap_or(self.end)
    }

    /// How many days; at least 1.
    #[must_use]
    pub fn days(self) -> i32 {
        days_between(self.start, self.end)
    }

    /// Whether the day is one of them.
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        self.start <= date && date < self.end
    }

    /// The days in both.
    #[must_use]
    pub fn intersect(self, other: Self) -> Option<Self> {
        Self::new(self.start.max(other.start), self.end.min(other.end))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.start, self.end)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Not of the form `2026-11-10/2026-12-10` with the later date last.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no span of days: write 2026-11-10/2026-12-10, the day after the last one last")]
pub struct InvalidSpan(String);

impl FromStr for Span {
    type Err = InvalidSpan;
    fn from_str(text: &str) -> Result<Self, InvalidSpan> {
        text.split_once('/')
            .and_then(|(start, end)| Self::new(start.parse().ok()?, end.parse().ok()?))
            .ok_or_else(|| InvalidSpan(text.chars().take(40).collect()))
    }
}

/// Days from one date to another; negative if the other is earlier.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// The date `days` later, or the last date that the calendar has.
#[must_use]
pub fn days_after(date: Date, days: u16) -> Date {
    date.saturating_add(i64::from(days).days())
}

/// The date `months` later (earlier if negative), clamped to the month's last day.
#[must_use]
pub fn months_after(date: Date, months: i32) -> Date {
    date.saturating_add(i64::from(months).months())
}

/// The date at the ISP at a moment: the business date of a run that was scheduled for then.
///
/// Clocks that go forward or back move no date: a schedule at five past midnight comes once on
/// each date, also where midnight itself is skipped or comes twice.
#[must_use]
pub fn business_date(at: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(at).date()
}

/// A set of weekdays, never empty. Serialised as `"Mo Tu We Th Fr"`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Weekdays(u8);

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("Mo", Weekday::Monday),
    ("Tu", Weekday::Tuesday),
    ("We", Weekday::Wednesday),
    ("Th", Weekday::Thursday),
    ("Fr", Weekday::Friday),
    ("Sa", Weekday::Saturday),
    ("Su", Weekday::Sunday),
];

impl Weekdays {
    /// Every day of the week.
    pub const ALL: Self = Self(0b111_1111);
    /// Monday to Friday.
    pub const MONDAY_TO_FRIDAY: Self = Self(0b001_1111);

    /// Whether the weekday is in the set.
    #[must_use]
    pub fn contains(self, weekday: Weekday) -> bool {
        self.0 >> weekday.to_monday_zero_offset() & 1 == 1
    }
}

impl fmt::Display for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = WEEKDAYS.iter().filter(|(_, day)| self.contains(*day)).map(|(name, _)| *name);
        f.write_str(&names.collect::<Vec<_>>().join(" "))
    }
}

impl fmt::Debug for Weekdays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Empty, or with a word that is no weekday.
#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is no set of weekdays: write at least one of Mo Tu We Th Fr Sa Su, with spaces between"
)]
pub struct InvalidWeekdays(String);

impl FromStr for Weekdays {
    type Err = InvalidWeekdays;
    fn from_str(text: &str) -> Result<Self, InvalidWeekdays> {
        let invalid = || InvalidWeekdays(text.chars().take(40).collect());
        let mut set = 0;
        for word in text.split_whitespace() {
            let (_, day) = WEEKDAYS.iter().find(|(name, _)| *name == word).ok_or_else(invalid)?;
            set |= 1 << day.to_monday_zero_offset();
        }
        if set == 0 { Err(invalid()) } else { Ok(Self(set)) }
    }
}

/// Which day is excluded: one date, or the same day of every year.
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
}

/// A day that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no day: write 2026-12-25 for that date, or 12-25 for every year")]
pub struct InvalidDay(String);

impl FromStr for ExcludedDay {
    type Err = InvalidDay;
    fn from_str(text: &str) -> Result<Self, InvalidDay> {
        if let Ok(date) = text.parse() {
            return Ok(Self::Once(date));
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
    /// Excludes a day, under a name that explanations will quote.
    pub fn exclude(&mut self, day: ExcludedDay, name: impl Into<String>) {
        self.exclusions.insert((day, name.into()));
    }

    /// The name under which a date is excluded, if it is.
    #[must_use]
    pub fn excluded(&self, date: Date) -> Option<&str> {
        let matches = |day: ExcludedDay| match day {
            ExcludedDay::Once(once) => once == date,
            ExcludedDay::EveryYear { month, day } => (month, day) == (date.month(), date.day()),
        };
        self.exclusions.iter().find(|(day, _)| matches(*day)).map(|(_, name)| name.as_str())
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
        if !weekdays.contains(date.weekday()) {
            passed.push((date, PassedOver::Weekday(date.weekday())));
        } else if let Some(name) = calendar.excluded(date) {
            passed.push((date, PassedOver::Excluded(name.to_owned())));
        } else {
            return Ok((date, passed));
        }
    }
    Err(NoPermittedDay(from))
}

crate::text::travels_as_text! {
    Span, InvalidSpan;
    Weekdays, InvalidWeekdays;
    ExcludedDay, InvalidDay;
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn days_read_back_what_they_write() {
        for text in ["2026-12-24", "12-25", "02-29"] {
            assert_eq!(text.parse::<ExcludedDay>().unwrap().to_string(), text);
        }
        for text in ["", "13-01", "02-30", "25/12", "2026-02-29"] {
            assert!(text.parse::<ExcludedDay>().is_err(), "{text}");
        }
        for text in ["Mo Tu We Th Fr", "Sa", "Mo Tu We Th Fr Sa Su"] {
            assert_eq!(text.parse::<Weekdays>().unwrap().to_string(), text);
        }
        for text in ["", "Monday", "Mo,Tu"] {
            assert!(text.parse::<Weekdays>().unwrap_err().to_string().contains("write at least"));
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
    fn a_schedule_after_midnight_comes_once_on_each_date_also_when_clocks_change() {
        let zones = ["America/Sao_Paulo", "America/New_York", "America/Asuncion", "Europe/Lisbon"];
        for name in zones {
            let zone = TimeZone::get(name).unwrap();
            // 2014 to 2027: Brazil skipped midnight itself until 2019, Paraguay until 2024.
            for day in (0..5_000).map(|day| days_after(date(2014, 1, 1), day)) {
                let at = day.at(0, 5, 0, 0).to_zoned(zone.clone()).unwrap().timestamp();
                assert_eq!(business_date(at, &zone), day, "{name}");
            }
        }
    }

    #[test]
    fn the_business_date_is_the_isps_not_that_of_utc() {
        let at: Timestamp = "2026-11-10T02:59:00Z".parse().unwrap();
        let date_in = |name| business_date(at, &TimeZone::get(name).unwrap());
        assert_eq!(date_in("America/Sao_Paulo"), date(2026, 11, 9));
        assert_eq!(date_in("UTC"), date(2026, 11, 10));
    }

    proptest! {
        #[test]
        fn a_permitted_day_is_permitted_and_the_first(offset in 0_u16..4000, bits in 1_u8..128) {
            let (from, weekdays) = (days_after(date(2024, 1, 1), offset), Weekdays(bits));
            let mut calendar = Calendar::default();
            calendar.exclude(ExcludedDay::Once(days_after(from, 1)), "tomorrow");
            let (day, passed) = first_permitted(from, weekdays, &calendar).unwrap();
            prop_assert!(weekdays.contains(day.weekday()) && calendar.excluded(day).is_none());
            prop_assert_eq!(passed.len(), usize::try_from(days_between(from, day)).unwrap());
        }
    }
}
