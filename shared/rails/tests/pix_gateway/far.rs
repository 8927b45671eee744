//! The gateway, connected with a bank.

use std::sync::Mutex;

use mensal_domain::{
    charge::ChargeKey,
    method::{MethodState, PaymentMethod},
    money::Money,
    payment::Advice,
    rail::Rail,
    reference::Reference,
};
use mensal_rails::{
    gateway::{
        Gateway,
        pix::{Credentials, Pix, Settings, connect},
    },
    pix::Txid,
};
use serde_json::{Value, json};

use crate::{
    bank::{APPROVED, Bank, CLIENT, KEY, SECRET, Style, money},
    contract::{FarSide, Hook, Server, date},
};

pub const TOKENS: [&str; 2] = ["token-of-webhooks-before", "token-of-webhooks-now"];

/// A bank of a style, and the gateway at this end.
pub struct Far {
    pub pix: Pix,
    pub server: Server,
    count: Mutex<u32>,
}

impl Far {
    pub async fn new(style: Style) -> Self {
        let server = Server::start(Bank(style)).await;
        let host = server.address.clone();
        Self::through(style, server, &host, "/v2")
    }

    /// With something between the gateway and the bank, which gives out the tokens itself.
    pub fn through(style: Style, server: Server, host: &str, base_path: &str) -> Self {
        let mut settings = json!({
            "host": host,
            "base_path": base_path,
            "sign_in_host": server.address,
            "key": KEY,
            "merchant_name": "Provedor Exemplo",
            "merchant_city": "Curitiba",
            "automatic": { "account": "0012682", "branch": "9708", "subject": "Internet" },
        });
        if style == Style::Document {
            settings["sign_in"] = "form".into();
            settings["scope"] = "cob.write cobv.write".into();
        }
        let settings: Settings = serde_json::from_value(settings).unwrap();
        let credentials = json!({
            "client_id": CLIENT, "client_secret": SECRET, "webhook_tokens": TOKENS,
        });
        let credentials: Credentials = serde_json::from_value(credentials).unwrap();
        let pix = connect("banco".parse().unwrap(), settings, credentials).unwrap();
        Self { pix, server, count: Mutex::new(0) }
    }

    /// The bank lives on another day.
    pub fn on(&self, day: &str) {
        self.server.books().other.insert("today".into(), day.into());
    }

    /// Webhooks of a body that is written out.
    pub fn hook(&self, body: &Value) -> Hook {
        self.signed(body.to_string().as_bytes())
    }

    /// Money that comes for whatever is called so.
    pub fn paid(&self, txid: &str, amount: Money, on: &str) -> String {
        let mut count = self.count.lock().unwrap();
        *count += 1;
        let id = format!("E12345678{}0130{:011}", on.replace('-', ""), *count);
        self.server.books().pay(txid, &id, amount, date(on));
        id
    }
}

/// A method whose recurrence is called so.
pub fn method(token: &str) -> PaymentMethod {
    PaymentMethod {
        id: "pix".parse().unwrap(),
        rail: Rail::PixAutomatico,
        gateway: "banco".parse().unwrap(),
        state: MethodState::Active,
        token: Some(token.parse().unwrap()),
        label: "Pix Automático".into(),
        expires: None,
        limit: None,
        instalments: 1,
        since: date("2026-10-01"),
        warned: false,
    }
}

impl FarSide for Far {
    fn gateway(&self) -> &dyn Gateway {
        &self.pix
    }

    fn server(&self) -> &Server {
        &self.server
    }

    fn offered(&self) -> Vec<Rail> {
        vec![Rail::Pix]
    }

    fn currency(&self) -> &'static str {
        "BRL"
    }

    fn pay(&self, key: &ChargeKey, amount: Money, on: &str) -> Vec<Hook> {
        let id = self.paid(Txid::of(key).as_str(), amount, on);
        let body = {
            let books = self.server.books();
            let paid = books.payments.iter().find(|paid| paid.id == id).unwrap();
            json!({ "pix": [money::shown(&books, paid)] })
        };
        vec![self.hook(&body)]
    }

    fn refunded(&self, money_id: &Reference) -> Vec<Hook> {
        let body = {
            let mut books = self.server.books();
            let paid =
                books.payments.iter().find(|paid| paid.id == money_id.as_str()).unwrap().clone();
            for id in paid.refunds.keys() {
                books.other.insert(format!("refund:{id}"), "DEVOLVIDO".into());
            }
            json!({ "pix": [money::shown(&books, &paid)] })
        };
        vec![self.hook(&body)]
    }

    fn method(&self, rail: Rail) -> Option<PaymentMethod> {
        (rail == Rail::PixAutomatico).then(|| method(APPROVED))
    }

    /// A bank takes any collection; that the payer's says no, it tells later.
    fn declined(&self) -> Vec<(PaymentMethod, Advice)> {
        Vec::new()
    }

    fn irrelevant(&self) -> Hook {
        self.hook(&json!({ "evento": "teste_webhook", "data_criacao": "2026-11-10T12:00:00Z" }))
    }

    fn signed(&self, body: &[u8]) -> Hook {
        Hook {
            headers: vec![("content-type".into(), "application/json".into())],
            query: format!("hmac={}&ignorar=/pix", TOKENS[1]),
            tail: String::new(),
            body: body.to_vec(),
        }
    }

    fn of_another_tenant(&self, hook: &Hook) -> Hook {
        Hook { query: "hmac=token-of-another-isp&ignorar=/pix".into(), ..hook.clone() }
    }

    fn secrets(&self) -> Vec<String> {
        [CLIENT, SECRET, TOKENS[0], TOKENS[1], "token-of-an-hour"].map(str::to_owned).to_vec()
    }
}
