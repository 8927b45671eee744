//! Asaas under test, and its far side.

mod orders;
mod payments;
mod telling;
mod wire;

pub use payments::number;
pub use wire::TODAY;

use async_trait::async_trait;
use jiff::Timestamp;
use mensal_domain::{
    charge::ChargeKey,
    method::PaymentMethod,
    money::Money,
    payment::{Advice, Notice},
    rail::Rail,
    reference::Reference,
};
use mensal_rails::gateway::{
    Gateway,
    asaas::{Asaas, Credentials, Settings, connect},
};
use serde_json::{Value, json};

use self::wire::{AsaasWire, KEY};
use crate::contract::{FarSide, Hook, Server, date};

const TOKEN: &str = "whsec-of-this-isp-0123456789abcdef";

/// What is secret.
pub fn credentials() -> Credentials {
    let tokens = ["whsec-that-is-going", TOKEN];
    serde_json::from_value(json!({ "api_key": KEY, "webhook_secrets": tokens })).unwrap()
}

/// What is not. Cards are agreed upon.
pub fn settings(host: &str) -> Settings {
    let cards = json!({ "remote_ip": "203.0.113.10" });
    let settings = json!({ "host": host, "beneficiary": "0001/123456-7", "cards": cards });
    serde_json::from_value(settings).unwrap()
}

/// Asaas and its far side.
pub struct Far {
    pub server: Server,
    pub asaas: Asaas,
}

impl Far {
    pub async fn start() -> Self {
        let server = Server::start(AsaasWire).await;
        let code = "asaas".parse().unwrap();
        let asaas = connect(code, settings(&server.address), credentials()).unwrap();
        Self { server, asaas }
    }

    /// A payment as the far side shows it now.
    pub fn shown(&self, reference: &str) -> Value {
        let books = self.server.books();
        payments::shown(&books, &books.charges[reference])
    }

    /// What a webhook says, once it is verified.
    pub fn read(&self, hook: &Hook) -> Vec<Notice> {
        hook.with(|request| {
            let verified = self.asaas.verify(request, Timestamp::now()).unwrap();
            self.asaas.read(verified).unwrap()
        })
    }

    /// A webhook about a payment that the far side has made itself up.
    pub fn hook(event: &str, payment: &Value) -> Hook {
        let body = json!({
            "id": "evt_05b708f961d739ea7eba7e4db318f621&368604920",
            "event": event,
            "dateCreated": "2026-11-18 16:45:03",
            "payment": payment,
        });
        signed(body.to_string().as_bytes(), TOKEN)
    }
}

fn signed(body: &[u8], token: &str) -> Hook {
    Hook {
        headers: vec![("asaas-access-token".into(), token.into())],
        query: String::new(),
        tail: String::new(),
        body: body.into(),
    }
}

/// A card of account 1042.
pub fn card(token: &str, instalments: u8) -> PaymentMethod {
    let method = json!({
        "id": "m1",
        "rail": "card",
        "gw": "asaas",
        "state": "active",
        "token": token,
        "label": "VISA •••• 8829",
        "parts": instalments,
        "since": TODAY,
    });
    serde_json::from_value(method).unwrap()
}

#[async_trait]
impl FarSide for Far {
    fn gateway(&self) -> &dyn Gateway {
        &self.asaas
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
        let id = books.by_own(&key.to_string()).unwrap().reference.clone();
        books.pay(&id, &id, amount, date(on));
        drop(books);
        let event = if key.rail == Rail::Pix { "PAYMENT_RECEIVED" } else { "PAYMENT_CONFIRMED" };
        vec![Self::hook(event, &self.shown(&id))]
    }

    fn refunded(&self, money: &Reference) -> Vec<Hook> {
        let partly = Self::hook("PAYMENT_PARTIALLY_REFUNDED", &self.shown(money.as_str()));
        self.server.books().other.insert("refunds are done".into(), true.into());
        let wholly = Self::hook("PAYMENT_REFUNDED", &self.shown(money.as_str()));
        vec![partly, wholly.clone(), wholly]
    }

    fn method(&self, rail: Rail) -> Option<PaymentMethod> {
        (rail == Rail::Card).then(|| card("a75a1d98-good", 1))
    }

    fn declined(&self) -> Vec<(PaymentMethod, Advice)> {
        vec![
            (card("a75a1d98-general", 1), Advice::RetryLater),
            (card("a75a1d98-expired", 1), Advice::AskCustomer),
            (card("a75a1d98-stolen", 1), Advice::NeverAgain),
            (card("a75a1d98-gone", 1), Advice::NeverAgain),
        ]
    }

    fn irrelevant(&self) -> Hook {
        let transfer = json!({ "id": "1ba54c62", "value": 0.02, "status": "DONE" });
        let body = json!({ "id": "evt_1", "event": "TRANSFER_DONE", "transfer": transfer });
        self.signed(body.to_string().as_bytes())
    }

    fn signed(&self, body: &[u8]) -> Hook {
        signed(body, TOKEN)
    }

    fn of_another_tenant(&self, hook: &Hook) -> Hook {
        signed(&hook.body, "whsec-of-another-isp")
    }

    fn secrets(&self) -> Vec<String> {
        vec![KEY.into(), TOKEN.into(), "whsec-that-is-going".into()]
    }
}
