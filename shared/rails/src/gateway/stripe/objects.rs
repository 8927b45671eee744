//! Stripe's objects, as far as they are read: the fields are those of version 2026-06-24.dahlia of
//! its API reference, and older versions have them alike. What else is in them is passed over.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::decline::Reason;

/// What we note on Stripe's objects, and read back from them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    /// The charge that it is for.
    #[serde(rename = "mensal_charge")]
    pub(super) charge: Option<String>,
    /// Whether the payer or we have started it: `page` or `collection`.
    #[serde(rename = "mensal_purpose")]
    pub(super) purpose: Option<String>,
    /// Whose.
    #[serde(rename = "mensal_account")]
    pub(super) account: Option<String>,
    /// Our id of a method.
    #[serde(rename = "mensal_method")]
    pub(super) method: Option<String>,
    /// The rail of a method.
    #[serde(rename = "mensal_rail")]
    pub(super) rail: Option<String>,
    /// The key of a refund.
    #[serde(rename = "mensal_refund")]
    pub(super) refund: Option<String>,
}

/// Metadata that an object may lack.
fn noted<'de, D: Deserializer<'de>>(from: D) -> Result<Metadata, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    pub(super) has_more: bool,
}

/// Something with an id, and nothing else that is looked at.
#[derive(Debug, Deserialize)]
pub(super) struct Named {
    pub(super) id: String,
}

/// A payment being made.
#[derive(Debug, Deserialize)]
pub(super) struct PaymentIntent {
    pub(super) id: String,
    pub(super) amount: i64,
    /// What of it came in; not told before something did.
    pub(super) amount_received: Option<i64>,
    pub(super) currency: String,
    /// When it was ordered, in seconds of 1970.
    pub(super) created: i64,
    pub(super) status: String,
    #[serde(default)]
    pub(super) payment_method_types: Vec<String>,
    pub(super) last_payment_error: Option<Reason>,
    pub(super) cancellation_reason: Option<String>,
    #[serde(default, deserialize_with = "noted")]
    pub(super) metadata: Metadata,
}

/// A link that opens a page on which something is paid.
#[derive(Debug, Deserialize)]
pub(super) struct PaymentLink {
    pub(super) id: String,
    /// Whether it opens pages.
    pub(super) active: bool,
    pub(super) url: String,
    /// What is paid for; told when it is asked for.
    pub(super) line_items: Option<List<LineItem>>,
    #[serde(default, deserialize_with = "noted")]
    pub(super) metadata: Metadata,
}

/// Something that is paid for.
#[derive(Debug, Deserialize)]
pub(super) struct LineItem {
    pub(super) amount_total: i64,
    pub(super) currency: String,
}

/// A page on which something is paid, or a method stored.
#[derive(Debug, Deserialize)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) payment_status: String,
    pub(super) url: Option<String>,
}

/// Money being given back.
#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) created: i64,
    pub(super) payment_intent: Option<String>,
    pub(super) status: Option<String>,
    #[serde(default, deserialize_with = "noted")]
    pub(super) metadata: Metadata,
}

/// A payment that the payer, or their bank, does not accept.
#[derive(Debug, Deserialize)]
pub(super) struct Dispute {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) created: i64,
    pub(super) payment_intent: Option<String>,
    pub(super) reason: String,
    pub(super) status: String,
}

/// A payer's permission to be collected from, being given.
#[derive(Debug, Deserialize)]
pub(super) struct SetupIntent {
    pub(super) payment_method: Option<String>,
    #[serde(default, deserialize_with = "noted")]
    pub(super) metadata: Metadata,
}

/// A bank's permission.
#[derive(Debug, Deserialize)]
pub(super) struct Mandate {
    pub(super) payment_method: String,
    pub(super) status: String,
}

/// A stored method.
#[derive(Debug, Deserialize)]
pub(super) struct PaymentMethod {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// Whose it is; none once it is detached.
    pub(super) customer: Option<String>,
    pub(super) card: Option<Card>,
    pub(super) us_bank_account: Option<BankAccount>,
}

/// What is shown of a card.
#[derive(Debug, Deserialize)]
pub(super) struct Card {
    pub(super) brand: String,
    pub(super) last4: String,
    pub(super) exp_month: i8,
    pub(super) exp_year: i16,
}

/// What is shown of a bank account in the United States.
#[derive(Debug, Deserialize)]
pub(super) struct BankAccount {
    pub(super) bank_name: Option<String>,
    pub(super) last4: Option<String>,
}

/// Something that has happened.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) created: i64,
    pub(super) livemode: bool,
    /// The connected account that it happened to; none for one's own.
    pub(super) account: Option<String>,
    pub(super) data: EventData,
}

/// To what it has happened.
#[derive(Debug, Deserialize)]
pub(super) struct EventData {
    pub(super) object: Value,
}
