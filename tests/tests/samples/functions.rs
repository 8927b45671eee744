//! The functions under test: the real handlers on the table and the bucket of a local stack, with
//! a mailbox for all that they send.

use std::{fs, path::PathBuf};

use apply_payment::ApplyPayment;
use collect_payment::CollectPayment;
use issue_invoice::IssueInvoice;
use jiff::tz::TimeZone;
use lambda::Function;
use mensal::stack::LOCAL_SITES;
use mensal_runtime::{
    catalogs::Catalogs, clients::Clients, clock::Clock, config::Documents, requests::Requests,
    start as lambda,
};
use mensal_store::Store;
use mensal_tests::Home;
use plan_run::PlanRun;
use publish_events::PublishEvents;
use receive_webhook::ReceiveWebhook;
use reconcile_charges::ReconcileCharges;
use register_charge::RegisterCharge;
use render_invoice::{Bucket, RenderInvoice};
use review_account::ReviewAccounts;
use send_notice::SendNotices;
use serde_json::{Value, json};
use toggle_service::{Sites, ToggleService};

use crate::{mailbox::Mailbox, paying::Paying};

/// Where the ISP of the samples is.
const SAO_PAULO: &str = "America/Sao_Paulo";

/// Where the samples lie.
pub(crate) fn events() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../events")
}

pub(crate) fn sample(file: &str) -> Value {
    let text = fs::read_to_string(events().join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn plan_run(home: &Home, mailbox: &Mailbox, time_zone: &str) -> PlanRun {
    planning(home.stack.store().clone(), mailbox, time_zone)
}

/// plan-run on another table than the stack's.
pub(crate) fn planning(store: Store, mailbox: &Mailbox, time_zone: &str) -> PlanRun {
    PlanRun {
        store,
        plan_queue: mailbox.queue("plan"),
        bill_queue: mailbox.queue("bill"),
        review_queue: mailbox.queue("review"),
        dead_letters: mailbox.dead_letters(),
        time_zone: TimeZone::get(time_zone).unwrap(),
    }
}

pub(crate) fn issue_invoice(home: &Home, mailbox: &Mailbox) -> IssueInvoice {
    issuing(home.stack.store().clone(), mailbox)
}

/// issue-invoice on another table than the stack's.
pub(crate) fn issuing(store: Store, mailbox: &Mailbox) -> IssueInvoice {
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
        charge_queue: mailbox.queue("charge"),
        collect_queue: mailbox.queue("collect"),
        notice_queue: mailbox.queue("notice"),
        service_queue: mailbox.queue("service"),
        documents,
        dead_letters: mailbox.dead_letters(),
    }
}

pub(crate) fn register_charge(paying: &Paying, mailbox: &Mailbox) -> RegisterCharge {
    RegisterCharge {
        store: paying.store.clone(),
        gateways: paying.gateways(),
        clock: paying.clock.clone(),
        dead_letters: mailbox.dead_letters(),
    }
}

pub(crate) fn review_account(paying: &Paying, mailbox: &Mailbox) -> ReviewAccounts {
    ReviewAccounts {
        catalogs: Catalogs::new(paying.store.clone()),
        store: paying.store.clone(),
        collect_queue: mailbox.queue("collect"),
        service_queue: mailbox.queue("service"),
        clock: paying.clock.clone(),
        dead_letters: mailbox.dead_letters(),
    }
}

pub(crate) fn toggle_service(paying: &Paying, mailbox: &Mailbox) -> ToggleService {
    let messaging = &paying.home.stack.endpoints().messaging;
    let secrets = Clients::local(messaging, Requests::default()).secrets();
    ToggleService {
        store: paying.store.clone(),
        sites: Sites::new(secrets, LOCAL_SITES),
        clock: paying.clock.clone(),
        leases: Clock::Wall(TimeZone::UTC),
        service_queue: mailbox.queue("service"),
        dead_letters: mailbox.dead_letters(),
    }
}

pub(crate) fn send_notice(paying: &Paying, mailbox: &Mailbox) -> SendNotices {
    SendNotices {
        catalogs: Catalogs::new(paying.store.clone()),
        store: paying.store.clone(),
        carriers: mailbox.carriers(),
        clock: paying.clock.clone(),
        notice_queue: mailbox.queue("notice"),
        dead_letters: mailbox.dead_letters(),
    }
}

pub(crate) fn collect_payment(paying: &Paying, mailbox: &Mailbox) -> CollectPayment {
    CollectPayment {
        catalogs: Catalogs::new(paying.store.clone()),
        store: paying.store.clone(),
        gateways: paying.gateways(),
        charge_queue: mailbox.queue("charge"),
        payment_queue: mailbox.queue("payment"),
        dead_letters: mailbox.dead_letters(),
    }
}

pub(crate) fn receive_webhook(paying: &Paying, mailbox: &Mailbox) -> ReceiveWebhook {
    ReceiveWebhook { gateways: paying.gateways(), payment_queue: mailbox.queue("payment") }
}

pub(crate) fn apply_payment(paying: &Paying, mailbox: &Mailbox) -> ApplyPayment {
    ApplyPayment {
        catalogs: Catalogs::new(paying.store.clone()),
        store: paying.store.clone(),
        clock: paying.clock.clone(),
        dead_letters: mailbox.dead_letters(),
    }
}

pub(crate) fn reconcile_charges(paying: &Paying, mailbox: &Mailbox) -> ReconcileCharges {
    ReconcileCharges {
        store: paying.store.clone(),
        gateways: paying.gateways(),
        payment_queue: mailbox.queue("payment"),
        time_zone: TimeZone::get(SAO_PAULO).unwrap(),
    }
}

/// A batch of one message.
pub(crate) fn batch_of(body: &str) -> Value {
    json!({ "Records": [{ "messageId": "1", "body": body }] })
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
