//! From a bank's webhook to the acknowledgement of the access server, on the local stack:
//! `cargo bench -p mensal-tests --bench restoration`, with `-- --json` for machines.
//!
//! Accounts that are suspended are paid by Pix, one webhook after the other at a steady pace, and
//! `FreeRADIUS` stands for the access server, which is told by `CoA` that service is full again. The floor
//! is the same request to the same server with nothing of Mensal's flow in between: what the network
//! itself takes.

#[path = "../../shared/network/tests/common/mod.rs"]
#[allow(clippy::unwrap_used)] // a test that cannot go on fails
mod common;
#[path = "../../shared/network/tests/freeradius/peer.rs"]
#[allow(dead_code)] // tests stop it and start it again
mod peer;

use std::{
    fs,
    time::{Duration, Instant},
};

use common::bring;
use mensal::{
    bank::{Behaviour, CODE, Payers, Telling},
    running::live_a_day,
    stack::{Error, Options},
};
use mensal_domain::{
    account::Account, calendar::days_after, ids::AccountId, network::Service, payment::Fact,
};
use mensal_network::Site;
use mensal_rails::gateway::sandbox::SIGNATURE;
use mensal_tests::{
    Home,
    customer::{account, join},
    date,
    timing::{line, milliseconds, object},
};
use peer::Peer;
use reqwest::Client;
use serde_json::json;
use tokio::{task::JoinSet, time::sleep};

const ACCOUNTS: u32 = 500;
const PER_SECOND: u32 = 10;
const SECRET: &str = "the-secret-of-both";
/// Of the customers of the sandbox bank.
const NOBODY: Payers =
    Payers { seed: 1, late: 0, short: 0, over: 0, twice: 0, stray: 0, never: 100, delay: 0 };
const GOAL: Duration = Duration::from_secs(3);

#[tokio::main]
async fn main() -> Result<(), Error> {
    let Some(peer) = Peer::start(SECRET)? else {
        return Err("without FreeRADIUS there is nothing to measure".into());
    };
    let site = site(peer.port);
    let floor = floor(&site).await?;
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join("network"))?;
    fs::write(folder.path().join("network/centro.json"), &site)?;
    // Nobody pays but by the webhooks here.
    let bank = Behaviour { payers: NOBODY, telling: Telling::default() };
    let home = Home::on(folder, Options { bank, ..Options::default() }).await?;
    suspend_all(&home).await?;
    let took = restore_all(&home).await?;
    home.stack.settle().await?;
    if std::env::args().any(|argument| argument == "--json") {
        let goal = milliseconds(GOAL);
        let all = json!({ "webhook_to_ack": object(&took), "ack_alone": object(&floor), "goal_p99_ms": goal });
        println!("{all}");
    } else {
        println!("{ACCOUNTS} suspended accounts are paid, {PER_SECOND} a second");
        println!("{}", line("webhook to ACK", &took));
        println!("{}", line("ACK alone", &floor));
        println!("  goal: 99 % within {:.0} ms", milliseconds(GOAL));
    }
    Ok(())
}

fn site(port: u16) -> String {
    let server = json!({
        "kind": "radius", "address": format!("127.0.0.1:{port}"), "secret": SECRET,
        "attributes": "mikrotik",
        "rates": { "fibra-500": { "down": 500_000, "up": 250_000 }, "throttled": { "down": 512, "up": 256 } },
    });
    json!({ "servers": [server] }).to_string()
}

/// How long the access server itself takes for each of so many requests.
async fn floor(site: &str) -> Result<Vec<Duration>, Error> {
    let site = Site::read(site)?;
    let mut took = Vec::new();
    for _ in 0..ACCOUNTS {
        let begun = Instant::now();
        bring(&site, "ana", Service::Full).await?;
        took.push(begun.elapsed());
    }
    took.sort();
    Ok(took)
}

/// Who is suspended at the first occasion, and told of it.
fn suspended_soon(number: u32) -> Result<Account, Error> {
    let own = json!({
        "ladder": "suspended:email:suspended restored:email:restored", "calendar": "none",
        "suspend_after_days": { "days": 0 }, "rails": [format!("pix@{CODE}")],
    });
    account(&(10_000 + number).to_string(), &own, &[])
}

/// Imports them, and lets the days pass until all of them are suspended.
async fn suspend_all(home: &Home) -> Result<(), Error> {
    join(home, (0..ACCOUNTS).map(suspended_soon).collect::<Result<_, Error>>()?).await?;
    for day in 0..=20 {
        live_a_day(&home.stack, days_after(date("2026-11-10"), day)).await?;
    }
    home.stack.settle().await
}

/// Pays each at its moment; how long it took until the access server had acknowledged, sorted.
async fn restore_all(home: &Home) -> Result<Vec<Duration>, Error> {
    let (client, address) = (Client::new(), home.stack.webhooks());
    let mut tick = tokio::time::interval(Duration::from_secs(1) / PER_SECOND);
    let mut under_way: JoinSet<Result<Duration, Error>> = JoinSet::new();
    for number in 0..ACCOUNTS {
        let id: AccountId = (10_000 + number).to_string().parse()?;
        let store = home.stack.store().clone();
        let account = store.account(&id).await?.ok_or("an account is not there")?;
        if !account.is_suspended() {
            return Err(format!("account {id} is not suspended").into());
        }
        let invoice = store.invoices(&id).await?.into_iter().next().ok_or("no invoice")?;
        let fact: Fact = serde_json::from_value(json!({ "received": {
            "money": format!("E{id:0>31}"), "rail": "pix", "amt": invoice.open(), "on": "2026-11-30",
            "about": { "invoice": [id, invoice.id] },
        }}))?;
        let (body, signature) = home.stack.bank().webhook(vec![fact])?;
        let request = client.post(&address).header(SIGNATURE, signature).body(body);
        tick.tick().await;
        under_way.spawn(async move {
            let begun = Instant::now();
            request.send().await?.error_for_status()?;
            loop {
                let known = store.all_enforced(&id).await?;
                if known.iter().any(|login| login.confirmed == Some(Service::Full)) {
                    return Ok(begun.elapsed());
                }
                // To ask more often, when there is more to wait for, would itself be what it waits for.
                sleep((begun.elapsed() / 20).max(Duration::from_millis(5))).await;
            }
        });
    }
    let mut took = Vec::new();
    while let Some(done) = under_way.join_next().await {
        took.push(done??);
    }
    took.sort();
    Ok(took)
}
