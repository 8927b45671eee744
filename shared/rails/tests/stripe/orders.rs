//! What Stripe is ordered to do.

use mensal_domain::{
    ids::AccountId,
    payment::{About, Advice, MethodChange},
    rail::Rail,
};
use mensal_rails::gateway::{
    Collected, Collection, Enrollment, Fault, Gateway, RefundOrder, Refunded, Standing,
};
use serde_json::{Value, json};

use super::{StripeSide, follow, forget_keys, method};
use crate::contract::{FarSide, date, key, money, order, payer};

fn collection(rail: Rail, serial: u8, token: &str) -> Collection {
    Collection {
        key: key(rail, serial),
        method: method(rail, token),
        amount: money("109.90", "USD"),
        due: date("2026-11-20"),
        today: date("2026-11-20"),
        payer: payer(),
    }
}

/// How many orders of a kind were given.
fn orders(far: &StripeSide, path: &str) -> usize {
    far.server().requests().iter().filter(|request| **request == format!("POST {path}")).count()
}

#[tokio::test]
async fn a_card_pays_at_once_and_a_bank_within_days() {
    let far = StripeSide::start().await;
    let card = far.stripe.collect(&collection(Rail::Card, 1, "pm_card_visa")).await.unwrap();
    let Collected::Received(receipt) = card else { panic!("{card:?}") };
    assert_eq!(receipt.money.as_str(), "pi_0000000000");
    assert_eq!(receipt.about, About::Charge(key(Rail::Card, 1)));
    assert_eq!((receipt.rail, receipt.amount), (Rail::Card, money("109.90", "USD")));
    assert_eq!((receipt.paid_on, receipt.late), (date("2026-11-20"), None));
    assert!(receipt.recalled_by_name);
    let bank = collection(Rail::BankDebit, 1, "pm_usBankAccount");
    let bank = far.stripe.collect(&bank).await.unwrap();
    assert_eq!(bank, Collected::UnderWay(Some("pi_0000000001".parse().unwrap())));
}

#[tokio::test]
async fn what_was_collected_is_found_when_stripe_has_forgotten_the_key() {
    let far = StripeSide::start().await;
    let order = collection(Rail::Card, 1, "pm_card_visa");
    let first = far.stripe.collect(&order).await.unwrap();
    forget_keys(&mut far.server().books());
    assert_eq!(far.stripe.collect(&order).await.unwrap(), first);
    // Nor does it matter that the method is nobody's any more.
    far.stripe.revoke(&order.method).await.unwrap();
    assert_eq!(far.stripe.collect(&order).await.unwrap(), first);
    assert_eq!(orders(&far, "/v1/payment_intents"), 1);
    // A decline stays one: the next attempt has the next serial.
    let declined = collection(Rail::Card, 2, "pm_card_chargeDeclinedStolenCard");
    for _ in 0..2 {
        let fault = far.stripe.collect(&declined).await.unwrap_err();
        let Fault::Declined(decline) = fault else { panic!("{fault}") };
        assert_eq!((&*decline.code, decline.advice), ("stolen_card", Advice::NeverAgain));
        forget_keys(&mut far.server().books());
    }
    assert_eq!(orders(&far, "/v1/payment_intents"), 2);
}

#[tokio::test]
async fn each_state_of_a_payment_says_what_has_become_of_it() {
    let far = StripeSide::start().await;
    let order = collection(Rail::Card, 1, "pm_card_visa");
    far.stripe.collect(&order).await.unwrap();
    let cases = [
        ("processing", "under way"),
        ("requires_action", "authentication_required AskCustomer"),
        ("requires_payment_method", "declined RetryLater"),
        ("canceled", "canceled RetryLater"),
        ("a_status_of_next_year", "unknown"),
    ];
    for (status, want) in cases {
        far.server().books().other.get_mut("pi_0000000000").unwrap()["status"] = json!(status);
        let got = match far.stripe.collect(&order).await {
            Ok(Collected::UnderWay(Some(_))) => "under way".into(),
            Err(Fault::Declined(decline)) => format!("{} {:?}", decline.code, decline.advice),
            Err(Fault::Unknown(_)) => "unknown".into(),
            other => panic!("{status}: {other:?}"),
        };
        assert_eq!(got, want, "{status}");
    }
}

