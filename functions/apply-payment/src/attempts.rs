//! What a notice says of the charge or the attempt that it is about, beside the money.

use mensal_domain::{
    charge::{ChargeKey, ChargeState, Charges},
    collection::AttemptState,
    payment::{About, Fact, Failed, Notice},
};
use mensal_runtime::{
    Failure,
    metrics::{self, Metric},
};

use crate::{ApplyPayment, Heard, Stop};

impl ApplyPayment {
    /// Notes that an attempt has failed. One whose money is there has not failed, whatever is told
    /// late.
    pub(crate) async fn not_collected(
        &self,
        named: &Notice,
        failed: &Failed,
        heard: &Notice,
    ) -> Result<Heard, Stop> {
        let About::Charge(key) = named.about() else {
            return Ok(Heard::Unmatched("it names no attempt".into()));
        };
        let state = AttemptState::Failed { code: failed.code.clone(), advice: failed.advice };
        let noted = self.note(key, |charges| charges.note_outcome(key, failed.on, state)).await?;
        if noted {
            metrics::count(Metric::AttemptsDeclined, 1);
        }
        self.store.forget_unmatched(heard).await?;
        Ok(Heard::Known)
    }

    /// Notes on the charge or the attempt that money is for that it was paid: nobody needs to ask
    /// its gateway any more.
    pub(crate) async fn note_paid(&self, named: &Notice) -> Result<(), Stop> {
        let Fact::Received(receipt) = &named.fact else { return Ok(()) };
        let About::Charge(key) = &receipt.about else { return Ok(()) };
        let received = |charges: &mut Charges| {
            charges.note_outcome(key, receipt.paid_on, AttemptState::Received)
        };
        if self.note(key, received).await? {
            return Ok(());
        }
        let Some(mut charges) = self.store.charges(&key.account, key.invoice).await? else {
            return Ok(());
        };
        let paid = |charge: &&mut _| is(charge, key) && !is_over(charge);
        let Some(charge) = charges.charges.iter_mut().find(paid) else { return Ok(()) };
        charge.state = ChargeState::Paid;
        self.store.put_charges(&charges, &[]).await?;
        Ok(())
    }

    /// Whether a notice is about a charge or an attempt of another gateway's: who can sign for one
    /// gateway does not speak for the others.
    pub(crate) async fn is_anothers(&self, named: &Notice) -> Result<bool, Failure> {
        let About::Charge(key) = named.about() else { return Ok(false) };
        let charges = self.store.charges(&key.account, key.invoice).await?;
        let gateway = charges.as_ref().and_then(|charges| charges.gateway_of(key));
        Ok(gateway.is_some_and(|gateway| *gateway != named.gateway))
    }

    /// Notes something of an attempt. False if nothing changes.
    async fn note(
        &self,
        key: &ChargeKey,
        note: impl FnOnce(&mut Charges) -> bool,
    ) -> Result<bool, Stop> {
        let charges = self.store.charges(&key.account, key.invoice).await?;
        let Some(mut charges) = charges else { return Ok(false) };
        if !note(&mut charges) {
            return Ok(false);
        }
        self.store.put_charges(&charges, &[]).await?;
        Ok(true)
    }
}

fn is(charge: &mensal_domain::charge::Charge, key: &ChargeKey) -> bool {
    (charge.rail, charge.serial) == (key.rail, key.serial)
}

/// Whether nothing more is to come of it. A charge that was being taken back, and was paid before
/// that reached the gateway, was paid.
fn is_over(charge: &mensal_domain::charge::Charge) -> bool {
    matches!(charge.state, ChargeState::Paid)
}
