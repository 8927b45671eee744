//! Sets of weekdays.

use std::{fmt, str::FromStr};

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

/// A set of weekdays, never empty. Serialised as `"Mo Tu We Th Fr"`.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Weekdays(u8);

/// The weekdays as texts name them, from Monday on.
pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
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
    /// Monday to Thursday: those after which a bank is open on the next day.
    pub const MONDAY_TO_THURSDAY: Self = Self(0b000_1111);

    /// The set of those whose bit is set, from Monday on.
    #[cfg(test)]
    pub(crate) fn of_bits(bits: std::num::NonZero<u8>) -> Self {
        Self(bits.get() & Self::ALL.0)
    }

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

crate::text::travels_as_text! {
    Weekdays, InvalidWeekdays;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_read_back_what_they_write() {
        for text in ["Mo Tu We Th Fr", "Sa", "Mo Tu We Th Fr Sa Su"] {
            assert_eq!(text.parse::<Weekdays>().unwrap().to_string(), text);
        }
        for text in ["", "Monday", "Mo,Tu"] {
            assert!(text.parse::<Weekdays>().unwrap_err().to_string().contains("write at least"));
        }
    }
}