#[tokio::test]
async fn what_cannot_be_collected_is_said_before_money_moves() {
    let far = StripeSide::start().await;
    let gone = collection(Rail::Card, 1, "pm_that_was_never_there");
    let fault = far.stripe.collect(&gone).await.unwrap_err();
    let Fault::Declined(decline) = fault else { panic!("{fault}") };
    assert_eq!(decline.advice, Advice::NeverAgain);

    let mut parts = collection(Rail::Card, 1, "pm_card_visa");
    parts.method.instalments = 3;
    let mut unnamed = collection(Rail::Card, 1, "pm_card_visa");
    unnamed.method.token = None;
    let elsewhere = collection(Rail::PixAutomatico, 1, "pm_card_visa");
    let path = collection(Rail::Card, 1, "../v1/payouts");
    let cases = [
        (parts, "instalments"),
        (unnamed, "no token"),
        (elsewhere, "serve that rail"),
        (path, "no id of Stripe"),
    ];
    for (order, want) in cases {
        let fault = far.stripe.collect(&order).await.unwrap_err().to_string();
        assert!(fault.contains(want), "{fault}");
    }
    assert_eq!(orders(&far, "/v1/payment_intents"), 0);
}

#[tokio::test]
async fn a_refusal_is_told_without_its_words() {
    let far = StripeSide::start().await;
    let mut small = order(Rail::Card, 1, "USD");
    small.terms.amount = money("0.20", "USD");
    let fault = far.stripe.register(&small).await.unwrap_err();
    assert!(matches!(fault, Fault::Refused(_)), "{fault}");
    let fault = fault.to_string();
    assert!(fault.contains("amount_too_small") && !fault.contains("Ana"), "{fault}");
}

#[tokio::test]
async fn a_page_asks_for_the_invoice_and_is_not_ordered_on_two_terms() {
    let far = StripeSide::start().await;
    let first = order(Rail::Card, 1, "USD");
    let page = far.stripe.register(&first).await.unwrap();
    assert!(page.codes.link.unwrap().starts_with("https://"));
    assert_eq!(page.reference.unwrap().as_str(), "plink_0000000000");
    assert!(!page.called_by_reference);
    let mut other = first.clone();
    other.terms.amount = money("59.90", "USD");
    let fault = far.stripe.register(&other).await.unwrap_err();
    assert!(matches!(fault, Fault::Refused(_)), "{fault}");
    for rail in [Rail::BankDebit, Rail::Pix] {
        let fault = far.stripe.register(&order(rail, 1, "USD")).await.unwrap_err();
        assert!(matches!(fault, Fault::Unsupported(_)), "{fault}");
    }
}

#[tokio::test]
async fn a_page_is_on_its_way_or_paid() {
    let far = StripeSide::start().await;
    let ordered = order(Rail::Card, 1, "USD");
    let page = far.stripe.register(&ordered).await.unwrap();
    let reference = page.reference.as_ref();
    let session = follow(&mut far.server().books(), "plink_0000000000");
    for (payment, want) in [("unpaid", Standing::InWork), ("paid", Standing::Paid)] {
        {
            let mut books = far.server().books();
            books.other.get_mut("plink_0000000000").unwrap()["active"] = json!(false);
            let session = books.other.get_mut(&session).unwrap();
            session["status"] = json!("complete");
            session["payment_status"] = json!(payment);
        }
        assert_eq!(far.stripe.fetch(&ordered.key, reference).await.unwrap(), want, "{payment}");
        assert_eq!(far.stripe.cancel(&ordered.key, reference).await.unwrap(), want, "{payment}");
    }
    assert_eq!(orders(&far, "/v1/payment_links/plink_0000000000"), 0);
    // The page of another charge is not this one's.
    let fetched = far.stripe.fetch(&key(Rail::Card, 9), reference).await.unwrap();
    assert_eq!(fetched, Standing::Missing);
    let unnamed = far.stripe.cancel(&ordered.key, None).await.unwrap();
    assert_eq!(unnamed, Standing::Missing);
}

#[tokio::test]
async fn a_page_that_is_taken_back_is_closed_for_those_who_have_it_open() {
    let far = StripeSide::start().await;
    let ordered = order(Rail::Card, 1, "USD");
    let page = far.stripe.register(&ordered).await.unwrap();
    let opened: Vec<_> =
        (0..2).map(|_| follow(&mut far.server().books(), "plink_0000000000")).collect();
    // Twice: what ended half-way is done to its end.
    for _ in 0..2 {
        let stands = far.stripe.cancel(&ordered.key, page.reference.as_ref()).await.unwrap();
        assert_eq!(stands, Standing::Cancelled);
        for session in &opened {
            assert_eq!(far.server().books().other[session]["status"], json!("expired"));
        }
    }
    assert_eq!(orders(&far, "/v1/payment_links/plink_0000000000"), 2);
}

