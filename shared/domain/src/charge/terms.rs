//! The terms of a charge: what a gateway is told of an invoice.

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::{account::Customer, ids::RegionCode, money::Money};

/// What is added to a charge that is paid late, by the gateway itself: a fine once, and simple
/// interest by calendar day ("pro rata die"). In Brazil at most 2 % and 1 % a month (Lei
/// 8.078/1990, art. 52, § 1º; Código Civil, art. 406).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateTerms {
    /// Percent of the amount, once, from the day after the due date.
    #[serde(default)]
    pub fine_percent: Decimal,
    /// Percent of the amount a month of thirty days, for each day after the due date.
    #[serde(default)]
    pub interest_percent: Decimal,
}

impl LateTerms {
    /// Whether nothing is added.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.fine_percent.is_zero() && self.interest_percent.is_zero()
    }

    /// Terms that add to the whole of an amount what these add to a share of it (0 to 1), or a little less:
    /// banks take two decimals.
    #[must_use]
    pub fn on_share(self, share: Decimal) -> Self {
        if share >= Decimal::ONE {
            return self;
        }
        let of = |percent: Decimal| {
            (percent * share).round_dp_with_strategy(2, RoundingStrategy::ToZero).normalize()
        };
        Self { fine_percent: of(self.fine_percent), interest_percent: of(self.interest_percent) }
    }
}

/// What a gateway is told of an invoice on a rail. Whatever of it changes is told as a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// What is to be paid by the due date.
    #[serde(rename = "amt")]
    pub amount: Money,
    /// By when.
    pub due: Date,
    /// It can be paid for so many days after the due date.
    #[serde(rename = "days")]
    pub payable_days: u16,
    /// What is added to it when it is paid late.
    #[serde(default, skip_serializing_if = "LateTerms::is_none")]
    pub late: LateTerms,
}

/// Who pays, as a gateway is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    /// Name, tax registration and address as printed.
    pub customer: Customer,
    /// Where the gateway may write to; empty for none.
    pub email: String,
    /// The state or province where the service is, if the account has one.
    pub region: Option<RegionCode>,
    /// The number of the invoice that people read: `1042-261110`.
    pub invoice_number: String,
}
