//! The sandbox bank: a bank of our own for the local stack, which registers charges, lets invented
//! payers pay them, and signs its webhooks. It speaks the words of the domain as JSON.
//!
//! ```text
//! PUT    /charges/{key}                   a Charge          -> Registered
//! GET    /charges/{key}                                     -> Standing
//! DELETE /charges/{key}                                     -> Standing
//! PUT    /collections/{key}               a Collection      -> Collected, or 402 and why
//! DELETE /collections/{key}                                 -> Collected, or 402 and why
//! PUT    /payments/{money}/refunds/{key}  an Amount         -> the refund's name, or 409
//! PUT    /methods/{account}/{id}          a Method          -> Enrolled
//! DELETE /methods/{token}
//! GET    /history?from=&to=                                 -> Told
//! ```
//!
//! Slashes of a key are escaped. A webhook is `Told`, with a header `sandbox-signature` as Stripe
//! signs: `t=<seconds>,v1=<hex>`.

mod wire;

use async_trait::async_trait;
use jiff::Timestamp;
use mensal_domain::{
    charge::ChargeKey,
    ids::GatewayCode,
    method::PaymentMethod,
    payment::{Fact, Notice},
    rail::Rail,
    reference::Reference,
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, StatusCode};
use serde::Deserialize;

pub use wire::{
    Amount, Charge, Declined, Enrolling, Named, Outcome, Registration, State, Told, Try,
};

use super::{
    Collected, Collection, Decline, Enrolled, Enrollment, Fault, Gateway, Order, RefundOrder,
    Refunded, Registered, Standing, Unreadable, WebhookRequest, shown::can_be_shown,
};
use crate::{
    http::{Answer, Http, Unusable},
    signature::{Refused, Secrets, Verified, stripe},
};

/// The header that bears a webhook's signature.
pub const SIGNATURE: &str = "sandbox-signature";

/// More facts in one webhook nobody sends: the bank sends one in each.
const MOST_FACTS: usize = 1000;

/// Where the bank is.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its address.
    pub address: String,
}

/// What opens it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The key of its API.
    pub key: String,
    /// What its webhooks are signed by; several while one takes the place of another.
    pub webhook_secrets: Vec<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// The sandbox bank, connected.
#[derive(Clone, Debug)]
pub struct Sandbox {
    code: GatewayCode,
    http: Http,
    credentials: Credentials,
    secrets: Secrets,
}

/// Connects the sandbox bank.
///
/// # Errors
/// [`Unusable`] if its address is none, or it has no webhook secret.
pub fn connect(
    code: GatewayCode,
    settings: Settings,
    credentials: Credentials,
) -> Result<Sandbox, Unusable> {
    let Settings { address } = settings;
    let http = Http::new(&address, None, None)?;
    let secrets = Secrets::of(&credentials.webhook_secrets).ok_or(Unusable::NoWebhookSecret)?;
    Ok(Sandbox { code, http, credentials, secrets })
}

impl Sandbox {
    fn request(&self, method: Method, path: &str) -> crate::http::Request {
        self.http.request(method, path).bearer(&self.credentials.key)
    }

    async fn standing(&self, method: Method, key: &ChargeKey) -> Result<Standing, Fault> {
        let path = path(&["charges", &key.to_string()])?;
        let answer = self.request(method, &path).send().await?;
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(Standing::Missing);
        }
        let charge: Registration = expect_ok(&answer)?.json()?;
        Ok(match charge.state {
            State::Open => Standing::Registered {
                amount: charge.amount,
                due: Some(charge.due),
                charge: registered(charge),
            },
            State::Paid => Standing::Paid,
            State::Cancelled => Standing::Cancelled,
        })
    }

    /// Takes back what was ordered ahead.
    async fn take_back(&self, key: &ChargeKey) -> Result<Standing, Fault> {
        let path = path(&["collections", &key.to_string()])?;
        let answer = self.request(Method::DELETE, &path).send().await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(Standing::Missing),
            // Declined: there is nothing to take back any more.
            StatusCode::PAYMENT_REQUIRED => Ok(Standing::Expired),
            _ => Ok(match expect_ok(&answer)?.json()? {
                Outcome::TakenBack => Standing::Cancelled,
                Outcome::UnderWay => Standing::InWork,
                Outcome::Received(_) => Standing::Paid,
            }),
        }
    }

    fn told(&self, facts: Told) -> Vec<Notice> {
        let gateway = &self.code;
        facts.facts.into_iter().map(|fact| Notice { gateway: gateway.clone(), fact }).collect()
    }
}

/// A path of these names. One of dots alone would lead elsewhere, however its dots are escaped.
fn path(names: &[&str]) -> Result<String, Fault> {
    if names.iter().any(|name| matches!(*name, "." | "..")) {
        return Err(Fault::Refused("the bank calls nothing by dots alone".into()));
    }
    let escaped = names.iter().map(|name| utf8_percent_encode(name, NON_ALPHANUMERIC).to_string());
    Ok(escaped.collect::<Vec<_>>().join("/"))
}

fn registered(charge: Registration) -> Registered {
    Registered {
        reference: Some(charge.reference),
        called_by_reference: false,
        codes: charge.codes,
    }
}

