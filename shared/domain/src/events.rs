//! What happened, told to others: derived from what was stored before and what is stored now.
//!
//! An event is a pure function of two images of one item. Deriving it again, from a record that
//! is delivered twice or late, gives the same event with the same id.

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    account::Account,
    ids::AccountId,
    invoice::{Invoice, InvoiceId, InvoiceKind, InvoiceStatus, content_hash},
    money::Money,
};

/// An item whose changes are told to others.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// An account.
    Account(Box<Account>),
    /// An invoice.
    Invoice(Box<Invoice>),
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `mensal.invoice.issued.v1`, …: what the bus knows as the detail type.
    pub name: &'static str,
    /// The same whenever it is derived again: what a receiver tells duplicates by.
    pub id: String,
    /// What it is about.
    pub detail: Detail,
}

/// What an event is about. It names things and amounts, never a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Detail {
    /// An invoice.
    Invoice(InvoiceDetail),
    /// An account.
    Account(AccountDetail),
}

/// What others learn of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvoiceDetail {
    /// Who pays.
    pub account: AccountId,
    /// Which invoice.
    pub invoice: InvoiceId,
    /// The number that people read.
    pub number: String,
    /// The date that it bears.
    pub issued: Date,
    /// To be paid until this day.
    pub due: Date,
    /// Its total; below zero for a credit note.
    pub total: Money,
    /// What is still to be paid.
    pub open: Money,
}

/// What others learn of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountDetail {
    /// Which account.
    pub account: AccountId,
    /// Its version after what happened.
    pub version: u64,
    /// Why it is parked, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What happened between two images of one item: none before if it is new, none after if it is
/// gone.
#[must_use]
pub fn events_between(old: Option<&Document>, new: Option<&Document>) -> Vec<Event> {
    let event = match (old, new) {
        (None, Some(Document::Invoice(new))) => issued(new),
        (Some(Document::Invoice(old)), Some(Document::Invoice(new))) => changed(old, new),
        (Some(Document::Account(old)), Some(Document::Account(new))) => parking(old, new),
        _ => None,
    };
    event.into_iter().collect()
}

fn issued(new: &Invoice) -> Option<Event> {
    // A balance brought along is no invoice of ours: nobody is to print or announce it.
    (new.id.kind == InvoiceKind::Cycle).then(|| of_invoice("mensal.invoice.issued.v1", new))
}

fn changed(old: &Invoice, new: &Invoice) -> Option<Event> {
    if old.status != new.status && new.status == InvoiceStatus::Void {
        return Some(of_invoice("mensal.invoice.cancelled.v1", new));
    }
    let amended = (old.due, old.open, old.total) != (new.due, new.open, new.total);
    amended.then(|| of_invoice("mensal.invoice.amended.v1", new))
}

fn parking(old: &Account, new: &Account) -> Option<Event> {
    let name = match (&old.parked, &new.parked) {
        (None, Some(_)) => "mensal.account.parked.v1",
        (Some(_), None) => "mensal.account.unparked.v1",
        _ => return None,
    };
    let (account, version, reason) = (new.id.clone(), new.version, new.parked.clone());
    Some(event(name, Detail::Account(AccountDetail { account, version, reason })))
}

fn of_invoice(name: &'static str, invoice: &Invoice) -> Event {
    let detail = InvoiceDetail {
        account: invoice.account.clone(),
        invoice: invoice.id,
        number: invoice.number.clone(),
        issued: invoice.issued,
        due: invoice.due,
        total: invoice.total,
        open: invoice.open,
    };
    event(name, Detail::Invoice(detail))
}

fn event(name: &'static str, detail: Detail) -> Event {
    Event { name, id: content_hash(&(name, &detail)), detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoice(change: impl FnOnce(&mut Invoice)) -> Document {
        let mut invoice: Invoice = serde_json::from_value(serde_json::json!({
            "account": "1042", "id": "2026-11-10-cycle", "number": "1042-261110", "locale": "pt-BR",
            "paper": "x", "to": { "name": "Ana" }, "issued": "2026-11-10", "due": "2026-11-20",
            "delinq": "2026-11-25", "autopay": "2026-11-20", "lines": [], "total": "10.00 BRL",
            "prev": "0.00 BRL", "paid": "0.00 BRL", "used": "0.00 BRL", "open": "10.00 BRL",
        }))
        .unwrap();
        change(&mut invoice);
        Document::Invoice(Box::new(invoice))
    }

    fn names(old: Option<&Document>, new: Option<&Document>) -> Vec<&'static str> {
        events_between(old, new).iter().map(|event| event.name).collect()
    }

    #[test]
    fn an_invoice_is_issued_amended_cancelled_or_untouched() {
        let plain = invoice(|_| ());
        let paid = invoice(|invoice| invoice.open = "0.00 BRL".parse().unwrap());
        let void = invoice(|invoice| invoice.status = InvoiceStatus::Void);
        let opening = invoice(|invoice| invoice.id.kind = InvoiceKind::Opening);
        assert_eq!(names(None, Some(&plain)), ["mensal.invoice.issued.v1"]);
        assert_eq!(names(Some(&plain), Some(&paid)), ["mensal.invoice.amended.v1"]);
        assert_eq!(names(Some(&plain), Some(&void)), ["mensal.invoice.cancelled.v1"]);
        assert!(names(Some(&plain), Some(&plain)).is_empty());
        assert!(names(None, Some(&opening)).is_empty());
        assert!(names(Some(&plain), None).is_empty());
    }

    #[test]
    fn deriving_again_gives_the_same_id_and_another_event_another() {
        let (plain, paid) = (invoice(|_| ()), invoice(|i| i.open = "0.00 BRL".parse().unwrap()));
        let id =
            |old: Option<&Document>, new: &Document| events_between(old, Some(new))[0].id.clone();
        assert_eq!(id(None, &plain), id(None, &plain));
        assert_ne!(id(None, &plain), id(Some(&plain), &paid));
    }
}
