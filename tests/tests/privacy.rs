//! What the functions log never says what a person is called, where they live, by which number
//! a state knows them or where they read mail, nor what opens a gateway or signs its webhooks: with
//! everything that can go wrong going wrong, at the level that tells the most.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

#[path = "privacy/webhooks.rs"]
mod webhooks;

use std::{
    collections::BTreeSet,
    io,
    sync::{Arc, Mutex},
};

use aws_sdk_dynamodb::types::AttributeValue;
use mensal::{
    importing::import,
    running::bill_through,
    stack::{Mischief, Options, TABLE},
};
use mensal_importer::{Files, NewAccount, read};
use mensal_runtime::{clients::Clients, log, messages::RunKind, requests::Requests};
use mensal_tests::{Home, date};

/// Where the log goes to.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is personal of an account.
fn personal(new: &NewAccount) -> Vec<String> {
    let customer = &new.account.customer;
    let mut of = customer.address.lines.clone();
    of.extend([customer.name.clone(), customer.tax_id.clone(), new.account.email.clone()]);
    // The number itself, too, without the label that stands before it.
    of.extend(customer.tax_id.split_once(' ').map(|(_, number)| number.to_owned()));
    of.retain(|text| !text.is_empty());
    of
}

/// Makes an attribute of an account something else than it is.
async fn spoil(home: &Home, account: &NewAccount, attribute: &str, value: &str) {
    let text = |text: &str| AttributeValue::S(text.into());
    let client = Clients::local(&home.stack.endpoints().dynamodb, Requests::default()).dynamodb();
    let update = client.update_item().table_name(TABLE);
    let update = update.key("PK", text(&format!("A#{}", account.account.id)));
    let update = update.key("SK", text("ACCOUNT")).update_expression("SET #name = :value");
    let update = update.expression_attribute_names("#name", attribute);
    update.expression_attribute_values(":value", text(value)).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_line_of_the_log_says_who_is_billed() {
    let log = Log::default();
    let functions = [
        "plan-run",
        "issue-invoice",
        "publish-events",
        "render-invoice",
        "register-charge",
        "review-account",
        "send-notice",
        "toggle-service",
        "collect-payment",
        "receive-webhook",
        "apply-payment",
        "reconcile-charges",
    ];
    let writer = log.clone();
    let lines = log::subscriber(log::level(Some("debug")), &functions, move || writer.clone());
    tracing::subscriber::set_global_default(lines).unwrap();

    let mischief = Mischief { twice: true, shuffled: Some(7) };
    let folder = tempfile::tempdir().unwrap();
    webhooks::connect(folder.path());
    let home = Home::on(folder, Options { mischief, ..Options::default() }).await.unwrap();
    let reading = mensal_importer::Options::sample(0);
    let data = read(&Files::sample(), &reading).unwrap();
    import(home.stack.store(), &data, reading.as_of, true).await.unwrap();
    let personal = data.accounts.iter().flat_map(personal);
    let secrets: BTreeSet<String> = personal.chain(webhooks::secrets()).collect();
    assert!(secrets.len() > 1_000, "{}", secrets.len());

    // Items that cannot be read, where what stands in the way is personal; and messages that are
    // made of it.
    let [a, b, c, ..] = &data.accounts[..] else { panic!("the sample has accounts") };
    let name = |new: &NewAccount| new.account.customer.name.clone();
    spoil(&home, a, "cust", &name(a)).await; // read where a structure is expected
    spoil(&home, b, "bal", &name(b)).await; // read as money
    spoil(&home, c, "locale", &name(c)).await; // read as one of some words
    let [name_a, name_b] = [name(a), name(b)];
    for body in [
        name_a.clone(),
        format!(r#"{{"v":1,"account":"{name_a}","through":"2026-11-30","catalog":1}}"#),
        format!(r#"{{"v":1,"account":"1","through":"{name_b}","catalog":1}}"#),
        format!(r#"{{"v":1,"account":"1","through":"2026-11-30","catalog":"{name_b}"}}"#),
        format!(r#"{{"v":1,"account":"1","{name_b}":true}}"#),
    ] {
        home.stack.send_to_bill_queue(&body);
    }
    let summary = bill_through(&home.stack, date("2026-11-30"), |_| ()).await.unwrap();
    assert!(summary.issued > 290 && summary.pdfs > 290, "{summary:?}");

    webhooks::send(&home).await;
    // Gateways that cannot be reached, and the bank's customers paying meanwhile.
    for day in ["2026-12-01", "2026-12-10"] {
        home.stack.pass_day(date(day)).await.unwrap();
        home.stack.schedule(RunKind::Collection, date(day)).await.unwrap();
        home.stack.schedule(RunKind::Reconciliation, date(day)).await.unwrap_err();
        home.stack.settle().await.unwrap();
    }

    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    for spoilt in [a, b, c] {
        let id = &spoilt.account.id;
        let parked = summary.books.parked.iter().find(|parked| parked.account == *id);
        let reason = &parked.unwrap_or_else(|| panic!("{id} is not parked")).reason;
        assert!(reason.starts_with("its item cannot be read: "), "{reason}");
        assert!(!reason.contains(&name(spoilt)), "it is told to the bus, too: {reason}");
        // Once for each of both messages, or for the first of them.
        let said = log.lines().any(|line| {
            line.contains("account parked") && line.contains(&format!(r#""account":"{id}""#))
        });
        assert!(said, "{id}: {log}");
    }
    for said in [
        "invoice issued",
        "run begins",
        "shard planned",
        "kept with the dead letters",
        "webhook accepted",
        "a webhook is not accepted",
        "a webhook that is rightly signed cannot be read",
        "a webhook for a gateway that is none of ours",
        "a notice matches nothing",
        "a gateway is not reconciled",
        "gateway reconciled",
    ] {
        assert!(log.contains(said), "the log does not say {said:?}");
    }
    for secret in &secrets {
        let line = log.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None, "it says {secret:?}");
    }
}
