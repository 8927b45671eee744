//! How dates, numbers and amounts are written in the languages that invoices speak.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::money::{Currency, Money};

/// A language with its formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Locale {
    /// Brazilian Portuguese: `31/12/2026`, `R$ 1.234,56`.
    #[serde(rename = "pt-BR")]
    PtBr,
    /// US English: `12/31/2026`, `$1,234.56`.
    #[serde(rename = "en-US")]
    EnUs,
}

/// A language that Mensal does not speak.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no language of Mensal: use pt-BR or en-US")]
pub struct UnknownLocale(String);

impl std::str::FromStr for Locale {
    type Err = UnknownLocale;
    fn from_str(text: &str) -> Result<Self, UnknownLocale> {
        match text {
            "pt-BR" => Ok(Self::PtBr),
            "en-US" => Ok(Self::EnUs),
            _ => Err(UnknownLocale(text.chars().take(20).collect())),
        }
    }
}

impl Locale {
    /// The tag of BCP 47.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::PtBr => "pt-BR",
            Self::EnUs => "en-US",
        }
    }

    /// One of two texts.
    #[must_use]
    pub fn pick<T>(self, portuguese: T, english: T) -> T {
        match self {
            Self::PtBr => portuguese,
            Self::EnUs => english,
        }
    }

    /// A date in figures.
    #[must_use]
    pub fn date(self, date: Date) -> String {
        let (year, month, day) = (date.year(), date.month(), date.day());
        match self {
            Self::PtBr => format!("{day:02}/{month:02}/{year}"),
            Self::EnUs => format!("{month:02}/{day:02}/{year}"),
        }
    }

    /// A number with its thousands grouped and as many decimals as it has.
    #[must_use]
    pub fn number(self, number: Decimal) -> String {
        let (group, point) = self.pick(('.', ','), (',', '.'));
        let text = number.abs().to_string();
        let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
        let mut out = String::with_capacity(text.len() + whole.len() / 3 + 2);
        if number.is_sign_negative() && !number.is_zero() {
            out.push('-');
        }
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index) % 3 == 0 {
                out.push(group);
            }
            out.push(digit);
        }
        if !decimals.is_empty() {
            out.push(point);
            out.push_str(decimals);
        }
        out
    }

    /// An amount without its currency, as in a table whose head names it.
    #[must_use]
    pub fn amount(self, money: Money) -> String {
        self.number(money.amount())
    }

    /// A currency as it stands before an amount.
    #[must_use]
    pub fn currency(self, currency: Currency) -> &'static str {
        match (self, currency) {
            (_, Currency::BRL) => "R$",
            (Self::EnUs, Currency::USD) => "$",
            (Self::PtBr, Currency::USD) => "US$",
            _ => currency.code(),
        }
    }

    /// An amount with its currency. The space of `R$ 1,00` does not break.
    #[must_use]
    pub fn money(self, money: Money) -> String {
        let sign = if money.is_negative() { "-" } else { "" };
        let symbol = self.currency(money.currency());
        let space = if symbol == "$" { "" } else { "\u{a0}" };
        format!("{sign}{symbol}{space}{}", self.number(money.amount().abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn amounts_and_dates_are_written_as_people_write_them() {
        let cases = [
            (Locale::PtBr, "1234567.50 BRL", "R$\u{a0}1.234.567,50"),
            (Locale::EnUs, "1234567.50 USD", "$1,234,567.50"),
            (Locale::EnUs, "-0.50 USD", "-$0.50"),
            (Locale::PtBr, "-999.00 USD", "-US$\u{a0}999,00"),
            (Locale::EnUs, "1000 JPY", "JPY\u{a0}1,000"),
        ];
        for (locale, money, want) in cases {
            assert_eq!(locale.money(money.parse().unwrap()), want);
        }
        assert_eq!(Locale::PtBr.date(date(2026, 2, 1)), "01/02/2026");
        assert_eq!(Locale::EnUs.date(date(2026, 2, 1)), "02/01/2026");
        assert_eq!(Locale::PtBr.number("-1204.5".parse().unwrap()), "-1.204,5");
    }
}
