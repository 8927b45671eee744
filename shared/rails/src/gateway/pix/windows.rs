//! When a collection by Pix Automático may be sent, taken back and tried again: rules of the scheme
//! (Regulamento do Pix, on Pix Automático; Manual de Padrões), which a bank's API refuses to break
//! and whose document does not tell. Pure: days come as arguments.

use jiff::civil::{Date, DateTime};
use mensal_domain::calendar::days_between;

/// A collection is sent so many days before it is due, at the earliest.
pub const EARLIEST: i32 = 10;
/// And at the latest.
pub const LATEST: i32 = 2;
/// The hour until which it can be taken back, on the day before it is due.
const LAST_HOUR: i8 = 22;
/// Days after the due date within which it may be tried again.
pub const RETRY_DAYS: i32 = 7;
/// On so many other days.
pub const RETRIES: usize = 3;

/// Why a collection cannot be sent or tried again on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutOfTime {
    /// Sent too early.
    #[error("a collection is sent at most {EARLIEST} days before it is due: here {0}")]
    TooEarly(i32),
    /// Sent too late.
    #[error("a collection is sent at least {LATEST} days before it is due: here {0}")]
    TooLate(i32),
    /// Not on another day than those before.
    #[error("it is tried again on another day than before")]
    SameDay,
    /// Not on a day to come.
    #[error("it is tried again on a day to come")]
    NotToCome,
    /// Too long after the due date, or not after it.
    #[error("it is tried again within the {RETRY_DAYS} days after it was due: here after {0}")]
    NotWithin(i32),
    /// Too often.
    #[error("it was tried again {RETRIES} times: more are not allowed")]
    TooOften,
}

/// Whether a collection that is due on a day may be sent today: 10 to 2 days before.
///
/// # Errors
/// [`OutOfTime`].
pub fn may_send(due: Date, today: Date) -> Result<(), OutOfTime> {
    match days_between(today, due) {
        days if days > EARLIEST => Err(OutOfTime::TooEarly(days)),
        days if days < LATEST => Err(OutOfTime::TooLate(days)),
        _ => Ok(()),
    }
}

/// Until when a collection can be taken back, in Brasília's time: 22:00 of the day before it is
/// due.
#[must_use]
pub fn last_cancellation(due: Date) -> DateTime {
    due.yesterday().map_or(DateTime::MIN, |day| day.at(LAST_HOUR, 0, 0, 0))
}

/// Whether it may be tried again on a day, given the days on which it was tried before (the first
/// of which is the due date, or the next day with banks): on another day, to come, within seven
/// days after the due date, at most three times.
///
/// # Errors
/// [`OutOfTime`].
pub fn may_retry(due: Date, tried: &[Date], on: Date, today: Date) -> Result<(), OutOfTime> {
    let after = days_between(due, on);
    if !(1..=RETRY_DAYS).contains(&after) {
        return Err(OutOfTime::NotWithin(after));
    }
    if on <= today {
        return Err(OutOfTime::NotToCome);
    }
    if tried.contains(&on) {
        return Err(OutOfTime::SameDay);
    }
    if tried.len() > RETRIES { Err(OutOfTime::TooOften) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_collection_is_sent_ten_to_two_days_ahead() {
        for (due, today, want) in [
            ("2026-11-20", "2026-11-09", Err(OutOfTime::TooEarly(11))),
            ("2026-11-20", "2026-11-10", Ok(())),
            ("2026-11-20", "2026-11-18", Ok(())),
            ("2026-11-20", "2026-11-19", Err(OutOfTime::TooLate(1))),
            ("2026-11-20", "2026-11-20", Err(OutOfTime::TooLate(0))),
            ("2026-11-20", "2026-11-22", Err(OutOfTime::TooLate(-2))),
            ("2027-01-03", "2026-12-24", Ok(())),
            ("2024-03-01", "2024-02-28", Ok(())),
            ("2023-03-01", "2023-02-28", Err(OutOfTime::TooLate(1))),
            ("2027-11-20", "2026-11-20", Err(OutOfTime::TooEarly(365))),
        ] {
            assert_eq!(may_send(date(due), date(today)), want, "{today} for {due}");
        }
    }

    #[test]
    fn it_can_be_taken_back_until_ten_in_the_evening_before() {
        for (due, want) in [
            ("2026-11-20", "2026-11-19T22:00:00"),
            ("2027-01-01", "2026-12-31T22:00:00"),
            ("2024-03-01", "2024-02-29T22:00:00"),
        ] {
            assert_eq!(last_cancellation(date(due)), want.parse().unwrap());
        }
    }

    #[test]
    fn it_is_tried_again_on_three_other_days_within_seven() {
        let due = "2026-11-20";
        for (tried, on, today, want) in [
            (&["2026-11-20"][..], "2026-11-21", "2026-11-20", Ok(())),
            (&["2026-11-20"], "2026-11-27", "2026-11-21", Ok(())),
            (&["2026-11-20"], "2026-11-28", "2026-11-21", Err(OutOfTime::NotWithin(8))),
            (&["2026-11-20"], "2026-11-20", "2026-11-19", Err(OutOfTime::NotWithin(0))),
            (&["2026-11-20"], "2026-11-23", "2026-11-23", Err(OutOfTime::NotToCome)),
            (&["2026-11-23"], "2026-11-23", "2026-11-22", Err(OutOfTime::SameDay)),
            (&["2026-11-20", "2026-11-21", "2026-11-22"], "2026-11-24", "2026-11-23", Ok(())),
            (
                &["2026-11-20", "2026-11-21", "2026-11-22", "2026-11-24"],
                "2026-11-25",
                "2026-11-24",
                Err(OutOfTime::TooOften),
            ),
        ] {
            let tried: Vec<Date> = tried.iter().map(|day| date(day)).collect();
            let got = may_retry(date(due), &tried, date(on), date(today));
            assert_eq!(got, want, "{tried:?} and {on}, asked on {today}");
        }
    }
}
