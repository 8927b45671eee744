//! What the bus carries, against `events/schemas/`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use mensal::running::live_a_day;
use mensal_domain::calendar::days_after;
use mensal_runtime::config::Documents;
use mensal_store::Parked;
use mensal_tests::date;
use serde_json::{Value, json};

use crate::{
    functions::{events, feed, publish_events, sample},
    given::{home, id},
    mailbox::Mailbox,
    publish,
    schema::{faults, undescribed},
};

fn schemas() -> BTreeMap<String, Value> {
    let folder = fs::read_dir(events().join("schemas")).unwrap();
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    };
    folder.map(|entry| read(entry.unwrap().path())).collect()
}

/// That each detail is what the schema of its type says.
fn assert_valid(told: &[(String, Value)]) {
    let schemas = schemas();
    for (name, detail) in told {
        let schema = schemas.get(name).unwrap_or_else(|| panic!("{name} has no schema"));
        assert_eq!(faults(schema, detail), Vec::<String>::new(), "{name}: {detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bus_of_a_stack_carries_what_the_schemas_say() {
    let home = home().await;
    let store = home.stack.store();
    let (account, reason, since) = (id("1042"), "a person asked for it".into(), date("2026-11-01"));
    // Fifty customers and their bank, until the latest of them has paid.
    home.generate_at_bank(50).await.unwrap();
    for day in 0..62 {
        live_a_day(&home.stack, days_after(date("2026-11-01"), day)).await.unwrap();
    }
    store.park(&Parked { account, reason, since }, None).await.unwrap();
    assert!(store.unpark(&id("1042"), date("2027-01-01")).await.unwrap());
    home.stack.settle().await.unwrap();

    let log = fs::read_to_string(home.path().join("events.jsonl")).unwrap();
    let told = log.lines().map(|line| {
        let event: Value = serde_json::from_str(line).unwrap();
        assert_eq!(event["Source"], "mensal");
        let detail = serde_json::from_str(event["Detail"].as_str().unwrap()).unwrap();
        (event["DetailType"].as_str().unwrap().to_owned(), detail)
    });
    let told: Vec<_> = told.collect();
    assert_valid(&told);
    let count = |name: &str| told.iter().filter(|(told, _)| told == name).count();
    assert!(count("mensal.invoice.issued.v1") >= 52);
    for often in ["invoice.paid", "charge.registered", "charge.cancelled", "payment.received"] {
        let often = format!("mensal.{often}.v1");
        assert!(count(&often) > 20, "{often}: {}", count(&often));
    }
    assert_eq!(count("mensal.account.parked.v1"), 1);
    assert_eq!(count("mensal.account.unparked.v1"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_event_has_a_schema_and_every_schema_an_event() {
    let mailbox = Mailbox::open().await;
    for (file, ..) in publish::CASES {
        feed(&publish_events(&mailbox, Documents::AtOnce), sample(file)).await;
    }
    let told = mailbox.told();
    assert_valid(&told);
    for (name, schema) in schemas() {
        assert!(
            told.iter().any(|(told, _)| *told == name),
            "{name}: no sample makes such an event"
        );
        assert_eq!(schema["title"], name.as_str());
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(undescribed(&schema), Vec::<String>::new(), "{name}");
    }
}

/// The names of the events that the code can make, as it is written: whatever of the domain has
/// the form of one.
fn names_in_code() -> BTreeSet<String> {
    let domain = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/domain/src");
    let name = regex_lite::Regex::new(r#""(mensal\.[a-z]+\.[a-z-]+\.v[0-9]+)""#).unwrap();
    let mut names = BTreeSet::new();
    for file in ["events.rs", "events/money.rs", "events/detail.rs"] {
        let source = fs::read_to_string(domain.join(file)).unwrap();
        names.extend(name.captures_iter(&source).map(|found| found[1].to_owned()));
    }
    let files = fs::read_dir(domain.join("events")).unwrap().count();
    assert_eq!(files, 2, "events/ has another file: read it, too");
    names
}

#[test]
fn every_kind_of_event_in_the_code_has_a_schema_and_no_schema_is_of_another() {
    let in_code = names_in_code();
    assert!(in_code.len() > 20, "{in_code:?}");
    let schemas: BTreeSet<String> = schemas().into_keys().collect();
    assert_eq!(schemas, in_code, "left: events/schemas; right: shared/domain/src/events");
}

/// Parts of a value are checked like the whole, and named by the way to them.
#[test]
fn a_part_of_a_list_that_is_not_as_its_schema_says_is_named() {
    let schema = &schemas()["mensal.payment.refunded.v1"];
    let good = json!({
        "id": "0123456789abcdef0123456789abcdef", "account": "1042", "gateway": "banco",
        "payment": "E00416968202611181200s0737204e8b", "rail": "pix", "amount": "10.00 BRL",
        "on": "2026-11-25", "credited": "0.00 BRL", "late_charge": "0.00 BRL", "kind": "refund",
        "allocations": [{ "invoice": "2026-11-10-cycle", "amount": "99.90 BRL" }],
    });
    assert_eq!(faults(schema, &good), Vec::<String>::new());
    for (at, value, want) in [
        ("/rail", json!("barter"), "rail: is none of"),
        ("/kind", json!("reversal"), "kind: is none of"),
        ("/payment", json!("a#b"), "payment: does not match"),
        ("/allocations", json!({}), "allocations: is not of type array"),
        ("/allocations/0", json!(7), "allocations: 0: is not of type object"),
        ("/allocations/0/amount", json!(99.9), "allocations: 0: amount: is not of type string"),
        ("/allocations/0", json!({ "amount": "1.00 BRL" }), "allocations: 0: invoice: is missing"),
        (
            "/allocations/0",
            json!({ "invoice": "2026-11-10-cycle", "amount": "1.00 BRL", "to": "Ana" }),
            "allocations: 0: to: is not allowed",
        ),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(at).unwrap() = value.clone();
        let found = faults(schema, &bad);
        assert!(found.iter().any(|fault| fault.starts_with(want)), "{at} = {value}: {found:?}");
    }
}

#[test]
fn what_is_not_as_the_schema_says_is_named() {
    let schema = &schemas()["mensal.invoice.issued.v1"];
    let good = json!({
        "id": "0123456789abcdef0123456789abcdef", "account": "1042",
        "invoice": "2026-11-10-cycle", "number": "1042-261110", "issued": "2026-11-10",
        "due": "2026-11-20", "total": "109.90 BRL", "open": "109.90 BRL",
    });
    assert_eq!(faults(schema, &good), Vec::<String>::new());
    for (field, value, want) in [
        ("id", json!(7), "id: is not of type string"),
        ("id", json!("short"), "id: does not match"),
        ("account", json!("a#b"), "account: does not match"),
        ("due", json!("tomorrow"), "due: is no date"),
        ("due", json!("2026-02-30"), "due: is no date"),
        ("total", json!("109,90"), "total: does not match"),
        ("total", json!(109.9), "total: is not of type string"),
        ("name", json!("Ana"), "name: is not allowed"),
        ("open", Value::Null, "open: is missing"),
    ] {
        let mut bad = good.clone();
        match &value {
            Value::Null => drop(bad.as_object_mut().unwrap().remove(field)),
            _ => bad[field] = value.clone(),
        }
        let found = faults(schema, &bad);
        assert!(found.iter().any(|fault| fault.starts_with(want)), "{field} = {value}: {found:?}");
    }
}
