//! Banco do Brasil: four layouts, by the length of the agreement ("convênio").

use super::FreeField;
use crate::boleto::{Digits, check::of_banco_do_brasil};

/// A number in an agreement with Banco do Brasil.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BancoDoBrasil {
    /// Agreements of seven digits, today's, and of eight: 17 digits that begin with it.
    Whole {
        /// Agreement and number.
        number: Digits<17>,
        /// The wallet ("carteira").
        wallet: Digits<2>,
    },
    /// Agreements of six digits, with a number of 17 digits.
    Six17 {
        /// The agreement.
        agreement: Digits<6>,
        /// The number.
        number: Digits<17>,
    },
    /// Agreements of six digits, with a number of five.
    Six5 {
        /// The agreement.
        agreement: Digits<6>,
        /// The number.
        number: Digits<5>,
        /// The agency, without its check digit.
        agency: Digits<4>,
        /// The account, without its check digit.
        account: Digits<8>,
        /// The wallet.
        wallet: Digits<2>,
    },
    /// Agreements of four digits, with a number of seven.
    Four {
        /// The agreement.
        agreement: Digits<4>,
        /// The number.
        number: Digits<7>,
        /// The agency, without its check digit.
        agency: Digits<4>,
        /// The account, without its check digit.
        account: Digits<8>,
        /// The wallet.
        wallet: Digits<2>,
    },
}

/// The check digit of an agency, and of an account: `X` for ten.
#[must_use]
pub fn agency_digit(agency: &str) -> char {
    of_banco_do_brasil(agency)
}

impl FreeField for BancoDoBrasil {
    const BANK: &'static str = "001";

    fn free_field(&self) -> Digits<25> {
        match self {
            Self::Whole { number, wallet } => {
                Digits::joined(&["000000", number.as_str(), wallet.as_str()])
            }
            Self::Six17 { agreement, number } => {
                Digits::joined(&[agreement.as_str(), number.as_str(), "21"])
            }
            Self::Six5 { agreement, number, agency, account, wallet } => Digits::joined(&[
                agreement.as_str(),
                number.as_str(),
                agency.as_str(),
                account.as_str(),
                wallet.as_str(),
            ]),
            Self::Four { agreement, number, agency, account, wallet } => Digits::joined(&[
                agreement.as_str(),
                number.as_str(),
                agency.as_str(),
                account.as_str(),
                wallet.as_str(),
            ]),
        }
    }

    fn our_number(&self) -> String {
        match self {
            // Numbers of 17 digits are printed without a check digit.
            Self::Whole { number, .. } | Self::Six17 { number, .. } => number.to_string(),
            Self::Six5 { agreement, number, .. } => with_digit(&format!("{agreement}{number}")),
            Self::Four { agreement, number, .. } => with_digit(&format!("{agreement}{number}")),
        }
    }
}

fn with_digit(number: &str) -> String {
    format!("{number}-{}", of_banco_do_brasil(number))
}
