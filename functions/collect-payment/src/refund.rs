//! Giving back what nothing had asked for.

use mensal_domain::{
    ids::AccountId,
    payment::{About, Fact, Held, Notice, Payment, PaymentId, Received, Return, ReturnKind},
};
use mensal_rails::gateway::{Fault, RefundOrder, Refunded};
use mensal_runtime::{Failure, gateways::of_the_moment, messages::ApplyNotice};

use crate::CollectPayment;

impl CollectPayment {
    /// Gives back what a payment holds. What comes of it goes the way of all that gateways tell; a
    /// refund that the gateway does not do becomes credit.
    pub(crate) async fn give_back(
        &self,
        account: &AccountId,
        id: &PaymentId,
    ) -> Result<(), Failure> {
        let payment = self.store.payment(account, id).await?;
        let missing = || Failure::Poison(format!("account {account} has no payment {id}"));
        let Payment { held: Some(held), received: Some(received), .. } =
            payment.ok_or_else(missing)?
        else {
            return Ok(()); // given back before
        };
        let order = RefundOrder {
            money: id.money.clone(),
            rail: received.rail,
            account: account.clone(),
            key: held.key.clone(),
            amount: held.amount,
        };
        let gateway = self.gateways.named(&id.gateway).await?;
        let (name, kind) = match gateway.refund(&order).await {
            Ok(Refunded::Done(name) | Refunded::UnderWay(name)) => (name, ReturnKind::Refund),
            Err(fault) => {
                if let Some(later) = of_the_moment(&id.gateway, &fault) {
                    return Err(later);
                }
                // Something was given back, and not as this asks for: to say that it has failed would
                // make credit of money that has left.
                if let Fault::Conflict(_) = fault {
                    return Err(Failure::Retry(format!("gateway {}: {fault}", id.gateway)));
                }
                tracing::warn!(gateway = %id.gateway, why = %fault, "a refund is refused");
                let refusal = held.refusal().map_err(|why| Failure::Poison(why.to_string()))?;
                (refusal, ReturnKind::RefundFailed)
            }
        };
        self.tell(account, id, &held, &received, name, kind).await
    }

    async fn tell(
        &self,
        account: &AccountId,
        id: &PaymentId,
        held: &Held,
        received: &Received,
        name: mensal_domain::reference::Reference,
        kind: ReturnKind,
    ) -> Result<(), Failure> {
        let returned = Return {
            money: id.money.clone(),
            id: name,
            about: About::Account(account.clone()),
            kind,
            amount: held.amount,
            on: received.paid_on,
        };
        let notice = Notice { gateway: id.gateway.clone(), fact: Fact::Returned(returned) };
        self.payment_queue.send(&[ApplyNotice::of(notice)]).await
    }
}
