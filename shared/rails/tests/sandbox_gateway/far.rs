//! The gateway under test, connected with the other end of its wire.

use async_trait::async_trait;
use jiff::Timestamp;
use mensal_domain::{
    charge::ChargeKey,
    method::{MethodState, PaymentMethod},
    money::Money,
    payment::{Advice, Notice},
    rail::Rail,
    reference::Reference,
};
use mensal_rails::gateway::{
    Gateway, Unreadable,
    sandbox::{Credentials, SIGNATURE, Sandbox, Settings, connect},
};
use ring::hmac;
use serde_json::{Value, json};

use crate::{
    contract::{FarSide, Hook, Server, date},
    wire::{self, KEY, SandboxBank},
};

pub const SECRET: &str = "s3cret-of-webhooks";
pub const OLD_SECRET: &str = "s3cret-before";

/// The gateway and its far side.
pub struct Far {
    pub gateway: Sandbox,
    pub server: Server,
}

pub fn credentials(key: &str) -> Credentials {
    serde_json::from_value(json!({ "key": key, "webhook_secrets": [OLD_SECRET, SECRET] })).unwrap()
}

pub fn settings(address: &str) -> Settings {
    serde_json::from_value(json!({ "address": address })).unwrap()
}

pub async fn far() -> Far {
    let server = Server::start(SandboxBank).await;
    let gateway = connect("banco".parse().unwrap(), settings(&server.address), credentials(KEY));
    Far { gateway: gateway.unwrap(), server }
}

/// A stored method.
pub fn method(rail: Rail, token: &str) -> PaymentMethod {
    PaymentMethod {
        id: "m1".parse().unwrap(),
        rail,
        gateway: "banco".parse().unwrap(),
        state: MethodState::Active,
        token: token.parse().ok(),
        label: "Visa •••• 4242".into(),
        expires: None,
        limit: None,
        instalments: 1,
        since: date("2026-11-01"),
        warned: false,
    }
}

/// A webhook signed by a secret.
pub fn signed_by(secret: &str, body: &[u8]) -> Hook {
    let seconds = Timestamp::now().as_second();
    let message = [seconds.to_string().as_bytes(), b".", body].concat();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), &message);
    let signature = format!("t={seconds},v1={}", hex::encode(tag));
    Hook {
        headers: vec![(SIGNATURE.to_owned(), signature)],
        query: String::new(),
        tail: String::new(),
        body: body.to_vec(),
    }
}

/// A webhook of a fact, as the bank sends it.
pub fn hook(fact: &Value) -> Hook {
    signed_by(SECRET, json!({ "facts": [fact] }).to_string().as_bytes())
}

impl Far {
    /// What a webhook says, once it is verified.
    pub fn read(&self, hook: &Hook) -> Result<Vec<Notice>, Unreadable> {
        hook.with(|request| {
            self.gateway.read(self.gateway.verify(request, Timestamp::now()).unwrap())
        })
    }

    /// The payer's bank decides on a collection that was under way.
    pub fn decide(&self, key: &ChargeKey) -> Hook {
        hook(&wire::decide(&mut self.server.books(), &key.to_string()))
    }
}

#[async_trait]
impl FarSide for Far {
    fn gateway(&self) -> &dyn Gateway {
        &self.gateway
    }
    fn server(&self) -> &Server {
        &self.server
    }
    fn offered(&self) -> Vec<Rail> {
        vec![Rail::Boleto, Rail::Pix]
    }
    fn currency(&self) -> &'static str {
        "BRL"
    }
    fn pay(&self, key: &ChargeKey, amount: Money, on: &str) -> Vec<Hook> {
        let mut books = self.server.books();
        let entry = books.by_own(&key.to_string()).unwrap().clone();
        let paid = books.pay(&entry.reference, &format!("E{}", entry.reference), amount, date(on));
        vec![hook(&wire::received(&entry, &paid))]
    }
    fn refunded(&self, money: &Reference) -> Vec<Hook> {
        let books = self.server.books();
        let paid = books.payments.iter().find(|paid| paid.id == money.as_str()).unwrap();
        wire::returned(&books.charges[&paid.reference], paid).iter().map(hook).collect()
    }
    fn method(&self, rail: Rail) -> Option<PaymentMethod> {
        rail.is_collected().then(|| method(rail, "tok-good"))
    }
    fn declined(&self) -> Vec<(PaymentMethod, Advice)> {
        [
            ("tok-stolen", Advice::NeverAgain),
            ("tok-expired", Advice::AskCustomer),
            ("tok-broke", Advice::RetryLater),
        ]
        .map(|(token, advice)| (method(Rail::Card, token), advice))
        .to_vec()
    }
    fn irrelevant(&self) -> Hook {
        self.signed(br#"{"facts":[]}"#)
    }
    fn signed(&self, body: &[u8]) -> Hook {
        signed_by(SECRET, body)
    }
    fn of_another_tenant(&self, hook: &Hook) -> Hook {
        signed_by("s3cret-of-another", &hook.body)
    }
    fn secrets(&self) -> Vec<String> {
        [KEY, SECRET, OLD_SECRET].map(str::to_owned).to_vec()
    }
}
