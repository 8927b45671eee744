//! The till: cash, cheques and wires, which people enter by hand. Nobody is asked for anything, and
//! nobody tells: what came in is entered as a notice of this gateway.

use async_trait::async_trait;
use jiff::Timestamp;
use mensal_domain::{
    charge::ChargeKey, method::PaymentMethod, payment::Notice, rail::Rail, reference::Reference,
};

use super::{
    Collected, Collection, Enrolled, Enrollment, Fault, Gateway, Order, RefundOrder, Refunded,
    Registered, Standing, Unreadable, WebhookRequest,
};
use crate::signature::{Refused, Verified};

/// The till.
#[derive(Clone, Copy, Debug)]
pub struct Manual;

#[async_trait]
impl Gateway for Manual {
    fn serves(&self, rail: Rail) -> bool {
        matches!(rail, Rail::Cash | Rail::Cheque | Rail::Wire)
    }

    fn amends(&self, _: Rail) -> bool {
        false
    }

    async fn register(&self, _: &Order) -> Result<Registered, Fault> {
        Err(Fault::Unsupported("register charges"))
    }

    async fn amend(&self, _: &Order, _: Option<&Reference>) -> Result<Registered, Fault> {
        Err(Fault::Unsupported("amend charges"))
    }

    async fn cancel(&self, _: &ChargeKey, _: Option<&Reference>) -> Result<Standing, Fault> {
        Ok(Standing::Missing)
    }

    async fn fetch(&self, _: &ChargeKey, _: Option<&Reference>) -> Result<Standing, Fault> {
        Ok(Standing::Missing)
    }

    async fn collect(&self, _: &Collection) -> Result<Collected, Fault> {
        Err(Fault::Unsupported("collect from stored methods"))
    }

    async fn refund(&self, _: &RefundOrder) -> Result<Refunded, Fault> {
        Err(Fault::Unsupported("give money back by itself: hand it out, and enter that"))
    }

    async fn enroll(&self, _: &Enrollment) -> Result<Enrolled, Fault> {
        Err(Fault::Unsupported("store methods"))
    }

    async fn revoke(&self, _: &PaymentMethod) -> Result<(), Fault> {
        Err(Fault::Unsupported("store methods"))
    }

    /// The books are its only list.
    async fn history(&self, _: Timestamp, _: Timestamp) -> Result<Vec<Notice>, Fault> {
        Err(Fault::Unsupported("keep lists: what was entered is in the books"))
    }

    fn verify<'a>(&self, _: &WebhookRequest<'a>, _: Timestamp) -> Result<Verified<'a>, Refused> {
        Err(Refused::Unsigned)
    }

    fn read(&self, _: Verified<'_>) -> Result<Vec<Notice>, Unreadable> {
        Err(Unreadable("the till sends no webhooks".into()))
    }
}
