//! The free field: the 25 digits of a barcode that each bank lays out as it likes, and "nosso
//! número", the number by which the bank knows the boleto.
//!
//! One module a bank, by its manual for collection ("cobrança"). Each takes what the bank has
//! given to its customer (agency, account, agreement, wallet) and the customer's own number.

mod banco_do_brasil;
mod bradesco;
mod caixa;
mod inter;
mod itau;
mod santander;
mod sicoob;
mod sicredi;

pub use banco_do_brasil::{BancoDoBrasil, agency_digit as banco_do_brasil_agency_digit};
pub use bradesco::{Bradesco, agency_digit as bradesco_agency_digit};
pub use caixa::Caixa;
pub use inter::Inter;
pub use itau::{Itau, account_digit as itau_account_digit};
pub use santander::Santander;
pub use sicoob::Sicoob;
pub use sicredi::Sicredi;

use super::Digits;

/// What a bank makes of a number of ours.
pub trait FreeField {
    /// The bank's number with the clearing house.
    const BANK: &'static str;

    /// The 25 digits.
    fn free_field(&self) -> Digits<25>;

    /// "Nosso número" as it is printed, with its check digit.
    fn our_number(&self) -> String;
}