/// An answer that is one; else what its status means.
fn expect_ok(answer: &Answer) -> Result<&Answer, Fault> {
    match answer.status {
        status if status.is_success() => Ok(answer),
        StatusCode::CONFLICT => {
            Err(Fault::Conflict("the bank says that it stands otherwise".into()))
        }
        status => Err(Fault::Refused(format!("it answered {status}"))),
    }
}

#[async_trait]
impl Gateway for Sandbox {
    fn serves(&self, rail: Rail) -> bool {
        rail.is_offered() || rail.is_collected()
    }

    fn amends(&self, rail: Rail) -> bool {
        rail.is_offered()
    }

    async fn register(&self, order: &Order) -> Result<Registered, Fault> {
        if !order.key.rail.is_offered() {
            return Err(Fault::Unsupported("register charges of this rail"));
        }
        let path = path(&["charges", &order.key.to_string()])?;
        let body = Charge { key: order.key.clone(), terms: order.terms.clone() };
        let answer = self.request(Method::PUT, &path).json(&body).send().await?;
        Ok(registered(expect_ok(&answer)?.json()?))
    }

    async fn amend(&self, order: &Order, _: Option<&Reference>) -> Result<Registered, Fault> {
        self.register(order).await
    }

    async fn cancel(&self, key: &ChargeKey, _: Option<&Reference>) -> Result<Standing, Fault> {
        match self.standing(Method::DELETE, key).await? {
            Standing::Missing if key.rail.is_collected() => self.take_back(key).await,
            standing => Ok(standing),
        }
    }

    async fn fetch(&self, key: &ChargeKey, _: Option<&Reference>) -> Result<Standing, Fault> {
        self.standing(Method::GET, key).await
    }

    async fn collect(&self, collection: &Collection) -> Result<Collected, Fault> {
        if !collection.key.rail.is_collected() {
            return Err(Fault::Unsupported("collect on this rail"));
        }
        let path = path(&["collections", &collection.key.to_string()])?;
        let method = &collection.method;
        let Some(token) = method.token.clone() else {
            return Err(Fault::Refused("the method has no token".into()));
        };
        let body = Try {
            key: collection.key.clone(),
            token,
            amount: collection.amount,
            due: collection.due,
            instalments: method.instalments,
        };
        let answer = self.request(Method::PUT, &path).json(&body).send().await?;
        if answer.status == StatusCode::PAYMENT_REQUIRED {
            let Declined { code, advice } = answer.json()?;
            let code = if can_be_shown(&code) { code } else { "declined".into() };
            return Err(Fault::Declined(Decline { code, advice }));
        }
        Ok(match expect_ok(&answer)?.json()? {
            Outcome::Received(receipt) => {
                let fact = Fact::Received(receipt.clone());
                wire::is_right(&fact).map_err(|why| Fault::Unknown(why.to_string()))?;
                Collected::Received(receipt)
            }
            Outcome::UnderWay => Collected::UnderWay(None),
            Outcome::TakenBack => Collected::NotMade,
        })
    }

    async fn refund(&self, order: &RefundOrder) -> Result<Refunded, Fault> {
        let path = path(&["payments", order.money.as_str(), "refunds", order.key.as_str()])?;
        let body = Amount { amount: order.amount };
        let answer = self.request(Method::PUT, &path).json(&body).send().await?;
        let named: Named = expect_ok(&answer)?.json()?;
        Ok(Refunded::Done(named.reference))
    }

    async fn enroll(&self, enrollment: &Enrollment) -> Result<Enrolled, Fault> {
        if !enrollment.rail.is_collected() {
            return Err(Fault::Unsupported("store methods of this rail"));
        }
        let path = path(&["methods", enrollment.account.as_str(), enrollment.method.as_str()])?;
        let body = Enrolling { rail: enrollment.rail, starts_on: enrollment.starts_on };
        let answer = self.request(Method::PUT, &path).json(&body).send().await?;
        let named: Named = expect_ok(&answer)?.json()?;
        Ok(Enrolled { reference: Some(named.reference), link: None, pix: None })
    }

    async fn revoke(&self, method: &PaymentMethod) -> Result<(), Fault> {
        let Some(token) = &method.token else { return Ok(()) };
        let path = path(&["methods", token.as_str()])?;
        let answer = self.request(Method::DELETE, &path).send().await?;
        if answer.status == StatusCode::NOT_FOUND { Ok(()) } else { expect_ok(&answer).map(drop) }
    }

    async fn history(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Notice>, Fault> {
        let (from, to) = (from.to_string(), to.to_string());
        let request = self.request(Method::GET, "history").query(&[("from", &from), ("to", &to)]);
        let answer = request.send().await?;
        let told = Told::of(&expect_ok(&answer)?.body);
        Ok(self.told(told.map_err(|why| Fault::Unknown(why.to_string()))?))
    }

    fn verify<'a>(
        &self,
        request: &WebhookRequest<'a>,
        now: Timestamp,
    ) -> Result<Verified<'a>, Refused> {
        stripe(request.header(SIGNATURE), request.body, &self.secrets, now.as_second())
    }

    fn read(&self, webhook: Verified<'_>) -> Result<Vec<Notice>, Unreadable> {
        let told = Told::of(webhook.bytes())?;
        if told.facts.len() > MOST_FACTS {
            let count = told.facts.len();
            return Err(Unreadable(format!("a list of {count} facts, of at most {MOST_FACTS}")));
        }
        Ok(self.told(told))
    }
}
