//! What an ISP prints around every invoice: who it is, where to send a cheque, its message.
//!
//! Kept once per account type and language under the hash of its content and never changed: an
//! invoice names the stationery that it was issued with, so it prints the same for ever.

use serde::{Deserialize, Serialize};

use crate::{account::Address, ids::AccountTypeCode, invoice::content_hash, locale::Locale};

/// The paper that invoices of an account type are laid out for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// US Letter, 8.5 × 11 in.
    Letter,
}

/// The ISP as the issuer of invoices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seller {
    /// Legal name.
    pub name: String,
    /// Tax registration as printed, with its label: `CNPJ 12.345.678/0001-95`, `EIN 12-3456789`.
    pub tax_id: String,
    /// Where it resides.
    pub address: Address,
    /// Telephone and e-mail, as printed.
    pub contact: String,
    /// Where cheques go, if that is another address than its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remit_to: Option<Address>,
    /// The logo as SVG path data in a box of 100 × 100 units, with its colour; see `logo`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logo: Vec<LogoPath>,
    /// The main colour of its invoices, `#rrggbb`.
    pub color: Color,
}

/// One filled shape of a logo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogoPath {
    /// SVG path data (`M`, `L`, `H`, `V`, `C`, `Q`, `Z`, absolute) in a box of 100 × 100.
    pub path: String,
    /// Its fill.
    pub color: Color,
}

/// A colour, `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color {
    /// Red, green and blue, 0 to 255.
    pub rgb: [u8; 3],
}

/// Not of the form `#rrggbb`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no colour: write # and six hexadecimal digits, like #0a3d8f")]
pub struct InvalidColor(String);

impl std::fmt::Display for Color {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [red, green, blue] = self.rgb;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl std::str::FromStr for Color {
    type Err = InvalidColor;
    fn from_str(text: &str) -> Result<Self, InvalidColor> {
        let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6);
        let valid = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match valid.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(number) => {
                let [_, red, green, blue] = number.to_be_bytes();
                Ok(Self { rgb: [red, green, blue] })
            }
            None => Err(InvalidColor(text.chars().take(20).collect())),
        }
    }
}

/// All that is printed around the invoices of one account type in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stationery {
    /// The account type that it is for.
    pub account_type: AccountTypeCode,
    /// The language and formats.
    pub locale: Locale,
    /// The paper.
    pub paper: Paper,
    /// The issuer.
    pub seller: Seller,
    /// The ISP's message: holiday hours, a promotion; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

impl Stationery {
    /// The hash of its content, under which it is kept.
    #[must_use]
    pub fn hash(&self) -> String {
        content_hash(self)
    }
}

crate::text::travels_as_text! {
    Color, InvalidColor;
}
