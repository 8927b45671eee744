//! Caixa: the layout of SIGCB, and that of its predecessor SICOB.

use super::FreeField;
use crate::boleto::{Digits, check::modulo_11_or_zero};

/// A number at Caixa.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Caixa {
    /// SIGCB, in use since 2011: the slip is issued by the customer.
    Sigcb {
        /// The code of the customer ("código do beneficiário"), without its check digit.
        customer: Digits<6>,
        /// Whether the boleto is registered (`14`) or not (`24`).
        registered: bool,
        /// The number.
        number: Digits<15>,
    },
    /// SICOB with a number of ten digits.
    Sicob {
        /// The number; it begins with 80, 81, 82 or 9.
        number: Digits<10>,
        /// The agency.
        agency: Digits<4>,
        /// Operation and account of the customer.
        account: Digits<11>,
    },
}

impl Caixa {
    fn kind(registered: bool) -> &'static str {
        if registered { "14" } else { "24" }
    }
}

impl FreeField for Caixa {
    const BANK: &'static str = "104";

    fn free_field(&self) -> Digits<25> {
        match self {
            Self::Sigcb { customer, registered, number } => {
                let (kind, issued_by) = Self::kind(*registered).split_at(1);
                let number = number.as_str();
                let field = [
                    customer.as_str(),
                    &modulo_11_or_zero(customer.as_str()).to_string(),
                    &number[..3],
                    kind,
                    &number[3..6],
                    issued_by,
                    &number[6..],
                ]
                .concat();
                Digits::joined(&[&field, &modulo_11_or_zero(&field).to_string()])
            }
            Self::Sicob { number, agency, account } => {
                Digits::joined(&[number.as_str(), agency.as_str(), account.as_str()])
            }
        }
    }

    fn our_number(&self) -> String {
        let number = match self {
            Self::Sigcb { registered, number, .. } => {
                format!("{}{number}", Self::kind(*registered))
            }
            Self::Sicob { number, .. } => number.to_string(),
        };
        format!("{number}-{}", modulo_11_or_zero(&number))
    }
}
