//! Sending: ten messages a request, until the queue has all of them.

use std::time::Duration;

use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use futures_util::{StreamExt, TryStreamExt, stream};
use mensal_store::telling::failed_request;

use crate::{Failure, messages};

/// A queue that messages are sent to.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

/// As many messages as one request takes.
const AT_ONCE: usize = 10;
/// As many requests as are under way together.
const TOGETHER: usize = 8;
/// As long as a queue keeps a message back at once: 12 hours (SQS Developer Guide, "Visibility timeout")
/// since it was received, which is a little while ago.
const LONGEST: Duration = Duration::from_mins(12 * 60 - 2);
/// A request whose entries fail in part is sent again for those, so many times in all.
const ATTEMPTS: usize = 3;

impl Queue {
    /// The queue of a URL.
    #[must_use]
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }

    /// Sends all messages. On an error some may have been sent: sending all again is safe, since
    /// every receiver takes a message twice for once.
    ///
    /// # Errors
    /// [`Failure::Retry`] if the queue does not take them.
    pub async fn send<T: serde::Serialize>(&self, all: &[T]) -> Result<(), Failure> {
        let body =
            |message| messages::write(message).map_err(|why| Failure::Poison(why.to_string()));
        let bodies = all.iter().map(body).collect::<Result<Vec<_>, _>>()?;
        let batches: Vec<&[String]> = bodies.chunks(AT_ONCE).collect();
        stream::iter(batches)
            .map(Ok)
            .try_for_each_concurrent(TOGETHER, |batch| self.send_batch(batch))
            .await
    }

    /// Keeps back a message that was received, so that it comes again after so long and no sooner. Where
    /// the queue does not do so, it comes sooner, and is kept back then.
    pub(crate) async fn keep_back(&self, receipt: &str, wait: Duration) {
        let seconds = wait.min(LONGEST).as_secs().try_into().unwrap_or(0);
        let request = self.client.change_message_visibility().queue_url(&self.url);
        let kept = request.receipt_handle(receipt).visibility_timeout(seconds).send().await;
        if let Err(why) = kept {
            tracing::warn!(why = failed_request(&why), "a message is not kept back");
        }
    }

    async fn send_batch(&self, bodies: &[String]) -> Result<(), Failure> {
        let mut left: Vec<usize> = (0..bodies.len()).collect();
        let mut why = String::new();
        for _ in 0..ATTEMPTS {
            let entry = |index: &usize| {
                let entry = SendMessageBatchRequestEntry::builder().id(index.to_string());
                entry.message_body(&bodies[*index]).build()
            };
            let entries = left.iter().map(entry).collect::<Result<Vec<_>, _>>();
            let entries = entries.map_err(|why| Failure::Poison(why.to_string()))?;
            let request = self.client.send_message_batch().queue_url(&self.url);
            let sent = request.set_entries(Some(entries)).send().await;
            let sent = sent.map_err(|error| Failure::Retry(failed_request(&error)))?;
            let Some(failed) = sent.failed.first() else { return Ok(()) };
            why = format!("{}: {}", failed.code(), failed.message().unwrap_or_default());
            left = sent.failed.iter().filter_map(|entry| entry.id().parse().ok()).collect();
        }
        Err(Failure::Retry(format!("the queue did not take {} messages: {why}", left.len())))
    }
}
