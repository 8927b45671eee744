//! The final invoice of services that were disconnected.

use proptest::prelude::*;

use super::*;
use crate::{
    account::OneOff,
    billing::{bill_at_once, bill_final},
    calendar::days_after,
    delinquency::{LateCharging, Review},
    settings::BillingSettings,
};

/// Disconnected on a day, whichever services.
fn ended_on(account: &Account, day: &str) -> Review {
    let mut account = account.clone();
    for subscription in &mut account.subscriptions {
        subscription.disconnected_on = Some(date(day));
    }
    let disconnected = account.subscriptions.iter().map(|one| one.id.clone()).collect();
    Review { disconnected, ..Review::of(&account) }
}

fn finally(account: &Account, day: &str, usage: &[UsageDay]) -> Billed {
    let review = ended_on(account, day);
    bill_final(&review.account, &catalog(), usage, date(day), &review.disconnected).unwrap()
}

#[test]
fn what_was_billed_ahead_comes_back_and_what_was_used_is_billed() {
    let mut metered = account("metered");
    next(&mut metered, &catalog(), &[]);
    let usage = [used("2026-11-12", 90), used("2026-11-14", 90)];
    let mut late = account("late");
    next(&mut late, &catalog(), &[]);
    let cases = [
        (
            &metered,
            &usage[..],
            vec![
                "90.00 2026-11-10/2026-11-25 Data: 180 GB, 50 included",
                "-30.00 2026-11-25/2026-12-10 Plan metered",
            ],
        ),
        (&metered, &[], vec!["-30.00 2026-11-25/2026-12-10 Plan metered"]),
        (&late, &[], vec!["150.00 2026-11-10/2026-11-25 Plan late"]),
    ];
    for (account, usage, want) in cases {
        let billed = finally(account, "2026-11-25", usage);
        let invoice = billed.invoice.unwrap();
        assert_eq!(invoice.id.to_string(), "2026-11-25-final");
        assert_eq!(invoice.number, "1042-261125-F");
        assert_eq!(lines(Some(&invoice)), want);
        assert_eq!(billed.account.next_bill, account.next_bill);
        // The next cycle bills nothing of it again.
        let mut after = billed.account;
        assert_eq!(next(&mut after, &catalog(), usage), None);
    }
}

#[test]
fn it_says_what_is_to_be_returned_by_when() {
    let mut account = account("basic");
    next(&mut account, &catalog(), &[]);
    account.subscriptions[0].equipment = Some("ONU AX-200, serial 77".into());
    let note = |account: &Account| finally(account, "2026-11-25", &[]).invoice.unwrap().note;
    assert_eq!(
        note(&account).unwrap(),
        "Please return by 12/25/2026 (within 30 days) the equipment that we lent you: ONU AX-200, serial 77."
    );
    account.locale = crate::locale::Locale::PtBr;
    account.overrides.equipment_days = Some(1);
    assert_eq!(
        note(&account).unwrap(),
        "Devolva até 26/11/2026 (em 1 dia) o equipamento que lhe emprestamos: ONU AX-200, serial 77."
    );
    account.subscriptions[0].equipment = None;
    assert_eq!(note(&account), None);
}

#[test]
fn without_anything_to_bill_there_is_no_invoice() {
    let mut account = account("basic");
    next(&mut account, &catalog(), &[]);
    // It ends with the last day that was billed; no service ends; a cycle that is late comes first.
    for (account, day) in [(&account, "2026-12-10"), (&account, "2026-12-20")] {
        let billed = finally(account, day, &[]);
        assert_eq!((billed.invoice, billed.account.version), (None, account.version));
    }
    let none = bill_final(&account, &catalog(), &[], date("2026-11-25"), &[]).unwrap();
    assert_eq!(none, Billed::only(account));
}

#[test]
fn what_was_lent_is_asked_for_though_there_is_nothing_to_bill() {
    let mut account = account("basic");
    next(&mut account, &catalog(), &[]);
    account.subscriptions[0].equipment = Some("ONU AX-200".into());
    let billed = finally(&account, "2026-12-10", &[]);
    let invoice = billed.invoice.unwrap();
    assert_eq!(
        (invoice.lines.len(), invoice.total, invoice.open()),
        (0, money("0.00"), money("0.00"))
    );
    assert!(invoice.note.unwrap().ends_with("ONU AX-200."));
    assert_eq!(billed.account.balance, account.balance);
}

