//! What is charged at once for being late.

use super::*;
use crate::{
    billing::bill_at_once,
    delinquency::{LateCharging, Review},
    settings::BillingSettings,
};

#[test]
fn what_is_late_is_billed_at_once_and_the_next_cycle_stays() {
    let mut account = account("basic");
    (account.balance, account.last_balance) = (money("100.00"), money("100.00"));
    account.next_bill = Some(date("2026-12-10"));
    account.one_offs = serde_json::from_value(json!([
        { "id": "router", "date": "2026-11-24", "text": "Router", "qty": "1", "unit": "90.00", "cat": "e" },
        { "id": "late.2026-11-10-cycle.1", "date": "2026-11-24", "text": "Late charges", "qty": "1",
          "unit": "2.13", "cat": "late-charge" },
    ]))
    .unwrap();
    let today = date("2026-11-24");
    let billed = bill_late(&account, &catalog(), today).unwrap();
    let invoice = billed.invoice.unwrap();
    assert_eq!(
        (invoice.id.to_string(), invoice.number.as_str()),
        ("2026-11-24-late".into(), "1042-261124-L")
    );
    assert_eq!(lines(Some(&invoice)), ["2.13 Late charges"]);
    let after = billed.account;
    assert_eq!((after.version, after.balance), (8, money("102.13")));
    assert_eq!((after.next_bill, &after.one_offs[..]), (account.next_bill, &account.one_offs[..1]));
    let again = bill_late(&after, &catalog(), today).unwrap();
    assert_eq!((again.invoice, again.account), (None, after));
}

/// The gateway adds nothing to it when it is late, and less to a cycle that has it among others.
#[test]
fn what_was_charged_for_being_late_is_offered_without_fine_and_interest() {
    let mut catalog = catalog();
    let settings = &mut catalog.account_types.values_mut().next().unwrap().settings;
    settings.late_fine_percent = "2".parse().unwrap();
    settings.rails = vec!["card@acme".parse().unwrap()];
    let mut account = account("basic");
    account.one_offs = serde_json::from_value(json!([
        { "id": "late.2026-10-10-cycle.1", "date": "2026-11-10", "text": "Late charges", "qty": "1",
          "unit": "100.00", "cat": "late-charge" },
    ]))
    .unwrap();
    let fine = |billed: Billed| {
        let invoice = billed.invoice.unwrap();
        (invoice.total, invoice.offers.unwrap().late.fine_percent.to_string())
    };
    let cycle = bill(&account, &catalog, &[]).unwrap();
    assert_eq!(fine(cycle), (money("400.00"), "1.5".into()));
    let at_once = bill_late(&account, &catalog, date("2026-11-10")).unwrap();
    assert_eq!(fine(at_once), (money("100.00"), "0".into()));
}

/// What is given back pays what is open, the late charge itself among it.
#[test]
fn a_late_charge_that_is_taken_back_is_spent_on_what_is_open() {
    // Of whom no cycle comes any more what waits for the next one is billed at once, too.
    let settings =
        BillingSettings { late_charges: LateCharging::NextInvoice, ..Default::default() };
    let mut account = account("basic");
    account.next_bill = None;
    account.hold = serde_json::from_value(json!({
        "kind": "suspended", "since": "2026-11-30", "begun": "2026-11-30", "subs": ["1"],
        "debt": { "amt": "100.00 USD", "invoices": ["2026-11-10-cycle"] },
    }))
    .unwrap();
    let mut invoices: Vec<Invoice> = Vec::new();
    for (n, day, amount) in [(1, "2026-11-24", "2.13"), (2, "2026-12-01", "-2.13")] {
        account.one_offs = serde_json::from_value(json!([
            { "id": format!("late.2026-11-10-cycle.{n}"), "date": day, "text": "Late charges",
              "qty": "1", "unit": amount, "cat": "late-charge" },
        ]))
        .unwrap();
        let review = Review::of(&account);
        let done = bill_at_once(&review, &invoices, &settings, &catalog(), &[], date(day)).unwrap();
        account = done.account;
        for changed in done.invoices {
            let place = invoices.iter().position(|one| one.id == changed.id).unwrap();
            invoices[place] = changed;
        }
        invoices.extend(done.issued);
    }
    let open: Vec<_> = invoices.iter().map(|one| (one.total, one.open())).collect();
    assert_eq!(open, [(money("2.13"), money("0.00")), (money("-2.13"), money("0.00"))]);
    assert_eq!((account.balance, account.credit), (money("0.00"), money("0.00")));
    assert_eq!(account.next_review, Some(date("2026-12-01")), "it may give service back");
}

/// An older bill stays open, and what a later one is charged for has its own invoice on the next day.
#[test]
fn what_is_given_back_pays_the_charge_itself() {
    let settings = BillingSettings { late_charges: LateCharging::AtOnce, ..Default::default() };
    let mut account = account("basic");
    account.next_bill = Some(date("2027-01-10"));
    let late = |account: &mut Account, charges: &[(&str, &str)]| {
        let one = |(id, amount): &(&str, &str)| {
            json!({ "id": format!("late.{id}"), "date": "2026-12-24", "text": "Late charges",
                    "qty": "1", "unit": amount, "cat": "late-charge" })
        };
        let all: Vec<_> = charges.iter().map(one).collect();
        account.one_offs = serde_json::from_value(all.into()).unwrap();
    };
    let older = next(&mut account, &catalog(), &[]).unwrap();
    late(&mut account, &[("2026-11-10-cycle.1", "2.07")]);
    let charged = bill_late(&account, &catalog(), date("2026-12-24")).unwrap();
    account = charged.account;
    late(&mut account, &[("2026-12-10-cycle.1", "2.30"), ("2026-11-10-cycle.2", "-2.07")]);
    let invoices = [older.clone(), charged.invoice.unwrap()];
    let day = date("2026-12-29");
    let review = Review::of(&account);
    let done = bill_at_once(&review, &invoices, &settings, &catalog(), &[], day).unwrap();
    assert_eq!((done.issued.len(), done.issued[0].total), (1, money("-2.07")));
    let settled: Vec<_> = done.invoices.iter().map(|one| (one.id, one.open())).collect();
    assert_eq!(settled, [(invoices[1].id, money("0.00"))]);
    let left: Vec<_> = done.account.one_offs.iter().map(|one| one.id.to_string()).collect();
    assert_eq!(left, ["late.2026-12-10-cycle.1"]);
    assert_eq!(done.account.next_review, Some(date("2026-12-30")));
}
