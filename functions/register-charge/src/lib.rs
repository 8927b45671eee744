//! Brings the gateways' charges to what an invoice is: registers, amends, cancels. Each step is
//! noted before it is taken, and what came of it after.

mod ahead;
mod step;

use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use lambda_runtime::Error;
use mensal_domain::{
    account::Account,
    charge::{Charge, ChargeKey, ChargeState, Charges, Next, Payer, desired, plan},
    ids::{AccountId, GatewayCode},
    invoice::{Invoice, InvoiceId},
    reference::Reference,
};
use mensal_runtime::{
    Failure, batch,
    clock::Clock,
    dead_letters::DeadLetters,
    gateways::{Connected, Gateways},
    messages::ConvergeCharges,
    metrics::{self, Metric},
    start::Function,
};
use mensal_store::{Store, StoreError};
use serde_json::Value;

/// So often is planned for one message: to ask, to cancel, to register anew, to see that all is
/// well, each for two rails. What is not well then never will be.
const MOST_ROUNDS: usize = 8;

/// The function.
#[derive(Debug)]
pub struct RegisterCharge {
    /// The table.
    pub store: Store,
    /// The gateways.
    pub gateways: Gateways,
    /// Today.
    pub clock: Clock,
    /// What cannot be done.
    pub dead_letters: DeadLetters,
}

impl Function for RegisterCharge {
    async fn handle(&self, event: Value) -> Result<Value, Error> {
        let converge = |message| self.converge(message);
        let response = batch::messages(event, &self.dead_letters, converge).await?;
        Ok(serde_json::to_value(response)?)
    }
}

/// What the charges of one invoice are brought to.
struct Invoiced {
    invoice: Invoice,
    payer: Payer,
    gateways: HashMap<GatewayCode, Connected>,
    today: Date,
}

impl Invoiced {
    /// What is to be done next, as far as it is for gateways that are connected.
    fn next(&self, charges: &Charges) -> Vec<Next> {
        let amends = |gateway: &_, rail| {
            self.gateways.get(gateway).is_some_and(|gateway| gateway.amends(rail))
        };
        let mut next = plan(&desired(&self.invoice, self.today), charges, amends);
        next.retain(|(Next::Take(charge) | Next::Ask(charge))| {
            self.gateways.contains_key(&charge.gateway)
        });
        next
    }
}

/// What gateways call charges by, to be remembered.
type Called = Vec<(GatewayCode, Reference, ChargeKey)>;

impl RegisterCharge {
    async fn converge(&self, message: ConvergeCharges) -> Result<(), Failure> {
        let ConvergeCharges { account: of, invoice: id } = message;
        let account = self.store.account(&of).await?;
        let missing = || Failure::Poison(format!("account {of} does not exist"));
        let account = account.ok_or_else(missing)?;
        let today = self.clock.today();
        // Before the invoice: what they say of money that has come, it knows then.
        let before = self.store.charges(&of, id).await?;
        let invoice = self.invoice(&of, id).await?;
        let mut charges = before.unwrap_or_else(|| Charges::of(&invoice, today));
        let (left, ordered) = self.take_back(&invoice, charges, today).await?;
        charges = left;
        let (gateways, unconnected) = self.connected(&invoice, &charges).await;
        let mut unreached = ordered.or(unconnected);
        let payer = payer(&account, &invoice);
        let mut invoiced = Invoiced { invoice, payer, gateways, today };
        for _ in 0..MOST_ROUNDS {
            let next = invoiced.next(&charges);
            if next.is_empty() {
                if let Some(why) = unreached.take() {
                    return Err(why);
                }
                // That there is nothing to register is noted, too: the document waits to hear of it.
                if !charges.converged && invoiced.invoice.offers.is_some() {
                    charges.converged = true;
                    self.put(&charges, &Called::new()).await?;
                }
                return Ok(());
            }
            charges = self.round(&invoiced, charges, next, unreached.is_none()).await?;
            // It may have been paid meanwhile.
            invoiced.invoice = self.invoice(&of, id).await?;
        }
        Err(Failure::Poison(format!(
            "its charges are not as they should be after {MOST_ROUNDS} rounds"
        )))
    }

    async fn invoice(&self, account: &AccountId, id: InvoiceId) -> Result<Invoice, Failure> {
        let invoice = self.store.invoice(account, id).await?;
        invoice.ok_or_else(|| Failure::Poison(format!("account {account} has no invoice {id}")))
    }

    /// The gateways that are offered, and those that have something registered. One that cannot be
    /// connected keeps no other from its work: why not.
    async fn connected(
        &self,
        invoice: &Invoice,
        charges: &Charges,
    ) -> (HashMap<GatewayCode, Connected>, Option<Failure>) {
        let offered = invoice.offers.iter().flat_map(|offers| &offers.rails);
        let offered = offered.map(|offer| &offer.gateway);
        let open = charges.charges.iter().filter(|charge| {
            matches!(charge.state, ChargeState::Pending(_) | ChargeState::Registered)
        });
        let codes: BTreeSet<_> = offered.chain(open.map(|charge| &charge.gateway)).collect();
        let (mut connected, mut failed) = (HashMap::new(), None);
        for code in codes {
            match self.gateways.named(code).await {
                Ok(gateway) => drop(connected.insert(code.clone(), gateway)),
                Err(why) => failed = Some(why),
            }
        }
        (connected, failed)
    }

    /// One round: notes the steps that are to be taken, takes them, notes what came of each. What
    /// nobody knows the outcome of stays pending, and the message comes again. Where not all gateways
    /// were reached, the charges have not converged, whatever comes of the others.
    async fn round(
        &self,
        invoiced: &Invoiced,
        mut charges: Charges,
        next: Vec<Next>,
        all_reached: bool,
    ) -> Result<Charges, Failure> {
        let noted = next.iter().any(|next| matches!(next, Next::Take(_)));
        let steps: Vec<Charge> =
            next.into_iter().map(|(Next::Take(charge) | Next::Ask(charge))| charge).collect();
        if noted {
            for charge in &steps {
                charges.note(charge.clone());
            }
            charges = self.put(&charges, &Called::new()).await?;
        }
        let (mut called, mut later) = (Called::new(), None);
        for charge in steps {
            let key = charges.key(&charge);
            let done = invoiced.take(&key, charge).await;
            metrics::count(Metric::ChargeSteps, 1);
            match done {
                Ok(step::Done { charge, remember }) => {
                    if let (true, Some(reference)) = (remember, &charge.reference) {
                        called.push((charge.gateway.clone(), reference.clone(), key));
                    }
                    charges.note(charge);
                }
                Err(why) => later = Some(why),
            }
        }
        charges.looked_at = invoiced.today;
        charges.converged |= all_reached && !charges.is_pending();
        charges = self.put(&charges, &called).await?;
        later.map_or(Ok(charges), Err)
    }

    /// Beside another message of the same invoice, one of the two comes again.
    async fn put(&self, charges: &Charges, called: &Called) -> Result<Charges, Failure> {
        self.store.put_charges(charges, called).await.map_err(|error| match error {
            StoreError::Moved => Failure::Retry("its charges are at work beside this".into()),
            other => other.into(),
        })
    }
}

fn payer(account: &Account, invoice: &Invoice) -> Payer {
    Payer {
        customer: invoice.customer.clone(),
        email: account.email.clone(),
        region: account.region.clone(),
        invoice_number: invoice.number.clone(),
    }
}
