//! Sicredi: the year, who numbers, and a number of five digits.

use super::FreeField;
use crate::boleto::{Digits, check::modulo_11_or_zero};

/// A number at a cooperative of Sicredi.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sicredi {
    /// The kind of collection: 1 is registered, 3 is not.
    pub kind: Digits<1>,
    /// The wallet: 1 is simple.
    pub wallet: Digits<1>,
    /// The cooperative.
    pub cooperative: Digits<4>,
    /// Its post.
    pub post: Digits<2>,
    /// The code of the customer.
    pub customer: Digits<5>,
    /// The last two digits of the year in which the number was given.
    pub year: Digits<2>,
    /// Who gave it: 1 is the cooperative, 2 to 9 the customer.
    pub given_by: Digits<1>,
    /// The number.
    pub number: Digits<5>,
}

impl Sicredi {
    fn digit(&self) -> u32 {
        let Self { cooperative, post, customer, year, given_by, number, .. } = self;
        modulo_11_or_zero(&format!("{cooperative}{post}{customer}{year}{given_by}{number}"))
    }
}

impl FreeField for Sicredi {
    const BANK: &'static str = "748";

    fn free_field(&self) -> Digits<25> {
        let Self { kind, wallet, cooperative, post, customer, year, given_by, number } = self;
        // The amount is known (1), and a filler.
        let digit = self.digit();
        let field =
            format!("{kind}{wallet}{year}{given_by}{number}{digit}{cooperative}{post}{customer}10");
        Digits::joined(&[&field, &modulo_11_or_zero(&field).to_string()])
    }

    fn our_number(&self) -> String {
        format!("{}/{}{}-{}", self.year, self.given_by, self.number, self.digit())
    }
}
