//! Itaú: wallet, number, check digit ("DAC"), agency and account.

use super::FreeField;
use crate::boleto::{Digits, check::modulo_10};

/// Wallets whose check digit leaves the agency and the account out (manual of collection, "DAC do
/// nosso número").
const WITHOUT_ACCOUNT: [&str; 5] = ["126", "131", "146", "150", "168"];

/// A number in a wallet of Itaú.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Itau {
    /// Most wallets.
    Account {
        /// The wallet.
        wallet: Digits<3>,
        /// The number.
        number: Digits<8>,
        /// Its check digit, where the bank gives the numbers (wallets that it keeps itself, such
        /// as 112) and this with them; else it is computed.
        number_digit: Option<Digits<1>>,
        /// The agency.
        agency: Digits<4>,
        /// The account, without its check digit.
        account: Digits<5>,
        /// The account's check digit, as the bank has given it: see [`account_digit`].
        account_digit: Digits<1>,
    },
    /// Wallets 107, 122, 142, 143, 196 and 198, which carry a document's number and the code of
    /// the customer.
    Document {
        /// The wallet.
        wallet: Digits<3>,
        /// The number.
        number: Digits<8>,
        /// The number of the customer's own document.
        document: Digits<7>,
        /// The code that the bank has given to the customer.
        customer: Digits<5>,
        /// The agency, for the check digit that is printed.
        agency: Digits<4>,
        /// The account, without its check digit.
        account: Digits<5>,
    },
}

/// The check digit of an account.
#[must_use]
pub fn account_digit(agency: &Digits<4>, account: &Digits<5>) -> u32 {
    modulo_10(&format!("{agency}{account}"))
}

impl Itau {
    fn number_digit(&self) -> String {
        if let Self::Account { number_digit: Some(given), .. } = self {
            return given.to_string();
        }
        let (Self::Account { wallet, number, agency, account, .. }
        | Self::Document { wallet, number, agency, account, .. }) = self;
        let digit = if WITHOUT_ACCOUNT.contains(&wallet.as_str()) {
            modulo_10(&format!("{wallet}{number}"))
        } else {
            modulo_10(&format!("{agency}{account}{wallet}{number}"))
        };
        digit.to_string()
    }
}

impl FreeField for Itau {
    const BANK: &'static str = "341";

    fn free_field(&self) -> Digits<25> {
        match self {
            Self::Account { wallet, number, agency, account, account_digit, .. } => {
                Digits::joined(&[
                    wallet.as_str(),
                    number.as_str(),
                    &self.number_digit(),
                    agency.as_str(),
                    account.as_str(),
                    account_digit.as_str(),
                    "000",
                ])
            }
            Self::Document { wallet, number, document, customer, .. } => {
                let all = format!("{wallet}{number}{document}{customer}");
                Digits::joined(&[&all, &modulo_10(&all).to_string(), "0"])
            }
        }
    }

    fn our_number(&self) -> String {
        let (Self::Account { wallet, number, .. } | Self::Document { wallet, number, .. }) = self;
        format!("{wallet}/{number}-{}", self.number_digit())
    }
}
