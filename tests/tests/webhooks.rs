//! Webhooks that are not what they say, through the front door of the local stack: none is
//! accepted, nothing of them is kept, and whoever sent one learns a status and nothing of why.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::fs;

use jiff::{Timestamp, ToSpan};
use mensal::{
    bank::{Bank, signature},
    stack::Options,
    summary::Books,
};
use mensal_domain::payment::Fact;
use mensal_rails::gateway::sandbox::SIGNATURE;
use mensal_tests::Home;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

/// The gateway of another ISP's bank, which has a secret of its own.
const OTHER: &str = "outro";
const OTHER_SECRET: &str = "the-secret-of-another-bank";

/// A stack with two gateways.
async fn home() -> Home {
    let folder = tempfile::tempdir().unwrap();
    let gateways = folder.path().join("gateways");
    fs::create_dir_all(&gateways).unwrap();
    let other = json!({
        "kind": "sandbox",
        "settings": { "address": "http://127.0.0.1:9" },
        "credentials": { "key": "k", "webhook_secrets": [OTHER_SECRET] },
    });
    fs::write(gateways.join(format!("{OTHER}.json")), other.to_string()).unwrap();
    Home::on(folder, Options::default()).await.unwrap()
}

/// A payment of somebody who has a name that is found nowhere else.
fn payment() -> Fact {
    serde_json::from_value(json!({ "received": {
        "money": "E2026112500000001", "about": { "account": "1000001" },
        "amt": "10.00 BRL", "on": "2026-11-25", "rail": "pix",
    }}))
    .unwrap()
}

/// What is sent.
struct Sent {
    name: &'static str,
    to: String,
    signature: Option<String>,
    body: Vec<u8>,
    answer: StatusCode,
}

/// Everything that is wrong about a webhook that is right but for one thing.
fn wrong(bank: &Bank) -> Vec<Sent> {
    let (body, signed) = bank.webhook(vec![payment()]).unwrap();
    let at = |to: &str| format!("/webhooks/{to}");
    let sent = |name, to: &str, signature: Option<String>, body: &[u8], answer| Sent {
        name,
        to: at(to),
        signature,
        body: body.to_vec(),
        answer,
    };
    let refused = StatusCode::UNAUTHORIZED;
    let own_secret = own_secret(bank);
    let signed_at = |at: Timestamp| Some(signature(&body, at, &own_secret));
    let now = Timestamp::now();
    let changed = String::from_utf8(body.clone()).unwrap().replace("10.00", "90.00");
    let unreadable = b"{\"facts\":[{\"received\":{\"money\":\"Ana Exemplo\"}}]}";
    let by_us = |body: &[u8]| Some(signature(body, now, &own_secret));
    let oversized = vec![b' '; receive_webhook::LARGEST + 1];
    let garbage = [0_u8, 159, 146, 150];
    vec![
        sent("unsigned", "sandbox", None, &body, refused),
        sent("signed by nothing", "sandbox", Some(String::new()), &body, refused),
        sent("forged", "sandbox", Some(signature(&body, now, "a-guess")), &body, refused),
        sent(
            "of another tenant",
            "sandbox",
            Some(signature(&body, now, OTHER_SECRET)),
            &body,
            refused,
        ),
        sent("to another tenant", OTHER, Some(signed.clone()), &body, refused),
        sent("changed", "sandbox", Some(signed.clone()), changed.as_bytes(), refused),
        sent("truncated", "sandbox", Some(signed.clone()), &body[..body.len() - 1], refused),
        sent("emptied", "sandbox", Some(signed.clone()), b"", refused),
        sent("prolonged", "sandbox", Some(signed.clone()), &[&body[..], b" "].concat(), refused),
        sent("replayed", "sandbox", signed_at(now - 6.minutes()), &body, refused),
        sent("of the future", "sandbox", signed_at(now + 6.minutes()), &body, refused),
        sent("oversized", "sandbox", by_us(&oversized), &oversized, StatusCode::PAYLOAD_TOO_LARGE),
        sent("unreadable", "sandbox", by_us(unreadable), unreadable, StatusCode::BAD_REQUEST),
        sent("no text", "sandbox", by_us(&garbage), &garbage, StatusCode::BAD_REQUEST),
        sent("to nobody", "nobody", Some(signed.clone()), &body, StatusCode::NOT_FOUND),
        sent("to no name", "..%2Fsandbox", Some(signed.clone()), &body, StatusCode::NOT_FOUND),
        sent("to the till", "till", Some(signed), &body, refused),
    ]
}

/// What the bank's webhooks are signed by, as its gateway is told.
fn own_secret(bank: &Bank) -> String {
    let secret: Value = serde_json::from_str(&bank.secret()).unwrap();
    secret["credentials"]["webhook_secrets"][0].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn none_that_is_wrong_is_accepted_or_kept_or_told_why() {
    let home = home().await;
    home.generate_at_bank(3).await.unwrap();
    let before = Books::read(home.stack.store()).await.unwrap();
    let client = Client::new();
    let api = &home.stack.endpoints().api;
    for sent in wrong(home.stack.bank()) {
        let Sent { name, to, signature, body, answer } = sent;
        let mut request = client.post(format!("{api}{to}")).body(body);
        if let Some(signature) = signature {
            request = request.header(SIGNATURE, signature);
        }
        let told = request.send().await.unwrap();
        assert_eq!(told.status(), answer, "{name}");
        let told = told.text().await.unwrap();
        for leak in ["Ana", "E2026", "secret", "v1=", "10.00", "expected", "column"] {
            assert!(!told.contains(leak), "{name}: {told}");
        }
    }
    home.stack.settle().await.unwrap();
    let after = Books::read(home.stack.store()).await.unwrap();
    assert_eq!((after.payments, &after.open), (before.payments, &before.open));
    assert_eq!(after.unmatched.len(), 0);
    assert!(home.stack.dead_letters().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_right_is_applied_once_however_often_it_is_sent() {
    let home = home().await;
    home.generate_at_bank(3).await.unwrap();
    let account = home.stack.store().account(&"1000001".parse().unwrap()).await.unwrap();
    assert!(account.is_some(), "the generator names its accounts otherwise now");
    let (body, signature) = home.stack.bank().webhook(vec![payment()]).unwrap();
    let client = Client::new();
    for _ in 0..3 {
        let request = client.post(home.stack.webhooks()).header(SIGNATURE, &signature);
        let told = request.body(body.clone()).send().await.unwrap();
        assert_eq!(told.status(), StatusCode::OK);
    }
    home.stack.settle().await.unwrap();
    let books = Books::read(home.stack.store()).await.unwrap();
    assert_eq!(books.payments, 1);
    assert!(books.unmatched.is_empty() && home.stack.dead_letters().is_empty());
}
