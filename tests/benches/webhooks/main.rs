//! Webhooks on the local stack and on one core: `cargo bench -p mensal-tests --bench webhooks`,
//! with `-- --json` for machines, `-- door` or `-- books` for one of the two; `-- door --seconds 60`
//! sends for longer than its twenty seconds.
//!
//! **Books**: how many webhooks a second one core verifies, reads and applies, each by itself,
//! beside the least that anybody does with one: an HMAC-SHA256 of its bytes, and its JSON read. The
//! two take turns, and the median of the rounds counts.
//!
//! **Door**: payments sent to the front door of a local stack at a steady pace, whatever the answers
//! take: how long each answer took, and how long it was until the payment was in the books. In
//! between as many for a gateway that nobody has, which is what the door itself takes.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "times are rounded when they are told"
)]

mod books;
mod door;

use mensal::stack::Error;
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let asked = |name: &str| arguments.iter().any(|argument| argument == name);
    let both = !asked("books") && !asked("door");
    let mut told = serde_json::Map::new();
    if both || asked("books") {
        let books = books::measure()?;
        if asked("--json") {
            told.insert("books".into(), books.json());
        } else {
            println!("{books}");
        }
    }
    if both || asked("door") {
        let door = door::measure(seconds(&arguments)?).await?;
        if asked("--json") {
            told.insert("door".into(), door.json());
        } else {
            println!("{door}");
        }
    }
    if asked("--json") {
        println!("{}", json!(told));
    }
    Ok(())
}

/// How long the front door is sent to.
fn seconds(arguments: &[String]) -> Result<u32, Error> {
    let mut after = arguments.iter().skip_while(|argument| *argument != "--seconds").skip(1);
    match after.next().map(|told| (told, told.parse())) {
        None => Ok(door::SECONDS),
        Some((_, Ok(seconds))) if (1..=600).contains(&seconds) => Ok(seconds),
        Some((told, _)) => Err(format!("--seconds: `{told}` is not 1 to 600").into()),
    }
}
