//! Stripe: cards and debits of bank accounts in the United States (ACH), collected from stored
//! methods; and a page of Stripe's for paying one invoice by card.
//!
//! - A **stored method** is a payment method of Stripe's: its token is the id, `pm_…`. Stripe keeps
//!   whose it is: each method that we ask for has a customer of its own there. The news of a method
//!   that was stored has no label, since Stripe tells of it by name alone: [`Gateway::describe`]
//!   asks for the label.
//! - A **payment** is a payment intent, `pi_…`, with our charge's key in its metadata. It is dated
//!   by the day on which it was ordered: a bank takes days to carry out a debit, and the payer is
//!   not late for that.
//! - A **page** is a payment link, which stands until it is paid or taken back. Where the answer to
//!   an order was lost, nobody has the page's address, and ordering it again gives the same page,
//!   or, the day after, another. Without a reference there is no asking for it.
//! - What is asked for again more than a day later is looked up first: an intent among those of
//!   its customer, a refund among those of its payment.
//!
//! Webhooks are to be sent of the events in [`EVENTS`], in the version of the settings, signed.

mod amount;
mod api;
mod collect;
mod decline;
mod enroll;
mod event;
mod history;
mod method;
mod objects;
mod page;
mod refund;

pub use event::EVENTS;

use std::fmt;

use async_trait::async_trait;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use mensal_domain::{
    calendar::business_date,
    charge::ChargeKey,
    ids::GatewayCode,
    method::PaymentMethod,
    payment::{MethodChange, Notice},
    rail::Rail,
    reference::Reference,
};
use serde::Deserialize;

use self::api::{Api, Key};
use super::{
    Collected, Collection, Enrolled, Enrollment, Fault, Gateway, Order, RefundOrder, Refunded,
    Registered, Standing, Unreadable, WebhookRequest,
};
use crate::{
    http::{Http, Unusable},
    signature::{self, Refused, Secrets, Verified},
};

/// What is not secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where Stripe is: `https://api.stripe.com` unless it is another one.
    #[serde(default = "stripe")]
    pub host: String,
    /// The version of Stripe's API that is spoken; webhooks are to be set up in the same.
    #[serde(default = "version")]
    pub api_version: String,
    /// Whether money is real. What happens in the other mode is not heard.
    pub live: bool,
    /// The connected account (`acct_…`) that is acted for, for platforms; none for one's own.
    #[serde(default)]
    pub account: Option<String>,
    /// The ISP's time zone, `America/New_York`: days are its days.
    #[serde(with = "jiff::fmt::serde::tz::required")]
    pub time_zone: TimeZone,
    /// Where the payer's browser goes after paying on a page.
    pub return_to: String,
}

fn stripe() -> String {
    "https://api.stripe.com".into()
}

fn version() -> String {
    "2026-06-24.dahlia".into()
}

/// What is secret.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The secret or restricted key, `sk_…` or `rk_…`. A restricted one has to be allowed to write
    /// payment intents, refunds, customers, payment methods, prices, payment links and checkout
    /// sessions, and to read events.
    pub secret_key: String,
    /// The signing secrets of the webhook, `whsec_…`: two while one takes the place of the other.
    pub webhook_secrets: Vec<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// Stripe, connected.
#[derive(Clone, Debug)]
pub struct Stripe {
    code: GatewayCode,
    api: Api,
    live: bool,
    time_zone: TimeZone,
    return_to: String,
    secrets: Secrets,
}

