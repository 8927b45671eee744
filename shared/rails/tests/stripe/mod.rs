//! The far side: Stripe's API on loopback, its webhooks, and a payer.

mod api;
mod hearing;
pub mod objects;
mod orders;
mod wire;

pub use api::{follow, happened};
pub use wire::{KEY, VERSION, forget_keys};

use std::fmt::Write as _;

use async_trait::async_trait;
use jiff::Timestamp;
use mensal_domain::{
    charge::ChargeKey,
    method::{MethodState, PaymentMethod},
    money::Money,
    payment::Advice,
    rail::Rail,
    reference::Reference,
};
use mensal_rails::gateway::{
    Gateway,
    stripe::{Credentials, Settings, Stripe, connect},
};
use ring::hmac;
use serde_json::{Value, json};

use crate::contract::{FarSide, Hook, Server, State, date};

/// The secrets of the webhook, while the second takes the place of the first.
pub const WEBHOOK: [&str; 2] = ["whsec_first_8f2c", "whsec_second_91bd"];

/// Stripe with a payer's methods on its books.
pub struct StripeSide {
    server: Server,
    pub stripe: Stripe,
}

/// Methods that are there from the beginning, all of customer `cus_ana`.
const CARDS: [&str; 7] = [
    "pm_card_visa",
    "pm_card_chargeDeclinedInsufficientFunds",
    "pm_card_chargeDeclinedExpiredCard",
    "pm_card_chargeDeclinedStolenCard",
    "pm_card_adviceDoNotTryAgain",
    "pm_card_adviceConfirmCardData",
    "pm_card_authenticationRequired",
];
const BANK_ACCOUNTS: [&str; 2] = ["pm_usBankAccount", "pm_usBankAccount_mandateInvalid"];

/// Settings of an ISP in New York, in test mode.
pub fn settings(host: &str) -> Settings {
    let settings = json!({
        "host": host,
        "live": false,
        "time_zone": "America/New_York",
        "return_to": "https://conta.provedor.example/faturas",
    });
    serde_json::from_value(settings).unwrap()
}

pub fn credentials() -> Credentials {
    let credentials = json!({ "secret_key": KEY, "webhook_secrets": WEBHOOK });
    serde_json::from_value(credentials).unwrap()
}

impl StripeSide {
    pub async fn start() -> Self {
        let server = Server::start(wire::StripeApi).await;
        let code = "stripe".parse().unwrap();
        let stripe = connect(code, settings(&server.address), credentials()).unwrap();
        let customer = Some("cus_ana");
        let cards = CARDS.map(|id| (id.into(), objects::card(id, customer)));
        let accounts = BANK_ACCOUNTS.map(|id| (id.into(), objects::bank_account(id, customer)));
        server.books().other.extend(cards.into_iter().chain(accounts));
        Self { server, stripe }
    }

    /// A webhook of an event.
    pub fn hook(&self, event: &Value) -> Hook {
        // As Stripe sends it: over several lines.
        self.signed(serde_json::to_string_pretty(event).unwrap().as_bytes())
    }
}

/// A stored method of the payer's.
pub fn method(rail: Rail, token: &str) -> PaymentMethod {
    PaymentMethod {
        id: "m1".parse().unwrap(),
        rail,
        gateway: "stripe".parse().unwrap(),
        state: MethodState::Active,
        token: Some(token.parse().unwrap()),
        label: "Visa •••• 4242".into(),
        expires: None,
        limit: None,
        instalments: 1,
        since: date("2026-01-10"),
        warned: false,
    }
}

/// Signs a body as Stripe does, at a time in seconds of 1970.
pub fn sign(body: &[u8], secret: &str, at: i64) -> Hook {
    let message = [at.to_string().as_bytes(), b".", body].concat();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), &message);
    let mut header = format!("t={at},v1=");
    for byte in tag.as_ref() {
        write!(header, "{byte:02x}").unwrap();
    }
    let headers = vec![
        ("content-type".into(), "application/json; charset=utf-8".into()),
        ("stripe-signature".into(), header),
    ];
    Hook { headers, query: String::new(), tail: String::new(), body: body.to_vec() }
}

