//! The boleto itself, as 44 digits and as 47, both ways.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use mensal_domain::money::{Currency, Money};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{
    Digits, DueFactor, FactorError,
    check::{modulo_10, of_barcode},
};

/// The currency digit of every boleto: 9 is the real.
const REAL: &str = "9";
/// Digits of an amount, in cents.
const AMOUNT: usize = 10;

/// What a boleto says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Boleto {
    bank: Digits<3>,
    due: Option<DueFactor>,
    amount: Money,
    free_field: Digits<25>,
}

/// A part of a boleto that has a check digit of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Digits 1 to 10 of the line.
    FirstField,
    /// Digits 11 to 21 of the line.
    SecondField,
    /// Digits 22 to 32 of the line.
    ThirdField,
    /// All of the barcode; its check digit is the line's 33rd, and the barcode's fifth.
    Barcode,
}

/// Why digits are no boleto.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoletoError {
    /// Something else than a digit, a space, a dot or a hyphen.
    #[error("`{}` at place {at} is no digit", .found.escape_debug())]
    NotADigit {
        /// What stands there.
        found: char,
        /// Where, from 1, in the text as given.
        at: usize,
    },
    /// A line of 48 digits is something else.
    #[error(
        "48 digits are the line of a utility bill or a tax (arrecadação): a boleto's line has 47"
    )]
    Collection,
    /// Neither a barcode nor a line.
    #[error("{0} digits: a barcode has 44, a typeable line 47")]
    Length(usize),
    /// A check digit that does not fit to what it checks.
    #[error(
        "{part}: one of these digits is wrong, since the check digit (digit {at}) is {found} and \
         the others ask for {right}"
    )]
    CheckDigit {
        /// What it checks.
        part: Part,
        /// Where the check digit stands, from 1.
        at: usize,
        /// The check digit as it is.
        found: char,
        /// As it would be right.
        right: u32,
    },
    /// Not in reais.
    #[error("digit 4 is {0}: a boleto has 9 there, for the real")]
    Currency(char),
    /// No due date there is.
    #[error(transparent)]
    Factor(#[from] FactorError),
    /// An amount that cannot be written.
    #[error("{0} cannot be written on a boleto: from 0.00 BRL (open) to 99999999.99 BRL")]
    Amount(Money),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FirstField => "digits 1 to 10",
            Self::SecondField => "digits 11 to 21",
            Self::ThirdField => "digits 22 to 32",
            Self::Barcode => "the barcode",
        })
    }
}

impl Boleto {
    /// A boleto. Without a due date it is due when it is presented; with an amount of zero the
    /// payer says how much.
    ///
    /// # Errors
    /// [`BoletoError::Factor`] for a date that has none, [`BoletoError::Amount`] for an amount
    /// below zero, of more than ten digits, or in another currency than BRL.
    pub fn new(
        bank: Digits<3>,
        due: Option<Date>,
        amount: Money,
        free_field: Digits<25>,
    ) -> Result<Self, BoletoError> {
        let boleto = Self { bank, due: due.map(DueFactor::of).transpose()?, amount, free_field };
        let cents = boleto.cents().ok_or(BoletoError::Amount(amount))?;
        if amount.currency() != Currency::BRL || cents.to_string().len() > AMOUNT {
            return Err(BoletoError::Amount(amount));
        }
        Ok(boleto)
    }

    /// The bank's number with the clearing house: 341 is Itaú.
    #[must_use]
    pub fn bank(&self) -> Digits<3> {
        self.bank
    }

    /// The due date; none if it is due when presented.
    #[must_use]
    pub fn due(&self) -> Option<DueFactor> {
        self.due
    }

    /// The amount; zero if the payer says how much.
    #[must_use]
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// The bank's own 25 digits.
    #[must_use]
    pub fn free_field(&self) -> Digits<25> {
        self.free_field
    }

    fn cents(&self) -> Option<u64> {
        (self.amount.amount() * Decimal::ONE_HUNDRED).to_u64()
    }

    /// Factor and amount, as both forms write them.
    fn tail(&self) -> String {
        let factor = self.due.map_or(0, DueFactor::number);
        format!("{factor:04}{:010}", self.cents().unwrap_or_default())
    }

    fn check_digit(&self) -> u32 {
        of_barcode(&[self.bank.as_str(), REAL, &self.tail(), self.free_field.as_str()].concat())
    }

