//! A billing run of 5,000 accounts: everybody billed once, whatever is repeated or out of order.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use mensal::stack::{Mischief, Options};
use mensal_store::Run;
use mensal_tests::{Home, assert_each_billed_once, date};

const ACCOUNTS: u64 = 5_000;

async fn billed_once(options: Options) {
    let home = Home::new(options).await.unwrap();
    home.generate(ACCOUNTS).await.unwrap();
    let summary = home.bill("2026-11-30").await.unwrap();
    assert_each_billed_once(&home.audit().await.unwrap(), &summary, ACCOUNTS);
    // Running it again bills nothing.
    let again = home.bill("2026-11-30").await.unwrap();
    assert_eq!((again.issued, again.books.invoices), (0, ACCOUNTS));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_account_is_billed_once_with_one_pdf_each() {
    billed_once(Options::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_come_twice_and_out_of_order_bill_nobody_twice() {
    let mischief = Mischief { twice: true, shuffled: Some(7) };
    billed_once(Options { mischief, ..Options::default() }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_planners_at_once_bill_nobody_twice() {
    let home = Home::new(Options::default()).await.unwrap();
    home.generate(ACCOUNTS).await.unwrap();
    let last = date("2026-11-30");
    let (one, other) = tokio::join!(home.stack.begin_run(last), home.stack.begin_run(last));
    one.unwrap();
    other.unwrap();
    home.stack.settle().await.unwrap();
    let progress = home.stack.store().progress(Run::Billing, last).await.unwrap();
    assert!(progress.is_done());
    assert_eq!(progress.planned, ACCOUNTS);
    let summary = home.bill("2026-11-30").await.unwrap();
    assert_each_billed_once(&home.audit().await.unwrap(), &summary, ACCOUNTS);
}
