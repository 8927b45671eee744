//! What is asked of Asaas, and how often.

use mensal_domain::{
    charge::LateTerms,
    payment::{About, Fact},
    rail::Rail,
};
use mensal_rails::{
    gateway::{
        Collected, Collection, Enrollment, Fault, Gateway, Order, RefundOrder, Refunded, Standing,
        asaas::{Settings, connect},
    },
    http::Unusable,
};
use serde_json::{Value, json};

use super::{Far, TODAY, card, credentials, settings};
use crate::contract::{FarSide, Trouble, date, key, money, order, payer};

/// The request that made a charge.
fn asked(far: &Far, rail: Rail, serial: u8) -> Value {
    let own = key(rail, serial).to_string();
    far.server.books().by_own(&own).unwrap().asked.clone()
}

fn posts(far: &Far) -> usize {
    far.server.requests().iter().filter(|one| *one == "POST /v3/payments").count()
}

#[tokio::test]
async fn a_boleto_is_told_its_terms_and_answers_with_its_digits() {
    let far = Far::start().await;
    let registered = far.asaas.register(&order(Rail::Boleto, 1, "BRL")).await.unwrap();
    let told = asked(&far, Rail::Boleto, 1);
    assert_eq!(told["value"], json!(109.9));
    assert_eq!(told["fine"], json!({ "value": 2, "type": "PERCENTAGE" }));
    assert_eq!(told["interest"], json!({ "value": 1 }));
    assert_eq!(told["daysAfterDueDateToRegistrationCancellation"], 30);
    assert_eq!(told["description"], "Fatura 1042-261110");

    let boleto = registered.codes.boleto.unwrap();
    assert_eq!(&boleto.barcode.as_str()[..4], "4619");
    assert!(boleto.line.starts_with("46190.0000"), "{}", boleto.line);
    assert_eq!((boleto.bank.as_str(), boleto.bank_name.as_str()), ("461-8", "Asaas I.P. S.A."));
    assert_eq!(
        (boleto.our_number.as_str(), boleto.beneficiary.as_str()),
        ("6543", "0001/123456-7")
    );
    let id = registered.reference.unwrap();
    assert_eq!(registered.codes.link.unwrap(), format!("https://www.asaas.example/i/{id}"));
    let books = far.server.books();
    let customer = &books.other["cus_000000000001"];
    assert_eq!(customer["cpfCnpj"], "52998224725");
    assert_eq!(customer["externalReference"], "1042");
    assert_eq!(customer["notificationDisabled"], true);
}

#[tokio::test]
async fn a_due_date_that_has_passed_becomes_today_and_no_fine_stays_none() {
    let far = Far::start().await;
    let mut late = order(Rail::Pix, 1, "BRL");
    late.terms.due = date("2026-11-01");
    late.terms.late = LateTerms::default();
    far.asaas.register(&late).await.unwrap();
    let told = asked(&far, Rail::Pix, 1);
    assert_eq!(told["dueDate"], TODAY);
    assert_eq!(told["fine"]["value"], json!(0));
    assert_eq!(told.get("daysAfterDueDateToRegistrationCancellation"), None);
}

#[tokio::test]
async fn what_asaas_cannot_take_is_refused_before_it_is_asked() {
    let far = Far::start().await;
    let boleto = order(Rail::Boleto, 1, "BRL");
    let mut nobody = boleto.clone();
    nobody.payer.customer.tax_id = String::new();
    let foreign = order(Rail::Boleto, 1, "USD");
    for (order, want) in [(nobody, "the customer has no tax number"), (foreign, "amounts in BRL")] {
        let fault = far.asaas.register(&order).await.unwrap_err();
        assert!(matches!(&fault, Fault::Refused(why) if why.contains(want)), "{fault}");
    }
    let card = order(Rail::Card, 1, "BRL");
    let fault = far.asaas.register(&card).await.unwrap_err();
    assert!(matches!(fault, Fault::Unsupported(_)), "{fault}");
    assert_eq!(posts(&far), 0);
}

