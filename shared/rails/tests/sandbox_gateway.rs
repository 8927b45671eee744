//! The sandbox bank: the suite that all gateways pass, and what is particular to this one.
#![allow(clippy::unwrap_used, unreachable_pub)] // its modules are of this program alone

mod contract;
#[path = "sandbox_gateway/far.rs"]
mod far;
#[path = "sandbox_gateway/wire.rs"]
mod wire;

use contract::{FarSide, Trouble, date, key, money, order, payer};
use far::{OLD_SECRET, SECRET, credentials, far, hook, method, settings, signed_by};
use jiff::Timestamp;
use mensal_domain::{
    locale::Locale,
    method::PaymentMethod,
    payment::{About, Advice, Fact, Failed, MethodChange},
    rail::Rail,
};
use mensal_rails::gateway::{
    Collected, Collection, Enrollment, Fault, Gateway, RefundOrder, Refunded, Standing,
    sandbox::{Credentials, Settings, connect},
};
use serde_json::{Value, json};

#[tokio::test]
async fn it_offers_charges_as_all_gateways_do() {
    contract::offering(&far().await).await;
}

#[tokio::test]
async fn it_fails_as_all_gateways_do() {
    contract::troubled(&far().await).await;
}

#[tokio::test]
async fn it_gives_money_back_as_all_gateways_do() {
    contract::refunding(&far().await).await;
}

#[tokio::test]
async fn it_tells_as_all_gateways_do() {
    contract::telling(&far().await).await;
}

#[tokio::test]
async fn it_collects_as_all_gateways_do() {
    contract::collecting(&far().await).await;
}

/// An attempt to collect from a method.
fn collection(serial: u8, method: PaymentMethod) -> Collection {
    Collection {
        key: key(method.rail, serial),
        method,
        amount: money("109.90", "BRL"),
        due: date("2026-11-20"),
        today: date("2026-11-10"),
        payer: payer(),
    }
}

fn enrollment(account: &str, id: &str, rail: Rail) -> Enrollment {
    Enrollment {
        account: account.parse().unwrap(),
        method: id.parse().unwrap(),
        rail,
        payer: payer(),
        locale: Locale::PtBr,
        return_to: "https://portal.provedor.example/".into(),
        starts_on: date("2026-11-10"),
        limit: None,
    }
}

fn refund(money_id: &str, key: &str, amount: &str) -> RefundOrder {
    RefundOrder {
        money: money_id.parse().unwrap(),
        rail: Rail::Pix,
        account: "1042".parse().unwrap(),
        key: key.parse().unwrap(),
        amount: money(amount, "BRL"),
    }
}

#[tokio::test]
async fn what_was_under_way_is_told_by_webhook_and_to_whoever_asks_again() {
    let far = far().await;
    let good = collection(1, method(Rail::BankDebit, "tok-good"));
    let broke = collection(1, method(Rail::PixAutomatico, "tok-broke"));
    for attempt in [&good, &broke] {
        assert_eq!(far.gateway.collect(attempt).await.unwrap(), Collected::UnderWay(None));
    }

    let told = far.read(&far.decide(&good.key)).unwrap();
    let [notice] = &told[..] else { panic!("{told:?}") };
    let Fact::Received(receipt) = &notice.fact else { panic!("{notice:?}") };
    assert_eq!(notice.gateway.as_str(), "banco");
    assert!(receipt.recalled_by_name);
    assert_eq!(far.gateway.collect(&good).await.unwrap(), Collected::Received(receipt.clone()));

    let told = far.read(&far.decide(&broke.key)).unwrap();
    let failed = Failed {
        about: About::Charge(broke.key.clone()),
        code: "insufficient_funds".into(),
        advice: Advice::RetryLater,
        on: date("2026-11-20"),
    };
    assert_eq!(told[0].fact, Fact::NotCollected(failed));
    let fault = far.gateway.collect(&broke).await.unwrap_err();
    assert!(matches!(fault, Fault::Declined(why) if why.code == "insufficient_funds"));
}

