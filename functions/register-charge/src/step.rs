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
            Step::Cancel => match gateway.cancel(key, reference).await {
                Ok(standing) => return stands(charge, standing),
                Err(fault) => Err(fault),
            },
        };
        match done {
            Err(Fault::Conflict(_)) => match gateway.fetch(key, reference).await {
                Ok(standing) => stands(charge, standing),
                Err(fault) => refused(charge, &fault),
            },
            Err(fault) => refused(charge, &fault),
            Ok(done) => Ok(done),
        }
    }
}

/// A charge as the gateway says that it stands. One that it is still at work on stays pending: asked
/// again at once, it would answer the same.
fn stands(charge: Charge, standing: Standing) -> Result<Done, Failure> {
    Ok(match standing {
        Standing::Registered { charge: told, amount, due } => {
            let terms =
                Terms { amount, due: due.unwrap_or(charge.terms.due), ..charge.terms.clone() };
            Done::registered(Charge { terms, ..charge }, told)
        }
        Standing::Paid => Done::of(charge, ChargeState::Paid),
        Standing::Expired => Done::of(charge, ChargeState::Expired),
        // One that the gateway does not have is as good as taken back.
        Standing::Missing | Standing::Cancelled => Done::of(charge, ChargeState::Cancelled),
        Standing::InWork => {
            return Err(Failure::Retry(format!("gateway {} is at work on it", charge.gateway)));
        }
    })
}

/// A gateway that does not do it: later, if that is of the moment; else it is for people.
fn refused(charge: Charge, fault: &Fault) -> Result<Done, Failure> {
    if let Some(later) = of_the_moment(&charge.gateway, fault) {
        return Err(later);
    }
    let why = fault.to_string();
    metrics::count(Metric::ChargesRefused, 1);
    tracing::warn!(gateway = %charge.gateway, rail = %charge.rail, why, "a charge is refused");
    // One that stands there can be paid, whatever of it cannot be changed: it is not over.
    if charge.state != ChargeState::Pending(Step::Register) {
        let gateway = &charge.gateway;
        return Err(Failure::Retry(format!("gateway {gateway} does not change a charge: {why}")));
    }
    Ok(Done::of(charge, ChargeState::Refused(why)))
}

#[cfg(test)]
mod tests {
    use mensal_domain::{
        charge::{LateTerms, PaymentCodes},
        rail::Rail,
    };

    use super::*;

    fn pending(step: Step) -> Charge {
        let terms = Terms {
            amount: "100.00 BRL".parse().unwrap(),
            due: "2026-11-20".parse().unwrap(),
            payable_days: 60,
            late: LateTerms::default(),
        };
        Charge {
            rail: Rail::Boleto,
            gateway: "inter".parse().unwrap(),
            serial: 1,
            terms,
            state: ChargeState::Pending(step),
            reference: Some("a3f1".parse().unwrap()),
            codes: PaymentCodes::default(),
        }
    }

    #[test]
    fn a_charge_is_taken_back_once_its_gateway_says_so_and_waits_for_one_that_is_at_work() {
        let at_work = stands(pending(Step::Cancel), Standing::InWork);
        let Err(Failure::Retry(why)) = at_work else { panic!("it did not wait") };
        assert_eq!(why, "gateway inter is at work on it");
        for (standing, want) in [
            (Standing::Cancelled, ChargeState::Cancelled),
            (Standing::Missing, ChargeState::Cancelled),
            (Standing::Paid, ChargeState::Paid),
            (Standing::Expired, ChargeState::Expired),
        ] {
            let Ok(done) = stands(pending(Step::Cancel), standing) else { panic!("{want:?}") };
            assert_eq!(done.charge.state, want);
        }
    }

    #[test]
    fn a_charge_that_was_never_taken_is_refused_and_one_that_stands_is_tried_again() {
        let fault = Fault::Refused("no such debtor".into());
        let Ok(done) = refused(pending(Step::Register), &fault) else { panic!("it waits") };
        assert!(matches!(&done.charge.state, ChargeState::Refused(why) if why.contains("debtor")));
        for step in [Step::Amend, Step::Cancel] {
            let Err(Failure::Retry(why)) = refused(pending(step), &fault) else {
                panic!("{step:?}: it can still be paid")
            };
            assert!(why.contains("no such debtor"), "{why}");
        }
    }
}
