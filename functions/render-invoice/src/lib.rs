//! Makes the document of an invoice: from the table to a PDF in the bucket, and from there to
//! whoever views it.

mod bucket;
mod view;

use std::{collections::HashMap, sync::Arc};

pub use bucket::{Bucket, object_key};
use lambda_runtime::Error;
use mensal_domain::{charge::Charges, invoice::Invoice, stationery::Stationery};
use mensal_runtime::{
    Failure, batch,
    dead_letters::DeadLetters,
    http,
    messages::RenderInvoice as Message,
    metrics::{self, Metric},
    start::Function,
};
use mensal_store::Store;
use serde_json::Value;
use tokio::sync::Mutex;

/// The function.
#[derive(Debug)]
pub struct RenderInvoice {
    store: Store,
    bucket: Bucket,
    dead_letters: DeadLetters,
    /// Stationery never changes under its hash, so what has been read is read for good.
    stationery: Mutex<HashMap<String, Arc<Stationery>>>,
}

/// A document.
struct Drawn {
    pdf: Vec<u8>,
    /// Whether it has all that it will have: no code to pay with is still to come.
    whole: bool,
}

impl Function for RenderInvoice {
    async fn handle(&self, event: Value) -> Result<Value, Error> {
        if let Some(request) = http::Request::of(&event) {
            return Ok(match request {
                Ok(request) => self.answer(&request).await,
                Err(unreadable) => unreadable,
            });
        }
        let render = |message| self.render(message);
        let response = batch::messages(event, &self.dead_letters, render).await?;
        Ok(serde_json::to_value(response)?)
    }
}

impl RenderInvoice {
    /// Reads from a table, writes to a bucket.
    #[must_use]
    pub fn new(store: Store, bucket: Bucket, dead_letters: DeadLetters) -> Self {
        Self { store, bucket, dead_letters, stationery: Mutex::default() }
    }

    /// Doing it twice puts the same bytes under the same key.
    async fn render(&self, message: Message) -> Result<(), Failure> {
        let Message { account, invoice: id } = message;
        let invoice = self.store.invoice(&account, id).await?;
        let missing = || Failure::Poison(format!("account {account} has no invoice {id}"));
        let invoice = invoice.ok_or_else(missing)?;
        let Drawn { pdf, .. } = self.draw(&invoice).await?;
        self.bucket.put_pdf(object_key(&invoice), pdf).await?;
        metrics::count(Metric::DocumentsMade, 1);
        Ok(())
    }

    /// With the codes by which it can be paid now.
    async fn draw(&self, invoice: &Invoice) -> Result<Drawn, Failure> {
        let stationery = self.stationery(&invoice.stationery).await?;
        let charges = match &invoice.offers {
            Some(_) => self.store.charges(&invoice.account, invoice.id).await?,
            None => None,
        };
        let whole = !Charges::are_awaited(invoice, charges.as_ref());
        let codes = charges.map(|charges| charges.codes()).unwrap_or_default();
        let pdf = mensal_documents::invoice_pdf(invoice, &stationery, &codes)
            .map_err(|why| Failure::Poison(format!("invoice {}: {why}", invoice.number)))?;
        Ok(Drawn { pdf, whole })
    }

    async fn stationery(&self, hash: &str) -> Result<Arc<Stationery>, Failure> {
        let mut known = self.stationery.lock().await;
        if let Some(stationery) = known.get(hash) {
            return Ok(stationery.clone());
        }
        let stationery = self.store.stationery(hash).await?;
        let missing = || Failure::Poison(format!("stationery {hash} is not in the table"));
        let stationery = Arc::new(stationery.ok_or_else(missing)?);
        known.insert(hash.to_owned(), stationery.clone());
        Ok(stationery)
    }
}