#[tokio::test]
async fn a_payer_is_told_anew_when_something_has_changed_and_made_once() {
    let far = Far::start().await;
    far.asaas.register(&order(Rail::Pix, 1, "BRL")).await.unwrap();
    far.asaas.register(&order(Rail::Pix, 2, "BRL")).await.unwrap();
    let mut moved = order(Rail::Pix, 3, "BRL");
    moved.payer.customer.name = "Ana Exemplo de Tal".into();
    far.asaas.register(&moved).await.unwrap();
    let requests = far.server.requests();
    let count = |wanted: &str| requests.iter().filter(|one| one.starts_with(wanted)).count();
    assert_eq!((count("POST /v3/customers"), count("PUT /v3/customers/")), (1, 1));
    assert_eq!(far.server.books().other["cus_000000000001"]["name"], "Ana Exemplo de Tal");
}

#[tokio::test]
async fn two_of_one_key_are_taken_back_both_and_paid_by_either() {
    let far = Far::start().await;
    let first = far.asaas.register(&order(Rail::Pix, 1, "BRL")).await.unwrap();
    // Somebody has registered the same at the same moment.
    let twin = |far: &Far, id: &str| {
        let mut books = far.server.books();
        let mut twin = books.by_own(&key(Rail::Pix, 1).to_string()).unwrap().clone();
        twin.reference = id.into();
        books.charges.insert(id.into(), twin);
    };
    twin(&far, "pay_1000000000000000");
    assert_eq!(far.asaas.register(&order(Rail::Pix, 1, "BRL")).await.unwrap(), first);
    assert_eq!(
        far.asaas.cancel(&key(Rail::Pix, 1), first.reference.as_ref()).await.unwrap(),
        Standing::Cancelled
    );
    let open = |far: &Far| {
        let books = far.server.books();
        let open = books.charges.values().filter(|one| one.state == crate::contract::State::Open);
        open.count()
    };
    assert_eq!(open(&far), 0);

    far.asaas.register(&order(Rail::Pix, 1, "BRL")).await.unwrap();
    twin(&far, "pay_2000000000000000");
    let (id, day) = ("pay_2000000000000000", date("2026-11-18"));
    far.server.books().pay(id, id, money("109.90", "BRL"), day);
    assert_eq!(far.asaas.cancel(&key(Rail::Pix, 1), None).await.unwrap(), Standing::Paid);
    assert_eq!(far.asaas.fetch(&key(Rail::Pix, 1), None).await.unwrap(), Standing::Paid);
    assert_eq!(open(&far), 0);
}

#[tokio::test]
async fn a_charge_that_is_not_ours_is_none() {
    let far = Far::start().await;
    let other = far.asaas.register(&order(Rail::Pix, 1, "BRL")).await.unwrap().reference;
    let missing = far.asaas.fetch(&key(Rail::Pix, 2), other.as_ref()).await.unwrap();
    assert_eq!(missing, Standing::Missing);
    let gone = "pay_gone".parse().unwrap();
    assert_eq!(far.asaas.fetch(&key(Rail::Pix, 2), Some(&gone)).await.unwrap(), Standing::Missing);
    assert_eq!(far.asaas.cancel(&key(Rail::Pix, 2), None).await.unwrap(), Standing::Missing);
    for wrong in ["../customers", "pay_1/refund", "pay_1?x=1"] {
        let wrong = wrong.parse().unwrap();
        let fault = far.asaas.fetch(&key(Rail::Pix, 2), Some(&wrong)).await.unwrap_err();
        assert!(matches!(fault, Fault::Refused(_)), "{fault}");
    }
}

fn collection(serial: u8, instalments: u8) -> Collection {
    Collection {
        key: key(Rail::Card, serial),
        method: card("a75a1d98-good", instalments),
        amount: money("100.00", "BRL"),
        due: date(TODAY),
        today: date(TODAY),
        payer: payer(),
    }
}

#[tokio::test]
async fn a_card_whose_answer_was_lost_is_not_charged_again() {
    let far = Far::start().await;
    for (serial, trouble) in (1..).zip([Trouble::LostAnswer, Trouble::Garbage]) {
        far.server.trouble(trouble);
        let fault = far.asaas.collect(&collection(serial, 1)).await.unwrap_err();
        assert!(matches!(fault, Fault::Unknown(_)), "{fault}");
        let collected = far.asaas.collect(&collection(serial, 1)).await.unwrap();
        let Collected::Received(receipt) = collected else { panic!("{collected:?}") };
        assert_eq!((receipt.amount, receipt.rail), (money("100.00", "BRL"), Rail::Card));
        assert_eq!(posts(&far), usize::from(serial));
    }
}

