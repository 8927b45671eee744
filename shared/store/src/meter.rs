//! What requests to the table consume, as DynamoDB says in its answers.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::ConsumedCapacity;

/// Capacity units consumed since the start. Counted in tenths: reads come in halves.
#[derive(Debug, Default)]
pub struct Meter {
    reads: AtomicU64,
    writes: AtomicU64,
}

/// Capacity units of on-demand tables: what DynamoDB charges for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Units {
    /// Read request units.
    pub read: f64,
    /// Write request units.
    pub write: f64,
}

impl Meter {
    /// The units so far.
    #[must_use]
    pub fn units(&self) -> Units {
        #[allow(clippy::cast_precision_loss)] // a count of requests, not money
        let units = |tenths: &AtomicU64| tenths.load(Ordering::Relaxed) as f64 / 10.0;
        Units { read: units(&self.reads), write: units(&self.writes) }
    }

    pub(crate) fn read<'a>(&self, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        add(&self.reads, consumed);
    }

    pub(crate) fn wrote<'a>(&self, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
        add(&self.writes, consumed);
    }
}

fn add<'a>(counter: &AtomicU64, consumed: impl IntoIterator<Item = &'a ConsumedCapacity>) {
    let units: f64 = consumed.into_iter().filter_map(ConsumedCapacity::capacity_units).sum();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // small, never negative
    counter.fetch_add((units * 10.0).round() as u64, Ordering::Relaxed);
}
