//! The report of a day: gateways, payments and invoices, three ways.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{ToSpan, civil::Date};
use mensal_domain::{
    ids::{AccountId, GatewayCode},
    payment::{About, Receipt},
    reconciliation::{Difference, Item, Report, books_of, report},
};
use mensal_runtime::{
    Failure,
    gateways::Connected,
    metrics::{self, Metric},
};

use crate::{ReconcileCharges, history, receipts};

/// So many accounts are looked at together.
const TOGETHER: usize = 32;

impl ReconcileCharges {
    /// Reports on a day, a gateway each.
    pub(crate) async fn report(&self, date: Date) -> Result<(), Failure> {
        let mut failed = None;
        for code in self.gateways.codes() {
            match self.of_gateway(code, date).await {
                Ok(report) => {
                    self.store.put_report(&report).await?;
                    metrics::tell(Metric::Differences, report.different);
                    let Report { told, noted, different, .. } = report;
                    tracing::info!(gateway = %code, told, noted, different, "day reported");
                }
                Err(why) => {
                    tracing::warn!(gateway = %code, %why, "a gateway's day is not reported");
                    failed = Some(why);
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn of_gateway(&self, code: &GatewayCode, date: Date) -> Result<Report, Failure> {
        let gateway = self.gateways.named(code).await?;
        let told = self.paid_at(&gateway, code, date).await?;
        let journal = self.store.journal(date, code).await?;
        let accounts: BTreeSet<AccountId> = journal.iter().map(|one| one.account.clone()).collect();
        let noted: Vec<Item> = journal
            .into_iter()
            .map(|entry| Item {
                money: entry.money,
                amount: entry.amount,
                account: Some(entry.account),
            })
            .collect();
        let books = self.books(accounts).await?;
        // Of one that keeps no lists, what is noted is all that there is.
        let told = told.as_ref().unwrap_or(&noted);
        Ok(report(date, code.clone(), told, &noted, books))
    }

    /// What was paid at a gateway on a day; none of one that keeps no lists. A gateway's day may
    /// begin elsewhere: a day more on either side is looked at, each by itself, since gateways
    /// limit what they tell at once. What of the day itself is not known by now is handed on: what
    /// a gateway has written into its lists later than the hourly looks go back.
    async fn paid_at(
        &self,
        gateway: &Connected,
        code: &GatewayCode,
        date: Date,
    ) -> Result<Option<Vec<Item>>, Failure> {
        let mut paid = BTreeMap::new();
        for day in [-1, 0, 1] {
            let (from, to) = (
                self.midnight(date.saturating_add(day.days())),
                self.midnight(date.saturating_add((day + 1).days())),
            );
            let Some(told) = history(gateway, code, from, to).await? else { return Ok(None) };
            if day == 0 {
                self.hand_on(code, told.clone()).await?;
            }
            paid.extend(receipts(told).filter(|(_, receipt)| receipt.paid_on == date));
        }
        let item = |receipt: Receipt| Item {
            account: About::account(&receipt.about).cloned(),
            money: receipt.money,
            amount: receipt.amount,
        };
        Ok(Some(paid.into_values().map(item).collect()))
    }

    /// What does not add up in the books of accounts.
    async fn books(&self, accounts: BTreeSet<AccountId>) -> Result<Vec<Difference>, Failure> {
        let of = |account| self.books_of(account);
        let all = stream::iter(accounts).map(of).buffer_unordered(TOGETHER);
        let mut all: Vec<Difference> = all.try_concat().await?;
        all.sort();
        Ok(all)
    }

    async fn books_of(&self, id: AccountId) -> Result<Vec<Difference>, Failure> {
        let different = |why| Difference::Books { account: id.clone(), why };
        let Some(account) = self.store.account(&id).await? else {
            return Ok(vec![different("there is no such account".into())]);
        };
        let invoices = self.store.invoices(&id).await?;
        let payments = self.store.payments(&id).await?;
        // Three reads of what may change in between: what has moved meanwhile is not looked at.
        let now = self.store.account(&id).await?;
        if now.is_some_and(|now| now.version != account.version) {
            return Ok(Vec::new());
        }
        let wrong = books_of(&account, &invoices, &payments);
        let wrong = wrong.unwrap_or_else(|why| vec![why.to_string()]);
        Ok(wrong.into_iter().map(different).collect())
    }

    fn midnight(&self, date: Date) -> jiff::Timestamp {
        let midnight = date.to_zoned(self.time_zone.clone());
        midnight.map_or(jiff::Timestamp::MAX, |midnight| midnight.timestamp())
    }
}
