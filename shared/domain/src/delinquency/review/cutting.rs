//! Service that is slowed down, suspended or ended: which of it next, on which day, and by which rules.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    super::{
        CustomerNotice, CutDates, CutKind, CutRules, CutStep, Debt, Hold, HoldKind, LegalNotice,
        Lifted, LiftedBy, NoticeAbout, Proof, Suspension, When, cut_dates,
        hold::{has_service, those_that_go_on},
        in_time_until, overdue_as_of, services_to_cut,
    },
    Known, Review, ReviewError, is_in_flight,
    reminding::{day_of, told},
};
use crate::{
    account::{Account, Subscription},
    calendar::{NoPermittedDay, days_after, first_permitted},
    dates::{Explained, Rule},
    history::HistoryError,
    ids::SubscriptionId,
    invoice::{Invoice, InvoiceId},
    money::{Money, MoneyError},
    settings::BillingSettings,
};

/// Slows down, suspends or ends service, if the day is one on which that may be done and has to be.
pub(super) fn cut(known: Known<'_>, review: &mut Review) -> Result<(), ReviewError> {
    let today = known.today;
    let tomorrow = days_after(today, 1);
    if !has_service(&review.account, today)? {
        return Ok(());
    }
    let all = planned_cuts(known, &review.account)?;
    let Some(first) = first_of(&all) else { return Ok(()) };
    if first.cut.date > today {
        review.account.review_by(first.cut.date);
        return Ok(());
    }
    // What is kept of the time that ended today is kept by its day.
    if review.account.lifted.is_some_and(|lifted| lifted.on == today) {
        review.account.review_by(tomorrow);
        return Ok(());
    }
    if !first.allowed {
        return Ok(()); // whoever tells that the notice was delivered has it looked at again
    }
    let due_before = |day| known.invoices.iter().filter(move |one| one.is_open() && one.due < day);
    if due_before(today).any(|invoice| is_in_flight(known, invoice)) {
        review.account.review_by(tomorrow);
        return Ok(());
    }
    let as_of = overdue_as_of(today, known.calendar)?;
    let overdue: Vec<&Invoice> = due_before(as_of).collect();
    let Some(debt) = Debt::on(as_of, known.invoices)? else { return Ok(()) };
    let Some(planned) = first_of(enough(known, &all)?) else {
        look_again(&all, today, &mut review.account);
        return Ok(());
    };
    if known.account.parked.is_some() {
        return Ok(()); // whoever mends the account has it looked at again
    }
    let why = planned.cut.because.iter().map(|rule| rule.text(known.account.locale)).collect();
    let step = CutStep { kind: planned.kind, on: today, because: why };
    let kept = known.suspension.cloned();
    if planned.kind == CutKind::Disconnected {
        disconnect(known, review, kept, step)?;
    } else {
        let services = services_to_cut(&review.account, &overdue, today)?;
        hold(known, review, kept, step, services, debt, planned.proof.clone())?;
        // What follows from it.
        look_again(&planned_cuts(known, &review.account)?, today, &mut review.account);
    }
    Ok(())
}

/// Has the account looked at on the next day for which something is planned.
fn look_again(all: &[PlannedCut], today: Date, account: &mut Account) {
    if let Some(next) = all.iter().map(|one| one.cut.date).filter(|date| *date > today).min() {
        account.review_by(next);
    }
}

/// What may be done today, as far as what asks for it comes to as much as anything is cut for. What is
/// overdue besides is not counted: it has its own day, and its own notice before that. Nobody is held for less, so that
/// no contract ends for it.
fn enough<'a>(known: Known<'_>, all: &'a [PlannedCut]) -> Result<Vec<&'a PlannedCut>, ReviewError> {
    let ready: Vec<_> = ready(known, all).collect();
    // What may be suspended for may be slowed down for.
    let slow = open_of(known, &ready, |_| true)?;
    let cut = open_of(known, &ready, |kind| kind == CutKind::Suspended)?;
    let least = known.settings.cut_minimum;
    let is_enough = |one: &&PlannedCut| match one.kind {
        CutKind::Throttled => slow.amount() >= least,
        CutKind::Suspended => cut.amount() >= least,
        CutKind::Disconnected => true,
    };
    Ok(ready.into_iter().filter(is_enough).collect())
}

