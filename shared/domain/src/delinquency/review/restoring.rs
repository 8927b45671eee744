//! Service that comes back.

use super::{
    super::{
        CustomerNotice, Debt, Lifted, LiftedBy, Promise, Suspension, When,
        given_back::spend_given_back, hold::those_that_go_on, overdue_as_of, to_restore,
    },
    Known, Review, ReviewError, again, late,
    reminding::told,
};
use crate::{account::Account, calendar::days_after};

/// What a service that comes back leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The account, at the version that it had.
    pub account: Account,
    /// Notices that are to be sent.
    pub notices: Vec<CustomerNotice>,
    /// What is kept of the hold.
    pub suspension: Option<Suspension>,
}

/// The account with its service back, at the moment of a payment, if it may come back. The next review gives back
/// what was charged for being late and turns out not to be owed: where that is done at once, it counts as paid now.
///
/// # Errors
/// [`ReviewError`] when its data contradicts itself.
pub fn restore_on_payment(known: Known<'_>) -> Result<Option<Restored>, ReviewError> {
    let mut next = Review::of(known.account);
    // The run of today may be over: what only that would give back is not given back tomorrow.
    late::charge(Known { today: days_after(known.today, 1), ..known }, &mut next)?;
    if !late::gives_back(known, &next.account) {
        return restore(known, known.account);
    }
    let (_, invoices) = spend_given_back(&next.account, known.invoices)?;
    restore(Known { invoices: &invoices, ..known }, known.account)
}

/// The account with its service back, if what had to be paid was, if what is left is less than anything is cut
/// for, or if there is no service any more that could be held; none otherwise. What is still overdue of whom has
/// paid is excused until something else becomes delinquent.
pub(super) fn restore(
    known: Known<'_>,
    account: &Account,
) -> Result<Option<Restored>, ReviewError> {
    let Some(hold) = &account.hold else { return kept_promise(known, account) };
    let is_paid = is_paid(known, &hold.debt)?;
    let is_over = those_that_go_on(account, &hold.services, known.today)?.is_empty();
    if !is_paid && !is_over && !is_below_minimum(known)? {
        return Ok(None);
    }
    let why = if is_over { LiftedBy::End } else { LiftedBy::Payment };
    let mut restored = lift(known, account, why);
    if is_paid {
        restored.account.excused = overdue(known)?.map(|debt| debt.invoices).unwrap_or_default();
        restored.account.excuse_for(hold.debt.clone(), known.settings.restore);
    }
    Ok(Some(restored))
}

fn is_paid(known: Known<'_>, debt: &Debt) -> Result<bool, ReviewError> {
    let day = overdue_as_of(known.today, known.calendar)?;
    Ok(!to_restore(debt, known.invoices, known.settings.restore, day)?.is_positive())
}

/// Whether no more is overdue than nothing is cut for.
fn is_below_minimum(known: Known<'_>) -> Result<bool, ReviewError> {
    let left = overdue(known)?;
    Ok(left.is_some_and(|left| left.amount.amount() < known.settings.cut_minimum))
}

fn overdue(known: Known<'_>) -> Result<Option<Debt>, ReviewError> {
    Ok(Debt::on(overdue_as_of(known.today, known.calendar)?, known.invoices)?)
}

/// Service that is back on a promise stays back once that is paid which would have given it back: what was
/// overdue when it was promised, and still is, is excused, too.
fn kept_promise(known: Known<'_>, account: &Account) -> Result<Option<Restored>, ReviewError> {
    let debt = |promise: &Promise| Some((promise.on, promise.debt.clone()?));
    let Some((promised, debt)) = account.promises.iter().rev().find_map(debt) else {
        return Ok(None);
    };
    if !is_paid(known, &debt)? {
        return Ok(None);
    }
    let mut account = account.clone();
    account.forget_what_was_held();
    let before = known.invoices.iter().filter(|one| one.is_open() && one.due < promised);
    account.excused.extend(before.map(|invoice| invoice.id));
    account.excuse_for(debt, known.settings.restore);
    Ok(Some(Restored { account, notices: Vec::new(), suspension: None }))
}

/// The account with its service back, whatever was paid.
#[must_use]
pub fn lift(known: Known<'_>, account: &Account, why: LiftedBy) -> Restored {
    let mut account = account.clone();
    let begun = account.hold.as_ref().map(|hold| hold.begun);
    account.give_back(known.today, why);
    let suspension = known.suspension.filter(|kept| Some(kept.begun) == begun).map(|kept| {
        let lifted = Some(Lifted { on: known.today, why });
        Suspension { lifted, ..kept.clone() }
    });
    // Of a contract that is over nothing comes back.
    let back = begun.filter(|_| why != LiftedBy::End);
    let notices = back.map(|begun| told(known, begun, When::Restored)).unwrap_or_default();
    if !notices.is_empty() {
        again::follow(&mut account, known.today);
    }
    Restored { account, notices, suspension }
}
