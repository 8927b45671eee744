//! The books of one account while a payment is applied: its balance, its credit, its invoices.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Allocation, Payment, PaymentError};
use crate::{
    account::Account,
    invoice::{Invoice, InvoiceId, InvoiceStatus, Settled},
    money::{Money, MoneyError},
};

/// The most invoices that one decision changes: account, payment and what goes with them are one
/// transaction, which takes a hundred items.
pub(super) const MOST_INVOICES: usize = 90;

/// What pays a part of an invoice.
#[derive(Clone, Copy)]
enum By {
    Payment,
    Credit,
}

/// The books, as far as they were read.
pub(super) struct Books {
    pub(super) account: Account,
    invoices: BTreeMap<InvoiceId, Invoice>,
    changed: BTreeSet<InvoiceId>,
    /// Those that were paid when the books were opened.
    paid: BTreeSet<InvoiceId>,
}

impl Books {
    pub(super) fn new(account: &Account, invoices: &[Invoice]) -> Self {
        let mut account = account.clone();
        account.version += 1;
        let paid = invoices.iter().filter(|invoice| !invoice.open().is_positive());
        let paid = paid.map(|invoice| invoice.id).collect();
        let invoices = invoices.iter().map(|invoice| (invoice.id, invoice.clone())).collect();
        Self { account, invoices, changed: BTreeSet::new(), paid }
    }

    pub(super) fn invoice(&self, id: InvoiceId) -> Option<&Invoice> {
        self.invoices.get(&id)
    }

    /// What is still to be paid of an invoice; nothing of one that is void or not there.
    pub(super) fn open(&self, id: InvoiceId) -> Money {
        let invoice = self.invoices.get(&id);
        let issued = invoice.filter(|invoice| invoice.status == InvoiceStatus::Issued);
        issued.map_or(Money::zero(self.account.currency), Invoice::open)
    }

    /// The account, and the invoices that its credit was spent on.
    pub(super) fn spent(mut self) -> (Account, Vec<Invoice>) {
        let changed = self.changed.iter().filter_map(|id| self.invoices.remove(id)).collect();
        (self.account, changed)
    }

    /// The account, and the invoices that have changed. While one of them is to be paid, the
    /// account is looked at again today: it may be collected, or need charges.
    pub(super) fn changed(mut self, today: Date) -> (Account, Vec<Invoice>) {
        if self.changed.iter().any(|id| self.open(*id).is_positive()) {
            self.account.look_by(today);
        }
        let again = self.changed.intersection(&self.paid);
        let again: Vec<_> = again.copied().filter(|id| self.open(*id).is_positive()).collect();
        for id in again {
            let Some(invoice) = self.invoices.get_mut(&id) else { continue };
            if let Some(settled) = &mut invoice.settled {
                settled.reopened = Some(today);
            }
            // It may be late once more, and the one who takes what is paid for it then may add to that.
            if let Some(late) = &mut invoice.late_charged {
                late.done = false;
            }
        }
        self.spent()
    }

    /// Lets a payment settle more: the invoice that it names first, then the oldest due, and what
    /// is left becomes credit.
    pub(super) fn settle(
        &mut self,
        payment: &mut Payment,
        named: Option<InvoiceId>,
        mut more: Money,
    ) -> Result<(), PaymentError> {
        self.account.balance = self.account.balance.minus(more)?;
        for id in named.into_iter().chain(self.oldest_due_first()) {
            let part = self.open(id).at_most(more)?;
            if !part.is_positive() || self.changed.len() >= MOST_INVOICES {
                continue;
            }
            self.pay(id, part, By::Payment)?;
            allocate(&mut payment.allocations, id, part)?;
            more = more.minus(part)?;
        }
        payment.credited = payment.credited.plus(more)?;
        self.account.credit = self.account.credit.plus(more)?;
        Ok(())
    }

