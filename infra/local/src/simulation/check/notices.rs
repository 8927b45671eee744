//! Notices: each step once, and none to whom has paid.

use std::collections::BTreeSet;

use jiff::civil::Date;
use mensal_domain::{
    delinquency::{CustomerNotice, NoticeAbout, NoticeState, When},
    invoice::Invoice,
};
use rust_decimal::Decimal;

use super::{Found, Rule, amounts::open};
use crate::simulation::mirror::Holdings;

/// How far a notice is: it never goes back.
fn rank(state: NoticeState) -> u8 {
    match state {
        NoticeState::Planned => 0,
        NoticeState::Sending => 1,
        NoticeState::Sent => 2,
        NoticeState::Delivered => 3,
        NoticeState::Dropped | NoticeState::Bounced => 4,
        NoticeState::Complained => 5,
    }
}

/// A notice that was decided, or of which something was heard.
pub(super) fn told(
    holdings: &Holdings,
    before: Option<&CustomerNotice>,
    after: &CustomerNotice,
    found: &mut Found<'_>,
) {
    if let Some(before) = before {
        let begins = |one: &CustomerNotice| (one.on, one.template.clone(), one.legal);
        // What was not taken after all is to be sent again.
        let put_back = (before.state, after.state) == (NoticeState::Sending, NoticeState::Planned);
        let again = (before.state, after.state) == (NoticeState::Sending, NoticeState::Sending)
            && before.begun < after.begun;
        // What is told in another order fills in the rest.
        let told = |one: &CustomerNotice| (one.state, one.begun, one.text.clone());
        let more = told(before) == told(after)
            && before.state != NoticeState::Planned
            && before.delivered.is_none_or(|_| before.delivered == after.delivered);
        // The one that the law wants is asked for until it has arrived, and anew of what is owed again.
        let reopened = match after.id.about {
            NoticeAbout::Invoice(id) => holdings.invoices.get(&id).and_then(Invoice::reopened),
            NoticeAbout::Suspension(_) => None,
        };
        let before_it_was_paid = reopened.is_some_and(|day| after.asked >= Some(day));
        let renewed = after.legal
            && after.asked > before.asked
            && (!before.has_arrived() || before_it_was_paid);
        let goes_on = put_back || again || more || renewed;
        let is_back = rank(after.state) <= rank(before.state) && !goes_on;
        if begins(before) != begins(after) || is_back {
            let (was, is) = (before.state, after.state);
            found.not(Rule::NoticeOnce, format!("{} was {was:?} and is {is:?}", after.id));
        }
    }
    let goes =
        after.state != NoticeState::Dropped && before.is_none_or(|before| rank(before.state) == 0);
    let kept = |begun: Date| holdings.suspensions.get(&begun);
    let is_over = match (after.id.about, after.id.when) {
        (NoticeAbout::Invoice(invoice), When::Days(_)) => {
            holdings.invoices.get(&invoice).is_none_or(|one| open(one) <= Decimal::ZERO)
        }
        // It is decided in one transaction with what it tells of.
        (NoticeAbout::Suspension(_), _) if before.is_none() => false,
        (NoticeAbout::Suspension(begun), When::Throttled | When::Suspended) => {
            kept(begun).is_none_or(|kept| kept.lifted.is_some())
        }
        (NoticeAbout::Suspension(begun), When::Restored | When::Disconnected) => {
            kept(begun).is_none_or(|kept| kept.lifted.is_none())
        }
        _ => false,
    };
    if goes && is_over {
        found.not(Rule::RemindedPaid, format!("{} is {:?}", after.id, after.state));
    }
}

/// No two of one kind about one thing by one way.
pub(super) fn once(holdings: &Holdings, found: &mut Found<'_>) {
    let mut seen = BTreeSet::new();
    for (key, notice) in &holdings.notices {
        let kind = (notice.id.about, notice.template.clone(), notice.id.channel);
        if *key != notice.id || !seen.insert(kind) {
            found.not(Rule::NoticeOnce, format!("{} is the second of its kind", notice.id));
        }
    }
}
