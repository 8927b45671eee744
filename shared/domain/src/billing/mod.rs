//! Billing: from an account and its catalog to the invoice of one cycle.
//!
//! The difference method. A cycle is not billed by looking at what happened since the last one.
//! It is billed by computing what the whole service history is worth up to the horizon of the
//! cycle, and taking the difference to what has been billed for it. Plan changes, cancellations,
//! suspended days and corrections of the past all fall out as lines, and billing twice bills
//! nothing.

mod at_once;
mod difference;
mod error;
pub mod explain;
mod late;
mod one_offs;
mod recurring;
mod tariff;
mod taxes;
#[cfg(test)]
mod tests;
mod usage;
mod worth;

use std::collections::BTreeSet;

use jiff::civil::Date;

pub use at_once::{AtOnceError, BilledAtOnce, bill_at_once, bill_final};
pub use error::BillingError;
pub use late::bill_late;
pub use usage::needed as usage_needed;

use crate::{
    account::Account,
    calendar::{Calendar, Span, days_after},
    catalog::{AccountType, Catalog},
    charge::LateTerms,
    collection::{self, Collected},
    dates::{KeyDates, key_dates},
    delinquency::{LateRules, first_review},
    history::stretches,
    invoice::{
        Invoice, InvoiceId, InvoiceKind, InvoiceStatus, Line, LineReason, LineSource, Offers,
        TaxMode,
    },
    money::{Currency, Money},
    payment::{PaymentError, spend_credit},
    settings::BillingSettings,
    usage::UsageDay,
};

/// The most lines that an invoice may have: its item stays under the 400 KB that a table takes.
pub const MAX_LINES: usize = 1_500;

/// What billing one cycle leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Billed {
    /// The account after the cycle, at its next version.
    pub account: Account,
    /// The invoice; none if nothing was due.
    pub invoice: Option<Invoice>,
    /// Invoices before it that the account's credit has paid.
    pub settled: Vec<Invoice>,
}

impl Billed {
    /// Nothing but the account.
    fn only(account: Account) -> Self {
        Self { account, invoice: None, settled: Vec::new() }
    }

    /// Spends the credit that a credit note has left on the invoices before it that are still to be
    /// paid, out of all of the account's.
    ///
    /// # Errors
    /// As [`spend_credit`].
    pub fn spend(self, invoices: &[Invoice]) -> Result<Self, PaymentError> {
        let (mut account, settled) = spend_credit(&self.account, invoices, &BTreeSet::new())?;
        if let Some(issued) = self.invoice.as_ref().map(|invoice| invoice.issued) {
            // What was ordered for all of one is taken back: what is left of it is to be collected.
            if settled.iter().any(|invoice| invoice.open().is_positive()) {
                account.collect_by(issued);
            }
            // It may have been what service is held for, and a part of that may be enough.
            if !settled.is_empty() && account.hold.is_some() {
                account.review_by(issued);
            }
        }
        Ok(Self { account, settled, ..self })
    }
}

/// What holds while one account is billed.
pub(crate) struct Context<'a> {
    pub(crate) account: &'a Account,
    pub(crate) catalog: &'a Catalog,
    pub(crate) account_type: &'a AccountType,
    pub(crate) settings: BillingSettings,
    pub(crate) cycle: Date,
    /// Days before it are settled: no change of history corrects them.
    pub(crate) cutoff: Date,
}

impl<'a> Context<'a> {
    fn new(account: &'a Account, catalog: &'a Catalog, cycle: Date) -> Result<Self, BillingError> {
        let code = &account.account_type;
        let account_type = catalog
            .account_types
            .get(code)
            .ok_or_else(|| BillingError::UnknownAccountType(code.clone()))?;
        let settings = account_type.settings.with(&account.overrides);
        let back = i64::from(settings.correction_days);
        let cutoff = cycle.saturating_sub(jiff::ToSpan::days(back));
        Ok(Self { account, catalog, account_type, settings, cycle, cutoff })
    }

    pub(crate) fn currency(&self) -> Currency {
        self.account.currency
    }

    fn calendar(&self) -> Result<&'a Calendar, BillingError> {
        self.catalog.calendar_of(&self.settings)
    }
}

