//! What every gateway must do, whatever it is called: one suite, run against each through its own
//! wire format, with a far side that keeps books of its own and misbehaves as networks do.
#![allow(clippy::unwrap_used, dead_code, unused_imports)] // each test program uses a part of it

mod books;
mod given;
mod server;
mod suite;

pub use books::{Books, Entry, Paid, State};
pub use given::{date, key, money, order, payer};
pub use server::{Reply, Server, Trouble, Wire};
pub use suite::{collecting, offering, refunding, telling, troubled};

use async_trait::async_trait;
use mensal_domain::{
    charge::ChargeKey, method::PaymentMethod, money::Money, payment::Advice, rail::Rail,
    reference::Reference,
};
use mensal_rails::gateway::{Gateway, WebhookRequest};

/// A webhook as the far side sends it.
#[derive(Clone, Debug)]
pub struct Hook {
    pub headers: Vec<(String, String)>,
    pub query: String,
    pub tail: String,
    pub body: Vec<u8>,
}

impl Hook {
    /// Hands it over as it would arrive.
    pub fn with<T>(&self, look: impl FnOnce(&WebhookRequest<'_>) -> T) -> T {
        let headers: Vec<_> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        look(&WebhookRequest {
            headers: &headers,
            query: &self.query,
            tail: &self.tail,
            body: &self.body,
        })
    }
}

/// A gateway under test, and the other end of its wire.
#[async_trait]
pub trait FarSide: Send + Sync {
    /// The gateway, connected with this far side.
    fn gateway(&self) -> &dyn Gateway;
    /// What the far side has on its books, and how it misbehaves.
    fn server(&self) -> &Server;
    /// The rails whose charges payers pay.
    fn offered(&self) -> Vec<Rail>;
    /// The currency.
    fn currency(&self) -> &'static str;
    /// Somebody pays a charge on a day: the webhooks that the far side sends.
    fn pay(&self, key: &ChargeKey, amount: Money, on: &str) -> Vec<Hook>;
    /// The webhooks that the far side sends about a refund that it has carried out.
    fn refunded(&self, money: &Reference) -> Vec<Hook>;
    /// A stored method that collections go through with; none if it does not collect on the rail.
    fn method(&self, rail: Rail) -> Option<PaymentMethod>;
    /// Stored methods that are declined, with the advice that is expected.
    fn declined(&self) -> Vec<(PaymentMethod, Advice)>;
    /// A webhook that is about nothing of ours, and is rightly signed.
    fn irrelevant(&self) -> Hook;
    /// The same body rightly signed: to see what is made of bodies that are wrong.
    fn signed(&self, body: &[u8]) -> Hook;
    /// A webhook of another tenant: right but for the secret.
    fn of_another_tenant(&self, hook: &Hook) -> Hook;
    /// What must never be shown: every secret in the configuration.
    fn secrets(&self) -> Vec<String>;
}
