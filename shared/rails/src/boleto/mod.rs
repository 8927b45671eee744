//! Boleto: the bank slip of Brazil, by the rules of FEBRABAN.
//!
//! A boleto is a bank, a due date, an amount and 25 digits that are the bank's own, the *free
//! field* ("campo livre"). They are written twice: as a barcode of 44 digits, and as a line of 47
//! that people type ("linha digitável"), each with check digits of its own. [`free_field`] writes
//! the 25 digits of the banks that Mensal knows.

pub mod check;
mod digits;
mod factor;
pub mod free_field;
mod slip;

pub use digits::{Digits, DigitsError};
pub use factor::{DueFactor, FactorError};
pub use slip::{Boleto, BoletoError, Part};