#[test]
fn a_day_has_one_invoice_of_late_charges_and_the_next_day_has_the_rest() {
    let mut late = account("basic");
    late.next_bill = Some(date("2026-12-10"));
    let settings = BillingSettings { late_charges: LateCharging::AtOnce, ..Default::default() };
    let (day, metered) = (date("2026-11-24"), account("metered"));
    let charged = |account: &Account, n: u8| {
        let mut account = account.clone();
        account.one_offs.extend(serde_json::from_value::<Vec<OneOff>>(json!([
            { "id": format!("late.2026-1{n}-10-cycle.1"), "date": "2026-11-24", "text": "Late charges",
              "qty": "1", "unit": "2.13", "cat": "late-charge" },
        ])).unwrap());
        Review { account, disconnected: vec![], ..ended_on(&metered, "2026-11-24") }
    };
    let at_once = |review: &Review, invoices: &[Invoice], day| {
        bill_at_once(review, invoices, &settings, &catalog(), &[], day).unwrap()
    };
    let first = at_once(&charged(&late, 0), &[], day);
    assert_eq!(first.issued[0].id.to_string(), "2026-11-24-late");
    let second = at_once(&charged(&first.account, 1), &first.issued, day);
    assert_eq!(
        (&second.issued[..], second.account.next_review),
        (&[][..], Some(date("2026-11-25")))
    );
    assert_eq!(second.account.balance, first.account.balance);
    let review = Review { account: second.account, ..charged(&late, 0) };
    let third = at_once(&review, &first.issued, date("2026-11-25"));
    assert_eq!(third.issued[0].id.to_string(), "2026-11-25-late");
}

#[test]
fn a_day_has_one_final_invoice() {
    let mut account = account("basic");
    let bill = next(&mut account, &catalog(), &[]).unwrap();
    let settings = BillingSettings::default();
    let review = ended_on(&account, "2026-11-25");
    let day = date("2026-11-25");
    let at_once = |invoices: &[Invoice]| {
        bill_at_once(&review, invoices, &settings, &catalog(), &[], day).unwrap().issued
    };
    let first = at_once(std::slice::from_ref(&bill));
    assert_eq!(at_once(&[bill, first[0].clone()]), []);
}

#[test]
fn what_is_left_pays_what_is_open_and_the_rest_is_credit() {
    let mut account = account("basic");
    let bill = next(&mut account, &catalog(), &[]).unwrap();
    let settings = BillingSettings::default();
    let review = ended_on(&account, "2026-11-25");
    let billed =
        bill_at_once(&review, &[bill], &settings, &catalog(), &[], date("2026-11-25")).unwrap();
    assert_eq!(billed.issued.len(), 1);
    assert_eq!(billed.issued[0].total, money("-150.00"));
    assert_eq!((billed.invoices.len(), billed.invoices[0].open()), (1, money("150.00")));
    assert_eq!((billed.account.balance, billed.account.credit), (money("150.00"), money("0.00")));
}

proptest! {
    #[test]
    fn with_the_next_cycle_it_comes_to_what_that_alone_would_have(
        plan in prop::sample::select(vec!["basic", "late", "quarter", "year", "metered"]),
        cycles in 1_usize..6, after in 0_u16..31, half in any::<bool>(),
        used_on in proptest::collection::btree_map(0_u16..200, 1_i64..80, 0..20),
    ) {
        let usage: Vec<UsageDay> = used_on.iter().map(|(day, quantity)| UsageDay {
            date: days_after(date("2026-11-10"), *day), ..used("2026-11-10", *quantity)
        }).collect();
        let mut account = account(plan);
        if half {
            account = with_discount(account, "half", "2026-11-10");
        }
        let before = account.next_bill.unwrap();
        let mut last = before;
        for _ in 0..cycles {
            last = account.next_bill.unwrap();
            next(&mut account, &catalog(), &usage);
        }
        let day = days_after(last, after).min(account.next_bill.unwrap()).to_string();
        let review = ended_on(&account, &day);
        let usage: Vec<_> = usage.into_iter().filter(|one| one.date < date(&day)).collect();
        let mut alone = review.account.clone();
        let alone_billed = next(&mut alone, &catalog(), &usage);
        let total = |invoice: &Option<Invoice>| {
            invoice.as_ref().map_or(money("0.00"), |invoice| invoice.subtotal().unwrap())
        };
        let first = finally(&account, &day, &usage);
        let mut both = first.account.clone();
        let second = next(&mut both, &catalog(), &usage);
        prop_assert_eq!(&second, &None);
        prop_assert_eq!(total(&first.invoice), total(&alone_billed));
        prop_assert_eq!(both.balance, alone.balance);
        // Twice is once.
        let again = bill_final(&first.account, &catalog(), &usage, date(&day), &review.disconnected);
        prop_assert_eq!(again.unwrap().invoice, None);
    }
}
