//! Banco Inter: the suite that all gateways pass, and what is particular to this one.
#![allow(clippy::unwrap_used, unreachable_pub)] // its modules are of this program alone

mod contract;
#[path = "inter_gateway/far.rs"]
mod far;
#[path = "inter_gateway/wire.rs"]
mod wire;

use contract::{FarSide, State, Trouble, date, key, money, order};
use far::{credentials, far, settings, told};
use jiff::Timestamp;
use mensal_domain::{
    payment::{About, Receipt},
    rail::Rail,
    reference::Reference,
};
use mensal_rails::gateway::{
    Fault, Gateway, Order, Standing,
    inter::{Credentials, Settings, connect, own_number},
};
use serde_json::{Value, json};
use wire::{LOST, ON_A_PAGE, ORIGIN, SLOW, boleto};

#[tokio::test]
async fn the_suite_of_all_gateways() {
    contract::offering(&far().await).await;
    contract::troubled(&far().await).await;
    contract::telling(&far().await).await;
    contract::refunding(&far().await).await;
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_found_again() {
    let far = far().await;
    let order = order(Rail::Boleto, 1, "BRL");
    far.note(LOST, true);
    let fault = far.gateway.register(&order).await.unwrap_err();
    assert!(matches!(fault, Fault::Unknown(_)), "{fault}");
    let standing = far.gateway.fetch(&order.key, None).await.unwrap();
    assert!(matches!(standing, Standing::Registered { .. }), "{standing:?}");
    // Days later, when its due date has passed and would be another one.
    let later = Order { today: date("2026-11-23"), ..order };
    far.gateway.register(&later).await.unwrap();
    assert_eq!(far.count("POST /cobranca"), 1);
    assert_eq!(far.server.books().charges.len(), 1);
}

#[tokio::test]
async fn what_takes_time_to_be_issued_is_waited_for_and_then_asked_for() {
    let far = far().await;
    let order = order(Rail::Boleto, 1, "BRL");
    far.note(SLOW, 3);
    far.gateway.register(&order).await.unwrap();

    let next = Order { key: key(Rail::Boleto, 2), ..order };
    far.note(SLOW, 5);
    let fault = far.gateway.register(&next).await.unwrap_err();
    assert!(matches!(fault, Fault::Unknown(_)), "{fault}");
    let reference: Reference = far.reference(&next.key).parse().unwrap();
    assert_eq!(far.gateway.fetch(&next.key, Some(&reference)).await.unwrap(), Standing::InWork);
    far.gateway.register(&next).await.unwrap();
    assert_eq!(far.server.books().charges.len(), 2);
}

#[tokio::test]
async fn a_charge_bears_boleto_and_pix_as_inter_prints_them() {
    let far = far().await;
    let order = order(Rail::Boleto, 1, "BRL");
    let registered = far.gateway.register(&order).await.unwrap();
    assert_eq!(registered.reference.unwrap().as_str(), far.reference(&order.key));
    let codes = registered.codes;
    let entry = far.server.books().by_own(&own_number(&order.key)).unwrap().clone();
    assert_eq!(codes.pix, Some(wire::pix(&entry)));
    let printed = codes.boleto.unwrap();
    assert_eq!(printed.barcode.as_str(), boleto(&entry).barcode().as_str());
    assert_eq!(printed.line, boleto(&entry).printed_line());
    let told = [&printed.bank, &printed.bank_name, &printed.beneficiary, &printed.wallet];
    assert_eq!(told, ["077-9", "Banco Inter S.A.", "00019/123456789", "112"]);
    assert_eq!(printed.our_number, "00019/112/9000000001-1");
}

#[tokio::test]
async fn each_situation_of_inter_is_one_of_ours() {
    let far = far().await;
    let order = order(Rail::Boleto, 1, "BRL");
    far.gateway.register(&order).await.unwrap();
    let reference = far.reference(&order.key);
    let payable = |standing: &Standing| matches!(standing, Standing::Registered { .. });
    for situation in ["A_RECEBER", "ATRASADO", "PROTESTO"] {
        far.note(&reference, situation);
        assert!(payable(&far.gateway.fetch(&order.key, None).await.unwrap()), "{situation}");
    }
    for (situation, want) in [
        ("EM_PROCESSAMENTO", Standing::InWork),
        ("RECEBIDO", Standing::Paid),
        ("MARCADO_RECEBIDO", Standing::Paid),
        ("CANCELADO", Standing::Cancelled),
        ("EXPIRADO", Standing::Expired),
    ] {
        far.note(&reference, situation);
        assert_eq!(far.gateway.fetch(&order.key, None).await.unwrap(), want, "{situation}");
        let fault = far.gateway.register(&order).await.unwrap_err();
        let asked = want == Standing::InWork;
        assert!(matches!(fault, Fault::Conflict(_)) != asked, "{situation}: {fault}");
    }
    far.note(&reference, "FALHA_EMISSAO");
    let fault = far.gateway.register(&order).await.unwrap_err();
    assert!(matches!(fault, Fault::Refused(_)), "{fault}");
    far.note(&reference, "SUSPENSO");
    let fault = far.gateway.fetch(&order.key, None).await.unwrap_err();
    assert!(matches!(fault, Fault::Unknown(_)), "{fault}");
}

#[tokio::test]
async fn a_charge_is_cancelled_by_its_key_alone_and_one_that_is_not_there_is_missing() {
    let far = far().await;
    let order = order(Rail::Boleto, 1, "BRL");
    let missing = far.gateway.cancel(&order.key, None).await.unwrap();
    assert_eq!(missing, Standing::Missing);
    far.gateway.register(&order).await.unwrap();
    let reference: Reference = "183e982a-0000".parse().unwrap();
    let missing = far.gateway.cancel(&order.key, Some(&reference)).await.unwrap();
    assert_eq!(missing, Standing::Missing);
    // Inter has taken the order and has not carried it out.
    far.note(&far.reference(&order.key), "A_RECEBER");
    assert_eq!(far.gateway.cancel(&order.key, None).await.unwrap(), Standing::InWork);
    far.server.books().other.clear();
    assert_eq!(far.gateway.cancel(&order.key, None).await.unwrap(), Standing::Cancelled);
    let path: Reference = "../webhook".parse().unwrap();
    let fault = far.gateway.fetch(&order.key, Some(&path)).await.unwrap_err();
    assert!(matches!(fault, Fault::Refused(_)), "{fault}");
}

#[tokio::test]
async fn what_came_by_pix_and_late_in_the_evening_is_told_so() {
    let far = far().await;
    let order = order(Rail::Boleto, 1, "BRL");
    far.gateway.register(&order).await.unwrap();
    far.note(ORIGIN, "PIX");
    let amount = money("112.47", "BRL");
    // Half past ten in Brasília.
    let hook = far.paid_at(&order.key, amount, "2026-11-26T01:30:00Z");
    let reference: Reference = far.reference(&order.key).parse().unwrap();
    let want = Receipt {
        money: reference.clone(),
        about: About::Reference(reference),
        rail: Rail::Pix,
        amount,
        late: None,
        paid_on: date("2026-11-25"),
        recalled_by_name: false,
    };
    assert_eq!(far.receipts(&hook), [want]);
}

#[tokio::test]
async fn of_a_webhook_only_what_was_paid_is_told() {
    let far = far().await;
    let order = order(Rail::Boleto, 1, "BRL");
    far.gateway.register(&order).await.unwrap();
    let reference = far.reference(&order.key);
    let at = "2026-11-18T15:00:00Z";
    let books = far.server.books().clone();
    let others = ["A_RECEBER", "MARCADO_RECEBIDO", "CANCELADO", "EXPIRADO", "FALHA_EMISSAO", "X"];
    let mut all: Vec<_> =
        others.map(|situation| told(&books, &reference, situation, at, None)).to_vec();
    assert!(far.receipts(&far.signed(json!(all).to_string().as_bytes())).is_empty());
    all.push(told(&books, &reference, "RECEBIDO", at, Some(order.terms.amount)));
    let receipts = far.receipts(&far.signed(json!(all).to_string().as_bytes()));
    assert_eq!(receipts.len(), 1);
    // Money without amount or time is not passed over in silence.
    for (field, value) in [
        ("valorTotalRecebido", Value::Null),
        ("valorTotalRecebido", "0.00".into()),
        ("valorTotalRecebido", "1.005".into()),
        ("valorTotalRecebido", "-1.00".into()),
        ("dataHoraSituacao", Value::Null),
        ("dataHoraSituacao", "yesterday".into()),
        ("codigoSolicitacao", "a#b".into()),
    ] {
        let mut one = all.last().unwrap().clone();
        one[field] = value;
        let hook = far.signed(json!([one]).to_string().as_bytes());
        hook.with(|request| {
            let verified = far.gateway.verify(request, Timestamp::now()).unwrap();
            assert!(far.gateway.read(verified).is_err(), "{field}");
        });
    }
}

#[tokio::test]
async fn a_list_is_read_to_its_last_page() {
    let far = far().await;
    for serial in 1..=5 {
        let order = order(Rail::Boleto, serial, "BRL");
        far.gateway.register(&order).await.unwrap();
        if serial < 5 {
            far.pay(&order.key, order.terms.amount, &format!("2026-11-1{serial}"));
        }
    }
    far.note(ON_A_PAGE, 2);
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let (from, to) = (at("2026-11-12T12:00:00Z"), at("2026-11-15T02:59:59Z"));
    let notices = far.gateway.history(from, to).await.unwrap();
    assert_eq!(notices.len(), 3);
    assert!(notices.iter().all(|notice| notice.gateway.as_str() == "banco"));
    assert_eq!(
        far.count("GET /cobranca/v3/cobrancas?dataInicial=2026-11-12&dataFinal=2026-11-14"),
        2
    );
}

#[tokio::test]
async fn one_token_serves_until_it_is_refused() {
    let far = far().await;
    for serial in 1..=3 {
        far.gateway.register(&order(Rail::Boleto, serial, "BRL")).await.unwrap();
    }
    assert_eq!(far.count("POST /oauth"), 1);
    far.server.trouble(Trouble::StaleToken);
    far.gateway.fetch(&key(Rail::Boleto, 1), None).await.unwrap();
    assert_eq!(far.count("POST /oauth"), 2);

    let mut wrong: Credentials = credentials();
    wrong.client_secret = "another".into();
    let gateway = connect("banco".parse().unwrap(), settings(&far.server.address), wrong).unwrap();
    let fault = gateway.fetch(&key(Rail::Boleto, 1), None).await.unwrap_err();
    assert!(matches!(fault, Fault::Credentials(_)), "{fault}");
    let mut other = settings(&far.server.address);
    other.account = Some("987".into());
    let gateway = connect("banco".parse().unwrap(), other, credentials()).unwrap();
    let fault = gateway.fetch(&key(Rail::Boleto, 1), None).await.unwrap_err();
    assert!(matches!(fault, Fault::Credentials(_)), "{fault}");
}

#[tokio::test]
async fn a_refusal_names_fields_and_no_person() {
    let far = far().await;
    let mut order = order(Rail::Boleto, 1, "BRL");
    order.payer.customer.name = String::new();
    let fault = far.gateway.register(&order).await.unwrap_err();
    let Fault::Refused(why) = fault else { panic!("{fault}") };
    assert!(why.contains("400") && why.contains("pagador.nome"), "{why}");
    assert!(!why.contains("Ana"), "{why}");
    assert!(far.server.books().charges.is_empty());
}

#[tokio::test]
async fn what_inter_does_not_do_is_said() {
    let far = far().await;
    assert!(!far.gateway.serves(Rail::Pix) && !far.gateway.amends(Rail::Boleto));
    let fault = far.gateway.register(&order(Rail::Pix, 1, "BRL")).await.unwrap_err();
    assert!(matches!(fault, Fault::Unsupported(_)), "{fault}");
    assert_eq!(far.server.requests().len(), 0);
    let books = far.server.books();
    assert!(books.charges.values().all(|entry| entry.state == State::Open));
}

#[test]
fn what_no_connection_can_be_made_of_is_named_and_not_shown() {
    let try_with = |settings: Value, credentials: Value| {
        let settings = serde_json::from_value(settings).unwrap();
        let credentials: Credentials = serde_json::from_value(credentials).unwrap();
        assert!(!format!("{credentials:?}").contains("s3cret"));
        connect("banco".parse().unwrap(), settings, credentials)
            .map(|_| ())
            .unwrap_err()
            .to_string()
    };
    let here = json!({ "host": "http://127.0.0.1:1" });
    let bare = |tokens: Value| json!({ "client_id": "a", "client_secret": "s3cret", "webhook_secrets": tokens });
    let whole = json!({
        "client_id": "a", "client_secret": "s3cret", "webhook_secrets": ["t"],
        "certificate": "s3cret", "key": "s3cret",
    });
    let without = |name: &str, value: Value| {
        let mut credentials = whole.clone();
        credentials[name] = value;
        credentials
    };
    let cases = [
        (json!({}), without("key", Value::Null), "client certificate"),
        (json!({}), whole.clone(), "client certificate"),
        (json!({ "host": "http://banco.example" }), bare(json!(["t"])), "not encrypted"),
        (json!({}), bare(json!(["t"])), "client certificate"),
        (json!({ "account": "0123" }), whole.clone(), "without zeros"),
        (json!({ "account": "12-3" }), whole.clone(), "digits"),
        (json!({ "pause_ms": 2001 }), whole.clone(), "at most 2000"),
        (here.clone(), bare(json!([])), "no webhook secret"),
        (here, bare(json!(["t", ""])), "no webhook secret"),
    ];
    for (settings, credentials, want) in cases {
        let error = try_with(settings.clone(), credentials);
        assert!(error.contains(want) && !error.contains("s3cret"), "{settings}: {error}");
    }
    assert!(serde_json::from_value::<Settings>(json!({ "url": "x" })).is_err());
}
