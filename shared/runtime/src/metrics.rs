//! What an invocation does, counted where it happens.
//!
//! [`counted`] opens a scope around one invocation; [`count`], [`tell`] and [`issued`] add to the
//! scope that they are called in. Outside of one (on the local stack, in tests) they do nothing,
//! so that nobody has to hand counters around. [`crate::watch`] writes them down at the end.

use std::{cell::RefCell, collections::BTreeMap, future::Future};

use mensal_domain::money::{Currency, Money};
use rust_decimal::Decimal;

/// What is measured, under the name that dashboards and alarms know it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// The time of the handler.
    Duration,
    /// Records that were handled, whatever came of them.
    Messages,
    /// Records that are to come again.
    Retries,
    /// Records that were kept with the dead letters.
    DeadLetters,
    /// The age of the oldest record of a batch when it came.
    OldestMessage,
    /// Write request units of the table.
    WriteUnits,
    /// Read request units of the table.
    ReadUnits,
    /// Requests to AWS, each attempt.
    Requests,
    /// Billing runs that have begun.
    RunsBegun,
    /// Collection runs that have begun: what reviews and collects.
    CollectionsBegun,
    /// Accounts that were sent to be billed.
    AccountsPlanned,
    /// Whether somebody still waits for the run of the day: 0 or 1.
    RunUnfinished,
    /// Accounts that the run of the day has still to bill.
    AccountsLeft,
    /// Accounts that were parked; at the check of a run, all that are.
    ParkedAccounts,
    /// Invoices that were issued.
    InvoicesIssued,
    /// Events that the bus has taken.
    EventsPublished,
    /// Documents that were made and put into the bucket.
    DocumentsMade,
    /// Documents that somebody has looked at.
    DocumentsViewed,
    /// Steps that gateways have taken with charges.
    ChargeSteps,
    /// Charges that a gateway refuses as they are.
    ChargesRefused,
    /// Times that a gateway did not take our credentials, or has no secret.
    GatewayLockouts,
    /// Attempts to collect.
    Attempts,
    /// Attempts that were declined.
    AttemptsDeclined,
    /// Webhooks that were accepted.
    WebhooksAccepted,
    /// Webhooks that were refused: unsigned, forged, stale, unreadable, too large.
    WebhooksRefused,
    /// Notices that have changed the books.
    NoticesApplied,
    /// Notices that nobody could match.
    NoticesUnmatched,
    /// Notices that a gateway's list had and no webhook had brought.
    NoticesMissed,
    /// Notices to customers that were decided.
    NoticesDecided,
    /// Notices to customers that whoever delivers them has taken.
    NoticesSent,
    /// Notices to customers that could not be delivered, or that a customer calls spam.
    NoticesFailed,
    /// Times that a notice to a customer was put off, since whoever delivers it takes no more for long: a
    /// quota is used up, or sending is paused.
    NoticesPutOff,
    /// Accounts that a review finds without the notice that the law wants, since it does not reach them.
    LegalNoticesFailed,
    /// Services that were slowed down or suspended.
    ServicesHeld,
    /// Services that the network has confirmed.
    ServicesConfirmed,
    /// Services that an access server refuses.
    ServicesRefused,
    /// Differences between gateways, payments and invoices on one day.
    Differences,
}

