//! An invoice and its account: both or none, once.

use mensal_domain::{
    billing::{Billed, bill},
    invoice::{Invoice, InvoiceId, InvoiceKind},
};
use mensal_store::{Issued, Store, StoreError};
use mensal_tests::{Home, date};

use crate::given::{account, catalog, dynamodb, home, id};

const CYCLE: InvoiceId =
    InvoiceId { cycle: jiff::civil::date(2026, 11, 10), kind: InvoiceKind::Cycle };

/// What billing account 1042 leaves.
async fn billed(home: &Home) -> Billed {
    let account = home.stack.store().account(&id("1042")).await.unwrap().unwrap();
    bill(&account, &catalog(), &[]).unwrap()
}

fn with(billed: &Billed, change: impl FnOnce(&mut Invoice)) -> Billed {
    let mut other = billed.clone();
    change(other.invoice.as_mut().unwrap());
    other
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_is_issued_once_whatever_is_tried_again() {
    let home = home().await;
    let store = home.stack.store();
    let first = billed(&home).await;
    for (attempt, commit, want) in [
        ("the first", first.clone(), Issued::Now),
        ("its acknowledgement was lost", first.clone(), Issued::Before),
        ("another due date", with(&first, |it| it.due = date("2026-12-24")), Issued::Otherwise),
        ("another customer", with(&first, |it| it.customer.name = "Bia".into()), Issued::Otherwise),
        ("the first once more", first.clone(), Issued::Before),
    ] {
        assert_eq!(store.commit(0, &commit).await.unwrap(), want, "{attempt}");
        assert_eq!(store.invoice(&id("1042"), CYCLE).await.unwrap(), first.invoice, "{attempt}");
        let account = store.account(&id("1042")).await.unwrap();
        assert_eq!(account.as_ref(), Some(&first.account), "{attempt}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_has_moved_is_not_billed_by_half() {
    let home = home().await;
    let store = home.stack.store();
    let late = billed(&home).await;
    let mut moved = account("1042");
    moved.version = 1;
    moved.email = "ana@example.com".into();
    store.put_account(&moved, Some(0)).await.unwrap();
    for at_version in [0, 2] {
        let error = store.commit(at_version, &late).await.unwrap_err();
        assert!(matches!(error, StoreError::Moved), "{error}");
        assert_eq!(store.invoices(&id("1042")).await.unwrap(), []);
        assert_eq!(store.account(&id("1042")).await.unwrap().as_ref(), Some(&moved));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cycle_with_nothing_due_moves_the_account_alone() {
    let home = home().await;
    let store = home.stack.store();
    let nothing = Billed { invoice: None, ..billed(&home).await };
    assert_eq!(store.commit(0, &nothing).await.unwrap(), Issued::Now);
    assert_eq!(store.account(&id("1042")).await.unwrap().as_ref(), Some(&nothing.account));
    assert_eq!(store.invoices(&id("1042")).await.unwrap(), []);
    assert!(matches!(store.commit(0, &nothing).await.unwrap_err(), StoreError::Moved));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_put_at_its_version_only() {
    let home = home().await;
    let store = home.stack.store();
    let mut next = account("1042");
    next.version = 1;
    for (id, at_version, fits) in [
        ("1042", None, false),    // there is one already
        ("1044", Some(0), false), // there is none yet
        ("1042", Some(1), false),
        ("1042", Some(0), true),
        ("1042", Some(0), false), // it is at version 1 now
        ("1044", None, true),
    ] {
        next.id = id.parse().unwrap();
        match store.put_account(&next, at_version).await {
            Ok(()) => assert!(fits, "{id} at {at_version:?}"),
            Err(StoreError::Moved) => assert!(!fits, "{id} at {at_version:?}"),
            Err(error) => panic!("{id} at {at_version:?}: {error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_typical_invoice_costs_at_most_eight_write_units() {
    let home = home().await;
    let first = billed(&home).await;
    let store = Store::new(dynamodb(&home), mensal::stack::TABLE);
    store.commit(0, &first).await.unwrap();
    let units = store.meter().units();
    assert!(units.write > 0.0 && units.write <= 8.0, "{units:?}");
    // Two items of a transaction cost two units a kilobyte, written or not.
    assert!(units.write >= 4.0, "{units:?}");
}
