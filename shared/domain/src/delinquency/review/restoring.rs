//! Service that comes back.

use super::{
    super::{CustomerNotice, Debt, Lifted, LiftedBy, Suspension, When, to_restore},
    Known, ReviewError, again,
    reminding::told,
};
use crate::account::Account;

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

/// The account with its service back, if what had to be paid was; none if it was not, or nothing holds
/// it. What is still overdue then is excused until something else becomes delinquent.
///
/// # Errors
/// [`ReviewError`] when its data contradicts itself.
pub fn restore(known: &Known<'_>, account: &Account) -> Result<Option<Restored>, ReviewError> {
    let Some(hold) = &account.hold else { return Ok(None) };
    let missing = to_restore(&hold.debt, known.invoices, known.settings.restore, known.today)?;
    if missing.is_positive() {
        return Ok(None);
    }
    let mut restored = lift(known, account, LiftedBy::Payment);
    let overdue = Debt::on(known.today, known.invoices)?;
    restored.account.excused = overdue.map(|debt| debt.invoices).unwrap_or_default();
    Ok(Some(restored))
}

/// The account with its service back, whatever was paid.
#[must_use]
pub fn lift(known: &Known<'_>, account: &Account, why: LiftedBy) -> Restored {
    let mut account = account.clone();
    let begun = account.hold.as_ref().map(|hold| hold.begun);
    account.give_back(known.today);
    let suspension = known.suspension.filter(|kept| Some(kept.begun) == begun).map(|kept| {
        let lifted = Some(Lifted { on: known.today, why });
        Suspension { lifted, ..kept.clone() }
    });
    let notices = begun.map(|begun| told(*known, begun, When::Restored)).unwrap_or_default();
    if !notices.is_empty() {
        again::follow(&mut account, known.today);
    }
    Restored { account, notices, suspension }
}
