//! The sandbox bank: where the local stack's customers pay. It registers charges, lets invented
//! payers pay them on their days (early, late, twice, short, over, not at all), collects from
//! stored methods, and tells of it all by signed webhooks.
//!
//! It keeps books of its own, on a file of its own, as a bank does: what the stack loses, it has.

mod api;
mod codes;
mod ledger;
mod payers;
mod teller;

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Instant};

use jiff::{Timestamp, civil::Date};
use mensal_domain::{charge::ChargeKey, payment::Fact, reference::Reference};

pub use ledger::{Payable, Taken};
pub(crate) use payers::hash;
pub use payers::{Fate, Payers};
pub use teller::Telling;

use self::{ledger::Ledger, teller::Teller};
use crate::{
    loopback,
    stack::{Error, Faults},
};

/// The bank's code among the gateways of the local stack.
pub const CODE: &str = "sandbox";
/// What opens its API, and what signs its webhooks. Both open nothing but a toy.
const KEY: &str = "sandbox-api-key";
const WEBHOOK_SECRET: &str = "sandbox-webhook-secret";

/// How the bank and its payers behave.
#[derive(Clone, Copy, Debug, Default)]
pub struct Behaviour {
    /// What payers do.
    pub payers: Payers,
    /// How webhooks arrive.
    pub telling: Telling,
}

/// The bank.
#[derive(Clone)]
pub struct Bank {
    ledger: Arc<Ledger>,
    payers: Payers,
    teller: Arc<Teller>,
    address: String,
}

impl Bank {
    /// Opens a bank on a file, at a free port of loopback.
    ///
    /// # Errors
    /// The file's, and when there is no port.
    pub async fn open(path: &Path, behaviour: Behaviour) -> Result<Self, Error> {
        Self::with_faults(path, behaviour, Arc::default()).await
    }

    /// A bank with which things go wrong.
    pub(crate) async fn with_faults(
        path: &Path,
        behaviour: Behaviour,
        faults: Arc<Faults>,
    ) -> Result<Self, Error> {
        let ledger = Arc::new(Ledger::open(path)?);
        let app = api::routes(ledger.clone(), faults.clone());
        let address = loopback::serve(app, "the bank has closed").await?;
        let teller = Arc::new(Teller::new(ledger.clone(), behaviour.telling, faults)?);
        Ok(Self { ledger, payers: behaviour.payers, teller, address })
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The secret that connects a gateway with it.
    #[must_use]
    pub fn secret(&self) -> String {
        serde_json::json!({
            "kind": "sandbox",
            "settings": { "address": self.address },
            "credentials": { "key": KEY, "webhook_secrets": [WEBHOOK_SECRET] },
        })
        .to_string()
    }

    /// Lets a day pass: payers pay what they pay on that day, stored methods are debited, disputes
    /// are opened and decided; and all of it is told to an address. Passing a day twice does
    /// nothing twice.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn pass_day(&self, day: Date, webhooks: &str) -> Result<(), Error> {
        let (ledger, payers) = (self.ledger.clone(), self.payers);
        tokio::task::spawn_blocking(move || ledger.pass_day(day, payers)).await??;
        self.tell(webhooks).await
    }

    /// Tells an address what has not been told.
    ///
    /// # Errors
    /// The ledger's.
    pub async fn tell(&self, webhooks: &str) -> Result<(), Error> {
        self.teller.tell(webhooks).await
    }

    /// What it has taken in, as its own books say.
    ///
    /// # Errors
    /// The ledger's.
    pub fn taken(&self) -> Result<Taken, Error> {
        self.ledger.taken()
    }

    /// Puts something on its books that no payer of its own has done: for tests.
    ///
    /// # Errors
    /// The ledger's.
    pub fn book(&self, id: &str, day: Date, fact: &Fact) -> Result<(), Error> {
        self.ledger.book(id, day, fact)
    }

    /// What its customers can pay, by invoice: `account/invoice`.
    ///
    /// # Errors
    /// The ledger's.
    pub fn payable(&self) -> Result<BTreeMap<String, Vec<Payable>>, Error> {
        self.ledger.payable()
    }

    /// A customer of its own pays a charge on a day, as they do. False if it can be paid no more.
    ///
    /// # Errors
    /// The ledger's.
    pub fn pays(&self, charge: &ChargeKey, fate: Fate, on: Date) -> Result<bool, Error> {
        let Some(found) = self.ledger.charge(charge)?.filter(ledger::Charged::is_open) else {
            return Ok(false);
        };
        payers::pay_charge(&self.ledger, &found, fate, on)?;
        Ok(true)
    }

    /// What it has booked after so much of it, each with its number.
    ///
    /// # Errors
    /// The ledger's.
    pub fn booked_after(&self, number: i64) -> Result<Vec<(i64, Fact)>, Error> {
        self.ledger.after(number)
    }

    /// When it first sent a webhook of some money; none if it has sent none.
    #[must_use]
    pub fn sent(&self, money: &Reference) -> Option<Instant> {
        self.teller.sent(money)
    }

    /// A webhook as it would send it, body and signature: for those who send it by themselves.
    ///
    /// # Errors
    /// None for what the domain can say.
    pub fn webhook(&self, facts: Vec<Fact>) -> Result<(Vec<u8>, String), Error> {
        let body = teller::body(facts)?;
        let signature = teller::signature(&body, Timestamp::now(), WEBHOOK_SECRET);
        Ok((body, signature))
    }
}

/// The signature of a body at a time by a secret, in the bank's scheme: for those who try what is
/// signed otherwise than it should be.
#[must_use]
pub fn signature(body: &[u8], at: Timestamp, secret: &str) -> String {
    teller::signature(body, at, secret)
}
