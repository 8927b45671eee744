//! The stack as ops deploy it, and how it is paid: charges at a bank, signed webhooks to its API,
//! stored cards, what no webhook has brought, and webhooks that are not what they say. One account is not
//! paid in time, is cut off, and is back with its payment.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

#[path = "deployed_payments/back_online.rs"]
mod back_online;

use std::collections::BTreeMap;

use jiff::{Timestamp, ToSpan, Zoned, civil::Date, tz::TimeZone};
use mensal::{
    bank::{Bank, Behaviour, CODE, Payers, Telling, signature},
    summary::Books,
};
use mensal_domain::{calendar::days_after, payment::Fact};
use mensal_rails::gateway::sandbox::SIGNATURE;
use mensal_tests::cloud::{Cloud, tools};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

const ACCOUNTS: u64 = 60;
/// Until so many days after the month has begun, its payers pay; the latest after twenty days.
const DAYS: u16 = 62;

/// The first day of the month before this one. A bank is told of charges now, by the clock on the
/// wall, and not of those that can be paid no more.
fn last_month() -> Date {
    let today = Zoned::now().with_time_zone(TimeZone::UTC).date();
    today.first_of_month().saturating_sub(1.month())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployed_stack_is_paid_once_whatever_webhooks_say() {
    let Some(tools) = tools().unwrap() else { return };
    let cloud = Cloud::deploy(&tools, &[("Gateways", CODE)], false).await.unwrap();
    // What met another change of the same account or charges comes again after so many seconds; in
    // the template it is minutes.
    cloud.deployed.set_visibility(6).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    // Every tenth webhook is lost, and many come twice, in any order. A stray wire is for people,
    // of whom there are none here.
    let payers = Payers { stray: 0, ..Payers::default() };
    let telling = Telling { lost: 10, again: 1, shuffled: Some(7) };
    let file = folder.path().join("bank.sqlite");
    let bank = Bank::open(&file, Behaviour { payers, telling }).await.unwrap();
    asked_for_again_until_there_is_a_secret(&cloud, &bank).await;
    cloud.deployed.create_gateway_secret(CODE, &bank.secret()).await.unwrap();
    let start = last_month();
    cloud.generate_at_bank(ACCOUNTS, start).await.unwrap();
    cloud.fire(start.last_of_month()).unwrap();
    cloud.settle(start.last_of_month()).await.unwrap();
    charged(&cloud).await;

    refused(&cloud, &bank).await;
    pay(&cloud, &bank, start).await;
    settled(&cloud, &bank).await;
    back_online::walk(&cloud, &bank, start).await.unwrap();
    secrets_are_in_no_log(&cloud, &bank).await;
}

/// Every invoice that offers a rail can be paid, within moments of its issue.
async fn charged(cloud: &Cloud) {
    let books = Books::read(cloud.deployed.store()).await.unwrap();
    assert!(books.payable > ACCOUNTS && books.payable.is_multiple_of(2), "{}", books.payable);
    assert_eq!(cloud.deployed.dead_letters().await.unwrap(), []);
}

/// Day by day: payers pay, the bank tells, stored methods are collected from, and the bank is asked
/// for what it has told nobody.
async fn pay(cloud: &Cloud, bank: &Bank, start: Date) {
    let webhooks = cloud.webhooks(CODE).unwrap();
    for day in 0..DAYS {
        let day = days_after(start, day);
        cloud.collect(day).unwrap();
        bank.pass_day(day, &webhooks).await.unwrap();
    }
    // Late, all of them: what was to be known in an hour is known at last.
    for day in 0..DAYS {
        cloud.reconcile(days_after(start, day)).unwrap();
    }
}

/// What a bank and what the books have, as one line.
fn line(
    payments: u64,
    sums: &BTreeMap<mensal_domain::money::Currency, rust_decimal::Decimal>,
) -> String {
    format!("{payments} payments {sums:?}")
}

/// Once nothing is under way: what the bank has is in the books, once; nothing can be paid that is
/// paid; and all that must hold does.
async fn settled(cloud: &Cloud, bank: &Bank) {
    let theirs = || {
        let taken = bank.taken()?;
        let mut sums = taken.sums.clone();
        for (currency, returned) in &taken.returned {
            *sums.entry(*currency).or_default() -= returned;
        }
        Ok::<_, mensal::stack::Error>(line(taken.payments, &sums))
    };
    let look = || async {
        let books = Books::read(cloud.deployed.store()).await?;
        let flow = cloud.deployed.in_flow().await?;
        let same = line(books.payments, &books.collected) == theirs()?;
        Ok((same && flow.waiting + flow.away == 0).then_some(books))
    };
    let books = cloud.until("books that are the bank's", look).await.unwrap();
    assert!(books.payments > ACCOUNTS / 2, "{}", books.payments);
    assert_eq!(books.unmatched, []);
    assert_eq!(cloud.audit().await.unwrap().violations, Vec::<String>::new());
    assert_eq!(cloud.deployed.dead_letters().await.unwrap(), []);
    let heard = cloud.listener.heard().await.unwrap();
    let received = heard.values().filter(|(detail, _)| {
        detail["payment"].is_string() && detail["kind"].is_null() && detail["rail"].is_string()
    });
    assert_eq!(u64::try_from(received.count()).unwrap(), books.payments, "each is told outside");
}

/// What is wrong about a webhook, and what is answered.
struct Wrong {
    name: &'static str,
    to: &'static str,
    signature: Option<String>,
    body: Vec<u8>,
    answer: StatusCode,
}

fn wrong(bank: &Bank) -> Vec<Wrong> {
    let fact: Fact = serde_json::from_value(json!({ "received": {
        "money": "E2026112500000001", "about": { "account": "1000001" },
        "amt": "10.00 BRL", "on": "2026-11-25", "rail": "pix",
    }}))
    .unwrap();
    let (body, signed) = bank.webhook(vec![fact]).unwrap();
    let secret: Value = serde_json::from_str(&bank.secret()).unwrap();
    let secret = secret["credentials"]["webhook_secrets"][0].as_str().unwrap();
    let now = Timestamp::now();
    let by_us = |body: &[u8]| Some(signature(body, now, secret));
    let wrong = |name, to, signature: Option<String>, body: &[u8], answer| Wrong {
        name,
        to,
        signature,
        body: body.to_vec(),
        answer,
    };
    let unauthorized = StatusCode::UNAUTHORIZED;
    let oversized = vec![b' '; receive_webhook::LARGEST + 1];
    let unreadable = br#"{"facts":[{"received":{"payer":"Ana Exemplo"}}]}"#;
    vec![
        wrong("unsigned", CODE, None, &body, unauthorized),
        wrong("forged", CODE, Some(signature(&body, now, "a-guess")), &body, unauthorized),
        wrong(
            "replayed",
            CODE,
            Some(signature(&body, now - 6.minutes(), secret)),
            &body,
            unauthorized,
        ),
        wrong("truncated", CODE, Some(signed.clone()), &body[..body.len() - 1], unauthorized),
        wrong("oversized", CODE, by_us(&oversized), &oversized, StatusCode::PAYLOAD_TOO_LARGE),
        wrong("unreadable", CODE, by_us(unreadable), unreadable, StatusCode::BAD_REQUEST),
        wrong("to nobody", "nobody", Some(signed), &body, StatusCode::NOT_FOUND),
    ]
}

/// A gateway that is deployed before its secret is created: nothing of it is taken, and nothing is
/// refused for good.
async fn asked_for_again_until_there_is_a_secret(cloud: &Cloud, bank: &Bank) {
    let (body, signature) = bank.webhook(Vec::new()).unwrap();
    let request = Client::new().post(cloud.webhooks(CODE).unwrap()).header(SIGNATURE, signature);
    let told = request.body(body).send().await.unwrap();
    assert_eq!(told.status(), StatusCode::SERVICE_UNAVAILABLE);
}

/// None of them is kept, and whoever sent one learns a status and nothing of why.
async fn refused(cloud: &Cloud, bank: &Bank) {
    let before = Books::read(cloud.deployed.store()).await.unwrap();
    let client = Client::new();
    for Wrong { name, to, signature, body, answer } in wrong(bank) {
        let mut request = client.post(cloud.webhooks(to).unwrap()).body(body);
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
    let flow = cloud.deployed.in_flow().await.unwrap();
    assert_eq!(flow.waiting + flow.away, 0, "{flow:?}");
    let after = Books::read(cloud.deployed.store()).await.unwrap();
    assert_eq!((after.payments, &after.open), (before.payments, &before.open));
    assert_eq!(after.unmatched, []);
}

/// Every function has worked, and none has logged what opens the bank, signs its webhooks or says
/// who has paid.
async fn secrets_are_in_no_log(cloud: &Cloud, bank: &Bank) {
    let secret: Value = serde_json::from_str(&bank.secret()).unwrap();
    let opens = secret["credentials"]["key"].as_str().unwrap();
    let signs = secret["credentials"]["webhook_secrets"][0].as_str().unwrap();
    let logs = cloud.deployed.logs(0).await.unwrap();
    assert_eq!(logs.len(), 12, "{:?}", logs.keys());
    for (function, lines) in &logs {
        assert!(lines.iter().any(|line| line.contains("CloudWatchMetrics")), "{function}");
        let text = lines.join("\n");
        for secret in [opens, signs, back_online::SECRET, "v1=", "Ana Exemplo", "E2026112500000001"]
        {
            assert!(!text.contains(secret), "{function} has logged {secret}");
        }
    }
}
