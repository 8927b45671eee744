//! Gateways: banks and payment services, all behind one trait. Each is a module of its own, and
//! nothing outside of this crate knows one from another.
//!
//! A gateway is asked and told in words of the domain. What makes asking safe: each order carries a
//! key that is derived from what it is for, so that giving it twice is giving it once; and a
//! failure says whether it may have been carried out all the same ([`Fault`]).

pub mod asaas;
mod connect;
mod fault;
pub mod inter;
pub mod manual;
mod order;
pub mod pix;
pub mod sandbox;
mod shown;
pub mod stripe;
mod webhook;

pub use connect::connect;
pub use fault::{Decline, Fault};
pub use order::{
    Collected, Collection, Enrolled, Enrollment, Order, RefundOrder, Refunded, Registered, Standing,
};
pub use webhook::{Unreadable, WebhookRequest};

use async_trait::async_trait;
use jiff::Timestamp;
use mensal_domain::{
    charge::ChargeKey,
    method::PaymentMethod,
    payment::{MethodChange, Notice},
    rail::Rail,
    reference::Reference,
};

use crate::signature::{Refused, Verified};

/// A bank or a payment service, connected with the ISP's own credentials.
///
/// Whatever a gateway does not do at all is answered by [`Fault::Unsupported`].
#[async_trait]
pub trait Gateway: std::fmt::Debug + Send + Sync {
    /// Whether it serves a rail.
    fn serves(&self, rail: Rail) -> bool;

    /// Whether a registered charge of a rail can be told other terms. Where not, it is cancelled
    /// and registered anew under the next key.
    fn amends(&self, rail: Rail) -> bool;

    /// Registers a charge under its key. Registered before under the same key: the same answer, and
    /// nothing more.
    ///
    /// # Errors
    /// [`Fault`].
    async fn register(&self, order: &Order) -> Result<Registered, Fault>;

    /// Tells a registered charge other terms.
    ///
    /// # Errors
    /// [`Fault`]; [`Fault::Conflict`] if it stands so that it cannot be amended: paid, cancelled.
    async fn amend(
        &self,
        order: &Order,
        reference: Option<&Reference>,
    ) -> Result<Registered, Fault>;

    /// Takes a charge back. What was paid, or cancelled before, is no failure: the answer says how
    /// it stands now.
    ///
    /// # Errors
    /// [`Fault`].
    async fn cancel(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault>;

    /// How a charge stands.
    ///
    /// # Errors
    /// [`Fault`].
    async fn fetch(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault>;

    /// Whether a collection that is ordered twice at the same moment, under one key, is made once.
    /// Where not, no two may ask at the same moment: what was ordered before is looked up first.
    fn keys_collections(&self) -> bool {
        true
    }

    /// What webhooks and lists call a collection of a key by, if they do not name the key: to be
    /// remembered before it is ordered.
    fn called(&self, _key: &ChargeKey) -> Option<Reference> {
        None
    }

    /// Collects from a stored method.
    ///
    /// # Errors
    /// [`Fault`]; [`Fault::Declined`] if the payer's bank says no.
    async fn collect(&self, collection: &Collection) -> Result<Collected, Fault>;

    /// Gives money back, all or a part.
    ///
    /// # Errors
    /// [`Fault`].
    async fn refund(&self, order: &RefundOrder) -> Result<Refunded, Fault>;

    /// Asks a payer to store a method, or to authorise a recurrence.
    ///
    /// # Errors
    /// [`Fault`].
    async fn enroll(&self, enrollment: &Enrollment) -> Result<Enrolled, Fault>;

    /// Ends a stored method.
    ///
    /// # Errors
    /// [`Fault`].
    async fn revoke(&self, method: &PaymentMethod) -> Result<(), Fault>;

    /// What a stored method is, by its token. Asked where news of one has no label: some gateways
    /// tell of a method by its name alone.
    ///
    /// # Errors
    /// [`Fault`].
    async fn describe(&self, _: &Reference) -> Result<MethodChange, Fault> {
        Err(Fault::Unsupported("say more of a stored method than its news does"))
    }

    /// All that has happened to money between two moments, as the gateway's own lists tell it: what
    /// its webhooks should have said, in the same words. From the first of the two, included, to
    /// the second, not included, or somewhat more.
    ///
    /// # Errors
    /// [`Fault`]; [`Fault::Unsupported`] of one that keeps no lists.
    async fn history(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Notice>, Fault>;

    /// Checks that a webhook comes from this gateway. Nothing of the body is read before.
    ///
    /// # Errors
    /// [`Refused`].
    fn verify<'a>(
        &self,
        request: &WebhookRequest<'a>,
        now: Timestamp,
    ) -> Result<Verified<'a>, Refused>;

    /// What a webhook says. Empty if it says nothing about money or methods.
    ///
    /// # Errors
    /// [`Unreadable`] if it is none of this gateway's, in words that quote nothing of it.
    fn read(&self, webhook: Verified<'_>) -> Result<Vec<Notice>, Unreadable>;
}
