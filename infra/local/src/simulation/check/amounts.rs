//! Money: documents, payments and the balance, summed up here by hand.

use std::collections::BTreeMap;

use mensal_domain::{
    account::Account,
    invoice::{Invoice, InvoiceId, InvoiceStatus, TaxMode},
    payment::{Payment, ReturnKind},
};
use rust_decimal::Decimal;

use super::{Found, Rule};
use crate::simulation::mirror::Holdings;

/// What is still to be paid of an invoice.
pub(super) fn open(invoice: &Invoice) -> Decimal {
    if invoice.status == InvoiceStatus::Void {
        return Decimal::ZERO;
    }
    let settled = invoice
        .settled
        .map_or(Decimal::ZERO, |settled| settled.by_payments.amount() + settled.by_credit.amount());
    invoice.asked.amount() - settled
}

/// How much of a payment counts towards what the account owes.
pub(super) fn counts(payment: &Payment) -> Decimal {
    let Some(received) = &payment.received else { return Decimal::ZERO };
    let mut away = Decimal::ZERO;
    for one in &payment.returned {
        if !matches!(one.kind, ReturnKind::RefundFailed | ReturnKind::DisputeWon) {
            away += one.amount.amount();
        }
    }
    // What is given back is taken from what was added for being late first.
    let late = (received.late.amount() - away).max(Decimal::ZERO);
    let held = payment.held.as_ref().map_or(Decimal::ZERO, |held| held.amount.amount());
    (received.amount.amount() - away - late - held).max(Decimal::ZERO)
}

/// Each invoice by itself.
pub(super) fn invoices(holdings: &Holdings, found: &mut Found<'_>) {
    for invoice in holdings.invoices.values() {
        let lines: Decimal = invoice.lines.iter().map(|line| line.amount.amount()).sum();
        let added = invoice.taxes.iter().filter(|tax| tax.mode == TaxMode::Exclusive);
        let added: Decimal = added.map(|tax| tax.amount.amount()).sum();
        let total = invoice.total.amount();
        if lines + added != total {
            found.not(
                Rule::Sums,
                format!("invoice {}: {lines} + {added} is not {total}", invoice.id),
            );
        }
        let asked = invoice.asked.amount();
        let want = (total - invoice.credit_used.amount()).max(Decimal::ZERO);
        if asked != want {
            found.not(Rule::Sums, format!("invoice {}: asks {asked} of {want}", invoice.id));
        }
        if open(invoice) < Decimal::ZERO || open(invoice) > total.max(Decimal::ZERO) {
            found.not(Rule::Settled, format!("invoice {}: {} open", invoice.id, open(invoice)));
        }
    }
}

/// The account's balance and credit, and each payment with the invoices that it settles.
pub(super) fn account(account: &Account, holdings: &Holdings, found: &mut Found<'_>) {
    let totals: Decimal = holdings.invoices.values().map(|one| one.total.amount()).sum();
    let opens: Decimal = holdings.invoices.values().map(open).sum();
    let paid: Decimal = holdings.payments.values().map(counts).sum();
    let (balance, credit) = (account.balance.amount(), account.credit.amount());
    if totals - paid != balance {
        found.not(Rule::Balance, format!("{balance}; documents {totals} less payments {paid}"));
    }
    if opens - credit != balance || credit < Decimal::ZERO {
        found.not(Rule::Balance, format!("{balance}; open {opens} less credit {credit}"));
    }
    let mut settled: BTreeMap<InvoiceId, Decimal> = BTreeMap::new();
    for payment in holdings.payments.values() {
        let mut does = payment.credited.amount();
        for part in &payment.allocations {
            *settled.entry(part.invoice).or_default() += part.amount.amount();
            does += part.amount.amount();
        }
        let should = counts(payment);
        if should != does {
            let id = &payment.id;
            found.not(Rule::Settled, format!("payment {id} counts {should}, and settles {does}"));
        }
    }
    for invoice in holdings.invoices.values() {
        let says = invoice.settled.map_or(Decimal::ZERO, |settled| settled.by_payments.amount());
        let by_payments = settled.remove(&invoice.id).unwrap_or_default();
        if says != by_payments {
            let id = invoice.id;
            found.not(Rule::Settled, format!("invoice {id}: {says}, its payments {by_payments}"));
        }
    }
    for (id, amount) in settled {
        found.not(Rule::Settled, format!("{amount} settle invoice {id}, which does not exist"));
    }
}
