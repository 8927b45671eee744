//! Publishes what happened: from the table's stream to the bus and the internal queues.
//!
//! The stream is the outbox. Events are derived from the old and new image of each item, so a
//! record that comes twice publishes the same events with the same ids.

mod bus;

pub use bus::Bus;
use lambda_runtime::Error;
use mensal_domain::events::{Detail, Event, events_between};
use mensal_runtime::{
    Failure, batch, config::Documents, dead_letters::DeadLetters, messages::RenderInvoice,
    queue::Queue, start::Function,
};
use serde::Deserialize;
use serde_json::Value;
use tracing::{Span, field::display};

/// The function.
#[derive(Debug)]
pub struct PublishEvents {
    /// Where outsiders listen.
    pub bus: Bus,
    /// Documents to be made.
    pub document_queue: Queue,
    /// When they are made.
    pub documents: Documents,
    /// What cannot be done.
    pub dead_letters: DeadLetters,
}

impl Function for PublishEvents {
    async fn handle(&self, event: Value) -> Result<Value, Error> {
        let publish = |records| self.publish(records);
        let response = batch::stream(event, &self.dead_letters, publish).await?;
        Ok(serde_json::to_value(response)?)
    }
}

/// What is needed of a stream record.
#[derive(Deserialize)]
struct Record {
    dynamodb: Change,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    keys: serde_dynamo::Item,
    #[serde(default)]
    old_image: Option<serde_dynamo::Item>,
    #[serde(default)]
    new_image: Option<serde_dynamo::Item>,
}

impl PublishEvents {
    async fn publish(&self, records: Vec<Value>) -> Result<(), Failure> {
        let mut events = Vec::new();
        for record in records {
            events.extend(derive(record)?);
        }
        let asked = events.iter().filter(|event| self.asks_for_document(event));
        let documents: Vec<_> = asked.filter_map(document).collect();
        self.document_queue.send(&documents).await?;
        self.bus.put(&events).await
    }

    /// A document that is made on its first view is made at once when its invoice is amended:
    /// somebody may have viewed what it was before, and that lies in the bucket.
    fn asks_for_document(&self, event: &Event) -> bool {
        self.documents == Documents::AtOnce || event.name == "mensal.invoice.amended.v1"
    }
}

/// The events of one record.
fn derive(record: Value) -> Result<Vec<Event>, Failure> {
    let poison = |why: &str| Failure::Poison(why.to_owned());
    let record: Record = serde_json::from_value(record)
        .map_err(|why| poison(&format!("not a stream record: {why}")))?;
    let Change { keys, old_image, new_image } = record.dynamodb;
    let keys: Option<Keys> = serde_dynamo::from_item(keys).ok();
    let Keys { pk, sk } = keys.ok_or_else(|| poison("a stream record without keys"))?;
    let (account, invoice) = mensal_store::about(&pk, &sk);
    let span = Span::current();
    span.record("account", account.map(display)).record("invoice", invoice.map(display));
    let read = |image: Option<_>| match image {
        Some(image) => mensal_store::document(&sk, image),
        None => Ok(None),
    };
    Ok(events_between(read(old_image)?.as_ref(), read(new_image)?.as_ref()))
}

#[derive(Deserialize)]
struct Keys {
    #[serde(rename = "PK")]
    pk: String,
    #[serde(rename = "SK")]
    sk: String,
}

/// The document that an event asks for.
fn document(event: &Event) -> Option<RenderInvoice> {
    match &event.detail {
        Detail::Invoice(detail) if event.name != "mensal.invoice.cancelled.v1" => {
            Some(RenderInvoice { account: detail.account.clone(), invoice: detail.invoice })
        }
        _ => None,
    }
}
