//! The stack: everything that a data directory holds, started and wired.

mod bus;
mod database;
mod delivery;
mod directory;
mod endpoint;
mod faults;
mod faulty;
mod front;
mod functions;
mod ingress;
mod journal;
mod lines;
mod network;
mod objects;
mod post;
mod queues;
mod secrets;
mod stream;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use mensal_domain::{ids::GatewayCode, payment::Notice};
use mensal_runtime::{
    clients::Clients, clock::Clock, messages, requests::Requests, start::Function,
};
use mensal_store::Store;
use publish_events::PublishEvents;
use tokio::sync::mpsc::UnboundedReceiver;

use self::{
    front::Front,
    functions::{Started, Wiring},
    secrets::Secrets,
};
use crate::bank::{self, Bank, Behaviour};

pub use delivery::Busy;
pub use directory::{Directory, Held};
pub use faults::FaultKind;
pub(crate) use faults::Faults;
pub use functions::PAYMENT_QUEUE;
pub(crate) use network::Order;
pub use network::{Ordered, PREFIX as LOCAL_SITES};
pub use post::Posted;
pub use queues::{Letter, Mischief};
pub use secrets::PREFIX as LOCAL_SECRETS;
pub(crate) use stream::Seen;

/// The name of the table.
pub const TABLE: &str = "mensal";
/// The file of what was sent to customers.
const OUTBOX: &str = "outbox.jsonl";
/// The file of what the network was told.
const ORDERS: &str = "network.jsonl";
/// The name of the bucket.
pub const BUCKET: &str = "mensal-documents";

/// What went wrong with the local stack itself.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// How to start it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// What the queues do to messages, for tests.
    pub mischief: Mischief,
    /// How the bank and its payers behave.
    pub bank: Behaviour,
    /// What goes wrong besides, drawn from this seed; none: nothing.
    pub faults: Option<u64>,
    /// Whether leases go by the stack's clock, for whoever lets time pass on it. Else by the wall's: the
    /// stack's own stands.
    pub timed: bool,
}

/// The running stack.
pub struct Stack {
    directory: Directory,
    store: Store,
    requests: Requests,
    queues: Arc<queues::Queues>,
    stream: Arc<stream::Stream<PublishEvents>>,
    bus: Arc<bus::Log>,
    network: Arc<network::Network>,
    busy: Arc<Busy>,
    started: Started,
    clock: Clock,
    bank: Bank,
    endpoints: Endpoints,
    gateways: Vec<GatewayCode>,
    faults: Arc<Faults>,
    _front: Front,
}

/// Where the services listen, on loopback.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Endpoints {
    /// `DynamoDB`.
    pub dynamodb: String,
    /// S3.
    pub s3: String,
    /// SQS, `EventBridge` and Secrets Manager.
    pub messaging: String,
    /// The API: documents, and webhooks.
    pub api: String,
    /// The bank.
    pub bank: String,
}