    /// Takes back what a payment had settled: its credit as far as the account still has some, then
    /// its invoices, the latest first; and where its credit was spent meanwhile, the invoices that
    /// credit was spent on. What credit is left is spent on what that has opened.
    pub(super) fn take_back(
        &mut self,
        payment: &mut Payment,
        mut back: Money,
    ) -> Result<(), PaymentError> {
        self.account.balance = self.account.balance.plus(back)?;
        let part = payment.credited.at_most(self.account.credit)?.at_most(back)?;
        payment.credited = payment.credited.minus(part)?;
        self.account.credit = self.account.credit.minus(part)?;
        back = back.minus(part)?;
        while let Some(last) = payment.allocations.last_mut().filter(|_| back.is_positive()) {
            let part = last.amount.at_most(back)?;
            last.amount = last.amount.minus(part)?;
            let (id, empty) = (last.invoice, last.amount.is_zero());
            if empty {
                payment.allocations.pop();
            }
            self.pay(id, -part, By::Payment)?;
            back = back.minus(part)?;
        }
        // What is left had become credit, and was spent.
        payment.credited = payment.credited.minus(back)?;
        for id in self.oldest_due_first().into_iter().rev() {
            let part = self.credit_in(id)?.at_most(back)?;
            if part.is_positive() {
                self.pay(id, -part, By::Credit)?;
                back = back.minus(part)?;
            }
        }
        if back.is_positive() {
            return Err(PaymentError::Unbalanced(back));
        }
        self.spend_credit(&BTreeSet::new())
    }

    /// Spends the account's credit on what is open: `first` before the rest, the oldest due of each first.
    pub(super) fn spend_credit(&mut self, first: &BTreeSet<InvoiceId>) -> Result<(), PaymentError> {
        let mut ids = self.oldest_due_first();
        ids.sort_by_key(|id| !first.contains(id));
        for id in ids {
            let part = self.open(id).at_most(self.account.credit)?;
            if part.is_positive() {
                self.pay(id, part, By::Credit)?;
                self.account.credit = self.account.credit.minus(part)?;
            }
        }
        if self.changed.len() > MOST_INVOICES {
            return Err(PaymentError::TooManyInvoices(self.changed.len()));
        }
        Ok(())
    }

    fn oldest_due_first(&self) -> Vec<InvoiceId> {
        let mut ids: Vec<_> = self.invoices.values().map(|one| (one.due, one.id)).collect();
        ids.sort_unstable();
        ids.into_iter().map(|(_, id)| id).collect()
    }

    /// The credit that an invoice has used, when it was issued and since.
    fn credit_in(&self, id: InvoiceId) -> Result<Money, MoneyError> {
        let zero = Money::zero(self.account.currency);
        let Some(invoice) = self.invoices.get(&id) else { return Ok(zero) };
        invoice.credit_used.plus(invoice.settled.map_or(zero, |settled| settled.by_credit))
    }

    /// Pays a part of an invoice, or, below zero, opens it again.
    fn pay(&mut self, id: InvoiceId, part: Money, by: By) -> Result<(), PaymentError> {
        let zero = Money::zero(self.account.currency);
        let invoice = self.invoices.get_mut(&id).ok_or(PaymentError::NoInvoice(id))?;
        let untouched = Settled { by_payments: zero, by_credit: zero, changes: 0, reopened: None };
        let settled = invoice.settled.get_or_insert(untouched);
        let paid = match by {
            By::Payment => &mut settled.by_payments,
            By::Credit => &mut settled.by_credit,
        };
        *paid = paid.plus(part)?;
        settled.changes = settled.changes.saturating_add(1);
        self.changed.insert(id);
        Ok(())
    }
}

fn allocate(all: &mut Vec<Allocation>, invoice: InvoiceId, part: Money) -> Result<(), MoneyError> {
    match all.iter_mut().find(|one| one.invoice == invoice) {
        Some(one) => one.amount = one.amount.plus(part)?,
        None => all.push(Allocation { invoice, amount: part }),
    }
    Ok(())
}
