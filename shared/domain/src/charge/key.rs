//! The key of a charge: derived, so that registering again is registering the same.

use std::{fmt, str::FromStr};

use crate::{ids::AccountId, invoice::InvoiceId, rail::Rail};

/// The key of a charge: its invoice, its rail, and which of them. As text
/// `1042/2026-11-10-cycle/pix/1`, at most 79 characters.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct ChargeKey {
    /// Whose.
    pub account: AccountId,
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// On which rail.
    pub rail: Rail,
    /// The first, or one that took the place of an earlier one.
    pub serial: u8,
}

/// Not of the form `1042/2026-11-10-cycle/pix/1`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no key of a charge: write 1042/2026-11-10-cycle/pix/1")]
pub struct InvalidChargeKey(String);

impl fmt::Display for ChargeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { account, invoice, rail, serial } = self;
        write!(f, "{account}/{invoice}/{rail}/{serial}")
    }
}

impl FromStr for ChargeKey {
    type Err = InvalidChargeKey;
    fn from_str(text: &str) -> Result<Self, InvalidChargeKey> {
        let invalid = || InvalidChargeKey(text.chars().take(100).collect());
        let parts: Vec<_> = text.split('/').collect();
        let [account, invoice, rail, serial] = parts[..] else { return Err(invalid()) };
        let key = Self {
            account: account.parse().map_err(|_| invalid())?,
            invoice: invoice.parse().map_err(|_| invalid())?,
            rail: rail.parse().map_err(|_| invalid())?,
            serial: serial.parse().map_err(|_| invalid())?,
        };
        // One text for one key: no +1, no 01.
        if key.to_string() == text { Ok(key) } else { Err(invalid()) }
    }
}

crate::text::travels_as_text! {
    ChargeKey, InvalidChargeKey;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_text_and_reads_it_back() {
        let text = "A-10.4_2/2026-11-10-cycle/pix/1";
        assert_eq!(text.parse::<ChargeKey>().unwrap().to_string(), text);
        let bad = [
            "",
            "1042",
            "1042/2026-11-10-cycle/pix",
            "1042/2026-11-10/pix/1",
            "1042/2026-11-10-cycle/pix/+1",
            "1042/2026-11-10-cycle/pix/01",
            "1042/2026-11-10-cycle/pix/256",
            "1042/2026-11-10-cycle/pix/1/2",
            "a#b/2026-11-10-cycle/pix/1",
        ];
        for text in bad {
            let error = text.parse::<ChargeKey>().unwrap_err().to_string();
            assert!(error.contains("write 1042/"), "{text}: {error}");
        }
    }
}
