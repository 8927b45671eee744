//! Through the front door at a steady pace.

use std::{
    fmt,
    time::{Duration, Instant},
};

use mensal::{
    bank::CODE,
    stack::{Error, Options, Stack, TABLE},
    summary::Books,
};
use mensal_domain::{
    events::Document,
    ids::AccountId,
    payment::{Fact, PaymentId},
};
use mensal_rails::gateway::sandbox::SIGNATURE;
use mensal_runtime::{clients::Clients, requests::Requests};
use mensal_store::Store;
use mensal_tests::{
    Home,
    timing::{line, milliseconds, object},
};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::sleep};

const PER_SECOND: u32 = 200;
/// How long, unless the command line tells it.
pub(crate) const SECONDS: u32 = 20;
/// One in so many is watched until it is in the books: to watch is to ask the table.
const WATCHED: usize = 10;
const GOAL_ANSWER: Duration = Duration::from_millis(50);
const GOAL_APPLIED: Duration = Duration::from_secs(2);

/// A webhook that is to be sent.
struct Prepared {
    account: AccountId,
    payment: PaymentId,
    body: Vec<u8>,
    signature: String,
}

/// How long things took, sorted.
pub(crate) struct Door {
    answered: Vec<Duration>,
    applied: Vec<Duration>,
    bare: Vec<Duration>,
    took: Duration,
    /// The processor time of all of it, to the last event of the last payment; none where the system
    /// does not tell.
    worked: Option<Duration>,
}

pub(crate) async fn measure(seconds: u32) -> Result<Door, Error> {
    let home = Home::new(Options::default()).await?;
    let count = PER_SECOND * seconds;
    // A quarter of them is charged by itself, and asks for nothing.
    home.generate_at_bank(u64::from(count) * 3 / 2).await?;
    home.bill("2026-11-30").await?;
    let prepared = prepare(&home.stack, usize::try_from(count)?).await?;
    let before = Books::read(home.stack.store()).await?.payments;
    let address = home.stack.webhooks();
    let nobody = format!("{}/webhooks/nobody", home.stack.endpoints().api);
    let store = Store::new(
        Clients::local(&home.stack.endpoints().dynamodb, Requests::default()).dynamodb(),
        TABLE,
    );
    let world = std::thread::spawn(move || outside(&prepared, &address, &nobody, &store));
    let ended = tokio::task::spawn_blocking(|| world.join()).await?;
    let Outside { bare, sent, took, before: idle } = ended.map_err(|_| "the sender panicked")??;
    home.stack.settle().await?;
    let worked = processor_time().zip(idle).map(|(now, idle)| now.saturating_sub(idle));
    let Sent { answered, applied } = sent;
    let after = Books::read(home.stack.store()).await?.payments;
    if after - before != u64::from(count) {
        return Err(format!("{count} were sent, {} are in the books", after - before).into());
    }
    Ok(Door { answered, applied, bare, took, worked })
}

/// The world outside, which does not wait for its turn among the stack's work: it has a thread of
/// its own. To nobody first, then to the bank's address, and how long all of that took.
fn outside(
    prepared: &[Prepared],
    address: &str,
    nobody: &str,
    store: &Store,
) -> Result<Outside, Error> {
    let world = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    world.block_on(async {
        let client = Client::new();
        let few = prepared.iter().take(prepared.len() / 4);
        let bare = send(&client, nobody, few, None).await?.answered;
        let (begun, before) = (Instant::now(), processor_time());
        let sent = send(&client, address, prepared.iter(), Some(store)).await?;
        Ok(Outside { bare, sent, took: begun.elapsed(), before })
    })
}

/// What the sender has seen.
struct Outside {
    bare: Vec<Duration>,
    sent: Sent,
    took: Duration,
    /// The processor time of this process when it began.
    before: Option<Duration>,
}

/// The processor time of this process so far, as Linux tells it, in hundredths of a second.
fn processor_time() -> Option<Duration> {
    let told = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program stands in parentheses, and may have blanks.
    let mut after = told.rsplit(')').next()?.split_whitespace().skip(11);
    let user: u64 = after.next()?.parse().ok()?;
    let system: u64 = after.next()?.parse().ok()?;
    Some(Duration::from_millis((user + system) * 10))
}

