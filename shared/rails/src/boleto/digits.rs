//! Strings of decimal digits of a fixed length, of which all that stands on a boleto is made.

use std::{fmt, str::FromStr};

/// Exactly `N` decimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digits<const N: usize>([u8; N]);

/// Why a text is not so many digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DigitsError {
    /// Something else than a digit.
    #[error("`{}` at place {at} is no digit", .found.escape_debug())]
    NotADigit {
        /// What stands there.
        found: char,
        /// Where, from 1.
        at: usize,
    },
    /// Too many or too few of them.
    #[error("{found} digits, where there must be {}{wanted}", if *.at_most { "at most " } else { "" })]
    Length {
        /// So many there are.
        found: usize,
        /// So many there must be.
        wanted: usize,
        /// Whether fewer would do.
        at_most: bool,
    },
}

impl<const N: usize> Digits<N> {
    /// The digits of a text that may have fewer: zeros are put before them.
    ///
    /// # Errors
    /// [`DigitsError`] for another character, or more than `N`.
    pub fn padded(text: &str) -> Result<Self, DigitsError> {
        only_digits(text)?;
        if text.len() > N {
            return Err(DigitsError::Length { found: text.len(), wanted: N, at_most: true });
        }
        let mut all = [b'0'; N];
        all[N - text.len()..].copy_from_slice(text.as_bytes());
        Ok(Self(all))
    }

    /// Puts parts together whose lengths sum to `N`.
    ///
    /// # Panics
    /// When they do not: the parts' lengths are the caller's layout, not data.
    pub(crate) fn joined(parts: &[&str]) -> Self {
        let all = parts.concat();
        let Ok(digits) = all.parse() else {
            panic!("{} digits of a layout that has {N}", all.len());
        };
        digits
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

fn only_digits(text: &str) -> Result<(), DigitsError> {
    match text.chars().enumerate().find(|(_, c)| !c.is_ascii_digit()) {
        Some((at, found)) => Err(DigitsError::NotADigit { found, at: at + 1 }),
        None => Ok(()),
    }
}

impl<const N: usize> FromStr for Digits<N> {
    type Err = DigitsError;
    fn from_str(text: &str) -> Result<Self, DigitsError> {
        only_digits(text)?;
        let wrong = |_| DigitsError::Length { found: text.len(), wanted: N, at_most: false };
        text.as_bytes().try_into().map(Self).map_err(wrong)
    }
}

impl<const N: usize> fmt::Display for Digits<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl<const N: usize> fmt::Debug for Digits<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl<const N: usize> serde::Serialize for Digits<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_exact_or_filled_up() {
        assert_eq!("0042".parse::<Digits<4>>().unwrap().as_str(), "0042");
        assert_eq!(Digits::<4>::padded("42").unwrap().as_str(), "0042");
        let why = |text: &str| text.parse::<Digits<4>>().unwrap_err().to_string();
        assert_eq!(why("42"), "2 digits, where there must be 4");
        assert_eq!(why("4a21"), "`a` at place 2 is no digit");
        assert_eq!(why("٤٢٤٢"), "`٤` at place 1 is no digit");
        let why = Digits::<4>::padded("12345").unwrap_err().to_string();
        assert_eq!(why, "5 digits, where there must be at most 4");
    }
}