/// What may be done today.
fn ready<'a>(known: Known<'_>, all: &'a [PlannedCut]) -> impl Iterator<Item = &'a PlannedCut> {
    all.iter().filter(move |one| one.allowed && one.cut.date <= known.today)
}

/// What is open of the invoices that ask for some kinds of it. One may ask for several.
fn open_of(
    known: Known<'_>,
    some: &[&PlannedCut],
    kinds: impl Fn(CutKind) -> bool,
) -> Result<Money, MoneyError> {
    let asking = some.iter().filter(|one| kinds(one.kind)).filter_map(|one| one.open);
    let open: BTreeMap<_, _> = asking.collect();
    Money::sum(known.account.currency, open.into_values())
}

/// What would be cut for on a day if it were not too little; none if nothing is, or it is not.
///
/// # Errors
/// [`ReviewError`] when the account's data contradicts itself.
pub fn too_little(known: Known<'_>) -> Result<Option<Money>, ReviewError> {
    if !has_service(known.account, known.today)? {
        return Ok(None);
    }
    let all = planned_cuts(known, known.account)?;
    let ready: Vec<_> = ready(known, &all).filter(|one| one.open.is_some()).collect();
    if ready.is_empty() || !enough(known, &all)?.is_empty() {
        return Ok(None);
    }
    Ok(Some(open_of(known, &ready, |_| true)?))
}

fn hold(
    known: Known<'_>,
    review: &mut Review,
    kept: Option<Suspension>,
    step: CutStep,
    services: Vec<SubscriptionId>,
    debt: Debt,
    proof: Option<Proof>,
) -> Result<(), ReviewError> {
    let account = &mut review.account;
    let before = account.hold.take();
    // What was slowed down is what is suspended.
    let services = match &before {
        Some(hold) => those_that_go_on(account, &hold.services, step.on)?,
        None => services,
    };
    if services.is_empty() {
        return Ok(());
    }
    let (kind, when) = match step.kind {
        CutKind::Throttled => (HoldKind::Throttled, When::Throttled),
        _ => (HoldKind::Suspended, When::Suspended),
    };
    if kind == HoldKind::Suspended {
        account.cut(&services, step.on);
    }
    // What was paid of it since it was first held, or since a promise that is broken, stays paid of it.
    let held_for = before.as_ref().map(|hold| &hold.debt).or_else(|| account.held_for());
    let held_for = held_for.map(|held| held.and_since(&debt, known.invoices)).transpose()?;
    let begun = before.as_ref().map_or(step.on, |hold| hold.begun);
    let kept = kept.filter(|kept| kept.begun == begun && kept.lifted.is_none());
    let mut suspension = kept.unwrap_or_else(|| Suspension {
        account: account.id.clone(),
        begun,
        services: services.clone(),
        debt: debt.clone(),
        steps: Vec::new(),
        notice: None,
        lifted: None,
    });
    suspension.notice = proof.or(suspension.notice);
    suspension.debt = debt.clone();
    let debt = held_for.unwrap_or(debt);
    account.hold = Some(Hold { kind, since: step.on, begun, services, debt });
    account.lifted = None;
    account.excused.clear();
    account.excused_for = None;
    account.forget_what_was_held();
    suspension.steps.push(step);
    review.suspension = Some(suspension);
    review.notices.extend(told(known, begun, when));
    Ok(())
}

fn disconnect(
    known: Known<'_>,
    review: &mut Review,
    kept: Option<Suspension>,
    step: CutStep,
) -> Result<(), HistoryError> {
    let Some(hold) = review.account.hold.clone() else { return Ok(()) };
    let services = those_that_go_on(&review.account, &hold.services, step.on)?;
    let ended = |one: &&mut Subscription| services.contains(&one.id);
    for subscription in review.account.subscriptions.iter_mut().filter(ended) {
        subscription.disconnected_on = Some(step.on);
        review.disconnected.push(subscription.id.clone());
    }
    review.account.give_back(step.on, LiftedBy::Disconnection);
    if let Some(mut suspension) = kept {
        suspension.lifted = Some(Lifted { on: step.on, why: LiftedBy::Disconnection });
        suspension.steps.push(step);
        review.suspension = Some(suspension);
    }
    review.notices.extend(told(known, hold.begun, When::Disconnected));
    Ok(())
}

