//! The facts of a notice, from what is known of an account.

use jiff::civil::Date;
use mensal_domain::{
    account::{Account, Subscription},
    catalog::Catalog,
    charge::PaymentCodes,
    collection::Collected,
    delinquency::{CutKind, Debt, Foreseen, Happening, HoldKind, NoticeAbout, to_restore},
    history::{HistoryError, Service, stretches},
    ids::SubscriptionId,
    invoice::Invoice,
    money::MoneyError,
    settings::BillingSettings,
};

use crate::letter::{Bill, Letter, Overdue, OverdueInvoice, ServiceFacts};

/// What is known of an account when a notice is written to it.
#[derive(Clone, Debug)]
pub struct Sources<'a> {
    /// The ISP, and the names of what it sells.
    pub catalog: &'a Catalog,
    /// The account.
    pub account: &'a Account,
    /// Its settings: those of its type, with its own.
    pub settings: &'a BillingSettings,
    /// Its invoices, those that are not open among them or not.
    pub invoices: &'a [Invoice],
    /// What the notice is about.
    pub about: NoticeAbout,
    /// What a payer needs to pay the invoice that is asked for ([`asked_invoice`]).
    pub codes: PaymentCodes,
    /// What happens if nothing is paid, with the notice taken for delivered today: what comes after it
    /// is what it warns of.
    pub foreseen: &'a [Foreseen],
    /// The rules that it is sent by, and their date.
    pub rules: &'a str,
    /// The business date.
    pub today: Date,
    /// What was due before this day keeps service off: before the day itself, or what may no longer be paid in time
    /// ([`overdue_as_of`](mensal_domain::delinquency::overdue_as_of)).
    pub due_before: Date,
}

/// What an account is known by contradicts itself.
#[derive(Debug, thiserror::Error)]
pub enum Contradiction {
    /// Its service history.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// Amounts beyond any invoice.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// The invoice that a notice asks for: the one that it is about; for a suspension, the oldest that is
/// overdue. None if that is not there, or no longer to be paid.
#[must_use]
pub fn asked_invoice(about: NoticeAbout, invoices: &[Invoice], today: Date) -> Option<&Invoice> {
    let mut open = invoices.iter().filter(|invoice| invoice.is_open());
    match about {
        NoticeAbout::Invoice(id) => open.find(|invoice| invoice.id == id),
        NoticeAbout::Suspension(_) => {
            let overdue = open.filter(|invoice| invoice.due < today);
            overdue.min_by_key(|invoice| (invoice.due, invoice.id))
        }
    }
}

impl Letter {
    /// The facts of a notice.
    ///
    /// # Errors
    /// [`Contradiction`] in what is known of the account.
    pub fn of(sources: &Sources<'_>) -> Result<Self, Contradiction> {
        let (account, today) = (sources.account, sources.today);
        let asked = asked_invoice(sources.about, sources.invoices, today);
        Ok(Self {
            seller: sources.catalog.seller.clone(),
            customer: account.customer.clone(),
            account: account.id.clone(),
            today,
            invoice: asked.map(|invoice| bill(account, invoice, &sources.codes, today)),
            overdue: overdue(sources.invoices, today)?,
            service: service(sources)?,
            rules: sources.rules.to_owned(),
        })
    }
}

fn bill(account: &Account, invoice: &Invoice, codes: &PaymentCodes, today: Date) -> Bill {
    Bill {
        number: invoice.number.clone(),
        issued: invoice.issued,
        period: invoice.period,
        due: invoice.due,
        total: invoice.total,
        open: invoice.open(),
        codes: codes.clone(),
        autopay: invoice.collected.as_ref().and_then(|it| still(account, invoice, it, today)),
    }
}

/// What is still going to be charged of what was when the invoice was issued. What was to be charged and was
/// not has failed, and what nobody will charge, since the method has ended or takes less than is open, is not
/// announced: the customer has to do something.
fn still(
    account: &Account,
    invoice: &Invoice,
    collected: &Collected,
    today: Date,
) -> Option<Collected> {
    let on = Some(collected.on).filter(|on| *on >= today)?;
    let mut methods = account.methods.iter().filter(|method| method.rail == collected.rail);
    let method = methods.find(|method| method.collects(invoice.open(), on))?;
    Some(Collected { label: method.label.clone(), ..collected.clone() })
}

fn overdue(invoices: &[Invoice], today: Date) -> Result<Option<Overdue>, MoneyError> {
    let Some(debt) = Debt::on(today, invoices)? else { return Ok(None) };
    let mut all: Vec<&Invoice> =
        invoices.iter().filter(|invoice| debt.invoices.contains(&invoice.id)).collect();
    all.sort_by_key(|invoice| (invoice.due, invoice.id));
    let told = |invoice: &Invoice| OverdueInvoice {
        number: invoice.number.clone(),
        issued: invoice.issued,
        period: invoice.period,
        due: invoice.due,
        open: invoice.open(),
    };
    Ok(Some(Overdue { amount: debt.amount, invoices: all.into_iter().map(told).collect() }))
}

fn service(sources: &Sources<'_>) -> Result<ServiceFacts, Contradiction> {
    let (account, today) = (sources.account, sources.today);
    let hold = account.hold.as_ref();
    let rule = sources.settings.restore;
    let missing =
        hold.map(|hold| to_restore(&hold.debt, sources.invoices, rule, sources.due_before));
    let cut = |kind| {
        let mut cuts = sources.foreseen.iter().filter(|one| one.what == Happening::Cut(kind));
        cuts.next().map(|one| one.on)
    };
    let suspended = hold.is_some_and(|hold| hold.kind == HoldKind::Suspended);
    Ok(ServiceFacts {
        names: names(sources, hold.map(|hold| hold.services.as_slice()))?,
        held: hold.map(|hold| (hold.kind, hold.since)),
        to_restore: missing.transpose()?.filter(|missing| missing.is_positive()),
        slowed_on: cut(CutKind::Throttled).filter(|_| hold.is_none()),
        suspended_on: cut(CutKind::Suspended).filter(|_| !suspended),
        ends_on: cut(CutKind::Disconnected),
        promised_until: account.promise_on(today).map(|promise| promise.until),
    })
}

/// The names of the services that are held; if none is, of those that were ended or away since the
/// suspension which the notice is about; else of all that run.
fn names(
    sources: &Sources<'_>,
    held: Option<&[SubscriptionId]>,
) -> Result<Vec<String>, HistoryError> {
    let all = &sources.account.subscriptions;
    let was_away = |one: &Subscription| match sources.about {
        NoticeAbout::Invoice(_) => false,
        NoticeAbout::Suspension(begun) => {
            one.disconnected_on.is_some_and(|on| on >= begun)
                || one.cuts.iter().any(|cut| cut.from >= begun)
        }
    };
    let any_was_away = all.iter().any(was_away);
    let mut names: Vec<String> = Vec::new();
    for subscription in all {
        let stretches = stretches(subscription)?;
        let now = stretches.iter().find(|stretch| stretch.span.contains(sources.today));
        let of = match held {
            Some(held) => held.contains(&subscription.id),
            None if any_was_away => was_away(subscription),
            None => now.is_some_and(|stretch| stretch.service == Service::Active),
        };
        let plan = now.or(stretches.last()).map_or(&subscription.plan, |stretch| &stretch.plan);
        let name = sources.catalog.plans.get(plan).map(|plan| plan.name.clone());
        names.extend(name.filter(|name| of && !names.contains(name)));
    }
    Ok(names)
}
