//! Applying what was heard of a payment: from a fact and the books to the books after it.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{
    Fact, Held, Payment, PaymentId, Receipt, Received, Return, ReturnKind, Returned, books::Books,
    most_added,
};
use crate::{
    account::Account,
    delinquency::late_terms,
    ids::GatewayCode,
    invoice::{Invoice, InvoiceId},
    money::{Currency, Money, MoneyError},
    reference::Reference,
    settings::Overpaid,
};

/// What was read of an account to apply something to it.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The account.
    pub account: &'a Account,
    /// The invoice that is named, if there is one, or all of them.
    pub invoices: &'a [Invoice],
    /// Whether those are all.
    pub all: bool,
    /// The payment, if something was heard of it before.
    pub payment: Option<&'a Payment>,
    /// What becomes of a second payment of one invoice.
    pub overpaid: Overpaid,
    /// The business date on which it is applied.
    pub today: Date,
}

/// What applying something comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was heard before: nothing changes.
    Nothing,
    /// All invoices of the account are needed to tell.
    MoreInvoices,
    /// The books change.
    Applied(Box<Applied>),
}

/// The books after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The account, at its next version.
    pub account: Account,
    /// The invoices that have changed.
    pub invoices: Vec<Invoice>,
    /// The payment.
    pub payment: Payment,
}

/// Why something cannot be applied to an account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    /// Money of another currency than the account's documents.
    #[error("the account is in {account}, the money in {money}: people have to settle it")]
    Currency {
        /// The account's.
        account: Currency,
        /// The money's.
        money: Currency,
    },
    /// The gateway says of one piece of money now this and now that.
    #[error("payment {id} was {before} before and is {now} now")]
    Contradiction {
        /// Which payment.
        id: PaymentId,
        /// What was said before.
        before: Money,
        /// What is said now.
        now: Money,
    },
    /// Nothing, or less, is no payment.
    #[error("an amount of {0} is no payment: it is to be above zero")]
    NotPositive(Money),
    /// An invoice that a payment has settled is not there.
    #[error("the account has no invoice {0}, which the payment has settled")]
    NoInvoice(InvoiceId),
    /// Documents and balance do not add up.
    #[error("{0} of what the payment had settled is nowhere to be found")]
    Unbalanced(Money),
    /// More than fit into one decision.
    #[error("it would change {0} invoices at once")]
    TooManyInvoices(usize),
    /// Amounts beyond any invoice.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// Applies money that came in, or that did not stay, to an account.
///
/// What was received settles the invoice that it names, else the oldest due first; what is left
/// becomes credit. What a gateway has added for being late is revenue. Money for an invoice that
/// nothing was open of is credit, or is held to be given back, by the account's settings. What is
/// returned reopens what it had settled. Facts may come in any order, and any number of times.
///
/// Facts that are not of money change nothing.
///
/// # Errors
/// [`PaymentError`]: people have to look at it.
pub fn apply(
    known: Known<'_>,
    gateway: &GatewayCode,
    fact: &Fact,
) -> Result<Outcome, PaymentError> {
    let (money, amount) = match fact {
        Fact::Received(receipt) => (&receipt.money, receipt.amount),
        Fact::Returned(returned) => (&returned.money, returned.amount),
        Fact::NotCollected(_) | Fact::Method(_) => return Ok(Outcome::Nothing),
    };
    let currency = known.account.currency;
    if amount.currency() != currency {
        return Err(PaymentError::Currency { account: currency, money: amount.currency() });
    }
    if !amount.is_positive() {
        return Err(PaymentError::NotPositive(amount));
    }
    let id = PaymentId { gateway: gateway.clone(), money: money.clone() };
    let new = || Payment::new(known.account.id.clone(), id, currency);
    let mut payment = known.payment.cloned().unwrap_or_else(new);
    let mut books = Books::new(known.account, known.invoices);
    let is_new = match fact {
        Fact::Received(receipt) => receive(&mut payment, receipt, &books, known.overpaid)?,
        Fact::Returned(returned) => give_back(&mut payment, returned),
        _ => false,
    };
    if !is_new {
        return Ok(Outcome::Nothing);
    }
    let change = payment.settles()?.minus(payment.settled()?)?;
    let named = payment.received.as_ref().and_then(|received| received.invoice);
    let enough = change.is_zero()
        || (change.is_positive() && named.is_some_and(|id| change <= books.open(id)));
    if !enough && !known.all {
        return Ok(Outcome::MoreInvoices);
    }
    if change.is_positive() {
        books.settle(&mut payment, named, change)?;
    } else if change.is_negative() {
        books.take_back(&mut payment, -change)?;
    }
    let (account, invoices) = books.changed(known.today);
    Ok(Outcome::Applied(Box::new(Applied { account, invoices, payment })))
}

