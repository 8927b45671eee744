//! Publishes what happened: from the table's stream to the bus and the internal queues.
//!
//! The stream is the outbox. Events are derived from the old and new image of each item, so a
//! record that comes twice publishes the same events with the same ids.

mod bus;

pub use bus::Bus;
use lambda_runtime::Error;
use mensal_domain::{
    events::{Event, events_between},
    tasks::{Task, tasks_between},
};
use mensal_runtime::{
    Failure, batch,
    config::Documents,
    dead_letters::DeadLetters,
    messages::{ConvergeCharges, MoveMoney, RenderInvoice, SendNotice, SetService},
    queue::Queue,
    start::Function,
};
use serde::Deserialize;
use serde_json::Value;
use tracing::{Span, field::display};

/// The function.
#[derive(Debug)]
pub struct PublishEvents {
    /// Where outsiders listen.
    pub bus: Bus,
    /// Charges to be brought to what their invoice is.
    pub charge_queue: Queue,
    /// Money to be given back.
    pub collect_queue: Queue,
    /// Documents to be made.
    pub document_queue: Queue,
    /// Notices to be sent to customers.
    pub notice_queue: Queue,
    /// Accounts whose service the network is to be told of.
    pub service_queue: Queue,
    /// When documents are made.
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
        let (mut events, mut asked) = (Vec::new(), Asked::default());
        for record in records {
            let (told, tasks) = derive(record)?;
            events.extend(told);
            for task in tasks {
                asked.add(task, self.documents);
            }
        }
        self.charge_queue.send(&asked.charges).await?;
        self.document_queue.send(&asked.documents).await?;
        self.service_queue.send(&asked.services).await?;
        self.collect_queue.send(&asked.refunds).await?;
        self.notice_queue.send(&asked.notices).await?;
        self.bus.put(&events).await
    }
}

/// What records ask for, by queue.
#[derive(Default)]
struct Asked {
    charges: Vec<ConvergeCharges>,
    documents: Vec<RenderInvoice>,
    refunds: Vec<MoveMoney>,
    notices: Vec<SendNotice>,
    services: Vec<SetService>,
}

impl Asked {
    fn add(&mut self, task: Task, documents: Documents) {
        match task {
            Task::Charges(account, invoice) => {
                self.charges.push(ConvergeCharges { account, invoice });
            }
            Task::Document(account, invoice) if documents == Documents::AtOnce => {
                self.documents.push(RenderInvoice { account, invoice });
            }
            Task::Document(..) => {}
            // A document that is made on its first view is made at once when what it shows has
            // changed: somebody may have viewed what it was before, and that lies in the bucket.
            Task::DocumentAgain(account, invoice) => {
                self.documents.push(RenderInvoice { account, invoice });
            }
            Task::Refund(account, payment) => {
                self.refunds.push(MoveMoney::Refund { account, payment });
            }
            Task::Service(account) => {
                self.services.push(SetService { account, sweep: None, cut_on: None });
            }
            Task::Notice(account, notice) => self.notices.push(SendNotice { account, notice }),
        }
    }
}

/// The events of one record, and what it asks for.
fn derive(record: Value) -> Result<(Vec<Event>, Vec<Task>), Failure> {
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
    let (old, new) = (read(old_image)?, read(new_image)?);
    let (old, new) = (old.as_ref(), new.as_ref());
    Ok((events_between(old, new), tasks_between(old, new)))
}

#[derive(Deserialize)]
struct Keys {
    #[serde(rename = "PK")]
    pk: String,
    #[serde(rename = "SK")]
    sk: String,
}