#[tokio::test]
async fn a_card_in_instalments_is_received_part_by_part_and_as_a_whole() {
    let far = Far::start().await;
    let first = far.asaas.collect(&collection(1, 3)).await.unwrap();
    assert!(matches!(&first, Collected::UnderWay(Some(_))), "{first:?}");
    assert_eq!(far.asaas.collect(&collection(1, 3)).await.unwrap(), first);
    let parts: Vec<_> = far.server.books().charges.keys().cloned().collect();
    let mut received = Vec::new();
    for part in &parts {
        let hook = Far::hook("PAYMENT_CONFIRMED", &far.shown(part));
        for notice in far.read(&hook) {
            let Fact::Received(receipt) = notice.fact else { panic!("{notice:?}") };
            assert_eq!(receipt.about, About::Charge(key(Rail::Card, 1)));
            received.push((receipt.money.to_string(), receipt.amount.to_string()));
        }
    }
    received.sort();
    let amounts: Vec<_> = received.iter().map(|(_, amount)| amount.as_str()).collect();
    assert_eq!(amounts, ["33.34 BRL", "33.33 BRL", "33.33 BRL"]);
    received.dedup_by(|a, b| a.0 == b.0);
    assert_eq!(received.len(), 3);

    let fault = far.asaas.collect(&collection(2, 22)).await.unwrap_err();
    assert!(matches!(fault, Fault::Refused(_)), "{fault}");
}

#[tokio::test]
async fn an_isp_without_cards_collects_from_none() {
    let far = Far::start().await;
    let settings = Settings { cards: None, ..settings(&far.server.address) };
    let asaas = connect("asaas".parse().unwrap(), settings, credentials()).unwrap();
    assert!(!asaas.serves(Rail::Card) && asaas.serves(Rail::Boleto));
    let fault = asaas.collect(&collection(1, 1)).await.unwrap_err();
    assert!(matches!(fault, Fault::Unsupported(_)), "{fault}");
}

#[tokio::test]
async fn a_card_is_stored_on_a_page_of_asaas() {
    let far = Far::start().await;
    let enrollment = Enrollment {
        account: "1042".parse().unwrap(),
        method: "m2".parse().unwrap(),
        rail: Rail::Card,
        payer: payer(),
        locale: mensal_domain::locale::Locale::PtBr,
        return_to: "https://portal.isp.example/cards".into(),
        starts_on: date(TODAY),
        limit: None,
    };
    let enrolled = far.asaas.enroll(&enrollment).await.unwrap();
    assert!(enrolled.link.as_ref().unwrap().starts_with("https://www.asaas.example/i/"));
    assert_eq!(far.asaas.enroll(&enrollment).await.unwrap(), enrolled);
    assert_eq!(posts(&far), 1);
    let id = enrolled.reference.unwrap();
    let told = far.server.books().charges[id.as_str()].asked.clone();
    assert_eq!((&told["billingType"], &told["value"]), (&json!("CREDIT_CARD"), &json!(5)));
    assert_eq!(told["callback"], json!({ "successUrl": "https://portal.isp.example/cards" }));

    far.server.books().pay(id.as_str(), id.as_str(), money("5.00", "BRL"), date(TODAY));
    let fault = far.asaas.enroll(&enrollment).await.unwrap_err();
    assert!(matches!(fault, Fault::Conflict(_)), "{fault}");
    let bank_debit = Enrollment { rail: Rail::BankDebit, ..enrollment };
    let fault = far.asaas.enroll(&bank_debit).await.unwrap_err();
    assert!(matches!(fault, Fault::Unsupported(_)), "{fault}");
    assert!(far.asaas.revoke(&card("a75a1d98-new", 1)).await.is_ok());
}

