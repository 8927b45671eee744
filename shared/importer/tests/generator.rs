//! Generated accounts: the same from the same seed, small, and each of them can be billed.
#![allow(clippy::unwrap_used)] // tests may fail loudly

use std::collections::BTreeSet;

use jiff::civil::date;
use mensal_domain::{billing::bill, history::stretches};
use mensal_importer::generate::Generator;

fn generator(accounts: u64) -> Generator {
    Generator { seed: 7, accounts, start: date(2026, 11, 1), gateway: None }
}

#[test]
fn growing_keeps_the_earlier_accounts() {
    let small: Vec<_> = generator(50).iter().collect();
    let large: Vec<_> = generator(200).iter().collect();
    assert_eq!(small, large[..50]);
    let other: Vec<_> = Generator { seed: 8, ..generator(50) }.iter().collect();
    assert_ne!(small, other);
}

#[test]
fn every_account_has_something_to_bill_on_a_cycle_of_the_month() {
    let generator = generator(3000);
    let catalog = generator.catalog();
    let (mut ids, mut days) = (BTreeSet::new(), [0_u32; 29]);
    for (new, usage) in generator.iter() {
        let account = &new.account;
        let cycle = account.next_bill.unwrap();
        assert_eq!(cycle.first_of_month(), date(2026, 11, 1));
        assert_eq!(account.cycle_from(cycle), Some(cycle));
        days[usize::try_from(cycle.day()).unwrap()] += 1;
        assert!(ids.insert(account.id.clone()));
        for subscription in &account.subscriptions {
            stretches(subscription).unwrap();
        }
        let mut billed = bill(account, &catalog, &usage).unwrap();
        assert!(billed.invoice.is_some(), "{account:?}");
        for _ in 0..3 {
            billed = bill(&billed.account, &catalog, &usage).unwrap();
        }
    }
    assert!(days[1..].iter().all(|count| (107..=108).contains(count)), "{days:?}");
}

#[test]
fn accounts_and_their_invoices_are_small() {
    let generator = generator(2000);
    let catalog = generator.catalog();
    let (mut of_accounts, mut of_invoices) = (vec![], vec![]);
    for (new, usage) in generator.iter() {
        of_accounts.push(serde_json::to_string(&new.account).unwrap().len());
        let invoice = bill(&new.account, &catalog, &usage).unwrap().invoice.unwrap();
        of_invoices.push(serde_json::to_string(&invoice).unwrap().len());
    }
    assert!(*of_accounts.iter().max().unwrap() < 1024);
    // A few long invoices are real; what counts is what most of a million cost.
    of_invoices.sort_unstable();
    assert!(of_invoices[of_invoices.len() * 95 / 100] < 2048, "{:?}", of_invoices.last());
}

#[test]
fn metered_accounts_come_with_usage_of_the_month_before() {
    let metered: Vec<_> = generator(1000).iter().filter(|(_, usage)| !usage.is_empty()).collect();
    assert!((60..=140).contains(&metered.len()), "{}", metered.len());
    for (new, usage) in metered {
        assert!(usage.iter().all(|day| Some(day.date) < new.account.next_bill));
    }
}
