//! What is to be done inside because something has changed: as pure a function of two images of
//! one item as events are, so that what is told twice is asked for twice and done once.

use crate::{
    charge::Charges,
    delinquency::{CustomerNotice, NoticeId, NoticeState},
    enforcement::may_differ,
    events::Document,
    ids::AccountId,
    invoice::{Invoice, InvoiceId, InvoiceStatus},
    payment::{Payment, PaymentId},
};

/// Something to be done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// Bring the gateways' charges to what the invoice is.
    Charges(AccountId, InvoiceId),
    /// Make the document of a new invoice.
    Document(AccountId, InvoiceId),
    /// Make it again: what it shows has changed.
    DocumentAgain(AccountId, InvoiceId),
    /// Give money back.
    Refund(AccountId, PaymentId),
    /// Send a notice to the customer.
    Notice(AccountId, NoticeId),
    /// Tell the network what the account's service is to be.
    Service(AccountId),
}

/// What is to be done because of a change of an item.
#[must_use]
pub fn tasks_between(old: Option<&Document>, new: Option<&Document>) -> Vec<Task> {
    match (old, new) {
        (None, Some(Document::Invoice(new))) => issued(new),
        (Some(Document::Invoice(old)), Some(Document::Invoice(new))) => changed(old, new),
        (None, Some(Document::Charges(new))) => charged(None, new),
        (Some(Document::Charges(old)), Some(Document::Charges(new))) => charged(Some(old), new),
        (old, Some(Document::Payment(new))) => {
            let old = match old {
                Some(Document::Payment(old)) => Some(&**old),
                _ => None,
            };
            to_be_refunded(old, new)
        }
        (None, Some(Document::Notice(new))) => decided(new),
        (Some(Document::Notice(old)), Some(Document::Notice(new))) => asked_again(old, new),
        (Some(Document::Account(old)), Some(Document::Account(new))) => {
            let told = may_differ(old, new);
            if told { vec![Task::Service(new.id.clone())] } else { Vec::new() }
        }
        _ => Vec::new(),
    }
}

/// A new invoice's document waits for its charges, whose codes it carries; but for those that are
/// not registered yet.
fn issued(new: &Invoice) -> Vec<Task> {
    let (account, id) = (new.account.clone(), new.id);
    if !id.kind.is_printed() {
        return Vec::new();
    }
    vec![if is_charged_at_issue(new) {
        Task::Charges(account, id)
    } else {
        Task::Document(account, id)
    }]
}

fn is_charged_at_issue(invoice: &Invoice) -> bool {
    let offered = invoice.offers.as_ref();
    let offered = offered.filter(|offers| offers.rails.iter().any(|offer| offer.rail.is_offered()));
    offered.is_some_and(|offers| offers.register_on <= invoice.issued)
        && invoice.open().is_positive()
}

/// A change of what is to be paid, or by when, reaches the gateways; a change of what was asked
/// for reaches the paper, too.
fn changed(old: &Invoice, new: &Invoice) -> Vec<Task> {
    let (account, id) = (&new.account, new.id);
    let mut tasks = Vec::new();
    let void = new.status == InvoiceStatus::Void;
    let on_paper = (old.due, old.asked, old.total) != (new.due, new.asked, new.total);
    let to_pay = (old.status, old.due, old.open()) != (new.status, new.due, new.open());
    // Whatever it offers: an attempt to collect it may have been ordered ahead.
    if to_pay {
        tasks.push(Task::Charges(account.clone(), id));
    }
    if on_paper && !void && id.kind.is_printed() {
        tasks.push(Task::DocumentAgain(account.clone(), id));
    }
    tasks
}

