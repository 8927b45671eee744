//! One step with one charge, and what came of it.

use mensal_domain::charge::{Charge, ChargeKey, ChargeState, Step, Terms};
use mensal_rails::gateway::{Fault, Order, Registered, Standing};
use mensal_runtime::{
    Failure,
    gateways::of_the_moment,
    metrics::{self, Metric},
};

use crate::Invoiced;

/// A step that has come to something.
pub(crate) struct Done {
    /// The charge after it.
    pub(crate) charge: Charge,
    /// Whether its reference is to be remembered.
    pub(crate) remember: bool,
}

impl Done {
    fn of(charge: Charge, state: ChargeState) -> Self {
        Self { charge: Charge { state, ..charge }, remember: false }
    }

    fn registered(charge: Charge, as_told: Registered) -> Self {
        let Registered { reference, called_by_reference, codes } = as_told;
        let state = ChargeState::Registered;
        let reference = reference.or_else(|| charge.reference.clone());
        Self { charge: Charge { state, reference, codes, ..charge }, remember: called_by_reference }
    }
}

impl Invoiced {
    /// Takes the step that a charge is pending in. Whether it was begun before makes no difference
    /// for registering and cancelling, which the charge's key makes safe to repeat; how an
    /// amendment ended is asked for first.
    ///
    /// # Errors
    /// When nobody knows what came of it: the charge stays as it is.
    pub(crate) async fn take(&self, key: &ChargeKey, charge: Charge) -> Result<Done, Failure> {
        let ChargeState::Pending(step) = charge.state else {
            return Ok(Done { charge, remember: false });
        };
        let Some(gateway) = self.gateways.get(&charge.gateway) else {
            return Err(Failure::Retry(format!("gateway {} is not connected", charge.gateway)));
        };
        let order = Order {
            key: key.clone(),
            terms: charge.terms.clone(),
            payer: self.payer.clone(),
            today: self.today,
        };
        let reference = charge.reference.as_ref();
        let done = match step {
            Step::Register => {
                gateway.register(&order).await.map(|told| Done::registered(charge.clone(), told))
            }
            Step::Amend => gateway
                .amend(&order, reference)
                .await
                .map(|told| Done::registered(charge.clone(), told)),
            Step::Cancel => gateway
                .cancel(key, reference)
                .await
                .map(|standing| stands(charge.clone(), standing)),
        };
        match done {
            Err(Fault::Conflict(_)) => match gateway.fetch(key, reference).await {
                Ok(Standing::InWork) => {
                    Err(Failure::Retry(format!("gateway {} is at work on it", charge.gateway)))
                }
                Ok(standing) => Ok(stands(charge, standing)),
                Err(fault) => refused(charge, &fault),
            },
            Err(fault) => refused(charge, &fault),
            Ok(done) => Ok(done),
        }
    }
}

/// A charge as the gateway says that it stands.
fn stands(charge: Charge, standing: Standing) -> Done {
    match standing {
        Standing::Registered { charge: told, amount, due } => {
            let terms =
                Terms { amount, due: due.unwrap_or(charge.terms.due), ..charge.terms.clone() };
            Done::registered(Charge { terms, ..charge }, told)
        }
        Standing::Paid => Done::of(charge, ChargeState::Paid),
        Standing::Expired => Done::of(charge, ChargeState::Expired),
        // One that the gateway does not have is as good as taken back. One that it is still at work
        // on is told to be cancelled again once it stands.
        Standing::Missing | Standing::Cancelled => Done::of(charge, ChargeState::Cancelled),
        Standing::InWork => Done { charge, remember: false },
    }
}

/// A gateway that does not do it: later, if that is of the moment; else it is for people.
fn refused(charge: Charge, fault: &Fault) -> Result<Done, Failure> {
    if let Some(later) = of_the_moment(&charge.gateway, fault) {
        return Err(later);
    }
    let why = fault.to_string();
    metrics::count(Metric::ChargesRefused, 1);
    tracing::warn!(gateway = %charge.gateway, rail = %charge.rail, why, "a charge is refused");
    Ok(Done::of(charge, ChargeState::Refused(why)))
}