impl Metric {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Duration => "Duration",
            Self::Messages => "Messages",
            Self::Retries => "Retries",
            Self::DeadLetters => "DeadLetters",
            Self::OldestMessage => "OldestMessage",
            Self::WriteUnits => "WriteUnits",
            Self::ReadUnits => "ReadUnits",
            Self::Requests => "Requests",
            Self::RunsBegun => "RunsBegun",
            Self::CollectionsBegun => "CollectionsBegun",
            Self::AccountsPlanned => "AccountsPlanned",
            Self::RunUnfinished => "RunUnfinished",
            Self::AccountsLeft => "AccountsLeft",
            Self::ParkedAccounts => "ParkedAccounts",
            Self::InvoicesIssued => "InvoicesIssued",
            Self::EventsPublished => "EventsPublished",
            Self::DocumentsMade => "DocumentsMade",
            Self::DocumentsViewed => "DocumentsViewed",
            Self::ChargeSteps => "ChargeSteps",
            Self::ChargesRefused => "ChargesRefused",
            Self::GatewayLockouts => "GatewayLockouts",
            Self::Attempts => "Attempts",
            Self::AttemptsDeclined => "AttemptsDeclined",
            Self::WebhooksAccepted => "WebhooksAccepted",
            Self::WebhooksRefused => "WebhooksRefused",
            Self::NoticesApplied => "NoticesApplied",
            Self::NoticesUnmatched => "NoticesUnmatched",
            Self::NoticesMissed => "NoticesMissed",
            Self::NoticesDecided => "NoticesDecided",
            Self::NoticesSent => "NoticesSent",
            Self::NoticesFailed => "NoticesFailed",
            Self::NoticesPutOff => "NoticesPutOff",
            Self::LegalNoticesFailed => "LegalNoticesFailed",
            Self::ServicesHeld => "ServicesHeld",
            Self::ServicesConfirmed => "ServicesConfirmed",
            Self::ServicesRefused => "ServicesRefused",
            Self::Differences => "Differences",
        }
    }

    /// Its unit, as CloudWatch spells it.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Duration => "Milliseconds",
            Self::OldestMessage => "Seconds",
            _ => "Count",
        }
    }
}

/// What one invocation has counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// By metric.
    pub numbers: BTreeMap<Metric, u64>,
    /// The totals of the invoices issued, by currency. Credit notes count below zero.
    pub money: BTreeMap<Currency, Decimal>,
}

tokio::task_local! {
    static COUNTS: RefCell<Counts>;
}

/// Runs something and gives what it has counted. What it spawns counts nowhere.
pub async fn counted<F: Future>(work: F) -> (F::Output, Counts) {
    let counts = RefCell::default();
    COUNTS.scope(counts, async { (work.await, COUNTS.with(RefCell::take)) }).await
}

/// Adds to a metric. Nothing is no count: a metric that stays at zero is left out.
pub fn count(metric: Metric, more: usize) {
    if let Ok(more @ 1..) = u64::try_from(more) {
        add(|counts| *counts.numbers.entry(metric).or_default() += more);
    }
}

/// Says the value of a metric of which zero says something, too. Said twice, the higher holds.
pub fn tell(metric: Metric, value: u64) {
    add(|counts| {
        let told = counts.numbers.entry(metric).or_default();
        *told = value.max(*told);
    });
}

/// Counts an invoice that was issued, and its total.
pub fn issued(total: Money) {
    count(Metric::InvoicesIssued, 1);
    add(|counts| *counts.money.entry(total.currency()).or_default() += total.amount());
}

fn add(to: impl FnOnce(&mut Counts)) {
    // Outside of a scope nobody asks.
    COUNTS.try_with(|counts| to(&mut counts.borrow_mut())).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_scope_holds_what_was_counted_in_it() {
        count(Metric::Messages, 99); // outside: nothing
        let work = async {
            count(Metric::Messages, 2);
            tokio::task::yield_now().await;
            count(Metric::Messages, 3);
            count(Metric::Retries, 0);
            tell(Metric::AccountsLeft, 0);
            tell(Metric::OldestMessage, 7);
            tell(Metric::OldestMessage, 5);
            for total in ["0.10 BRL", "0.20 BRL", "-0.05 BRL", "5 JPY"] {
                issued(total.parse().unwrap());
            }
            "done"
        };
        let (beside, (done, counts)) = tokio::join!(counted(async {}), counted(work));
        assert_eq!(done, "done");
        assert_eq!(beside.1, Counts::default());
        let numbers = [
            (Metric::Messages, 5),
            (Metric::OldestMessage, 7),
            (Metric::AccountsLeft, 0),
            (Metric::InvoicesIssued, 4),
        ];
        assert_eq!(counts.numbers, numbers.into());
        let money: Vec<_> = counts.money.iter().map(|(c, sum)| format!("{sum} {c}")).collect();
        assert_eq!(money, ["0.25 BRL", "5 JPY"]);
    }
}