/// Once the gateways have been brought to what the invoice is: the document that waited for the codes
/// to be paid by, were it to hear that there are none. Later, once all steps have come to something:
/// the document that shows what has changed.
fn charged(old: Option<&Charges>, new: &Charges) -> Vec<Task> {
    let (account, id) = (new.account.clone(), new.invoice);
    if !old.is_some_and(|old| old.converged) {
        let first = new.converged && !new.is_pending();
        return if first { vec![Task::Document(account, id)] } else { Vec::new() };
    }
    let (before, now) = (old.map(Charges::codes).unwrap_or_default(), new.codes());
    let pending = old.is_some_and(Charges::is_pending);
    // What can be paid no more needs no paper, and stays as it was on what there is.
    if !pending || new.is_pending() || now == before || now.is_empty() {
        Vec::new()
    } else {
        vec![Task::DocumentAgain(account, id)]
    }
}

/// What becomes of it afterwards is noted by whoever sends it.
fn decided(new: &CustomerNotice) -> Vec<Task> {
    let planned = new.state == NoticeState::Planned;
    if planned { vec![Task::Notice(new.account.clone(), new.id)] } else { Vec::new() }
}

/// A notice that has got lost or has not arrived is asked for again. One that is put back while its
/// message is still about is not.
fn asked_again(old: &CustomerNotice, new: &CustomerNotice) -> Vec<Task> {
    let asked = |one: &CustomerNotice| (one.asked, one.earlier.len());
    if new.state.is_to_be_sent() && asked(old) != asked(new) {
        vec![Task::Notice(new.account.clone(), new.id)]
    } else {
        Vec::new()
    }
}

