//! What a notice says of the charge or the attempt that it is about, beside the money.

use mensal_domain::{
    charge::{Charge, ChargeKey, ChargeState, Charges},
    collection::AttemptState,
    payment::{About, Fact, Failed, Notice},
};
use mensal_runtime::{
    Failure,
    conflict::Stop,
    metrics::{self, Metric},
};

use crate::{ApplyPayment, Heard, HeardNotice};

impl ApplyPayment {
    /// The charges of the invoice of the charge that a notice names; none if it names none.
    pub(crate) async fn charges_of(&self, named: &Notice) -> Result<Option<Charges>, Failure> {
        let About::Charge(key) = named.about() else { return Ok(None) };
        Ok(self.store.charges(&key.account, key.invoice).await?)
    }

    /// Notes that an attempt has failed. One whose money is there has not failed, whatever is told
    /// late.
    pub(crate) async fn not_collected(
        &self,
        told: HeardNotice<'_>,
        failed: &Failed,
    ) -> Result<Heard, Stop> {
        let About::Charge(key) = told.named.about() else {
            return Ok(Heard::Unmatched("it names no attempt".into()));
        };
        let state = AttemptState::Failed { code: failed.code.clone(), advice: failed.advice };
        if let Some(mut charges) = told.charges
            && charges.note_outcome(key, failed.on, state)
        {
            self.store.put_charges(&charges, &[]).await?;
            metrics::count(Metric::AttemptsDeclined, 1);
        }
        self.store.forget_unmatched(told.heard).await?;
        Ok(Heard::Known)
    }

    /// Notes on the charge or the attempt that money is for that the books have it: nobody needs to
    /// ask its gateway any more.
    pub(crate) async fn note_paid(
        &self,
        named: &Notice,
        charges: Option<Charges>,
    ) -> Result<(), Stop> {
        let Fact::Received(receipt) = &named.fact else { return Ok(()) };
        let About::Charge(key) = &receipt.about else { return Ok(()) };
        let Some(mut charges) = charges else { return Ok(()) };
        let noted = charges.note_outcome(key, receipt.paid_on, AttemptState::Settled)
            || note_settled(&mut charges, key);
        if noted {
            self.store.put_charges(&charges, &[]).await?;
        }
        Ok(())
    }
}

/// Notes on a charge that the books have its money. A charge that was being taken back, and was paid
/// before that reached the gateway, was paid. False if there is none of that key, or if that was
/// known.
fn note_settled(charges: &mut Charges, key: &ChargeKey) -> bool {
    let paid = |charge: &&mut Charge| {
        let is = (charge.rail, charge.serial) == (key.rail, key.serial);
        is && charge.state != ChargeState::Settled
    };
    let charge = charges.charges.iter_mut().find(paid);
    charge.map(|charge| charge.state = ChargeState::Settled).is_some()
}

/// Whether a notice is about a charge or an attempt of another gateway's: who can sign for one
/// gateway does not speak for the others.
pub(crate) fn is_anothers(named: &Notice, charges: Option<&Charges>) -> bool {
    let About::Charge(key) = named.about() else { return false };
    let gateway = charges.and_then(|charges| charges.gateway_of(key));
    gateway.is_some_and(|gateway| *gateway != named.gateway)
}
