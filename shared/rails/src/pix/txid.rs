//! The txid of a charge: derived from its key, and where it fits such that the key can be read back
//! out of it, so that a payment says by itself what it is for.
//!
//! The Central Bank gives a txid 26 to 35 letters and digits. Ours, `m20261110p0141042` and zeros to
//! the 26th place, is an `m`, the day of the cycle, a letter for rail and kind of invoice, the
//! serial in two hexadecimal digits, the length of the account's id, and the id. An id that is
//! longer, or has other characters, gives an `mh`, the letter, and a hash.

use std::{fmt, fmt::Write, str::FromStr};

use jiff::civil::Date;
use mensal_domain::{
    charge::ChargeKey,
    invoice::{InvoiceId, InvoiceKind},
    rail::Rail,
    reference::Reference,
};
use ring::digest::{SHA256, digest};

/// How long a txid is at least, and at most.
const LENGTH: std::ops::RangeInclusive<usize> = 26..=35;
/// What stands before the account's id: mark, day, letter, serial, length.
const BEFORE: usize = 1 + 8 + 1 + 2 + 1;
/// The longest id of an account that fits.
const LONGEST_ACCOUNT: usize = 35 - BEFORE;
/// The mark of ours. No hexadecimal digit, as those are of which many others are made.
const MARK: char = 'm';
/// What follows the mark where there is no key to be read back.
const HASHED: char = 'h';
/// Bytes of the hash: two characters each.
const HASH: usize = 16;

/// A transaction id of a charge: 26 to 35 letters and digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Txid(Box<str>);

/// Not 26 to 35 letters and digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a txid of a charge has 26 to 35 letters and digits")]
pub struct InvalidTxid;

impl Txid {
    /// The txid of a charge: [`txid`], or where the key does not fit one that only its hash makes.
    #[must_use]
    pub fn of(key: &ChargeKey) -> Self {
        txid(key).unwrap_or_else(|| hashed(key))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As what a gateway calls a charge by.
    ///
    /// # Panics
    /// Never: whatever is a txid is a reference.
    #[must_use]
    pub fn to_reference(&self) -> Reference {
        self.0.parse().unwrap_or_else(|_| unreachable!("letters and digits, at most 35"))
    }

    /// The key that it was made of, where it can be read back.
    #[must_use]
    pub fn key(&self) -> Option<ChargeKey> {
        let rest = self.0.strip_prefix(MARK)?;
        let (day, rest) = rest.split_at_checked(8)?;
        let (letter, rest) = rest.split_at_checked(1)?;
        let (serial, rest) = rest.split_at_checked(2)?;
        let (length, rest) = rest.split_at_checked(1)?;
        let (rail, kind) = lettered(letter.chars().next()?)?;
        let account = rest.get(..usize::try_from(length.chars().next()?.to_digit(36)?).ok()?)?;
        let key = ChargeKey {
            account: account.parse().ok()?,
            invoice: InvoiceId { cycle: day_of(day)?, kind },
            rail,
            serial: u8::from_str_radix(serial, 16).ok()?,
        };
        // One text for one key: no capital in a number, nothing but zeros behind.
        (txid(&key)?.0 == self.0).then_some(key)
    }

    /// The rail of a charge of ours, whether or not its key can be read back.
    #[must_use]
    pub fn rail(&self) -> Option<Rail> {
        if let Some(key) = self.key() {
            return Some(key.rail);
        }
        let mut rest = self.0.strip_prefix(MARK)?.strip_prefix(HASHED)?.chars();
        let rail = lettered(rest.next()?)?.0;
        (rest.as_str().len() == 2 * HASH).then_some(rail)
    }
}

/// The txid of a charge, if its key fits: its account's id has at most 22 letters and digits and
/// nothing else.
#[must_use]
pub fn txid(key: &ChargeKey) -> Option<Txid> {
    let account = key.account.as_str();
    let fits = account.len() <= LONGEST_ACCOUNT
        && account.bytes().all(|b| b.is_ascii_alphanumeric())
        && (0..=9999).contains(&key.invoice.cycle.year());
    if !fits {
        return None;
    }
    let cycle = key.invoice.cycle;
    let mut text = String::with_capacity(35);
    text.push(MARK);
    write!(text, "{:04}{:02}{:02}", cycle.year(), cycle.month(), cycle.day()).ok()?;
    text.push(letter(key.rail, key.invoice.kind));
    write!(text, "{:02x}", key.serial).ok()?;
    text.push(char::from_digit(u32::try_from(account.len()).ok()?, 36)?);
    text.push_str(account);
    while text.len() < *LENGTH.start() {
        text.push('0');
    }
    Some(Txid(text.into()))
}

/// The txid of a charge whose key does not fit: always the same for the same key, and the key
/// cannot be read back.
fn hashed(key: &ChargeKey) -> Txid {
    let hash = digest(&SHA256, key.to_string().as_bytes());
    let letter = letter(key.rail, key.invoice.kind);
    let hash = hex::encode(&hash.as_ref()[..HASH]);
    Txid(format!("{MARK}{HASHED}{letter}{hash}").into())
}

/// The letter of a rail: one for the bill of a cycle, which is a capital for an opening balance, and
/// another for what is charged at once for being late, which is a capital for a final invoice.
fn letter(rail: Rail, kind: InvoiceKind) -> char {
    let (letter, late) = match rail {
        Rail::Pix => ('p', 'x'),
        Rail::PixAutomatico => ('a', 'u'),
        Rail::Boleto => ('b', 'l'),
        Rail::Card => ('c', 'k'),
        Rail::BankDebit => ('d', 't'),
        Rail::Cash => ('m', 'n'),
        Rail::Cheque => ('q', 'z'),
        Rail::Wire => ('w', 'y'),
    };
    match kind {
        InvoiceKind::Cycle => letter,
        InvoiceKind::Opening => letter.to_ascii_uppercase(),
        InvoiceKind::Late => late,
        InvoiceKind::Final => late.to_ascii_uppercase(),
    }
}

/// What a letter stands for.
fn lettered(found: char) -> Option<(Rail, InvoiceKind)> {
    let all = Rail::ALL.into_iter().flat_map(|rail| InvoiceKind::ALL.map(|kind| (rail, kind)));
    all.into_iter().find(|(rail, kind)| letter(*rail, *kind) == found)
}

fn day_of(text: &str) -> Option<Date> {
    let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<i16>());
    let year = number(text.get(..4)?)?.ok()?;
    let month = number(text.get(4..6)?)?.ok()?;
    let day = number(text.get(6..)?)?.ok()?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

impl FromStr for Txid {
    type Err = InvalidTxid;
    fn from_str(text: &str) -> Result<Self, InvalidTxid> {
        let right = LENGTH.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric());
        if right { Ok(Self(text.into())) } else { Err(InvalidTxid) }
    }
}

