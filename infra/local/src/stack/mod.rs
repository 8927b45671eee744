//! The stack: everything that a data directory holds, started and wired.

mod bus;
mod database;
mod delivery;
mod directory;
mod endpoint;
mod journal;
mod objects;
mod queues;
mod stream;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use mensal_runtime::{
    catalogs::Catalogs, clients::Clients, config::Documents, dead_letters::DeadLetters, messages,
    queue::Queue, requests::Requests, start::Function,
};
use mensal_store::Store;
use plan_run::PlanRun;
use publish_events::{Bus, PublishEvents};
use render_invoice::{Bucket, RenderInvoice};

pub use delivery::Busy;
pub use directory::{Directory, Held};
pub use queues::{Letter, Mischief};

/// The name of the table.
pub const TABLE: &str = "mensal";
/// The name of the bucket.
pub const BUCKET: &str = "mensal-documents";
const BUS: &str = "mensal";
const PLAN_QUEUE: &str = "plan-queue";
const BILL_QUEUE: &str = "bill-queue";
const DOCUMENT_QUEUE: &str = "document-queue";
/// Functions and their dead-letter queues.
const DEAD_LETTERS: [&str; 4] =
    ["plan-dead-letters", "bill-dead-letters", "publish-dead-letters", "document-dead-letters"];

/// What went wrong with the local stack itself.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// How to start it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// What the queues do to messages, for tests.
    pub mischief: Mischief,
}

/// The running stack.
pub struct Stack {
    directory: Directory,
    store: Store,
    requests: Requests,
    queues: Arc<queues::Queues>,
    stream: Arc<stream::Stream<PublishEvents>>,
    bus: Arc<bus::Log>,
    busy: Arc<Busy>,
    plan_run: Arc<PlanRun>,
    endpoints: Endpoints,
}

/// Where the services listen, on loopback.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Endpoints {
    /// `DynamoDB`.
    pub dynamodb: String,
    /// S3.
    pub s3: String,
    /// SQS and `EventBridge`.
    pub messaging: String,
}

impl Stack {
    /// Opens a data directory and starts everything on it. What an earlier process left undone,
    /// however it ended, goes on.
    ///
    /// # Errors
    /// When the directory is in use, cannot be written, or holds what cannot be read.
    pub async fn start(path: &Path, options: Options) -> Result<Self, Error> {
        let directory = Directory::hold(path)?;
        let queues =
            Arc::new(queues::Queues::open(&directory.file("queues.log"), options.mischief)?);
        let bus = Arc::new(bus::Log::open(&directory.file("events.jsonl"))?);
        let database = database::Database::open(&directory.file("dynamodb.sqlite"))?;
        let endpoints = Endpoints {
            dynamodb: database.serve().await?,
            s3: objects::serve(&directory.file("s3"), BUCKET).await?,
            messaging: endpoint::serve(queues.clone(), bus.clone()).await?,
        };
        directory.announce(&endpoints)?;
        let requests = Requests::default();
        let clients = |endpoint: &str| Clients::local(endpoint, requests.clone());
        let store = Store::new(clients(&endpoints.dynamodb).dynamodb(), TABLE);
        store.create_table().await?;
        database.index_stream()?;
        let sqs = clients(&endpoints.messaging).sqs();
        let queue = |name: &str| Queue::new(sqs.clone(), format!("{}/{name}", endpoints.messaging));
        let letters =
            |name: &str| DeadLetters::new(sqs.clone(), format!("{}/{name}", endpoints.messaging));
        let [plan_letters, bill_letters, publish_letters, document_letters] = DEAD_LETTERS;
        let plan_run = Arc::new(PlanRun {
            store: store.clone(),
            plan_queue: queue(PLAN_QUEUE),
            bill_queue: queue(BILL_QUEUE),
            dead_letters: letters(plan_letters),
            // Business dates come to the local stack as dates: its schedule tells noon UTC.
            time_zone: TimeZone::UTC,
        });
        let issue = Arc::new(issue_invoice::IssueInvoice {
            catalogs: Catalogs::new(store.clone()),
            store: store.clone(),
            dead_letters: letters(bill_letters),
        });
        let render = Arc::new(RenderInvoice::new(
            store.clone(),
            Bucket::new(clients(&endpoints.s3).s3(), BUCKET),
            letters(document_letters),
        ));
        let publish = PublishEvents {
            bus: Bus::new(clients(&endpoints.messaging).eventbridge(), BUS),
            document_queue: queue(DOCUMENT_QUEUE),
            documents: Documents::AtOnce,
            dead_letters: letters(publish_letters),
        };
        let busy = Arc::new(Busy::new(requests.clone()));
        delivery::deliver(&queues, PLAN_QUEUE, plan_letters, &plan_run, 2, &busy);
        delivery::deliver(&queues, BILL_QUEUE, bill_letters, &issue, 2, &busy);
        delivery::deliver(&queues, DOCUMENT_QUEUE, document_letters, &render, 2, &busy);
        let checkpoint = directory.file("stream.checkpoint");
        let stream =
            Arc::new(stream::Stream::open(database, TABLE, publish, checkpoint, busy.clone())?);
        stream::follow(stream.clone());
        Ok(Self { directory, store, requests, queues, stream, bus, busy, plan_run, endpoints })
    }

    /// The table.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Requests made so far.
    #[must_use]
    pub fn requests(&self) -> &Requests {
        &self.requests
    }

    /// What the functions have been busy with.
    #[must_use]
    pub fn busy(&self) -> &Busy {
        &self.busy
    }

    /// Where its services listen.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Where the objects of the bucket lie as files.
    #[must_use]
    pub fn bucket_path(&self) -> PathBuf {
        self.directory.file("s3").join(BUCKET)
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The events that were put on the bus since the start.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.bus.count()
    }

    /// What lies with the dead letters, by queue.
    #[must_use]
    pub fn dead_letters(&self) -> Vec<(String, Letter)> {
        DEAD_LETTERS.iter().flat_map(|queue| self.queues.letters(queue)).collect()
    }

    /// Puts a message on the queue of accounts to be billed, as anybody could.
    pub fn send_to_bill_queue(&self, body: &str) {
        self.queues.send(BILL_QUEUE, vec![Letter::of(body)]);
    }

    /// Tells the planner that the billing run of a date begins, as the schedule does.
    ///
    /// # Errors
    /// The planner's.
    pub async fn begin_run(&self, date: Date) -> Result<(), Error> {
        let at: Timestamp = date.at(12, 0, 0, 0).to_zoned(TimeZone::UTC)?.timestamp();
        let schedule = messages::Schedule { run: messages::RunKind::Billing, at };
        let event = serde_json::from_str(&messages::write(&schedule)?)?;
        self.plan_run.handle(event).await?;
        Ok(())
    }

    /// Waits until nothing is under way: queues empty, the stream read to its end.
    ///
    /// # Errors
    /// The stream's.
    pub async fn settle(&self) -> Result<(), Error> {
        loop {
            self.queues.idle().await;
            if self.stream.forward().await? == 0 && self.queues.is_idle() {
                return Ok(());
            }
        }
    }

    /// As [`Stack::settle`], telling how far the run is while it waits.
    ///
    /// # Errors
    /// As [`Stack::settle`].
    pub async fn settle_with(&self, mut tell: impl FnMut(u64)) -> Result<(), Error> {
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        let settled = self.settle();
        tokio::pin!(settled);
        loop {
            tokio::select! {
                done = &mut settled => { tell(self.busy.documents()); return done; }
                _ = tick.tick() => tell(self.busy.documents()),
            }
        }
    }
}
