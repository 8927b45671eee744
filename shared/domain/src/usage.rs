//! Usage: what was metered, by day.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ids::{MeterCode, SubscriptionId};

/// What one meter of one subscription counted on one day. There is one per day: a later record
/// of the same day takes the place of the earlier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct UsageDay {
    /// The subscription.
    pub subscription: SubscriptionId,
    /// The meter.
    pub meter: MeterCode,
    /// The day.
    pub date: Date,
    /// How much, in the meter's unit; not below zero.
    pub quantity: Decimal,
}
