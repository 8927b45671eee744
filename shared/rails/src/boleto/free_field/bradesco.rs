//! Bradesco: agency, wallet, number and account.

use super::FreeField;
use crate::boleto::{Digits, check::remainder_11};

/// A number in a wallet of Bradesco.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bradesco {
    /// The agency, without its check digit.
    pub agency: Digits<4>,
    /// The wallet: `09` is registered collection.
    pub wallet: Digits<2>,
    /// The number.
    pub number: Digits<11>,
    /// The account, without its check digit.
    pub account: Digits<7>,
}

/// The check digit of an agency, and of an account: modulo 11 with weights 2 to 9 (to 7 for
/// accounts, which have no more digits); ten is `P`, eleven 0.
#[must_use]
pub fn agency_digit(agency: &str) -> char {
    digit(remainder_11(agency, 9))
}

fn digit(remainder: u32) -> char {
    match 11 - remainder {
        10 => 'P',
        11 => '0',
        digit => char::from_digit(digit, 10).unwrap_or('0'),
    }
}

impl FreeField for Bradesco {
    const BANK: &'static str = "237";

    fn free_field(&self) -> Digits<25> {
        let Self { agency, wallet, number, account } = self;
        let parts = [agency.as_str(), wallet.as_str(), number.as_str(), account.as_str(), "0"];
        Digits::joined(&parts)
    }

    /// Its check digit: weights 2 to 7 over wallet and number.
    fn our_number(&self) -> String {
        let Self { wallet, number, .. } = self;
        let digit = digit(remainder_11(&format!("{wallet}{number}"), 7));
        format!("{wallet}/{number}-{digit}")
    }
}
