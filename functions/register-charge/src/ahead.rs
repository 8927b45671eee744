//! What was ordered ahead, and is for more than an invoice still asks for.

use jiff::{Timestamp, civil::Date};
use mensal_domain::{
    charge::{ChargeKey, Charges},
    collection::{Attempt, AttemptState, to_take_back},
    invoice::Invoice,
};
use mensal_rails::gateway::{Fault, Standing};
use mensal_runtime::{
    Failure,
    gateways::of_the_moment,
    metrics::{self, Metric},
};

use crate::{Called, RegisterCharge};

impl RegisterCharge {
    /// Takes back what was ordered ahead for an invoice that was paid, or partly paid, meanwhile. What
    /// can be taken back no more is left as it is: its money becomes credit. With why not all of it
    /// could be tried: the message is to come again, and all else is done before.
    ///
    /// # Errors
    /// The table's.
    pub(crate) async fn take_back(
        &self,
        invoice: &Invoice,
        mut charges: Charges,
        today: Date,
    ) -> Result<(Charges, Option<Failure>), Failure> {
        let (mut noted, mut later) = (false, None);
        let busy = charges.is_busy(Timestamp::now());
        for attempt in to_take_back(invoice, &charges, today) {
            // Its order may reach the gateway after our word that it is none.
            if attempt.state == AttemptState::Pending && busy {
                later = Some(Failure::Retry("it is being ordered at this moment".into()));
                continue;
            }
            match self.is_taken_back(&attempt, &attempt.key(&charges)).await {
                Ok(true) => {
                    noted = true;
                    charges.note_attempt(Attempt { state: AttemptState::TakenBack, ..attempt });
                }
                Ok(false) => {}
                Err(why) => later = Some(why),
            }
        }
        if noted {
            charges = self.put(&charges, &Called::new()).await?;
        }
        Ok((charges, later))
    }

    async fn is_taken_back(&self, attempt: &Attempt, key: &ChargeKey) -> Result<bool, Failure> {
        let gateway = self.gateways.named(&attempt.gateway).await?;
        let reference = match &attempt.state {
            AttemptState::UnderWay(reference) => reference.as_ref(),
            _ => None,
        };
        metrics::count(Metric::ChargeSteps, 1);
        match gateway.cancel(key, reference).await {
            Ok(Standing::Cancelled | Standing::Missing | Standing::Expired) => Ok(true),
            Ok(Standing::Registered { .. } | Standing::InWork | Standing::Paid) => Ok(false),
            Err(fault) => {
                if let Some(later) = of_the_moment(&attempt.gateway, &fault) {
                    return Err(later);
                }
                if !matches!(fault, Fault::Unsupported(_)) {
                    let gateway = &attempt.gateway;
                    tracing::warn!(%gateway, why = %fault, "a collection is not taken back");
                }
                Ok(false)
            }
        }
    }
}