    /// The 44 digits of the barcode.
    #[must_use]
    pub fn barcode(&self) -> Digits<44> {
        let (bank, free) = (self.bank.as_str(), self.free_field.as_str());
        Digits::joined(&[bank, REAL, &self.check_digit().to_string(), &self.tail(), free])
    }

    /// The 47 digits of the line that people type, without dots and spaces.
    #[must_use]
    pub fn typeable_line(&self) -> Digits<47> {
        let free = self.free_field.as_str();
        let first = [self.bank.as_str(), REAL, &free[..5]].concat();
        let fields = [first.as_str(), &free[5..15], &free[15..]];
        let mut line = String::with_capacity(47);
        for field in fields {
            line.push_str(field);
            line.push_str(&modulo_10(field).to_string());
        }
        Digits::joined(&[&line, &self.check_digit().to_string(), &self.tail()])
    }

    /// The line as it is printed: `34191.09123 34567.830815 05367.890008 1 16560000012345`.
    #[must_use]
    pub fn printed_line(&self) -> String {
        let line = self.typeable_line();
        let line = line.as_str();
        let field =
            |from: usize, to: usize| format!("{}.{}", &line[from..from + 5], &line[from + 5..to]);
        let (first, second, third) = (field(0, 10), field(10, 21), field(21, 32));
        format!("{first} {second} {third} {} {}", &line[32..33], &line[33..])
    }

    fn of_barcode(digits: Digits<44>) -> Result<Self, BoletoError> {
        Self::read(digits.as_str(), 5)
    }

    fn of_line(digits: Digits<47>) -> Result<Self, BoletoError> {
        let line = digits.as_str();
        let fields =
            [(Part::FirstField, 0, 9), (Part::SecondField, 10, 20), (Part::ThirdField, 21, 31)];
        for (part, from, at) in fields {
            expect(part, modulo_10(&line[from..at]), at + 1, &line[at..=at])?;
        }
        let free = [&line[4..9], &line[10..20], &line[21..31]].concat();
        Self::read(&[&line[..4], &line[32..], &free].concat(), 33)
    }

    /// Reads the digits of a barcode; tells its check digit by the place that it had.
    fn read(code: &str, check_at: usize) -> Result<Self, BoletoError> {
        let currency = &code[3..4];
        if currency != REAL {
            return Err(BoletoError::Currency(currency.chars().next().unwrap_or_default()));
        }
        let rest = [&code[..4], &code[5..]].concat();
        expect(Part::Barcode, of_barcode(&rest), check_at, &code[4..5])?;
        let factor: u16 = code[5..9].parse().unwrap_or_default();
        let due = if factor == 0 { None } else { Some(DueFactor::new(factor)?) };
        let cents: i64 = code[9..19].parse().unwrap_or_default();
        let amount = Money::rounded(Decimal::new(cents, 2), Currency::BRL)
            .unwrap_or_else(|_| Money::zero(Currency::BRL));
        Ok(Self {
            bank: Digits::joined(&[&code[..3]]),
            due,
            amount,
            free_field: Digits::joined(&[&code[19..]]),
        })
    }
}

/// Compares the check digit of a part with the right one.
fn expect(part: Part, right: u32, at: usize, check: &str) -> Result<(), BoletoError> {
    if right.to_string() == check {
        return Ok(());
    }
    let found = check.chars().next().unwrap_or_default();
    Err(BoletoError::CheckDigit { part, at, found, right })
}

/// Reads a barcode's 44 digits or a line's 47, with or without spaces, dots and hyphens.
impl FromStr for Boleto {
    type Err = BoletoError;
    fn from_str(text: &str) -> Result<Self, BoletoError> {
        let mut digits = String::with_capacity(47);
        for (at, found) in text.chars().enumerate() {
            match found {
                '0'..='9' => digits.push(found),
                ' ' | '.' | '-' => {}
                _ => return Err(BoletoError::NotADigit { found, at: at + 1 }),
            }
        }
        match digits.len() {
            44 => Self::of_barcode(Digits::joined(&[&digits])),
            47 => Self::of_line(Digits::joined(&[&digits])),
            48 => Err(BoletoError::Collection),
            found => Err(BoletoError::Length(found)),
        }
    }
}
