//! publish-events: samples with the images that the store really writes.
//!
//! `MENSAL_WRITE_SAMPLES=1 cargo test -p mensal-tests --test samples` writes them anew, when the
//! shape of an item has changed on purpose.

use std::fs;

use mensal_runtime::{
    config::Documents,
    metrics::{Metric, counted},
};
use mensal_store::Parked;
use mensal_tests::{Home, date};
use serde_json::{Map, Value, json};

use crate::{
    functions::{assert_dead, events, feed, publish_events, sample},
    given::{Item, home, id, raw},
    mailbox::Mailbox,
    money, notice, review,
};

/// A sample, the dead letters that it leaves, what it tells the bus, and the documents that it
/// asks for.
type Case = (&'static str, &'static [&'static str], &'static [&'static str], usize);

const ISSUED: &str = "mensal.invoice.issued.v1";

pub(crate) const CASES: &[Case] = &[
    ("publish-events/invoice-issued.json", &[], &[ISSUED], 1),
    ("publish-events/invoice-amended.json", &[], &["mensal.invoice.amended.v1"], 1),
    ("publish-events/invoice-cancelled.json", &[], &["mensal.invoice.cancelled.v1"], 0),
    ("publish-events/account-billed.json", &[], &[], 0),
    ("publish-events/account-parked.json", &[], &["mensal.account.parked.v1"], 0),
    ("publish-events/account-unparked.json", &[], &["mensal.account.unparked.v1"], 0),
    ("publish-events/invoice-settled.json", &[], money::SETTLED, 0),
    ("publish-events/charges-registered.json", &[], money::REGISTERED, 1),
    ("publish-events/charges-changed.json", &[], money::CHANGED, 0),
    ("publish-events/collection-failed.json", &[], &["mensal.collection.failed.v1"], 0),
    ("publish-events/payment-received.json", &[], &["mensal.payment.received.v1"], 0),
    ("publish-events/payment-held.json", &[], &["mensal.payment.received.v1"], 0),
    ("publish-events/payment-returned.json", &[], money::RETURNED, 0),
    ("publish-events/methods.json", &[], money::METHODS, 0),
    ("publish-events/account-held.json", &[], review::HELD, 0),
    ("publish-events/notice-decided.json", &[], &[], 0),
    ("publish-events/notice-sent.json", &[], notice::TOLD, 0),
    ("publish-events/notice-failed.json", &[], notice::FAILED, 0),
    ("publish-events/notice-dropped.json", &[], notice::DROPPED, 0),
    ("publish-events/not-a-document.json", &[], &[], 0),
    ("publish-events/garbage.json", &["not a stream record", "not a stream record"], &[], 0),
    ("publish-events/unreadable-image.json", &["item INV#2026-11-10-cycle cannot be read"], &[], 0),
    (
        "publish-events/mixed.json",
        &["item INV#2026-11-10-cycle cannot be read"],
        &[ISSUED, "mensal.account.parked.v1"],
        1,
    ),
];

/// A record as Lambda delivers it.
pub(crate) fn record(number: usize, sk: &str, old: Option<&Value>, new: Option<&Value>) -> Value {
    let images = [old, new].into_iter().flatten();
    let size: usize = images.map(|image| image.to_string().len()).sum();
    let mut change = json!({
        "ApproximateCreationDateTime": 1_794_279_905,
        "Keys": { "PK": { "S": "A#1042" }, "SK": { "S": sk } },
        "SequenceNumber": format!("41530000000000{number:08}"),
        "SizeBytes": size,
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    });
    for (name, image) in [("OldImage", old), ("NewImage", new)] {
        if let Some(image) = image {
            change[name] = image.clone();
        }
    }
    let name = match (old, new) {
        (None, _) => "INSERT",
        (_, None) => "REMOVE",
        _ => "MODIFY",
    };
    json!({
        "eventID": format!("c4ca4238a0b923820dcc509a6f75{number:04}"),
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "dynamodb": change,
        "eventSourceARN":
            "arn:aws:dynamodb:us-east-1:123456789012:table/mensal/stream/2026-11-01T00:00:00.000",
    })
}

pub(crate) fn event(records: &[Value]) -> Value {
    json!({ "Records": records })
}

pub(crate) fn image(item: Item) -> Value {
    let sorted: Map<String, Value> = item
        .into_iter()
        .map(|(name, value)| {
            let value: serde_dynamo::AttributeValue = value.into();
            (name, serde_json::to_value(value).unwrap())
        })
        .collect();
    Value::Object(sorted)
}

pub(crate) const INVOICE: &str = "INV#2026-11-10-cycle";

/// Bills, parks and unparks account 1042, and makes the samples out of what lies in the table
/// before and after.
async fn true_samples(home: &Home) -> Vec<(&'static str, Value)> {
    let account = async || image(raw(home, "A#1042", "ACCOUNT").await.unwrap());
    let imported = account().await;
    home.bill("2026-11-10").await.unwrap();
    let (billed, invoice) = (account().await, image(raw(home, "A#1042", INVOICE).await.unwrap()));
    let store = home.stack.store();
    let parked = Parked {
        account: id("1042"),
        reason: "subscription 1: plan `gone` is not in the catalog".into(),
        since: date("2026-12-10"),
    };
    store.park(&parked, None).await.unwrap();
    let parked = account().await;
    assert!(store.unpark(&id("1042"), date("2026-12-11")).await.unwrap());
    let unparked = account().await;
    // Nothing amends or voids an invoice yet: these two are the true one, changed by hand.
    let mut amended = invoice.clone();
    amended["due"]["S"] = "2026-11-30".into();
    let mut cancelled = invoice.clone();
    cancelled["status"] = json!({ "S": "void" });
    let mut broken = invoice.clone();
    broken["total"]["S"] = "a lot".into();

    let issue = |n| record(n, INVOICE, None, Some(&invoice));
    let park = |n| record(n, "ACCOUNT", Some(&billed), Some(&parked));
    vec![
        ("invoice-issued", event(&[issue(1)])),
        ("invoice-amended", event(&[record(1, INVOICE, Some(&invoice), Some(&amended))])),
        ("invoice-cancelled", event(&[record(1, INVOICE, Some(&invoice), Some(&cancelled))])),
        ("account-billed", event(&[record(1, "ACCOUNT", Some(&imported), Some(&billed))])),
        ("account-parked", event(&[park(1)])),
        ("account-unparked", event(&[record(1, "ACCOUNT", Some(&parked), Some(&unparked))])),
        ("unreadable-image", event(&[record(1, INVOICE, None, Some(&broken))])),
        ("mixed", event(&[issue(1), record(2, INVOICE, None, Some(&broken)), park(3)])),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn stream_samples_hold_what_the_store_writes() {
    let home = home().await;
    let (money, held) = (money::true_samples().await, review::true_samples().await);
    let notices = notice::true_samples().await;
    let others = money.into_iter().chain(held).chain(notices);
    for (name, event) in true_samples(&home).await.into_iter().chain(others) {
        let file = format!("publish-events/{name}.json");
        if std::env::var_os("MENSAL_WRITE_SAMPLES").is_some() {
            let text = serde_json::to_string_pretty(&event).unwrap() + "\n";
            fs::write(events().join(&file), text).unwrap();
        }
        let renew = "MENSAL_WRITE_SAMPLES=1 writes the samples anew";
        assert_eq!(sample(&file), event, "{file} is not what the store writes: {renew}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_told_and_poison_lies_with_the_dead_letters() {
    for (file, dead, told, documents) in CASES {
        let mailbox = Mailbox::open().await;
        let function = publish_events(&mailbox, Documents::AtOnce);
        let (again, counts) = counted(feed(&function, sample(file))).await;
        assert!(again.is_empty(), "{file}: {again:?}");
        let published = counts.numbers.get(&Metric::EventsPublished).copied().unwrap_or_default();
        assert_eq!(published, u64::try_from(told.len()).unwrap(), "{file}");
        assert_dead(file, &mailbox, dead);
        let names: Vec<_> = mailbox.told().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, *told, "{file}");
        let document = r#"{"v":1,"account":"1042","invoice":"2026-11-10-cycle"}"#.to_owned();
        assert_eq!(mailbox.bodies("document"), vec![document; *documents], "{file}");
    }
}

/// What is to be done because something has changed, by queue: charges to be brought to what their
/// invoice is now, payments to be given back, notices to be sent.
#[tokio::test(flavor = "multi_thread")]
async fn what_changes_has_its_charges_and_its_refunds_seen_to() {
    let (charge, refund) =
        (r#"{"v":1,"account":"1042","invoice":"2026-11-10-cycle"}"#, money::REFUND);
    for (file, _, _, _) in CASES {
        let mailbox = Mailbox::open().await;
        feed(&publish_events(&mailbox, Documents::AtOnce), sample(file)).await;
        let changed = match file.strip_prefix("publish-events/invoice-") {
            Some("settled.json") => 3,
            Some("amended.json" | "cancelled.json") => 1,
            _ => 0,
        };
        assert_eq!(mailbox.bodies("charge"), vec![charge; changed], "{file}");
        let held = usize::from(file.ends_with("/payment-held.json"));
        assert_eq!(mailbox.bodies("collect"), vec![refund; held], "{file}");
        let send = r#"{"v":1,"account":"1042","notice":"2026-11-10-cycle:+1:email"}"#;
        let decided = usize::from(file.ends_with("/notice-decided.json"));
        assert_eq!(mailbox.bodies("notice"), vec![send; decided], "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_comes_twice_tells_the_same_with_the_same_id() {
    let mailbox = Mailbox::open().await;
    let function = publish_events(&mailbox, Documents::AtOnce);
    for _ in 0..2 {
        feed(&function, sample("publish-events/invoice-issued.json")).await;
    }
    let told = mailbox.told();
    assert_eq!(told.len(), 2);
    assert_eq!(told[0], told[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_made_on_first_view_are_asked_for_only_when_an_older_one_may_lie_there() {
    for (file, documents) in
        [("invoice-issued", 0), ("invoice-cancelled", 0), ("invoice-amended", 1)]
    {
        let mailbox = Mailbox::open().await;
        let function = publish_events(&mailbox, Documents::OnFirstView);
        let again = feed(&function, sample(&format!("publish-events/{file}.json"))).await;
        assert!(again.is_empty(), "{file}: {again:?}");
        assert_eq!(mailbox.told().len(), 1, "{file}: the bus hears of it all the same");
        assert_eq!(mailbox.bodies("document").len(), documents, "{file}");
    }
}
