//! Charges for being late: each once, and no more than the rules say.

use std::collections::{BTreeMap, BTreeSet};

use mensal_domain::{
    account::{Account, OneOff},
    calendar::days_between,
    invoice::{Invoice, Line, LineSource},
};
use rust_decimal::Decimal;

use super::{By, Found, Rule};
use crate::simulation::mirror::Holdings;

/// Each part of what was late is rounded by itself: so much may that come to.
fn slack() -> Decimal {
    Decimal::new(5, 2)
}

/// What an account was charged for being late.
pub(super) fn charges(account: &Account, holdings: &Holdings, by: By<'_>, found: &mut Found<'_>) {
    let mut ids = BTreeSet::new();
    let mut billed: BTreeMap<String, Decimal> = BTreeMap::new();
    let lines = holdings.invoices.values().flat_map(|invoice| &invoice.lines);
    let lines = lines.filter_map(|line| match &line.source {
        LineSource::OneOff(id) if id.as_str().starts_with(OneOff::LATE) => {
            Some((id.as_str(), line.amount.amount()))
        }
        _ => None,
    });
    let waiting = account.one_offs.iter().filter(|one| one.id.as_str().starts_with(OneOff::LATE));
    let waiting = waiting.map(|one| (one.id.as_str(), one.quantity * one.unit));
    for (id, amount) in lines.chain(waiting) {
        if !ids.insert(id.to_owned()) {
            found.not(Rule::LateOnce, format!("{id} is charged twice"));
        }
        // `late.2026-11-10-cycle.1`
        let of = id.strip_prefix(OneOff::LATE).and_then(|rest| rest.rsplit_once('.'));
        *billed.entry(of.map(|(of, _)| of.to_owned()).unwrap_or_default()).or_default() += amount;
    }
    for invoice in holdings.invoices.values() {
        let charged = billed.remove(&invoice.id.to_string()).unwrap_or_default();
        let says = invoice.late_charged.map_or(Decimal::ZERO, |late| late.amount.amount());
        if charged != says {
            found.not(Rule::LateOnce, format!("{}: {says} noted, {charged} charged", invoice.id));
        }
        let most = most(invoice, by);
        if charged > Decimal::ZERO && charged > most {
            found.not(Rule::LateOnce, format!("{}: {charged}, of {most} at most", invoice.id));
        }
        // Once it is paid, both together: what a bank has added is not charged once more.
        let added: Decimal = holdings
            .payments
            .values()
            .filter(|payment| payment.returned.is_empty())
            .filter_map(|payment| payment.received.as_ref())
            .filter(|received| received.invoice == Some(invoice.id))
            .map(|received| received.late.amount())
            .sum();
        let both = charged + added;
        let done = invoice.late_charged.is_some_and(|late| late.done);
        if done && charged > Decimal::ZERO && both > most {
            let what = format!("{}: {both} with the bank's {added}, of {most}", invoice.id);
            found.not(Rule::LateOnce, what);
        }
    }
    for (of, amount) in billed {
        found.not(Rule::LateOnce, format!("{amount} for `{of}`, which is no invoice"));
    }
}

/// The most that an invoice may be charged for, were all of it open until today: nothing for what it asks for
/// being late before.
fn most(invoice: &Invoice, by: By<'_>) -> Decimal {
    let settings = by.settings;
    let days = Decimal::from(days_between(invoice.due, by.today).max(0));
    if days.is_zero() {
        return Decimal::ZERO;
    }
    let month = Decimal::from(30);
    let percent = settings.late_fine_percent + settings.late_interest_percent * days / month;
    let late = |line: &&Line| matches!(&line.source, LineSource::OneOff(id) if id.as_str().starts_with(OneOff::LATE));
    let before: Decimal = invoice.lines.iter().filter(late).map(|line| line.amount.amount()).sum();
    let all: Decimal = invoice.lines.iter().map(|line| line.amount.amount()).sum();
    let own = all - before.max(Decimal::ZERO);
    if own <= Decimal::ZERO {
        return Decimal::ZERO;
    }
    let share = own / all;
    let most = settings.late_fee + invoice.asked.amount() * share * percent / Decimal::ONE_HUNDRED;
    most + slack()
}
