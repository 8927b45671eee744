//! The functions under test: the real handlers on the table and the bucket of a local stack, with
//! a mailbox for all that they send.

use std::{fs, path::PathBuf};

use issue_invoice::IssueInvoice;
use jiff::tz::TimeZone;
use lambda::Function;
use mensal_runtime::{
    catalogs::Catalogs, clients::Clients, config::Documents, requests::Requests, start as lambda,
};
use mensal_tests::Home;
use plan_run::PlanRun;
use publish_events::PublishEvents;
use render_invoice::{Bucket, RenderInvoice};
use serde_json::Value;

use crate::mailbox::Mailbox;

/// Where the samples lie.
pub(crate) fn events() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events")
}

pub(crate) fn sample(file: &str) -> Value {
    let text = fs::read_to_string(events().join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn plan_run(home: &Home, mailbox: &Mailbox, time_zone: &str) -> PlanRun {
    PlanRun {
        store: home.stack.store().clone(),
        plan_queue: mailbox.queue("plan"),
        bill_queue: mailbox.queue("bill"),
        dead_letters: mailbox.dead_letters(),
        time_zone: TimeZone::get(time_zone).unwrap(),
    }
}

pub(crate) fn issue_invoice(home: &Home, mailbox: &Mailbox) -> IssueInvoice {
    let store = home.stack.store().clone();
    IssueInvoice {
        catalogs: Catalogs::new(store.clone()),
        store,
        dead_letters: mailbox.dead_letters(),
    }
}

/// Its bucket is not the stack's, which has its own function for that.
pub(crate) fn render_invoice(home: &Home, mailbox: &Mailbox) -> RenderInvoice {
    fs::create_dir_all(bucket(home)).unwrap();
    let s3 = Clients::local(&home.stack.endpoints().s3, Requests::default()).s3();
    RenderInvoice::new(
        home.stack.store().clone(),
        Bucket::new(s3, "samples"),
        mailbox.dead_letters(),
    )
}

pub(crate) fn bucket(home: &Home) -> PathBuf {
    home.stack.bucket_path().with_file_name("samples")
}

pub(crate) fn publish_events(mailbox: &Mailbox, documents: Documents) -> PublishEvents {
    PublishEvents {
        bus: mailbox.bus(),
        document_queue: mailbox.queue("document"),
        documents,
        dead_letters: mailbox.dead_letters(),
    }
}

/// Feeds a sample to a function; returns the ids of the records that are to come again.
pub(crate) async fn feed(function: &impl Function, event: Value) -> Vec<String> {
    let answer = function.handle(event).await.unwrap();
    let failures = answer["batchItemFailures"].as_array().unwrap();
    let id = |failure: &Value| failure["itemIdentifier"].as_str().unwrap().to_owned();
    failures.iter().map(id).collect()
}

/// That the dead letters are these, told by parts of `reason <- body`.
pub(crate) fn assert_dead(file: &str, mailbox: &Mailbox, want: &[&str]) {
    let dead = mailbox.dead();
    assert_eq!(dead.len(), want.len(), "{file}: {dead:#?}");
    for want in want {
        assert!(dead.iter().any(|dead| dead.contains(want)), "{file}: no {want:?} in {dead:#?}");
    }
}
