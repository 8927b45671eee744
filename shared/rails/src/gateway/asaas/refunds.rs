//! Giving money back. A refund has no id at Asaas, so its description bears our key, by which it
//! is found again and told of.

use mensal_domain::{money::Money, rail::Rail, reference::Reference};

use super::{
    Asaas, api,
    charges::{in_reais, reais},
    facts,
    wire::{Payment, Refund, RefundBody, RefundStatus, Status},
};
use crate::gateway::{Fault, RefundOrder, Refunded};

impl Asaas {
    pub(super) async fn give_back(&self, order: &RefundOrder) -> Result<Refunded, Fault> {
        if !matches!(order.rail, Rail::Pix | Rail::Card) {
            // Of a boleto, Asaas asks the payer for a bank account, on a page of its own.
            return Err(Fault::Unsupported("give back by itself what came on this rail"));
        }
        let value = in_reais(order.amount)?;
        let path = api::payment(&order.money, "")?;
        let payment: Payment = self.api.get(&path).await?;
        if let Some(known) = by_key(&payment, &order.key) {
            return stands(known.status, &order.key);
        }
        if !matches!(payment.status, Status::Confirmed | Status::Received) {
            return Err(Fault::Conflict("there is no money to give back".into()));
        }
        if order.amount > left(&payment)? {
            return Err(Fault::Refused("more than is left of the money".into()));
        }
        let body = RefundBody { value, description: facts::refund_description(&order.key) };
        let after: Payment = self.api.post(&api::payment(&order.money, "/refund")?, &body).await?;
        match by_key(&after, &order.key) {
            Some(made) => stands(made.status, &order.key),
            None => Ok(Refunded::UnderWay(order.key.clone())),
        }
    }
}

/// The refund that bears a key.
fn by_key<'a>(payment: &'a Payment, key: &Reference) -> Option<&'a Refund> {
    let described = facts::refund_description(key);
    payment.refunds().iter().find(|one| one.description.as_deref() == Some(described.as_str()))
}

fn stands(status: RefundStatus, key: &Reference) -> Result<Refunded, Fault> {
    match status {
        RefundStatus::Done => Ok(Refunded::Done(key.clone())),
        RefundStatus::Waiting => Ok(Refunded::UnderWay(key.clone())),
        RefundStatus::Cancelled => Err(Fault::Conflict("the refund was cancelled".into())),
    }
}

/// What has not been given back of a payment, nor is to be.
fn left(payment: &Payment) -> Result<Money, Fault> {
    let mut left = reais(payment.value)?;
    for refund in payment.refunds().iter().filter(|one| one.status != RefundStatus::Cancelled) {
        let sum = left.minus(reais(refund.value)?);
        left = sum.map_err(|_| Fault::Unknown("its refunds are no sum of money".into()))?;
    }
    Ok(left)
}
