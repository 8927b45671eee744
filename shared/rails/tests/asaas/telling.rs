//! What Asaas says, by webhooks and by its lists.

use jiff::Timestamp;
use mensal_domain::{
    payment::{About, Advice, Fact, MethodChange, Receipt, ReturnKind},
    rail::Rail,
};
use mensal_rails::gateway::{Gateway, RefundOrder};
use serde_json::{Value, json};

use super::{Far, number};
use crate::contract::{Entry, FarSide, State, date, key, money, order};

/// A boleto of 109.90 that was paid on 2026-11-18, with other fields.
fn payment(other: &Value) -> Value {
    let mut payment = json!({
        "object": "payment",
        "id": "pay_080225913252",
        "value": 109.9,
        "originalValue": null,
        "interestValue": null,
        "billingType": "BOLETO",
        "status": "CONFIRMED",
        "dueDate": "2026-11-20",
        "clientPaymentDate": "2026-11-18",
        "externalReference": "1042/2026-11-10-cycle/boleto/1",
        "refunds": null,
    });
    for (name, value) in other.as_object().unwrap() {
        payment[name] = value.clone();
    }
    payment
}

fn told(far: &Far, event: &str, payment: &Value) -> Vec<Fact> {
    far.read(&Far::hook(event, payment)).into_iter().map(|notice| notice.fact).collect()
}

