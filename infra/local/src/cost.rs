//! What a run would have cost on AWS: requests, units and time, at public list prices.

use mensal_runtime::emf::Usage as Asked;
use rust_decimal::{Decimal, prelude::FromPrimitive};
use serde::Deserialize;
use serde_json::Value;

use crate::stack::{Error, Stack};

/// The prices, dated, as data.
const PRICES: &str = include_str!("../../prices/us-east-1.json");

/// The memory in which a Lambda function has one whole processor, in GB: AWS gives processor
/// time in proportion to memory, so this prices work that keeps a processor busy.
const GB_PER_PROCESSOR: Decimal = Decimal::from_parts(1_769, 0, 0, false, 3);

#[derive(Deserialize)]
struct PriceList {
    as_of: String,
    region: String,
    per_million: Prices,
}

/// USD per million.
#[derive(Deserialize)]
struct Prices {
    dynamodb_write_unit: Decimal,
    dynamodb_read_unit: Decimal,
    s3_put: Decimal,
    s3_get: Decimal,
    sqs_request: Decimal,
    eventbridge_event: Decimal,
    lambda_request: Decimal,
    lambda_arm64_gb_second: Decimal,
    log_gb: Decimal,
}

/// What has been used since the start of the stack: the difference of two is what happened in
/// between.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// Requests, and capacity units of the table.
    pub asked: Asked,
    /// Events on the bus.
    pub events: u64,
    /// Invocations of functions.
    pub invocations: u64,
    /// The time they took, in seconds.
    pub seconds: f64,
    /// The memory that a function is given, in GB; none where it is not known, and its work is
    /// priced as that of one whole processor.
    pub memory_gb: Option<Decimal>,
    /// What was logged, in bytes.
    pub log_bytes: u64,
}

impl Usage {
    /// What the stack has used so far.
    #[must_use]
    pub fn of(stack: &Stack) -> Self {
        let work = stack.busy().work();
        Self {
            asked: Asked {
                requests: stack.requests().counts(),
                units: stack.store().meter().units(),
            },
            events: stack.events(),
            invocations: work.values().map(|work| work.invocations).sum(),
            seconds: work.values().map(|work| work.time.as_secs_f64()).sum(),
            memory_gb: None,
            log_bytes: 0,
        }
    }

    /// What was used since an earlier look.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        Self {
            asked: self.asked.since(&before.asked),
            events: self.events - before.events,
            invocations: self.invocations - before.invocations,
            seconds: self.seconds - before.seconds,
            memory_gb: self.memory_gb,
            log_bytes: self.log_bytes - before.log_bytes,
        }
    }

    fn requests(&self, wanted: impl Fn(&str) -> bool) -> Decimal {
        self.asked
            .requests
            .iter()
            .filter(|(name, _)| wanted(name))
            .map(|(_, n)| Decimal::from(*n))
            .sum()
    }
}

/// What something would have cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// In USD.
    pub usd: Decimal,
    /// Where and when these prices held.
    pub prices: String,
}

/// The prices of what a stack costs by the month, in USD.
#[derive(Clone, Debug, Deserialize)]
pub struct Monthly {
    /// An alarm.
    pub alarm: Decimal,
    /// A dashboard.
    pub dashboard: Decimal,
    /// A million requests to SQS.
    pub million_sqs_requests: Decimal,
    /// A gigabyte of PDFs in the bucket.
    pub s3_gb: Decimal,
    /// A gigabyte in the table, twice: with its continuous backup.
    pub table_gb: Decimal,
}

/// The monthly prices.
///
/// # Errors
/// When the price list cannot be read: a fault of this build.
pub fn monthly() -> Result<Monthly, Error> {
    #[derive(Deserialize)]
    struct List {
        per_month: Monthly,
    }
    Ok(serde_json::from_str::<List>(PRICES)?.per_month)
}

/// A decimal as a JSON number: a figure for programs to compare, not money that anybody owes.
#[must_use]
pub fn number(decimal: Decimal) -> Value {
    serde_json::from_str(&decimal.to_string()).unwrap_or(Value::Null)
}

/// The price of what was used.
///
/// # Errors
/// When the price list cannot be read: a fault of this build.
pub fn price(usage: &Usage) -> Result<Cost, Error> {
    let list: PriceList = serde_json::from_str(PRICES)?;
    let p = list.per_million;
    let decimal = |number: f64| Decimal::from_f64(number).unwrap_or_default();
    let millionths = decimal(usage.asked.units.write) * p.dynamodb_write_unit
        + decimal(usage.asked.units.read) * p.dynamodb_read_unit
        + usage.requests(|name| name == "S3.PutObject") * p.s3_put
        + usage.requests(|name| name == "S3.GetObject") * p.s3_get
        + usage.requests(|name| name.starts_with("SQS.")) * p.sqs_request
        + Decimal::from(usage.events) * p.eventbridge_event
        + Decimal::from(usage.invocations) * p.lambda_request
        + decimal(usage.seconds)
            * usage.memory_gb.unwrap_or(GB_PER_PROCESSOR)
            * p.lambda_arm64_gb_second
        + Decimal::from(usage.log_bytes) * p.log_gb / Decimal::from(1_000_000_000);
    let usd = millionths / Decimal::from(1_000_000);
    Ok(Cost { usd, prices: format!("{}, {}", list.region, list.as_of) })
}

/// The cost of a million invoices, when so many cost so much; none of none.
#[must_use]
pub fn per_million(cost: &Cost, invoices: u64) -> Option<Decimal> {
    let share = cost.usd * Decimal::from(1_000_000);
    share.checked_div(Decimal::from(invoices)).map(|usd| usd.round_dp(2))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use mensal_store::Units;

    use super::*;

    #[test]
    fn the_floor_of_an_invoice_is_one_put_and_one_transaction() {
        let usage = Usage {
            asked: Asked {
                requests: BTreeMap::from([
                    ("S3.PutObject".into(), 1),
                    ("DynamoDB.TransactWriteItems".into(), 1),
                ]),
                units: Units { read: 0.0, write: 8.0 },
            },
            ..Usage::default()
        };
        let cost = price(&usage).unwrap();
        assert_eq!(per_million(&cost, 1), Some(Decimal::from(10))); // 5 + 8 × 0.625
        assert_eq!(per_million(&cost, 0), None);
    }
}
