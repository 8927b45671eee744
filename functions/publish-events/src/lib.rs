//! Publishes what happened: from the table's stream to the bus and the internal queues.
//!
//! The stream is the outbox. Events are derived from the old and new image of each item, so a
//! record that comes twice publishes the same events with the same ids.

mod bus;

pub use bus::Bus;
use lambda_runtime::Error;
use mensal_domain::events::{Detail, Event, events_between};
use mensal_runtime::{
    Failure, batch, dead_letters::DeadLetters, messages::RenderInvoice, queue::Queue,
    start::Function,
};
use serde::Deserialize;
use serde_json::Value;

/// The function.
#[derive(Debug)]
pub struct PublishEvents {
    /// Where outsiders listen.
    pub bus: Bus,
    /// Documents to be made.
    pub document_queue: Queue,
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
        let documents: Vec<_> = events.iter().filter_map(document).collect();
        self.document_queue.send(&documents).await?;
        self.bus.put(&events).await
    }
}

/// The events of one record.
fn derive(record: Value) -> Result<Vec<Event>, Failure> {
    let record: Record = serde_json::from_value(record)
        .map_err(|why| Failure::Poison(format!("not a stream record: {why}")))?;
    let Change { keys, old_image, new_image } = record.dynamodb;
    let sk: Option<Keys> = serde_dynamo::from_item(keys).ok();
    let sk = sk.ok_or_else(|| Failure::Poison("a stream record without keys".into()))?.sk;
    let read = |image: Option<_>| match image {
        Some(image) => mensal_store::document(&sk, image),
        None => Ok(None),
    };
    Ok(events_between(read(old_image)?.as_ref(), read(new_image)?.as_ref()))
}

#[derive(Deserialize)]
struct Keys {
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
