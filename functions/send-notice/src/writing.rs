//! What a notice says: from all that is known of its account.

use jiff::{Timestamp, civil::Date};
use mensal_domain::{
    calendar::days_after,
    delinquency::{CustomerNotice, Known, NoticeState, ReviewError, foresee},
};
use mensal_notices::{
    Contradiction, Letter, Message, Sources, Templates, Uncomposed, asked_invoice,
};

use crate::Ready;

/// What comes within so many days is what a notice warns of.
const AHEAD_DAYS: u16 = 90;

/// Why a notice cannot be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unwritten {
    #[error(transparent)]
    Account(#[from] Contradiction),
    #[error(transparent)]
    Review(#[from] ReviewError),
    #[error(transparent)]
    Template(#[from] Uncomposed),
}

/// Writes a notice to an account on a day.
///
/// # Errors
/// [`Unwritten`] if the account's data contradicts itself, or its template does not fit.
pub(crate) fn compose(
    notice: &CustomerNotice,
    ready: &Ready,
    now: Timestamp,
    today: Date,
) -> Result<Message, Unwritten> {
    let Ready { account, catalog, rules, read } = ready;
    let known = read.known(account, rules, today);
    // What it warns of is what follows once it is delivered.
    let mut notices = known.notices.to_vec();
    for one in notices.iter_mut().filter(|one| one.id == notice.id) {
        one.state = NoticeState::Delivered;
        one.delivered = Some(now);
    }
    let known = Known { notices: &notices, ..known };
    let foreseen = foresee(known, days_after(today, AHEAD_DAYS))?;
    let asked = asked_invoice(notice.id.about, known.invoices, today);
    let charges = asked.and_then(|invoice| known.charges.get(&invoice.id));
    let letter = Letter::of(&Sources {
        catalog,
        account,
        settings: &rules.settings,
        invoices: known.invoices,
        about: notice.id.about,
        codes: charges.map(mensal_domain::charge::Charges::codes).unwrap_or_default(),
        foreseen: &foreseen,
        rules: &notice.rules,
        today,
    })?;
    let templates = Templates::of(catalog);
    Ok(templates.compose(&notice.template, notice.id.channel, account.locale, &letter)?)
}
