//! How a service is held for what is not paid: slowed down or suspended, since when, and for what.
//! What is kept of each time for whoever asks later, a court among them.

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Channel, Debt, NoticeId};
use crate::{
    account::{Account, Cut, Subscription},
    calendar::{days_after, months_after},
    history::{HistoryError, Service, stretches},
    ids::{AccountId, SubscriptionId},
    invoice::{Invoice, InvoiceKind, Line, LineSource},
    period::Interval,
};

/// How a service is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// It is slowed down.
    Throttled,
    /// It is suspended.
    Suspended,
}

/// How the services of an account are held for what is not paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// How.
    pub kind: HoldKind,
    /// The first day of that.
    pub since: Date,
    /// The first day of any, by which its [`Suspension`] is kept.
    pub begun: Date,
    /// Which.
    #[serde(rename = "subs")]
    pub services: Vec<SubscriptionId>,
    /// For what.
    pub debt: Debt,
}

/// What is kept of one time that service was held for what was not paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// Whose.
    pub account: AccountId,
    /// The day on which it began: what it is kept by, since none begins twice on a day.
    pub begun: Date,
    /// Which services.
    #[serde(rename = "subs")]
    pub services: Vec<SubscriptionId>,
    /// For what.
    pub debt: Debt,
    /// What was done, in the order in which it was.
    pub steps: Vec<CutStep>,
    /// The notice that the law wants before; none where it wants none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Proof>,
    /// How it ended; none while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted: Option<Lifted>,
}

/// One thing that was done to a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutStep {
    /// What.
    pub kind: CutKind,
    /// When.
    pub on: Date,
    /// The rules that said so, in the account's language.
    #[serde(rename = "why")]
    pub because: Vec<String>,
}

/// What is done to a service that is not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CutKind {
    /// It is slowed down.
    Throttled,
    /// It is suspended.
    Suspended,
    /// Its contract is ended.
    Disconnected,
}

/// That the notice which the law wants reached the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Which notice.
    pub notice: NoticeId,
    /// The rules that it was sent by, and their date.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rules: String,
    /// By which way.
    pub channel: Channel,
    /// What the one who delivered it calls it by.
    #[serde(rename = "ref", default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// What it said.
    pub text: String,
    /// When it was sent.
    pub sent: Timestamp,
    /// When it was delivered.
    pub delivered: Timestamp,
}

/// How a hold ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifted {
    /// The first day without.
    pub on: Date,
    /// Why.
    pub why: LiftedBy,
}

/// Why a hold ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LiftedBy {
    /// What had to be paid was.
    Payment,
    /// The customer has promised to pay.
    Promise,
    /// The contract was ended, since nothing was paid.
    Disconnection,
    /// The customer has ended the contract: there was no service left to hold.
    End,
}

/// The services that are cut for overdue invoices on a day: those that run, but for what was paid ahead
/// for longer than a month by another invoice than those.
///
/// # Errors
/// [`HistoryError`] of a history that contradicts itself.
pub fn services_to_cut(
    account: &Account,
    overdue: &[&Invoice],
    day: Date,
) -> Result<Vec<SubscriptionId>, HistoryError> {
    let mut services = Vec::new();
    for subscription in &account.subscriptions {
        if runs(subscription, day)? && !is_paid_ahead(subscription, overdue, day) {
            services.push(subscription.id.clone());
        }
    }
    Ok(services)
}

/// Whether a service runs on a day.
///
/// # Errors
/// [`HistoryError`] of a history that contradicts itself.
pub fn runs(subscription: &Subscription, day: Date) -> Result<bool, HistoryError> {
    let stretches = stretches(subscription)?;
    let now = stretches.iter().find(|stretch| stretch.span.contains(day));
    Ok(now.is_some_and(|stretch| stretch.service == Service::Active))
}

/// Whether there is a contract for any service of an account on a day, whether it runs or not.
///
/// # Errors
/// [`HistoryError`] of a history that contradicts itself.
pub(super) fn has_service(account: &Account, day: Date) -> Result<bool, HistoryError> {
    for subscription in &account.subscriptions {
        if goes_on(subscription, day)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn goes_on(subscription: &Subscription, day: Date) -> Result<bool, HistoryError> {
    Ok(stretches(subscription)?.iter().any(|stretch| stretch.span.contains(day)))
}

/// Of some services of an account those for which there is a contract on a day, whether they run or not.
///
/// # Errors
/// [`HistoryError`] of a history that contradicts itself.
pub(super) fn those_that_go_on(
    account: &Account,
    services: &[SubscriptionId],
    day: Date,
) -> Result<Vec<SubscriptionId>, HistoryError> {
    let mut those = Vec::new();
    for subscription in account.subscriptions.iter().filter(|one| services.contains(&one.id)) {
        if goes_on(subscription, day)? {
            those.push(subscription.id.clone());
        }
    }
    Ok(those)
}

/// Whether a day of a service was paid ahead, for longer than a month: nothing that is overdue bills it.
fn is_paid_ahead(subscription: &Subscription, overdue: &[&Invoice], day: Date) -> bool {
    let mut now = subscription.billed.iter().filter(|piece| piece.span.contains(day));
    if !now.any(|piece| piece.rate.interval != Interval::Monthly) {
        return is_paid_elsewhere(subscription, overdue, day);
    }
    let own = |line: &&Line| {
        let of = match &line.source {
            LineSource::Recurring(id, _) | LineSource::Discount(id, _) => Some(id),
            _ => None,
        };
        of == Some(&subscription.id) && line.span.is_some_and(|span| span.contains(day))
    };
    // A change of plan credits what was paid ahead, and charges the rest of the time anew: what counts is
    // whether it comes to more.
    let bills = |invoice: &Invoice| {
        let lines = invoice.lines.iter().filter(own);
        lines.map(|line| line.amount.amount()).sum::<Decimal>() > Decimal::ZERO
    };
    !overdue.iter().any(|invoice| bills(invoice))
}

/// Whether an earlier system has billed a service for more than a month from a day on. What was not paid of
/// that was brought along, as an invoice of its own.
fn is_paid_elsewhere(subscription: &Subscription, overdue: &[&Invoice], day: Date) -> bool {
    let until = subscription.billed_elsewhere_until;
    until.is_some_and(|until| until > months_after(day, 1))
        && !overdue.iter().any(|invoice| invoice.id.kind == InvoiceKind::Opening)
}

impl Account {
    /// Whether a service is suspended for what is not paid.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.hold.as_ref().is_some_and(|hold| hold.kind == HoldKind::Suspended)
    }

    /// Notes that services are without service from a day on.
    pub(super) fn cut(&mut self, services: &[SubscriptionId], from: Date) {
        let cut = |one: &&mut Subscription| services.contains(&one.id);
        for subscription in self.subscriptions.iter_mut().filter(cut) {
            subscription.cuts.push(Cut { from, until: None });
        }
    }

    /// Notes that what was cut is back from a day on. A service that was away for a part of a day has
    /// lost no day. On the day after, whether the network has given it back is looked at.
    pub(super) fn give_back(&mut self, until: Date, why: LiftedBy) {
        if self.subscriptions.iter().any(Subscription::is_on_network) {
            self.review_by(days_after(until, 1));
        }
        for subscription in &mut self.subscriptions {
            for cut in &mut subscription.cuts {
                cut.until = cut.until.or(Some(until));
            }
            subscription.cuts.retain(|cut| cut.until.is_none_or(|until| cut.from < until));
        }
        if self.hold.take().is_some() {
            self.lifted = Some(Lifted { on: until, why });
        }
    }
}
