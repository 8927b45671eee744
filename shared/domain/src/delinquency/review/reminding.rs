//! The notices that a day brings to an invoice, or what has happened to a service.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{
    super::{
        After, Channel, CustomerNotice, LateCharging, NoticeAbout, Step, When, hold::has_service,
        in_time_until, step_date,
    },
    Known, Review, ReviewError, again, is_in_flight,
};
use crate::{
    calendar::{Calendar, NoPermittedDay, days_after, first_permitted},
    invoice::Invoice,
    settings::BillingSettings,
};

/// The first day on which an invoice that is issued is to be reviewed; none if nothing follows from it.
///
/// # Errors
/// [`NoPermittedDay`] when weekdays and calendar leave no day of a year.
pub fn first_review(
    invoice: &Invoice,
    settings: &BillingSettings,
    calendar: &Calendar,
) -> Result<Option<Date>, NoPermittedDay> {
    if !invoice.open().is_positive() {
        return Ok(None);
    }
    let mut first = Vec::new();
    for step in settings.ladder.steps() {
        first.extend(day_of(step, invoice, settings, calendar)?);
    }
    let held = [settings.throttle_after_days, settings.suspend_after_days];
    if held.iter().any(|after| *after != After::Never) {
        first.push(invoice.delinquent);
    }
    if settings.late_charges != LateCharging::ByGateway {
        first.push(days_after(in_time_until(invoice.due, settings.late_after_days, calendar)?, 1));
    }
    Ok(first.into_iter().min().map(|day| day.max(invoice.issued)))
}

/// The day of a step about an invoice; none of one that has no day.
pub(super) fn day_of(
    step: &Step,
    invoice: &Invoice,
    settings: &BillingSettings,
    calendar: &Calendar,
) -> Result<Option<Date>, NoPermittedDay> {
    let weekdays = settings.notice_weekdays;
    Ok(match step.when {
        When::Issued => Some(first_permitted(invoice.issued, weekdays, calendar)?.0),
        When::Days(days) => Some(step_date(days, invoice.due, weekdays, calendar)?),
        _ => None,
    })
}

/// The steps of the ladder that the day brings to each open invoice.
///
/// Of those whose day has come, one of each channel is taken: the latest. What a run has missed does
/// not come all at once, nor a warning of a date that is past. Only the notice that the law wants is
/// never left out, as long as there is a service that could be cut.
pub(super) fn remind(known: Known<'_>, review: &mut Review) -> Result<(), ReviewError> {
    let has_service = has_service(&review.account, known.today)?;
    if !has_service && known.invoices.iter().any(Invoice::is_open) {
        // One that is to begin could be cut.
        let starts = known.account.subscriptions.iter().map(|one| one.start);
        if let Some(start) = starts.filter(|start| *start > known.today).min() {
            review.account.review_by(start);
        }
    }
    for invoice in known.invoices.iter().filter(|invoice| invoice.is_open()) {
        let mut latest: BTreeMap<Channel, (Date, &Step)> = BTreeMap::new();
        let mut due: Vec<&Step> = Vec::new();
        for step in known.settings.ladder.steps() {
            let Some(day) = day_of(step, invoice, known.settings, known.calendar)? else {
                continue;
            };
            if day > known.today {
                review.account.review_by(day);
            } else if step.legal {
                due.extend(has_service.then_some(step));
            } else if latest.get(&step.channel).is_none_or(|(before, _)| *before <= day) {
                latest.insert(step.channel, (day, step));
            }
        }
        due.extend(latest.into_values().map(|(_, step)| step));
        for step in due {
            let about = NoticeAbout::Invoice(invoice.id);
            let planned = notice(known, about, step);
            if planned.is_past(invoice.due, known.today) {
                continue;
            }
            if let Some(notice) = noted(known, about, step) {
                if step.legal && !notice.legal {
                    // The ladder makes it the one that the law wants by now: it is sent anew as that.
                    again::send_again(known, review, notice);
                } else {
                    again::find(known, review, notice);
                }
                continue;
            }
            if matches!(step.when, When::Days(1..)) && is_in_flight(known, invoice) {
                review.account.review_by(days_after(known.today, 1));
                continue;
            }
            if review.has_room(known.today) {
                review.notices.push(planned);
            }
        }
        if has_service {
            again::insist(known, review, invoice);
        }
    }
    Ok(())
}

fn noted<'a>(known: Known<'a>, about: NoticeAbout, step: &Step) -> Option<&'a CustomerNotice> {
    known.notices.iter().find(|notice| {
        (notice.id.about, notice.id.when, notice.id.channel) == (about, step.when, step.channel)
    })
}

fn notice(known: Known<'_>, about: NoticeAbout, step: &Step) -> CustomerNotice {
    CustomerNotice::planned(known.account.id.clone(), about, step, known.rules, known.today)
}

/// The notices of something that has happened to the service.
pub(super) fn told(known: Known<'_>, begun: Date, when: When) -> Vec<CustomerNotice> {
    let about = NoticeAbout::Suspension(begun);
    let steps = known.settings.ladder.steps().iter().filter(|step| step.when == when);
    steps
        .filter(|step| noted(known, about, step).is_none())
        .map(|step| notice(known, about, step))
        .collect()
}
