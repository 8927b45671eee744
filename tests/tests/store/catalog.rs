//! Imports of the catalog: in force as a whole or not at all.

use mensal::stack::Options;
use mensal_domain::catalog::Catalog;
use mensal_domain::invoice::content_hash;
use mensal_store::{Head, Run, StoreError};
use mensal_tests::{Home, date};

use crate::given::{catalog, home, id};

/// The catalog with so many plans more.
fn with_plans(count: usize) -> Catalog {
    let mut catalog = catalog();
    let model = catalog.plans.values().next().unwrap().clone();
    for n in 0..count {
        let mut plan = model.clone();
        plan.code = format!("plan-{n:04}").parse().unwrap();
        catalog.plans.insert(plan.code.clone(), plan);
    }
    catalog
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalog_is_not_in_force_until_its_import_has_ended() {
    let home = Home::new(Options::default()).await.unwrap();
    let store = home.stack.store();
    assert_eq!(store.head().await.unwrap(), Head::default());
    let error = store.catalog(1).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreadable { .. }), "{error}");

    let first = catalog();
    assert_eq!(store.begin_import(&first, false).await.unwrap(), Some(1));
    let head = store.head().await.unwrap();
    assert_eq!((head.version, head.importing.is_some()), (0, true));
    store.end_import(&first, 1).await.unwrap();
    let head = store.head().await.unwrap();
    assert_eq!((head.version, head.importing.is_some()), (1, false));
    assert_eq!(store.catalog(1).await.unwrap(), first);
    for stationery in first.all_stationery() {
        let found = store.stationery(&stationery.hash()).await.unwrap();
        assert_eq!(found, Some(stationery));
    }
    assert_eq!(store.stationery("unheard-of").await.unwrap(), None);

    // The same once more keeps the version.
    assert_eq!(store.begin_import(&first, false).await.unwrap(), Some(1));
    assert!(store.head().await.unwrap().importing.is_some());
    store.end_import(&first, 1).await.unwrap();
    assert_eq!(store.head().await.unwrap(), head);

    // Another raises it, and the one before stays for messages that name it.
    let second = with_plans(1);
    assert_eq!(store.begin_import(&second, false).await.unwrap(), Some(2));
    assert_eq!(
        store.head().await.unwrap(),
        Head { importing: Some(content_hash(&second)), ..head }
    );
    store.end_import(&second, 2).await.unwrap();
    assert_eq!(store.head().await.unwrap().version, 2);
    assert_eq!(store.catalog(1).await.unwrap(), first);
    assert_eq!(store.catalog(2).await.unwrap(), second);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_left_of_an_import_that_did_not_end() {
    let home = Home::new(Options::default()).await.unwrap();
    let store = home.stack.store();
    // More than a request takes, so that both writing and dropping go in several.
    assert_eq!(store.begin_import(&with_plans(120), false).await.unwrap(), Some(1));
    let fewer = with_plans(2);
    assert_eq!(store.begin_import(&fewer, true).await.unwrap(), Some(1));
    store.end_import(&fewer, 1).await.unwrap();
    assert_eq!(store.catalog(1).await.unwrap(), fewer);

    let many = with_plans(120);
    let version = store.begin_import(&many, false).await.unwrap().unwrap();
    store.end_import(&many, version).await.unwrap();
    assert_eq!(store.catalog(version).await.unwrap(), many);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_plans_nothing_while_an_import_is_under_way() {
    let home = home().await;
    let store = home.stack.store();
    let on = date("2026-11-10");
    let version = store.begin_import(&catalog(), false).await.unwrap().unwrap();
    home.stack.begin_run(on).await.unwrap();
    home.stack.settle().await.unwrap();
    // Each shard came again until its queue gave it up: nothing lost, nothing billed.
    let dead = home.stack.dead_letters();
    assert_eq!(dead.len(), 64, "{dead:?}");
    assert!(dead.iter().all(|(queue, _)| queue == "plan-dead-letters"), "{dead:?}");
    let progress = store.progress(Run::Billing, on).await.unwrap();
    assert_eq!((progress.sealed, progress.left), (0, 2));
    assert_eq!(store.invoices(&id("1042")).await.unwrap(), []);

    // The next run, of that day or of a later one, bills what this one did not.
    store.end_import(&catalog(), version).await.unwrap();
    home.stack.begin_run(date("2026-11-11")).await.unwrap();
    home.stack.settle().await.unwrap();
    assert!(store.progress(Run::Billing, date("2026-11-11")).await.unwrap().is_done());
    assert_eq!(store.invoices(&id("1042")).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_imports_at_once_do_not_mix() {
    let home = Home::new(Options::default()).await.unwrap();
    let store = home.stack.store();
    let (first, second) = (with_plans(1), with_plans(2));
    assert_eq!(store.begin_import(&first, false).await.unwrap(), Some(1));
    // Another one waits for it; the same one, begun again or beside it, goes on.
    assert_eq!(store.begin_import(&second, false).await.unwrap(), None);
    assert_eq!(store.begin_import(&first, false).await.unwrap(), Some(1));
    store.end_import(&first, 1).await.unwrap();
    store.end_import(&first, 1).await.unwrap();
    assert_eq!(store.catalog(1).await.unwrap(), first);

    // Who takes over an import that was not given up after all leaves it without an end.
    assert_eq!(store.begin_import(&second, false).await.unwrap(), Some(2));
    let third = with_plans(3);
    assert_eq!(store.begin_import(&third, true).await.unwrap(), Some(2));
    let error = store.end_import(&second, 2).await.unwrap_err();
    assert!(matches!(error, StoreError::Moved), "{error}");
    store.end_import(&third, 2).await.unwrap();
    assert_eq!(store.catalog(2).await.unwrap(), third);
}
