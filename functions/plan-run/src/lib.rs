//! Plans a run: from the schedule to one message per shard, from a shard to one message per
//! account that is due. And looks, some hours later, whether the run is done.

use jiff::{civil::Date, tz::TimeZone};
use lambda_runtime::Error;
use mensal_domain::{calendar::business_date, ids::AccountId};
use mensal_runtime::{
    Failure, batch,
    dead_letters::DeadLetters,
    messages::{self, BillAccount, PlanShard, ReviewAccount, RunKind, Schedule, Stopped},
    metrics::{self, Metric},
    queue::Queue,
    start::Function,
};
use mensal_store::{Progress, Run, SHARDS, ShardPlan, Store};
use serde_json::Value;
use tracing::Instrument;

/// Accounts of one page of the agenda.
const PAGE: i32 = 1_000;
/// Pages that one message plans; the rest of its shard goes to a further message, so that no
/// shard is too large for one invocation.
const PAGES: usize = 20;

/// The function.
#[derive(Debug)]
pub struct PlanRun {
    /// The table.
    pub store: Store,
    /// Shards to be planned.
    pub plan_queue: Queue,
    /// Accounts to be billed.
    pub bill_queue: Queue,
    /// Accounts to be reviewed.
    pub review_queue: Queue,
    /// What cannot be done.
    pub dead_letters: DeadLetters,
    /// Where the ISP's days begin.
    pub time_zone: TimeZone,
}

impl Function for PlanRun {
    async fn handle(&self, event: Value) -> Result<Value, Error> {
        if event.get("Records").is_some() {
            let plan = |shard| self.plan_shard(shard);
            let response = batch::messages(event, &self.dead_letters, plan).await?;
            return Ok(serde_json::to_value(response)?);
        }
        let schedule: Schedule = messages::read_value(event)?;
        // The business date is the date of the scheduled time at the ISP, so that a run that is
        // told late or twice is the same run.
        let date = business_date(schedule.at, &self.time_zone);
        let run = tracing::error_span!("run", run = %date);
        match schedule.run {
            RunKind::Billing | RunKind::Collection => {
                self.begin(schedule.run, date).instrument(run).await?;
            }
            RunKind::BillingCheck => self.check(date).instrument(run).await?,
            other => return Err(format!("{other:?} is no run of this function").into()),
        }
        Ok(Value::Null)
    }
}

impl PlanRun {
    /// One message per shard.
    async fn begin(&self, run: RunKind, date: Date) -> Result<(), Failure> {
        let shard = |shard| PlanShard { run, date, shard, after: None };
        let shards: Vec<_> = (0..SHARDS).map(shard).collect();
        self.plan_queue.send(&shards).await?;
        let begun = match run {
            RunKind::Collection => Metric::CollectionsBegun,
            _ => Metric::RunsBegun,
        };
        metrics::count(begun, 1);
        tracing::info!("run begins");
        Ok(())
    }

    /// Tells how far the run of a date is, and how many accounts are parked. Changes nothing.
    async fn check(&self, date: Date) -> Result<(), Failure> {
        let progress = self.store.progress(Run::Billing, date).await?;
        let parked = self.store.parked_count().await?;
        let unfinished = progress.is_awaited();
        metrics::tell(Metric::RunUnfinished, unfinished.into());
        metrics::tell(Metric::AccountsLeft, progress.left);
        metrics::tell(Metric::ParkedAccounts, parked);
        let Progress { sealed, planned, left } = progress;
        tracing::info!(unfinished, sealed, planned, left, parked, "run checked");
        Ok(())
    }

    async fn plan_shard(&self, plan: PlanShard) -> Result<(), Failure> {
        let PlanShard { date, shard, .. } = plan;
        let run = match plan.run {
            RunKind::Billing => Run::Billing,
            RunKind::Collection => Run::Collection,
            _ => {
                let why = "only a billing run and a collection run have shards";
                return Err(Failure::Poison(why.into()));
            }
        };
        if shard >= SHARDS {
            return Err(Failure::Poison(format!("shard {shard}: there are {SHARDS}, from 0")));
        }
        let head = self.store.head().await?;
        if head.importing.is_some() {
            // Half an import must not be billed. Starting it again finishes it.
            return Err(Failure::Retry("an import has begun and not ended".into()));
        }
        let mut planned = plan.after.as_ref().map_or(0, |stopped| stopped.planned);
        let mut after = plan.after.map(|stopped| (stopped.on, stopped.account));
        for _ in 0..PAGES {
            let page = self.store.agenda(run, date, shard, after, PAGE).await?;
            planned += u64::try_from(page.accounts.len()).unwrap_or_default();
            self.hand_out(run, date, head.version, page.accounts).await?;
            let Some(next) = page.next else {
                self.store.seal(run, date, ShardPlan { shard, planned }).await?;
                tracing::info!(planned, "shard planned");
                return Ok(());
            };
            after = Some(next);
        }
        let stopped = after.map(|(on, account)| Stopped { on, account, planned });
        self.plan_queue.send(&[PlanShard { run: plan.run, date, shard, after: stopped }]).await
    }

    /// One message per account.
    async fn hand_out(
        &self,
        run: Run,
        date: Date,
        catalog: u64,
        accounts: Vec<AccountId>,
    ) -> Result<(), Failure> {
        match run {
            Run::Billing => {
                let bill = |account| BillAccount { account, through: date, catalog };
                let messages: Vec<_> = accounts.into_iter().map(bill).collect();
                self.bill_queue.send(&messages).await?;
                metrics::count(Metric::AccountsPlanned, messages.len());
            }
            Run::Collection => {
                let review = |account| ReviewAccount { account, through: date };
                let messages: Vec<_> = accounts.into_iter().map(review).collect();
                self.review_queue.send(&messages).await?;
            }
        }
        Ok(())
    }
}
