//! Amounts that are numbers in JSON: `129.9`, as Asaas and Banco Inter write them.
//!
//! Readers of JSON make a number binary. Up to fifteen significant digits nothing is lost by it:
//! the shortest decimal text of the binary number is the decimal that was read. So an amount is
//! read by that text, and what has more digits than that is not written.

use std::str::FromStr;

use mensal_domain::money::{Currency, Money, MoneyError};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};
use serde_json::{Number, Value};

/// So many significant digits survive being made binary, whatever they are (IEEE 754).
const DIGITS: usize = 15;
/// Some gateways sum in binary and send what comes of it, 2.3000000000000003. What is nearer than
/// this to a whole smallest unit is that unit; what is farther away is another amount.
const NOISE: Decimal = Decimal::from_parts(1, 0, 0, false, 6);

/// An amount, or a percentage, as a number in JSON. A text of digits is read, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount(Decimal);

impl Amount {
    /// As money.
    ///
    /// # Errors
    /// [`MoneyError`] if it is not in whole smallest units of the currency, or too large.
    pub fn money(self, currency: Currency) -> Result<Money, MoneyError> {
        let rounded = Money::rounded(self.0, currency)?;
        if (rounded.amount() - self.0).abs() < NOISE {
            return Ok(rounded);
        }
        Money::exact(self.0, currency)
    }
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self(money.amount())
    }
}

impl From<Decimal> for Amount {
    fn from(number: Decimal) -> Self {
        Self(number)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.normalize().to_string();
        if text.bytes().filter(u8::is_ascii_digit).count() > DIGITS {
            return Err(ser::Error::custom("an amount of more than fifteen digits"));
        }
        Number::from_str(&text).map_err(ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = match Value::deserialize(deserializer)? {
            Value::Number(number) => number.to_string(),
            Value::String(text) => text,
            _ => return Err(de::Error::custom("an amount is a number")),
        };
        // `Decimal` would read `1_0`, too.
        let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
        if !text.bytes().all(plain) {
            return Err(de::Error::custom("an amount is a number"));
        }
        let exact = Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text));
        exact.map(Self).map_err(|_| de::Error::custom("an amount is a number of money's size"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> Result<Amount, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn amounts_are_read_as_they_are_written_and_noise_is_not_money() {
        let cases = [
            ("129.9", "129.90 BRL"),
            ("0.1", "0.10 BRL"),
            ("130", "130.00 BRL"),
            ("1e2", "100.00 BRL"),
            ("99999999999.99", "99999999999.99 BRL"),
            ("\"129.90\"", "129.90 BRL"),
            ("2.3000000000000003", "2.30 BRL"),
            ("1234.5600000000001", "1234.56 BRL"),
        ];
        for (json, want) in cases {
            assert_eq!(read(json).unwrap().money(Currency::BRL).unwrap().to_string(), want);
        }
        for json in ["1.005", "0.00001", "1e15"] {
            assert!(read(json).unwrap().money(Currency::BRL).is_err(), "{json}");
        }
        for json in ["null", "true", "\"\"", "\"1,00\"", "\"1_0\"", "[1]", "1e300"] {
            let error = read(json).unwrap_err().to_string();
            assert!(error.contains("an amount is a number"), "{json}: {error}");
        }
    }

    #[test]
    fn what_would_lose_digits_is_not_written() {
        let many: Decimal = "12345678901234.56".parse().unwrap();
        assert!(serde_json::to_string(&Amount::from(many)).is_err());
        let percent: Decimal = "2.00".parse().unwrap();
        assert_eq!(serde_json::to_string(&Amount::from(percent)).unwrap(), "2");
    }

    proptest! {
        /// All that money can be, in cents.
        #[test]
        fn every_amount_of_cents_comes_back_as_it_went(cents in -10_000_000_000_000_i64..=10_000_000_000_000) {
            let money = Money::exact(Decimal::new(cents, 2), Currency::BRL).unwrap();
            let json = serde_json::to_string(&Amount::from(money)).unwrap();
            // On the wire it is the decimal itself, ...
            prop_assert_eq!(json.parse::<Decimal>().unwrap(), money.amount());
            // ... and so it is whichever way a reader of JSON comes to it.
            let value: Value = serde_json::from_str(&json).unwrap();
            for read in [read(&json).unwrap(), serde_json::from_value(value).unwrap()] {
                prop_assert_eq!(read, Amount::from(money));
                prop_assert_eq!(read.money(Currency::BRL).unwrap(), money);
            }
        }
    }
}