/// Spends the credit of an account, as a decision leaves it, on all of its invoices that are open:
/// `first` before the others, the oldest due of each first. Gives the account, at the version that it
/// had, and the invoices that have changed.
///
/// # Errors
/// [`PaymentError::TooManyInvoices`], or money beyond any invoice.
pub fn spend_credit(
    account: &Account,
    invoices: &[Invoice],
    first: &BTreeSet<InvoiceId>,
) -> Result<(Account, Vec<Invoice>), PaymentError> {
    let mut books = Books::new(account, invoices);
    books.account.version = account.version;
    books.spend_credit(first)?;
    Ok(books.spent())
}

/// Invoices of an account, as they are with those that have changed.
#[must_use]
pub fn with_changed(mut invoices: Vec<Invoice>, changed: &[Invoice]) -> Vec<Invoice> {
    for invoice in &mut invoices {
        if let Some(now) = changed.iter().find(|now| now.id == invoice.id) {
            invoice.clone_from(now);
        }
    }
    invoices
}

/// Notes that money came in. False if that was known.
fn receive(
    payment: &mut Payment,
    receipt: &Receipt,
    books: &Books,
    overpaid: Overpaid,
) -> Result<bool, PaymentError> {
    if let Some(before) = &payment.received {
        if before.amount == receipt.amount {
            return Ok(false);
        }
        let (id, before, now) = (payment.id.clone(), before.amount, receipt.amount);
        return Err(PaymentError::Contradiction { id, before, now });
    }
    let named = receipt.about.invoice().and_then(|id| books.invoice(id));
    let open = named.map(|invoice| books.open(invoice.id));
    payment.received = Some(Received {
        amount: receipt.amount,
        rail: receipt.rail,
        invoice: named.map(|invoice| invoice.id),
        late: late(receipt, named, open)?,
        paid_on: receipt.paid_on,
    });
    let second = open.is_some_and(|open| !open.is_positive());
    let rest = payment.settles()?;
    if second && overpaid == Overpaid::Refund && rest.is_positive() {
        payment.held = refund_key(&payment.id.money).map(|key| Held { key, amount: rest });
    }
    Ok(true)
}

/// How much of a receipt was added for being late: what the gateway says; else what is more than
/// was open, as far as its terms explain it.
fn late(
    receipt: &Receipt,
    named: Option<&Invoice>,
    open: Option<Money>,
) -> Result<Money, PaymentError> {
    let none = Money::zero(receipt.amount.currency());
    let (Some(invoice), Some(open)) = (named, open.filter(|open| open.is_positive())) else {
        return Ok(none); // nothing was owed: nothing of it is ours
    };
    if let Some(told) = receipt.late {
        return Ok(told.at_most(receipt.amount)?);
    }
    let excess = receipt.amount.minus(open)?;
    let most = most_added(open, late_terms(invoice, open), invoice.due, receipt.paid_on)?;
    let late = excess.at_most(most)?;
    Ok(if late.is_negative() { none } else { late })
}

/// The key under which money that nothing asked for is given back: one for each payment.
fn refund_key(money: &Reference) -> Option<Reference> {
    let hash = crate::invoice::content_hash(&("refund", money));
    hash.parse().ok()
}

/// Notes that money did not stay, or came back. False if that was known.
fn give_back(payment: &mut Payment, fact: &Return) -> bool {
    let now = Returned { id: fact.id.clone(), kind: fact.kind, amount: fact.amount, on: fact.on };
    let taken = |payment: &Payment| {
        let of_fact = payment.returned.iter().find(|one| one.id == fact.id && one.kind.takes());
        of_fact.map(|one| one.amount)
    };
    let before = taken(payment);
    let is_new = match payment.returned.iter_mut().find(|one| one.id == fact.id) {
        Some(before) if before.kind == now.kind || !now.kind.is_final() => false,
        // Of two ends the later one counts, whatever the order in which they are heard.
        Some(before) if before.kind.is_final() && (now.on, now.kind) < (before.on, before.kind) => {
            false
        }
        Some(before) => {
            *before = now;
            true
        }
        None => {
            payment.returned.push(now);
            // In one order, whatever the order in which they were heard.
            payment.returned.sort_by(|a, b| a.id.cmp(&b.id));
            true
        }
    };
    if is_new && let Some(held) = payment.held.take() {
        let more = taken(payment).filter(|_| before.is_none());
        payment.held = still_held(held, fact, more);
    }
    is_new
}

/// What is still to be given back: less by what more is away now, and nothing if it could not be.
fn still_held(held: Held, fact: &Return, more: Option<Money>) -> Option<Held> {
    // Or by a gateway's own name for the refund, of which its beginning was not heard yet.
    let ours = || fact.id == held.key || held.is_refusal(&fact.id) || fact.amount == held.amount;
    if fact.kind == ReturnKind::RefundFailed && ours() {
        return None;
    }
    let Some(more) = more else { return Some(held) };
    let left = held.amount.minus(more).ok().filter(|left| left.is_positive());
    left.map(|amount| Held { amount, ..held })
}