#[async_trait]
impl FarSide for StripeSide {
    fn gateway(&self) -> &dyn Gateway {
        &self.stripe
    }

    fn server(&self) -> &Server {
        &self.server
    }

    fn offered(&self) -> Vec<Rail> {
        vec![Rail::Card]
    }

    fn currency(&self) -> &'static str {
        "USD"
    }

    fn pay(&self, key: &ChargeKey, amount: Money, on: &str) -> Vec<Hook> {
        let at: Timestamp = format!("{on}T12:00:00Z").parse().unwrap();
        let at = at.as_second();
        let mut books = self.server.books();
        let entry = books.by_own(&key.to_string()).unwrap().clone();
        assert_eq!(entry.state, State::Open);
        let id = format!("pi_of_{}", entry.reference);
        books.pay(&entry.reference, &id, amount, date(on));
        let mut intent = objects::intent(&id, 10_990, "usd", "succeeded", &entry.asked);
        intent["created"] = json!(at);
        let page = follow(&mut books, &entry.reference);
        let link = books.other.get_mut(&entry.reference).unwrap();
        link["active"] = json!(false);
        link["restrictions"]["completed_sessions"]["count"] = json!(1);
        let session = books.other.get_mut(&page).unwrap();
        session["status"] = json!("complete");
        session["payment_status"] = json!("paid");
        session["payment_intent"] = json!(id);
        session["url"] = Value::Null;
        let session = session.clone();
        books.other.insert(id, intent.clone());
        let events =
            [("payment_intent.succeeded", intent), ("checkout.session.completed", session)];
        let events = events.map(|(kind, object)| happened(&mut books, kind, at + 1, &object));
        events.iter().map(|event| self.hook(event)).collect()
    }

    fn refunded(&self, money: &Reference) -> Vec<Hook> {
        let books = self.server.books();
        let events = books.other["events"].as_array().unwrap();
        let of_money = |event: &&Value| {
            event["type"] == "refund.created"
                && event["data"]["object"]["payment_intent"] == money.as_str()
        };
        events.iter().filter(of_money).map(|event| self.hook(event)).collect()
    }

    fn method(&self, rail: Rail) -> Option<PaymentMethod> {
        match rail {
            Rail::Card => Some(method(rail, "pm_card_visa")),
            Rail::BankDebit => Some(method(rail, "pm_usBankAccount")),
            _ => None,
        }
    }

    fn declined(&self) -> Vec<(PaymentMethod, Advice)> {
        let cards = [
            ("pm_card_chargeDeclinedInsufficientFunds", Advice::RetryLater),
            ("pm_card_chargeDeclinedExpiredCard", Advice::AskCustomer),
            ("pm_card_chargeDeclinedStolenCard", Advice::NeverAgain),
            ("pm_card_adviceDoNotTryAgain", Advice::NeverAgain),
            ("pm_card_adviceConfirmCardData", Advice::AskCustomer),
            ("pm_card_authenticationRequired", Advice::AskCustomer),
        ];
        let cards = cards.map(|(token, advice)| (method(Rail::Card, token), advice));
        let withdrawn = method(Rail::BankDebit, "pm_usBankAccount_mandateInvalid");
        cards.into_iter().chain([(withdrawn, Advice::AskCustomer)]).collect()
    }

    fn irrelevant(&self) -> Hook {
        let customer = objects::customer("cus_ana");
        self.hook(&objects::event("evt_1", "customer.created", objects::ORDERED, &customer))
    }

    fn signed(&self, body: &[u8]) -> Hook {
        sign(body, WEBHOOK[1], Timestamp::now().as_second())
    }

    fn of_another_tenant(&self, hook: &Hook) -> Hook {
        sign(&hook.body, "whsec_of_another", Timestamp::now().as_second())
    }

    fn secrets(&self) -> Vec<String> {
        [KEY, WEBHOOK[0], WEBHOOK[1]].map(str::to_owned).to_vec()
    }
}
