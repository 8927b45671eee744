//! Telling: signed webhooks, until each was answered with 200; or, where that is what is tried,
//! some never, some twice, in any order.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use mensal_domain::{payment::Fact, reference::Reference};
use mensal_rails::gateway::sandbox::{SIGNATURE, Told};
use reqwest::{Client, StatusCode};

use super::{WEBHOOK_SECRET, ledger::Ledger, payers::hash};
use crate::{
    loopback,
    stack::{Error, FaultKind, Faults},
};

/// How webhooks arrive.
#[derive(Clone, Copy, Debug, Default)]
pub struct Telling {
    /// Percent that are lost on the way: the bank takes them for told.
    pub lost: u8,
    /// Each is sent up to so many times more.
    pub again: u8,
    /// In an order that this seed says.
    pub shuffled: Option<u64>,
}

/// So many webhooks are under way together.
const TOGETHER: usize = 16;
/// So many facts are read at once.
const PAGE: usize = 1_000;
/// A webhook that is not taken is sent so many times in all before the bank leaves it for later.
const ATTEMPTS: usize = 20;

pub(super) struct Teller {
    ledger: Arc<Ledger>,
    telling: Telling,
    faults: Arc<Faults>,
    client: Client,
    /// What is told the next time.
    late: Mutex<BTreeSet<i64>>,
    /// When it was first sent a webhook about each piece of money.
    sent: Mutex<BTreeMap<Reference, Instant>>,
}

impl Teller {
    pub(super) fn new(
        ledger: Arc<Ledger>,
        telling: Telling,
        faults: Arc<Faults>,
    ) -> Result<Self, Error> {
        let client = loopback::client().build()?;
        let (late, sent) = (Mutex::default(), Mutex::default());
        Ok(Self { ledger, telling, faults, client, late, sent })
    }

    /// Tells all that was not told. What is not taken after many attempts is left for the next
    /// time.
    pub(super) async fn tell(&self, address: &str) -> Result<(), Error> {
        let mut left = None;
        let waited = std::mem::take(&mut *self.late.lock().unwrap_or_else(PoisonError::into_inner));
        loop {
            let mut untold = self.ledger.untold(PAGE)?;
            if self.faults.any() {
                self.put_off(&mut untold, &waited)?;
            }
            let first = untold.first().map(|(number, _)| *number);
            if first.is_none() || first == left {
                return Ok(());
            }
            left = first;
            if let Some(seed) = self.telling.shuffled {
                untold.sort_by_key(|(number, _)| hash(seed, number.to_string()));
            }
            let told = stream::iter(untold)
                .map(|(number, fact)| self.tell_one(address, number, fact))
                .buffer_unordered(TOGETHER);
            told.collect::<Vec<_>>().await.into_iter().collect::<Result<Vec<_>, _>>()?;
        }
    }

    /// Leaves some for the next time, but none that has waited for it.
    fn put_off(&self, untold: &mut Vec<(i64, Fact)>, waited: &BTreeSet<i64>) -> Result<(), Error> {
        let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        for (number, fact) in &*untold {
            let is_new = !waited.contains(number) && !late.contains(number);
            if is_new && self.faults.strikes(FaultKind::WebhookLate, &serde_json::to_vec(fact)?) {
                late.insert(*number);
            }
        }
        untold.retain(|(number, _)| !late.contains(number));
        Ok(())
    }

    /// When it first sent one about some money.
    pub(super) fn sent(&self, money: &Reference) -> Option<Instant> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).get(money).copied()
    }

    fn is_lost(&self, roll: u64, body: &[u8]) -> bool {
        roll % 100 < u64::from(self.telling.lost)
            || self.faults.strikes(FaultKind::WebhookLost, body)
    }

    async fn tell_one(&self, address: &str, number: i64, fact: Fact) -> Result<(), Error> {
        let roll = hash(0x7E11, number.to_string());
        let money = match &fact {
            Fact::Received(receipt) => Some(receipt.money.clone()),
            _ => None,
        };
        let body = body(vec![fact])?;
        if self.is_lost(roll, &body) {
            return self.ledger.told(number);
        }
        let times = roll / 100 % (u64::from(self.telling.again) + 1)
            + u64::from(self.faults.strikes(FaultKind::WebhookTwice, &body));
        if let Some(money) = money {
            let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
            sent.entry(money).or_insert_with(Instant::now);
        }
        let mut accepted = false;
        for _ in 0..=times {
            accepted |= self.send(address, &body).await;
        }
        for _ in 0..ATTEMPTS {
            if accepted {
                return self.ledger.told(number);
            }
            accepted = self.send(address, &body).await;
        }
        Ok(())
    }

    async fn send(&self, address: &str, body: &[u8]) -> bool {
        let request = self.client.post(address).body(body.to_vec());
        let signature = signature(body, Timestamp::now(), WEBHOOK_SECRET);
        let sent = request.header(SIGNATURE, signature).send().await;
        sent.is_ok_and(|answer| answer.status() == StatusCode::OK)
    }
}

/// The body of a webhook that tells facts.
pub(super) fn body(facts: Vec<Fact>) -> Result<Vec<u8>, Error> {
    Ok(serde_json::to_vec(&Told { facts })?)
}

/// `t=<seconds>,v1=<hex>` over `<t>.<body>`.
pub(super) fn signature(body: &[u8], at: Timestamp, secret: &str) -> String {
    let seconds = at.as_second();
    let message = [seconds.to_string().as_bytes(), b".", body].concat();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    let tag = ring::hmac::sign(&key, &message);
    format!("t={seconds},v1={}", hex::encode(tag))
}
