//! Service that was slowed down, suspended or ended: whether it might be, at the moment at which it was.

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};
use mensal_domain::{
    calendar::{Span, days_after, days_between},
    charge::{ChargeState, Charges},
    collection::AttemptState,
    delinquency::{CustomerNotice, CutKind, CutStep, NoticeAbout, NoticeState, Suspension},
    ids::SubscriptionId,
    invoice::{Invoice, LineReason, LineSource},
    method::PaymentMethod,
    rail::Rail,
};
use rust_decimal::Decimal;

use super::{By, Found, Rule, amounts::open, permitted::may_cut};
use crate::simulation::mirror::Holdings;

/// A period that is longer than any month was paid ahead for longer.
const LONGEST_MONTH: i32 = 31;

/// What was done to a service on a day.
pub(super) fn cut(
    holdings: &Holdings,
    kept: &Suspension,
    step: &CutStep,
    by: By<'_>,
    found: &mut Found<'_>,
) {
    let (today, settings) = (by.today, by.settings);
    let kind = step.kind;
    if step.on != today {
        found.not(Rule::CutDay, format!("{kind:?} is dated {}", step.on));
    }
    if !may_cut(today, &settings.cut_weekdays.to_string(), by.calendar()) {
        found.not(Rule::CutDay, format!("{kind:?} on a day that is not permitted"));
    }
    let overdue = overdue(holdings, today);
    let debt: Decimal = overdue.iter().map(|invoice| open(invoice)).sum();
    if debt <= Decimal::ZERO || debt < settings.cut_minimum {
        found.not(Rule::CutPaidUp, format!("{kind:?} for {debt}"));
    }
    if overdue.iter().any(|invoice| is_in_flight(holdings, invoice, today)) {
        found.not(Rule::CutInFlight, format!("{kind:?}"));
    }
    if overdue.iter().any(|invoice| is_to_be_charged(holdings, invoice, today)) {
        found.not(Rule::CutInFlight, format!("{kind:?} before a stored method was tried"));
    }
    let account = holdings.account.as_ref();
    let mut promises = account.into_iter().flat_map(|account| &account.promises);
    if promises.any(|promise| promise.on <= today && today <= promise.until) {
        found.not(Rule::CutPromised, format!("{kind:?}"));
    }
    match kind {
        CutKind::Disconnected => ended(kept, by, found),
        CutKind::Throttled => held(holdings, kept, &overdue, kind, by, found),
        CutKind::Suspended => {
            held(holdings, kept, &overdue, kind, by, found);
            paid_ahead(holdings, kept, &overdue, today, found);
        }
    }
}

/// Not before its time, nor before the notice.
fn held(
    holdings: &Holdings,
    kept: &Suspension,
    overdue: &[&Invoice],
    kind: CutKind,
    by: By<'_>,
    found: &mut Found<'_>,
) {
    let (today, settings) = (by.today, by.settings);
    let after = match kind {
        CutKind::Throttled => settings.throttle_after_days.days(),
        _ => settings.suspend_after_days.days(),
    };
    let grace = holdings.account.as_ref().and_then(|account| account.grace_until);
    let after = after.map(i32::from);
    let is_time = |invoice: &&&Invoice| {
        let from = days_after(invoice.due, settings.grace_days);
        let from = grace.map_or(from, |grace| from.max(grace));
        after.is_some_and(|after| days_between(delinquent(from, by), today) >= after)
    };
    let due: Vec<_> = overdue.iter().filter(|invoice| is_time(invoice)).collect();
    if due.is_empty() {
        found.not(Rule::CutEarly, format!("{kind:?}, {after:?} days after it is delinquent"));
    }
    let days = settings.legal_notice_days;
    let told: Vec<_> =
        due.iter().filter(|invoice| days == 0 || was_told(holdings, invoice, by)).collect();
    if told.is_empty() {
        found.not(Rule::CutBeforeNotice, format!("{kind:?} without {days} days of notice"));
    }
    // What has a day of its own makes nothing enough that is too little.
    let debt: Decimal = told.iter().map(|invoice| open(invoice)).sum();
    if debt < settings.cut_minimum {
        found.not(Rule::CutPaidUp, format!("{kind:?} for {debt} of which it is time"));
    }
    if days == 0 {
        return;
    }
    // Whoever asks later, a court among them, is shown what was delivered.
    let proof = kept.notice.as_ref();
    let shown = proof.and_then(|proof| Some((proof, holdings.notices.get(&proof.notice)?)));
    let is_proof = shown.is_some_and(|(proof, notice)| {
        notice.legal && notice.delivered == Some(proof.delivered) && notice.text == proof.text
    });
    if !is_proof {
        found.not(Rule::CutBeforeNotice, format!("{kind:?}, and its proof is {proof:?}"));
    }
}