impl fmt::Display for Txid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Txid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(text: &str) -> ChargeKey {
        text.parse().unwrap()
    }

    #[test]
    fn a_key_that_fits_is_read_back() {
        for (text, want) in [
            ("1042/2026-11-10-cycle/pix/1", "m20261110p0141042000000000"),
            ("0/2026-11-10-opening/pix_automatico/255", "m20261110Aff10000000000000"),
            (
                "abcdefghijklmnopqrstuv/2024-02-29-cycle/boleto/16",
                "m20240229b10mabcdefghijklmnopqrstuv",
            ),
        ] {
            let txid = txid(&key(text)).unwrap();
            assert_eq!(txid.as_str(), want);
            assert_eq!(txid.key(), Some(key(text)), "{text}");
            assert_eq!(txid.rail(), Some(key(text).rail));
        }
    }

    #[test]
    fn a_key_that_does_not_fit_has_a_txid_that_tells_its_rail_alone() {
        for account in ["A-10", "a.b", "a_b", "abcdefghijklmnopqrstuvw"] {
            let key = key(&format!("{account}/2026-11-10-cycle/pix_automatico/1"));
            assert_eq!(txid(&key), None, "{account}");
            let stand_in = Txid::of(&key);
            assert_eq!(stand_in.as_str().parse(), Ok(stand_in.clone()));
            assert_eq!((stand_in.key(), stand_in.rail()), (None, Some(Rail::PixAutomatico)));
            let other = ChargeKey { serial: 2, ..key };
            assert_ne!(Txid::of(&other), stand_in);
        }
    }

    #[test]
    fn what_others_have_made_is_no_key() {
        for other in [
            "7978c0c97ea847e78e8849634473c1f1", // as most of them are made
            "m20261110p0141042000000001",       // something behind the account
            "m20261110p01410420000000000",      // longer than need be
            "m20261310p0141042000000000",       // no such month
            "m20261110e0141042000000000",       // no such rail
            "m20261110P0141042Z00000000",
            "m20261110p0A41042000000000", // another way to write a serial
            "m20261110p0101042000000000", // no account
            "m20261110p01z1042000000000", // an account longer than the text
            "mhp0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(other.parse::<Txid>().unwrap().key(), None, "{other}");
        }
        for bad in ["", "m20261110p014104200000000", "m20261110p01410420000-0000", &"a".repeat(36)]
        {
            assert_eq!(bad.parse::<Txid>(), Err(InvalidTxid), "{bad}");
        }
    }

    fn keys() -> impl Strategy<Value = ChargeKey> {
        let account = prop_oneof![4 => "[A-Za-z0-9]{1,22}", 1 => "[A-Za-z0-9._-]{1,40}"];
        let day = (1_i16..=9999, 1_i8..=12, 1_i8..=28);
        (account, day, 0..Rail::ALL.len(), 0..InvoiceKind::ALL.len(), any::<u8>()).prop_map(
            |(account, (year, month, day), rail, kind, serial)| ChargeKey {
                account: account.parse().unwrap(),
                invoice: InvoiceId {
                    cycle: Date::new(year, month, day).unwrap(),
                    kind: InvoiceKind::ALL[kind],
                },
                rail: Rail::ALL[rail],
                serial,
            },
        )
    }

    proptest! {
        #[test]
        fn each_key_has_a_txid_and_what_can_be_read_back_is_it(key in keys()) {
            let made = Txid::of(&key);
            prop_assert_eq!(made.as_str().parse::<Txid>(), Ok(made.clone()));
            prop_assert_eq!(made.rail(), Some(key.rail));
            let reference = made.to_reference();
            prop_assert_eq!(reference.as_str(), made.as_str());
            let fits = txid(&key);
            prop_assert_eq!(made.key(), fits.is_some().then_some(key));
            prop_assert!(fits.is_none_or(|fits| fits == made));
        }

        #[test]
        fn a_text_that_is_read_as_a_key_is_the_one_that_the_key_writes(
            text in "m20[0-9]{6}[apbxulAPB][0-9a-f]{2}[0-9a-m][0-9a-zA-Z]{13,22}",
        ) {
            let txid: Txid = text.parse().unwrap();
            if let Some(key) = txid.key() {
                prop_assert_eq!(Txid::of(&key), txid);
            }
        }
    }
}
