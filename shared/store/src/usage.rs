//! Usage records: one item per subscription, meter and calendar month.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use mensal_domain::{
    calendar::Span,
    ids::{AccountId, MeterCode, SubscriptionId},
    usage::UsageDay,
};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError,
    accounts::{read, to_item},
    keys::{self, Item, Key},
};

#[derive(Serialize, Deserialize)]
struct Month {
    days: Vec<UsageDay>,
}

impl Store {
    /// What was metered on an account in a span of days.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] for an item that is no usage, or the table's.
    pub async fn usage(
        &self,
        account: &AccountId,
        span: Span,
    ) -> Result<Vec<UsageDay>, StoreError> {
        let last = format!("{}~", keys::usage_month(span.last_day()));
        let query = self
            .client
            .query()
            .key_condition_expression("PK = :pk AND SK BETWEEN :from AND :to")
            .expression_attribute_values(":pk", keys::text(keys::account_pk(account)))
            .expression_attribute_values(":from", keys::text(keys::usage_month(span.start())))
            .expression_attribute_values(":to", keys::text(last));
        let mut out = Vec::new();
        for item in self.every_page(query).await? {
            let month: Month = read(&keys::account(account), item)?;
            out.extend(month.days.into_iter().filter(|day| span.contains(day.date)));
        }
        Ok(out)
    }

    /// Records usage; a day that is recorded already is replaced. Returns how many months changed.
    ///
    /// # Errors
    /// As [`Store::usage`].
    pub async fn record_usage(
        &self,
        account: &AccountId,
        days: &[UsageDay],
    ) -> Result<usize, StoreError> {
        let mut months: BTreeMap<(String, &SubscriptionId, &MeterCode), Vec<&UsageDay>> =
            BTreeMap::new();
        for day in days {
            let month = (keys::usage_month(day.date), &day.subscription, &day.meter);
            months.entry(month).or_default().push(day);
        }
        let mut changed = 0;
        for ((_, subscription, meter), days) in months {
            let Some(first) = days.first() else { continue };
            let key = keys::usage(account, first.date, subscription, meter);
            changed += usize::from(self.record_month(key, &days).await?);
        }
        Ok(changed)
    }

    async fn record_month(&self, key: Key, days: &[&UsageDay]) -> Result<bool, StoreError> {
        let stored = self.item(key.clone()).await?;
        let stored: Option<Month> = stored.map(|item: Item| read(&key, item)).transpose()?;
        let before = stored.map(|month| month.days).unwrap_or_default();
        let by_date = |day: &UsageDay| (day.date, day.clone());
        let mut after: BTreeMap<_, _> = before.iter().map(by_date).collect();
        after.extend(days.iter().map(|day| by_date(day)));
        let days: Vec<_> = after.into_values().collect();
        if days == before {
            return Ok(false);
        }
        let done = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(to_item(&key, &Month { days })?))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await?;
        self.meter.wrote(done.consumed_capacity());
        Ok(true)
    }
}
