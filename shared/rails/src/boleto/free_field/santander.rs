//! Santander: the customer's code, the number and the wallet.

use super::FreeField;
use crate::boleto::{Digits, check::remainder_11};

/// A number in a wallet of Santander.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Santander {
    /// The code of the customer ("código do beneficiário", once PSK).
    pub customer: Digits<7>,
    /// The number, without its check digit.
    pub number: Digits<12>,
    /// The wallet: `101` is registered collection by the simple rules.
    pub wallet: Digits<3>,
    /// Whether the barcode carries the number's check digit, as the manual has it. Some older
    /// agreements have thirteen digits without one.
    pub checked: bool,
}

impl Santander {
    /// Modulo 11, weights 2 to 9; the remainder 10 is one, 0 and 1 are zero.
    fn digit(&self) -> u32 {
        match remainder_11(self.number.as_str(), 9) {
            10 => 1,
            0 | 1 => 0,
            remainder => 11 - remainder,
        }
    }
}

impl FreeField for Santander {
    const BANK: &'static str = "033";

    fn free_field(&self) -> Digits<25> {
        let number = if self.checked {
            format!("{}{}", self.number, self.digit())
        } else {
            format!("0{}", self.number)
        };
        Digits::joined(&["9", self.customer.as_str(), &number, "0", self.wallet.as_str()])
    }

    fn our_number(&self) -> String {
        format!("{}-{}", self.number, self.digit())
    }
}
