//! Bugs that were, each as the example that showed it.

use serde_json::Value;

use super::*;
use crate::{billing::bring_forward, settings::Overrides, settings::SuspendedDays};

fn correcting(mut account: Account, days: u16) -> Account {
    account.overrides = Overrides { correction_days: Some(days), ..account.overrides };
    account
}

fn cycles(
    account: &mut Account,
    catalog: &Catalog,
    usage: &[UsageDay],
    count: usize,
) -> Vec<String> {
    (0..count).flat_map(|_| lines(next(account, catalog, usage).as_ref())).collect()
}

/// The catalog with plans of usage that costs 1 a unit beyond an allowance.
fn metered(plans: &[(&str, u8, &str)]) -> Catalog {
    let mut catalog = catalog();
    for (code, months, allowance) in plans {
        let plan = serde_json::from_value(json!({
            "code": code, "name": code, "category": "internet", "currency": "BRL",
            "interval": months, "prices": [{ "from": "2020-01-01", "price": "0" }],
            "meters": [{ "code": "data", "name": "Data", "unit": "GB", "category": "internet",
                         "allowance": allowance, "tiers": [{ "price": "1" }] }],
        }));
        catalog.plans.insert(code.parse().unwrap(), plan.unwrap());
    }
    catalog
}

/// Days in arrears that lie before the cutoff have never been billed: they are no correction.
#[test]
fn what_was_never_billed_is_billed_however_few_days_corrections_reach_back() {
    for days in [0, 10, 92] {
        let mut late = correcting(account("late"), days);
        cycles(&mut late, &catalog(), &[], 14);
        assert_eq!(late.balance, money("3900.00"), "{days}");
        let mut stub = correcting(started("basic", "2026-11-20"), days);
        assert_eq!(
            cycles(&mut stub, &catalog(), &[], 2)[0],
            "200.00 2026-11-20/2026-12-10 Plan basic"
        );
        let mut used_up = correcting(account("unit"), days);
        let usage = [used("2026-11-20", 50)];
        let got = cycles(&mut used_up, &metered(&[("unit", 1, "0")]), &usage, 4);
        assert_eq!(got, ["50.00 2026-11-10/2026-12-10 Data: 50 GB, 0 included"]);
    }
    let mut yearly: Catalog = catalog();
    yearly.plans.get_mut(&"year".parse().unwrap()).unwrap().timing =
        crate::catalog::Timing::Arrears;
    let mut account = account("year");
    assert_eq!(cycles(&mut account, &yearly, &[], 14), ["3650.00 2026-11-10/2027-11-10 Plan year"]);
}

#[test]
fn forgetting_what_is_settled_leaves_what_people_decided_alone() {
    let mut account = account("basic");
    for n in 0..30 {
        let day = |offset| crate::calendar::days_after(date("2026-11-12"), offset);
        let change = |date, change| ServiceEvent { date, change };
        let history = &mut account.subscriptions[0].history;
        history.push(change(day(n * 8), Change::Suspend));
        history.push(change(day(n * 8 + 1), Change::Resume));
    }
    cycles(&mut account, &catalog(), &[], 14);
    let subscription = &account.subscriptions[0];
    assert!(subscription.forgotten_until.is_some() && subscription.billed.len() <= 24);
    assert_eq!(subscription.billed_elsewhere_until, None);
}

#[test]
fn usage_of_periods_of_two_lengths_is_billed_once() {
    let catalog = metered(&[("unit", 1, "0"), ("quarterly", 3, "0"), ("annual", 12, "0")]);
    let usage = [used("2026-11-20", 10), used("2026-12-20", 10), used("2027-01-20", 15)];
    // Monthly, then yearly from the middle of a period on.
    let mut to_year = account("unit");
    cycles(&mut to_year, &catalog, &usage, 3);
    to_year.subscriptions[0].history.push(plan_change("2027-01-10", "annual"));
    cycles(&mut to_year, &catalog, &usage, 24);
    assert_eq!(to_year.balance, money("35.00"));
    // A quarter that is corrected backwards to months: taken back, and billed by the month.
    let mut to_month = correcting(account("quarterly"), 92);
    cycles(&mut to_month, &catalog, &usage, 4);
    assert_eq!(to_month.balance, money("35.00"));
    to_month.subscriptions[0].history.push(plan_change("2026-12-10", "unit"));
    cycles(&mut to_month, &catalog, &usage, 12);
    assert_eq!(to_month.balance, money("35.00"));
}

