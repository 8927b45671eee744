//! What the functions need as Lambda runs them: `cargo bench -p mensal-tests --bench functions`,
//! with `-- start` or `-- load` for one half of it, and `-- --json` for machines.
//!
//! The real programs, built for release, each in its own process, are fed by a runtime API.
//!
//! `start`: the time from the start of a process to its first answer, next to that of the smallest
//! function there is, in turns. It tells and never fails: a time says more of the machine than of
//! the program, and only next to another.
//!
//! `load`: batches of ten on a local stack, which runs in this process. Told are the most memory
//! that a process ever had, the time from its start to its first answer, and its pace. The stack
//! answers on the same processors, so the pace is that of both together; the time on a processor
//! per message is the function's own. In the end everything is audited: who is billed twice, or
//! not at all, has not been measured.
#![allow(clippy::cast_precision_loss, reason = "what is told is rounded")]

mod lambda;
mod load;
mod program;
mod start;

use std::time::Duration;

use mensal::stack::Error;
use serde_json::json;

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let told = |word: &str| arguments.iter().any(|argument| argument == word);
    let (json, all) = (told("--json"), !told("start") && !told("load"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let starts = if all || told("start") { Some(start::measure().await?) } else { None };
        let load = if all || told("load") { Some(load::measure().await?) } else { None };
        if json {
            // What is told of the load stands at the top.
            let mut told = load.as_ref().map_or_else(|| json!({}), load::Load::json);
            if let Some(starts) = &starts {
                told["start"] = starts.json();
            }
            println!("{told}");
        } else {
            starts.iter().for_each(start::Starts::print);
            load.iter().for_each(load::Load::print);
        }
        load.as_ref().map_or(Ok(()), load::Load::check)
    })
}

/// To hundredths.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e5).round() / 100.0
}
