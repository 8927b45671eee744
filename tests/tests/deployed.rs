//! The stack as ops deploy it: 500 accounts, from the schedule to their PDFs, through the real
//! programs, with each function held to the rights of its role.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::{fs, io::Write};

use aws_smithy_types::base64;
use flate2::{Compression, write::DeflateEncoder};
use mensal::stack::Options;
use mensal_tests::{
    Home,
    cloud::{Cloud, invoices, project, tools},
    date,
};
use serde_json::{Value, json};

const ACCOUNTS: u64 = 500;
/// Functions, each with a log of its own; those that bill first.
const FUNCTIONS: [&str; 12] = [
    "PlanRun",
    "IssueInvoice",
    "PublishEvents",
    "RenderInvoice",
    "RegisterCharge",
    "ReviewAccount",
    "SendNotice",
    "ToggleService",
    "CollectPayment",
    "ReceiveWebhook",
    "ApplyPayment",
    "ReconcileCharges",
];
/// What bills: where nobody pays through a gateway, the others have nothing to do.
const BILLING: [&str; 4] = ["plan-run", "issue-invoice", "publish-events", "render-invoice"];
/// The most that a function's zip may have, in bytes.
const ZIP: usize = 4_000_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_deployed_stack_bills_as_the_local_one_does_to_the_byte() {
    let Some(tools) = tools().unwrap() else { return };
    let cloud = Cloud::deploy(&tools, &[], false).await.unwrap();
    let (start, last) = (date("2026-11-01"), date("2026-11-30"));
    cloud.generate(ACCOUNTS, start).await.unwrap();
    cloud.fire(last).unwrap();
    cloud.settle(last).await.unwrap();

    let found = cloud.audit().await.unwrap();
    assert_eq!(found.violations, Vec::<String>::new());
    assert_eq!((found.accounts, found.invoices), (ACCOUNTS, ACCOUNTS));
    assert_eq!(cloud.deployed.dead_letters().await.unwrap(), []);

    let home = Home::new(Options::default()).await.unwrap();
    home.generate(ACCOUNTS).await.unwrap();
    home.bill("2026-11-30").await.unwrap();
    let deployed = invoices(cloud.deployed.store()).await.unwrap();
    let local = invoices(home.stack.store()).await.unwrap();
    assert_eq!(deployed.len(), local.len());
    for (name, (key, invoice)) in &deployed {
        assert_eq!(Some(invoice), local.get(name).map(|(_, invoice)| invoice), "{name}");
        let here = fs::read(home.stack.bucket_path().join(key)).unwrap();
        assert_eq!(cloud.deployed.object(key).await.unwrap(), Some(here), "{key}");
    }
    let heard = cloud.listener.heard().await.unwrap();
    let issued = heard.values().filter(|(detail, _)| detail["invoice"].is_string()).count();
    assert_eq!(issued, deployed.len(), "the bus told each invoice");
    view(&cloud).await;
    morning(&cloud).await;
    poison(&cloud).await;
    logs_tell_no_names(&cloud, &home).await;
    zips_are_small(&cloud);
}

/// Whoever asks for an invoice's document over HTTP gets what lies in the bucket.
async fn view(cloud: &Cloud) {
    let issued = invoices(cloud.deployed.store()).await.unwrap();
    let (name, (key, _)) = issued.first_key_value().unwrap();
    let (account, invoice) = name.split_once(' ').unwrap();
    let sample = fs::read(project().join("events/render-invoice/view-invoice.json")).unwrap();
    let mut event: Value = serde_json::from_slice(&sample).unwrap();
    event["pathParameters"] = json!({ "account": account, "invoice": invoice });
    let function = cloud.deployed.output("RenderInvoiceName").unwrap();
    let answer = cloud.deployed.invoke(&format!("{function}:live"), &event).await.unwrap();
    assert_eq!(answer["statusCode"], 200, "{answer}");
    let document = base64::decode(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(cloud.deployed.object(key).await.unwrap(), Some(document));
}

/// The morning's look finds the run done, and says so in a metric that alarms look at.
async fn morning(cloud: &Cloud) {
    cloud.check(date("2026-11-30")).unwrap();
    let look = || async {
        let logs = cloud.deployed.logs(0).await?;
        let lines = logs.values().flatten();
        let mut told = lines.filter_map(|line| serde_json::from_str::<Value>(line).ok());
        Ok(told.find(|told| told["RunUnfinished"].is_number()))
    };
    let told = cloud.until("look in the morning", look).await.unwrap();
    assert_eq!(told["RunUnfinished"], 0, "{told}");
    assert_eq!(told["Function"], "plan-run", "{told}");
}

/// What can never succeed lies with the dead letters at once, with the reason.
async fn poison(cloud: &Cloud) {
    cloud.deployed.send("BillQueueName", "garbage").await.unwrap();
    let look = || async {
        let letters = cloud.deployed.dead_letters().await?;
        Ok((!letters.is_empty()).then_some(letters))
    };
    let letters = cloud.until("dead letter", look).await.unwrap();
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((letter.queue, letter.body.as_str()), ("BillDeadLettersName", "garbage"));
    let reason = letter.reason.as_deref().unwrap_or_default();
    assert!(reason.contains("not JSON"), "{reason}");
}

/// Lambda loads a function's zip before its first answer.
fn zips_are_small(cloud: &Cloud) {
    for function in FUNCTIONS {
        let program = fs::read(cloud.built.function(function).join("bootstrap")).unwrap();
        let mut zip = DeflateEncoder::new(Vec::new(), Compression::best());
        zip.write_all(&program).unwrap();
        let size = zip.finish().unwrap().len();
        assert!(size <= ZIP, "{function}: {size} bytes zipped are more than {ZIP}");
    }
}

/// What was logged: structured, with metrics, and without a customer's name or address.
async fn logs_tell_no_names(cloud: &Cloud, home: &Home) {
    let logs = cloud.deployed.logs(0).await.unwrap();
    assert_eq!(logs.len(), FUNCTIONS.len(), "{:?}", logs.keys());
    let mut private = Vec::new();
    for id in home.audit().await.unwrap().per_account.keys() {
        let account = home.stack.store().account(id).await.unwrap().unwrap();
        texts(&serde_json::to_value(&account.customer).unwrap(), &mut private);
    }
    for (function, lines) in &logs {
        if BILLING.contains(&function.as_str()) {
            let told = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
            assert!(told.count() > 0, "{function} has logged nothing that is structured");
            assert!(lines.iter().any(|line| line.contains("CloudWatchMetrics")), "{function}");
        }
        let text = lines.join("\n");
        for name in &private {
            assert!(!text.contains(name.as_str()), "{function} has logged {name}");
        }
    }
}

/// All texts in a value that are long enough to be somebody's.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() > 5 => found.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(values) => values.values().for_each(|value| texts(value, found)),
        _ => {}
    }
}
