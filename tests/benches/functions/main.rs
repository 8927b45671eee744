//! What the functions need as Lambda runs them: `cargo bench -p mensal-tests --bench functions`,
//! with `-- --json` for machines.
//!
//! The real programs, built for release, each in its own process, are fed with batches of ten by
//! a runtime API and work on a local stack, which runs in this process. Told are the most memory
//! that a process ever had, the time from its start to its first answer, and its pace. The stack
//! answers on the same processors, so the pace is that of both together; the time on a processor
//! per message is the function's own. In the end everything is audited: who is billed twice, or
//! not at all, has not been measured.
#![allow(clippy::cast_precision_loss, reason = "what is told is rounded")]

mod lambda;

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use mensal::stack::{BUCKET, Error, Options, TABLE};
use mensal_domain::invoice::InvoiceKind;
use mensal_importer::generate::Generator;
use mensal_runtime::{
    config,
    messages::{BillAccount, RenderInvoice, write},
};
use mensal_tests::{Home, date};
use serde_json::{Value, json};

use lambda::Lambda;

const ACCOUNTS: u64 = 1_000;
/// Messages of one invocation, as in the template.
const BATCH: usize = 10;
/// What a function may need at most, in MB.
const BUDGET: f64 = 128.0;

/// What one function needed.
struct Outcome {
    function: &'static str,
    peak_megabytes: f64,
    first_answer: Duration,
    messages_per_second: f64,
    own_time_per_message: Duration,
}

fn main() -> Result<(), Error> {
    let json = std::env::args().any(|argument| argument == "--json");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcomes = runtime.block_on(measure())?;
    report(&outcomes, json);
    match outcomes.iter().find(|outcome| outcome.peak_megabytes > BUDGET) {
        Some(over) => Err(format!("{} is over its budget of {BUDGET} MB", over.function).into()),
        None => Ok(()),
    }
}

async fn measure() -> Result<[Outcome; 2], Error> {
    let [issue, render] = [build("issue-invoice")?, build("render-invoice")?];
    let home = Home::new(Options::default()).await?;
    let stack = &home.stack;
    home.generate(ACCOUNTS).await?;
    stack.settle().await?;
    let letters = |queue: &str| {
        (config::DEAD_LETTERS, format!("{}/{queue}-dead-letters", stack.endpoints().messaging))
    };
    let table = || (config::TABLE, TABLE.to_owned());

    let generated = Generator { seed: 1, accounts: ACCOUNTS, start: date("2026-11-01") };
    let accounts: Vec<_> = generated.iter().map(|(new, _)| new.account.id).collect();
    let catalog = stack.store().head().await?.version;
    let mut bodies = Vec::new();
    for account in &accounts {
        let (account, through) = (account.clone(), date("2026-11-30"));
        bodies.push(write(&BillAccount { account, through, catalog })?);
    }
    let begun = Instant::now();
    let function = Lambda::start(&issue, stack, &[table(), letters("bill")]).await?;
    let issued = run("issue-invoice", function, begun, &bodies).await?;

    // The stack has made the documents of what was issued. They go, for the function to make.
    stack.settle().await?;
    std::fs::remove_dir_all(stack.bucket_path().join("invoices"))?;
    let mut bodies = Vec::new();
    for account in &accounts {
        for invoice in stack.store().invoices(account).await? {
            if invoice.id.kind == InvoiceKind::Cycle {
                let (account, invoice) = (account.clone(), invoice.id);
                bodies.push(write(&RenderInvoice { account, invoice })?);
            }
        }
    }
    let begun = Instant::now();
    let bucket = (config::BUCKET, BUCKET.to_owned());
    let function = Lambda::start(&render, stack, &[table(), bucket, letters("document")]).await?;
    let rendered = run("render-invoice", function, begun, &bodies).await?;

    let audit = home.audit().await?;
    let once = audit.per_account.len() == accounts.len()
        && audit.per_account.values().all(|count| *count == 1);
    if !once || !audit.violations.is_empty() || !stack.dead_letters().is_empty() {
        return Err(format!("not billed once each: {:?}", audit.violations).into());
    }
    Ok([issued, rendered])
}

