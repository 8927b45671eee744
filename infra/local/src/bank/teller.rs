//! Telling: signed webhooks, until each was answered with 200; or, where that is what is tried,
//! some never, some twice, in any order.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use mensal_domain::payment::Fact;
use mensal_rails::gateway::sandbox::{SIGNATURE, Told};
use reqwest::{Client, StatusCode};

use super::{WEBHOOK_SECRET, ledger::Ledger, payers::hash};
use crate::stack::Error;

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
    client: Client,
}

impl Teller {
    pub(super) fn new(ledger: Arc<Ledger>, telling: Telling) -> Result<Self, Error> {
        // The first one wins, which is the same as ours.
        rustls::crypto::ring::default_provider().install_default().unwrap_or_default();
        Ok(Self { ledger, telling, client: Client::builder().build()? })
    }

    /// Tells all that was not told. What is not taken after many attempts is left for the next
    /// time.
    pub(super) async fn tell(&self, address: &str) -> Result<(), Error> {
        let mut left = None;
        loop {
            let mut untold = self.ledger.untold(PAGE)?;
            let first = untold.first().map(|(number, _)| *number);
            if first.is_none() || first == left {
                return Ok(());
            }
            left = first;
            if let Some(seed) = self.telling.shuffled {
                untold.sort_by_key(|(number, _)| hash(seed, &number.to_string()));
            }
            let told = stream::iter(untold)
                .map(|(number, fact)| self.tell_one(address, number, fact))
                .buffer_unordered(TOGETHER);
            told.collect::<Vec<_>>().await.into_iter().collect::<Result<Vec<_>, _>>()?;
        }
    }

    async fn tell_one(&self, address: &str, number: i64, fact: Fact) -> Result<(), Error> {
        let roll = hash(0x7E11, &number.to_string());
        if roll % 100 < u64::from(self.telling.lost) {
            return self.ledger.told(number);
        }
        let times = roll / 100 % (u64::from(self.telling.again) + 1);
        let body = body(vec![fact])?;
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
