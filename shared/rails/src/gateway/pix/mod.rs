//! Pix by the Central Bank's API ("API Pix", 2.9.0), which each bank that serves companies has: of
//! Efí as it comes, of another bank by its host, paths, certificate and client.
//!
//! - An invoice is a charge with a due date (`cobv`); one that is overdue when it is registered is a
//!   charge to be paid at once (`cob`), since the API takes no due date of the past.
//! - What a charge is called by, the txid, is derived from its key, and the key is read back out of
//!   it where it fits ([`crate::pix::Txid`]). A bank takes a txid once: that is what makes it safe
//!   to register again.
//! - Pix Automático is a recurrence (`rec`) that the payer authorises by a code, and a collection
//!   (`cobr`) for each invoice, sent ahead within [`windows`].
//! - Webhooks are told from others' by a token in their address: the API has no signature, and
//!   client certificates end before a function sees anything of them. It says who knows the
//!   address, so it is to be long, to be replaced now and then, and never to be logged.

mod charge;
mod collection;
mod config;
mod history;
mod notices;
mod problem;
mod recurrence;
mod refund;
mod requests;
mod session;
pub mod windows;
mod wire;

pub use config::{AccountKind, Automatic, Credentials, Every, Retries, Settings, SignIn};

use async_trait::async_trait;
use jiff::Timestamp;
use mensal_domain::{
    charge::ChargeKey, ids::GatewayCode, method::PaymentMethod, payment::Notice, rail::Rail,
    reference::Reference,
};

use self::{notices::Reader, session::Session, wire::Told};
use super::{
    Collected, Collection, Enrolled, Enrollment, Fault, Gateway, Order, RefundOrder, Refunded,
    Registered, Standing, Unreadable, WebhookRequest,
};
use crate::{
    http::Unusable,
    pix::Txid,
    signature::{Refused, Secrets, Verified, shared_token},
};

/// A bank that serves the Pix API.
#[derive(Debug)]
pub struct Pix {
    settings: Settings,
    session: Session,
    tokens: Secrets,
    reader: Reader,
}

/// Connects with a bank. Nothing is asked of it yet.
///
/// # Errors
/// [`Unusable`].
pub fn connect(
    code: GatewayCode,
    settings: Settings,
    credentials: Credentials,
) -> Result<Pix, Unusable> {
    settings.check()?;
    let tokens = credentials.tokens()?;
    let session = Session::new(&settings, credentials)?;
    let reader = Reader::new(code, &settings.key);
    Ok(Pix { settings, session, tokens, reader })
}

/// What no gateway of this kind does.
const PIX_ONLY: Fault = Fault::Unsupported("register anything but Pix");

#[async_trait]
impl Gateway for Pix {
    fn serves(&self, rail: Rail) -> bool {
        match rail {
            Rail::Pix => true,
            Rail::PixAutomatico => self.settings.automatic.is_some(),
            _ => false,
        }
    }

    fn amends(&self, rail: Rail) -> bool {
        rail == Rail::Pix
    }

    async fn register(&self, order: &Order) -> Result<Registered, Fault> {
        match order.key.rail {
            Rail::Pix => self.register_charge(order).await,
            _ => Err(PIX_ONLY),
        }
    }

    async fn amend(
        &self,
        order: &Order,
        reference: Option<&Reference>,
    ) -> Result<Registered, Fault> {
        match order.key.rail {
            Rail::Pix => self.amend_charge(order, reference).await,
            _ => Err(PIX_ONLY),
        }
    }

    async fn cancel(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        match key.rail {
            Rail::Pix => self.cancel_charge(key, reference).await,
            Rail::PixAutomatico => self.cancel_collection(key).await,
            _ => Err(PIX_ONLY),
        }
    }

    async fn fetch(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        match key.rail {
            Rail::Pix => self.fetch_charge(key, reference).await,
            Rail::PixAutomatico => self.fetch_collection(key).await,
            _ => Err(PIX_ONLY),
        }
    }

    fn called(&self, key: &ChargeKey) -> Option<Reference> {
        let txid = Txid::of(key);
        (txid.key().as_ref() != Some(key)).then(|| txid.to_reference())
    }

    async fn collect(&self, collection: &Collection) -> Result<Collected, Fault> {
        match collection.method.rail {
            Rail::PixAutomatico => self.collect_now(collection).await,
            _ => Err(Fault::Unsupported("collect but by Pix Automático")),
        }
    }

    async fn refund(&self, order: &RefundOrder) -> Result<Refunded, Fault> {
        self.give_back(order).await
    }

    async fn enroll(&self, enrollment: &Enrollment) -> Result<Enrolled, Fault> {
        match enrollment.rail {
            Rail::PixAutomatico => self.enroll_payer(enrollment).await,
            _ => Err(Fault::Unsupported("store methods but of Pix Automático")),
        }
    }

    async fn revoke(&self, method: &PaymentMethod) -> Result<(), Fault> {
        self.revoke_method(method).await
    }

    async fn history(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Notice>, Fault> {
        self.told_between(from, to).await
    }

    fn verify<'a>(
        &self,
        request: &WebhookRequest<'a>,
        _now: Timestamp,
    ) -> Result<Verified<'a>, Refused> {
        let token = request.parameter(&self.settings.token_parameter);
        shared_token(token.as_deref(), request.body, &self.tokens)
    }

    fn read(&self, webhook: Verified<'_>) -> Result<Vec<Notice>, Unreadable> {
        let told: Told = serde_json::from_slice(webhook.bytes()).map_err(|why| {
            // Where, not what: there are people in it.
            let (line, column) = (why.line(), why.column());
            Unreadable(format!("it cannot be read at line {line}, column {column}"))
        })?;
        let told = self.reader.all(&told)?;
        Ok(told.into_iter().map(|dated| dated.notice).collect())
    }
}
