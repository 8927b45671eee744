//! The stack as ops deploy it: 500 accounts, from the schedule to their PDFs, through the real
//! programs, with each function held to the rights of its role.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::fs;

use mensal::stack::Options;
use mensal_tests::{
    Home,
    cloud::{Cloud, invoices, tools},
    date,
};
use serde_json::Value;

const ACCOUNTS: u64 = 500;
/// Functions, each with a log of its own.
const FUNCTIONS: usize = 4;

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
    logs_tell_no_names(&cloud, &home).await;
}

/// What was logged: structured, with metrics, and without a customer's name or address.
async fn logs_tell_no_names(cloud: &Cloud, home: &Home) {
    let logs = cloud.deployed.logs(0).await.unwrap();
    assert_eq!(logs.len(), FUNCTIONS, "{:?}", logs.keys());
    let mut private = Vec::new();
    for id in home.audit().await.unwrap().per_account.keys() {
        let account = home.stack.store().account(id).await.unwrap().unwrap();
        texts(&serde_json::to_value(&account.customer).unwrap(), &mut private);
    }
    for (function, lines) in &logs {
        let told = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        assert!(told.count() > 0, "{function} has logged nothing that is structured");
        assert!(lines.iter().any(|line| line.contains("CloudWatchMetrics")), "{function}");
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
