//! Giving money back.

use mensal_domain::reference::Reference;

use super::{
    Stripe, amount,
    api::Form,
    id, named,
    objects::{List, Refund},
};
use crate::gateway::{Fault, RefundOrder, Refunded};

/// Where refunds are.
const REFUNDS: &str = "v1/refunds";
/// So many refunds of one payment are looked through.
const LATEST: &str = "100";

impl Stripe {
    /// Gives back; what was given back before under the same key is told again.
    pub(super) async fn refund_once(&self, order: &RefundOrder) -> Result<Refunded, Fault> {
        let money = id(&order.money)?;
        let query = [("payment_intent", money), ("limit", LATEST)];
        let earlier: List<Refund> = self.api.get(REFUNDS, &query).await?;
        let ours = |refund: &&Refund| refund.metadata.refund.as_deref() == Some(order.key.as_str());
        if let Some(refund) = earlier.data.iter().find(ours) {
            return outcome(refund);
        }
        let key = format!("mensal/refund/{money}/{}", order.key);
        let form = Form::default()
            .with("payment_intent", money)
            .with("amount", amount::counted(order.amount)?)
            .with("metadata[mensal_refund]", &order.key)
            .with("metadata[mensal_account]", &order.account);
        outcome(&self.api.post(REFUNDS, &key, &form).await?)
    }
}

fn outcome(refund: &Refund) -> Result<Refunded, Fault> {
    let reference: Reference = named(&refund.id)?;
    match refund.status.as_deref() {
        Some("succeeded") => Ok(Refunded::Done(reference)),
        Some("failed" | "canceled") => {
            Err(Fault::Refused(format!("the refund {reference} has failed")))
        }
        _ => Ok(Refunded::UnderWay(reference)),
    }
}
