//! What a notice says: from all that is known of its account.

use jiff::{Timestamp, civil::Date};
use mensal_domain::{
    account::Account,
    calendar::days_after,
    delinquency::{CustomerNotice, Known, NoticeState, ReviewError, foresee, overdue_as_of},
    settings::BillingSettings,
};
use mensal_notices::{
    Contradiction, Letter, Message, Sources, Templates, Uncomposed, asked_invoice,
};

use crate::Ready;

/// Beyond a year of grace nothing is warned of.
const LONGEST_GRACE: u16 = 366;
/// Days on which nothing may be cut put the next step off: by more than so many in all hardly ever.
const PUT_OFF_DAYS: u16 = 60;

/// A notice as it is sent.
pub(crate) struct Written {
    pub(crate) message: Message,
    /// Of one that the law wants: from which day on it says that service may be suspended.
    pub(crate) announced: Option<Date>,
}

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

/// The last day of which a notice warns: the end of the contract lies before it, which comes after the notice of the
/// law, the suspension and the time that follows, or after what puts all of that off.
fn ahead(account: &Account, settings: &BillingSettings, today: Date) -> Date {
    let BillingSettings { throttle_after_days, suspend_after_days, disconnect_after_days, .. } =
        settings;
    let after = [throttle_after_days, suspend_after_days, disconnect_after_days];
    let after = after.into_iter().filter_map(|after| after.days());
    let days = after.chain([settings.grace_days, settings.legal_notice_days, PUT_OFF_DAYS]);
    let promised = account.promise_on(today).map(|promise| promise.until);
    let from = today.max(account.grace_until.unwrap_or(today)).max(promised.unwrap_or(today));
    // Grace without end says that nothing is cut: each day until then would be played for that.
    let from = from.min(days_after(today, LONGEST_GRACE));
    days_after(from, days.fold(0, u16::saturating_add))
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
) -> Result<Written, Unwritten> {
    let Ready { account, catalog, rules, read } = ready;
    let known = read.known(account, rules, today);
    // What it warns of is what follows once it is delivered.
    let mut notices = known.notices.to_vec();
    for one in notices.iter_mut().filter(|one| one.id == notice.id) {
        one.state = NoticeState::Delivered;
        one.delivered = Some(now);
    }
    let known = Known { notices: &notices, ..known };
    let foreseen = foresee(known, ahead(account, &rules.settings, today))?;
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
        due_before: overdue_as_of(today, known.calendar).map_err(ReviewError::from)?,
    })?;
    let templates = Templates::of(catalog);
    let (template, channel) = (&notice.template, notice.id.channel);
    let message = templates.compose(template, channel, account.locale, &letter)?;
    let announced = letter.service.suspended_on.filter(|_| notice.legal);
    Ok(Written { message, announced })
}