/// Bills the account's next cycle.
///
/// `usage` is what was metered in the days of [`usage_needed`], in any order. An account that
/// has no next cycle comes back as it is, without an invoice.
///
/// # Errors
/// [`BillingError`] when the account's data contradicts itself or the catalog: nothing of it may
/// be billed until people have looked at it.
pub fn bill(
    account: &Account,
    catalog: &Catalog,
    usage: &[UsageDay],
) -> Result<Billed, BillingError> {
    let Some(cycle) = account.next_bill else {
        return Ok(Billed::only(account.clone()));
    };
    if account.credit.is_negative() {
        return Err(BillingError::NegativeCredit(account.credit));
    }
    let context = Context::new(account, catalog, cycle)?;
    let mut after = account.clone();
    after.version += 1;
    let mut lines = Vec::new();
    for subscription in &mut after.subscriptions {
        recurring::bill(&context, subscription, &mut lines)?;
        usage::bill(&context, subscription, usage, &mut lines)?;
    }
    one_offs::bill(&context, &mut after, &mut lines)?;
    after.next_bill = next_cycle(&context, &after)?;
    if lines.is_empty() {
        return Ok(Billed::only(after));
    }
    let invoice = issue(&context, lines)?;
    book(&context, after, invoice)
}

/// The account with an invoice that is issued just now.
fn book(context: &Context, mut after: Account, invoice: Invoice) -> Result<Billed, BillingError> {
    let collected = collection::first_look(&invoice, &after.methods);
    let reviewed = first_review(&invoice, &context.settings, context.calendar()?)?;
    if let Some(day) = collected {
        after.collect_by(day);
    }
    if let Some(day) = reviewed {
        after.review_by(day);
    }
    after.balance = invoice.balance()?;
    after.last_balance = after.balance;
    after.credit = after.credit.minus(invoice.credit_used)?;
    if invoice.is_credit_note() {
        after.credit = after.credit.minus(invoice.total)?;
    }
    Ok(Billed { account: after, invoice: Some(invoice), settled: Vec::new() })
}

/// When each thing happens to an invoice of the account's next cycle, and why.
///
/// # Errors
/// As [`bill`].
pub fn preview_dates(
    account: &Account,
    catalog: &Catalog,
) -> Result<Option<KeyDates>, BillingError> {
    let Some(cycle) = account.next_bill else { return Ok(None) };
    dates(&Context::new(account, catalog, cycle)?).map(Some)
}

fn dates(context: &Context) -> Result<KeyDates, BillingError> {
    let calendar = context.calendar()?;
    let grace_until = context.account.grace_until;
    Ok(key_dates(context.cycle, &context.settings, calendar, grace_until)?)
}

/// The next cycle: none once every service has ended and its corrections have run out.
fn next_cycle(context: &Context, after: &Account) -> Result<Option<Date>, BillingError> {
    let mut open = !after.one_offs.is_empty();
    for subscription in &after.subscriptions {
        let end =
            stretches(subscription)?.last().map_or(subscription.start, |last| last.span.end());
        open |= days_after(end, context.settings.correction_days) > context.cycle;
    }
    if !open {
        return Ok(None);
    }
    let tomorrow = days_after(context.cycle, 1);
    Ok(Some(after.cycle_from(tomorrow).ok_or(BillingError::NoBillDay)?))
}

fn issue(context: &Context, mut lines: Vec<Line>) -> Result<Invoice, BillingError> {
    let account = context.account;
    if lines.len() > MAX_LINES {
        return Err(BillingError::TooManyLines(lines.len()));
    }
    sort(&mut lines);
    let taxes = taxes::taxes(context, &lines)?;
    let currency = context.currency();
    let on_top = taxes.iter().filter(|tax| tax.mode == TaxMode::Exclusive);
    let amounts = lines.iter().map(|line| line.amount).chain(on_top.map(|tax| tax.amount));
    let total = Money::sum(currency, amounts)?;
    let zero = Money::zero(currency);
    let asked = if total.is_positive() { total } else { zero };
    let credit_used = account.credit.at_most(asked)?;
    let dates = dates(context)?;
    let asked = asked.minus(credit_used)?;
    let collected =
        Collected::expected(&account.methods, asked, dates.issued.date, dates.autopay.date);
    let stationery =
        context.catalog.stationery(context.account_type, account.locale, context.settings.paper);
    let late = LateRules::of(&context.settings).on(&lines, &taxes).terms;
    let offers = offers(context, &dates, collected.as_ref(), late);
    Ok(Invoice {
        account: account.id.clone(),
        id: InvoiceId { cycle: context.cycle, kind: InvoiceKind::Cycle },
        number: number(account, context.cycle),
        status: InvoiceStatus::Issued,
        locale: account.locale,
        stationery: stationery.hash(),
        customer: account.customer.clone(),
        issued: context.cycle,
        due: dates.due.date,
        delinquent: dates.delinquent.date,
        autopay: dates.autopay.date,
        period: covered(&lines),
        lines,
        taxes,
        total,
        previous_balance: account.last_balance,
        payments: account.last_balance.minus(account.balance)?,
        credit_used,
        asked,
        settled: None,
        offers,
        collected,
        late_charged: context.settings.late_charges.at_issue(currency),
        note: None,
    })
}

