//! What was charged for being late and is given back, where that is done by a credit note of the day itself.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::{ReviewError, late_charge::with_taxes};
use crate::{
    account::{Account, OneOff},
    invoice::{Invoice, InvoiceId, InvoiceKind},
    money::Money,
    payment::{spend_credit, with_changed},
};

/// What is to be given back of late charges while no credit note says so, by the invoices that were late. What
/// another invoice is charged for at the same time is no part of it.
pub(crate) fn given_back(account: &Account) -> BTreeMap<&str, Decimal> {
    let mut net = BTreeMap::new();
    for one in &account.one_offs {
        if let Some(late) = OneOff::late_with(&one.id) {
            *net.entry(late).or_insert(Decimal::ZERO) += one.unit;
        }
    }
    net.retain(|_, amount| *amount < Decimal::ZERO);
    net
}

/// Invoices for being late with some others: what is given back of that is spent on them first. Else it
/// would pay for an older debt, and service be cut for the charge itself.
pub(crate) fn charged_for<'a>(
    late_with: impl IntoIterator<Item = &'a str>,
    invoices: &[Invoice],
) -> BTreeSet<InvoiceId> {
    let late_with: BTreeSet<&str> = late_with.into_iter().collect();
    let of_them = |invoice: &&Invoice| {
        let mut lines = invoice.lines.iter().filter_map(|line| line.late_with());
        lines.any(|one| late_with.contains(one))
    };
    let late = invoices.iter().filter(|invoice| invoice.id.kind == InvoiceKind::Late);
    late.filter(of_them).map(|invoice| invoice.id).collect()
}

/// The account and all of its invoices once what is to be given back has been, taxes on top as of the charge. A credit
/// note has those of its day, and rounds them over all of it.
pub(super) fn spend_given_back(
    account: &Account,
    invoices: &[Invoice],
) -> Result<(Account, Vec<Invoice>), ReviewError> {
    let mut after = account.clone();
    let given_back = given_back(account);
    let mut first = BTreeSet::new();
    for (late_with, amount) in &given_back {
        let charged = charged_for([*late_with], invoices);
        let taxes = invoices.iter().find(|invoice| charged.contains(&invoice.id));
        let taxes = taxes.map_or(&[][..], |invoice| &invoice.taxes);
        let amount = Money::rounded(with_taxes(*amount, taxes), account.currency)?;
        after.credit = after.credit.minus(amount)?;
        first.extend(charged);
    }
    after.one_offs.retain(|one| {
        OneOff::late_with(&one.id).is_none_or(|late_with| !given_back.contains_key(late_with))
    });
    let (after, settled) = spend_credit(&after, invoices, &first)?;
    Ok((after, with_changed(invoices.to_vec(), &settled)))
}