#[tokio::test]
async fn a_method_is_stored_collected_from_and_ended() {
    let far = far().await;
    let asked = enrollment("1042", "visa", Rail::Card);
    let enrolled = far.gateway.enroll(&asked).await.unwrap();
    assert_eq!(far.gateway.enroll(&asked).await.unwrap(), enrolled, "asked twice");
    let token = enrolled.reference.unwrap();
    assert_eq!(token.as_str(), "tok-1042-visa");
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (from, to) = (at("2026-11-09T12:00:00Z"), at("2026-11-11T12:00:00Z"));
    let listed = far.gateway.history(from, to).await.unwrap();
    let Some(Fact::Method(news)) = listed.first().map(|notice| &notice.fact) else {
        panic!("{listed:?}")
    };
    assert_eq!((&news.token, &news.method), (&token, &Some(asked.method)));
    assert!(matches!(&news.change, MethodChange::Active { rail: Rail::Card, .. }));

    let stored = method(Rail::Card, token.as_str());
    let collected = far.gateway.collect(&collection(1, stored.clone())).await.unwrap();
    assert!(matches!(collected, Collected::Received(_)), "{collected:?}");
    for _ in 0..2 {
        far.gateway.revoke(&stored).await.unwrap();
    }
    let fault = far.gateway.collect(&collection(2, stored)).await.unwrap_err();
    assert!(matches!(fault, Fault::Declined(why) if why.advice == Advice::NeverAgain));
    // What was never stored, or has not come so far, is ended.
    far.gateway.revoke(&method(Rail::Card, "tok-unknown")).await.unwrap();
    far.gateway.revoke(&PaymentMethod { token: None, ..method(Rail::Card, "x") }).await.unwrap();
}

#[tokio::test]
async fn money_whose_refund_was_lost_on_the_way_is_given_back_once() {
    let far = far().await;
    let order = order(Rail::Pix, 1, "BRL");
    far.gateway.register(&order).await.unwrap();
    far.pay(&order.key, order.terms.amount, "2026-11-18");
    let id = far.server.books().payments[0].id.clone();
    far.server.trouble(Trouble::LostAnswer);
    let fault = far.gateway.refund(&refund(&id, "r1", "109.90")).await.unwrap_err();
    assert!(matches!(fault, Fault::Unknown(_)), "{fault}");
    let again = far.gateway.refund(&refund(&id, "r1", "109.90")).await.unwrap();
    assert_eq!(again, Refunded::Done("r1".parse().unwrap()));
    assert_eq!(far.server.books().payments[0].refunds.len(), 1);
    let fault = far.gateway.refund(&refund("E-unknown", "r1", "1.00")).await.unwrap_err();
    assert!(matches!(fault, Fault::Refused(_)), "{fault}");
}

#[tokio::test]
async fn a_name_arrives_as_one_part_of_a_path_or_is_refused() {
    let far = far().await;
    far.gateway.revoke(&method(Rail::Card, "../a?b=c&%2E%2e")).await.unwrap();
    far.gateway.fetch(&key(Rail::Pix, 1), None).await.unwrap();
    let arrived = [
        "DELETE /methods/%2E%2E%2Fa%3Fb%3Dc%26%252E%252e",
        "GET /charges/1042%2F2026%2D11%2D10%2Dcycle%2Fpix%2F1",
    ];
    assert_eq!(far.server.requests(), arrived);
    for dots in [".", ".."] {
        let faults = [
            far.gateway.revoke(&method(Rail::Card, dots)).await.unwrap_err(),
            far.gateway.refund(&refund(dots, "r1", "1.00")).await.unwrap_err(),
            far.gateway.refund(&refund("E1", dots, "1.00")).await.unwrap_err(),
            far.gateway.enroll(&enrollment(dots, "visa", Rail::Card)).await.unwrap_err(),
            far.gateway.enroll(&enrollment("1042", dots, Rail::Card)).await.unwrap_err(),
        ];
        for fault in faults {
            assert!(matches!(fault, Fault::Refused(_)), "{dots}: {fault}");
        }
    }
    assert_eq!(far.server.requests(), arrived, "was asked");
}

#[tokio::test]
async fn what_it_does_not_do_is_said_and_not_asked() {
    let far = far().await;
    for rail in Rail::ALL {
        let by_hand = matches!(rail, Rail::Cash | Rail::Cheque | Rail::Wire);
        assert_eq!(far.gateway.serves(rail), !by_hand, "{rail}");
        assert_eq!(far.gateway.amends(rail), rail.is_offered(), "{rail}");
        let mut faults = Vec::new();
        if !rail.is_offered() {
            let order = order(rail, 1, "BRL");
            faults.push(far.gateway.register(&order).await.unwrap_err());
            faults.push(far.gateway.amend(&order, None).await.unwrap_err());
        }
        if !rail.is_collected() {
            let attempt = collection(1, method(rail, "tok-good"));
            faults.push(far.gateway.collect(&attempt).await.unwrap_err());
            let asked = enrollment("1042", "visa", rail);
            faults.push(far.gateway.enroll(&asked).await.unwrap_err());
        }
        for fault in faults {
            assert!(matches!(fault, Fault::Unsupported(_)), "{rail}: {fault}");
        }
    }
    let bare = PaymentMethod { token: None, ..method(Rail::Card, "x") };
    let fault = far.gateway.collect(&collection(1, bare)).await.unwrap_err();
    assert!(matches!(fault, Fault::Refused(_)), "{fault}");
    assert!(far.server.requests().is_empty());
}

