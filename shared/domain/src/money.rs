//! Money: a decimal amount in the smallest unit's precision of its currency.
//!
//! An amount is rounded in one place only, [`Money::rounded`]; a `Money` is therefore always
//! payable as it stands. Amounts of two currencies never mix: the operations say so by failing.

use std::{cmp::Ordering, fmt, str::FromStr};

use iso_currency::Currency as Iso;
use rust_decimal::{Decimal, RoundingStrategy};

/// The largest amount, either way: far above any invoice, far below what `Decimal` holds.
pub const LIMIT: Decimal = Decimal::from_parts(0x4876_E800, 23, 0, false, 0);

/// A currency of ISO 4217 that has a smallest unit (gold and test codes have none).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Currency(Iso);

impl Currency {
    /// The Brazilian real.
    pub const BRL: Self = Self(Iso::BRL);
    /// The US dollar.
    pub const USD: Self = Self(Iso::USD);

    /// Digits after the decimal point of its smallest unit (ISO 4217: 2 for BRL, 0 for JPY).
    #[must_use]
    pub fn digits(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }

    /// The three-letter code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let unknown = || MoneyError::UnknownCurrency(text.chars().take(12).collect());
        let iso = Iso::from_code(text).ok_or_else(unknown)?;
        iso.exponent().map(|_| Self(iso)).ok_or_else(unknown)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Why an amount cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies met in one sum.
    #[error("{0} and {1} cannot be added: convert one of them first")]
    CurrencyMismatch(Currency, Currency),
    /// Beyond [`LIMIT`].
    #[error("{0} is beyond the largest amount, {LIMIT}")]
    TooLarge(Decimal),
    /// More digits than the currency's smallest unit has.
    #[error("{amount} {currency} has more than the {} decimals of {currency}", currency.digits())]
    TooPrecise {
        /// The amount as given.
        amount: Decimal,
        /// The currency it was given in.
        currency: Currency,
    },
    /// Not a currency that money is counted in.
    #[error("`{0}` is no currency code of ISO 4217: write BRL, USD, …")]
    UnknownCurrency(String),
    /// Not of the form `12.34 BRL`.
    #[error("`{0}` is no amount of money: write 12.34 BRL")]
    Unreadable(String),
}

/// An amount in a currency, in whole smallest units. Serialised as `"12.34 BRL"`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

impl Money {
    /// Nothing, in a currency.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        let mut amount = Decimal::ZERO;
        amount.rescale(currency.digits());
        Self { amount, currency }
    }

    /// The one place where Mensal rounds: to the currency's smallest unit, halves away from
    /// zero, so that a credit is the exact mirror of the charge that it takes back.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`] beyond [`LIMIT`].
    pub fn rounded(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        if amount.abs() > LIMIT {
            return Err(MoneyError::TooLarge(amount));
        }
        let halves_away = RoundingStrategy::MidpointAwayFromZero;
        let mut amount = amount.round_dp_with_strategy(currency.digits(), halves_away);
        amount.rescale(currency.digits());
        if amount.is_zero() {
            return Ok(Self::zero(currency)); // never minus zero
        }
        Ok(Self { amount, currency })
    }

    /// An amount that is already in whole smallest units.
    ///
    /// # Errors
    /// [`MoneyError::TooPrecise`] if it is not, [`MoneyError::TooLarge`] beyond [`LIMIT`].
    pub fn exact(amount: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let rounded = Self::rounded(amount, currency)?;
        if rounded.amount == amount {
            Ok(rounded)
        } else {
            Err(MoneyError::TooPrecise { amount, currency })
        }
    }

    /// The number, with as many decimals as the currency has.
    #[must_use]
    pub fn amount(self) -> Decimal {
        self.amount
    }

    /// The currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// Neither owed nor owing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.amount.is_zero()
    }

    /// Below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.amount < Decimal::ZERO
    }

    /// Above zero.
    #[must_use]
    pub fn is_positive(self) -> bool {
        self.amount > Decimal::ZERO
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`], [`MoneyError::TooLarge`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch(self.currency, other.currency));
        }
        Self::rounded(self.amount + other.amount, self.currency)
    }

    /// The difference.
    ///
    /// # Errors
    /// As [`Money::plus`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.plus(-other)
    }

    /// The sum of many, zero of none.
    ///
    /// # Errors
    /// As [`Money::plus`].
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::plus)
    }

    /// The smaller of two amounts of one currency.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`].
    pub fn at_most(self, other: Self) -> Result<Self, MoneyError> {
        Ok(if self.minus(other)?.is_positive() { other } else { self })
    }
}

