//! Asaas: boletos, Pix and cards of a payment institution, by its API v3.
//!
//! A charge is a payment ("cobrança") of Asaas whose `externalReference` is the charge's key, so
//! webhooks say themselves what they are about. Each webhook bears a token that the ISP has chosen
//! (`asaas-access-token`). Payments that bear no key of ours are somebody else's, and say nothing.

mod api;
mod cards;
mod charges;
mod codes;
mod customers;
mod decline;
mod facts;
mod history;
mod own;
mod refunds;
mod webhook;
mod wire;

use std::{fmt, net::IpAddr};

use async_trait::async_trait;
use jiff::Timestamp;
use mensal_domain::{
    charge::ChargeKey,
    ids::GatewayCode,
    method::PaymentMethod,
    money::{Currency, Money},
    payment::{Fact, Notice},
    rail::Rail,
    reference::Reference,
};
use rust_decimal::Decimal;
use serde::Deserialize;

use self::api::Api;
use super::{
    Collected, Collection, Enrolled, Enrollment, Fault, Gateway, Order, RefundOrder, Refunded,
    Registered, Standing, Unreadable, WebhookRequest,
};
use crate::{
    http::{Http, Unusable},
    signature::{Refused, Secrets, Verified, shared_token},
};

/// What is set for an account at Asaas, none of it secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The host: `https://api.asaas.com`, or that of the sandbox.
    #[serde(default = "host")]
    pub host: String,
    /// Branch and beneficiary as Asaas prints them on the ISP's boletos: its API does not tell.
    #[serde(default)]
    pub beneficiary: String,
    /// What is agreed about cards; none if there are no cards. Asaas stores cards for accounts
    /// for which it has enabled that ("tokenização").
    #[serde(default)]
    pub cards: Option<Cards>,
}

/// What is agreed about cards.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cards {
    /// The address that collections are said to come from (`remoteIp`). Asaas wants that of the
    /// payer, who is not there when the ISP collects: agree with Asaas on one.
    pub remote_ip: IpAddr,
    /// What a payer pays in order to store a card. It becomes credit of the account.
    #[serde(default = "first_payment")]
    pub first_payment: Money,
}

fn host() -> String {
    "https://api.asaas.com".into()
}

/// The least that Asaas takes for a payment.
fn first_payment() -> Money {
    let least = Money::exact(Decimal::from(5), Currency::BRL);
    least.unwrap_or_else(|_| Money::zero(Currency::BRL))
}

/// Who we are to Asaas, and how Asaas shows that it is Asaas.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The API key of the account: `$aact_…`.
    pub api_key: String,
    /// The tokens that are live of the webhook: each message bears one of them.
    pub webhook_secrets: Vec<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// An account at Asaas.
#[derive(Debug)]
pub struct Asaas {
    code: GatewayCode,
    api: Api,
    tokens: Secrets,
    beneficiary: String,
    cards: Option<Cards>,
}

/// Connects with an account at Asaas. Nothing is asked of it yet.
///
/// # Errors
/// [`Unusable`] for a host that is none, an API key that is missing, or no webhook token.
pub fn connect(
    code: GatewayCode,
    settings: Settings,
    credentials: Credentials,
) -> Result<Asaas, Unusable> {
    let key = credentials.api_key;
    if key.is_empty() || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Unusable::Credential("API key"));
    }
    let tokens = Secrets::of(&credentials.webhook_secrets).ok_or(Unusable::NoWebhookSecret)?;
    Ok(Asaas {
        code,
        api: Api::new(Http::new(&settings.host, None, None)?.hiding(&key), key),
        tokens,
        beneficiary: settings.beneficiary,
        cards: settings.cards,
    })
}

impl Asaas {
    fn notices(&self, facts: Vec<Fact>) -> Vec<Notice> {
        let notice = |fact| Notice { gateway: self.code.clone(), fact };
        facts.into_iter().map(notice).collect()
    }
}

#[async_trait]
impl Gateway for Asaas {
    fn serves(&self, rail: Rail) -> bool {
        match rail {
            Rail::Boleto | Rail::Pix => true,
            Rail::Card => self.cards.is_some(),
            _ => false,
        }
    }

    fn amends(&self, rail: Rail) -> bool {
        matches!(rail, Rail::Boleto | Rail::Pix)
    }

    async fn register(&self, order: &Order) -> Result<Registered, Fault> {
        self.register_charge(order).await
    }

    async fn amend(
        &self,
        order: &Order,
        reference: Option<&Reference>,
    ) -> Result<Registered, Fault> {
        self.amend_charge(order, reference).await
    }

    async fn cancel(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        self.cancel_charge(key, reference).await
    }

    async fn fetch(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        self.standing(key, reference).await
    }

    /// Asaas has no keys: a card is charged anew for each request.
    fn keys_collections(&self) -> bool {
        false
    }

    async fn collect(&self, collection: &Collection) -> Result<Collected, Fault> {
        self.collect_card(collection).await
    }

    async fn refund(&self, order: &RefundOrder) -> Result<Refunded, Fault> {
        self.give_back(order).await
    }

    async fn enroll(&self, enrollment: &Enrollment) -> Result<Enrolled, Fault> {
        self.enroll_card(enrollment).await
    }

    /// Asaas has no request that ends a token. It is a secret between Asaas and us, so a card ends
    /// by its token being forgotten here.
    async fn revoke(&self, method: &PaymentMethod) -> Result<(), Fault> {
        match method.rail {
            Rail::Card => Ok(()),
            _ => Err(Fault::Unsupported("store methods of this rail")),
        }
    }

    async fn history(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Notice>, Fault> {
        Ok(self.notices(self.facts_between(from, to).await?))
    }

    fn verify<'a>(
        &self,
        request: &WebhookRequest<'a>,
        _: Timestamp,
    ) -> Result<Verified<'a>, Refused> {
        shared_token(request.header("asaas-access-token"), request.body, &self.tokens)
    }

    fn read(&self, webhook: Verified<'_>) -> Result<Vec<Notice>, Unreadable> {
        Ok(self.notices(webhook::facts(webhook.bytes())?))
    }
}
