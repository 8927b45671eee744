//! The hours in which nobody is sent a notice.

use std::{fmt, str::FromStr};

use jiff::{
    ToSpan,
    civil::{DateTime, Time},
};
use serde::{Deserialize, Serialize};

/// The hours in which nobody is sent a notice, in the ISP's time zone. As text `20:00-08:00`, `none`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum QuietHours {
    /// There are none.
    #[default]
    None,
    /// From a time of the day to another, which lies on the next day if it is earlier.
    Between(Time, Time),
}

/// Not hours of the day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no span of hours: use 20:00-08:00, or none")]
pub struct InvalidHours(String);

impl QuietHours {
    /// When they end that a moment lies in; none if it lies in none.
    #[must_use]
    pub fn end(self, now: DateTime) -> Option<DateTime> {
        let Self::Between(from, to) = self else { return None };
        let time = now.time();
        let (inside, tomorrow) = if from < to {
            (from <= time && time < to, false)
        } else {
            (time >= from || time < to, time >= from)
        };
        let day = if tomorrow { now.date().saturating_add(1.day()) } else { now.date() };
        inside.then(|| day.to_datetime(to))
    }
}

impl FromStr for QuietHours {
    type Err = InvalidHours;
    fn from_str(text: &str) -> Result<Self, InvalidHours> {
        let time = |text: &str| {
            let (hour, minute) = text.split_once(':')?;
            let digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            let plain = digits(hour) && digits(minute);
            Time::new(hour.parse().ok().filter(|_| plain)?, minute.parse().ok()?, 0, 0).ok()
        };
        let between = || {
            let (from, to) = text.split_once('-')?;
            let (from, to) = (time(from)?, time(to)?);
            (from != to).then_some(Self::Between(from, to))
        };
        if text == "none" {
            return Ok(Self::None);
        }
        between().ok_or_else(|| InvalidHours(text.chars().take(40).collect()))
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Between(from, to) => {
                write!(f, "{:02}:{:02}-", from.hour(), from.minute())?;
                write!(f, "{:02}:{:02}", to.hour(), to.minute())
            }
        }
    }
}

crate::text::travels_as_text! {
    QuietHours, InvalidHours;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_read_back_what_they_write() {
        for text in ["none", "20:00-08:00", "00:00-06:30"] {
            assert_eq!(text.parse::<QuietHours>().unwrap().to_string(), text);
        }
        for text in ["", "8-20", "20:00", "20:00-24:00", "20:00-20:00", "2:00-3:00", "+2:00-03:00"]
        {
            assert!(text.parse::<QuietHours>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_falls_into_them_waits_until_they_end() {
        let cases = [
            ("20:00-08:00", "2026-11-10T19:59", None),
            ("20:00-08:00", "2026-11-10T20:00", Some("2026-11-11T08:00")),
            ("20:00-08:00", "2026-11-10T03:00", Some("2026-11-10T08:00")),
            ("20:00-08:00", "2026-11-10T08:00", None),
            ("12:00-14:00", "2026-11-10T13:59", Some("2026-11-10T14:00")),
            ("12:00-14:00", "2026-11-10T23:00", None),
            ("none", "2026-11-10T03:00", None),
        ];
        for (hours, now, want) in cases {
            let hours: QuietHours = hours.parse().unwrap();
            let end = hours.end(now.parse().unwrap());
            assert_eq!(end, want.map(|want| want.parse().unwrap()), "{now}");
        }
    }
}