fn receipt(facts: &[Fact]) -> Receipt {
    match facts {
        [Fact::Received(receipt), ..] => receipt.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn confirmed_today_and_received_tomorrow_is_the_same_money() {
    let far = Far::start().await;
    let confirmed = told(&far, "PAYMENT_CONFIRMED", &payment(&json!({})));
    let credited = json!({ "status": "RECEIVED", "paymentDate": "2026-11-19" });
    assert_eq!(told(&far, "PAYMENT_RECEIVED", &payment(&credited)), confirmed);
    let receipt = receipt(&confirmed);
    assert_eq!(receipt.about, About::Charge(key(Rail::Boleto, 1)));
    assert_eq!((receipt.paid_on, receipt.late), (date("2026-11-18"), None));
    assert_eq!(receipt.money.as_str(), "pay_080225913252");
}

#[tokio::test]
async fn what_was_added_for_being_late_is_told_apart() {
    let far = Far::start().await;
    let brl = |text| Some(money(text, "BRL"));
    for (other, late) in &[
        (json!({ "value": 112.5, "originalValue": 109.9, "interestValue": 2.6 }), brl("2.60")),
        (json!({ "value": 112.5, "originalValue": 109.9 }), brl("2.60")),
        (json!({ "value": 112.5, "interestValue": 2.6 }), brl("2.60")),
        (json!({ "value": 112.5, "interestValue": "2.6000000000000005" }), brl("2.60")),
        // Paid early at a discount, or nothing was added.
        (json!({ "value": 99.9, "originalValue": 109.9 }), None),
        (json!({ "interestValue": 0 }), None),
    ] {
        let receipt = receipt(&told(&far, "PAYMENT_RECEIVED", &payment(other)));
        assert_eq!(receipt.late, *late, "{other}");
    }
}

#[tokio::test]
async fn the_rail_is_the_one_on_which_money_came() {
    let far = Far::start().await;
    for (other, rail, name) in &[
        (json!({}), Rail::Boleto, "pay_080225913252"),
        (json!({ "pixTransaction": "35363f6e" }), Rail::Pix, "pay_080225913252"),
        (json!({ "billingType": "TRANSFER" }), Rail::Wire, "pay_080225913252"),
        (json!({ "billingType": "DEBIT_CARD" }), Rail::Card, "pay_080225913252"),
        (json!({ "billingType": "UNDEFINED" }), Rail::Boleto, "pay_080225913252"),
        (json!({ "status": "RECEIVED_IN_CASH" }), Rail::Cash, "pay_080225913252.cash"),
    ] {
        let receipt = receipt(&told(&far, "PAYMENT_RECEIVED", &payment(other)));
        assert_eq!((receipt.rail, receipt.money.as_str()), (*rail, *name), "{other}");
    }
    // The mark of cash is taken back, and the boleto paid after all: that is other money.
    let back =
        told(&far, "PAYMENT_RECEIVED_IN_CASH_UNDONE", &payment(&json!({ "status": "OVERDUE" })));
    let [Fact::Returned(back)] = &back[..] else { panic!("{back:?}") };
    assert_eq!((back.money.as_str(), back.kind), ("pay_080225913252.cash", ReturnKind::Reversal));
}

#[tokio::test]
async fn refunds_have_names_of_their_own_and_those_that_wait_say_nothing() {
    let far = Far::start().await;
    let refund = |status: &str, value: Value, description: Value| {
        json!({
            "dateCreated": "2026-11-19 10:19:06",
            "status": status,
            "value": value,
            "description": description,
        })
    };
    let refunds = json!([
        refund("DONE", 9.9.into(), "Estorno Mensal r1".into()),
        refund("DONE", 20.0.into(), "Cobrado a mais".into()),
        refund("CANCELLED", 1.0.into(), "Estorno Mensal r2".into()),
        refund("PENDING", 2.0.into(), "Estorno Mensal r3".into()),
        refund("AWAITING_CRITICAL_ACTION_AUTHORIZATION", 3.0.into(), Value::Null),
    ]);
    let paid = payment(&json!({ "status": "RECEIVED", "refunds": refunds }));
    let mut names = Vec::new();
    for fact in told(&far, "PAYMENT_PARTIALLY_REFUNDED", &paid) {
        let Fact::Returned(back) = fact else { panic!("{fact:?}") };
        assert_eq!(back.on, date("2026-11-19"));
        names.push((back.id.to_string(), back.kind, back.amount.to_string()));
    }
    assert_eq!(
        names,
        [
            ("r1".into(), ReturnKind::Refund, "9.90 BRL".into()),
            ("20261119101906-20.00".into(), ReturnKind::Refund, "20.00 BRL".into()),
            ("r2".into(), ReturnKind::RefundFailed, "1.00 BRL".into()),
        ]
    );
    // Wholly refunded, and no list of how.
    let wholly = told(&far, "PAYMENT_REFUNDED", &payment(&json!({ "status": "REFUNDED" })));
    let [Fact::Returned(back)] = &wholly[..] else { panic!("{wholly:?}") };
    assert_eq!((back.id.as_str(), back.amount), ("whole", money("109.90", "BRL")));
}

#[tokio::test]
async fn a_dispute_is_opened_and_won_or_lost() {
    let far = Far::start().await;
    let disputed = |status: &str, chargeback: Value| {
        payment(
            &json!({ "status": status, "billingType": "CREDIT_CARD", "chargeback": chargeback }),
        )
    };
    let began = |status: &str| json!({ "status": status, "disputeStartDate": "2026-11-17" });
    for (event, payment, kind, on) in [
        (
            "PAYMENT_CHARGEBACK_REQUESTED",
            disputed("CHARGEBACK_REQUESTED", began("REQUESTED")),
            ReturnKind::DisputeOpened,
            "2026-11-17",
        ),
        (
            "PAYMENT_CHARGEBACK_REQUESTED",
            disputed("CHARGEBACK_REQUESTED", Value::Null),
            ReturnKind::DisputeOpened,
            "2026-11-18",
        ),
        (
            "PAYMENT_CHARGEBACK_DISPUTE",
            disputed("CHARGEBACK_DISPUTE", began("IN_DISPUTE")),
            ReturnKind::DisputeOpened,
            "2026-11-17",
        ),
        (
            "PAYMENT_AWAITING_CHARGEBACK_REVERSAL",
            disputed("AWAITING_CHARGEBACK_REVERSAL", began("IN_DISPUTE")),
            ReturnKind::DisputeWon,
            "2026-11-18",
        ),
        (
            "PAYMENT_RECEIVED",
            disputed("RECEIVED", began("REVERSED")),
            ReturnKind::DisputeWon,
            "2026-11-18",
        ),
        (
            "PAYMENT_REFUNDED",
            disputed("REFUNDED", began("DISPUTE_LOST")),
            ReturnKind::DisputeLost,
            "2026-11-18",
        ),
        (
            "PAYMENT_REFUNDED",
            disputed("REFUNDED", began("REQUESTED")),
            ReturnKind::DisputeLost,
            "2026-11-18",
        ),
    ] {
        let mut returned = Vec::new();
        for fact in told(&far, event, &payment) {
            if let Fact::Returned(back) = fact {
                assert_eq!((back.id.as_str(), back.amount), ("chargeback", money("109.90", "BRL")));
                returned.push((back.kind, back.on));
            }
        }
        assert_eq!(returned, [(kind, date(on))], "{event}");
    }
}

#[tokio::test]
async fn a_card_that_fails_later_is_told_of_with_what_to_do() {
    let far = Far::start().await;
    let card = json!({
        "billingType": "CREDIT_CARD",
        "status": "PENDING",
        "externalReference": "1042/2026-11-10-cycle/card/1",
    });
    for (event, code, advice) in [
        ("PAYMENT_CREDIT_CARD_CAPTURE_REFUSED", "credit_card_capture_refused", Advice::RetryLater),
        ("PAYMENT_REPROVED_BY_RISK_ANALYSIS", "reproved_by_risk_analysis", Advice::AskCustomer),
    ] {
        let facts = told(&far, event, &payment(&card));
        let [Fact::NotCollected(failed)] = &facts[..] else { panic!("{facts:?}") };
        assert_eq!(failed.about, About::Charge(key(Rail::Card, 1)));
        assert_eq!((failed.code.as_str(), failed.advice), (code, advice));
        // The payer of a page tries again by themselves.
        let page = payment(&json!({ "externalReference": "card/1042/m2", "status": "PENDING" }));
        assert!(told(&far, event, &page).is_empty());
    }
}

#[tokio::test]
async fn a_stored_card_is_told_with_what_was_paid_for_it_and_never_with_a_number() {
    let far = Far::start().await;
    let stored = |card: Value| {
        let fields = json!({
            "value": 5,
            "billingType": "CREDIT_CARD",
            "externalReference": "card/1042/m2",
            "creditCard": card,
        });
        told(&far, "PAYMENT_CONFIRMED", &payment(&fields))
    };
    let card = |number: &str, brand: &str| {
        let token = "76496073-536f-4835-80db-c45d00f33695";
        json!({ "creditCardNumber": number, "creditCardBrand": brand, "creditCardToken": token })
    };
    for (number, brand, label) in [
        ("8829", "VISA", "VISA •••• 8829"),
        ("8829", "UNKNOWN", "•••• 8829"),
        ("5162306219378829", "MASTERCARD", "MASTERCARD ••••"),
    ] {
        let facts = stored(card(number, brand));
        let [Fact::Received(receipt), Fact::Method(news)] = &facts[..] else { panic!("{facts:?}") };
        let account = About::Account("1042".parse().unwrap());
        assert_eq!((&receipt.about, receipt.amount), (&account, money("5.00", "BRL")));
        assert_eq!((&news.about, news.method.as_ref().unwrap().as_str()), (&account, "m2"));
        assert_eq!(news.token.as_str(), "76496073-536f-4835-80db-c45d00f33695");
        let shown = MethodChange::Active { rail: Rail::Card, label: label.into(), expires: None };
        assert_eq!(news.change, shown);
    }
    // Asaas has not enabled stored cards: the money is there, and no token.
    let facts = stored(json!({ "creditCardNumber": "8829", "creditCardToken": null }));
    assert_eq!(facts.len(), 1);
}

#[tokio::test]
async fn what_is_not_ours_or_says_nothing_of_money_is_passed_over() {
    let far = Far::start().await;
    for event in ["PAYMENT_CONFIRMED", "PAYMENT_REFUNDED", "PAYMENT_RECEIVED_IN_CASH_UNDONE"] {
        for reference in [Value::Null, "056984".into(), "pedido/1/2/3".into()] {
            let others = payment(&json!({ "externalReference": reference }));
            assert!(told(&far, event, &others).is_empty());
        }
    }
    for event in ["PAYMENT_CREATED", "PAYMENT_OVERDUE", "PAYMENT_DELETED", "PAYMENT_NEW_IN_2027"] {
        assert!(told(&far, event, &payment(&json!({}))).is_empty());
        assert!(told(&far, event, &json!({ "another": "shape" })).is_empty());
    }
}

#[tokio::test]
async fn a_payment_that_cannot_be_right_is_unreadable_and_not_quoted() {
    let far = Far::start().await;
    for (other, want) in &[
        (json!({ "value": 109.905 }), "none of money"),
        (json!({ "value": 0 }), "of nothing"),
        (json!({ "value": "Ana" }), "cannot be read"),
        (json!({ "clientPaymentDate": null }), "no day of payment"),
        (json!({ "id": "pay#1" }), "cannot be read"),
    ] {
        let hook = Far::hook("PAYMENT_CONFIRMED", &payment(other));
        let why = hook.with(|request| {
            let verified = far.asaas.verify(request, Timestamp::now()).unwrap();
            far.asaas.read(verified).unwrap_err().to_string()
        });
        assert!(why.contains(want) && !why.contains("Ana"), "{other}: {why}");
    }
}

#[tokio::test]
async fn what_did_not_stay_is_more_than_nothing() {
    let far = Far::start().await;
    let refund = |status: &str, value: f64| {
        let made = "2026-11-19 10:19:06";
        json!([{ "dateCreated": made, "status": status, "value": value, "description": "x" }])
    };
    for (event, other) in &[
        ("PAYMENT_PARTIALLY_REFUNDED", json!({ "refunds": refund("DONE", 0.0) })),
        ("PAYMENT_PARTIALLY_REFUNDED", json!({ "refunds": refund("DONE", -9.9) })),
        ("PAYMENT_REFUND_DENIED", json!({ "refunds": refund("CANCELLED", -9.9) })),
        ("PAYMENT_REFUNDED", json!({ "status": "REFUNDED", "value": 0 })),
        ("PAYMENT_RECEIVED_IN_CASH_UNDONE", json!({ "value": -109.9 })),
        ("PAYMENT_CHARGEBACK_REQUESTED", json!({ "status": "CHARGEBACK_REQUESTED", "value": -1 })),
    ] {
        let why = Far::hook(event, &payment(other)).with(|request| {
            let verified = far.asaas.verify(request, Timestamp::now()).unwrap();
            far.asaas.read(verified).unwrap_err().to_string()
        });
        assert!(why.contains("of nothing"), "{other}: {why}");
    }
}

#[tokio::test]
async fn lists_tell_of_refunds_on_their_days_and_of_cards_before_they_are_credited() {
    let far = Far::start().await;
    let pix = order(Rail::Pix, 1, "BRL");
    far.asaas.register(&pix).await.unwrap();
    far.pay(&pix.key, pix.terms.amount, "2026-11-18");
    let money_id = far.server.books().payments[0].id.parse().unwrap();
    let refund = RefundOrder {
        money: money_id,
        rail: Rail::Pix,
        account: "1042".parse().unwrap(),
        key: "r1".parse().unwrap(),
        amount: money("9.90", "BRL"),
    };
    far.asaas.refund(&refund).await.unwrap();
    far.server.books().other.insert("refunds are done".into(), true.into());
    let refunds = async |from: &str, to: &str| {
        let at = |day: &str| format!("{day}T15:00:00Z").parse::<Timestamp>().unwrap();
        let listed = far.asaas.history(at(from), at(to)).await.unwrap();
        let returned = listed.iter().filter_map(|notice| match &notice.fact {
            Fact::Returned(back) => Some((back.id.to_string(), back.kind)),
            _ => None,
        });
        returned.collect::<Vec<_>>()
    };
    assert_eq!(refunds("2026-11-18", "2026-11-19").await, [("r1".into(), ReturnKind::Refund)]);
    assert_eq!(refunds("2026-11-20", "2026-11-21").await, []);
    // A day begins three hours later than in UTC.
    let night = |text: &str| text.parse::<Timestamp>().unwrap();
    let late = far.asaas.history(night("2026-11-18T23:00:00Z"), night("2026-11-19T02:59:59Z"));
    let received = late.await.unwrap();
    assert!(
        matches!(&received[..], [one] if matches!(one.fact, Fact::Received(_))),
        "{received:?}"
    );
}

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    let far = Far::start().await;
    {
        let mut books = far.server.books();
        for number in 0..205_u32 {
            let id = format!("pay_{number:04}");
            let amount = money("10.00", "BRL");
            let entry = Entry {
                reference: id.clone(),
                own: format!("{number}/2026-11-10-cycle/pix/1"),
                amount,
                due: Some(date("2026-11-20")),
                state: State::Open,
                asked: json!({ "billingType": "PIX", "description": "Fatura" }),
            };
            books.charges.insert(id.clone(), entry);
            books.pay(&id, &id, amount, date("2026-11-18"));
        }
        assert_eq!(number(money("10.00", "BRL")), json!(10));
    }
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let listed = far.asaas.history(at("2026-11-18T12:00:00Z"), at("2026-11-18T18:00:00Z"));
    let listed = listed.await.unwrap();
    assert_eq!(listed.len(), 205);
    assert!(listed.iter().all(|notice| notice.gateway.as_str() == "asaas"));
}
