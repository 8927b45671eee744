//! What a customer finds on the bill, case by case.

use super::*;
use crate::{
    billing::{BillingError, bring_forward, explain, preview_dates, usage_needed},
    locale::Locale,
    period::BillDayChange,
    settings::{Exclusions, Overrides, SuspendedDays},
};

#[test]
fn a_month_in_advance() {
    let mut account = account("basic");
    let invoice = next(&mut account, &catalog(), &[]).unwrap();
    assert_eq!(lines(Some(&invoice)), ["300.00 2026-11-10/2026-12-10 Plan basic"]);
    assert_eq!(invoice.number, "1042-261110");
    assert_eq!(invoice.id.to_string(), "2026-11-10-cycle");
    assert_eq!((invoice.due, invoice.total), (date("2026-11-20"), money("300.00")));
    assert_eq!((account.balance, account.credit), (money("300.00"), money("0.00")));
    assert_eq!(account.next_bill, Some(date("2026-12-10")));
    let second = next(&mut account, &catalog(), &[]).unwrap();
    assert_eq!(lines(Some(&second)), ["300.00 2026-12-10/2027-01-10 Plan basic"]);
    assert_eq!(second.previous_balance, money("300.00"));
    assert_eq!(second.balance().unwrap(), money("600.00"));
}

#[test]
fn each_interval_and_timing_bills_its_own_days() {
    let cases: [(&str, &str, &[&[&str]]); 5] = [
        // A start in mid-cycle is billed with the first cycle: 20 of 30 days, then the month.
        (
            "basic",
            "2026-10-21",
            &[&[
                "200.00 2026-10-21/2026-11-10 Plan basic",
                "300.00 2026-11-10/2026-12-10 Plan basic",
            ]],
        ),
        ("late", "2026-10-10", &[&["300.00 2026-10-10/2026-11-10 Plan late"]]),
        ("late", "2026-11-10", &[&[], &["300.00 2026-11-10/2026-12-10 Plan late"]]),
        ("quarter", "2026-11-10", &[&[], &[], &[], &["920.00 2026-11-10/2027-02-10 Plan quarter"]]),
        ("year", "2026-11-10", &[&["3650.00 2026-11-10/2027-11-10 Plan year"], &[], &[]]),
    ];
    for (plan, start, bills) in cases {
        let mut account = started(plan, start);
        for (cycle, want) in bills.iter().enumerate() {
            let got = lines(next(&mut account, &catalog(), &[]).as_ref());
            let want = if plan == "basic" { without_leading_month(want) } else { want.to_vec() };
            assert_eq!(got, want, "{plan} from {start}, cycle {cycle}");
        }
    }
}