fn to_be_refunded(old: Option<&Payment>, new: &Payment) -> Vec<Task> {
    let before = old.and_then(|old| old.held.as_ref());
    // Asked for once: that less of it is to be given back is read when it is.
    let held = new.held.is_some() && before.is_none();
    if held { vec![Task::Refund(new.account.clone(), new.id.clone())] } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn invoice(change: Value) -> Document {
        let mut invoice = json!({
            "account": "1042", "id": "2026-11-10-cycle", "number": "1042-261110", "locale": "pt-BR",
            "paper": "x", "to": { "name": "Ana" }, "issued": "2026-11-10", "due": "2026-11-20",
            "delinq": "2026-11-25", "autopay": "2026-11-20", "lines": [], "total": "10.00 BRL",
            "prev": "0.00 BRL", "paid": "0.00 BRL", "used": "0.00 BRL", "open": "10.00 BRL",
            "ways": offers("2026-11-10", &["pix@banco", "boleto@banco"]),
        });
        let Value::Object(changes) = change else { panic!("no object: {change}") };
        for (name, value) in changes {
            invoice[name] = value;
        }
        Document::Invoice(serde_json::from_value(invoice).unwrap())
    }

    fn offers(from: &str, rails: &[&str]) -> Value {
        json!({ "rails": rails, "from": from, "days": 30 })
    }

    /// States of charges, each with the code that its payer has.
    type States<'a> = &'a [(&'a Value, &'a str)];

    /// A charge by Pix in each of these states, with the code that its payer has.
    fn charges(states: &[(Value, &str)], converged: bool) -> Document {
        let list: Vec<Value> = states
            .iter()
            .enumerate()
            .map(|(at, (state, code))| {
                let terms = json!({ "amt": "10.00 BRL", "due": "2026-11-20", "days": 30 });
                let mut charge = json!({
                    "rail": "pix", "gateway": "banco", "n": at + 1, "terms": terms, "state": state,
                });
                if !code.is_empty() {
                    charge["codes"] = json!({ "pix": code });
                }
                charge
            })
            .collect();
        let charges = json!({
            "account": "1042", "invoice": "2026-11-10-cycle", "ver": 1, "list": list,
            "on": "2026-11-10", "conv": converged,
        });
        Document::Charges(serde_json::from_value(charges).unwrap())
    }

    fn payment(held: Value) -> Document {
        let mut payment = json!({
            "account": "1042", "id": { "gateway": "banco", "money": "E1" }, "cur": "BRL", "cred": "0.00 BRL",
        });
        if !held.is_null() {
            payment["held"] = held;
        }
        Document::Payment(serde_json::from_value(payment).unwrap())
    }

    fn asked(old: Option<&Document>, new: &Document) -> Vec<&'static str> {
        let name = |task: Task| match task {
            Task::Charges(..) => "charges",
            Task::Document(..) => "document",
            Task::DocumentAgain(..) => "document again",
            Task::Refund(..) => "refund",
            Task::Notice(..) => "notice",
            Task::Service(..) => "service",
        };
        tasks_between(old, Some(new)).into_iter().map(name).collect()
    }

    #[test]
    fn a_new_invoice_has_its_charges_first_and_its_document_with_their_codes() {
        let cases = [
            (json!({}), vec!["charges"]),
            // Registered later: the paper does not wait.
            (json!({ "ways": offers("2026-11-15", &["pix@banco"]) }), vec!["document"]),
            (json!({ "ways": null }), vec!["document"]),
            // Nobody registers cash.
            (json!({ "ways": offers("2026-11-10", &["cash@till"]) }), vec!["document"]),
            (json!({ "open": "0.00 BRL" }), vec!["document"]),
            (json!({ "id": "2026-11-10-opening" }), vec![]),
        ];
        for (change, want) in cases {
            assert_eq!(asked(None, &invoice(change.clone())), want, "{change}");
        }
    }

    #[test]
    fn a_change_of_what_is_to_be_paid_reaches_the_gateways_and_one_of_the_terms_the_paper() {
        let settled = |by| json!({ "pay": by, "cred": "0.00 BRL", "n": 1 });
        let cases = [
            (json!({}), vec![]),
            (json!({ "stl": settled("4.00 BRL") }), vec!["charges"]),
            (json!({ "stl": settled("10.00 BRL") }), vec!["charges"]),
            (json!({ "due": "2026-11-22" }), vec!["charges", "document again"]),
            (
                json!({ "open": "12.00 BRL", "total": "12.00 BRL" }),
                vec!["charges", "document again"],
            ),
            (json!({ "status": "void" }), vec!["charges"]),
            (json!({ "number": "1042-261110/2" }), vec![]),
        ];
        let before = invoice(json!({}));
        for (change, want) in cases {
            assert_eq!(asked(Some(&before), &invoice(change.clone())), want, "{change}");
        }
    }

    #[test]
    fn the_document_is_made_once_no_step_is_pending_and_again_when_its_codes_change() {
        let (pending, amending, cancelling) = (
            json!({ "pending": "register" }),
            json!({ "pending": "amend" }),
            json!({ "pending": "cancel" }),
        );
        let (registered, cancelled) = (json!("registered"), json!("cancelled"));
        let refused = json!({ "refused": "no such key" });
        let story: [(States, States, &[&str]); 9] = [
            (&[(&pending, "")], &[(&registered, "a")], &["document"]),
            (&[(&pending, "")], &[(&refused, "")], &["document"]),
            // The other rail's outcome is not known yet.
            (&[(&pending, ""), (&pending, "")], &[(&registered, "a"), (&pending, "")], &[]),
            (&[(&amending, "a")], &[(&registered, "b")], &["document again"]),
            (&[(&amending, "a")], &[(&registered, "a")], &[]),
            // Replaced by another with another code, once that is there.
            (&[(&cancelling, "a")], &[(&cancelled, "a")], &[]),
            (
                &[(&cancelled, "a"), (&pending, "")],
                &[(&cancelled, "a"), (&registered, "b")],
                &["document again"],
            ),
            // Paid: nothing can be paid any more.
            (&[(&registered, "a")], &[(&json!("paid"), "a")], &[]),
            (&[(&registered, "a")], &[(&cancelling, "a")], &[]),
        ];
        let of = |states: States, converged| {
            let states: Vec<_> =
                states.iter().map(|(state, code)| ((*state).clone(), *code)).collect();
            charges(&states, converged)
        };
        for (before, after, want) in story {
            // The first time that nothing is pending.
            let had = before.iter().any(|(_, code)| !code.is_empty());
            let has = had || after.iter().all(|(state, _)| state.get("pending").is_none());
            let (old, new) = (of(before, had), of(after, has));
            assert_eq!(asked(Some(&old), &new), want, "{before:?} to {after:?}");
        }
    }

    #[test]
    fn an_invoice_of_which_nothing_is_registered_has_its_document_all_the_same() {
        let pending = charges(&[(json!({ "pending": "register" }), "")], false);
        assert!(asked(None, &pending).is_empty());
        let (untouched, none) = (charges(&[], false), charges(&[], true));
        assert_eq!(asked(None, &none), ["document"]);
        assert!(
            asked(Some(&none), &charges(&[(json!({ "refused": "no such key" }), "")], true))
                .is_empty()
        );
        // Collected from a stored method, and paid, before anything could be registered.
        let Document::Charges(mut collected) = untouched else { panic!("no charges") };
        let attempt = json!({
            "rail": "card", "gateway": "banco", "n": 1, "method": "visa", "amt": "10.00 BRL",
            "on": "2026-11-10", "due": "2026-11-10", "state": "pending",
        });
        collected.attempts.push(serde_json::from_value(attempt).unwrap());
        let before = Document::Charges(collected.clone());
        assert!(asked(None, &before).is_empty());
        collected.converged = true;
        let after = Document::Charges(collected);
        assert_eq!(asked(Some(&before), &after), ["document"]);
        assert!(asked(Some(&after), &after).is_empty());
    }

    /// Its document was made at issue, and may have been viewed since.
    #[test]
    fn an_invoice_that_asks_for_something_later_has_its_document_made_again() {
        let pending = charges(&[(json!({ "pending": "register" }), "")], true);
        assert!(asked(None, &pending).is_empty());
        let registered = charges(&[(json!("registered"), "a")], true);
        assert_eq!(asked(Some(&pending), &registered), ["document again"]);
    }

    #[test]
    fn held_money_is_given_back_once() {
        let held = payment(json!({ "key": "r1", "amt": "10.00 BRL" }));
        let none = payment(Value::Null);
        assert_eq!(asked(None, &held), ["refund"]);
        assert_eq!(asked(Some(&none), &held), ["refund"]);
        assert!(asked(Some(&held), &held).is_empty());
        assert!(asked(Some(&held), &none).is_empty());
        assert!(asked(None, &none).is_empty());
    }

    #[test]
    fn a_notice_is_sent_once_it_is_decided_and_not_for_what_becomes_of_it() {
        let told = |state: &str, asked: Value, earlier: &[&str]| {
            let mut notice = json!({
                "account": "1042", "id": "2026-11-10-cycle:-3:email", "template": "due-soon",
                "on": "2026-11-17", "state": state, "earlier": earlier,
            });
            if !asked.is_null() {
                notice["asked"] = asked;
            }
            Document::Notice(serde_json::from_value(notice).unwrap())
        };
        let notice = |state: &str| told(state, Value::Null, &[]);
        assert_eq!(asked(None, &notice("planned")), ["notice"]);
        assert!(asked(Some(&notice("planned")), &notice("sending")).is_empty());
        assert!(asked(Some(&notice("sending")), &notice("planned")).is_empty());
        assert!(asked(None, &notice("delivered")).is_empty());
        // It has got lost; has bounced, and goes to another address; on one day, twice.
        let day = json!("2026-11-19");
        let (lost, anew) = (told("planned", day.clone(), &[]), told("planned", day, &["m-1"]));
        assert_eq!(asked(Some(&notice("planned")), &lost), ["notice"]);
        assert_eq!(asked(Some(&notice("bounced")), &anew), ["notice"]);
        assert_eq!(asked(Some(&lost), &anew), ["notice"]);
        assert!(asked(Some(&lost), &lost).is_empty());
    }
}
