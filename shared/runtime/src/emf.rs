//! Metrics as lines of the log that CloudWatch reads: its embedded metric format.
//!
//! One line tells what a function did in an invocation, under the dimensions `Stack` and
//! `Function`; one line per currency tells the money that it issued, under `Stack` and
//! `Currency`. Requests by operation and memory are told beside, for whoever queries the log:
//! as metrics of their own they would cost more than they say.

use std::{collections::BTreeMap, time::Duration};

use mensal_domain::money::Currency;
use mensal_store::Units;
use serde::Serialize;
use serde_json::{Number, value::RawValue};

use crate::metrics::{Counts, Metric};

/// The namespace of all metrics.
pub const NAMESPACE: &str = "Mensal";

/// What is told of one invocation.
#[derive(Clone, Debug, Default)]
pub struct Report<'a> {
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// The name of the stack.
    pub stack: &'a str,
    /// The name of the function.
    pub function: &'a str,
    /// The id that Lambda gives to the invocation.
    pub request: &'a str,
    /// The memory that the function is given, if known.
    pub memory_mb: Option<u64>,
    /// The time of the handler.
    pub duration: Duration,
    /// What it has counted.
    pub counts: Counts,
    /// What it has asked of AWS.
    pub usage: Usage,
}

/// What was asked of AWS.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    /// Requests by `Service.Operation`.
    pub requests: BTreeMap<String, u64>,
    /// Capacity units of the table.
    pub units: Units,
}

impl Usage {
    /// What was asked since an earlier look.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let more = |(name, now): (&String, &u64)| {
            let count = now - before.requests.get(name).copied().unwrap_or_default();
            (count > 0).then(|| (name.clone(), count))
        };
        Self {
            requests: self.requests.iter().filter_map(more).collect(),
            units: Units {
                read: self.units.read - before.units.read,
                write: self.units.write - before.units.write,
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    timestamp: u64,
    cloud_watch_metrics: [Directive; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: [[&'static str; 2]; 1],
    metrics: Vec<Definition>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Definition {
    name: &'static str,
    unit: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Work<'a> {
    #[serde(rename = "_aws")]
    aws: Envelope,
    stack: &'a str,
    function: &'a str,
    #[serde(flatten)]
    values: BTreeMap<&'static str, Number>,
    #[serde(rename = "requests")]
    requests: &'a BTreeMap<String, u64>,
    #[serde(rename = "memory_mb", skip_serializing_if = "Option::is_none")]
    memory_mb: Option<u64>,
    #[serde(rename = "requestId")]
    request: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Total<'a> {
    #[serde(rename = "_aws")]
    aws: Envelope,
    stack: &'a str,
    currency: &'static str,
    money_issued: Box<RawValue>,
    #[serde(rename = "requestId")]
    request: &'a str,
}

/// The lines of an invocation, each with its end.
///
/// # Errors
/// None: all that is told can be written as JSON.
pub fn emf(report: &Report<'_>) -> Result<String, serde_json::Error> {
    let mut lines = serde_json::to_string(&work(report))? + "\n";
    for (currency, amount) in &report.counts.money {
        // As it stands: a number of JSON has as many digits as money has.
        let amount = RawValue::from_string(amount.to_string())?;
        lines += &serde_json::to_string(&issued(report, *currency, amount))?;
        lines += "\n";
    }
    Ok(lines)
}

fn work<'a>(report: &'a Report<'_>) -> Work<'a> {
    let mut numbers: BTreeMap<Metric, Number> =
        report.counts.numbers.iter().map(|(metric, value)| (*metric, (*value).into())).collect();
    // Neither money nor counted: what is measured, and units that come in halves.
    let mut measured = |metric, value| {
        numbers.extend(Number::from_f64(value).map(|value| (metric, value)));
    };
    measured(Metric::Duration, milliseconds(report.duration));
    for (metric, units) in [
        (Metric::WriteUnits, report.usage.units.write),
        (Metric::ReadUnits, report.usage.units.read),
    ] {
        if units > 0.0 {
            measured(metric, tenths(units));
        }
    }
    let requests: u64 = report.usage.requests.values().sum();
    if requests > 0 {
        numbers.insert(Metric::Requests, requests.into());
    }
    let defined = |metric: &Metric| Definition { name: metric.name(), unit: metric.unit() };
    Work {
        aws: envelope(report, "Function", numbers.keys().map(defined).collect()),
        stack: report.stack,
        function: report.function,
        values: numbers.into_iter().map(|(metric, value)| (metric.name(), value)).collect(),
        requests: &report.usage.requests,
        memory_mb: report.memory_mb,
        request: report.request,
    }
}

fn issued<'a>(report: &'a Report<'_>, currency: Currency, amount: Box<RawValue>) -> Total<'a> {
    let money = Definition { name: "MoneyIssued", unit: "None" };
    Total {
        aws: envelope(report, "Currency", vec![money]),
        stack: report.stack,
        currency: currency.code(),
        money_issued: amount,
        request: report.request,
    }
}

fn envelope(report: &Report<'_>, by: &'static str, metrics: Vec<Definition>) -> Envelope {
    let directive = Directive { namespace: NAMESPACE, dimensions: [["Stack", by]], metrics };
    Envelope { timestamp: report.at, cloud_watch_metrics: [directive] }
}

/// To a hundredth: finer says nothing.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e5).round() / 100.0
}

/// Units are sums and differences of halves; what else there is, is of the arithmetic.
fn tenths(units: f64) -> f64 {
    (units * 10.0).round() / 10.0
}

#[cfg(test)]
#[path = "emf/tests.rs"]
mod tests;
