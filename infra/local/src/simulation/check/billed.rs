//! What was billed: every day once, days without service not at all, and nothing anew.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use mensal_domain::{
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
