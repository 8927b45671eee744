//! The batch loop: record by record, so that one that fails takes no other with it.

use std::{future::Future, panic::AssertUnwindSafe};

use aws_lambda_events::{
    sqs::{BatchItemFailure, SqsBatchResponse, SqsMessage},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use futures_util::{FutureExt, StreamExt, stream};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{Failure, dead_letters::DeadLetters, messages};

/// So many records of a batch are under way together: a batch of ten as a whole.
const TOGETHER: usize = 10;

/// The records of an event, each by itself. An event without any is none of a queue or a stream:
/// whoever sent it is to hear so.
fn records(event: Value) -> Result<Vec<Value>, Failure> {
    let records = match event {
        Value::Object(mut event) => event.remove("Records"),
        _ => None,
    };
    match records {
        Some(Value::Array(records)) => Ok(records),
        _ => Err(Failure::Poison("the event has no Records: it is of no queue or stream".into())),
    }
}

/// Handles the messages of an SQS event, and says which of them are to come again.
///
/// A message that cannot be read, or whose handling cannot succeed or panics, is kept with the
/// dead letters with its reason, and counts as done.
///
/// # Errors
/// When the event has no records.
pub async fn messages<T, F>(
    event: Value,
    dead_letters: &DeadLetters,
    handle: impl Fn(T) -> F,
) -> Result<SqsBatchResponse, Failure>
where
    T: DeserializeOwned,
    F: Future<Output = Result<(), Failure>>,
{
    let handle = &handle;
    let failed = stream::iter(records(event)?)
        .map(|record| async move {
            let message = match SqsMessage::deserialize(&record) {
                Ok(message) => message,
                // Kept as a whole. One that cannot be kept and has no id fails its batch.
                Err(why) => {
                    let id = record["messageId"].as_str().unwrap_or_default().to_owned();
                    let poison = Err(Failure::Poison(format!("not an SQS message: {why}")));
                    let settled = settle(poison, &record.to_string(), &id, dead_letters).await;
                    return settled.err().map(|_| id);
                }
            };
            let body = message.body.as_deref().unwrap_or_default();
            let done = match messages::read(body) {
                Ok(read) => guarded(handle(read)).await,
                Err(poison) => Err(poison),
            };
            let id = message.message_id.clone().unwrap_or_default();
            settle(done, body, &id, dead_letters).await.err().map(|_| id)
        })
        .buffer_unordered(TOGETHER)
        .filter_map(|failed| async move { failed })
        .collect::<Vec<_>>()
        .await;
    let mut response = SqsBatchResponse::default();
    for id in failed {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = id;
        response.batch_item_failures.push(failure);
    }
    Ok(response)
}

/// Handles the records of a stream event in their order, and says from which on they are to come
/// again. A record that cannot be handled is kept with the dead letters by its keys and reason.
///
/// # Errors
/// When the event has no records.
pub async fn stream<F>(
    event: Value,
    dead_letters: &DeadLetters,
    handle: impl Fn(Vec<Value>) -> F,
) -> Result<DynamoDbEventResponse, Failure>
where
    F: Future<Output = Result<(), Failure>>,
{
    let mut response = DynamoDbEventResponse::default();
    let records = records(event)?;
    // All at once first: one round trip per ten events. Only if that fails, one by one.
    if guarded(handle(records.clone())).await.is_ok() {
        return Ok(response);
    }
    for record in records {
        let sequence = record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default().to_owned();
        let keys = record["dynamodb"]["Keys"].to_string();
        let done = guarded(handle(vec![record])).await;
        if settle(done, &keys, &sequence, dead_letters).await.is_err() {
            let mut failure = DynamoDbBatchItemFailure::default();
            failure.item_identifier = Some(sequence);
            response.batch_item_failures.push(failure);
            break; // the order of the stream is kept: what follows comes again with it
        }
    }
    Ok(response)
}

/// A panic is a failure of that record: it can never succeed as it is.
async fn guarded(handling: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    AssertUnwindSafe(handling).catch_unwind().await.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Failure::Poison(format!("a fault of Mensal: {}", text.unwrap_or("panic"))))
    })
}

/// Logs what failed; keeps what is poison. An error means: to come again.
async fn settle(
    done: Result<(), Failure>,
    body: &str,
    id: &str,
    dead_letters: &DeadLetters,
) -> Result<(), Failure> {
    match done {
        Ok(()) => Ok(()),
        Err(Failure::Retry(why)) => {
            tracing::warn!(record = id, %why, "to be tried again");
            Err(Failure::Retry(why))
        }
        Err(Failure::Poison(why)) => {
            tracing::error!(record = id, %why, "kept with the dead letters");
            dead_letters.keep(body, &why).await
        }
    }
}