/// Builds a function for release, and says where it is.
fn build(package: &str) -> Result<PathBuf, Error> {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--release", "--message-format=json-render-diagnostics", "-p", package])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stderr(Stdio::inherit())
        .output()?;
    if !built.status.success() {
        return Err(format!("{package} cannot be built").into());
    }
    let messages = built.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    for message in messages {
        let message: Value = serde_json::from_slice(message)?;
        let program = message["executable"].as_str();
        if let Some(program) = program.filter(|_| message["target"]["name"] == package) {
            return Ok(program.into());
        }
    }
    Err(format!("cargo does not say where {package} is").into())
}

/// Feeds a function with all messages, ten at a time, until each is done.
async fn run(
    function: &'static str,
    mut process: Lambda,
    begun: Instant,
    bodies: &[String],
) -> Result<Outcome, Error> {
    let mut warm: Option<(Duration, Instant, Duration)> = None;
    for batch in bodies.chunks(BATCH) {
        let answer = process.invoke(event(batch)).await?;
        if answer["batchItemFailures"] != json!([]) {
            return Err(format!("{function} answers {answer}").into());
        }
        if warm.is_none() {
            warm = Some((begun.elapsed(), Instant::now(), process.busy()?));
        }
    }
    let (first_answer, since, busy) = warm.ok_or("there was nothing to do")?;
    let messages = bodies.len().saturating_sub(BATCH);
    Ok(Outcome {
        function,
        peak_megabytes: process.peak_memory()? as f64 / 1e6,
        first_answer,
        messages_per_second: messages as f64 / since.elapsed().as_secs_f64(),
        own_time_per_message: process.busy()?.saturating_sub(busy)
            / u32::try_from(messages)?.max(1),
    })
}

/// A batch as SQS hands it to a function.
fn event(bodies: &[String]) -> Value {
    let record = |(number, body): (usize, &String)| {
        json!({
            "messageId": number.to_string(),
            "receiptHandle": number.to_string(),
            "body": body,
            "attributes": { "ApproximateReceiveCount": "1" },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:benchmark",
            "awsRegion": "us-east-1",
        })
    };
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e5).round() / 100.0
}

fn report(outcomes: &[Outcome; 2], json: bool) {
    if json {
        let of = |outcome: &Outcome| {
            let told = json!({
                "peak_megabytes": (outcome.peak_megabytes * 10.0).round() / 10.0,
                "first_answer_ms": milliseconds(outcome.first_answer),
                "messages_per_second": outcome.messages_per_second.round(),
                "own_ms_per_message": milliseconds(outcome.own_time_per_message),
            });
            (outcome.function.to_owned(), told)
        };
        let functions: serde_json::Map<_, _> = outcomes.iter().map(of).collect();
        let told = json!({
            "accounts": ACCOUNTS, "batch": BATCH, "budget_megabytes": BUDGET,
            "functions": functions,
        });
        println!("{told}");
        return;
    }
    println!("{ACCOUNTS} accounts, batches of {BATCH}, each function one process");
    println!(
        "{:<16} {:>14} {:>10} {:>16} {:>12} {:>18}",
        "function",
        "peak memory MB",
        "budget MB",
        "first answer ms",
        "messages/s",
        "own ms/message"
    );
    for outcome in outcomes {
        println!(
            "{:<16} {:>14.1} {:>10.0} {:>16.1} {:>12.0} {:>18.2}",
            outcome.function,
            outcome.peak_megabytes,
            BUDGET,
            milliseconds(outcome.first_answer),
            outcome.messages_per_second,
            milliseconds(outcome.own_time_per_message),
        );
    }
}