/// October has 31 days: 20 of 31 are 193.55, not 200.
fn without_leading_month(want: &[&'static str]) -> Vec<&'static str> {
    let fix = |line: &&'static str| match *line {
        "200.00 2026-10-21/2026-11-10 Plan basic" => "193.55 2026-10-21/2026-11-10 Plan basic",
        other => other,
    };
    want.iter().map(fix).collect()
}

#[test]
fn a_change_of_plan_credits_the_old_and_charges_the_new() {
    let mut account = account("basic");
    next(&mut account, &catalog(), &[]);
    account.subscriptions[0].history.push(plan_change("2026-11-25", "fast"));
    assert_eq!(
        lines(next(&mut account, &catalog(), &[]).as_ref()),
        [
            "-150.00 2026-11-25/2026-12-10 Plan basic",
            "300.00 2026-11-25/2026-12-10 Plan fast",
            "600.00 2026-12-10/2027-01-10 Plan fast",
        ]
    );
    assert_eq!(
        lines(next(&mut account, &catalog(), &[]).as_ref()),
        ["600.00 2027-01-10/2027-02-10 Plan fast"]
    );
}

#[test]
fn a_change_of_quantity_is_a_difference_too() {
    let mut account = account("basic");
    next(&mut account, &catalog(), &[]);
    account.subscriptions[0].history.push(event("2026-11-25", Change::Quantity(3)));
    let invoice = next(&mut account, &catalog(), &[]);
    assert_eq!(
        lines(invoice.as_ref()),
        [
            "-150.00 2026-11-25/2026-12-10 Plan basic",
            "450.00 2026-11-25/2026-12-10 Plan basic",
            "900.00 2026-12-10/2027-01-10 Plan basic",
        ]
    );
    let line = &invoice.unwrap().lines[1];
    assert_eq!(
        explain::line(line, Locale::EnUs),
        "service main, plan basic, 3 × 300.00, 11/25/2026 – 12/09/2026, 15 of 30 days"
    );
}

#[test]
fn an_end_credits_the_rest_and_a_negative_total_becomes_credit() {
    let mut account = account("basic");
    next(&mut account, &catalog(), &[]);
    account.subscriptions[0].history.push(event("2026-11-20", Change::End));
    let invoice = next(&mut account, &catalog(), &[]).unwrap();
    assert_eq!(lines(Some(&invoice)), ["-200.00 2026-11-20/2026-12-10 Plan basic"]);
    assert!(invoice.is_credit_note());
    assert_eq!((invoice.asked, invoice.credit_used), (money("0.00"), money("0.00")));
    assert_eq!((account.balance, account.credit), (money("100.00"), money("200.00")));
    // Corrections may still come for `correction_days`; then there is no next cycle.
    let mut cycles = 0;
    while account.next_bill.is_some() {
        assert_eq!(next(&mut account, &catalog(), &[]), None);
        cycles += 1;
    }
    assert_eq!(cycles, 3);
}

#[test]
fn suspended_days_follow_the_setting() {
    let suspended = event("2026-11-20", Change::Suspend);
    let resumed = event("2026-12-20", Change::Resume);
    let cases: [(SuspendedDays, [&[&str]; 2]); 3] = [
        (
            SuspendedDays::Free,
            [
                &["-200.00 2026-11-20/2026-12-10 Plan basic"],
                &[
                    "203.23 2026-12-20/2027-01-10 Plan basic",
                    "300.00 2027-01-10/2027-02-10 Plan basic",
                ],
            ],
        ),
        (
            SuspendedDays::Charged,
            [
                &["300.00 2026-12-10/2027-01-10 Plan basic"],
                &["300.00 2027-01-10/2027-02-10 Plan basic"],
            ],
        ),
        (
            SuspendedDays::ChargedOnReturn,
            [
                &["-200.00 2026-11-20/2026-12-10 Plan basic"],
                &[
                    "200.00 2026-11-20/2026-12-10 Plan basic",
                    "300.00 2026-12-10/2027-01-10 Plan basic",
                    "300.00 2027-01-10/2027-02-10 Plan basic",
                ],
            ],
        ),
    ];
    for (setting, [first, second]) in cases {
        let mut account = account("basic");
        account.overrides = Overrides { suspended_days: Some(setting), ..Overrides::default() };
        next(&mut account, &catalog(), &[]);
        account.subscriptions[0].history.push(suspended.clone());
        assert_eq!(lines(next(&mut account, &catalog(), &[]).as_ref()), first, "{setting:?}");
        account.subscriptions[0].history.push(resumed.clone());
        assert_eq!(lines(next(&mut account, &catalog(), &[]).as_ref()), second, "{setting:?}");
    }
}

#[test]
fn corrections_reach_back_as_far_as_the_setting_says() {
    let mut account = account("basic");
    for _ in 0..6 {
        next(&mut account, &catalog(), &[]);
    }
    // The next cycle is 2027-05-10; 92 days before it is 2027-02-07.
    account.subscriptions[0].history.push(plan_change("2026-11-10", "fast"));
    let got = lines(next(&mut account, &catalog(), &[]).as_ref());
    assert_eq!(got[0], "-29.03 2027-02-07/2027-02-10 Plan basic");
    assert_eq!(got[1], "58.06 2027-02-07/2027-02-10 Plan fast");
}

#[test]
fn a_new_price_holds_from_the_period_that_begins_under_it() {
    let mut account = account("raised");
    assert_eq!(
        lines(next(&mut account, &catalog(), &[]).as_ref()),
        ["100.00 2026-11-10/2026-12-10 Plan raised"]
    );
    assert_eq!(
        lines(next(&mut account, &catalog(), &[]).as_ref()),
        ["120.00 2026-12-10/2027-01-10 Plan raised"]
    );
}

#[test]
fn a_new_bill_day_bills_a_stub_in_between() {
    let mut account = account("basic");
    next(&mut account, &catalog(), &[]);
    let day = 25_i8.try_into().unwrap();
    account.bill_days.push(BillDayChange { date: date("2026-11-15"), day });
    let stub = next(&mut account, &catalog(), &[]);
    assert_eq!(lines(stub.as_ref()), ["150.00 2026-12-10/2026-12-25 Plan basic"]);
    assert_eq!(account.next_bill, Some(date("2026-12-25")));
    assert_eq!(
        lines(next(&mut account, &catalog(), &[]).as_ref()),
        ["300.00 2026-12-25/2027-01-25 Plan basic"]
    );
}

#[test]
fn what_an_earlier_system_billed_is_not_billed_again() {
    let mut account = started("basic", "2019-03-10");
    account.subscriptions[0].billed_elsewhere_until = Some(date("2026-11-10"));
    assert_eq!(
        lines(next(&mut account, &catalog(), &[]).as_ref()),
        ["300.00 2026-11-10/2026-12-10 Plan basic"]
    );
}

#[test]
fn discounts_last_as_long_as_they_say_and_never_exceed_the_price() {
    let mut half = with_discount(account("basic"), "half", "2026-11-25");
    assert_eq!(
        lines(next(&mut half, &catalog(), &[]).as_ref()),
        ["300.00 2026-11-10/2026-12-10 Plan basic", "-75.00 2026-11-25/2026-12-10 Half"]
    );
    let mut three = with_discount(account("basic"), "three", "2026-11-10");
    let mut discounted = 0;
    for _ in 0..6 {
        discounted += lines(next(&mut three, &catalog(), &[]).as_ref())
            .iter()
            .filter(|l| l.ends_with("Three"))
            .count();
    }
    assert_eq!(discounted, 3);
    let mut huge = with_discount(account("basic"), "huge", "2026-11-10");
    assert_eq!(
        lines(next(&mut huge, &catalog(), &[]).as_ref()),
        ["300.00 2026-11-10/2026-12-10 Plan basic", "-210.00 2026-11-10/2026-12-01 Huge"]
    );
    // Two that together would exceed the price take no more than it.
    let both =
        with_discount(with_discount(account("basic"), "half", "2026-11-10"), "huge", "2026-11-10");
    let invoice = next(&mut both.clone(), &catalog(), &[]).unwrap();
    assert_eq!(invoice.total, money("45.00")); // 300 - 150 - 21 days of the other 150
}

#[test]
fn usage_is_billed_in_arrears_and_late_usage_by_its_difference() {
    let mut account = account("metered");
    let catalog = catalog();
    assert_eq!(usage_needed(&account, &catalog).unwrap(), None); // the first day begins today
    next(&mut account, &catalog, &[]);
    let days = usage_needed(&account, &catalog).unwrap().unwrap();
    assert_eq!(days.to_string(), "2026-11-10/2026-12-10");
    let mut usage = vec![used("2026-11-12", 80), used("2026-12-09", 90)];
    assert_eq!(
        lines(next(&mut account, &catalog, &usage).as_ref()),
        [
            "60.00 2026-11-10/2026-12-10 Data: 170 GB, 100 included",
            "60.00 2026-12-10/2027-01-10 Plan metered"
        ]
    ); // 70 beyond 100: 50 × 1 + 20 × 0.50
    usage.push(used("2026-11-13", 10)); // arrives late
    assert_eq!(
        lines(next(&mut account, &catalog, &usage).as_ref()),
        [
            "5.00 2026-11-10/2026-12-10 Data: 180 GB, 100 included",
            "60.00 2027-01-10/2027-02-10 Plan metered"
        ]
    );
    for _ in 0..8 {
        let invoice = next(&mut account, &catalog, &usage);
        assert_eq!(lines(invoice.as_ref()).len(), 1, "nothing of the usage is billed again");
    }
    assert!(account.subscriptions[0].billed_usage.is_empty(), "settled usage is forgotten");
}

#[test]
fn one_offs_are_billed_once_and_a_hand_credit_lowers_the_bill() {
    let mut account = account("basic");
    account.one_offs = serde_json::from_value(json!([
        { "id": "install", "date": "2026-11-09", "text": "Installation", "qty": "2", "unit": "45.25", "cat": "service" },
        { "id": "sorry", "date": "2026-11-10", "text": "Outage credit", "qty": "1", "unit": "-20", "cat": "internet" },
        { "id": "later", "date": "2026-11-11", "text": "Cable", "qty": "1", "unit": "5", "cat": "equipment" },
    ])).unwrap();
    let bill = lines(next(&mut account, &catalog(), &[]).as_ref());
    assert_eq!(bill[1..], ["90.50 Installation", "-20.00 Outage credit"]);
    assert_eq!(lines(next(&mut account, &catalog(), &[]).as_ref())[1..], ["5.00 Cable"]);
    assert_eq!(account.billed_one_offs.len(), 3);
}

#[test]
fn taxes_by_mode_category_region_date_and_exemption() {
    let tax = |code: &str, rate: &str, mode: &str| json!({ "code": code, "name": code, "rate": rate, "mode": mode, "categories": ["internet"] });
    let mut old = tax("old", "10", "exclusive");
    old["until"] = json!("2026-11-09");
    let mut texas = tax("texas", "10", "exclusive");
    texas["region"] = json!("TX");
    let mut equipment = tax("equipment", "10", "exclusive");
    equipment["categories"] = json!(["equipment"]);
    let catalog = with_taxes(json!([
        tax("on-top", "8.25", "exclusive"),
        tax("vat", "20", "inclusive"),
        tax("icms", "18", "embedded"),
        old,
        texas,
        equipment,
    ]));
    let mut taxed = account("basic");
    let invoice = next(&mut taxed, &catalog, &[]).unwrap();
    let got: Vec<_> =
        invoice.taxes.iter().map(|t| format!("{} {}", t.code, t.amount.amount())).collect();
    assert_eq!(got, ["on-top 24.75", "vat 50.00", "icms 54.00"]);
    assert_eq!(invoice.total, money("324.75"));
    let mut exempt = account("basic");
    exempt.exemptions =
        serde_json::from_value(json!([{ "tax": "on-top", "until": "2026-12-01" }])).unwrap();
    assert_eq!(next(&mut exempt, &catalog, &[]).unwrap().total, money("300.00"));
    assert_eq!(next(&mut exempt, &catalog, &[]).unwrap().total, money("324.75"));
}

#[test]
fn a_credit_takes_back_the_tax_at_the_rate_at_which_it_was_charged() {
    let rate = |rate: &str, from: &str, until: &str| {
        json!({ "code": "vat", "name": "VAT", "rate": rate, "mode": "exclusive",
                "categories": ["internet"], "from": from, "until": until })
    };
    let catalog = with_taxes(json!([
        rate("10", "2020-01-01", "2026-11-30"),
        rate("20", "2026-12-01", "2099-12-31"),
    ]));
    let mut account = account("basic");
    next(&mut account, &catalog, &[]);
    account.subscriptions[0].history.push(event("2026-11-10", Change::End));
    let invoice = next(&mut account, &catalog, &[]).unwrap();
    assert_eq!(invoice.total, money("-330.00"));
    assert_eq!(account.balance, money("0.00"));
}

#[test]
fn credit_is_used_first() {
    let cases = [("100.00", "100.00", "200.00", "0.00"), ("450.00", "300.00", "0.00", "150.00")];
    for (credit, used, open, left) in cases {
        let mut account = account("basic");
        (account.credit, account.balance) = (money(credit), -money(credit));
        account.last_balance = account.balance;
        let invoice = next(&mut account, &catalog(), &[]).unwrap();
        assert_eq!((invoice.credit_used, invoice.asked), (money(used), money(open)));
        assert_eq!(account.credit, money(left));
        assert_eq!(account.balance, invoice.asked.minus(account.credit).unwrap());
    }
}

#[test]
fn payments_since_the_last_invoice_are_shown() {
    let mut account = account("basic");
    next(&mut account, &catalog(), &[]);
    account.balance = money("50.00"); // 250.00 came in
    let invoice = next(&mut account, &catalog(), &[]).unwrap();
    assert_eq!(invoice.previous_balance, money("300.00"));
    assert_eq!(invoice.payments, money("250.00"));
    assert_eq!(invoice.balance().unwrap(), money("350.00"));
}

#[test]
fn a_balance_is_brought_forward_as_a_document() {
    let account = account("basic");
    let debt = bring_forward(&account, &catalog(), date("2026-11-01"), money("80.00")).unwrap();
    assert_eq!(debt.invoice.as_ref().unwrap().id.to_string(), "2026-11-01-opening");
    assert_eq!(debt.invoice.unwrap().asked, money("80.00"));
    assert_eq!((debt.account.balance, debt.account.credit), (money("80.00"), money("0.00")));
    let credit = bring_forward(&account, &catalog(), date("2026-11-01"), money("-80.00")).unwrap();
    assert_eq!((credit.account.balance, credit.account.credit), (money("-80.00"), money("80.00")));
}

#[test]
fn nothing_due_moves_on_without_an_invoice() {
    let mut free = account("free");
    assert_eq!(next(&mut free, &catalog(), &[]), None);
    assert_eq!(free.next_bill, Some(date("2026-12-10")));
    let mut empty = account("basic");
    empty.subscriptions.clear();
    assert_eq!(next(&mut empty, &catalog(), &[]), None);
    assert_eq!(empty.next_bill, None);
    assert_eq!(bill(&empty, &catalog(), &[]).unwrap().invoice, None);
}

#[test]
fn a_thousand_lines_are_billed_and_more_than_the_limit_refused() {
    let one_off = |n: usize| json!({ "id": format!("c{n}"), "date": "2026-11-01", "text": "Call", "qty": "1", "unit": "0.11", "cat": "voice" });
    let mut account = account("free");
    account.one_offs = (0..1_000).map(|n| serde_json::from_value(one_off(n)).unwrap()).collect();
    assert_eq!(next(&mut account.clone(), &catalog(), &[]).unwrap().total, money("110.00"));
    account.one_offs = (0..1_501).map(|n| serde_json::from_value(one_off(n)).unwrap()).collect();
    let error = bill(&account, &catalog(), &[]).unwrap_err();
    assert_eq!(error, BillingError::TooManyLines(1_501));
}

#[test]
fn data_that_contradicts_itself_says_what_is_wrong() {
    type Spoil = fn(&mut Account);
    let cases: [(Spoil, &str); 6] = [
        (|a| a.account_type = "gone".parse().unwrap(), "account type gone is not in the catalog"),
        (|a| a.subscriptions[0].plan = "gone".parse().unwrap(), "plan gone is not in the catalog"),
        (
            |a| a.currency = "USD".parse().unwrap(),
            "plan basic is priced in BRL, the account pays in USD",
        ),
        (
            |a| a.subscriptions[0].history.push(event("2026-01-01", Change::Suspend)),
            "subscription main: an event before its start on 2026-01-01",
        ),
        (|a| a.credit = money("-1.00"), "credit is -1.00 BRL, below zero"),
        (
            |a| a.overrides.calendar = Some(Exclusions::Calendar("gone".parse().unwrap())),
            "calendar gone of the billing settings",
        ),
    ];
    for (spoil, want) in cases {
        let mut account = account("basic");
        spoil(&mut account);
        let error = bill(&account, &catalog(), &[]).unwrap_err().to_string();
        assert!(error.contains(want), "{error}");
    }
}

#[test]
fn the_dates_of_the_next_invoice_can_be_asked_for() {
    let dates = preview_dates(&account("basic"), &catalog()).unwrap().unwrap();
    assert_eq!((dates.due.date, dates.delinquent.date), (date("2026-11-20"), date("2026-11-25")));
}

#[test]
fn who_has_a_method_that_is_good_for_it_is_charged_and_gets_no_code_before_that() {
    // Due and charged on the 20th.
    let cases = [
        (json!({ "rail": "card", "label": "Visa •••• 4242" }), Some("2026-11-20")),
        (json!({ "rail": "bank_debit", "most": "300.00 BRL" }), Some("2026-11-20")),
        (json!({ "rail": "pix_automatico", "expires": "2026-11" }), Some("2026-11-20")),
        (json!({ "rail": "card", "state": "revoked" }), None),
        (json!({ "rail": "card", "expires": "2026-10" }), None),
        (json!({ "rail": "bank_debit", "most": "299.99 BRL" }), None),
    ];
    for (method, charged) in cases {
        let mut account = account("basic");
        account.overrides.rails = Some(vec!["pix@banco".parse().unwrap()]);
        let mut stored = json!({
            "id": "one", "gw": "banco", "state": "active", "token": "tok", "since": "2026-01-01",
        });
        stored.as_object_mut().unwrap().extend(method.as_object().unwrap().clone());
        account.methods = vec![serde_json::from_value(stored).unwrap()];
        let invoice = next(&mut account, &catalog(), &[]).unwrap();
        let collected = invoice.collected.as_ref();
        assert_eq!(collected.map(|it| it.on.to_string()).as_deref(), charged, "{method}");
        let (register_on, label) = (invoice.offers.unwrap().register_on, &account.methods[0].label);
        if let Some(collected) = collected {
            assert_eq!((&collected.label, register_on), (label, date("2026-11-21")), "{method}");
        } else {
            assert_eq!(register_on, invoice.issued, "{method}");
        }
    }
}
