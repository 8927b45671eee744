//! issue-invoice.

use mensal_runtime::metrics::{Metric, counted};
use mensal_tests::date;

use crate::{
    functions::{assert_dead, feed, issue_invoice, sample},
    given::{home, id},
    mailbox::Mailbox,
};

/// A sample, the dead letters that it leaves, and the invoices that there are afterwards.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

pub(crate) const CASES: &[Case] = &[
    ("issue-invoice/accounts.json", &[], &["1042-261110", "1043-261110"]),
    // Sent back from the dead letters, with the reason that it lay there for.
    ("issue-invoice/redriven.json", &[], &["1042-261110"]),
    ("issue-invoice/nothing-due.json", &[], &[]),
    ("issue-invoice/garbage.json", &["not JSON", "not JSON", "no version"], &[]),
    ("issue-invoice/unknown-version.json", &["version 2: this function speaks version 1"], &[]),
    ("issue-invoice/unknown-field.json", &["unknown field `priority`"], &[]),
    ("issue-invoice/missing-field.json", &["missing field `through`"], &[]),
    ("issue-invoice/missing-account.json", &["account nobody does not exist"], &[]),
    ("issue-invoice/not-an-account-id.json", &["`10#42` is not a valid account id"], &[]),
    ("issue-invoice/not-a-message.json", &crate::NOT_A_MESSAGE, &[]),
    // Good ones, poison, and the first good one again.
    (
        "issue-invoice/mixed.json",
        &["not JSON", "account nobody does not exist"],
        &["1042-261110", "1043-261110"],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_billed_once_and_poison_lies_with_the_dead_letters() {
    for (file, dead, invoices) in CASES {
        let home = home().await;
        // All at once, and everything a second time: the same invoices.
        for first in [true, false] {
            let mailbox = Mailbox::open().await;
            let function = issue_invoice(&home, &mailbox);
            let (again, counts) = counted(feed(&function, sample(file))).await;
            assert!(again.is_empty(), "{file}: {again:?}");
            let issued = counts.numbers.get(&Metric::InvoicesIssued).copied().unwrap_or_default();
            let want = if first { invoices.len() } else { 0 };
            assert_eq!(issued, u64::try_from(want).unwrap(), "{file}: issued once, counted once");
            assert_eq!(counts.money.len(), usize::from(want > 0), "{file}: all in one currency");
            assert_dead(file, &mailbox, dead);
        }
        let mut numbers = Vec::new();
        for account in ["1042", "1043"] {
            let found = home.stack.store().invoices(&id(account)).await.unwrap();
            numbers.extend(found.into_iter().map(|invoice| invoice.number));
        }
        assert_eq!(numbers, *invoices, "{file}");
        assert_eq!(home.stack.store().parked().await.unwrap(), [], "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_contradicts_itself_is_parked_and_the_others_of_its_batch_are_billed() {
    let home = home().await;
    let store = home.stack.store();
    let mut account = store.account(&id("1042")).await.unwrap().unwrap();
    account.version += 1;
    account.subscriptions[0].plan = "gone".parse().unwrap();
    store.put_account(&account, Some(0)).await.unwrap();
    let mailbox = Mailbox::open().await;
    let function = issue_invoice(&home, &mailbox);
    let (again, counts) = counted(feed(&function, sample("issue-invoice/accounts.json"))).await;
    assert!(again.is_empty() && mailbox.dead().is_empty(), "{again:?} {:?}", mailbox.dead());
    assert_eq!(counts.numbers[&Metric::ParkedAccounts], 1);
    let parked = store.parked().await.unwrap();
    assert_eq!((parked.len(), &parked[0].account), (1, &id("1042")));
    assert!(parked[0].reason.contains("gone"), "{parked:?}");
    assert_eq!(parked[0].since, date("2026-11-10"));
    let issued = store.invoices(&id("1043")).await.unwrap();
    assert_eq!((issued.len(), counts.numbers[&Metric::InvoicesIssued]), (1, 1));
    let total = issued[0].total;
    assert_eq!(counts.money, [(total.currency(), total.amount())].into());
}
