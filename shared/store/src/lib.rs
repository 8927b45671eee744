//! The table: the only crate that knows how things are kept in DynamoDB.
//!
//! Every decision is one transaction, conditional on the version of the account that it was made
//! from: what runs twice, late or beside itself finds the version moved on and changes nothing.

mod accounts;
mod catalog;
mod charges;
mod enforced;
mod error;
mod images;
mod issue;
mod keys;
mod looked;
mod meter;
mod notices;
mod pages;
mod parking;
mod payments;
mod review;
mod runs;
mod scan;
mod table;
pub mod telling;
mod transaction;
mod unmatched;
mod usage;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;

pub use catalog::Head;
pub use error::StoreError;
pub use images::{about, document};
pub use issue::Issued;
pub use keys::{SHARDS, shard_of};
pub use meter::{Meter, Units};
pub use parking::Parked;
pub use payments::{Entry, Settled};
pub use review::{Decided, Reviewed};
pub use runs::{Agenda, Progress, Run, ShardPlan};
pub use scan::Page;
pub use unmatched::Unmatched;

/// The table of one ISP.
#[derive(Clone, Debug)]
pub struct Store {
    client: Client,
    table: Arc<str>,
    meter: Arc<Meter>,
}

impl Store {
    /// The table of a name, reached through a client.
    #[must_use]
    pub fn new(client: Client, table: impl Into<Arc<str>>) -> Self {
        Self { client, table: table.into(), meter: Arc::default() }
    }

    /// What its requests have consumed so far.
    #[must_use]
    pub fn meter(&self) -> &Arc<Meter> {
        &self.meter
    }
}
