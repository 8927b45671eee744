//! Giving money back ("devolução"): under an id of our own, which is the order's key, so that the
//! bank knows a second order for the first one.

use mensal_domain::rail::Rail;
use reqwest::Method;
use serde_json::json;

use super::{
    Pix,
    problem::Said,
    requests,
    wire::{Return, ReturnStatus},
};
use crate::gateway::{Fault, RefundOrder, Refunded};

impl Pix {
    pub(super) async fn give_back(&self, order: &RefundOrder) -> Result<Refunded, Fault> {
        if !matches!(order.rail, Rail::Pix | Rail::PixAutomatico) {
            return Err(Fault::Unsupported("give back what did not come by Pix"));
        }
        let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric());
        let (money, id) = (order.money.as_str(), order.key.as_str());
        if money.len() != 32 || id.len() > 35 || !plain(money) || !plain(id) {
            return Err(Fault::Refused("the money or the refund has no id that Pix knows".into()));
        }
        let path = format!("pix/{money}/devolucao/{id}");
        let body = json!({ "valor": requests::in_reais(order.amount)? });
        let refusal = match self.session.ask(Method::PUT, &path, &[], Some(&body)).await? {
            Said::Done(answer) => return refunded(order, &answer.json()?),
            Said::Refused(fault) => fault,
            Said::Missing => return Err(Fault::Refused("it does not know that money".into())),
        };
        // Refused, perhaps because it was ordered before.
        match self.session.ask(Method::GET, &path, &[], None).await? {
            Said::Done(answer) => refunded(order, &answer.json()?),
            Said::Missing => Err(refusal),
            Said::Refused(fault) => Err(fault),
        }
    }
}

/// What has become of a refund of our id.
fn refunded(order: &RefundOrder, found: &Return) -> Result<Refunded, Fault> {
    if found.valor.0 != order.amount {
        return Err(Fault::Conflict("a refund of that key is of another amount".into()));
    }
    match found.status {
        ReturnStatus::Done => Ok(Refunded::Done(order.key.clone())),
        ReturnStatus::Failed => {
            Err(Fault::Refused("the refund was not carried out: it is to have another key".into()))
        }
        ReturnStatus::UnderWay | ReturnStatus::Other => Ok(Refunded::UnderWay(order.key.clone())),
    }
}
