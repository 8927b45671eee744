//! Promises to pay ("desbloqueio de confiança"): service is back on the customer's word, for some days,
//! and not too often.

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use super::{Debt, Enough, RestoreRule};
use crate::{
    account::Account,
    calendar::days_after,
    invoice::Invoice,
    money::{Money, MoneyError},
    settings::BillingSettings,
};

/// Who may promise, or has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PromiseBy {
    /// Nobody.
    #[default]
    Nobody,
    /// Whoever works at the ISP, for a customer who asks them.
    Staff,
    /// The customer, too.
    Customer,
}

/// A promise to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// When it was made.
    pub on: Date,
    /// It stands through this day.
    pub until: Date,
    /// By whom.
    pub by: PromiseBy,
    /// What was overdue.
    #[serde(rename = "amt")]
    pub amount: Money,
    /// What the service was held for that it gave back; none of one that gave nothing back, and once what
    /// has to be paid of it was, or service is held anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub debt: Option<Debt>,
}

/// Why a promise is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PromiseRefused {
    /// The account's settings offer none.
    #[error("this account's settings take no promise from {0}: see promise_by and promise_days")]
    NotOffered(&'static str),
    /// Nothing is overdue.
    #[error("nothing is overdue: there is nothing to promise")]
    NothingOverdue,
    /// One stands.
    #[error("a promise stands already, through {0}")]
    Stands(Date),
    /// It is for longer than the settings say.
    #[error("{asked} days are more than the settings' {most} (promise_days)")]
    TooLong {
        /// So many days were asked for.
        asked: u16,
        /// So many may be.
        most: u16,
    },
    /// There were too many.
    #[error(
        "{times} promises in {days} days are as many as there may be; the next may be made on {next}"
    )]
    TooOften {
        /// So many were made (`promise_times`).
        times: u8,
        /// In so many days (`promise_within_days`).
        days: u16,
        /// The first day on which another may be made.
        next: Date,
    },
    /// Money beyond any invoice.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Account {
    /// The promise that stands on a day.
    #[must_use]
    pub fn promise_on(&self, day: Date) -> Option<&Promise> {
        self.promises.iter().rev().find(|promise| promise.on <= day && day <= promise.until)
    }

    /// The last promise before a day that was about an invoice and was not kept: the invoice was overdue
    /// when it was made, and still is open. One that was made for others says nothing of this one.
    #[must_use]
    pub fn broken_promise(&self, invoice: &Invoice, day: Date) -> Option<&Promise> {
        let broken = |one: &&Promise| invoice.is_open() && invoice.due < one.on && one.until < day;
        self.promises.iter().rev().find(broken)
    }

    /// Notes of which debt enough is paid for what is excused.
    pub(super) fn excuse_for(&mut self, debt: Debt, rule: RestoreRule) {
        let enough = Enough { debt, rule };
        self.excused_for = Some(enough).filter(|_| !self.excused.is_empty());
    }

    /// The debt for which service was held before it came back on a promise.
    pub(super) fn held_for(&self) -> Option<&Debt> {
        self.promises.iter().rev().find_map(|promise| promise.debt.as_ref())
    }

    /// Promises by which service came back say no more for what it had been held: that is paid, or it is held
    /// again.
    pub(super) fn forget_what_was_held(&mut self) {
        self.promises.iter_mut().for_each(|promise| promise.debt = None);
    }
}

/// The account after a promise that is made on a day, for so many days, or as many as the settings say.
/// Its service is not cut while the promise stands; whatever held it is for the caller to lift.
///
/// # Errors
/// [`PromiseRefused`] says why it is not taken.
pub fn promise(
    account: &Account,
    invoices: &[Invoice],
    settings: &BillingSettings,
    today: Date,
    by: PromiseBy,
    days: Option<u16>,
) -> Result<Account, PromiseRefused> {
    let offered = match (settings.promise_by, by) {
        (_, PromiseBy::Nobody) | (PromiseBy::Nobody, _) => false,
        (PromiseBy::Staff, by) => by == PromiseBy::Staff,
        (PromiseBy::Customer, _) => true,
    };
    if !offered || settings.promise_days == 0 {
        let whom = if by == PromiseBy::Staff { "anybody" } else { "customers" };
        return Err(PromiseRefused::NotOffered(whom));
    }
    let debt = Debt::on(today, invoices)?.ok_or(PromiseRefused::NothingOverdue)?;
    if let Some(standing) = account.promise_on(today) {
        return Err(PromiseRefused::Stands(standing.until));
    }
    let (asked, most) = (days.unwrap_or(settings.promise_days), settings.promise_days);
    if asked > most || asked == 0 {
        return Err(PromiseRefused::TooLong { asked, most });
    }
    let (times, within) = (settings.promise_times, settings.promise_within_days);
    let mut after = account.clone();
    let first = today.saturating_sub(i64::from(within).days());
    after.promises.retain(|promise| promise.on > first);
    if after.promises.len() >= usize::from(times) {
        let oldest = after.promises.len() - usize::from(times);
        let next = after.promises.get(oldest).map_or(today, |one| days_after(one.on, within));
        return Err(PromiseRefused::TooOften { times, days: within, next });
    }
    let until = days_after(today, asked);
    // Of one that goes on from another, what the other was for.
    let held_for = account.hold.as_ref().map(|hold| &hold.debt);
    let held_for = held_for.or_else(|| account.held_for()).cloned();
    after.promises.push(Promise { on: today, until, by, amount: debt.amount, debt: held_for });
    after.review_by(days_after(until, 1));
    after.version += 1;
    Ok(after)
}
