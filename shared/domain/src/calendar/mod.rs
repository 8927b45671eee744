//! Days: spans of them, weekdays, and the days on which nothing unpleasant may happen.

mod excluded;
mod holidays;
mod nth;
mod weekdays;

use std::{fmt, str::FromStr};

pub use excluded::{
    Calendar, ExcludedDay, InvalidDay, NoPermittedDay, PassedOver, SEARCH_DAYS, first_permitted,
    last_permitted,
};
pub use holidays::Holidays;
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
pub use nth::NthWeekday;
use serde::{Deserialize, Serialize};
pub use weekdays::{InvalidWeekdays, Weekdays};

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

crate::text::travels_as_text! {
    Span, InvalidSpan;
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

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
}
