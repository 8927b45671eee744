//! Days that move with the week: the second Sunday of May, the last Monday of May.

use std::{fmt, str::FromStr};

use jiff::civil::{Date, Weekday};

use super::weekdays::WEEKDAYS;

/// The first, second, … or last of a weekday in a month, in every year. Written `05-2Su` and
/// `05-lastMo`. A fifth one is there in some years only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NthWeekday {
    month: i8,
    /// 1 to 5, or [`LAST`].
    nth: i8,
    /// Days after Monday.
    weekday: i8,
}

/// The last of a month, as RFC 5545 counts.
const LAST: i8 = -1;
const LAST_WORD: &str = "last";

impl NthWeekday {
    /// The `nth` (1 to 5, or -1 for the last) of a weekday in a month (1 to 12), if there can be such
    /// a day.
    #[must_use]
    pub fn new(month: i8, nth: i8, weekday: Weekday) -> Option<Self> {
        let fits = (1..=12).contains(&month) && (nth == LAST || (1..=5).contains(&nth));
        fits.then(|| Self { month, nth, weekday: weekday.to_monday_zero_offset() })
    }

    /// Whether the date is one of these days.
    #[must_use]
    pub fn is_on(self, date: Date) -> bool {
        let nth_fits = match self.nth {
            LAST => date.day() > date.days_in_month() - 7,
            nth => (date.day() - 1) / 7 + 1 == nth,
        };
        let weekday = date.weekday().to_monday_zero_offset();
        date.month() == self.month && weekday == self.weekday && nth_fits
    }

    /// The date of a year, if it has one.
    #[must_use]
    pub fn in_year(self, year: i16) -> Option<Date> {
        let weekday = Weekday::from_monday_zero_offset(self.weekday).ok()?;
        let month = Date::new(year, self.month, 1).ok()?;
        month.nth_weekday_of_month(self.nth, weekday).ok()
    }

    /// Reads `05-2Su` or `05-lastMo`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (month, of) = text.split_once('-')?;
        let two_digits = month.len() == 2 && month.bytes().all(|b| b.is_ascii_digit());
        let (name, weekday) = WEEKDAYS.iter().find(|(name, _)| of.ends_with(name))?;
        let nth = match of.strip_suffix(name)? {
            LAST_WORD => LAST,
            digit if digit.len() == 1 => i8::from_str(digit).ok()?,
            _ => return None,
        };
        Self::new(month.parse().ok().filter(|_| two_digits)?, nth, *weekday)
    }
}

impl fmt::Display for NthWeekday {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |(_, day): &&(&str, Weekday)| day.to_monday_zero_offset() == self.weekday;
        let name = WEEKDAYS.iter().find(at).map_or("", |(name, _)| *name);
        match self.nth {
            LAST => write!(f, "{:02}-{LAST_WORD}{name}", self.month),
            nth => write!(f, "{:02}-{nth}{name}", self.month),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::calendar::days_after;

    #[test]
    fn days_read_back_what_they_write_and_nothing_else_is_read() {
        for text in ["05-2Su", "05-lastMo", "11-4Th", "01-1Sa", "10-5Fr"] {
            assert_eq!(NthWeekday::read(text).unwrap().to_string(), text);
        }
        for text in
            ["5-2Su", "13-1Mo", "05-6Su", "05-0Su", "05-2su", "05-Su", "05--1Su", "05-2SuMo"]
        {
            assert!(NthWeekday::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn they_are_the_days_that_the_calendar_library_counts() {
        for month in 1..=12 {
            for nth in [1, 2, 3, 4, 5, LAST] {
                for (_, weekday) in WEEKDAYS {
                    let of = NthWeekday::new(month, nth, weekday).unwrap();
                    let days = (0..8_000).map(|day| days_after(date(2023, 12, 31), day));
                    for day in days.filter(|day| day.month() == month) {
                        let want = day.nth_weekday_of_month(nth, weekday).ok() == Some(day);
                        assert_eq!(of.is_on(day), want, "{of} {day}");
                    }
                }
            }
        }
    }
}