#[tokio::test]
async fn what_the_bank_refuses_is_refused_and_a_wrong_key_is_said() {
    let far = far().await;
    let mut free = order(Rail::Pix, 1, "BRL");
    free.terms.amount = money("0.00", "BRL");
    let fault = far.gateway.register(&free).await.unwrap_err();
    assert!(matches!(fault, Fault::Refused(_)), "{fault}");
    let fault = far.gateway.collect(&collection(1, method(Rail::Card, "none"))).await.unwrap_err();
    assert!(matches!(fault, Fault::Refused(_)), "{fault}");
    assert_eq!(far.gateway.cancel(&free.key, None).await.unwrap(), Standing::Missing);

    let here = settings(&far.server.address);
    let gateway = connect("banco".parse().unwrap(), here, credentials("another")).unwrap();
    let fault = gateway.fetch(&free.key, None).await.unwrap_err();
    assert!(matches!(fault, Fault::Credentials(_)), "{fault}");
}

#[tokio::test]
async fn a_webhook_is_taken_by_each_live_secret_and_read_only_if_it_is_whole() {
    let far = far().await;
    let fact = json!({ "returned": {
        "money": "E1", "id": "d1", "about": "nothing", "kind": "dispute_opened",
        "amt": "109.90 BRL", "on": "2026-11-25",
    }});
    for secret in [SECRET, OLD_SECRET] {
        let body = json!({ "facts": [fact, fact] }).to_string();
        let told = far.read(&signed_by(secret, body.as_bytes())).unwrap();
        let money_of: Vec<_> = told.iter().filter_map(|notice| notice.about_money()).collect();
        assert_eq!(money_of.iter().map(|money| money.as_str()).collect::<Vec<_>>(), ["E1", "E1"]);
    }
    let many = |count: usize| {
        far.read(&far.signed(json!({ "facts": vec![&fact; count] }).to_string().as_bytes()))
    };
    assert_eq!(many(1000).unwrap().len(), 1000);
    assert!(many(1001).unwrap_err().to_string().contains("1001"));
    for (name, value) in
        [("Ana", json!("Ana")), ("amt", json!(109.9)), ("amt", json!("1e9 BRL")), ("on", json!(""))]
    {
        let mut other = fact.clone();
        other["returned"][name] = value;
        let why = far.read(&hook(&other)).unwrap_err().to_string();
        assert!(!why.contains("Ana"), "{why} quotes");
    }
}

#[tokio::test]
async fn a_list_that_is_not_whole_is_no_list() {
    let far = far().await;
    let order = order(Rail::Pix, 1, "BRL");
    far.gateway.register(&order).await.unwrap();
    far.pay(&order.key, order.terms.amount, "2026-11-18");
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (from, to) = (at("2026-11-17T12:00:00Z"), at("2026-11-20T12:00:00Z"));
    assert_eq!(far.gateway.history(from, to).await.unwrap().len(), 1);
    for trouble in [Trouble::Garbage, Trouble::LostAnswer] {
        far.server.trouble(trouble);
        let fault = far.gateway.history(from, to).await.unwrap_err();
        assert!(matches!(fault, Fault::Unknown(_)), "{trouble:?}: {fault}");
    }
}

#[test]
fn what_no_connection_can_be_made_of_is_named_and_not_shown() {
    let cases = [
        ("http://banco.example", json!(["s3cret"]), "not encrypted"),
        ("banco.example", json!(["s3cret"]), "no address"),
        ("http://127.0.0.1:1", json!([]), "no webhook secret"),
        ("http://127.0.0.1:1", json!(["s3cret", ""]), "no webhook secret"),
    ];
    for (address, secrets, want) in cases {
        let credentials: Credentials =
            serde_json::from_value(json!({ "key": "s3cret", "webhook_secrets": secrets })).unwrap();
        assert!(!format!("{credentials:?}").contains("s3cret"));
        let connected = connect("banco".parse().unwrap(), settings(address), credentials);
        let error = connected.unwrap_err().to_string();
        assert!(error.contains(want) && !error.contains("s3cret"), "{address}: {error}");
    }
    let unknown = |value: Value| {
        serde_json::from_value::<Settings>(value.clone()).is_err()
            && serde_json::from_value::<Credentials>(value).is_err()
    };
    assert!(unknown(json!({ "address": "a", "key": "b", "webhook_secrets": ["c"] })));
    assert!(unknown(json!({})));
}
