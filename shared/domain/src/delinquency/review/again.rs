//! Notices that are to be sent again: one that got lost on its way out, and the one that the law wants,
//! as long as it has not reached the customer.

use jiff::{civil::Date, tz::TimeZone};

use super::{
    super::{CustomerNotice, NoticeAbout, NoticeState, recipient, unsent},
    Known, Review,
};
use crate::{account::Account, calendar::days_after, invoice::Invoice};

/// A notice that is to be sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Again {
    /// As it lies.
    pub before: CustomerNotice,
    /// As it is to be sent.
    pub notice: CustomerNotice,
}

/// What was not sent by then, and is not told to be refused either, has got lost on its way. Quiet hours
/// and a carrier that is busy take less.
const LOST_DAYS: u16 = 2;
/// What is so old nobody needs to hear any more; but for the notice that the law wants.
const STALE_DAYS: u16 = 7;
/// Carriers of text messages tell for three days what has become of one.
const UNTOLD_DAYS: u16 = 3;
/// To a mailbox that was full it is sent again after so long.
const PASSING_DAYS: u16 = 3;

/// Has the account looked at on the day on which a notice that is decided now should have gone.
pub(super) fn follow(account: &mut Account, today: Date) {
    account.review_by(days_after(today, LOST_DAYS));
}

/// Has a notice sent that should have gone by now; one that is not due for that yet is looked at then.
pub(super) fn find(known: Known<'_>, review: &mut Review, notice: &CustomerNotice) {
    let stale = !notice.legal && known.today > days_after(notice.on, STALE_DAYS);
    if stale || !notice.state.is_to_be_sent() {
        return;
    }
    let lost = days_after(notice.asked.unwrap_or(notice.on), LOST_DAYS);
    if lost > known.today {
        review.account.review_by(lost);
        return;
    }
    send_again(known, review, notice);
}

/// As [`find`], for the notices of what has happened to the service.
pub(super) fn find_of_service(known: Known<'_>, review: &mut Review) {
    for notice in known.notices {
        let of_service = matches!(notice.id.about, NoticeAbout::Suspension(_));
        if of_service && unsent(notice, &review.account, None, known.today).is_none() {
            find(known, review, notice);
        }
    }
}

/// Has the notice that the law wants about an open invoice sent anew where there is hope that it
/// arrives: to an address that is another one, or was only full. Where there is none, people are told,
/// day by day: until it arrives nothing is cut.
pub(super) fn insist(known: Known<'_>, review: &mut Review, invoice: &Invoice) {
    let about = NoticeAbout::Invoice(invoice.id);
    let legal = || known.notices.iter().filter(|one| one.legal && one.id.about == about);
    let reopened = invoice.reopened();
    if legal().any(|one| one.arrived_on(reopened).is_some()) {
        return;
    }
    let (mut failed, mut renewed) = (Vec::new(), false);
    for notice in legal() {
        match fails_on(notice) {
            // It has arrived, before the invoice was paid for a while.
            _ if notice.has_arrived() => {
                renew(known, review, notice);
                renewed = true;
            }
            Some(day) if day > known.today => review.account.review_by(day),
            None => {}
            Some(_) if may_arrive(notice, known, invoice) => {
                renew(known, review, notice);
                renewed = true;
            }
            Some(_) => failed.push(notice.id),
        }
    }
    if renewed {
        follow(&mut review.account, known.today);
    } else if !failed.is_empty() && failed.len() == legal().count() {
        review.unreached.extend(failed);
        review.account.review_by(days_after(known.today, 1));
    }
}

/// Has a notice sent again, from the beginning if it was sent as it is, and looked after.
pub(super) fn send_again(known: Known<'_>, review: &mut Review, notice: &CustomerNotice) {
    renew(known, review, notice);
    follow(&mut review.account, known.today);
}

fn renew(known: Known<'_>, review: &mut Review, notice: &CustomerNotice) {
    if !review.has_room(known.today) {
        return;
    }
    let mut again = notice.clone();
    if !again.state.is_to_be_sent() {
        again.renew(known.today);
    }
    again.adopt(&known.settings.ladder, known.rules);
    again.asked = Some(known.today);
    review.again.push(Again { before: notice.clone(), notice: again });
}

/// Whether a notice is on its way to the customer on a day, as far as anybody has told.
pub(in super::super) fn is_on_its_way(notice: &CustomerNotice, today: Date) -> bool {
    let sent = notice.state.is_to_be_sent() || notice.state == NoticeState::Sent;
    sent && fails_on(notice).is_none_or(|day| day > today)
}

/// The day from which on nobody waits any more for a notice to arrive that has not; none while it is
/// still to be sent.
fn fails_on(notice: &CustomerNotice) -> Option<Date> {
    match notice.state {
        state if state.is_to_be_sent() => None,
        NoticeState::Sent => {
            let sent = notice.sent.map(|sent| sent.to_zoned(TimeZone::UTC).date());
            Some(days_after(sent.unwrap_or(notice.on), UNTOLD_DAYS))
        }
        _ => Some(notice.on),
    }
}

/// Whether there is hope that a notice which has failed arrives if it is sent anew.
fn may_arrive(notice: &CustomerNotice, known: Known<'_>, invoice: &Invoice) -> bool {
    let (account, today) = (known.account, known.today);
    if unsent(notice, account, Some(invoice), today).is_some() {
        return false;
    }
    let elsewhere = recipient(account, notice.id.channel).is_ok_and(|to| notice.goes_elsewhere(to));
    let since = notice.asked.unwrap_or(notice.on);
    let rested = notice.passing && days_after(since, PASSING_DAYS) <= today;
    notice.state == NoticeState::Dropped || elsewhere || rested
}