/// What is to be done to the service next.
struct PlannedCut {
    kind: CutKind,
    cut: Explained,
    /// Whether the notice that has to come before was delivered.
    allowed: bool,
    proof: Option<Proof>,
    /// What is open of the invoice that asks for it; none of what follows from a suspension.
    open: Option<(InvoiceId, Money)>,
}

/// What is to be done to the service of an account, and when: what each of its overdue invoices asks for, on a day
/// on which it may be done.
fn planned_cuts(known: Known<'_>, account: &Account) -> Result<Vec<PlannedCut>, ReviewError> {
    let rules = CutRules::of(known.settings);
    if let Some(hold) = account.hold.as_ref().filter(|hold| hold.kind == HoldKind::Suspended) {
        return Ok(disconnection(known, account, hold, &rules)?.into_iter().collect());
    }
    let as_of = overdue_as_of(known.today, known.calendar)?;
    let enough = account.excused_for.as_ref();
    let excuses = enough.map_or(Ok(true), |enough| enough.stands(known.invoices, as_of))?;
    let mut all = Vec::new();
    for invoice in known.invoices {
        if !invoice.is_open() || (excuses && account.excused.contains(&invoice.id)) {
            continue;
        }
        all.extend(cuts_of(known, account, &rules, invoice)?);
    }
    Ok(all)
}

/// The end of the contract that follows from a suspension.
fn disconnection(
    known: Known<'_>,
    account: &Account,
    hold: &Hold,
    rules: &CutRules,
) -> Result<Option<PlannedCut>, NoPermittedDay> {
    let Some(days) = rules.disconnect_after_days else { return Ok(None) };
    let mut from = days_after(hold.since, days);
    let mut because = vec![Rule::DisconnectAfterDays(days)];
    // A contract that is ended does not come back: grace that was given since counts here, too.
    if let Some(until) = account.grace_until.filter(|until| *until > from) {
        from = until;
        because.push(Rule::GraceUntil(until));
    }
    let mut cut = permitted(known, from, because)?;
    if cut.date < known.today {
        cut = permitted(known, known.today, cut.because)?;
    }
    let kind = CutKind::Disconnected;
    Ok(Some(PlannedCut { kind, cut, allowed: true, proof: None, open: None }))
}

/// What is done next of all that is planned: the earliest; of one day, the one that goes farther, and that may
/// be done.
fn first_of<'a>(all: impl IntoIterator<Item = &'a PlannedCut>) -> Option<&'a PlannedCut> {
    let rank = |one: &&PlannedCut| (!one.allowed, one.cut.date, one.kind == CutKind::Throttled);
    all.into_iter().min_by_key(rank)
}

/// What an open invoice asks for.
fn cuts_of(
    known: Known<'_>,
    account: &Account,
    rules: &CutRules,
    invoice: &Invoice,
) -> Result<Vec<PlannedCut>, ReviewError> {
    let delinquent = delinquent_on(known, invoice)?;
    let Some((notice, arrived)) = legal_notice(known, invoice, delinquent.date)? else {
        return Ok(Vec::new());
    };
    let proof = arrived.and_then(proof_of);
    let announced = arrived.and_then(|notice| notice.announced);
    let allowed = matches!(notice, LegalNotice::Delivered(_));
    let CutDates { throttle, suspend, .. } =
        cut_dates(delinquent.date, notice, rules, known.calendar)?;
    let throttle = throttle.filter(|_| account.hold.is_none());
    let planned = [(CutKind::Throttled, throttle), (CutKind::Suspended, suspend)];
    let in_time = in_time_until(invoice.due, 0, known.calendar)?;
    let mut out = Vec::new();
    for (kind, cut) in planned {
        let Some(mut cut) = cut else { continue };
        cut.because.splice(0..0, delinquent.because.iter().cloned());
        // What was announced is kept to, though the rules have fewer days of notice by now.
        let announced = announced.filter(|day| kind == CutKind::Suspended && *day > cut.date);
        if let Some(day) = announced {
            cut = permitted(known, day, cut.because)?;
            cut.because.push(Rule::Announced(day));
        }
        // A day that has passed is not made up for on one that is not permitted, nor against a promise; and
        // what may still be paid in time is not overdue.
        let mut from = cut.date.max(known.today).max(days_after(in_time, 1));
        if let Some(promise) = account.promise_on(known.today) {
            cut.because.push(Rule::Promised(promise.until));
            from = from.max(days_after(promise.until, 1));
        } else if let Some(broken) = account.broken_promise(invoice, known.today) {
            cut.because.push(Rule::PromiseBroken(broken.until));
        }
        if from > cut.date {
            cut = permitted(known, from, cut.because)?;
        }
        let (proof, open) = (proof.clone(), Some((invoice.id, invoice.open())));
        out.push(PlannedCut { kind, cut, allowed, proof, open });
    }
    Ok(out)
}