impl std::ops::Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        if self.amount.is_zero() { self } else { Self { amount: -self.amount, ..self } }
    }
}

impl PartialOrd for Money {
    /// Amounts of two currencies have no order.
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.currency == other.currency).then(|| self.amount.cmp(&other.amount))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Money {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let unreadable = || MoneyError::Unreadable(text.chars().take(40).collect());
        let (amount, currency) = text.split_once(' ').ok_or_else(unreadable)?;
        let amount = Decimal::from_str_exact(amount).map_err(|_| unreadable())?;
        Self::exact(amount, currency.parse()?)
    }
}

crate::text::travels_as_text! {
    Currency, MoneyError;
    Money, MoneyError;
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brl(text: &str) -> Money {
        format!("{text} BRL").parse().unwrap()
    }

    #[test]
    fn the_limit_is_a_hundred_thousand_million() {
        assert_eq!(LIMIT, Decimal::from(100_000_000_000_i64));
    }

    #[test]
    fn halves_go_away_from_zero_and_digits_follow_the_currency() {
        let cases = [
            ("1.005", "BRL", "1.01 BRL"),
            ("-1.005", "BRL", "-1.01 BRL"),
            ("1.0049", "USD", "1.00 USD"),
            ("-0.004", "USD", "0.00 USD"),
            ("1.5", "JPY", "2 JPY"),
            ("7", "BRL", "7.00 BRL"),
            ("1.2345", "KWD", "1.235 KWD"),
        ];
        for (amount, currency, want) in cases {
            let got = Money::rounded(amount.parse().unwrap(), currency.parse().unwrap());
            assert_eq!(got.unwrap().to_string(), want);
        }
    }

    #[test]
    fn what_cannot_be_an_amount_says_why() {
        let cases = [
            ("1.001 BRL", "more than the 2 decimals"),
            ("1.00 XXX", "no currency code"),
            ("1,00 BRL", "write 12.34 BRL"),
            ("1.00", "write 12.34 BRL"),
            ("100000000000.01 BRL", "beyond the largest"),
        ];
        for (text, want) in cases {
            let error = text.parse::<Money>().unwrap_err().to_string();
            assert!(error.contains(want), "{text}: {error}");
        }
        let mixed = brl("1.00").plus("1.00 USD".parse().unwrap()).unwrap_err();
        assert_eq!(mixed.to_string(), "BRL and USD cannot be added: convert one of them first");
    }

    proptest! {
        #[test]
        fn reads_back_what_it_writes(cents in -10_000_000_i64..10_000_000) {
            let money = Money::exact(Decimal::new(cents, 2), Currency::BRL).unwrap();
            prop_assert_eq!(money.to_string().parse::<Money>().unwrap(), money);
            prop_assert_eq!(serde_json::from_value::<Money>(serde_json::to_value(money).unwrap()).unwrap(), money);
        }

        #[test]
        fn a_credit_mirrors_its_charge(units in -1_000_000_000_i64..1_000_000_000) {
            let exact = Decimal::new(units, 5);
            let charge = Money::rounded(exact, Currency::USD).unwrap();
            prop_assert_eq!(Money::rounded(-exact, Currency::USD).unwrap(), -charge);
        }
    }
}
