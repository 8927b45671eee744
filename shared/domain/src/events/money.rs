//! Events of charges and payments.

use super::{AllocationDetail, ChargeDetail, Detail, Event, PaymentDetail, event, event_of};
use crate::{
    charge::{Charge, ChargeState, Charges},
    collection::{Attempt, AttemptState},
    money::Money,
    payment::{Payment, ReturnKind},
};

pub(super) fn charges(old: Option<&Charges>, new: &Charges) -> Vec<Event> {
    let before = |charge: &Charge| {
        let old = old.into_iter().flat_map(|old| &old.charges);
        old.clone().find(|one| (one.rail, one.serial) == (charge.rail, charge.serial))
    };
    let of_charge = |charge: &Charge| {
        let old = before(charge);
        if old.is_some_and(|old| old.state == charge.state && old.terms == charge.terms) {
            return None;
        }
        let amended = old.is_some_and(Charge::is_payable);
        let (name, reason) = match &charge.state {
            ChargeState::Registered if amended => ("mensal.charge.amended.v1", None),
            ChargeState::Registered => ("mensal.charge.registered.v1", None),
            ChargeState::Cancelled => ("mensal.charge.cancelled.v1", None),
            ChargeState::Expired => ("mensal.charge.expired.v1", None),
            ChargeState::Refused(why) => ("mensal.charge.refused.v1", Some(why.clone())),
            ChargeState::Pending(_) | ChargeState::Paid | ChargeState::Settled => return None,
        };
        let detail = ChargeDetail {
            charge: new.key(charge),
            gateway: charge.gateway.clone(),
            amount: charge.terms.amount,
            due: charge.terms.due,
            reason,
        };
        // It may be amended to and fro.
        Some(event_of(name, Detail::Charge(detail), new.version))
    };
    let of_attempt = |attempt: &Attempt| {
        let old = old.into_iter().flat_map(|old| &old.attempts);
        let same = |one: &&Attempt| (one.rail, one.serial) == (attempt.rail, attempt.serial);
        let known = old.clone().find(same).is_some_and(|old| old.state == attempt.state);
        let AttemptState::Failed { code, .. } = &attempt.state else { return None };
        let detail = ChargeDetail {
            charge: attempt.key(new),
            gateway: attempt.gateway.clone(),
            amount: attempt.amount,
            due: attempt.due,
            reason: Some(code.clone()),
        };
        (!known).then(|| event("mensal.collection.failed.v1", Detail::Charge(detail)))
    };
    let charges = new.charges.iter().filter_map(of_charge);
    charges.chain(new.attempts.iter().filter_map(of_attempt)).collect()
}

