//! The event bus, where an ISP's other systems listen.

use aws_sdk_eventbridge::{Client, types::PutEventsRequestEntry};
use mensal_domain::events::{Detail, Event};
use mensal_runtime::{
    Failure,
    metrics::{self, Metric},
};
use mensal_store::telling::failed_request;
use serde::Serialize;

/// The bus.
#[derive(Clone, Debug)]
pub struct Bus {
    client: Client,
    name: String,
}

/// As many entries as one request takes.
const AT_ONCE: usize = 10;
/// Who says it.
const SOURCE: &str = "mensal";

/// What travels: the event's own id, by which a receiver tells duplicates, and its content.
#[derive(Serialize)]
struct Body<'a> {
    id: &'a str,
    #[serde(flatten)]
    detail: &'a Detail,
}

impl Bus {
    /// The bus of a name.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    /// Publishes events. On an error some may have been published: they carry their ids.
    pub(crate) async fn put(&self, events: &[Event]) -> Result<(), Failure> {
        for chunk in events.chunks(AT_ONCE) {
            let entries = chunk.iter().map(|event| self.entry(event)).collect::<Result<_, _>>()?;
            let sent = self.client.put_events().set_entries(Some(entries)).send().await;
            let sent = sent.map_err(|why| Failure::Retry(failed_request(&why)))?;
            if sent.failed_entry_count() > 0 {
                let why = sent.entries().iter().find_map(|entry| entry.error_message());
                return Err(Failure::Retry(format!(
                    "the bus refused: {}",
                    why.unwrap_or("no reason")
                )));
            }
            metrics::count(Metric::EventsPublished, chunk.len());
        }
        Ok(())
    }

    fn entry(&self, event: &Event) -> Result<PutEventsRequestEntry, Failure> {
        let body = Body { id: &event.id, detail: &event.detail };
        let detail =
            serde_json::to_string(&body).map_err(|why| Failure::Poison(why.to_string()))?;
        Ok(PutEventsRequestEntry::builder()
            .event_bus_name(&self.name)
            .source(SOURCE)
            .detail_type(event.name)
            .detail(detail)
            .build())
    }
}
