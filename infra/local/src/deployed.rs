//! What a deployed stack has asked of AWS, as its functions tell in their logs: each invocation
//! writes one line of metrics, with its requests and units beside.

use std::{collections::BTreeMap, path::Path, time::Duration};

use jiff::{Timestamp, ToSpan, civil::Date};
use mensal_cloud::{Built, Deployed, Emulator, Tools, deploy};
use mensal_importer::generate::Generator;
use mensal_store::Run;
use rust_decimal::Decimal;
use serde_json::Value;
use tokio::time::{Instant, sleep};

use crate::{cost::Usage, importing::import_generated, stack::Error};

/// The name of the stack that is put up only to be measured.
const STACK: &str = "measured";
/// The month that is billed there.
const MONTH: Date = jiff::civil::date(2026, 11, 1);
/// What has not come to an end after so long never will.
const PATIENCE: Duration = Duration::from_mins(10);

/// What a stack has done, and what it took.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// By function.
    pub functions: BTreeMap<String, Usage>,
    /// Invoices that were issued.
    pub invoices: u64,
    /// PDFs that were made.
    pub documents: u64,
}

/// What a deployed stack has told in the last day.
///
/// # Errors
/// When there is no such stack, or its logs cannot be read.
pub async fn of_the_last_day(stack: &str) -> Result<Measured, Error> {
    let deployed = Deployed::from_env(stack).await?;
    let since = Timestamp::now().checked_sub(24.hours())?;
    Measured::of(&deployed, since.as_millisecond()).await
}

/// Deploys the template of a checkout to an emulator, bills generated accounts there, and tells
/// what that took.
///
/// # Errors
/// When the tools are missing, or the stack does not come to an end.
pub async fn of_a_trial(
    checkout: &Path,
    accounts: u64,
    on_first_view: bool,
) -> Result<Measured, Error> {
    let tools = Tools::at_hand()?;
    eprintln!("building the functions …");
    let built = Built::build(&tools, checkout)?;
    eprintln!("deploying them to an emulator, and billing {accounts} accounts …");
    let emulator = Emulator::start(&tools, Emulator::port()?, None)?;
    let documents = if on_first_view { "on-first-view" } else { "at-once" };
    let parameters = [("Gradual", "false"), ("Documents", documents)];
    deploy(&emulator, &built, STACK, &parameters)?;
    let deployed = Deployed::emulated(&emulator, STACK).await?;
    let generator = Generator { seed: 1, accounts, start: MONTH, gateway: None };
    import_generated(deployed.store(), &generator, |_| ()).await?;
    let last = MONTH.last_of_month();
    emulator.fire(&format!("{STACK}-BillingSchedule"), &format!("{last}T03:05:00Z"))?;
    let begun = Instant::now();
    let mut before = Measured::default();
    // Done is what is billed and drawn, and has told everything: two looks that see the same.
    loop {
        sleep(Duration::from_secs(2)).await;
        let now = Measured::of(&deployed, 0).await?;
        let flow = deployed.in_flow().await?;
        let billed = deployed.store().progress(Run::Billing, last).await?.is_done();
        let drawn = on_first_view || now.documents >= now.invoices;
        let still = now.invocations() == before.invocations();
        if billed && drawn && still && now.invoices > 0 && flow.waiting + flow.away == 0 {
            return Ok(now);
        }
        if begun.elapsed() > PATIENCE {
            let says = emulator.said();
            return Err(format!("the run does not end: {flow:?}\nministack says:\n{says}").into());
        }
        before = now;
    }
}

impl Measured {
    async fn of(deployed: &Deployed, since: i64) -> Result<Self, Error> {
        let mut measured = Self::default();
        for (function, lines) in deployed.logs(since).await? {
            let usage = measured.functions.entry(function).or_default();
            for line in lines {
                usage.log_bytes += u64::try_from(line.len())?;
                let Ok(told) = serde_json::from_str::<Value>(&line) else { continue };
                if told["Duration"].is_number() {
                    add(usage, &told);
                    measured.invoices += count(&told["InvoicesIssued"]);
                    measured.documents += count(&told["DocumentsMade"]);
                }
            }
        }
        Ok(measured)
    }

    fn invocations(&self) -> u64 {
        self.functions.values().map(|usage| usage.invocations).sum()
    }
}

/// Adds what one line tells.
fn add(usage: &mut Usage, told: &Value) {
    usage.invocations += 1;
    usage.seconds += told["Duration"].as_f64().unwrap_or_default() / 1000.0;
    usage.asked.units.write += told["WriteUnits"].as_f64().unwrap_or_default();
    usage.asked.units.read += told["ReadUnits"].as_f64().unwrap_or_default();
    usage.events += count(&told["EventsPublished"]);
    usage.memory_gb = told["memory_mb"].as_u64().map(|mb| Decimal::from(mb) / Decimal::from(1024));
    for (name, requests) in told["requests"].as_object().into_iter().flatten() {
        *usage.asked.requests.entry(name.clone()).or_default() += count(requests);
    }
    // What Lambda itself asks of a queue for each batch. Neither a stream nor a call is one.
    if told["Function"] != "publish-events" && count(&told["Messages"]) > 0 {
        for request in ["SQS.ReceiveMessage", "SQS.DeleteMessageBatch"] {
            *usage.asked.requests.entry(request.to_owned()).or_default() += 1;
        }
    }
}

fn count(value: &Value) -> u64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a count
    value.as_u64().or_else(|| value.as_f64().map(|count| count as u64)).unwrap_or_default()
}