pub(super) fn payment(old: Option<&Payment>, new: &Payment) -> Vec<Event> {
    let detail = |amount, on, kind| {
        Detail::Payment(PaymentDetail {
            account: new.account.clone(),
            gateway: new.id.gateway.clone(),
            payment: new.id.money.clone(),
            rail: new.received.as_ref().map(|received| received.rail),
            amount,
            on,
            allocations: new.allocations.iter().map(AllocationDetail::from).collect(),
            credited: new.credited,
            // What its sums fail for was refused when it was applied.
            late_charge: new.late_charge().unwrap_or(Money::zero(new.currency)),
            kind,
        })
    };
    let mut events = Vec::new();
    if let Some(received) = &new.received
        && old.is_none_or(|old| old.received.is_none())
    {
        let detail = detail(received.amount, received.paid_on, None);
        events.push(event("mensal.payment.received.v1", detail));
    }
    for returned in &new.returned {
        let old = old.into_iter().flat_map(|old| &old.returned);
        if old.clone().any(|old| old.id == returned.id && old.kind == returned.kind) {
            continue;
        }
        let name = match returned.kind {
            ReturnKind::Refund => "mensal.payment.refunded.v1",
            ReturnKind::RefundFailed => "mensal.payment.refund-failed.v1",
            ReturnKind::Reversal => "mensal.payment.reversed.v1",
            ReturnKind::DisputeOpened => "mensal.payment.disputed.v1",
            ReturnKind::DisputeWon => "mensal.payment.dispute-won.v1",
            ReturnKind::DisputeLost => "mensal.payment.dispute-lost.v1",
        };
        events.push(event(name, detail(returned.amount, returned.on, Some(returned.kind))));
    }
    events
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn charge(state: &Value, amount: &str) -> Value {
        let terms = json!({ "amt": amount, "due": "2026-11-20", "days": 30 });
        json!({ "rail": "pix", "gateway": "banco", "n": 1, "terms": terms, "state": state })
    }

    fn of(version: u64, list: &Value, tries: &Value) -> Charges {
        serde_json::from_value(json!({
            "account": "1042", "invoice": "2026-11-10-cycle", "ver": version, "list": list,
            "tries": tries, "on": "2026-11-10",
        }))
        .unwrap()
    }

    /// The names of the events of a story, without what all of them have.
    fn names(events: &[Event], prefix: &str) -> Vec<String> {
        let bare = |event: &Event| {
            event.name.strip_prefix(prefix).unwrap().strip_suffix(".v1").unwrap().to_owned()
        };
        events.iter().map(bare).collect()
    }

    #[test]
    fn a_charge_is_registered_amended_and_taken_back_and_each_is_told_once() {
        let story = [
            (json!({ "pending": "register" }), "10.00 BRL"),
            (json!("registered"), "10.00 BRL"),
            (json!({ "pending": "amend" }), "8.00 BRL"),
            (json!("registered"), "8.00 BRL"),
            (json!({ "pending": "amend" }), "10.00 BRL"),
            (json!("registered"), "10.00 BRL"),
            (json!({ "pending": "cancel" }), "10.00 BRL"),
            (json!("cancelled"), "10.00 BRL"),
        ];
        let items: Vec<_> = (1..).zip(&story).collect();
        let mut told = Vec::new();
        let mut before = None;
        for (version, (state, amount)) in items {
            let after = of(version, &json!([charge(state, amount)]), &json!([]));
            told.extend(charges(before.as_ref(), &after));
            assert!(charges(Some(&after), &after).is_empty(), "{state}");
            before = Some(after);
        }
        let want = ["registered", "amended", "amended", "cancelled"];
        assert_eq!(names(&told, "mensal.charge."), want);
        assert_ne!(told[1].id, told[2].id);
    }

    #[test]
    fn a_refusal_says_why_and_what_is_paid_is_told_by_the_payment() {
        let pending =
            of(1, &json!([charge(&json!({ "pending": "register" }), "10.00 BRL")]), &json!([]));
        let refused = json!({ "refused": "the key is not registered" });
        let refused = of(2, &json!([charge(&refused, "10.00 BRL")]), &json!([]));
        let told = charges(Some(&pending), &refused);
        assert_eq!(names(&told, "mensal.charge."), ["refused"]);
        let Detail::Charge(detail) = &told[0].detail else { panic!("{told:?}") };
        assert_eq!(detail.reason.as_deref(), Some("the key is not registered"));
        let paid = of(2, &json!([charge(&json!("paid"), "10.00 BRL")]), &json!([]));
        assert!(charges(Some(&pending), &paid).is_empty());
    }

    #[test]
    fn an_attempt_that_failed_is_told_once_with_the_gateways_code() {
        let attempt = |state: &Value| {
            json!([{
                "rail": "card", "gateway": "banco", "n": 1, "method": "visa", "amt": "10.00 BRL",
                "on": "2026-11-20", "due": "2026-11-20", "state": state,
            }])
        };
        let failed = json!({ "failed": { "code": "card_declined", "advice": "retry_later" } });
        let (begun, failed) =
            (of(1, &json!([]), &attempt(&json!("pending"))), of(2, &json!([]), &attempt(&failed)));
        let told = charges(Some(&begun), &failed);
        assert_eq!(names(&told, "mensal."), ["collection.failed"]);
        let Detail::Charge(detail) = &told[0].detail else { panic!("{told:?}") };
        assert_eq!(detail.reason.as_deref(), Some("card_declined"));
        assert!(charges(Some(&failed), &failed).is_empty());
    }

    #[test]
    fn a_payment_is_received_and_what_of_it_does_not_stay_is_told_step_by_step() {
        let of = |came: bool, out: &[(&str, &str)]| -> Payment {
            let out: Vec<_> = out
                .iter()
                .map(|(id, kind)| {
                    json!({ "id": id, "kind": kind, "amt": "10.00 BRL", "on": "2026-11-25" })
                })
                .collect();
            let mut payment = json!({
                "account": "1042", "id": { "gateway": "banco", "money": "E1" }, "cur": "BRL",
                "out": out, "cred": "0.00 BRL",
            });
            if came {
                payment["in"] = json!({
                    "amt": "10.00 BRL", "rail": "pix", "late": "0.00 BRL", "on": "2026-11-19",
                });
            }
            serde_json::from_value(payment).unwrap()
        };
        let story = [
            // The refund is heard of before the money.
            (of(false, &[("r1", "refund")]), vec!["refunded"]),
            (of(true, &[("r1", "refund")]), vec!["received"]),
            (of(true, &[("r1", "refund_failed")]), vec!["refund-failed"]),
            (of(true, &[("r1", "refund_failed"), ("d1", "dispute_opened")]), vec!["disputed"]),
            (of(true, &[("r1", "refund_failed"), ("d1", "dispute_won")]), vec!["dispute-won"]),
            (
                of(true, &[("r1", "refund_failed"), ("d1", "dispute_won"), ("x", "reversal")]),
                vec!["reversed"],
            ),
        ];
        let mut before = None;
        for (after, want) in &story {
            let told = payment(before, after);
            assert_eq!(names(&told, "mensal.payment."), *want);
            assert!(payment(Some(after), after).is_empty());
            before = Some(after);
        }
    }
}
