//! Stripe's gateway against a peer that others wrote: a customer, cards, payments, refunds and the
//! webhooks that tell of them.
//!
//! localstripe knows no pages, no bank debits of the United States, and no keys of orders: that a
//! payment is not made twice is due to its being looked up.
#![allow(clippy::unwrap_used, unreachable_pub)] // its modules are of this program alone

#[path = "localstripe/listener.rs"]
mod listener;
#[path = "localstripe/peer.rs"]
mod peer;

use jiff::{Timestamp, civil::Date};
use listener::{Heard, Listener};
use mensal_domain::{
    account::{Address, Customer},
    charge::Payer,
    method::{MethodState, PaymentMethod},
    payment::{About, Advice, Fact, MethodChange, Notice},
    rail::Rail,
};
use mensal_rails::{
    gateway::{
        Collected, Collection, Fault, Gateway, RefundOrder, Refunded, WebhookRequest,
        stripe::{Stripe, connect},
    },
    http::Http,
};
use peer::Peer;
use reqwest::Method;
use serde_json::{Value, json};

const KEY: &str = "sk_test_localstripe";
const WEBHOOK: &str = "whsec_localstripe";

#[tokio::test]
async fn cards_are_collected_from_declined_and_paid_back() {
    let Some(peer) = Peer::start().unwrap() else { return };
    let mut webhooks = Listener::start().await;
    let stripe = connected(&peer);
    let books = Books { http: Http::new(&peer.address, None, None).unwrap() };
    books.send_webhooks_to(&webhooks.url).await;
    let customer = books.customer().await;
    let visa = books.card(&customer, "pm_card_visa").await;
    let failing = books.card(&customer, "pm_card_chargeCustomerFail").await;

    let order = collection(1, &visa);
    let collected = stripe.collect(&order).await.unwrap();
    assert_eq!(stripe.collect(&order).await.unwrap(), collected, "given twice");
    let Collected::Received(receipt) = collected else { panic!("{collected:?}") };
    assert_eq!(receipt.amount, "109.90 USD".parse().unwrap());
    assert_eq!(receipt.about, About::Charge(order.key.clone()));
    assert_eq!(books.list("v1/payment_intents").await.len(), 1, "collected twice");
    let told = read(&stripe, &webhooks.next().await);
    assert_eq!(told, [Fact::Received(receipt.clone())], "the webhook tells otherwise");

    for _ in 0..2 {
        let fault = stripe.collect(&collection(2, &failing)).await.unwrap_err();
        let Fault::Declined(decline) = fault else { panic!("{fault}") };
        assert_eq!((&*decline.code, decline.advice), ("card_declined", Advice::RetryLater));
    }
    assert_eq!(books.list("v1/payment_intents").await.len(), 2, "tried twice");
    let told = read(&stripe, &webhooks.next().await);
    let [Fact::NotCollected(failed)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(failed.about, About::Charge(collection(2, &failing).key));
    assert_eq!((&*failed.code, failed.advice), ("card_declined", Advice::RetryLater));

    let refund = RefundOrder {
        money: receipt.money,
        rail: Rail::Card,
        account: "1042".parse().unwrap(),
        key: "r1".parse().unwrap(),
        amount: "9.90 USD".parse().unwrap(),
    };
    let refunded = stripe.refund(&refund).await.unwrap();
    assert!(matches!(refunded, Refunded::Done(_)), "{refunded:?}");
    assert_eq!(stripe.refund(&refund).await.unwrap(), refunded, "given twice");
    let refunds = books.list("v1/refunds").await;
    assert_eq!(refunds.len(), 1, "given back twice");
    assert_eq!((&refunds[0]["amount"], &refunds[0]["currency"]), (&json!(990), &json!("usd")));

    let token = visa.parse().unwrap();
    let MethodChange::Active { label, expires, .. } = stripe.describe(&token).await.unwrap() else {
        panic!("it is active")
    };
    assert_eq!((&*label, expires), ("Visa •••• 4242", "2030-12".parse().ok()));
    for _ in 0..2 {
        stripe.revoke(&order.method).await.unwrap();
    }
    assert_eq!(stripe.describe(&token).await.unwrap(), MethodChange::Revoked);
}

fn connected(peer: &Peer) -> Stripe {
    let settings = json!({
        "host": peer.address,
        "live": false,
        "time_zone": "America/New_York",
        "return_to": "https://conta.provedor.example/faturas",
    });
    let credentials = json!({"secret_key": KEY, "webhook_secrets": [WEBHOOK]});
    let settings = serde_json::from_value(settings).unwrap();
    connect("stripe".parse().unwrap(), settings, serde_json::from_value(credentials).unwrap())
        .unwrap()
}

/// What a webhook says, once it is verified.
fn read(stripe: &Stripe, (headers, body): &Heard) -> Vec<Fact> {
    let headers: Vec<_> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let request = WebhookRequest { headers: &headers, query: "", tail: "", body };
    let notices = stripe.read(stripe.verify(&request, Timestamp::now()).unwrap()).unwrap();
    notices.into_iter().map(|Notice { fact, .. }| fact).collect()
}

fn collection(serial: u8, token: &str) -> Collection {
    let day: Date = "2026-11-20".parse().unwrap();
    let customer =
        Customer { name: "Ana Exemplo".into(), tax_id: String::new(), address: Address::default() };
    Collection {
        key: format!("1042/2026-11-10-cycle/card/{serial}").parse().unwrap(),
        method: PaymentMethod {
            id: "m1".parse().unwrap(),
            rail: Rail::Card,
            gateway: "stripe".parse().unwrap(),
            state: MethodState::Active,
            token: Some(token.parse().unwrap()),
            label: String::new(),
            expires: None,
            limit: None,
            instalments: 1,
            since: day,
            warned: false,
        },
        amount: "109.90 USD".parse().unwrap(),
        due: day,
        today: day,
        payer: Payer {
            customer,
            email: "ana@correio.example".into(),
            region: None,
            invoice_number: "1042-261110".into(),
        },
    }
}

/// What a payer does at Stripe, and what Stripe has of it.
struct Books {
    http: Http,
}

impl Books {
    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let form: Vec<_> = form.iter().map(own).collect();
        let answer = self.http.request(Method::POST, path).bearer(KEY).form(&form).send().await;
        let answer = answer.unwrap();
        assert!(answer.status.is_success(), "{path}: {}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap_or_default()
    }

    async fn get(&self, path: &str) -> Value {
        self.http.request(Method::GET, path).bearer(KEY).send().await.unwrap().json().unwrap()
    }

    async fn send_webhooks_to(&self, url: &str) {
        let form = [
            ("url", url),
            ("secret", WEBHOOK),
            ("events[]", "payment_intent.succeeded"),
            ("events[]", "payment_intent.payment_failed"),
        ];
        self.post("_config/webhooks/mensal", &form).await;
    }

    async fn customer(&self) -> String {
        let customer = self.post("v1/customers", &[("name", "Ana Exemplo")]).await;
        customer["id"].as_str().unwrap().to_owned()
    }

    /// Stores a card that stands for a kind of card, as Stripe makes them for tests.
    async fn card(&self, customer: &str, kind: &str) -> String {
        let card = self.get(&format!("v1/payment_methods/{kind}")).await;
        let id = card["id"].as_str().unwrap();
        let attach = format!("v1/payment_methods/{id}/attach");
        self.post(&attach, &[("customer", customer)]).await;
        id.to_owned()
    }

    async fn list(&self, path: &str) -> Vec<Value> {
        self.get(path).await["data"].as_array().unwrap().clone()
    }
}
