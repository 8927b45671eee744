//! What happened, told to others: derived from what was stored before and what is stored now.
//!
//! An event is a pure function of two images of one item. Deriving it again, from a record that
//! is delivered twice or late, gives the same event with the same id.

mod detail;
mod money;

use std::cmp::Ordering;

use serde::Serialize;

pub use detail::{
    AccountDetail, AllocationDetail, ChargeDetail, Detail, InvoiceDetail, MethodDetail,
    NoticeDetail, PaymentDetail, ServiceDetail,
};

use crate::{
    account::Account,
    charge::Charges,
    delinquency::{CustomerNotice, HoldKind, LiftedBy, NoticeAbout, NoticeState, Suspension},
    invoice::{Invoice, InvoiceStatus, content_hash},
    method::{MethodState, PaymentMethod},
    payment::Payment,
};

/// An item whose changes are told to others.
#[derive(Clone, Debug, PartialEq)]
pub enum Document {
    /// An account.
    Account(Box<Account>),
    /// An invoice.
    Invoice(Box<Invoice>),
    /// The charges of an invoice.
    Charges(Box<Charges>),
    /// A payment.
    Payment(Box<Payment>),
    /// A notice to a customer.
    Notice(Box<CustomerNotice>),
    /// What is kept of one time that service was held.
    Suspension(Box<Suspension>),
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

/// What happened between two images of one item: none before if it is new, none after if it is
/// gone.
#[must_use]
pub fn events_between(old: Option<&Document>, new: Option<&Document>) -> Vec<Event> {
    match (old, new) {
        (None, Some(Document::Invoice(new))) => issued(new).into_iter().collect(),
        (Some(Document::Invoice(old)), Some(Document::Invoice(new))) => {
            changed(old, new).into_iter().collect()
        }
        (Some(Document::Account(old)), Some(Document::Account(new))) => {
            let all = parking(old, new).into_iter().chain(service(old, new));
            all.chain(methods(old, new)).collect()
        }
        (Some(Document::Notice(old)), Some(Document::Notice(new))) => {
            notice(old, new).into_iter().collect()
        }
        (old, Some(Document::Charges(new))) => match old {
            Some(Document::Charges(old)) => money::charges(Some(old), new),
            _ => money::charges(None, new),
        },
        (old, Some(Document::Payment(new))) => match old {
            Some(Document::Payment(old)) => money::payment(Some(old), new),
            _ => money::payment(None, new),
        },
        _ => Vec::new(),
    }
}

fn issued(new: &Invoice) -> Option<Event> {
    // A balance brought along is no invoice of ours: nobody is to print or announce it.
    (new.id.kind.is_printed()).then(|| of_invoice("mensal.invoice.issued.v1", new))
}

fn changed(old: &Invoice, new: &Invoice) -> Option<Event> {
    if old.status != new.status && new.status == InvoiceStatus::Void {
        return Some(of_invoice("mensal.invoice.cancelled.v1", new));
    }
    if (old.due, old.asked, old.total) != (new.due, new.asked, new.total) {
        return Some(of_invoice("mensal.invoice.amended.v1", new));
    }
    let (before, now) = (old.open().amount(), new.open().amount());
    let name = match now.cmp(&before) {
        Ordering::Equal => return None,
        Ordering::Greater => "mensal.invoice.reopened.v1",
        Ordering::Less if now.is_zero() => "mensal.invoice.paid.v1",
        Ordering::Less => "mensal.invoice.part-paid.v1",
    };
    // It may be paid, opened again and paid again: each time is another event.
    let Event { detail, .. } = of_invoice(name, new);
    Some(event_of(name, detail, new.settled.map_or(0, |settled| settled.changes)))
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

/// What has become of the service of an account that does not pay, or has paid.
fn service(old: &Account, new: &Account) -> Option<Event> {
    let kind = |account: &Account| account.hold.as_ref().map(|hold| hold.kind);
    let name = match (kind(old), kind(new)) {
        (before, now) if before == now => return None,
        (_, Some(HoldKind::Throttled)) => "mensal.service.throttled.v1",
        (_, Some(HoldKind::Suspended)) => "mensal.service.suspended.v1",
        (_, None) => match new.lifted.map(|lifted| lifted.why) {
            // Of a contract that is over nothing comes back.
            Some(LiftedBy::Disconnection | LiftedBy::End) => "mensal.service.disconnected.v1",
            _ => "mensal.service.restored.v1",
        },
    };
    let hold = new.hold.as_ref().or(old.hold.as_ref())?;
    let detail = ServiceDetail {
        account: new.id.clone(),
        version: new.version,
        services: hold.services.clone(),
        debt: hold.debt.amount,
    };
    Some(event(name, Detail::Service(detail)))
}

/// What has become of a notice to a customer.
fn notice(old: &CustomerNotice, new: &CustomerNotice) -> Option<Event> {
    let (name, at) = match new.state {
        state if state == old.state => return None,
        NoticeState::Planned | NoticeState::Sending => return None,
        NoticeState::Sent => ("mensal.notice.sent.v1", new.sent),
        NoticeState::Delivered => ("mensal.notice.delivered.v1", new.delivered),
        NoticeState::Bounced => ("mensal.notice.bounced.v1", None),
        NoticeState::Complained => ("mensal.notice.complained.v1", None),
        NoticeState::Dropped => ("mensal.notice.dropped.v1", None),
    };
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let invoice = match new.id.about {
        NoticeAbout::Invoice(invoice) => Some(invoice),
        NoticeAbout::Suspension(_) => None,
    };
    let detail = NoticeDetail {
        account: new.account.clone(),
        notice: new.id,
        invoice,
        channel: new.id.channel,
        template: new.template.clone(),
        legal: new.legal,
        reference: some(&new.reference),
        at,
        // What was told of a try that failed before it was delivered explains nothing.
        reason: some(&new.reason).filter(|_| at.is_none()),
    };
    let detail = Detail::Notice(detail);
    Some(match new.earlier.len() {
        0 => event(name, detail),
        // It was sent anew: the same may happen to it again.
        sendings => event_of(name, detail, sendings),
    })
}

fn methods(old: &Account, new: &Account) -> Vec<Event> {
    let news = |method: &PaymentMethod| {
        let before = old.methods.iter().find(|one| one.id == method.id);
        let name = match before {
            Some(before) if before.state == method.state && before.token == method.token => {
                if before.warned || !method.warned {
                    return None;
                }
                "mensal.method.expiring.v1"
            }
            _ => match method.state {
                MethodState::Pending => return None,
                MethodState::Active => "mensal.method.added.v1",
                MethodState::Expired => "mensal.method.expired.v1",
                MethodState::Revoked => "mensal.method.revoked.v1",
            },
        };
        let detail = MethodDetail {
            account: new.id.clone(),
            method: method.id.clone(),
            rail: method.rail,
            gateway: method.gateway.clone(),
            state: method.state,
            expires: method.expires,
        };
        // The same may happen to a method again: the account's version tells one time from another.
        Some(event_of(name, Detail::Method(detail), new.version))
    };
    new.methods.iter().filter_map(news).collect()
}

fn of_invoice(name: &'static str, invoice: &Invoice) -> Event {
    let detail = InvoiceDetail {
        account: invoice.account.clone(),
        invoice: invoice.id,
        number: invoice.number.clone(),
        issued: invoice.issued,
        due: invoice.due,
        total: invoice.total,
        open: invoice.open(),
    };
    event(name, Detail::Invoice(detail))
}

fn event(name: &'static str, detail: Detail) -> Event {
    Event { name, id: content_hash(&(name, &detail)), detail }
}

/// An event that may happen again with the same detail: `time` tells one from another.
fn event_of(name: &'static str, detail: Detail, time: impl Serialize) -> Event {
    Event { name, id: content_hash(&(name, &detail, time)), detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invoice::{InvoiceKind, Settled};

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
        let paid = invoice(|invoice| invoice.asked = "0.00 BRL".parse().unwrap());
        let void = invoice(|invoice| invoice.status = InvoiceStatus::Void);
        let opening = invoice(|invoice| invoice.id.kind = InvoiceKind::Opening);
        assert_eq!(names(None, Some(&plain)), ["mensal.invoice.issued.v1"]);
        assert_eq!(names(Some(&plain), Some(&paid)), ["mensal.invoice.amended.v1"]);
        assert_eq!(names(Some(&plain), Some(&void)), ["mensal.invoice.cancelled.v1"]);
        assert!(names(Some(&plain), Some(&plain)).is_empty());
        assert!(names(None, Some(&opening)).is_empty());
        assert!(names(Some(&plain), None).is_empty());
    }

    /// An invoice of which so much was paid, the n-th time that this has changed.
    fn paid(amount: &str, changes: u32) -> Document {
        let by_payments = format!("{amount} BRL").parse().unwrap();
        let by_credit = "0.00 BRL".parse().unwrap();
        invoice(|invoice| {
            invoice.settled = Some(Settled { by_payments, by_credit, changes, reopened: None });
        })
    }

    #[test]
    fn an_invoice_is_paid_in_part_paid_and_opened_again() {
        let plain = invoice(|_| ());
        let story = [paid("4.00", 1), paid("10.00", 2), paid("0.00", 3), paid("10.00", 4)];
        let mut told = Vec::new();
        let mut before = &plain;
        for after in &story {
            told.extend(events_between(Some(before), Some(after)));
            before = after;
        }
        let names: Vec<_> = told.iter().map(|event| event.name).collect();
        let want = ["part-paid", "paid", "reopened", "paid"];
        assert_eq!(names, want.map(|what| format!("mensal.invoice.{what}.v1")));
        assert_ne!(told[1].id, told[3].id, "paid twice is two events");
    }

    #[test]
    fn what_becomes_of_a_notice_that_is_sent_anew_is_told_anew_and_a_delivery_explains_nothing() {
        let notice = |state: &str, reason: &str, earlier: &[&str]| {
            let delivered = (state == "delivered").then_some("2026-11-25T12:00:00Z");
            let mut notice = serde_json::json!({
                "account": "1042", "id": "2026-11-10-cycle:+5:email", "template": "last",
                "on": "2026-11-25", "state": state, "reason": reason, "earlier": earlier,
            });
            if let Some(delivered) = delivered {
                notice["delivered"] = delivered.into();
            }
            Document::Notice(serde_json::from_value(notice).unwrap())
        };
        let told = |before: &str, after: &Document, earlier: &[&str]| {
            events_between(Some(&notice(before, "", earlier)), Some(after)).remove(0)
        };
        let bounced = |earlier: &[&str]| {
            told("sending", &notice("bounced", "bounce Permanent", earlier), earlier).id
        };
        assert_eq!(bounced(&[]), bounced(&[]));
        assert_ne!(bounced(&[]), bounced(&["mail-1"]));
        let late = told("bounced", &notice("delivered", "bounce Transient", &[]), &[]);
        let Detail::Notice(detail) = late.detail else { panic!("no notice") };
        assert_eq!((late.name, detail.reason), ("mensal.notice.delivered.v1", None));
    }

    #[test]
    fn service_that_is_held_no_more_is_back_unless_its_contract_is_over() {
        let account = |hold: bool, lifted: Option<&str>| {
            let hold = hold.then(|| {
                serde_json::json!({ "kind": "suspended", "since": "2026-12-10", "begun": "2026-12-10",
                    "subs": ["1"], "debt": { "amt": "10.00 BRL", "invoices": ["2026-11-10-cycle"] } })
            });
            let lifted = lifted.map(|why| serde_json::json!({ "on": "2026-12-20", "why": why }));
            let account = serde_json::json!({
                "id": "1042", "ver": 1, "type": "res", "cust": { "name": "Ana" }, "locale": "pt-BR",
                "cur": "BRL", "days": [{ "date": "2026-01-10", "day": 10 }], "bal": "0.00 BRL",
                "last": "0.00 BRL", "cred": "0.00 BRL", "hold": hold, "lifted": lifted,
            });
            Document::Account(serde_json::from_value(account).unwrap())
        };
        let (free, held) = (account(false, None), account(true, None));
        assert_eq!(names(Some(&free), Some(&held)), ["mensal.service.suspended.v1"]);
        for (why, name) in [
            ("payment", "restored"),
            ("promise", "restored"),
            ("disconnection", "disconnected"),
            ("end", "disconnected"),
        ] {
            let told = names(Some(&held), Some(&account(false, Some(why))));
            assert_eq!(told, [format!("mensal.service.{name}.v1")], "{why}");
        }
    }

    #[test]
    fn deriving_again_gives_the_same_id_and_another_event_another() {
        let (plain, paid) = (invoice(|_| ()), invoice(|i| i.asked = "0.00 BRL".parse().unwrap()));
        let id =
            |old: Option<&Document>, new: &Document| events_between(old, Some(new))[0].id.clone();
        assert_eq!(id(None, &plain), id(None, &plain));
        assert_ne!(id(None, &plain), id(Some(&plain), &paid));
    }
}
