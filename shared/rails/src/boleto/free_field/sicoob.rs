//! Sicoob: the cooperative's number, the customer's code and the number.

use super::FreeField;
use crate::boleto::Digits;

/// The weights of the check digit, again and again from the left.
const WEIGHTS: [u32; 4] = [3, 1, 9, 7];

/// A number at a cooperative of Sicoob.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sicoob {
    /// The wallet: 1 is simple collection.
    pub wallet: Digits<1>,
    /// The cooperative.
    pub cooperative: Digits<4>,
    /// The modality: `01` is simple, registered.
    pub modality: Digits<2>,
    /// The code of the customer, with its check digit.
    pub customer: Digits<7>,
    /// The number.
    pub number: Digits<7>,
    /// The instalment, `001` of a single one.
    pub instalment: Digits<3>,
}

impl Sicoob {
    /// Modulo 11 over cooperative, customer (ten digits) and number; 0 and 1 become zero.
    fn digit(&self) -> u32 {
        let all = format!("{}{:0>10}{}", self.cooperative, self.customer, self.number);
        let digits = all.chars().filter_map(|c| c.to_digit(10));
        let sum: u32 = digits.zip(WEIGHTS.into_iter().cycle()).map(|(d, weight)| d * weight).sum();
        match sum % 11 {
            0 | 1 => 0,
            remainder => 11 - remainder,
        }
    }
}

impl FreeField for Sicoob {
    const BANK: &'static str = "756";

    fn free_field(&self) -> Digits<25> {
        Digits::joined(&[
            self.wallet.as_str(),
            self.cooperative.as_str(),
            self.modality.as_str(),
            self.customer.as_str(),
            self.number.as_str(),
            &self.digit().to_string(),
            self.instalment.as_str(),
        ])
    }

    fn our_number(&self) -> String {
        format!("{}-{}", self.number, self.digit())
    }
}
