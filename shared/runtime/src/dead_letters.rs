//! Dead letters: what cannot be done, kept with its reason for people to look at.

use aws_sdk_sqs::{Client, types::MessageAttributeValue};
use mensal_store::telling::failed_request;

use crate::Failure;

/// A function's own dead-letter queue.
#[derive(Clone, Debug)]
pub struct DeadLetters {
    client: Client,
    url: String,
}

/// SQS takes attributes and body together up to 1 MiB; a reason need not be longer than this.
const LONGEST_REASON: usize = 1_000;

impl DeadLetters {
    /// The dead-letter queue of a URL.
    #[must_use]
    pub fn new(client: Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }

    /// Keeps a message, as it came, with the reason for which it cannot be done. Sent back to its
    /// queue once the reason is gone, it is done as if it had just come.
    ///
    /// # Errors
    /// [`Failure::Retry`] if the queue does not take it.
    pub async fn keep(&self, body: &str, reason: &str) -> Result<(), Failure> {
        let attribute = |text: &str| {
            let text: String = text.chars().take(LONGEST_REASON).collect();
            MessageAttributeValue::builder().data_type("String").string_value(text).build()
        };
        let reason = attribute(reason).map_err(|why| Failure::Poison(why.to_string()))?;
        let body = if body.is_empty() { "(empty)" } else { body };
        let request = self.client.send_message().queue_url(&self.url).message_body(body);
        let sent = request.message_attributes("reason", reason).send().await;
        sent.map(drop).map_err(|error| Failure::Retry(failed_request(&error)))
    }
}
