//! Delivery: what AWS does between a queue and a function.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use mensal_runtime::{requests::Requests, start::Function};
use serde_json::{Value, json};

use super::{
    FaultKind,
    faults::Faults,
    queues::{Queues, Received},
};

/// Messages of one invocation, as in the template.
const BATCH: usize = 10;

/// How functions share the processors of one machine. In the cloud each has its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// So many invocations at once.
    pub(super) together: usize,
    /// The queue that goes first: as long as something waits there, nothing is begun here, but for
    /// one batch each [`PATIENCE`].
    pub(super) after: Option<&'static str>,
}

/// See [`Share::after`].
const PATIENCE: Duration = Duration::from_secs(2);

impl Share {
    pub(super) const fn of(together: usize) -> Self {
        Self { together, after: None }
    }

    pub(super) const fn after(self, queue: &'static str) -> Self {
        Self { after: Some(queue), ..self }
    }
}

/// What functions have been busy with: invocations, and the time that they took.
#[derive(Debug)]
pub struct Busy {
    requests: Requests,
    faults: Arc<Faults>,
    functions: Mutex<BTreeMap<&'static str, Work>>,
}

/// What one function has done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Work {
    /// Invocations.
    pub invocations: u64,
    /// Messages that were done.
    pub messages: u64,
    /// Time between event and answer, summed up.
    pub time: Duration,
}

impl Busy {
    pub(super) fn new(requests: Requests, faults: Arc<Faults>) -> Self {
        Self { requests, faults, functions: Mutex::default() }
    }

    pub(super) fn invoked(&self, function: &'static str, time: Duration, messages: u64) {
        let mut functions = self.functions.lock().unwrap_or_else(PoisonError::into_inner);
        let work = functions.entry(function).or_default();
        work.invocations += 1;
        work.messages += messages;
        work.time += time;
    }

    /// What each function has done.
    #[must_use]
    pub fn work(&self) -> BTreeMap<&'static str, Work> {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Documents that were made.
    #[must_use]
    pub fn documents(&self) -> u64 {
        self.work().get("document-queue").map_or(0, |work| work.messages)
    }
}

/// Delivers the messages of a queue to a function.
pub(super) fn deliver<F: Function>(
    queues: &Arc<Queues>,
    queue: &'static str,
    dead_letters: &'static str,
    function: &Arc<F>,
    share: Share,
    busy: &Arc<Busy>,
) {
    for _ in 0..share.together {
        let (queues, function, busy) = (queues.clone(), function.clone(), busy.clone());
        tokio::spawn(async move {
            loop {
                if let Some(first) = share.after {
                    queues.quiet(first, PATIENCE).await;
                }
                let received = queues.receive(queue, BATCH).await;
                busy.requests.count("SQS", "ReceiveMessage");
                let begun = Instant::now();
                let answer = function.handle(event(queue, &received)).await;
                let mut failed = failed(&received, answer.ok().as_ref());
                // Done, and nobody is told.
                let lost = |one: &&Received| {
                    busy.faults.strikes(FaultKind::AnswerLost, one.letter.body.as_bytes())
                };
                failed.extend(received.iter().filter(lost).map(|one| one.number));
                let done = received.len().saturating_sub(failed.len());
                busy.invoked(queue, begun.elapsed(), done.try_into().unwrap_or_default());
                busy.requests.count("SQS", "DeleteMessageBatch");
                queues.finish(queue, dead_letters, received, &failed);
            }
        });
    }
}

/// The event as Lambda writes it.
fn event(queue: &str, received: &[Received]) -> Value {
    let record = |received: &Received| {
        json!({
            "messageId": received.number.to_string(),
            "receiptHandle": format!("{}-{}", received.number, received.times),
            "body": received.letter.body,
            "attributes": { "ApproximateReceiveCount": received.times.to_string() },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:us-east-1:000000000000:{queue}"),
            "awsRegion": "us-east-1",
        })
    };
    json!({ "Records": received.iter().map(record).collect::<Vec<_>>() })
}

/// The messages that an answer says failed; all of them if there is no answer.
fn failed(received: &[Received], answer: Option<&Value>) -> Vec<u64> {
    let Some(answer) = answer else {
        return received.iter().map(|received| received.number).collect();
    };
    let failures = answer["batchItemFailures"].as_array().into_iter().flatten();
    failures.filter_map(|failure| failure["itemIdentifier"].as_str()?.parse().ok()).collect()
}
