//! Poison: what cannot be done ends parked or with the dead letters, with its reason, and takes
//! nothing else with it.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use mensal::stack::Options;
use mensal_domain::{account::Change, account::ServiceEvent, ids::AccountId};
use mensal_store::Run;
use mensal_tests::{Home, date};

fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_survives_its_poison() {
    let home = Home::new(Options::default()).await.unwrap();
    home.generate(20).await.unwrap();
    let store = home.stack.store();
    let first = store.agenda(Run::Billing, date("2026-11-30"), 0, None, 1).await.unwrap();
    assert!(first.accounts.len() <= 1);
    // An account whose data contradicts itself.
    let mut all = Vec::new();
    for shard in 0..mensal_store::SHARDS {
        all.extend(
            store
                .agenda(Run::Billing, date("2026-11-30"), shard, None, 100)
                .await
                .unwrap()
                .accounts,
        );
    }
    assert_eq!(all.len(), 20);
    let spoilt = all[0].clone();
    let mut account = store.account(&spoilt).await.unwrap().unwrap();
    let version = account.version;
    account.version += 1;
    account.subscriptions[0]
        .history
        .push(ServiceEvent { date: date("1999-01-01"), change: Change::Suspend });
    store.put_account(&account, Some(version)).await.unwrap();
    for garbage in [
        "garbage".to_owned(),
        r#"{"v":9,"account":"1"}"#.to_owned(),
        r#"{"v":1,"account":"nobody","through":"2026-11-30","catalog":1}"#.to_owned(),
        r#"{"v":1,"account":"1","through":"2026-11-30","catalog":1,"extra":true}"#.to_owned(),
        format!(r#"{{"v":1,"account":"{}","through":"2026-11-30","catalog":1}}"#, all[1]),
    ] {
        home.stack.send_to_bill_queue(&garbage);
    }
    let summary = home.bill("2026-11-30").await.unwrap();
    assert_eq!(summary.books.invoices, 19, "the others went through");
    let parked = &summary.books.parked;
    assert_eq!(parked.len(), 1);
    assert_eq!(parked[0].account, spoilt);
    assert!(parked[0].reason.contains("an event before its start on 1999-01-01"), "{parked:?}");
    let reasons: Vec<&str> = summary.dead.iter().map(|(_, reason)| reason.as_str()).collect();
    for want in [
        "not JSON",
        "version 9: this function speaks version 1",
        "account nobody does not exist",
        "unknown field `extra`",
    ] {
        assert!(reasons.iter().any(|reason| reason.contains(want)), "{want}: {reasons:?}");
    }
    assert_eq!(reasons.len(), 4);

    // Once people have mended it, it is billed; and nothing else is.
    let mut account = store.account(&spoilt).await.unwrap().unwrap();
    assert!(account.parked.is_some());
    let version = account.version;
    account.version += 1;
    account.subscriptions[0].history.pop();
    store.put_account(&account, Some(version)).await.unwrap();
    assert!(store.unpark(&spoilt, date("2026-11-30")).await.unwrap());
    assert!(!store.unpark(&spoilt, date("2026-11-30")).await.unwrap(), "it is not parked any more");
    assert!(!store.unpark(&id("nobody"), date("2026-11-30")).await.unwrap());
    let summary = home.bill("2026-11-30").await.unwrap();
    assert_eq!((summary.issued, summary.books.parked.len()), (1, 0));
    assert_eq!(home.audit().await.unwrap().violations, Vec::<String>::new());
}
