//! What breaks between the functions and AWS, one after the other, on a deployed stack: a month
//! is billed under each, then customers pay under each, and once things calm down, everything holds.
//!
//! `MENSAL_FAULTS_JSON=FILE` writes down what was tried, for docs/faults.md.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

#[path = "faults/payments.rs"]
mod payments;

use std::{
    collections::BTreeMap,
    process::Command,
    time::{Duration, Instant},
};

use jiff::{ToSpan, civil::Date};
use mensal::bank::CODE;
use mensal_cloud::Fault;
use mensal_store::Run;
use mensal_tests::{
    cloud::{Cloud, invoices, tools},
    date,
};
use serde_json::{Value, json};

const ACCOUNTS: u64 = 200;
/// A message that was taken and not done comes back after so many seconds; in the template it is
/// three minutes, which is long to wait for.
const VISIBILITY: u32 = 6;
/// So often the functions' processes are killed, and so long after each other.
const KILLS: usize = 20;
const BETWEEN_KILLS: Duration = Duration::from_millis(150);

/// What happens besides.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Besides {
    Nothing,
    /// The processes of the functions are killed, whatever they are doing.
    Killed,
    /// All records of the stream so far come again, afterwards.
    StreamAgain,
    /// The schedule fires twice.
    FiredTwice,
    /// The schedule did not fire the month before.
    Missed,
}

struct Case {
    name: &'static str,
    faults: Vec<Fault>,
    besides: Besides,
}