/// Whether the legal notice of an invoice was delivered so long ago as the law wants. What was told before it was paid
/// says nothing of it once it is owed again.
pub(super) fn was_told(holdings: &Holdings, invoice: &Invoice, by: By<'_>) -> bool {
    let days = by.settings.legal_notice_days;
    holdings.notices.values().any(|notice| {
        let Some(at) = notice.delivered.filter(|_| has_come(notice)) else { return false };
        let day = at.to_zoned(TimeZone::UTC).date();
        notice.legal
            && notice.id.about == NoticeAbout::Invoice(invoice.id)
            && invoice.reopened().is_none_or(|since| since <= day)
            && days_after(day, days) <= by.today
    })
}

/// What is owed of invoices whose day has passed.
pub(super) fn overdue(holdings: &Holdings, today: Date) -> Vec<&Invoice> {
    let owed = |invoice: &&Invoice| invoice.due < today && open(invoice) > Decimal::ZERO;
    holdings.invoices.values().filter(owed).collect()
}

/// Whether a notice has come to its customer, who may call it spam.
pub(super) fn has_come(notice: &CustomerNotice) -> bool {
    matches!(notice.state, NoticeState::Delivered | NoticeState::Complained)
}

/// The day on which what was due becomes delinquent: the first of those weekdays that is no holiday, nor the
/// eve of one.
fn delinquent(from: Date, by: By<'_>) -> Date {
    let weekdays = by.settings.delinquent_weekdays.to_string();
    let mut day = from;
    while !may_cut(day, &weekdays, by.calendar()) {
        day = days_after(day, 1);
    }
    day
}

fn ended(kept: &Suspension, by: By<'_>, found: &mut Found<'_>) {
    let cut = kept.steps.iter().find(|step| step.kind == CutKind::Suspended);
    let after = by.settings.disconnect_after_days.days();
    let late = cut.zip(after).is_some_and(|(cut, after)| days_after(cut.on, after) <= by.today);
    if !late {
        found.not(Rule::CutEarly, format!("ended, {after:?} days after it was suspended"));
    }
}

/// Whether money is on its way: an attempt that has begun, or money that a bank has told of and the
/// books do not have.
pub(super) fn is_in_flight(holdings: &Holdings, invoice: &Invoice, today: Date) -> bool {
    let Some(charges) = holdings.charges.get(&invoice.id) else { return false };
    charges.charges.iter().any(|charge| charge.state == ChargeState::Paid)
        || charges.attempts.iter().any(|attempt| {
            let over = matches!(
                attempt.state,
                AttemptState::Settled | AttemptState::TakenBack | AttemptState::Failed { .. }
            );
            !over && attempt.due <= today
        })
}

/// Whether nobody has tried yet to charge a stored method that is good for it, and whose day has come.
pub(super) fn is_to_be_charged(holdings: &Holdings, invoice: &Invoice, today: Date) -> bool {
    let untried = |one: &Charges| one.attempts.is_empty();
    if invoice.autopay > today || !holdings.charges.get(&invoice.id).is_none_or(untried) {
        return false;
    }
    // A Pix Automático moves money two days later at the earliest.
    let charged = |method: &&PaymentMethod| method.rail != Rail::PixAutomatico;
    let methods = holdings.account.iter().flat_map(|account| &account.methods);
    methods.filter(charged).any(|method| method.collects(invoice.open(), today))
}

/// What was paid ahead for longer than a month is not cut for what others owe. Of several invoices that bill the
/// day, the last one counts: what the others had billed for it was given back meanwhile.
fn paid_ahead(
    holdings: &Holdings,
    kept: &Suspension,
    overdue: &[&Invoice],
    today: Date,
    found: &mut Found<'_>,
) {
    let mut last: BTreeMap<&SubscriptionId, (&Invoice, Span)> = BTreeMap::new();
    for (invoice, line) in
        holdings.invoices.values().flat_map(|one| one.lines.iter().map(move |line| (one, line)))
    {
        let LineSource::Recurring(subscription, _) = &line.source else { continue };
        let charge = |_: &Span| line.reason == LineReason::Charge;
        let Some(span) = line.span.filter(charge).filter(|span| span.contains(today)) else {
            continue;
        };
        let newest = last.get(subscription).is_none_or(|(other, _)| other.issued <= invoice.issued);
        if newest {
            last.insert(subscription, (invoice, span));
        }
    }
    for (subscription, (invoice, span)) in last {
        let owed = overdue.iter().any(|one| one.id == invoice.id);
        if span.days() > LONGEST_MONTH && !owed && kept.services.contains(subscription) {
            found.not(Rule::CutPaidAhead, format!("{subscription}, paid through {span}"));
        }
    }
}