#[tokio::test]
async fn a_refund_is_found_by_its_key_and_may_take_its_time() {
    let far = StripeSide::start().await;
    let ordered = order(Rail::Card, 1, "USD");
    far.stripe.register(&ordered).await.unwrap();
    far.pay(&ordered.key, ordered.terms.amount, "2026-11-18");
    let refund = RefundOrder {
        money: "pi_of_plink_0000000000".parse().unwrap(),
        rail: Rail::Card,
        account: "1042".parse().unwrap(),
        key: "r1".parse().unwrap(),
        amount: money("9.90", "USD"),
    };
    let done = far.stripe.refund(&refund).await.unwrap();
    assert_eq!(done, Refunded::Done("re_0000000000".parse().unwrap()));
    let stands = |status: &str| {
        forget_keys(&mut far.server().books());
        far.server().books().other.get_mut("re_0000000000").unwrap()["status"] = json!(status);
    };
    for status in ["pending", "requires_action"] {
        stands(status);
        let under_way = far.stripe.refund(&refund).await.unwrap();
        assert_eq!(under_way, Refunded::UnderWay("re_0000000000".parse().unwrap()), "{status}");
    }
    for status in ["failed", "canceled"] {
        stands(status);
        let fault = far.stripe.refund(&refund).await.unwrap_err();
        assert!(matches!(fault, Fault::Refused(_)), "{status}: {fault}");
    }
    assert_eq!(orders(&far, "/v1/refunds"), 1);
}

#[tokio::test]
async fn a_method_is_stored_on_a_page_and_ended() {
    let far = StripeSide::start().await;
    let enrollment = Enrollment {
        account: "1042".parse::<AccountId>().unwrap(),
        method: "m7".parse().unwrap(),
        rail: Rail::BankDebit,
        payer: payer(),
        locale: mensal_domain::locale::Locale::PtBr,
        return_to: "https://conta.provedor.example/formas".into(),
        starts_on: date("2026-12-10"),
        limit: None,
    };
    let enrolled = far.stripe.enroll(&enrollment).await.unwrap();
    assert_eq!(far.stripe.enroll(&enrollment).await.unwrap(), enrolled);
    assert_eq!(enrolled.reference.unwrap().as_str(), "cs_test_0000000000");
    assert!(enrolled.link.unwrap().starts_with("https://"));
    let asked = far.server().books().other["last setup"].clone();
    let want = [
        ("mode", "setup"),
        ("customer", "cus_0000000000"),
        ("payment_method_types[0]", "us_bank_account"),
        ("locale", "pt-BR"),
        ("success_url", "https://conta.provedor.example/formas"),
        ("setup_intent_data[metadata][mensal_account]", "1042"),
        ("setup_intent_data[metadata][mensal_method]", "m7"),
        ("setup_intent_data[metadata][mensal_rail]", "bank_debit"),
    ];
    for (name, value) in want {
        assert_eq!(asked[name], value, "{name}");
    }
    let customer = far.server().books().other["cus_0000000000"].clone();
    assert_eq!(customer["metadata"], json!({"mensal_account": "1042"}));

    for token in ["pm_usBankAccount", "pm_that_was_never_there"] {
        for _ in 0..2 {
            far.stripe.revoke(&method(Rail::BankDebit, token)).await.unwrap();
            forget_keys(&mut far.server().books());
        }
    }
    assert_eq!(far.server().books().other["pm_usBankAccount"]["customer"], Value::Null);
}

#[tokio::test]
async fn a_stored_method_is_described_as_it_stands() {
    let far = StripeSide::start().await;
    far.stripe.revoke(&method(Rail::Card, "pm_card_adviceDoNotTryAgain")).await.unwrap();
    let active = |rail, label: &str, expires: Option<&str>| MethodChange::Active {
        rail,
        label: label.into(),
        expires: expires.map(|expires| expires.parse().unwrap()),
    };
    let cases = [
        ("pm_card_visa", active(Rail::Card, "Visa •••• 4242", Some("2029-08"))),
        ("pm_usBankAccount", active(Rail::BankDebit, "Test Bank •••• 6789", None)),
        ("pm_card_adviceDoNotTryAgain", MethodChange::Revoked),
        ("pm_that_was_never_there", MethodChange::Revoked),
    ];
    for (token, want) in cases {
        let described = far.stripe.describe(&token.parse().unwrap()).await.unwrap();
        assert_eq!(described, want, "{token}");
    }
}
