//! From the start of a process to its first answer: of each function, and of the smallest one
//! that there is, in turns.
//!
//! The event is the smallest that the function's trigger sends, a batch without records, so that
//! no service is asked and the time is Mensal's own.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use mensal::stack::Error;
use serde_json::{Map, Value, json};

use crate::{
    lambda::{Lambda, as_lambda_sets},
    milliseconds, program,
};

/// Starts of each program that count.
const ROUNDS: usize = 60;
/// Starts before those: the first ones find no page of the program in memory.
const WARM_UP: usize = 4;
/// How many times as long as the smallest function a function may take.
const BUDGET: f64 = 2.0;

/// What is started: the smallest function first, since all others are measured against it.
const PROGRAMS: [&str; 5] =
    ["hello world", "plan-run", "issue-invoice", "publish-events", "render-invoice"];

/// The times of one program, shortest first.
struct Times(Vec<Duration>);

impl Times {
    fn median(&self) -> Duration {
        self.0.get(self.0.len() / 2).copied().unwrap_or_default()
    }

    fn quickest(&self) -> Duration {
        self.0.first().copied().unwrap_or_default()
    }
}

/// How long each program takes.
pub(crate) struct Starts([Times; PROGRAMS.len()]);

/// Starts each program in turn, as often as it takes.
pub(crate) async fn measure() -> Result<Starts, Error> {
    let mut paths: Vec<PathBuf> = vec![program::hello()?];
    for package in &PROGRAMS[1..] {
        paths.push(program::function(package)?);
    }
    let mut times = PROGRAMS.map(|_| Vec::with_capacity(ROUNDS));
    for round in 0..WARM_UP + ROUNDS {
        for turn in 0..PROGRAMS.len() {
            // Another one comes first each time: none profits from the one before it.
            let which = (turn + round) % PROGRAMS.len();
            let time = start(&paths[which], which > 0).await?;
            if round >= WARM_UP {
                times[which].push(time);
            }
        }
    }
    Ok(Starts(times.map(|mut times| {
        times.sort_unstable();
        Times(times)
    })))
}

/// Starts a program once and ends it after its first answer.
async fn start(program: &Path, batch: bool) -> Result<Duration, Error> {
    let mut environment = as_lambda_sets();
    environment.extend(as_the_template_sets());
    let mut process = Lambda::start(program, &environment).await?;
    let answer = process.invoke(json!({ "Records": [] })).await?;
    let time = process.age();
    if batch && answer["batchItemFailures"] != json!([]) {
        return Err(format!("{} answers {answer}", program.display()).into());
    }
    Ok(time)
}

/// All that `template.yaml` sets for any function, with names as a stack has them. None of them
/// leads anywhere: nothing is asked.
fn as_the_template_sets() -> Vec<(&'static str, String)> {
    let queue = |name: &str| format!("https://sqs.us-east-1.amazonaws.com/000000000000/{name}");
    vec![
        ("MENSAL_STACK", "benchmark".to_owned()),
        ("MENSAL_TABLE", "benchmark-table".to_owned()),
        ("MENSAL_BUCKET", "benchmark-bucket".to_owned()),
        ("MENSAL_BUS", "benchmark".to_owned()),
        ("MENSAL_DOCUMENTS", "at-once".to_owned()),
        ("MENSAL_PLAN_QUEUE", queue("plan")),
        ("MENSAL_BILL_QUEUE", queue("bill")),
        ("MENSAL_DOCUMENT_QUEUE", queue("document")),
        ("MENSAL_DEAD_LETTERS", queue("dead-letters")),
        ("MENSAL_TIME_ZONE", "America/Sao_Paulo".to_owned()),
        ("RUST_LOG", "info".to_owned()),
    ]
}

impl Starts {
    fn ratios(&self) -> impl Iterator<Item = (&'static str, &Times, f64)> {
        let smallest = self.0[0].median().as_secs_f64();
        PROGRAMS.into_iter().zip(&self.0).map(move |(name, times)| {
            (name, times, (times.median().as_secs_f64() / smallest * 100.0).round() / 100.0)
        })
    }

    /// For machines.
    pub(crate) fn json(&self) -> Value {
        let of = |(name, times, ratio): (&str, &Times, f64)| {
            let told = json!({
                "median_ms": milliseconds(times.median()),
                "quickest_ms": milliseconds(times.quickest()),
                "ratio": ratio,
            });
            (name.to_owned(), told)
        };
        let functions: Map<_, _> = self.ratios().map(of).collect();
        json!({ "rounds": ROUNDS, "budget_ratio": BUDGET, "functions": functions })
    }

    /// For people.
    pub(crate) fn print(&self) {
        println!("from start to first answer, {ROUNDS} starts of each in turn");
        println!(
            "{:<16} {:>10} {:>12} {:>18} {:>8}",
            "function", "median ms", "quickest ms", "times hello world", "budget"
        );
        for (name, times, ratio) in self.ratios() {
            println!(
                "{name:<16} {:>10.2} {:>12.2} {ratio:>18.2} {BUDGET:>8.0}",
                milliseconds(times.median()),
                milliseconds(times.quickest()),
            );
        }
    }
}
