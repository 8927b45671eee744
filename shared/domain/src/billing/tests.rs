//! Bills, as examples and as laws.

mod at_once;
mod examples;
mod late;
mod laws;
mod regressions;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::json;

use super::{Billed, bill, bill_late};
use crate::{
    account::{Account, Change, ServiceEvent},
    catalog::Catalog,
    invoice::Invoice,
    money::Money,
    usage::UsageDay,
};

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn event(day: &str, change: Change) -> ServiceEvent {
    ServiceEvent { date: date(day), change }
}

fn plan_change(day: &str, code: &str) -> ServiceEvent {
    event(day, Change::Plan(code.parse().unwrap()))
}

/// Plans of round prices, so that a reader can check the sums: 300 a month is 10 a day in
/// November.
fn catalog() -> Catalog {
    let plan = |code: &str, price: &str, interval: u8, timing: &str| {
        json!({
            "code": code, "name": format!("Plan {code}"), "category": "internet", "currency": "BRL",
            "interval": interval, "timing": timing,
            "prices": [{ "from": "2020-01-01", "price": price }],
        })
    };
    let mut metered = plan("metered", "60", 1, "advance");
    metered["meters"] = json!([{
        "code": "data", "name": "Data", "unit": "GB", "category": "internet", "allowance": "100",
        "tiers": [{ "up_to": "50", "price": "1" }, { "price": "0.5" }],
    }]);
    let mut raised = plan("raised", "100", 1, "advance");
    raised["prices"] = json!([
        { "from": "2020-01-01", "price": "100" }, { "from": "2026-12-01", "price": "120" },
    ]);
    serde_json::from_value(json!({
        "seller": {
            "name": "Exemplo Telecom", "tax_id": "CNPJ 00.000.000/0001-91", "address": ["Rua A, 1"],
            "contact": "0800 000 0000", "color": "#0a3d8f",
        },
        "time_zone": "America/Sao_Paulo",
        "plans": {
            "basic": plan("basic", "300", 1, "advance"),
            "fast": plan("fast", "600", 1, "advance"),
            "late": plan("late", "300", 1, "arrears"),
            "quarter": plan("quarter", "920", 3, "arrears"),
            "year": plan("year", "3650", 12, "advance"),
            "free": plan("free", "0", 1, "advance"),
            "metered": metered, "raised": raised,
        },
        "discounts": {
            "half": { "code": "half", "name": "Half", "value": { "percent": "50" }, "term": "always" },
            "three": { "code": "three", "name": "Three", "value": { "fixed": "30" }, "term": { "cycles": 3 } },
            "huge": { "code": "huge", "name": "Huge", "value": { "fixed": "9999" }, "term": { "until": "2026-11-30" } },
        },
        "taxes": [],
        "account_types": { "home": { "code": "home", "name": "Home", "settings": {} } },
        "calendars": {},
    }))
    .unwrap()
}

fn with_taxes(taxes: serde_json::Value) -> Catalog {
    Catalog { taxes: serde_json::from_value(taxes).unwrap(), ..catalog() }
}

/// An account with one subscription that starts on its first cycle, the 10th of November.
fn account(plan: &str) -> Account {
    serde_json::from_value(json!({
        "id": "1042", "ver": 7, "type": "home", "cust": { "name": "Ana Exemplo" },
        "locale": "en-US", "cur": "BRL", "days": [{ "date": "2020-01-01", "day": 10 }],
        "next": "2026-11-10", "bal": "0.00 BRL", "last": "0.00 BRL", "cred": "0.00 BRL",
        "subs": [{ "id": "main", "plan": plan, "start": "2026-11-10" }],
    }))
    .unwrap()
}

fn started(plan: &str, start: &str) -> Account {
    let mut account = account(plan);
    account.subscriptions[0].start = date(start);
    account
}

fn with_discount(mut account: Account, code: &str, from: &str) -> Account {
    let given = serde_json::from_value(json!({ "code": code, "from": from })).unwrap();
    account.subscriptions[0].discounts.push(given);
    account
}

fn used(day: &str, quantity: i64) -> UsageDay {
    UsageDay {
        subscription: "main".parse().unwrap(),
        meter: "data".parse().unwrap(),
        date: date(day),
        quantity: Decimal::from(quantity),
    }
}

fn money(text: &str) -> Money {
    format!("{text} BRL").parse().unwrap()
}

/// Bills one cycle; the account moves on.
fn next(account: &mut Account, catalog: &Catalog, usage: &[UsageDay]) -> Option<Invoice> {
    let Billed { account: after, invoice, .. } = bill(account, catalog, usage).unwrap();
    assert_eq!(after.version, account.version + u64::from(account.next_bill.is_some()));
    *account = after;
    invoice
}

/// The lines of a bill as people read them: `300.00 2026-11-10/2026-12-10 Plan basic`.
fn lines(invoice: Option<&Invoice>) -> Vec<String> {
    let line = |line: &crate::invoice::Line| {
        let span = line.span.map_or(String::new(), |span| format!(" {span}"));
        format!("{}{span} {}", line.amount.amount(), line.description)
    };
    invoice.into_iter().flat_map(|invoice| invoice.lines.iter().map(line)).collect()
}
