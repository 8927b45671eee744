//! References: what a gateway calls a thing by.

use std::{fmt, str::FromStr};

/// What a gateway calls a charge, a payment, a refund or a stored method by: opaque to us, kept as
/// it came. Up to 120 visible ASCII characters but `#`, which parts the keys of the table.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(Box<str>);

/// The longest reference in characters.
const MAX_LENGTH: usize = 120;

/// Empty, too long, or with a character that is not visible ASCII.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no reference: 1 to {MAX_LENGTH} visible ASCII characters but #")]
pub struct InvalidReference(String);

impl Reference {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Reference {
    type Err = InvalidReference;
    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let visible = |b: u8| b.is_ascii_graphic() && b != b'#';
        if (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(visible) {
            return Ok(Self(text.into()));
        }
        Err(InvalidReference(text.chars().take(MAX_LENGTH + 8).collect()))
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

crate::text::travels_as_text! {
    Reference, InvalidReference;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gateways_send_is_taken_and_what_would_break_a_key_is_not() {
        for good in ["pi_3MtwBwLkdIwHu7ix28a3tqPa", "E00416968202212071221s0737204e8b", "a/b:c"] {
            assert_eq!(good.parse::<Reference>().unwrap().as_str(), good);
        }
        for bad in ["", "a#b", "a b", "ção", &"x".repeat(121)] {
            assert!(bad.parse::<Reference>().is_err(), "{bad}");
        }
    }
}