#[test]
fn usage_of_a_plan_that_is_corrected_to_one_without_meter_is_taken_back() {
    let catalog = metered(&[("unit", 1, "0")]);
    let usage = [used("2026-11-20", 10)];
    let corrections = [plan_change("2026-11-10", "free"), event("2026-11-10", Change::End)];
    for correction in corrections {
        let mut account = account("unit");
        cycles(&mut account, &catalog, &usage, 2);
        assert_eq!(account.balance, money("10.00"));
        account.subscriptions[0].history.push(correction);
        cycles(&mut account, &catalog, &usage, 3);
        assert_eq!(account.balance, money("0.00"));
    }
}

#[test]
fn a_credit_in_mid_period_takes_back_the_tax_of_the_periods_first_day() {
    let rate = |rate: &str, from: &str, until: &str| {
        json!({ "code": "vat", "name": "VAT", "rate": rate, "mode": "exclusive",
                "categories": ["internet"], "from": from, "until": until })
    };
    let taxes =
        json!([rate("10", "2020-01-01", "2026-11-19"), rate("20", "2026-11-20", "2099-12-31"),]);
    let catalog = with_taxes(taxes);
    let mut account = account("basic");
    next(&mut account, &catalog, &[]);
    account.subscriptions[0].history.push(event("2026-11-25", Change::End));
    next(&mut account, &catalog, &[]);
    assert_eq!(account.balance, money("165.00")); // 150 and its 10 %
}

#[test]
fn a_debt_brought_forward_uses_credit_once() {
    let mut account = account("basic");
    (account.credit, account.balance) = (money("50.00"), money("-50.00"));
    account.last_balance = account.balance;
    let opening = bring_forward(&account, &catalog(), date("2026-11-01"), money("100.00")).unwrap();
    assert_eq!(opening.invoice.unwrap().asked, money("50.00"));
    assert_eq!((opening.account.balance, opening.account.credit), (money("50.00"), money("0.00")));
}

#[test]
fn a_return_that_lies_ahead_charges_no_suspended_day_yet() {
    let mut account = account("basic");
    let setting = Some(SuspendedDays::ChargedOnReturn);
    account.overrides = Overrides { suspended_days: setting, ..Overrides::default() };
    next(&mut account, &catalog(), &[]);
    account.subscriptions[0].history = vec![
        event("2026-11-20", Change::Suspend),
        event("2026-12-01", Change::Quantity(2)),
        event("2027-01-20", Change::Resume),
    ];
    let second = next(&mut account, &catalog(), &[]);
    assert_eq!(lines(second.as_ref()), ["-200.00 2026-11-20/2026-12-10 Plan basic"]);
}

#[test]
fn a_change_of_plan_that_is_known_ahead_is_not_billed_ahead() {
    let mut account = account("basic");
    account.subscriptions[0].history.push(plan_change("2027-01-10", "year"));
    assert_eq!(
        cycles(&mut account, &catalog(), &[], 3),
        [
            "300.00 2026-11-10/2026-12-10 Plan basic",
            "300.00 2026-12-10/2027-01-10 Plan basic",
            "3040.00 2027-01-10/2027-11-10 Plan year",
        ]
    );
}

#[test]
fn a_credit_note_that_pays_what_service_is_held_for_has_the_account_reviewed() {
    let mut before = account("basic");
    let old = next(&mut before, &catalog(), &[]).unwrap();
    let credit = |amount: &str, hold: Value| {
        let mut account = before.clone();
        account.credit = money(amount);
        account.hold = serde_json::from_value(hold).unwrap();
        let later = Invoice { issued: date("2026-12-01"), ..old.clone() };
        let billed = Billed { invoice: Some(later), ..Billed::only(account) };
        billed.spend(std::slice::from_ref(&old)).unwrap().account.next_review
    };
    let hold = json!({
        "kind": "suspended", "since": "2026-11-30", "begun": "2026-11-30", "subs": ["1"],
        "debt": { "amt": "300.00 BRL", "invoices": [old.id] },
    });
    let issued = Some(date("2026-12-01"));
    assert_eq!(credit("300.00", hold.clone()), issued);
    assert_eq!(credit("150.00", hold.clone()), issued, "a share of it may be enough");
    assert_eq!(credit("0.00", hold), before.next_review, "nothing of it is paid");
    assert_eq!(credit("300.00", Value::Null), before.next_review, "nothing is held");
}
