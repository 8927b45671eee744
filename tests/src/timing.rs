//! How long things took, as benchmarks tell it.
#![allow(clippy::cast_precision_loss, reason = "times are rounded when they are told")]

use std::time::Duration;

use serde_json::{Value, json};

/// The time within which so many of a hundred are done, of sorted times; none of no times.
#[must_use]
pub fn within(sorted: &[Duration], percent: usize) -> Duration {
    let last = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(last).copied().unwrap_or_default()
}

/// Milliseconds, to tenths.
#[must_use]
pub fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}

/// Sorted times as an object.
#[must_use]
pub fn object(sorted: &[Duration]) -> Value {
    let at = |percent| milliseconds(within(sorted, percent));
    json!({ "count": sorted.len(), "p50_ms": at(50), "p99_ms": at(99), "max_ms": at(100) })
}

/// Sorted times as a line.
#[must_use]
pub fn line(name: &str, sorted: &[Duration]) -> String {
    let at = |percent| milliseconds(within(sorted, percent));
    format!(
        "  {name:<16} half within {:>7.1} ms, 99 % within {:>7.1} ms, all within {:>7.1} ms",
        at(50),
        at(99),
        at(100)
    )
}
