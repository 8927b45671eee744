//! What travels on the queues: small JSON objects that name things, never carry them.
//!
//! Each has a version. A function that meets a version it does not speak puts the message with
//! the dead letters rather than guess; `events/` has one sample of each.

use jiff::{Timestamp, civil::Date};
use mensal_domain::{
    delinquency::{NoticeAbout, NoticeId},
    ids::AccountId,
    invoice::InvoiceId,
    payment::{Notice, PaymentId},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tracing::{Span, field::display};

use crate::Failure;

/// The version that this code speaks.
pub const VERSION: u64 = 1;

/// What the scheduler says: a run is to begin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Which run.
    pub run: RunKind,
    /// The time for which it was scheduled, not the time at which it was told.
    pub at: Timestamp,
}

/// A kind of run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunKind {
    /// Invoices.
    Billing,
    /// Whether the billing run of the day is done: looks, and changes nothing.
    BillingCheck,
    /// Accounts that may not have paid, what is collected from stored methods, and charges that waited
    /// for their day.
    Collection,
    /// What gateways know and we do not.
    Reconciliation,
    /// Whether gateways, payments and invoices agree on the day before: looks, and changes nothing.
    ReconciliationReport,
}

/// Plan one shard of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanShard {
    /// Which run.
    pub run: RunKind,
    /// Its business date.
    pub date: Date,
    /// Which shard.
    pub shard: u8,
    /// Where an earlier message about this shard has stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Stopped>,
}

/// Where the planning of a shard has stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stopped {
    /// The place on the agenda of the last account that was planned.
    pub on: String,
    /// That account.
    pub account: AccountId,
    /// How many have been planned before.
    pub planned: u64,
}

/// Bill one account, every cycle through a date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillAccount {
    /// Which account.
    pub account: AccountId,
    /// The business date of the run.
    pub through: Date,
    /// The version of the catalog that was in force when the run planned it, or a later one.
    pub catalog: u64,
}

/// Review one account that may not have paid: notices, late charges, its service; and have collected
/// what is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewAccount {
    /// Which account.
    pub account: AccountId,
    /// The business date of the run.
    pub through: Date,
}

/// Send a notice to a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendNotice {
    /// To whom.
    pub account: AccountId,
    /// Which.
    pub notice: NoticeId,
}

/// Tell the network what an account's service is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetService {
    /// Which account.
    pub account: AccountId,
    /// On this day, tell it of what it has confirmed, too, in case it has lost it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweep: Option<Date>,
    /// The day, if it is one on which service may be taken away for what is not paid. Without it, only what
    /// was decided on the day is: what comes late is looked at by the review of the next day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_on: Option<Date>,
}

/// What comes to whoever sends notices.
#[derive(Clone, Debug, PartialEq)]
pub enum NoticeWork {
    /// One to be sent.
    Send(SendNotice),
    /// What whoever delivers them tells of one, by an event of its own form.
    Told(Value),
}

/// Make the document of one invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenderInvoice {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub invoice: InvoiceId,
}

/// Bring the gateways' charges to what an invoice is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConvergeCharges {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub invoice: InvoiceId,
}

/// Move money: collect from an account's stored methods what is due, or give a payment back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum MoveMoney {
    /// Look at one account on a business date: collect, register what waited for its day.
    Collect {
        /// Which account.
        account: AccountId,
        /// The business date of the run.
        through: Date,
    },
    /// Give back what nothing had asked for.
    Refund {
        /// Whose.
        account: AccountId,
        /// Which payment.
        payment: PaymentId,
    },
}

/// Apply what a gateway has told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApplyNotice {
    /// What it has told.
    pub notice: Notice,
    /// Whether it lies with what nobody could match, and is tried again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
}

impl ApplyNotice {
    /// What a gateway has told just now.
    #[must_use]
    pub fn of(notice: Notice) -> Self {
        Self { notice, again: false }
    }
}

/// A message of a queue, which says what it is about.
pub trait Message: Sized {
    /// Reads one from the body that travelled.
    ///
    /// # Errors
    /// [`Failure::Poison`] says what is wrong with it.
    fn read(body: &str) -> Result<Self, Failure>;

    /// Notes what it is about in the span of its handling (its fields are `run`, `shard`,
    /// `account` and `invoice`), so that each line logged meanwhile says so. Ids only.
    fn note(&self, span: &Span);
}

/// Of those that are ours: how each notes what it is about.
macro_rules! ours {
    ($($message:ty: $note:expr;)*) => { $(
        impl Message for $message {
            fn read(body: &str) -> Result<Self, Failure> {
                read(body)
            }
            fn note(&self, span: &Span) {
                let note: fn(&Self, &Span) = $note;
                note(self, span);
            }
        }
    )* };
}

