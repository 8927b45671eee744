//! One attempt to collect from a stored method, and how it stands.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    charge::{ChargeKey, Charges},
    ids::{GatewayCode, MethodId},
    money::Money,
    payment::Advice,
    rail::Rail,
    reference::Reference,
};

/// One attempt to collect from a stored method. It is noted before it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The rail.
    pub rail: Rail,
    /// The gateway.
    pub gateway: GatewayCode,
    /// Counts what was asked for this invoice on this rail.
    #[serde(rename = "n")]
    pub serial: u8,
    /// From which method.
    pub method: MethodId,
    /// How much.
    #[serde(rename = "amt")]
    pub amount: Money,
    /// The business date on which it was made.
    pub on: Date,
    /// The day on which the money is to move.
    pub due: Date,
    /// How it stands.
    pub state: AttemptState,
}

/// How an attempt stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// It has been begun, and nobody knows what came of it: it is made again with the same key,
    /// which collects nothing twice.
    Pending,
    /// The gateway is at work on it, and will tell.
    UnderWay(Option<Reference>),
    /// The gateway says that the money is there.
    Received,
    /// The books have the money.
    Settled,
    /// It was taken back before any money moved, or never made: it counts for nothing.
    TakenBack,
    /// It failed.
    Failed {
        /// The gateway's own code.
        code: String,
        /// What to do.
        advice: Advice,
    },
}

impl Attempt {
    /// Whether its outcome is known.
    #[must_use]
    pub fn is_over(&self) -> bool {
        !matches!(self.state, AttemptState::Pending | AttemptState::UnderWay(_))
    }

    /// Whether the books have its money.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.state == AttemptState::Settled
    }

    /// Whether it counts for nothing.
    #[must_use]
    pub fn is_taken_back(&self) -> bool {
        self.state == AttemptState::TakenBack
    }

    /// Its key.
    #[must_use]
    pub fn key(&self, charges: &Charges) -> ChargeKey {
        ChargeKey {
            account: charges.account.clone(),
            invoice: charges.invoice,
            rail: self.rail,
            serial: self.serial,
        }
    }
}
