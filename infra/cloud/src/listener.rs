//! An outside system that listens to the event bus, as an ISP's ERP would: by a rule of its own,
//! into a queue of its own.

use std::collections::BTreeMap;

use aws_sdk_eventbridge::types::Target;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use crate::{Deployed, Error};

/// What it is called, whatever it is that it listens to.
const NAME: &str = "mensal-listener";

/// The listener.
#[derive(Clone, Debug)]
pub struct Listener {
    sqs: aws_sdk_sqs::Client,
    queue: String,
}

impl Listener {
    /// Begins to listen to what the bus of a stack carries.
    ///
    /// # Errors
    /// The bus's, or the queue's.
    pub async fn to(deployed: &Deployed) -> Result<Self, Error> {
        let sqs = aws_sdk_sqs::Client::new(deployed.config());
        let made = sqs.create_queue().queue_name(NAME).send().await?;
        let queue = made.queue_url().ok_or("a queue without a URL")?.to_owned();
        let arn = QueueAttributeName::QueueArn;
        let told = sqs.get_queue_attributes().queue_url(&queue).attribute_names(arn.clone());
        let told = told.send().await?;
        let arn = told.attributes().and_then(|all| all.get(&arn)).ok_or("a queue without ARN")?;
        let events = aws_sdk_eventbridge::Client::new(deployed.config());
        let bus = deployed.output("BusName")?;
        let rule = events.put_rule().name(NAME).event_bus_name(bus);
        rule.event_pattern(json!({ "source": ["mensal"] }).to_string()).send().await?;
        let target = Target::builder().id(NAME).arn(arn).build()?;
        events.put_targets().rule(NAME).event_bus_name(bus).targets(target).send().await?;
        Ok(Self { sqs, queue })
    }

    /// What it has heard since it was last asked: each event's detail by its id, and how often it
    /// came.
    ///
    /// # Errors
    /// The queue's.
    pub async fn heard(&self) -> Result<BTreeMap<String, (Value, u64)>, Error> {
        let mut heard = BTreeMap::new();
        loop {
            let got = self.sqs.receive_message().queue_url(&self.queue);
            let got = got.max_number_of_messages(10).send().await?;
            if got.messages().is_empty() {
                return Ok(heard);
            }
            for message in got.messages() {
                let event: Value = serde_json::from_str(message.body().unwrap_or_default())?;
                let id = event["detail"]["id"].as_str().ok_or("an event without an id")?;
                heard.entry(id.to_owned()).or_insert((event["detail"].clone(), 0)).1 += 1;
                let handle = message.receipt_handle().unwrap_or_default();
                let gone = self.sqs.delete_message().queue_url(&self.queue);
                gone.receipt_handle(handle).send().await?;
            }
        }
    }
}
