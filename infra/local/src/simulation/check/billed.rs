//! What was billed: every day once, days without service not at all, and nothing anew.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use mensal_domain::{
    account::{Account, Change, ServiceEvent},
    calendar::{days_after, days_between},
    delinquency::CutKind,
    ids::SubscriptionId,
    invoice::{Invoice, InvoiceKind, LineReason, LineSource},
    settings::SuspendedDays,
};

use super::{By, Found, Rule};
use crate::simulation::mirror::Holdings;

/// What was issued stays, whatever is paid of it.
pub(super) fn stays(before: &Invoice, after: &Invoice, found: &mut Found<'_>) {
    let content = |one: &Invoice| {
        (one.issued, one.due, one.lines.clone(), one.taxes.clone(), one.total, one.asked)
    };
    if content(before) != content(after) {
        found.not(Rule::IssuedStays, format!("invoice {} says something else", after.id));
    }
}

/// By how much the count of times that each service is billed changes on a day.
type Changes = BTreeMap<SubscriptionId, BTreeMap<Date, i64>>;

/// A charge counts up on its first day and down after its last, a credit the other way round.
fn changes(holdings: &Holdings) -> Changes {
    let mut changes = Changes::new();
    for line in holdings.invoices.values().flat_map(|invoice| &invoice.lines) {
        let (LineSource::Recurring(subscription, _), Some(span)) = (&line.source, line.span) else {
            continue;
        };
        let by = if line.reason == LineReason::Credit { -1 } else { 1 };
        let days = changes.entry(subscription.clone()).or_default();
        *days.entry(span.start()).or_default() += by;
        *days.entry(span.end()).or_default() -= by;
    }
    changes
}

/// Every day of a service is billed at most once, and credited at most as often as billed; and one
/// cycle has one invoice.
pub(super) fn days(holdings: &Holdings, found: &mut Found<'_>) {
    for (subscription, days) in changes(holdings) {
        let mut count = 0;
        for (day, change) in days {
            count += change;
            if !(0..=1).contains(&count) {
                let what = format!("{subscription} is billed {count} times from {day} on");
                found.not(Rule::BilledOnce, what);
                break;
            }
        }
    }
    let mut months = BTreeSet::new();
    for id in holdings.invoices.keys().filter(|id| id.kind == InvoiceKind::Cycle) {
        if !months.insert(id.cycle.first_of_month()) {
            found.not(Rule::BilledOnce, format!("a second cycle in the month of {}", id.cycle));
        }
    }
}

/// No day is billed on which service was suspended for what was not paid: not by the time of the next
/// invoice, and by none that comes later.
pub(super) fn lost_days(holdings: &Holdings, by: By<'_>, found: &mut Found<'_>) {
    if by.settings.suspended_days != SuspendedDays::Free || holdings.suspensions.is_empty() {
        return;
    }
    let cycles = holdings.invoices.keys().filter(|id| id.kind == InvoiceKind::Cycle);
    let Some(last) = cycles.map(|id| id.cycle).max() else { return };
    let changes = changes(holdings);
    for kept in holdings.suspensions.values() {
        let cut = kept.steps.iter().find(|step| step.kind == CutKind::Suspended);
        let Some(cut) = cut else { continue };
        let until = kept.lifted.map_or(last, |lifted| lifted.on).min(last);
        for subscription in &kept.services {
            let Some(changes) = changes.get(subscription) else { continue };
            let billed = |day: Date| changes.range(..=day).map(|(_, by)| by).sum::<i64>();
            let days = u16::try_from(days_between(cut.on, until)).unwrap_or_default();
            let mut without = (0..days).map(|day| days_after(cut.on, day));
            if let Some(day) = without.find(|day| billed(*day) > 0) {
                let what = format!("{subscription} is billed for {day}, cut on {}", cut.on);
                found.not(Rule::LostDays, what);
            }
        }
    }
}

/// What was billed has no hole: of the days between the first and the last that were, each on which there was
/// service is among them. A cycle that was left out would be one.
pub(super) fn gaps(account: &Account, holdings: &Holdings, by: By<'_>, found: &mut Found<'_>) {
    let free = by.settings.suspended_days == SuspendedDays::Free;
    let held = |day: Date, id: &SubscriptionId| {
        let mut all = holdings.suspensions.values().filter(|kept| kept.services.contains(id));
        all.any(|kept| {
            let cut = kept.steps.iter().find(|step| step.kind == CutKind::Suspended);
            let lifted = kept.lifted.is_some_and(|lifted| lifted.on <= day);
            cut.is_some_and(|cut| cut.on <= day) && !lifted
        })
    };
    for (id, days) in changes(holdings) {
        let own = account.subscriptions.iter().find(|one| one.id == id);
        let Some(own) = own.filter(|own| own.history.iter().all(is_plan)) else { continue };
        let mut count = 0;
        let mut steps = days.iter().filter(|(_, change)| **change != 0).peekable();
        while let Some((day, change)) = steps.next() {
            count += change;
            let Some((next, _)) = steps.peek() else { break };
            let gap = u16::try_from(days_between(*day, **next)).unwrap_or_default();
            let mut without = (0..gap).map(|n| days_after(*day, n));
            if count == 0
                && let Some(day) = without.find(|day| !free || !held(*day, &id))
                && own.disconnected_on.is_none_or(|on| day < on)
            {
                found.not(Rule::Billed, format!("{id} is not billed for {day}"));
                break;
            }
        }
    }
}

/// A change that leaves service as it is.
fn is_plan(event: &ServiceEvent) -> bool {
    matches!(event.change, Change::Plan(_) | Change::Quantity(_))
}
