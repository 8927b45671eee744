//! Runs: who is due, how many were planned, and how far a run is.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use jiff::{ToSpan, civil::Date, tz::TimeZone};
use mensal_domain::ids::AccountId;
use serde::{Deserialize, Serialize};

use crate::{
    SHARDS, Store, StoreError,
    accounts::{read, text_of},
    keys::{self, AgendaKeys, Item, PK},
};

/// So many days after its date, nobody asks any more how far a run was.
const KEPT: i32 = 400;

/// A run: what it sweeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Run {
    /// Accounts that have a cycle to be billed.
    Billing,
    /// Accounts that are to be looked at: something is to be collected or registered.
    Collection,
}

impl Run {
    fn keys(self) -> AgendaKeys {
        match self {
            Self::Billing => keys::BILL,
            Self::Collection => keys::REVIEW,
        }
    }
}

/// A page of the agenda.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agenda {
    /// Accounts that are due, the longest overdue first.
    pub accounts: Vec<AccountId>,
    /// Where the next page begins: the place on the agenda and the account of the last of this one; none if
    /// there is no more.
    pub next: Option<(String, AccountId)>,
}

/// What was planned for one shard of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardPlan {
    /// Which shard.
    pub shard: u8,
    /// How many accounts were due.
    pub planned: u64,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Shards whose plan is sealed, of [`SHARDS`].
    pub sealed: u64,
    /// Accounts that were planned.
    pub planned: u64,
    /// Accounts that are still on the agenda at the run's date.
    pub left: u64,
}

impl Progress {
    /// Whether every shard is planned and nobody is left.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.sealed == u64::from(SHARDS) && self.left == 0
    }

    /// Whether somebody waits for the run: an account that is due, or a shard that is still to be
    /// planned once the run has begun. A date on which nobody is due needs no run.
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        self.left > 0 || (1..u64::from(SHARDS)).contains(&self.sealed)
    }
}

impl Store {
    /// The accounts of a shard that are due on or before a date, at most `limit`.
    ///
    /// The index follows the table with a short delay: an account that has just moved may be
    /// missing or named once too often. Both are harmless: billing reads the account itself, and
    /// the next run finds what this one missed.
    ///
    /// # Errors
    /// The table's.
    pub async fn agenda(
        &self,
        run: Run,
        date: Date,
        shard: u8,
        after: Option<(String, AccountId)>,
        limit: i32,
    ) -> Result<Agenda, StoreError> {
        let start = after.map(|(on, account)| start_key(run.keys(), shard, on, &account));
        let page =
            self.due(run, date, shard).set_exclusive_start_key(start).limit(limit).send().await?;
        self.meter.read(page.consumed_capacity());
        let account = |item: &Item| {
            let pk = text_of(item, PK).unwrap_or_default();
            keys::account_of_pk(pk).ok_or_else(|| StoreError::unreadable(pk, "no account's key"))
        };
        let accounts = page.items().iter().map(account).collect::<Result<_, _>>()?;
        let next = page.last_evaluated_key().map(|key| {
            let on = text_of(key, run.keys().on).unwrap_or_default().to_owned();
            account(key).map(|account| (on, account))
        });
        Ok(Agenda { accounts, next: next.transpose()? })
    }

    /// Seals how many accounts of a shard were due on a date. What is sealed only grows: a second
    /// planner that comes later sees fewer. The table forgets it after [`KEPT`] days.
    ///
    /// # Errors
    /// The table's.
    pub async fn seal(&self, run: Run, date: Date, plan: ShardPlan) -> Result<(), StoreError> {
        let key = run.keys().run_shard(date, plan.shard);
        let mut item = crate::accounts::to_item(&key, &plan)?;
        if let Some(expires) = midnight(date.saturating_add(KEPT.days())) {
            item.insert(keys::EXPIRES.into(), keys::number(expires));
        }
        let sealed = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(PK) OR planned < :planned")
            .expression_attribute_values(":planned", keys::number(plan.planned))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match sealed.map_err(StoreError::from) {
            Ok(done) => {
                self.meter.wrote(done.consumed_capacity());
                Ok(())
            }
            Err(StoreError::Moved) => Ok(()), // sealed before, at least as high
            Err(error) => Err(error),
        }
    }

    /// How far a run is. Costs reads only: what was planned less what is still on the agenda.
    ///
    /// # Errors
    /// The table's.
    pub async fn progress(&self, run: Run, date: Date) -> Result<Progress, StoreError> {
        let shards = self.partition(&run.keys().run_pk(date), "SHARD#").await?;
        let mut progress = Progress::default();
        for item in shards {
            let plan: ShardPlan = read(&run.keys().run_shard(date, 0), item)?;
            progress.sealed += 1;
            progress.planned += plan.planned;
        }
        progress.left = self.due_count(run, date).await?;
        Ok(progress)
    }

    /// How many accounts are due on or before a date.
    ///
    /// # Errors
    /// The table's.
    pub async fn due_count(&self, run: Run, date: Date) -> Result<u64, StoreError> {
        let mut count = 0;
        for shard in 0..SHARDS {
            count += self.counted(self.due(run, date, shard)).await?;
        }
        Ok(count)
    }

    /// The date of the earliest cycle of all accounts; none if nobody has one.
    ///
    /// # Errors
    /// The table's.
    pub async fn earliest_cycle(&self) -> Result<Option<Date>, StoreError> {
        let mut earliest: Option<Date> = None;
        for shard in 0..SHARDS {
            let page = self.due(Run::Billing, Date::MAX, shard).limit(1).send().await?;
            self.meter.read(page.consumed_capacity());
            let first = page.items().first().and_then(|item| text_of(item, keys::BILL.on));
            let date = first.and_then(|on| on.get(..10)?.parse().ok());
            earliest = [earliest, date].into_iter().flatten().min();
        }
        Ok(earliest)
    }

    fn due(
        &self,
        run: Run,
        date: Date,
        shard: u8,
    ) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
        let AgendaKeys { index, shard: of, on, .. } = run.keys();
        self.client
            .query()
            .table_name(&*self.table)
            .index_name(index)
            .key_condition_expression(format!("{of} = :shard AND {on} <= :through"))
            .expression_attribute_values(":shard", keys::text(run.keys().shard_of(shard)))
            .expression_attribute_values(":through", keys::text(keys::through(date)))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
    }
}

/// When a day begins in UTC, in seconds of 1970; none for what lies before.
fn midnight(date: Date) -> Option<u64> {
    let midnight = date.to_zoned(TimeZone::UTC).ok()?;
    midnight.timestamp().as_second().try_into().ok()
}

fn start_key(
    agenda: AgendaKeys,
    shard: u8,
    on: String,
    account: &AccountId,
) -> HashMap<String, AttributeValue> {
    let mut key = keys::account(account).into_item();
    key.insert(agenda.shard.into(), keys::text(agenda.shard_of(shard)));
    key.insert(agenda.on.into(), keys::text(on));
    key
}