/// Connects with Stripe; nothing is sent yet.
///
/// # Errors
/// [`Unusable`].
pub fn connect(
    code: GatewayCode,
    settings: Settings,
    credentials: Credentials,
) -> Result<Stripe, Unusable> {
    let Credentials { secret_key, webhook_secrets } = credentials;
    if secret_key.is_empty() || !secret_key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Unusable::Setting("the secret key is empty, or no key"));
    }
    // `sk_live_…`, `rk_test_…`: a key of one mode with webhooks of the other would hear nothing.
    let other = if settings.live { "_test_" } else { "_live_" };
    if secret_key.get(2..).is_some_and(|rest| rest.starts_with(other)) {
        return Err(Unusable::Setting("`live` and the secret key are of two modes, live and test"));
    }
    let secrets = Secrets::of(&webhook_secrets).ok_or(Unusable::NoWebhookSecret)?;
    let api = Api {
        http: Http::new(&settings.host, None, None)?,
        key: Key(secret_key),
        version: settings.api_version,
        account: settings.account,
    };
    Ok(Stripe {
        code,
        api,
        live: settings.live,
        time_zone: settings.time_zone,
        return_to: settings.return_to,
        secrets,
    })
}

impl Stripe {
    /// A moment's day at the ISP; none if there is no such moment. `seconds` are of 1970.
    fn day(&self, seconds: i64) -> Option<Date> {
        let at = Timestamp::from_second(seconds).ok()?;
        Some(business_date(at, &self.time_zone))
    }
}

/// What Stripe calls a thing by, as a part of a path: its ids have letters, digits and underscores.
fn id(reference: &Reference) -> Result<&str, Fault> {
    let id = reference.as_str();
    let fits = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if fits { Ok(id) } else { Err(Fault::Refused("what is named is no id of Stripe".into())) }
}

/// What Stripe calls a thing by, from an answer of its.
fn named(id: &str) -> Result<Reference, Fault> {
    id.parse().map_err(|_| Fault::Unknown("its answer has an id that is none".into()))
}

/// What Stripe calls a rail by.
fn kind_of(rail: Rail) -> Result<&'static str, Fault> {
    match rail {
        Rail::Card => Ok("card"),
        Rail::BankDebit => Ok("us_bank_account"),
        _ => Err(Fault::Unsupported("serve that rail")),
    }
}

/// The rail that Stripe calls so.
fn rail_of(kind: &str) -> Option<Rail> {
    [Rail::Card, Rail::BankDebit].into_iter().find(|rail| kind_of(*rail) == Ok(kind))
}

#[async_trait]
impl Gateway for Stripe {
    fn serves(&self, rail: Rail) -> bool {
        kind_of(rail).is_ok()
    }

    fn amends(&self, _: Rail) -> bool {
        false
    }

    async fn register(&self, order: &Order) -> Result<Registered, Fault> {
        self.open_page(order).await
    }

    async fn amend(&self, _: &Order, _: Option<&Reference>) -> Result<Registered, Fault> {
        Err(Fault::Unsupported("change a page that is open"))
    }

    async fn cancel(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        self.close_page(key, reference).await
    }

    async fn fetch(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        self.look_at_page(key, reference).await
    }

    /// A key of Stripe's is one of its day.
    fn keys_collections(&self) -> bool {
        false
    }

    async fn collect(&self, collection: &Collection) -> Result<Collected, Fault> {
        self.collect_once(collection).await
    }

    async fn refund(&self, order: &RefundOrder) -> Result<Refunded, Fault> {
        self.refund_once(order).await
    }

    async fn enroll(&self, enrollment: &Enrollment) -> Result<Enrolled, Fault> {
        self.open_enrollment(enrollment).await
    }

    async fn revoke(&self, method: &PaymentMethod) -> Result<(), Fault> {
        self.detach(method).await
    }

    async fn describe(&self, token: &Reference) -> Result<MethodChange, Fault> {
        self.look_at_method(token).await
    }

    /// Stripe lists what has happened for 30 days, and no longer.
    async fn history(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Notice>, Fault> {
        self.events(from, to).await
    }

    fn verify<'a>(
        &self,
        request: &WebhookRequest<'a>,
        now: Timestamp,
    ) -> Result<Verified<'a>, Refused> {
        let header = request.header("stripe-signature");
        signature::stripe(header, request.body, &self.secrets, now.as_second())
    }

    fn read(&self, webhook: Verified<'_>) -> Result<Vec<Notice>, Unreadable> {
        self.hear(webhook)
    }
}