/// A payment in full of each of so many invoices.
async fn prepare(stack: &Stack, count: usize) -> Result<Vec<Prepared>, Error> {
    let mut prepared = Vec::new();
    let mut page = stack.store().scan(None).await?;
    while let Some(mut read) = page {
        for document in std::mem::take(&mut read.documents) {
            let Document::Invoice(invoice) = document? else { continue };
            if invoice.offers.is_none() || !invoice.open().is_positive() || prepared.len() == count
            {
                continue;
            }
            let money = format!("E{:0>31}", invoice.account.as_str());
            let fact: Fact = serde_json::from_value(json!({ "received": {
                "money": money, "rail": "pix", "amt": invoice.open(), "on": invoice.due,
                "about": { "invoice": [invoice.account, invoice.id] },
            }}))?;
            let (body, signature) = stack.bank().webhook(vec![fact])?;
            let payment = PaymentId { gateway: CODE.parse()?, money: money.parse()? };
            prepared.push(Prepared { account: invoice.account, payment, body, signature });
        }
        page = stack.store().scan(Some(read)).await?;
    }
    if prepared.len() < count {
        return Err(format!("only {} of {count} can be paid", prepared.len()).into());
    }
    Ok(prepared)
}

struct Sent {
    answered: Vec<Duration>,
    applied: Vec<Duration>,
}

/// Sends each at its moment, however long those before take; watches some until they are in the
/// books.
async fn send(
    client: &Client,
    address: &str,
    prepared: impl Iterator<Item = &Prepared>,
    books: Option<&Store>,
) -> Result<Sent, Error> {
    let wanted = if books.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    let mut tick = tokio::time::interval(Duration::from_secs(1) / PER_SECOND);
    let mut under_way: JoinSet<Result<(Duration, Option<Duration>), Error>> = JoinSet::new();
    for (at, one) in prepared.enumerate() {
        tick.tick().await;
        let request = client.post(address).header(SIGNATURE, &one.signature);
        let request = request.body(one.body.clone());
        let watched = books.filter(|_| at % WATCHED == 0).cloned();
        let (account, payment) = (one.account.clone(), one.payment.clone());
        under_way.spawn(async move {
            let begun = Instant::now();
            let answer = request.send().await?;
            if answer.status() != wanted {
                return Err(format!("answered {}", answer.status()).into());
            }
            let answered = begun.elapsed();
            let Some(store) = watched else { return Ok((answered, None)) };
            while store.payment(&account, &payment).await?.is_none() {
                // To ask more often, when there is more to wait for, would itself be what they wait for.
                sleep((begun.elapsed() / 20).max(Duration::from_millis(5))).await;
            }
            Ok((answered, Some(begun.elapsed())))
        });
    }
    let (mut answered, mut applied) = (Vec::new(), Vec::new());
    while let Some(done) = under_way.join_next().await {
        let (answer, books) = done??;
        answered.push(answer);
        applied.extend(books);
    }
    answered.sort();
    applied.sort();
    Ok(Sent { answered, applied })
}

impl Door {
    /// Milliseconds of processor time that a payment takes, all told.
    fn each_ms(&self) -> Option<f64> {
        let count = u32::try_from(self.answered.len()).ok().filter(|count| *count > 0)?;
        self.worked.map(|worked| milliseconds(worked / count))
    }

    fn rows(&self) -> [(&'static str, &[Duration]); 3] {
        [
            ("answered", &self.answered),
            ("in the books", &self.applied),
            ("the door alone", &self.bare),
        ]
    }

    pub(crate) fn json(&self) -> Value {
        let rows: serde_json::Map<_, _> = self
            .rows()
            .into_iter()
            .map(|(name, sorted)| (name.replace(' ', "_"), object(sorted)))
            .collect();
        let pace = self.answered.len() as f64 / self.took.as_secs_f64();
        json!({ "per_second": pace.round(), "times": rows, "processor_ms_each": self.each_ms(),
                "goal_answer_p99_ms": milliseconds(GOAL_ANSWER),
                "goal_in_the_books_ms": milliseconds(GOAL_APPLIED) })
    }
}

impl fmt::Display for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pace = self.answered.len() as f64 / self.took.as_secs_f64();
        writeln!(
            f,
            "{} payments at {pace:.0} a second through the front door",
            self.answered.len()
        )?;
        for (name, sorted) in self.rows() {
            writeln!(f, "{}", line(name, sorted))?;
        }
        if let Some(each) = self.each_ms() {
            let two = 2_000.0 / each;
            writeln!(
                f,
                "  {each:.1} ms of processor time each, sender and bank among it: two whole processors \
                 do {two:.0} a second"
            )?;
        }
        writeln!(
            f,
            "  goals: 99 % answered within {:.0} ms, in the books within {:.0} ms",
            milliseconds(GOAL_ANSWER),
            milliseconds(GOAL_APPLIED)
        )
    }
}