/// How an invoice can be paid at a gateway, by the settings of its account. Whose stored method is
/// going to be charged is given no code to pay with before it was, so that nobody pays twice.
fn offers(
    context: &Context,
    dates: &KeyDates,
    collected: Option<&Collected>,
    late: LateTerms,
) -> Option<Offers> {
    let settings = &context.settings;
    let (issued, due) = (dates.issued.date, dates.due.date);
    let from = settings.register_days.from(issued, due);
    let after_collection = collected.map(|collected| days_after(collected.on, 1));
    let currency = context.account.currency;
    let rails: Vec<_> =
        settings.rails.iter().filter(|offer| offer.rail.takes(currency)).cloned().collect();
    (!rails.is_empty()).then_some(Offers {
        rails,
        register_on: after_collection.map_or(from, |after| from.max(after)),
        payable_days: settings.payable_days,
        late,
    })
}

/// The number that people read: `1042-261110` is the cycle of 2026-11-10 of account 1042.
fn number(account: &Account, cycle: Date) -> String {
    format!("{}-{:02}{:02}{:02}", account.id, cycle.year() % 100, cycle.month(), cycle.day())
}

/// The document of a balance that an account brings along from another system.
///
/// # Errors
/// [`BillingError::UnknownAccountType`], or money beyond its limit.
pub fn bring_forward(
    account: &Account,
    catalog: &Catalog,
    on: Date,
    balance: Money,
) -> Result<Billed, BillingError> {
    let context = Context::new(account, catalog, on)?;
    let line = Line {
        source: LineSource::Opening,
        reason: LineReason::Charge,
        description: account.locale.pick("Saldo anterior", "Balance brought forward").into(),
        span: None,
        taxed_on: None,
        part_of_days: None,
        quantity: rust_decimal::Decimal::ONE,
        unit_price: None,
        category: one_offs::opening_category()?,
        amount: balance,
    };
    let mut invoice = issue(&context, vec![line])?;
    invoice.id.kind = InvoiceKind::Opening;
    invoice.number.push_str("-O");
    // It is paid where it was billed, or with the next invoice: no gateway is told of it.
    invoice.offers = None;
    invoice.collected = None;
    invoice.late_charged = None;
    let mut after = account.clone();
    after.version += 1;
    book(&context, after, invoice)
}

/// From the first to the last day that is charged; days that are only credited may lie far off.
fn covered(lines: &[Line]) -> Option<Span> {
    let charges = || lines.iter().filter(|line| line.reason == LineReason::Charge);
    let spans = || charges().filter_map(|line| line.span);
    Span::new(spans().map(Span::start).min()?, spans().map(Span::end).max()?)
}

/// The order in which people read an invoice: service by service, each by its days, a credit
/// before the charge that takes its place, a discount below what it is taken off; what belongs
/// to no service last. It depends on the lines only, not on the order of the input.
fn sort(lines: &mut [Line]) {
    lines.sort_by(|a, b| reading_order(a).cmp(&reading_order(b)));
}

fn reading_order(line: &Line) -> impl Ord + '_ {
    let (service, kind) = match &line.source {
        LineSource::Recurring(id, _) => (Some(id), 0),
        LineSource::Discount(id, _) => (Some(id), 1),
        LineSource::Usage(id, _) => (Some(id), 2),
        LineSource::OneOff(_) | LineSource::Opening => (None, 3),
    };
    let replaced = kind < 2 && line.reason == LineReason::Credit;
    (
        service.is_none(),
        service,
        line.span.map(Span::start),
        kind,
        !replaced,
        &line.source,
        line.span,
    )
}
