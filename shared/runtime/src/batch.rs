//! The batch loop: record by record, so that one that fails takes no other with it.

use std::{
    future::Future,
    panic::AssertUnwindSafe,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_lambda_events::{
    sqs::{BatchItemFailure, SqsBatchResponse, SqsMessage},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use futures_util::{FutureExt, StreamExt, stream};
use mensal_store::telling::without_values;
use serde::Deserialize;
use serde_json::{Value, json};
use tracing::{Instrument, Span, field::Empty};

use crate::{
    Failure,
    dead_letters::DeadLetters,
    messages::Message,
    metrics::{self, Metric},
    queue::Queue,
    watch::fault,
};

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
        Some(Value::Array(records)) => {
            metrics::count(Metric::Messages, records.len());
            if let Some(age) = records.iter().filter_map(age).max() {
                metrics::tell(Metric::OldestMessage, age.as_secs());
            }
            Ok(records)
        }
        _ => Err(Failure::Poison("the event has no Records: it is of no queue or stream".into())),
    }
}

/// How long ago a record was sent to its queue, or written to its stream; none if it does not say.
fn age(record: &Value) -> Option<Duration> {
    let sent = record["attributes"]["SentTimestamp"].as_str().and_then(|text| text.parse().ok());
    let written = || record["dynamodb"]["ApproximateCreationDateTime"].as_f64();
    let since = match sent {
        Some(milliseconds) => Duration::from_millis(milliseconds),
        None => Duration::try_from_secs_f64(written()?).ok()?,
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    Some(now.saturating_sub(since)) // clocks differ a little
}

/// The span of one record's handling. Of error level, so that it is there for warnings whatever
/// the level of the log.
fn span(record: &str) -> Span {
    tracing::error_span!(
        "record",
        record,
        run = Empty,
        shard = Empty,
        account = Empty,
        invoice = Empty
    )
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
    T: Message,
    F: Future<Output = Result<(), Failure>>,
{
    let (response, _) = each(event, dead_letters, &handle).await?;
    Ok(response)
}

/// As [`messages`], for a function that may find a message too early ([`Failure::Early`]): its queue
/// keeps it back for so long.
///
/// # Errors
/// As [`messages`].
pub async fn timely<T, F>(
    event: Value,
    dead_letters: &DeadLetters,
    queue: &Queue,
    handle: impl Fn(T) -> F,
) -> Result<SqsBatchResponse, Failure>
where
    T: Message,
    F: Future<Output = Result<(), Failure>>,
{
    let (response, early) = each(event, dead_letters, &handle).await?;
    for (receipt, wait) in early {
        queue.keep_back(&receipt, wait).await;
    }
    Ok(response)
}

/// Messages that came too early, by their receipts, and for how long.
type Early = Vec<(String, Duration)>;

async fn each<T, F>(
    event: Value,
    dead_letters: &DeadLetters,
    handle: &impl Fn(T) -> F,
) -> Result<(SqsBatchResponse, Early), Failure>
where
    T: Message,
    F: Future<Output = Result<(), Failure>>,
{
    let failed = stream::iter(records(event)?)
        .map(|record| {
            let span = span(record["messageId"].as_str().unwrap_or_default());
            message(record, dead_letters, handle).instrument(span)
        })
        .buffer_unordered(TOGETHER)
        .filter_map(|failed| async move { failed })
        .collect::<Vec<_>>()
        .await;
    let (mut response, mut early) = (SqsBatchResponse::default(), Vec::new());
    for Again { id, receipt } in failed {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = id;
        response.batch_item_failures.push(failure);
        early.extend(receipt);
    }
    Ok((response, early))
}

/// A message that is to come again.
struct Again {
    id: String,
    /// Its receipt, if it came too early, and for how long.
    receipt: Option<(String, Duration)>,
}

/// Handles one message; says whether it is to come again.
async fn message<T, F>(
    record: Value,
    dead_letters: &DeadLetters,
    handle: &impl Fn(T) -> F,
) -> Option<Again>
where
    T: Message,
    F: Future<Output = Result<(), Failure>>,
{
    let message = match SqsMessage::deserialize(&record) {
        Ok(message) => message,
        // Kept as a whole. One that cannot be kept and has no id fails its batch.
        Err(why) => {
            let id = record["messageId"].as_str().unwrap_or_default().to_owned();
            let poison = Err(Failure::Poison(format!("not an SQS message: {why}")));
            let settled = settle(poison, &record.to_string(), dead_letters).await;
            return settled.err().map(|_| Again { id, receipt: None });
        }
    };
    let body = message.body.as_deref().unwrap_or_default();
    let done = match T::read(body) {
        Ok(read) => {
            read.note(&Span::current());
            guarded(handle(read)).await
        }
        Err(poison) => Err(poison),
    };
    let id = message.message_id.clone().unwrap_or_default();
    if let Err(Failure::Early { why, wait }) = &done {
        tracing::info!(why, seconds = wait.as_secs(), "it comes again then");
        return Some(Again { id, receipt: message.receipt_handle.map(|receipt| (receipt, *wait)) });
    }
    settle(done, body, dead_letters).await.err().map(|_| Again { id, receipt: None })
}

/// Handles the records of a stream event in their order, and says from which on they are to come
/// again. A record that cannot be handled is kept with the dead letters by its keys, its place in
/// the stream and the reason.
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
    // All at once first: one round trip per ten events. Only if one of them is poison, one by
    // one. A service that does not answer now would not answer each of them either.
    let all = guarded(handle(records.clone())).await;
    if all.is_ok() {
        return Ok(response);
    }
    let mut all = all.err().filter(|failed| matches!(failed, Failure::Retry(_)));
    for record in records {
        let sequence = record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default().to_owned();
        let letter = json!({ "Keys": record["dynamodb"]["Keys"], "eventID": record["eventID"],
                             "SequenceNumber": sequence })
        .to_string();
        let one = async {
            let done = match all.take() {
                Some(retry) => Err(retry),
                None => guarded(handle(vec![record])).await,
            };
            settle(done, &letter, dead_letters).await
        };
        if one.instrument(span(&sequence)).await.is_err() {
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
    let done = AssertUnwindSafe(handling).catch_unwind().await;
    done.unwrap_or_else(|panic| Err(Failure::Poison(fault(&*panic))))
}

/// Logs what failed, in the span of the record; keeps what is poison. An error means: to come
/// again. The log gets the reason without what it quotes of the record; the dead letter holds
/// the record itself, so its reason may quote.
async fn settle(
    done: Result<(), Failure>,
    body: &str,
    dead_letters: &DeadLetters,
) -> Result<(), Failure> {
    let failed = match done {
        Ok(()) => return Ok(()),
        Err(Failure::Poison(reason)) => {
            let why = without_values(&reason);
            match dead_letters.keep(body, &reason).await {
                Ok(()) => {
                    tracing::error!(why, "kept with the dead letters");
                    metrics::count(Metric::DeadLetters, 1);
                    return Ok(());
                }
                Err(unkept) => {
                    tracing::error!(why, "not done, and the dead letters do not take it");
                    unkept
                }
            }
        }
        Err(retry) => retry,
    };
    tracing::warn!(why = without_values(&failed.to_string()), "to come again");
    metrics::count(Metric::Retries, 1);
    Err(failed)
}