fn cases() -> Vec<Case> {
    let case = |name, faults| Case { name, faults, besides: Besides::Nothing };
    let besides = |name, besides| Case { name, faults: Vec::new(), besides };
    let error = |code: &str, status: u16| json!({ "code": code, "status": status });
    let conflict = json!({
        "code": "TransactionCanceledException",
        "status": 400,
        "message": "Transaction cancelled, please refer cancellation reasons for specific reasons [TransactionConflict, None]",
        "fields": { "CancellationReasons": [{ "Code": "TransactionConflict" }, { "Code": "None" }] },
    });
    vec![
        case(
            "acknowledgement lost after commit",
            vec![
                Fault::lost_acknowledgement("dynamodb", "TransactWriteItems").percent(40),
                Fault::lost_acknowledgement("dynamodb", "PutItem").percent(40),
                Fault::lost_acknowledgement("sqs", "SendMessageBatch").percent(40),
                Fault::lost_acknowledgement("s3", "PutObject").percent(40),
                Fault::lost_acknowledgement("events", "PutEvents").percent(40),
            ],
        ),
        case(
            "throttling",
            vec![
                Fault::error("dynamodb", None, &error("ThrottlingException", 400)),
                // On AWS its status is 403, and the SDK knows it by its code. The proxy puts a name
                // before the code that hides it, so here it is known by its status.
                Fault::error("sqs", None, &error("RequestThrottled", 503)),
                Fault::error("events", None, &error("ThrottlingException", 400)),
            ],
        ),
        case(
            "TransactionConflict",
            vec![Fault::error("dynamodb", Some("TransactWriteItems"), &conflict).percent(50)],
        ),
        case("connection reset", ["dynamodb", "sqs", "s3", "events"].map(Fault::reset).to_vec()),
        case(
            "latency beyond the timeout",
            ["dynamodb", "s3"].map(|service| Fault::latency(service, 35_000).percent(1)).to_vec(),
        ),
        case(
            "S3 SlowDown",
            vec![Fault::error("s3", Some("PutObject"), &error("SlowDown", 503)).percent(50)],
        ),
        besides("function killed in the middle of a batch", Besides::Killed),
        besides("stream told twice and late", Besides::StreamAgain),
        besides("schedule fired twice", Besides::FiredTwice),
        besides("schedule missed", Besides::Missed),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_breaks_everybody_is_billed_once_and_each_payment_counts_once() {
    let Some(tools) = tools().unwrap() else { return };
    let cloud = Cloud::deploy(&tools, &[("Gateways", CODE)], true).await.unwrap();
    cloud.deployed.set_visibility(VISIBILITY).await.unwrap();
    let mut last = date("2026-11-30");
    cloud.generate(ACCOUNTS, last.first_of_month()).await.unwrap();
    let mut heard: BTreeMap<String, (Value, u64)> = BTreeMap::new();
    let mut report = Vec::new();
    for case in cases() {
        let begun = Instant::now();
        if case.besides == Besides::Missed {
            last = next_month(last);
        }
        let before = invoices(cloud.deployed.store()).await.unwrap().len();
        let injected = bill(&cloud, &case, last).await;
        let took = begun.elapsed();

        let name = case.name;
        let again = |heard: &BTreeMap<String, (Value, u64)>| -> u64 {
            heard.values().map(|(_, times)| times - 1).sum()
        };
        let again_before = again(&heard);
        let found = cloud.audit().await.unwrap();
        assert_eq!(found.violations, Vec::<String>::new(), "{name}");
        let dead = cloud.deployed.dead_letters().await.unwrap();
        assert_eq!(dead, [], "{name}");
        let issued = invoices(cloud.deployed.store()).await.unwrap();
        for (id, (detail, times)) in cloud.listener.heard().await.unwrap() {
            heard.entry(id).or_insert((detail, 0)).1 += times;
        }
        // Each invoice is told: by one event, however often that comes.
        let told = heard.values().filter(|(detail, _)| detail["invoice"].is_string()).count();
        assert_eq!(told, issued.len(), "{name}: events on the bus");
        assert!(issued.len() > before, "{name}: nothing was billed");
        eprintln!("{name}: {injected} faults, {} invoices in {took:.0?}", issued.len() - before);
        report.push(json!({
            "fault": name, "injected": injected, "invoices": issued.len() - before,
            "seconds": took.as_secs(), "events_that_came_again": again(&heard) - again_before,
            "violations": found.violations.len(), "dead_letters": dead.len(),
        }));
        last = next_month(last);
    }
    let folder = tempfile::tempdir().unwrap();
    report.extend(payments::each_counts_once(&cloud, folder.path()).await);
    if let Some(file) = std::env::var_os("MENSAL_FAULTS_JSON") {
        std::fs::write(file, format!("{:#}\n", Value::from(report))).unwrap();
    }
}

/// Bills a month while things break, lets them calm down, and says how often something broke.
async fn bill(cloud: &Cloud, case: &Case, last: Date) -> u64 {
    let proxy = cloud.faults.as_ref().unwrap();
    let before = proxy.count().unwrap();
    proxy.set(&case.faults).unwrap();
    cloud.fire(last).unwrap();
    let mut besides = 0;
    match case.besides {
        Besides::FiredTwice => {
            cloud.fire(last).unwrap();
            besides = 1;
        }
        Besides::Killed => besides = kill_functions(cloud).await,
        Besides::Missed => besides = 1,
        Besides::Nothing | Besides::StreamAgain => {}
    }
    if !case.faults.is_empty() {
        // Calm comes once most of the accounts are through, so that some of what broke is only
        // mended afterwards.
        let store = cloud.deployed.store();
        let all = store.due_count(Run::Billing, last).await.unwrap();
        let begun = Instant::now();
        while store.due_count(Run::Billing, last).await.unwrap() > all / 10
            && begun.elapsed() < Duration::from_mins(2)
        {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        proxy.set(&[]).unwrap();
    }
    cloud.settle(last).await.unwrap();
    if case.besides == Besides::StreamAgain {
        cloud.emulator.tell_again().unwrap();
        besides = 1;
        cloud.settle(last).await.unwrap();
    }
    let injected = proxy.count().unwrap() - before + besides;
    assert!(injected > 0, "{}: nothing broke", case.name);
    injected
}

/// Kills the processes of the functions again and again, the one that begins the run too, and
/// says how many.
async fn kill_functions(cloud: &Cloud) -> u64 {
    let mut killed = 0;
    for _ in 0..KILLS {
        for process in cloud.emulator.functions() {
            let kill = Command::new("kill").args(["-KILL", &process.to_string()]).status();
            killed += u64::from(kill.unwrap().success());
        }
        tokio::time::sleep(BETWEEN_KILLS).await;
    }
    killed
}

fn next_month(last: Date) -> Date {
    last.saturating_add(1.day()).last_of_month()
}
