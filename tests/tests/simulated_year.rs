//! A year of an ISP's life: accounts that pay early, late, never and twice, by every rail, with messages
//! repeated, late and out of order, functions that end half-way, and a table and a bank that lose
//! answers. Each day it is checked what must always hold (section 6 of the design).
//!
//! The seed is printed, and is in what a failure says. `MENSAL_SEED=1 MENSAL_ACCOUNTS=1000 cargo test
//! -p mensal-tests --test simulated_year` lives another year, of more accounts than there is time for in
//! every run; `cargo run -- simulate --seed 1 --faults` tells of it. The seed of every run is one whose few
//! accounts have something of everything.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use jiff::civil::date;
use mensal::simulation::{Plan, Report, Rule, Year, simulate};
use mensal_domain::{calendar::days_after, money::Money};

/// A number that the environment gives.
fn given(name: &str, or: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(or, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

fn seed() -> u64 {
    given("MENSAL_SEED", 4)
}

async fn live(plan: Plan) -> Report {
    let folder = tempfile::tempdir().unwrap();
    simulate(folder.path(), plan, |_| ()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_with_faults_breaks_nothing() {
    let plan =
        Plan { accounts: given("MENSAL_ACCOUNTS", 45), months: 12, seed: seed(), faults: true };
    println!("MENSAL_SEED={}", plan.seed);
    let report = live(plan).await;
    let table = report.table().unwrap();
    println!("{table}");
    assert!(report.violations.is_empty(), "MENSAL_SEED={}:\n{table}", plan.seed);
    // The year has something of everything, or it would prove little.
    let told = report.decided();
    for what in [
        "/invoices",
        "/payments",
        "/throttled",
        "/suspensions",
        "/restored_by_payment",
        "/restored_on_promise",
        "/disconnections",
        "/promises/kept",
        "/promises/broken",
        "/plan_changes",
        "/cancellations",
        "/reminders/email/delivered",
        "/reminders/sms/bounced",
        "/reminders/email/dropped",
        "/payments_by_rail/boleto",
        "/payments_by_rail/pix",
        "/payments_by_rail/pix_automatico",
        "/payments_by_rail/card",
        "/payments_by_rail/bank_debit",
        "/payments_by_rail/cash",
        "/payments_by_rail/cheque",
        "/payments_by_rail/wire",
    ] {
        let count = told.pointer(what).and_then(serde_json::Value::as_u64);
        assert!(
            count.is_some_and(|count| count > 0),
            "MENSAL_SEED={}: {what} {count:?}",
            plan.seed
        );
    }
    assert_eq!(report.faults.len(), 19, "{:?}", report.faults);
    assert!(report.faults.values().all(|count| *count > 0), "{:?}", report.faults);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_gives_the_same_year() {
    let plan = Plan { accounts: 30, months: 2, seed: seed(), faults: true };
    let (one, other) = (live(plan).await.decided(), live(plan).await.decided());
    assert_eq!(one, other, "MENSAL_SEED={}", plan.seed);
    let another = live(Plan { seed: plan.seed + 1, ..plan }).await.decided();
    assert_ne!(one["days"], another["days"]);
}

/// The checks look at what really lies in the table and in the queues.
#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_tampers_with_is_found_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { accounts: 20, months: 2, seed: seed(), faults: false };
    let mut year = Year::begin(folder.path(), plan).await.unwrap();
    let first = date(2026, 11, 1);
    for day in 0..3 {
        year.live(days_after(first, day)).await.unwrap();
    }
    assert!(year.violations().is_empty(), "MENSAL_SEED={}: {:?}", plan.seed, year.violations());
    let store = year.stack().store();
    let ids: Vec<_> = (1_000_001..=1_000_020).map(|id| id.to_string().parse().unwrap()).collect();
    let mut accounts = store.accounts(&ids).await.unwrap();
    let [richer, stopped, ..] = &mut accounts[..] else { panic!("{accounts:?}") };
    let cent: Money = format!("0.01 {}", richer.currency.code()).parse().unwrap();
    richer.balance = richer.balance.plus(cent).unwrap();
    stopped.parked = Some("somebody says so".into());
    for account in [&mut *richer, &mut *stopped] {
        let was = account.version;
        account.version += 1;
        store.put_account(account, Some(was)).await.unwrap();
    }
    year.stack().send_to_bill_queue("not a message");
    year.live(days_after(first, 3)).await.unwrap();
    let named = |rule, account: &str| {
        year.violations().iter().any(|one| (one.rule, one.account.as_str()) == (rule, account))
    };
    assert!(named(Rule::Balance, richer.id.as_str()), "{:?}", year.violations());
    assert!(named(Rule::Parked, stopped.id.as_str()), "{:?}", year.violations());
    assert!(named(Rule::DeadLetter, ""), "{:?}", year.violations());
}