ours! {
    PlanShard: |one, span| {
        span.record("run", display(one.date)).record("shard", one.shard);
    };
    BillAccount: |one, span| {
        span.record("run", display(one.through)).record("account", display(&one.account));
    };
    ReviewAccount: |one, span| {
        span.record("run", display(one.through)).record("account", display(&one.account));
    };
    ConvergeCharges: |one, span| {
        span.record("account", display(&one.account)).record("invoice", display(one.invoice));
    };
    RenderInvoice: |one, span| {
        span.record("account", display(&one.account)).record("invoice", display(one.invoice));
    };
    SendNotice: |one, span| {
        span.record("account", display(&one.account));
        if let NoticeAbout::Invoice(invoice) = one.notice.about {
            span.record("invoice", display(invoice));
        }
    };
    SetService: |one, span| {
        span.record("account", display(&one.account));
        span.record("run", one.sweep.map(display));
    };
    MoveMoney: |one, span| {
        match one {
            MoveMoney::Collect { account, through } => {
                span.record("run", display(through)).record("account", display(account))
            }
            MoveMoney::Refund { account, .. } => span.record("account", display(account)),
        };
    };
    ApplyNotice: |one, span| {
        let about = one.notice.about();
        span.record("account", about.account().map(display));
        span.record("invoice", about.invoice().map(display));
    };
}

impl Message for NoticeWork {
    /// What is none of ours is an event of whoever delivers notices.
    fn read(body: &str) -> Result<Self, Failure> {
        match serde_json::from_str::<Value>(body) {
            Ok(event @ Value::Object(_)) if event.get("v").is_none() => Ok(Self::Told(event)),
            _ => read(body).map(Self::Send),
        }
    }

    fn note(&self, span: &Span) {
        if let Self::Send(one) = self {
            one.note(span);
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    v: u64,
    #[serde(flatten)]
    message: T,
}

/// A message as the body that travels.
///
/// # Errors
/// None for the messages of this module.
pub fn write<T: Serialize>(message: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(&Envelope { v: VERSION, message })
}

/// A message from the body that travelled.
///
/// # Errors
/// [`Failure::Poison`] says what is wrong with it.
pub fn read<T: DeserializeOwned>(body: &str) -> Result<T, Failure> {
    let value =
        serde_json::from_str(body).map_err(|why| Failure::Poison(format!("not JSON: {why}")))?;
    read_value(value)
}

/// As [`read`], from JSON.
///
/// # Errors
/// As [`read`].
pub fn read_value<T: DeserializeOwned>(mut value: Value) -> Result<T, Failure> {
    let poison = |why: String| Err(Failure::Poison(why));
    let version = value.as_object_mut().and_then(|object| object.remove("v"));
    match version.as_ref().and_then(Value::as_u64) {
        Some(VERSION) => {}
        Some(other) => {
            return poison(format!("version {other}: this function speaks version {VERSION}"));
        }
        None => {
            return poison(format!("no version: a message has a field `v`, which is {VERSION}"));
        }
    }
    serde_json::from_value(value).or_else(|why| poison(why.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_reads_back_what_it_writes() {
        let message = BillAccount {
            account: "1042".parse().unwrap(),
            through: "2026-11-10".parse().unwrap(),
            catalog: 3,
        };
        let body = write(&message).unwrap();
        assert_eq!(body, r#"{"v":1,"account":"1042","through":"2026-11-10","catalog":3}"#);
        assert_eq!(read::<BillAccount>(&body).unwrap(), message);
    }

    #[test]
    fn what_is_no_message_says_why() {
        let cases = [
            ("garbage", "not JSON"),
            ("[1]", "no version"),
            (r#"{"account":"1"}"#, "no version"),
            (r#"{"v":2,"account":"1"}"#, "version 2: this function speaks version 1"),
            (
                r#"{"v":1,"account":"a#b","through":"2026-11-10","catalog":1}"#,
                "not a valid account id",
            ),
            (r#"{"v":1,"account":"1","through":"tomorrow","catalog":1}"#, "failed to parse"),
            (
                r#"{"v":1,"account":"1","through":"2026-11-10","catalog":1,"x":1}"#,
                "unknown field `x`",
            ),
            (r#"{"v":1,"through":"2026-11-10","catalog":1}"#, "missing field `account`"),
        ];
        for (body, want) in cases {
            let error = read::<BillAccount>(body).unwrap_err().to_string();
            assert!(error.starts_with("cannot be done") && error.contains(want), "{body}: {error}");
        }
    }
}
