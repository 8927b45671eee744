//! Inter: agency, wallet, the customer's operation and the number.

use super::FreeField;
use crate::boleto::{Digits, check::modulo_10};

/// A number at Banco Inter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Inter {
    /// The agency: `0001`.
    pub agency: Digits<4>,
    /// The wallet: `110` or `112`.
    pub wallet: Digits<3>,
    /// The operation, a code of the customer.
    pub operation: Digits<7>,
    /// The number, without its check digit.
    pub number: Digits<10>,
}

impl Inter {
    fn digit(&self) -> u32 {
        modulo_10(&format!("{}{}{}", self.agency, self.wallet, self.number))
    }
}

impl FreeField for Inter {
    const BANK: &'static str = "077";

    fn free_field(&self) -> Digits<25> {
        Digits::joined(&[
            self.agency.as_str(),
            self.wallet.as_str(),
            self.operation.as_str(),
            self.number.as_str(),
            &self.digit().to_string(),
        ])
    }

    fn our_number(&self) -> String {
        format!("{}-{}", self.number, self.digit())
    }
}