impl Stack {
    /// Opens a data directory and starts everything on it. What an earlier process left undone,
    /// however it ended, goes on.
    ///
    /// # Errors
    /// When the directory is in use, cannot be written, or holds what cannot be read.
    pub async fn start(path: &Path, options: Options) -> Result<Self, Error> {
        let directory = Directory::hold(path)?;
        let faults = Arc::new(Faults::of(options.faults));
        let log = directory.file("queues.log");
        let queues = queues::Queues::open(&log, options.mischief, faults.clone())?;
        let queues = Arc::new(queues);
        let bus = Arc::new(bus::Log::open(&directory.file("events.jsonl"))?);
        let database = database::Database::open(&directory.file("dynamodb.sqlite"))?;
        let books = directory.file("bank.sqlite");
        let bank = Bank::with_faults(&books, options.bank, faults.clone()).await?;
        let secrets = Arc::new(Secrets::of(&directory, &bank)?);
        let gateways = secrets.codes();
        let clock = directory.clock()?;
        let outbox = directory.file(OUTBOX);
        let post = post::Post::open(&outbox, queues.clone(), clock.clone(), faults.clone())?;
        let post = Arc::new(post);
        let orders = directory.file(ORDERS);
        let network = Arc::new(network::Network::open(&directory, &orders, faults.clone())?);
        let services = endpoint::Services {
            queues: queues.clone(),
            bus: bus.clone(),
            secrets: secrets.clone(),
            network: network.clone(),
            post,
            faults: faults.clone(),
        };
        let front = Front::new()?;
        let messaging = front.run(endpoint::serve(services)).await?;
        secrets.hook_at(&format!("{messaging}/hook"));
        let (dynamodb, s3) =
            (database.serve().await?, objects::serve(&directory.file("s3"), BUCKET).await?);
        let requests = Requests::default();
        let store =
            Store::new(Clients::local(&dynamodb, requests.clone()).emulated_dynamodb(), TABLE);
        // What works at it meets its faults; what looks at it does not.
        let met = if faults.any() {
            let clients = Clients::local(&dynamodb, requests.clone()).at_once();
            let clients = clients.through(|http| faulty::Faulty::new(http, faults.clone()));
            Store::new(clients.emulated_dynamodb(), TABLE)
        } else {
            store.clone()
        };
        let wiring = Wiring {
            store: met,
            s3: Clients::local(&s3, requests.clone()),
            messaging: Clients::local(&messaging, requests.clone()),
            queues_at: messaging.clone(),
            gateways: gateways.clone(),
            clock: clock.clone(),
            leases: if options.timed { clock.clone() } else { Clock::Wall(TimeZone::UTC) },
            requests: requests.clone(),
        };
        store.create_table().await?;
        database.index_stream()?;
        let busy = Arc::new(Busy::new(requests.clone(), faults.clone()));
        let started = functions::start(&wiring, &queues, &busy);
        let behind = ingress::Behind::new(functions::webhook(&wiring), started.render.clone());
        let api = front.run(ingress::serve(behind)).await?;
        let endpoints = Endpoints { dynamodb, s3, messaging, api, bank: bank.address().to_owned() };
        directory.announce(&endpoints)?;
        let checkpoint = directory.file("stream.checkpoint");
        let publish = functions::publish_events(&wiring);
        let stream =
            Arc::new(stream::Stream::open(database, TABLE, publish, checkpoint, busy.clone())?);
        stream::follow(stream.clone());
        Ok(Self {
            directory,
            store,
            requests,
            queues,
            stream,
            bus,
            network,
            busy,
            started,
            clock,
            bank,
            endpoints,
            gateways,
            faults,
            _front: front,
        })
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

    /// The gateways that it knows.
    #[must_use]
    pub fn gateways(&self) -> &[GatewayCode] {
        &self.gateways
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

    /// The notices that were sent to customers, in their order.
    ///
    /// # Errors
    /// When their file cannot be read.
    pub fn posted(&self) -> Result<Vec<Posted>, Error> {
        lines::read(&self.directory.file(OUTBOX))
    }

    /// What the network of the stack was told, in its order.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn ordered(&self) -> Result<Vec<Ordered>, Error> {
        lines::read(&self.directory.file(ORDERS))
    }

    /// All that the network of the stack is told from now on.
    pub(crate) fn watch_network(&self) -> UnboundedReceiver<Order> {
        self.network.watch()
    }

    /// What lies with the dead letters, by queue.
    #[must_use]
    pub fn dead_letters(&self) -> Vec<(String, Letter)> {
        functions::DEAD_LETTERS.iter().flat_map(|queue| self.queues.letters(queue)).collect()
    }

    /// Puts a message on the queue of accounts to be billed, as anybody could.
    pub fn send_to_bill_queue(&self, body: &str) {
        self.queues.send(functions::BILL_QUEUE, vec![Letter::of(body)]);
    }

    /// Puts a message on the queue of accounts to be reviewed, as one that has waited there.
    pub fn send_to_review_queue(&self, body: &str) {
        self.queues.send(functions::REVIEW_QUEUE, vec![Letter::of(body)]);
    }

    /// Puts something that people have entered on the queue of what gateways have told.
    ///
    /// # Errors
    /// None for what the domain can say.
    pub fn enter(&self, notice: Notice) -> Result<(), Error> {
        let body = messages::write(&messages::ApplyNotice::of(notice))?;
        self.queues.send(functions::PAYMENT_QUEUE, vec![Letter::of(&body)]);
        Ok(())
    }

    /// All that changes in the table from now on.
    pub(crate) fn watch(&self) -> UnboundedReceiver<Seen> {
        self.stream.watch()
    }

    /// How often each thing has gone wrong on purpose.
    #[must_use]
    pub fn struck(&self) -> BTreeMap<FaultKind, u64> {
        self.faults.counts()
    }

    /// Another day begins: what was put off until then comes.
    pub(crate) fn next_day(&self, day: Date) -> Result<(), Error> {
        self.faults.next_day();
        self.set_clock(day)?;
        self.queues.next_day();
        Ok(())
    }

    /// Notices that were decided wait before they are sent.
    pub(crate) fn hold_notices(&self) {
        self.queues.hold(functions::NOTICE_QUEUE);
    }

    /// They are sent, if they are still to be.
    pub(crate) fn let_notices_go(&self) {
        self.queues.let_go(functions::NOTICE_QUEUE);
    }

    /// Sets the clock, and lets come what waits for a later time: a clock that stands would let it wait for
    /// ever.
    fn set_clock(&self, day: Date) -> Result<(), Error> {
        self.directory.set_clock(&self.clock, day)?;
        self.queues.later(Duration::MAX);
        Ok(())
    }

    /// Lets as much time pass, once nothing is under way, as what is kept back for the shortest time waits
    /// for, if that is no more than this and the day is not over by then. Returns whether it did.
    pub(crate) fn pass_time(&self, at_most: Duration) -> bool {
        let today = |wait: &Duration| {
            let then = self.clock.local().saturating_add(*wait);
            *wait <= at_most && then.date() == self.clock.today()
        };
        let Some(wait) = self.queues.shortest_wait().filter(today) else { return false };
        self.clock.pass(wait);
        self.queues.later(wait);
        true
    }

    /// The bank.
    #[must_use]
    pub fn bank(&self) -> &Bank {
        &self.bank
    }

    /// Lets a day pass at the bank, whose webhooks come in as they do.
    ///
    /// # Errors
    /// The bank's.
    pub async fn pass_day(&self, day: Date) -> Result<(), Error> {
        self.set_clock(day)?;
        self.bank.pass_day(day, &self.webhooks()).await
    }

    /// The last day that something was done on; none if nothing was.
    #[must_use]
    pub fn last_day(&self) -> Option<Date> {
        self.directory.has_clock().then(|| self.clock.today())
    }

    /// Where the bank's webhooks go.
    #[must_use]
    pub fn webhooks(&self) -> String {
        format!("{}/webhooks/{}", self.endpoints.api, bank::CODE)
    }

    /// Tells the planner that the billing run of a date begins, as the schedule does.
    ///
    /// # Errors
    /// The planner's.
    pub async fn begin_run(&self, date: Date) -> Result<(), Error> {
        self.schedule(messages::RunKind::Billing, date).await
    }

    /// Tells a function that a run of a date begins, as the schedule does. It is that day then.
    ///
    /// # Errors
    /// The function's.
    pub async fn schedule(&self, run: messages::RunKind, date: Date) -> Result<(), Error> {
        self.set_clock(date)?;
        let at: Timestamp = date.at(12, 0, 0, 0).to_zoned(TimeZone::UTC)?.timestamp();
        let event = serde_json::from_str(&messages::write(&messages::Schedule { run, at })?)?;
        match run {
            messages::RunKind::Reconciliation | messages::RunKind::ReconciliationReport => {
                self.started.reconcile.handle(event).await?;
            }
            _ => {
                self.started.plan_run.handle(event).await?;
            }
        }
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
