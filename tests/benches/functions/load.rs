//! A thousand accounts through the functions, in batches of ten: memory and pace.

use std::time::{Duration, Instant};

use mensal::stack::{BUCKET, Error, Options, Stack, TABLE};
use mensal_importer::generate::Generator;
use mensal_runtime::{
    config,
    messages::{BillAccount, RenderInvoice, write},
};
use mensal_tests::{Home, date};
use serde_json::{Map, Value, json};

use crate::{
    lambda::{Lambda, as_lambda_sets},
    milliseconds, program,
};

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

/// What the functions needed that do the work of a run.
pub(crate) struct Load([Outcome; 2]);

/// Bills all accounts and makes their documents, each function one process.
pub(crate) async fn measure() -> Result<Load, Error> {
    let [issue, render] =
        [program::function("issue-invoice")?, program::function("render-invoice")?];
    let home = Home::new(Options::default()).await?;
    let stack = &home.stack;
    home.generate(ACCOUNTS).await?;
    stack.settle().await?;

    let generated =
        Generator { seed: 1, accounts: ACCOUNTS, start: date("2026-11-01"), gateway: None };
    let accounts: Vec<_> = generated.iter().map(|(new, _)| new.account.id).collect();
    let catalog = stack.store().head().await?.version;
    let mut bodies = Vec::new();
    for account in &accounts {
        let (account, through) = (account.clone(), date("2026-11-30"));
        bodies.push(write(&BillAccount { account, through, catalog })?);
    }
    let function = Lambda::start(&issue, &environment(stack, "bill")).await?;
    let issued = run("issue-invoice", function, &bodies).await?;

    // The stack has made the documents of what was issued. They go, for the function to make.
    stack.settle().await?;
    std::fs::remove_dir_all(stack.bucket_path().join("invoices"))?;
    let mut bodies = Vec::new();
    for account in &accounts {
        for invoice in stack.store().invoices(account).await? {
            if invoice.id.kind.is_printed() {
                let (account, invoice) = (account.clone(), invoice.id);
                bodies.push(write(&RenderInvoice { account, invoice })?);
            }
        }
    }
    let function = Lambda::start(&render, &environment(stack, "document")).await?;
    let rendered = run("render-invoice", function, &bodies).await?;

    let audit = home.audit().await?;
    let once = audit.per_account.len() == accounts.len()
        && audit.per_account.values().all(|count| *count == 1);
    if !once || !audit.violations.is_empty() || !stack.dead_letters().is_empty() {
        return Err(format!("not billed once each: {:?}", audit.violations).into());
    }
    Ok(Load([issued, rendered]))
}

/// The environment of a function that takes from a queue of a local stack.
fn environment(stack: &Stack, queue: &str) -> Vec<(&'static str, String)> {
    let endpoints = stack.endpoints();
    let mut environment = as_lambda_sets();
    environment.extend([
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoints.dynamodb.clone()),
        ("AWS_ENDPOINT_URL_S3", endpoints.s3.clone()),
        ("AWS_ENDPOINT_URL_SQS", endpoints.messaging.clone()),
        ("AWS_ENDPOINT_URL_EVENTBRIDGE", endpoints.messaging.clone()),
        ("MENSAL_STACK", "benchmark".to_owned()),
        (config::TABLE, TABLE.to_owned()),
        (config::BUCKET, BUCKET.to_owned()),
        (config::DEAD_LETTERS, format!("{}/{queue}-dead-letters", endpoints.messaging)),
    ]);
    environment
}

/// Feeds a function with all messages, ten at a time, until each is done.
async fn run(
    function: &'static str,
    mut process: Lambda,
    bodies: &[String],
) -> Result<Outcome, Error> {
    let mut warm: Option<(Duration, Instant, Duration)> = None;
    for batch in bodies.chunks(BATCH) {
        let answer = process.invoke(event(batch)).await?;
        if answer["batchItemFailures"] != json!([]) {
            return Err(format!("{function} answers {answer}").into());
        }
        if warm.is_none() {
            warm = Some((process.age(), Instant::now(), process.busy()?));
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

impl Load {
    /// The budget of memory is one that fails.
    pub(crate) fn check(&self) -> Result<(), Error> {
        match self.0.iter().find(|outcome| outcome.peak_megabytes > BUDGET) {
            Some(over) => {
                Err(format!("{} is over its budget of {BUDGET} MB", over.function).into())
            }
            None => Ok(()),
        }
    }

    /// For machines.
    pub(crate) fn json(&self) -> Value {
        let of = |outcome: &Outcome| {
            let told = json!({
                "peak_megabytes": (outcome.peak_megabytes * 10.0).round() / 10.0,
                "first_answer_ms": milliseconds(outcome.first_answer),
                "messages_per_second": outcome.messages_per_second.round(),
                "own_ms_per_message": milliseconds(outcome.own_time_per_message),
            });
            (outcome.function.to_owned(), told)
        };
        let functions: Map<_, _> = self.0.iter().map(of).collect();
        json!({
            "accounts": ACCOUNTS, "batch": BATCH, "budget_megabytes": BUDGET,
            "functions": functions,
        })
    }

    /// For people.
    pub(crate) fn print(&self) {
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
        for outcome in &self.0 {
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
}
