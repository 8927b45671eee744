//! One attempt to collect from a stored method: noted before it is made.

use std::time::Duration;

use jiff::{Timestamp, civil::Date};
use mensal_domain::{
    account::Account,
    calendar::days_after,
    charge::{ChargeKey, Charges, Payer},
    collection::{Attempt, AttemptState, Collect, collect},
    ids::GatewayCode,
    invoice::Invoice,
    method::MethodState,
    payment::{Advice, Fact, Notice},
    reference::Reference,
    settings::BillingSettings,
};
use mensal_rails::gateway::{Collected, Collection, Decline, Fault, Gateway};
use mensal_runtime::{
    Failure,
    gateways::of_the_moment,
    messages::ApplyNotice,
    metrics::{self, Metric},
};
use mensal_store::StoreError;

use crate::CollectPayment;

/// For so long an order may be on its way: the minute that this function may take, and the minute
/// that a gateway may go on after it has gone.
const ALONE: Duration = Duration::from_mins(2);

impl CollectPayment {
    /// Makes an attempt; when the invoice is to be looked at again.
    pub(crate) async fn attempt(
        &self,
        account: &Account,
        invoice: &Invoice,
        mut charges: Charges,
        attempt: Attempt,
        settings: &BillingSettings,
        today: Date,
    ) -> Result<Option<Date>, Failure> {
        let gateway = self.gateways.named(&attempt.gateway).await?;
        let now = Timestamp::now();
        if !gateway.keys_collections() && charges.is_busy(now) {
            return Err(Failure::Retry("it is being collected beside this".into()));
        }
        let again = charges.attempts.contains(&attempt);
        charges.busy_until = Some(now + ALONE);
        charges.note_attempt(attempt.clone());
        let key = attempt.key(&charges);
        let called = gateway.called(&key).map(|name| (attempt.gateway.clone(), name, key.clone()));
        charges = self.put(&charges, called.as_slice()).await?;
        // Whoever pays it from now on finds what was noted, and has the order taken back.
        if !again && self.is_paid_meanwhile(invoice, &attempt).await? {
            charges.note_attempt(Attempt { state: AttemptState::TakenBack, ..attempt });
            charges.busy_until = None;
            self.put(&charges, &[]).await?;
            return Ok(Some(days_after(today, 1)));
        }
        let method = account.methods.iter().find(|method| method.id == attempt.method);
        let state = match method {
            // Revoked since the attempt was noted: whether it was made before, its gateway tells.
            Some(method) if method.state != MethodState::Active => {
                failed("revoked", Advice::AskCustomer)
            }
            Some(method) => {
                let collection = Collection {
                    key,
                    method: method.clone(),
                    amount: attempt.amount,
                    due: attempt.due,
                    today,
                    payer: Payer {
                        customer: account.customer.clone(),
                        email: account.email.clone(),
                        region: account.region.clone(),
                        invoice_number: invoice.number.clone(),
                    },
                };
                self.collect(&*gateway, &attempt, &collection).await?
            }
            None => failed("gone", Advice::AskCustomer),
        };
        charges.note_attempt(Attempt { state, ..attempt });
        charges.busy_until = None;
        let charges = self.put(&charges, &[]).await?;
        Ok(match collect(invoice, &charges, &account.methods, settings, today) {
            Collect::Wait(until) => Some(until),
            // Another method, tomorrow: one attempt a day is enough for any card network.
            Collect::Try(_) | Collect::NeverMade(_) => Some(days_after(today, 1)),
            Collect::Nothing | Collect::GiveUp => None,
        })
    }

    /// Notes that an attempt was never made; what is left to be collected is decided on the next day.
    pub(crate) async fn never_made(
        &self,
        mut charges: Charges,
        attempt: Attempt,
        today: Date,
    ) -> Result<Option<Date>, Failure> {
        charges.note_attempt(Attempt { state: AttemptState::TakenBack, ..attempt });
        self.put(&charges, &[]).await?;
        Ok(Some(days_after(today, 1)))
    }

    /// Asks the gateway. What it answers about money goes the way of all that gateways tell.
    async fn collect(
        &self,
        gateway: &dyn Gateway,
        attempt: &Attempt,
        collection: &Collection,
    ) -> Result<AttemptState, Failure> {
        metrics::count(Metric::Attempts, 1);
        match gateway.collect(collection).await {
            Ok(Collected::Received(receipt)) => {
                let fact = Fact::Received(receipt);
                let notice = Notice { gateway: attempt.gateway.clone(), fact };
                self.payment_queue.send(&[ApplyNotice::of(notice)]).await?;
                Ok(AttemptState::Received)
            }
            Ok(Collected::UnderWay(reference)) => Ok(AttemptState::UnderWay(reference)),
            Ok(Collected::NotMade) => Ok(AttemptState::TakenBack),
            Err(Fault::Declined(Decline { code, advice })) => {
                metrics::count(Metric::AttemptsDeclined, 1);
                Ok(AttemptState::Failed { code, advice })
            }
            // It stands in the way of itself: asked again, it is told how it stands.
            Err(Fault::Conflict(why)) => {
                Err(Failure::Retry(format!("gateway {}: {why}", attempt.gateway)))
            }
            Err(fault) => {
                if let Some(later) = of_the_moment(&attempt.gateway, &fault) {
                    return Err(later);
                }
                tracing::warn!(gateway = %attempt.gateway, why = %fault, "an attempt is refused");
                Ok(failed("refused", Advice::AskCustomer))
            }
        }
    }

    /// Whether less is to be paid of an invoice than an attempt is for.
    async fn is_paid_meanwhile(
        &self,
        invoice: &Invoice,
        attempt: &Attempt,
    ) -> Result<bool, Failure> {
        let now = self.store.invoice(&invoice.account, invoice.id).await?;
        let open = now.filter(Invoice::is_open).map(|now| now.open());
        Ok(open.is_none_or(|open| open < attempt.amount))
    }

    /// Notes attempts, and what their gateways will call them by.
    async fn put(
        &self,
        charges: &Charges,
        called: &[(GatewayCode, Reference, ChargeKey)],
    ) -> Result<Charges, Failure> {
        self.store.put_charges(charges, called).await.map_err(|error| match error {
            StoreError::Moved => Failure::Retry("its charges are at work beside this".into()),
            other => other.into(),
        })
    }
}

fn failed(code: &str, advice: Advice) -> AttemptState {
    AttemptState::Failed { code: code.into(), advice }
}
