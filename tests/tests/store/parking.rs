//! Parking: off the agenda, whatever the item looks like, and back.

use aws_sdk_dynamodb::types::AttributeValue;
use mensal_store::{Parked, Run, StoreError, shard_of};
use mensal_tests::{Home, date};

use crate::given::{Item, account, dynamodb, home, id, raw};

fn parked(account: &str, reason: &str) -> Parked {
    Parked { account: id(account), reason: reason.into(), since: date("2026-11-10") }
}

async fn is_due(home: &Home, account: &str) -> bool {
    let shard = shard_of(&id(account));
    let agenda = home
        .stack
        .store()
        .agenda(Run::Billing, date("2026-12-31"), shard, None, 100)
        .await
        .unwrap();
    agenda.accounts.contains(&id(account))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_account_is_off_the_agenda_until_it_is_unparked() {
    let home = home().await;
    let store = home.stack.store();
    assert!(is_due(&home, "1042").await);

    assert_eq!(store.parked_count().await.unwrap(), 0);
    assert!(store.park(&parked("1042", "its plan is gone"), None).await.unwrap());
    assert_eq!(store.parked_count().await.unwrap(), 1);
    assert!(!is_due(&home, "1042").await);
    assert_eq!(store.parked().await.unwrap(), [parked("1042", "its plan is gone")]);
    let found = store.account(&id("1042")).await.unwrap().unwrap();
    assert_eq!((found.version, found.parked.as_deref()), (1, Some("its plan is gone")));

    // The first reason stays, and nothing is written.
    assert!(!store.park(&parked("1042", "another reason"), None).await.unwrap());
    assert_eq!(store.parked().await.unwrap(), [parked("1042", "its plan is gone")]);
    assert_eq!(store.account(&id("1042")).await.unwrap().unwrap(), found);

    assert!(store.unpark(&id("1042"), date("2026-11-11")).await.unwrap());
    assert!(is_due(&home, "1042").await);
    assert_eq!(store.parked().await.unwrap(), []);
    let mut want = account("1042");
    (want.version, want.next_review) = (2, Some(date("2026-11-11")));
    assert_eq!(store.account(&id("1042")).await.unwrap().unwrap(), want);
    assert!(
        !store.unpark(&id("1042"), date("2026-11-11")).await.unwrap(),
        "it is not parked any more"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_parked_or_unparked_who_is_not_there() {
    let home = home().await;
    let store = home.stack.store();
    assert!(!store.park(&parked("nobody", "whatever"), None).await.unwrap());
    assert!(!store.unpark(&id("nobody"), date("2026-11-11")).await.unwrap());
    assert_eq!(store.parked().await.unwrap(), []);
    assert_eq!(raw(&home, "A#nobody", "ACCOUNT").await, None);
}

/// Ways in which an item can have the key of an account and be none.
fn broken() -> Vec<(&'static str, Item)> {
    let text = |text: &str| AttributeValue::S(text.into());
    let number = |number: &str| AttributeValue::N(number.into());
    let agenda = [
        ("bill_shard".to_owned(), text(&format!("BILL#{:02}", shard_of(&id("9"))))),
        ("bill_on".to_owned(), text("2026-11-10#9")),
    ];
    let item = |fields: &[(&str, AttributeValue)]| -> Item {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        agenda.iter().cloned().chain(fields).collect()
    };
    vec![
        ("it has a place on the agenda and nothing else", item(&[])),
        ("it has a version and nothing else", item(&[("ver", number("7"))])),
        ("its version is a text", item(&[("ver", text("seven"))])),
        ("its balance is a number", item(&[("ver", number("7")), ("bal", number("10"))])),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn even_an_item_that_cannot_be_read_is_parked() {
    let home = home().await;
    let store = home.stack.store();
    for (what, mut item) in broken() {
        item.insert("PK".into(), AttributeValue::S("A#9".into()));
        item.insert("SK".into(), AttributeValue::S("ACCOUNT".into()));
        let put = dynamodb(&home).put_item().table_name(mensal::stack::TABLE);
        put.set_item(Some(item.clone())).send().await.unwrap();
        assert!(is_due(&home, "9").await, "{what}");
        let unreadable = |error| matches!(error, StoreError::Unreadable { .. });
        assert!(unreadable(store.account(&id("9")).await.unwrap_err()), "{what}");

        for first in [true, false] {
            assert_eq!(store.park(&parked("9", what), None).await.unwrap(), first, "{what}");
            assert!(!is_due(&home, "9").await, "{what}");
            assert_eq!(store.parked().await.unwrap(), [parked("9", what)]);
        }
        // All else of the item is as it was, for people to look at.
        let mut left = raw(&home, "A#9", "ACCOUNT").await.unwrap();
        for name in ["parked", "ver"] {
            assert!(left.remove(name).is_some(), "{what}: {name}");
        }
        item.retain(|name, _| !["bill_shard", "bill_on", "ver"].contains(&name.as_str()));
        assert_eq!(left, item, "{what}");
        assert!(
            unreadable(store.unpark(&id("9"), date("2026-11-11")).await.unwrap_err()),
            "{what}"
        );
    }
}