/// The day from which an open invoice makes its account delinquent, as things are now, and why it is another
/// one than when the invoice was issued; without a rule if it is not.
pub(in super::super) fn delinquent_on(
    known: Known<'_>,
    invoice: &Invoice,
) -> Result<Explained, NoPermittedDay> {
    let later = known.account.grace_until.filter(|until| *until > invoice.delinquent);
    let Some(until) = later else {
        return Ok(Explained { date: invoice.delinquent, because: Vec::new() });
    };
    let weekdays = known.settings.delinquent_weekdays;
    let (date, passed) = first_permitted(until, weekdays, known.calendar)?;
    let passed = passed.into_iter().map(|(date, why)| Rule::Passed(date, why));
    let because = std::iter::once(Rule::GraceUntil(until)).chain(passed).collect();
    Ok(Explained { date, because })
}

/// How far the legal notice of an invoice is, with the notice that has arrived first; none if there is to be
/// one and none is ever sent.
fn legal_notice<'a>(
    known: Known<'a>,
    invoice: &Invoice,
    delinquent: Date,
) -> Result<Option<(LegalNotice, Option<&'a CustomerNotice>)>, NoPermittedDay> {
    let about = NoticeAbout::Invoice(invoice.id);
    let legal = known.notices.iter().filter(|notice| notice.legal && notice.id.about == about);
    let arrived = legal.filter_map(|notice| Some((notice.arrived_on(invoice.reopened())?, notice)));
    if let Some((day, notice)) = arrived.min_by_key(|(day, _)| *day) {
        return Ok(Some((LegalNotice::Delivered(day), Some(notice))));
    }
    let mut planned = Vec::new();
    for step in known.settings.ladder.steps().iter().filter(|step| step.legal) {
        planned.extend(day_of(step, invoice, known.settings, known.calendar)?);
    }
    Ok(match planned.into_iter().min() {
        Some(day) => Some((LegalNotice::Planned(day.max(known.today)), None)),
        // Nothing has to be told before.
        None if known.settings.legal_notice_days == 0 => {
            Some((LegalNotice::Delivered(delinquent), None))
        }
        None => None,
    })
}

/// The proof that a notice was delivered; none if it was not.
fn proof_of(notice: &CustomerNotice) -> Option<Proof> {
    let delivered = notice.delivered?;
    Some(Proof {
        notice: notice.id,
        rules: notice.rules.clone(),
        channel: notice.id.channel,
        reference: notice.reference.clone(),
        text: notice.text.clone(),
        sent: notice.sent.unwrap_or(delivered),
        delivered,
    })
}

fn permitted(
    known: Known<'_>,
    from: Date,
    mut because: Vec<Rule>,
) -> Result<Explained, NoPermittedDay> {
    let (date, passed) = first_permitted(from, known.settings.cut_weekdays, known.calendar)?;
    because.extend(passed.into_iter().map(|(date, why)| Rule::Passed(date, why)));
    Ok(Explained { date, because })
}

impl CutRules {
    /// Those of an account's settings.
    #[must_use]
    pub fn of(settings: &BillingSettings) -> Self {
        Self {
            weekdays: settings.cut_weekdays,
            legal_notice_days: settings.legal_notice_days,
            throttle_after_days: settings.throttle_after_days.days(),
            suspend_after_days: settings.suspend_after_days.days(),
            disconnect_after_days: settings.disconnect_after_days.days(),
        }
    }
}