#[tokio::test]
async fn a_refund_whose_answer_was_lost_is_found_by_its_key() {
    let far = Far::start().await;
    let Collected::Received(receipt) = far.asaas.collect(&collection(1, 1)).await.unwrap() else {
        panic!("not received")
    };
    let refund = |rail, key: &str| RefundOrder {
        money: receipt.money.clone(),
        rail,
        account: "1042".parse().unwrap(),
        key: key.parse().unwrap(),
        amount: money("30.00", "BRL"),
    };
    // It asks how the payment stands, and then is not answered.
    far.server.trouble(Trouble::Broken);
    assert!(matches!(far.asaas.refund(&refund(Rail::Card, "r1")).await, Err(Fault::Unknown(_))));
    for key in ["r1", "r1", "r2"] {
        let refunded = far.asaas.refund(&refund(Rail::Card, key)).await.unwrap();
        assert_eq!(refunded, Refunded::Done(key.parse().unwrap()));
    }
    assert_eq!(far.server.books().payments[0].refunds.len(), 2);
    for rail in [Rail::Boleto, Rail::Cash] {
        let fault = far.asaas.refund(&refund(rail, "r3")).await.unwrap_err();
        assert!(matches!(fault, Fault::Unsupported(_)), "{fault}");
    }
}

#[tokio::test]
async fn a_refusal_is_told_by_its_code_and_never_by_its_words() {
    let far = Far::start().await;
    let boleto = order(Rail::Boleto, 1, "BRL");
    far.asaas.register(&boleto).await.unwrap();
    far.pay(&boleto.key, boleto.terms.amount, "2026-11-18");
    let money_id = far.server.books().payments[0].id.clone();
    let order = RefundOrder {
        money: money_id.parse().unwrap(),
        rail: Rail::Pix,
        account: "1042".parse().unwrap(),
        key: "r1".parse().unwrap(),
        amount: money("1.00", "BRL"),
    };
    // It names Ana.
    let fault = far.asaas.refund(&order).await.unwrap_err();
    assert_eq!(fault, Fault::Refused("invalid_value".into()));
    let odd = RefundOrder { money: "pay_1.cash".parse().unwrap(), ..order };
    assert!(matches!(far.asaas.refund(&odd).await, Err(Fault::Refused(_))));
}

#[tokio::test]
async fn amending_keeps_the_payer_and_changes_the_digits() {
    let far = Far::start().await;
    let first = order(Rail::Boleto, 1, "BRL");
    let before = far.asaas.register(&first).await.unwrap();
    let mut terms = first.terms.clone();
    terms.due = date("2026-12-01");
    let after = far.asaas.amend(&Order { terms, ..first }, None).await.unwrap();
    assert_eq!(after.reference, before.reference);
    assert_ne!(after.codes.boleto, before.codes.boleto);
}

#[test]
fn what_is_secret_has_to_be_there_and_is_not_shown() {
    let (key, hook) = (Unusable::Credential("API key"), Unusable::NoWebhookSecret);
    for (credentials, want) in [
        (json!({ "api_key": "", "webhook_secrets": ["t"] }), &key),
        (json!({ "api_key": "$aact_\n", "webhook_secrets": ["t"] }), &key),
        (json!({ "api_key": "$aact_x", "webhook_secrets": [] }), &hook),
        (json!({ "api_key": "$aact_x", "webhook_secrets": ["t", ""] }), &hook),
    ] {
        let credentials = serde_json::from_value(credentials).unwrap();
        let refused = connect("asaas".parse().unwrap(), settings("https://a.example"), credentials);
        assert_eq!(refused.unwrap_err(), *want);
    }
    assert_eq!(format!("{:?}", credentials()), "Credentials(…)");
    let secret = |credentials: Value| {
        json!({ "kind": "asaas", "settings": {}, "credentials": credentials }).to_string()
    };
    let connected = |secret: &str| mensal_rails::gateway::connect("a".parse().unwrap(), secret);
    let right = secret(json!({ "api_key": "$aact_x", "webhook_secrets": ["t"] }));
    assert!(connected(&right).unwrap().serves(Rail::Pix));
    let unknown = secret(json!({ "api_key": "$aact_x", "webhook_secret": "t" }));
    assert!(connected(&unknown).unwrap_err().to_string().contains("webhook_secret"));
    let usual: Settings = serde_json::from_value(json!({})).unwrap();
    assert_eq!(usual.host, "https://api.asaas.com");
}
