//! What has to happen, and does not: a debtor whom nobody reminds, or whose service goes on for ever. What is
//! due is waited for as long as nothing stands in its way; who waits for longer than some days was forgotten.

use std::collections::BTreeMap;

use jiff::civil::Date;
use mensal_domain::{
    account::{Account, Change, ServiceEvent, Subscription},
    calendar::days_between,
    delinquency::{After, NoticeAbout, NoticeId, Promise, Step, When},
    ids::AccountId,
    invoice::{Invoice, InvoiceId, InvoiceKind},
    period::Interval,
};
use rust_decimal::Decimal;

use super::{
    By, Found, Rule,
    amounts::open,
    cuts::{is_in_flight, is_to_be_charged, overdue, was_told},
};
use crate::simulation::mirror::Holdings;

/// Weekends, holidays and their eves take less, and so does a message that is late.
const DAYS: i32 = 14;

/// What somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Cut,
    Notice(NoticeId),
}

/// What is waited for, and since when.
#[derive(Clone, Debug, Default)]
pub(in crate::simulation) struct Awaited {
    since: BTreeMap<(AccountId, What), Date>,
}

impl Awaited {
    /// Looks at an account at the end of a day.
    pub(in crate::simulation) fn look(
        &mut self,
        holdings: &Holdings,
        by: By<'_>,
        found: &mut Found<'_>,
    ) {
        let Some(account) = &holdings.account else { return };
        self.wait(account, What::Cut, is_to_be_cut(account, holdings, by), by, found);
        for invoice in holdings.invoices.values() {
            for step in by.settings.ladder.steps() {
                self.wait_for_notice(account, holdings, invoice, step, by, found);
            }
        }
    }

    /// It is waited for from its day on, if the invoice was to be paid then, for as long as it is.
    fn wait_for_notice(
        &mut self,
        account: &Account,
        holdings: &Holdings,
        invoice: &Invoice,
        step: &Step,
        by: By<'_>,
        found: &mut Found<'_>,
    ) {
        let When::Days(after @ 0..) = step.when else { return };
        let about = NoticeAbout::Invoice(invoice.id);
        let id = NoticeId { about, when: step.when, channel: step.channel };
        let late = days_between(invoice.due, by.today);
        let key = (account.id.clone(), What::Notice(id));
        let begins = late == i32::from(after) && is_latest(step, late, by);
        let goes_on = begins || self.since.contains_key(&key);
        let missing = !holdings.notices.contains_key(&id);
        let owes = open(invoice) > Decimal::ZERO && !is_trying(account, holdings, invoice, by);
        // Whoever has no service any more is not told that it will be cut.
        let speaks =
            !step.legal || account.subscriptions.iter().any(|one| goes_on_at(one, by.today));
        self.wait(account, key.1, goes_on && missing && owes && speaks, by, found);
    }

    fn wait(
        &mut self,
        account: &Account,
        what: What,
        waits: bool,
        by: By<'_>,
        found: &mut Found<'_>,
    ) {
        let key = (account.id.clone(), what);
        if !waits {
            self.since.remove(&key);
            return;
        }
        let since = *self.since.entry(key.clone()).or_insert(by.today);
        if days_between(since, by.today) <= DAYS {
            return;
        }
        self.since.remove(&key); // told once
        match key.1 {
            What::Cut => found.not(Rule::NotCut, format!("it was to be cut since {since}")),
            What::Notice(id) => found.not(Rule::NotReminded, format!("{id} was due on {since}")),
        }
    }
}

/// Of two steps of a channel that come close to each other, a holiday may leave out the first.
fn is_latest(step: &Step, late: i32, by: By<'_>) -> bool {
    !by.settings.ladder.steps().iter().any(|other| match other.when {
        When::Days(after) => {
            let next = i32::from(after) - late;
            step.channel == other.channel && (1..=DAYS).contains(&next)
        }
        _ => false,
    })
}

/// Whether money is on its way, or is to be asked for.
fn is_trying(account: &Account, holdings: &Holdings, invoice: &Invoice, by: By<'_>) -> bool {
    is_in_flight(holdings, invoice, by.today)
        || is_to_be_charged(holdings, invoice, by.today)
        || account.next_collection.is_some_and(|day| day <= by.today)
}

/// Whether the service of an account is to be cut, as far as its debts, the law and its promises say.
fn is_to_be_cut(account: &Account, holdings: &Holdings, by: By<'_>) -> bool {
    let After::Days(after) = by.settings.suspend_after_days else { return false };
    let promised = |promise: &Promise| promise.on <= by.today && by.today <= promise.until;
    let stands = account.promises.iter().any(promised);
    let grace = account.grace_until.is_some_and(|until| until > by.today);
    if account.is_suspended() || account.parked.is_some() || stands || grace {
        return false;
    }
    let overdue = overdue(holdings, by.today);
    let trying = overdue.iter().any(|invoice| is_trying(account, holdings, invoice, by));
    if trying || !account.subscriptions.iter().any(|one| runs(one, holdings, by.today)) {
        return false;
    }
    let is_time = |invoice: &&&Invoice| {
        let days = i32::from(by.settings.grace_days) + i32::from(after);
        !account.excused.contains(&invoice.id)
            && days_between(invoice.due, by.today) >= days
            && (by.settings.legal_notice_days == 0 || was_told(holdings, invoice, by))
    };
    let debt: Decimal = overdue.iter().filter(is_time).map(|invoice| open(invoice)).sum();
    debt > Decimal::ZERO && debt >= by.settings.cut_minimum
}

/// Whether there is a contract for a service, whether it runs or not.
fn goes_on_at(subscription: &Subscription, today: Date) -> bool {
    let ended = |event: &ServiceEvent| event.change == Change::End && event.date <= today;
    subscription.start <= today
        && subscription.disconnected_on.is_none_or(|on| on > today)
        && !subscription.history.iter().any(ended)
}

/// Whether a service goes on that nobody has paid ahead for long.
fn runs(subscription: &Subscription, holdings: &Holdings, today: Date) -> bool {
    let quiet = subscription.history.iter().all(|event| {
        event.date > today || matches!(event.change, Change::Plan(_) | Change::Quantity(_))
    });
    let ahead = subscription
        .billed
        .iter()
        .any(|piece| piece.span.contains(today) && piece.rate.interval != Interval::Monthly);
    let opening = |id: &InvoiceId| id.kind == InvoiceKind::Opening;
    let elsewhere = subscription.billed_elsewhere_until.is_some_and(|until| until > today)
        && !holdings.invoices.keys().any(opening);
    quiet
        && subscription.start <= today
        && subscription.disconnected_on.is_none()
        && !ahead
        && !elsewhere
}
