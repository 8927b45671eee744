//! review-account.

use mensal_domain::delinquency::NoticeState;
use mensal_runtime::messages::{self, MoveMoney, ReviewAccount};
use mensal_tests::date;
use serde_json::{Value, json};

use crate::{
    functions::{assert_dead, batch_of, feed, review_account, sample},
    mailbox::Mailbox,
    money::{ACCOUNT, hear, lies, story},
    paying::{Paying, account_id},
};

/// A sample, the dead letters that it leaves, and the accounts that are reviewed.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

pub(crate) const CASES: &[Case] = &[
    ("review-account/accounts.json", &[], &["1042", "1043"]),
    ("review-account/nothing-due.json", &[], &[]),
    ("review-account/garbage.json", &["not JSON", "not JSON", "no version"], &[]),
    ("review-account/unknown-version.json", &["version 2: this function speaks version 1"], &[]),
    ("review-account/unknown-field.json", &["unknown field `priority`"], &[]),
    ("review-account/missing-field.json", &["missing field `through`"], &[]),
    ("review-account/missing-account.json", &["account nobody does not exist"], &[]),
    ("review-account/not-an-account-id.json", &["`10#42` is not a valid account id"], &[]),
    ("review-account/not-a-message.json", &crate::NOT_A_MESSAGE, &[]),
    ("review-account/mixed.json", &["not JSON"], &["1042", "1043"]),
];

/// What `account-held.json` tells.
pub(crate) const HELD: &[&str] = &[
    "mensal.service.throttled.v1",
    "mensal.service.suspended.v1",
    "mensal.service.restored.v1",
    "mensal.service.suspended.v1",
    "mensal.service.disconnected.v1",
];

/// Service is slowed down, suspended, back with a payment; suspended when that is reversed, and ended.
pub(crate) async fn true_samples() -> Vec<(&'static str, Value)> {
    let paying = Paying::cut().await;
    let mailbox = Mailbox::open().await;
    let function = review_account(&paying, &mailbox);
    let reviewed = async |day: &str| {
        let (account, through) = (account_id("1042"), date(day));
        let message = messages::write(&ReviewAccount { account, through }).unwrap();
        assert!(feed(&function, batch_of(&message)).await.is_empty());
        lies(&paying, ACCOUNT).await
    };
    let mut images = vec![lies(&paying, ACCOUNT).await];
    for day in ["2026-11-25", "2026-11-30"] {
        images.push(reviewed(day).await);
    }
    let about = json!({ "account": "1042" });
    let facts = [
        (
            "2026-11-30",
            json!({ "received": {
                "money": "E1", "rail": "pix", "amt": "109.90 BRL", "on": "2026-11-30", "about": about,
            }}),
        ),
        (
            "2026-12-01",
            json!({ "returned": {
                "money": "E1", "id": "v1", "kind": "reversal", "amt": "109.90 BRL", "on": "2026-12-01",
                "about": about,
            }}),
        ),
    ];
    for (day, fact) in facts {
        paying.on(day);
        hear(&paying, fact).await;
        images.push(lies(&paying, ACCOUNT).await);
    }
    for day in ["2026-12-01", "2026-12-14"] {
        images.push(reviewed(day).await);
    }
    assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
    vec![("account-held", story(ACCOUNT, &images))]
}

/// Each notice is decided once, and what is to be collected is asked for until it was.
#[tokio::test(flavor = "multi_thread")]
async fn a_day_brings_its_notices_once_and_poison_lies_with_the_dead_letters() {
    for (file, dead, reviewed) in CASES {
        let paying = Paying::reminded().await;
        for _ in 0..2 {
            let mailbox = Mailbox::open().await;
            let function = review_account(&paying, &mailbox);
            let again = feed(&function, sample(file)).await;
            assert!(again.is_empty(), "{file}: {again:?}");
            assert_dead(file, &mailbox, dead);
            let collect = |id: &&str| {
                let (account, through) = (account_id(id), date("2026-11-21"));
                messages::write(&MoveMoney::Collect { account, through }).unwrap()
            };
            assert_eq!(mailbox.bodies("collect"), reviewed.iter().map(collect).collect::<Vec<_>>());
            for id in ["1042", "1043"] {
                let notices = paying.store.notices(&account_id(id)).await.unwrap();
                let told: Vec<_> =
                    notices.iter().map(|one| (one.id.to_string(), one.state, one.on)).collect();
                let day = date("2026-11-21");
                let want = ("2026-11-10-cycle:+1:email".to_owned(), NoticeState::Planned, day);
                let want: &[_] = if reviewed.contains(&id) { &[want] } else { &[] };
                assert_eq!(told, want, "{file}");
            }
        }
    }
}

/// Whoever has paid meanwhile hears nothing.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_paid_is_not_reminded() {
    let paying = Paying::reminded().await;
    let mailbox = Mailbox::open().await;
    let apply = crate::functions::apply_payment(&paying, &mailbox);
    assert!(feed(&apply, sample("apply-payment/payments.json")).await.is_empty());
    let function = review_account(&paying, &mailbox);
    assert!(feed(&function, sample("review-account/accounts.json")).await.is_empty());
    assert!(paying.store.notices(&account_id("1042")).await.unwrap().is_empty());
}
