//! Reconciles: asks each gateway for all that has happened to money, hands on what no webhook has
//! brought, tries again what could not be matched, and reports once a day whether gateways,
//! payments and invoices agree.

mod report;

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use lambda_runtime::Error;
use mensal_domain::{
    calendar::business_date,
    ids::GatewayCode,
    payment::{Fact, Notice, PaymentId, Receipt, Return},
    reference::Reference,
};
use mensal_rails::gateway::Fault;
use mensal_runtime::{
    Failure,
    gateways::{Connected, Gateways, of_the_moment},
    messages::{self, ApplyNotice, RunKind, Schedule},
    metrics::{self, Metric},
    queue::Queue,
    start::Function,
};
use mensal_store::Store;
use serde_json::Value;
use tracing::Instrument;

/// So far back is looked at each time, in hours, and so far behind what was looked at before: an
/// hour, and what the gateway's own lists may have late.
const LOOK_BACK: i64 = 3;
/// After an outage of more days than this, somebody has to compare by hand.
const MOST_DAYS: i64 = 60;

/// The function.
#[derive(Debug)]
pub struct ReconcileCharges {
    /// The table.
    pub store: Store,
    /// The gateways.
    pub gateways: Gateways,
    /// What no webhook has brought.
    pub payment_queue: Queue,
    /// Where the ISP's days begin.
    pub time_zone: TimeZone,
}

impl Function for ReconcileCharges {
    async fn handle(&self, event: Value) -> Result<Value, Error> {
        let Schedule { run, at } = messages::read_value(event)?;
        let date = business_date(at, &self.time_zone);
        let span = tracing::error_span!("run", run = %date);
        match run {
            RunKind::Reconciliation => self.reconcile(at).instrument(span).await?,
            RunKind::ReconciliationReport => {
                self.report(date.saturating_sub(1.day())).instrument(span).await?;
            }
            other => return Err(format!("{other:?} is no run of this function").into()),
        }
        Ok(Value::Null)
    }
}

impl ReconcileCharges {
    /// Each gateway by itself: one that does not answer keeps no other from being asked.
    async fn reconcile(&self, at: Timestamp) -> Result<(), Failure> {
        let mut failed = self.try_again().await.err();
        for code in self.gateways.codes() {
            match self.catch_up(code, at).await {
                Ok(missed) => {
                    metrics::tell(Metric::NoticesMissed, missed.try_into().unwrap_or(u64::MAX));
                    tracing::info!(gateway = %code, missed, "gateway reconciled");
                }
                Err(why) => {
                    tracing::warn!(gateway = %code, %why, "a gateway is not reconciled");
                    failed = Some(why);
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// What could not be matched before may be matched now.
    async fn try_again(&self) -> Result<(), Failure> {
        let unmatched = self.store.unmatched().await?;
        let again = |one: mensal_store::Unmatched| ApplyNotice { notice: one.notice, again: true };
        let messages: Vec<_> = unmatched.into_iter().map(again).collect();
        self.payment_queue.send(&messages).await
    }

    /// Hands on what a gateway has told since it was asked last, and we do not know; how much it was.
    /// However long that was: the last hours first, then a day at once, each noted as it is done,
    /// since gateways limit what they tell at once. A day that cannot be read keeps the hours from
    /// nothing, and is asked for again.
    async fn catch_up(&self, code: &GatewayCode, at: Timestamp) -> Result<usize, Failure> {
        let gateway = self.gateways.named(code).await?;
        let recent = at - LOOK_BACK.hours();
        let Some(told) = history(&gateway, code, recent, at).await? else { return Ok(0) };
        let mut missed = self.hand_on(code, told).await?;
        let looked = self.store.looked_through(code).await?;
        let mut from = looked.unwrap_or(at).min(at) - LOOK_BACK.hours();
        let first = at - (24 * MOST_DAYS).hours();
        if from < first {
            tracing::warn!(gateway = %code, since = %from, "more than {MOST_DAYS} days to look back");
            from = first;
        }
        while from < recent {
            let to = recent.min(from + 24.hours());
            let told = history(&gateway, code, from, to).await?.unwrap_or_default();
            missed += self.hand_on(code, told).await?;
            if looked.is_none_or(|looked| looked < to) {
                self.store.note_looked(code, to).await?;
            }
            from = to;
        }
        if looked.is_none_or(|looked| looked < at) {
            self.store.note_looked(code, at).await?;
        }
        Ok(missed)
    }

    /// Hands on what of all this we do not know; how much it was.
    async fn hand_on(&self, code: &GatewayCode, told: Vec<Notice>) -> Result<usize, Failure> {
        let known = self.noted(code, &told).await?;
        let mut missed = Vec::new();
        for notice in told {
            let is_known = match &notice.fact {
                Fact::Received(receipt) => known.contains(&receipt.money),
                Fact::Returned(returned) => self.is_known_return(&notice, returned).await?,
                // Cheaper told twice than asked for.
                Fact::NotCollected(_) | Fact::Method(_) => false,
            };
            if !is_known {
                missed.push(ApplyNotice::of(notice));
            }
        }
        self.payment_queue.send(&missed).await?;
        Ok(missed.len())
    }

    /// The money that we have noted, of the days of what is told.
    async fn noted(
        &self,
        code: &GatewayCode,
        told: &[Notice],
    ) -> Result<BTreeSet<Reference>, Failure> {
        let day = |notice: &Notice| match &notice.fact {
            Fact::Received(receipt) => Some(receipt.paid_on),
            _ => None,
        };
        let days: BTreeSet<Date> = told.iter().filter_map(day).collect();
        let mut known = BTreeSet::new();
        for day in days {
            let journal = self.store.journal(day, code).await?;
            known.extend(journal.into_iter().map(|entry| entry.money));
        }
        Ok(known)
    }

    async fn is_known_return(&self, notice: &Notice, told: &Return) -> Result<bool, Failure> {
        let account = match told.about.account() {
            Some(account) => Some(account.clone()),
            None => self.store.whose(&notice.gateway, &told.money).await?,
        };
        let Some(account) = account else { return Ok(false) };
        let id = PaymentId { gateway: notice.gateway.clone(), money: told.money.clone() };
        let payment = self.store.payment(&account, &id).await?;
        Ok(payment.is_some_and(|payment| {
            payment.returned.iter().any(|one| one.id == told.id && one.kind == told.kind)
        }))
    }
}

/// What a gateway tells of a time; none of one that keeps no lists.
async fn history(
    gateway: &Connected,
    code: &GatewayCode,
    from: Timestamp,
    to: Timestamp,
) -> Result<Option<Vec<Notice>>, Failure> {
    match gateway.history(from, to).await {
        Ok(told) => Ok(Some(told)),
        Err(Fault::Unsupported(_)) => Ok(None),
        Err(fault) => Err(of_the_moment(code, &fault)
            .unwrap_or_else(|| Failure::Poison(format!("gateway {code}: {fault}")))),
    }
}

/// Receipts by what the gateway calls the money: told twice is told once.
fn receipts(told: Vec<Notice>) -> impl Iterator<Item = (Reference, Receipt)> {
    told.into_iter().filter_map(|notice| match notice.fact {
        Fact::Received(receipt) => Some((receipt.money.clone(), receipt)),
        _ => None,
    })
}
