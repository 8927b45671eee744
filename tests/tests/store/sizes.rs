//! What is larger than one request or one page.

use mensal::stack::Options;
use mensal_domain::{account::Account, events::Document, ids::AccountId};
use mensal_store::{Run, StoreError, shard_of};
use mensal_tests::{Home, date};
use serde_json::json;

use crate::given::{account, id};

/// An account with so many single charges, each of some 100 bytes.
fn large(id: &str, charges: usize) -> Account {
    let one_off = |n: usize| {
        let one = json!({ "id": format!("charge-{n:05}"), "date": "2026-11-01", "unit": "1.00",
            "text": format!("Chamada {n:05} para um número de outra operadora"), "qty": "1", "cat": "voice" });
        serde_json::from_value(one).unwrap()
    };
    let mut account = account(id);
    account.one_offs = (0..charges).map(one_off).collect();
    account
}

#[tokio::test(flavor = "multi_thread")]
async fn many_accounts_are_read_at_once() {
    let home = Home::new(Options::default()).await.unwrap();
    home.generate(130).await.unwrap();
    let mut ids: Vec<AccountId> =
        (1_000_001..=1_000_130).map(|n: u32| id(&n.to_string())).collect();
    ids.push(id("nobody"));
    for count in [0, 1, 100, 101, 131] {
        let found = home.stack.store().accounts(&ids[..count]).await.unwrap();
        let mut found: Vec<_> = found.into_iter().map(|account| account.id).collect();
        found.sort();
        assert_eq!(found, ids[..count.min(130)], "{count}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_of_300_kilobytes_are_kept_whole() {
    let home = Home::new(Options::default()).await.unwrap();
    let store = home.stack.store();
    let mut ids = Vec::new();
    for n in 0..8 {
        let account = large(&format!("large-{n}"), 2_200);
        let size = serde_json::to_string(&account).unwrap().len();
        assert!((280_000..340_000).contains(&size), "{size}");
        store.put_account(&account, None).await.unwrap();
        assert_eq!(store.account(&account.id).await.unwrap(), Some(account.clone()));
        ids.push(account.id);
    }
    // 2.4 MB: more than a page of a query or a scan.
    assert_eq!(store.accounts(&ids).await.unwrap().len(), 8);
    assert_eq!(store.due_count(Run::Billing, date("2026-11-10")).await.unwrap(), 8);
    let (mut found, mut pages, mut page) = (Vec::new(), 0, None);
    while let Some(next) = store.scan(page).await.unwrap() {
        pages += 1;
        for document in &next.documents {
            match document.as_ref().unwrap() {
                Document::Account(account) => found.push(account.id.clone()),
                other => panic!("nobody was billed: {other:?}"),
            }
        }
        page = Some(next);
    }
    found.sort();
    assert_eq!(found, ids);
    assert!(pages > 1, "{pages}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_dynamodb_cannot_hold_is_refused_for_good() {
    let home = Home::new(Options::default()).await.unwrap();
    let store = home.stack.store();
    let account = large("toolarge", 4_000);
    let error = store.put_account(&account, None).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error}");
    assert_eq!(store.account(&account.id).await.unwrap(), None);
    let agenda = store
        .agenda(Run::Billing, date("2026-11-10"), shard_of(&account.id), None, 10)
        .await
        .unwrap();
    assert_eq!(agenda.accounts, []);
}
