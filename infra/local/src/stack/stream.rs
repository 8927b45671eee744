//! The stream: what changes in the table is told to the function that publishes it, in order,
//! and the place is noted only when it has been told.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, PoisonError},
    time::{Duration, Instant},
};

use mensal_runtime::start::Function;
use serde_json::{Value, json};
use tokio::sync::{
    Mutex,
    mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

use super::{Busy, Error, database::Database};

/// Records of one invocation.
const BATCH: usize = 100;
/// How long to wait when there was nothing to read.
const PAUSE: Duration = Duration::from_millis(10);
/// How often what has been read is forgotten, in records. Few, since nothing can be written meanwhile.
const FORGET_EVERY: usize = 500;

/// The stream of a table, and the function that reads it.
pub(super) struct Stream<F> {
    database: Database,
    table: &'static str,
    function: F,
    checkpoint: PathBuf,
    busy: Arc<Busy>,
    place: Mutex<Place>,
    watchers: std::sync::Mutex<Vec<UnboundedSender<Seen>>>,
}

/// A record, and when it was told.
pub(crate) type Seen = (Instant, Value);

struct Place {
    after: Option<String>,
    since_forgotten: usize,
}

impl<F: Function> Stream<F> {
    pub(super) fn open(
        database: Database,
        table: &'static str,
        function: F,
        checkpoint: PathBuf,
        busy: Arc<Busy>,
    ) -> Result<Self, Error> {
        let after = match fs::read_to_string(&checkpoint) {
            Ok(text) => Some(text).filter(|text| !text.is_empty()),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => None,
            Err(why) => return Err(why.into()),
        };
        let place = Mutex::new(Place { after, since_forgotten: 0 });
        let watchers = std::sync::Mutex::default();
        Ok(Self { database, table, function, checkpoint, busy, place, watchers })
    }

    /// All that it tells from now on, in order, each record once.
    pub(super) fn watch(&self) -> UnboundedReceiver<Seen> {
        let (sender, receiver) = unbounded_channel();
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        receiver
    }

    fn show(&self, told: &[Value]) {
        let now = Instant::now();
        let all = |watcher: &UnboundedSender<Seen>| {
            told.iter().all(|record| watcher.send((now, record.clone())).is_ok())
        };
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner).retain(all);
    }

    /// Tells the next records. Returns how many have been told; an invocation that fails in part
    /// goes on from the first that failed.
    pub(super) async fn forward(&self) -> Result<usize, Error> {
        let mut place = self.place.lock().await;
        let read = self.database.records(self.table, place.after.as_deref(), BATCH)?;
        let mut records = Vec::with_capacity(read.records.len());
        for record in &read.records {
            records.push(serde_json::to_value(record)?);
        }
        if records.is_empty() {
            return Ok(0);
        }
        let sequences: Vec<String> = records.iter().map(sequence).collect();
        let begun = Instant::now();
        let answer = self.function.handle(json!({ "Records": records })).await;
        self.busy.invoked("publish-events", begun.elapsed(), 0);
        let told = told(&sequences, answer.ok().as_ref());
        if let Some(last) = told.checked_sub(1).and_then(|last| sequences.get(last)) {
            self.note(last)?;
            self.show(&records[..told]);
            place.after = Some(last.clone());
            place.since_forgotten += told;
            if place.since_forgotten >= FORGET_EVERY {
                self.database.forget_through(self.table, last)?;
                place.since_forgotten = 0;
            }
        }
        if told < sequences.len() {
            tokio::time::sleep(PAUSE).await; // what failed is tried again, not at once
        }
        Ok(sequences.len())
    }

    /// Written beside and moved into place: a process that ends in between leaves the old one.
    fn note(&self, sequence: &str) -> Result<(), Error> {
        let fresh = self.checkpoint.with_extension("new");
        fs::write(&fresh, sequence)?;
        Ok(fs::rename(fresh, &self.checkpoint)?)
    }
}

fn sequence(record: &Value) -> String {
    record["dynamodb"]["SequenceNumber"].as_str().unwrap_or_default().to_owned()
}

/// How many of the records an answer says are done: up to the first that it names as failed.
fn told(sequences: &[String], answer: Option<&Value>) -> usize {
    let Some(answer) = answer else { return 0 };
    let failed = answer["batchItemFailures"].as_array().into_iter().flatten();
    let failed = failed.filter_map(|failure| failure["itemIdentifier"].as_str());
    let place = |id: &str| sequences.iter().position(|sequence| sequence == id).unwrap_or(0);
    failed.map(place).min().unwrap_or(sequences.len())
}

/// Follows the stream for as long as the process runs.
pub(super) fn follow<F: Function>(stream: Arc<Stream<F>>) {
    tokio::spawn(async move {
        loop {
            match stream.forward().await {
                Ok(0) => tokio::time::sleep(PAUSE).await,
                Ok(_) => {}
                Err(error) => {
                    tracing::error!(%error, "the stream cannot be read");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    });
}
