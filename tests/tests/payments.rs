//! Payments, end to end on the local stack: what the bank took in is in the books, once, whatever
//! its webhooks go through.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use jiff::civil::Date;
use mensal::{
    bank::{Behaviour, Payers, Telling},
    running::live_a_day,
    stack::{Mischief, Options},
    summary::Books,
};
use mensal_domain::{
    calendar::days_after,
    charge::{ChargeState, Charges},
    events::Document,
    ids::GatewayCode,
};
use mensal_tests::{Home, date};

/// The day of the first cycle.
const FIRST: Date = jiff::civil::date(2026, 11, 1);
/// Two cycles of everybody, and most of the payments of both.
const DAYS: u16 = 62;

async fn live(home: &Home, days: u16) {
    for day in 0..days {
        live_a_day(&home.stack, days_after(FIRST, day)).await.unwrap();
    }
}

/// What the bank has and what the books have, as one line each.
async fn compare(home: &Home) -> (String, String) {
    let taken = home.stack.bank().taken().unwrap();
    let books = Books::read(home.stack.store()).await.unwrap();
    let mut theirs = taken.sums.clone();
    for (currency, returned) in &taken.returned {
        *theirs.entry(*currency).or_default() -= returned;
    }
    let told = |sums: &std::collections::BTreeMap<_, _>| format!("{sums:?}");
    (
        format!("{} payments {}", taken.payments, told(&theirs)),
        format!("{} payments {}", books.payments, told(&books.collected)),
    )
}

/// Lives with a bank whose webhooks come none to three times, in any order, and compares the books,
/// from end to end and day by day. Who pays late, short, over, twice or by a stored method that
/// declines, or takes it back, is among them. Tells how many payments there were.
async fn paid_once(accounts: u64, mischief: Mischief) -> u64 {
    let bank = Behaviour {
        payers: Payers { stray: 0, ..Payers::default() },
        telling: Telling { lost: 10, again: 2, shuffled: Some(7) },
    };
    let home = Home::new(Options { mischief, bank, ..Options::default() }).await.unwrap();
    home.generate_at_bank(accounts).await.unwrap();
    live(&home, DAYS).await;
    let (theirs, ours) = compare(&home).await;
    assert_eq!(ours, theirs);
    let found = home.audit().await.unwrap();
    assert_eq!(found.violations, Vec::<String>::new());
    assert_eq!(home.stack.dead_letters(), []);
    // Three ways, day by day: nothing differs, although every tenth webhook never came.
    let gateway: GatewayCode = "sandbox".parse().unwrap();
    for day in 0..DAYS - 1 {
        let day = days_after(FIRST, day);
        let reports = home.stack.store().reports(day).await.unwrap();
        let report = reports.iter().find(|report| report.gateway == gateway).unwrap();
        assert_eq!((&report.differences, report.told), (&Vec::new(), report.noted), "{day}");
    }
    ours.split(' ').next().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_payments_are_in_the_books_once() {
    let payments = paid_once(6_500, Mischief { twice: false, shuffled: Some(5) }).await;
    assert!(payments >= 10_000, "{payments}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_every_message_twice_they_are_in_the_books_once() {
    let payments = paid_once(300, Mischief { twice: true, shuffled: Some(5) }).await;
    assert!(payments >= 450, "{payments}");
}

/// What says nothing of what it is for is kept for people, and is not lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_wire_out_of_the_blue_is_kept_for_people() {
    let payers =
        Payers { stray: 100, late: 0, short: 0, over: 0, twice: 0, never: 0, ..Payers::default() };
    let bank = Behaviour { payers, telling: Telling::default() };
    let home = Home::new(Options { bank, ..Options::default() }).await.unwrap();
    home.generate_at_bank(40).await.unwrap();
    live(&home, 45).await;
    let taken = home.stack.bank().taken().unwrap();
    let unmatched = home.stack.store().unmatched().await.unwrap();
    let books = Books::read(home.stack.store()).await.unwrap();
    assert!(unmatched.len() > 10);
    assert_eq!(taken.payments, books.payments + u64::try_from(unmatched.len()).unwrap());
    assert!(unmatched.iter().all(|one| one.reason.contains("names nothing that we know")));
    assert_eq!(home.audit().await.unwrap().violations, Vec::<String>::new());
}

/// The charges of the first cycles, but for those of invoices that a stored method has paid.
async fn charges_of_november(home: &Home) -> Vec<Charges> {
    let mut all = Vec::new();
    let mut page = home.stack.store().scan(None).await.unwrap();
    while let Some(mut read) = page {
        for document in std::mem::take(&mut read.documents) {
            let Document::Charges(charges) = document.unwrap() else { continue };
            if charges.invoice.cycle < date("2026-12-01") && !charges.charges.is_empty() {
                all.push(*charges);
            }
        }
        page = home.stack.store().scan(Some(read)).await.unwrap();
    }
    all
}

/// An invoice is ready to be paid, and its PDF carries the codes, as soon as all is settled; once
/// it is paid on one rail, the other is cancelled.
#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_charged_on_both_rails_until_it_is_paid_on_one() {
    let payers =
        Payers { stray: 0, late: 0, short: 0, over: 0, twice: 0, never: 0, ..Payers::default() };
    let bank = Behaviour { payers, telling: Telling::default() };
    let home = Home::new(Options { bank, ..Options::default() }).await.unwrap();
    home.generate_at_bank(40).await.unwrap();
    home.bill("2026-11-28").await.unwrap();
    let books = Books::read(home.stack.store()).await.unwrap();
    assert!(books.payable > 20 && books.payable.is_multiple_of(2), "{}", books.payable);
    live(&home, 45).await;
    assert_eq!(home.stack.dead_letters(), []);
    let mut paid = 0;
    for charges in charges_of_november(&home).await {
        let states = charges.charges.iter().map(|charge| (charge.rail, &charge.state));
        let count = |state: &ChargeState| states.clone().filter(|(_, is)| *is == state).count();
        let each = (count(&ChargeState::Settled), count(&ChargeState::Cancelled));
        assert_eq!(each, (1, 1), "{:?}", states.collect::<Vec<_>>());
        paid += 1;
    }
    assert!(paid > 10, "{paid}");
    let (theirs, ours) = compare(&home).await;
    assert_eq!(ours, theirs);
}
