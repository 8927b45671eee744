//! What a review has billed on its day, and not with the next cycle: late charges, and the end of
//! services that were disconnected.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{Billed, BillingError, Context, bill_late, book, issue, recurring, usage};
use crate::{
    account::{Account, OneOff, Subscription},
    calendar::days_after,
    catalog::Catalog,
    delinquency::{Review, charged_for, given_back},
    ids::SubscriptionId,
    invoice::{Invoice, InvoiceKind},
    locale::Locale,
    money::MoneyError,
    payment::{PaymentError, spend_credit, with_changed},
    settings::BillingSettings,
    usage::UsageDay,
};

/// The most invoices and notices that one transaction writes, beside the account and what is new: it takes a
/// hundred items.
const MOST_WRITTEN: usize = 90;

/// What a review leaves when all is billed that it has billed at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BilledAtOnce {
    /// The account; its version is the caller's to set.
    pub account: Account,
    /// New invoices, at most one of a kind.
    pub issued: Vec<Invoice>,
    /// Invoices that have changed.
    pub invoices: Vec<Invoice>,
}

/// Why it cannot be billed: the account's data contradicts itself.
#[derive(Debug, thiserror::Error)]
pub enum AtOnceError {
    /// It cannot be billed.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// Its credit cannot be spent.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// Money beyond any invoice.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// Bills what a review has billed at once, and spends the credit that an invoice below zero leaves.
///
/// `invoices` are all of the account's before the review, `usage` what was metered in the days of
/// [`super::usage_needed`].
///
/// # Errors
/// [`AtOnceError`] when the account's data contradicts itself or the catalog.
pub fn bill_at_once(
    reviewed: &Review,
    invoices: &[Invoice],
    settings: &BillingSettings,
    catalog: &Catalog,
    usage: &[UsageDay],
    today: Date,
) -> Result<BilledAtOnce, AtOnceError> {
    let mut account = reviewed.account.clone();
    let mut issued = Vec::new();
    // A day has one of a kind: what else is charged for on it is left to the next day, and what else ends
    // to the next cycle.
    let has_one = |kind| invoices.iter().any(|one| (one.id.kind, one.id.cycle) == (kind, today));
    let mut first = BTreeSet::new();
    // Of whom is parked nothing is billed.
    if settings.late_charges.is_billed_at_once(&account) && account.parked.is_none() {
        if !has_one(InvoiceKind::Late) {
            first = charged_for(given_back(&account).into_keys(), invoices);
            let late = bill_late(&account, catalog, today)?;
            account = late.account;
            issued.extend(late.invoice);
        }
        if account.one_offs.iter().any(OneOff::is_late_charge) {
            account.review_by(days_after(today, 1));
        }
    }
    let ended = if has_one(InvoiceKind::Final) { &[] } else { &reviewed.disconnected[..] };
    let last = bill_final(&account, catalog, usage, today, ended)?;
    account = last.account;
    issued.extend(last.invoice);
    let mut changed = reviewed.invoices.clone();
    if !issued.is_empty() && account.has_credit_to_spend()? {
        let mut now = with_changed(invoices.to_vec(), &changed);
        now.extend(issued.iter().cloned());
        let (after, settled) = spend_credit(&account, &now, &first)?;
        let written = changed.len() + reviewed.notices.len() + reviewed.again.len();
        if written + settled.len() > MOST_WRITTEN {
            // One transaction takes no more: the next invoice spends it.
            return Ok(BilledAtOnce { account, issued, invoices: changed });
        }
        account = after;
        // What was ordered for all of one is taken back: what is left of it is to be collected. What is paid
        // may give service back.
        if settled.iter().any(|invoice| invoice.open().is_positive()) {
            account.collect_by(today);
        }
        if account.hold.is_some() && !settled.is_empty() {
            account.review_by(today);
        }
        for invoice in settled {
            let place = issued.iter_mut().chain(&mut changed).find(|other| other.id == invoice.id);
            match place {
                Some(place) => *place = invoice,
                None => changed.push(invoice),
            }
        }
    }
    Ok(BilledAtOnce { account, issued, invoices: changed })
}

/// Bills services that end today up to their end: usage, what is in arrears, and what was billed ahead
/// for days that they have no more. The account's next cycle stays, and bills none of it again. Where
/// there is nothing to bill, equipment that was lent is asked for all the same, by an invoice without
/// lines; where none was lent, the account comes back as it is.
///
/// A cycle before today that is still to be billed comes first: it knows the end, and bills it.
///
/// # Errors
/// As [`super::bill`].
pub fn bill_final(
    account: &Account,
    catalog: &Catalog,
    usage: &[UsageDay],
    today: Date,
    ended: &[SubscriptionId],
) -> Result<Billed, BillingError> {
    let next = account.next_bill.filter(|next| *next >= today && !ended.is_empty());
    let Some(next) = next else { return Ok(Billed::only(account.clone())) };
    if account.credit.is_negative() {
        return Err(BillingError::NegativeCredit(account.credit));
    }
    let mut context = Context::new(account, catalog, today)?;
    // No correction that the next cycle would not have made: both together bill what it alone would.
    context.cutoff = Context::new(account, catalog, next)?.cutoff;
    let mut after = account.clone();
    after.version += 1;
    let mut lines = Vec::new();
    let is_ended = |one: &&mut Subscription| ended.contains(&one.id);
    for subscription in after.subscriptions.iter_mut().filter(is_ended) {
        recurring::bill(&context, subscription, &mut lines)?;
        usage::bill(&context, subscription, usage, &mut lines)?;
    }
    let lent = account.subscriptions.iter().filter(|one| ended.contains(&one.id));
    let lent: Vec<&str> = lent.filter_map(|one| one.equipment.as_deref()).collect();
    if lines.is_empty() && lent.is_empty() {
        return Ok(Billed::only(account.clone()));
    }
    let mut invoice = issue(&context, lines)?;
    invoice.id.kind = InvoiceKind::Final;
    invoice.number.push_str("-F");
    let days = context.settings.equipment_days;
    invoice.note = (!lent.is_empty()).then(|| to_return(account.locale, &lent, today, days));
    book(&context, after, invoice)
}

/// What customers are told of the equipment that they have to return.
fn to_return(locale: Locale, lent: &[&str], today: Date, days: u16) -> String {
    let (lent, until) = (lent.join("; "), locale.date(days_after(today, days)));
    match (locale, days) {
        (Locale::PtBr, 1) => {
            format!("Devolva até {until} (em 1 dia) o equipamento que lhe emprestamos: {lent}.")
        }
        (Locale::PtBr, _) => {
            format!(
                "Devolva até {until} (em {days} dias) o equipamento que lhe emprestamos: {lent}."
            )
        }
        (Locale::EnUs, 1) => {
            format!(
                "Please return by {until} (within 1 day) the equipment that we lent you: {lent}."
            )
        }
        (Locale::EnUs, _) => format!(
            "Please return by {until} (within {days} days) the equipment that we lent you: {lent}."
        ),
    }
}
