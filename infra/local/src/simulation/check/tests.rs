//! A check that cannot fail is worth nothing: each rule is broken once, by one thing that is changed in
//! what holds, and is named.

mod whole;

use std::collections::BTreeSet;

use jiff::civil::Date;
use mensal_domain::{events::Document, settings::BillingSettings};
use serde_json::{Value, json};

use super::*;

/// Those of which the tables below have each at least one case. Of the others, what the network was told
/// has tests of its own; dead letters are what the stack says, and the end-to-end test has one.
const RULES: [Rule; 25] = [
    Rule::BilledOnce,
    Rule::Billed,
    Rule::IssuedStays,
    Rule::Sums,
    Rule::Balance,
    Rule::Settled,
    Rule::PaymentOnce,
    Rule::BankInBooks,
    Rule::CutDay,
    Rule::CutEarly,
    Rule::CutBeforeNotice,
    Rule::CutInFlight,
    Rule::CutPaidUp,
    Rule::CutPromised,
    Rule::CutPaidAhead,
    Rule::Restored,
    Rule::CutKept,
    Rule::LostDays,
    Rule::NoticeOnce,
    Rule::RemindedPaid,
    Rule::NotReminded,
    Rule::NotCut,
    Rule::LateOnce,
    Rule::Parked,
    Rule::Agenda,
];

fn settings() -> BillingSettings {
    serde_json::from_value(json!({
        "calendar": { "calendar": "br" }, "grace_days": 0, "cut_weekdays": "Mo Tu We Th",
        "legal_notice_days": 15, "suspend_after_days": { "days": 0 },
        "disconnect_after_days": { "days": 60 }, "late_charges": "next_invoice",
        "late_fine_percent": "2", "late_interest_percent": "1",
    }))
    .unwrap()
}

fn line(days: &str, amount: &str) -> Value {
    json!({
        "src": { "recurring": ["1", "fibra"] }, "text": "Fibra", "span": days, "cat": "internet",
        "amt": amount,
    })
}

fn invoice(cycle: &str, due: &str, lines: &[Value], total: &str, paid: &str) -> Value {
    json!({
        "account": "1042", "id": format!("{cycle}-cycle"), "number": format!("1042-{cycle}"),
        "locale": "pt-BR", "paper": "x", "to": { "name": "Ana" }, "issued": cycle, "due": due,
        "delinq": due, "autopay": due, "lines": lines, "total": total, "prev": "0.00 BRL",
        "paid": "0.00 BRL", "used": "0.00 BRL", "open": total,
        "stl": { "pay": paid, "cred": "0.00 BRL", "n": 1 },
    })
}

fn payment(money: &str, invoice: &str, amount: &str, on: &str) -> Value {
    json!({
        "account": "1042", "id": { "gateway": "bank", "money": money }, "cur": "BRL",
        "cred": "0.00 BRL", "for": [{ "inv": invoice, "amt": amount }],
        "in": { "amt": amount, "rail": "pix", "inv": invoice, "late": "0.00 BRL", "on": on },
    })
}

/// On 2027-01-12: of November's invoice the customer was late, was told, suspended from December 14th
/// to 17th, and paid; January's takes the three days back, and charges for being late.
fn holds() -> Value {
    let mut back = line("2026-12-14/2026-12-17", "-9.68 BRL");
    back["why"] = json!("credit");
    let late = json!({
        "src": { "one_off": "late.2026-11-10-cycle.1" }, "text": "Multa", "cat": "late-charge",
        "amt": "2.50 BRL",
    });
    let mut november = invoice(
        "2026-11-10",
        "2026-11-20",
        &[line("2026-11-10/2026-12-10", "100.00 BRL")],
        "100.00 BRL",
        "100.00 BRL",
    );
    november["late"] = json!({ "amt": "2.50 BRL", "n": 1, "done": true });
    json!({
        "account": {
            "id": "1042", "ver": 9, "type": "res", "locale": "pt-BR", "cur": "BRL",
            "cust": { "name": "Ana" }, "days": [{ "date": "2020-01-01", "day": 10 }],
            "next": "2027-02-10", "rev": "2027-01-13", "bal": "92.82 BRL", "last": "0.00 BRL",
            "cred": "0.00 BRL",
            "subs": [{
                "id": "1", "plan": "fibra", "start": "2026-11-10",
                "cuts": [{ "from": "2026-12-14", "until": "2026-12-17" }],
            }],
        },
        "invoices": [
            november,
            invoice(
                "2026-12-10", "2026-12-20", &[line("2026-12-10/2027-01-10", "100.00 BRL")],
                "100.00 BRL", "100.00 BRL",
            ),
            invoice(
                "2027-01-10", "2027-01-20",
                &[back, line("2027-01-10/2027-02-10", "100.00 BRL"), late],
                "92.82 BRL", "0.00 BRL",
            ),
        ],
        "charges": [],
        "payments": [
            payment("E1", "2026-11-10-cycle", "100.00 BRL", "2026-12-17"),
            payment("E2", "2026-12-10-cycle", "100.00 BRL", "2026-12-20"),
        ],
        "notices": [{
            "account": "1042", "id": "2026-11-10-cycle:+5:email", "template": "notice",
            "legal": true, "on": "2026-11-25", "state": "delivered",
            "sent": "2026-11-26T12:00:00Z", "delivered": "2026-11-26T12:00:00Z", "text": "Aviso",
        }],
        "suspensions": [{
            "account": "1042", "begun": "2026-12-14", "subs": ["1"],
            "debt": { "invoices": ["2026-11-10-cycle"], "amt": "100.00 BRL" },
            "steps": [{ "kind": "suspended", "on": "2026-12-14", "why": [] }],
            "notice": {
                "notice": "2026-11-10-cycle:+5:email", "channel": "email", "text": "Aviso",
                "sent": "2026-11-26T12:00:00Z", "delivered": "2026-11-26T12:00:00Z",
            },
            "lifted": { "on": "2026-12-17", "why": "payment" },
        }],
    })
}

/// The same on 2026-12-14, as service is suspended.
fn cut() -> Value {
    let mut then = holds();
    then["invoices"].as_array_mut().unwrap().truncate(2);
    for invoice in then["invoices"].as_array_mut().unwrap() {
        invoice["stl"]["pay"] = json!("0.00 BRL");
    }
    then["payments"] = json!([]);
    then["suspensions"][0]["lifted"] = Value::Null;
    then["account"]["subs"][0]["cuts"][0]["until"] = Value::Null;
    then["account"]["bal"] = json!("200.00 BRL");
    then["account"]["next"] = json!("2027-01-10");
    then["account"]["hold"] = json!({
        "kind": "suspended", "since": "2026-12-14", "begun": "2026-12-14", "subs": ["1"],
        "debt": { "invoices": ["2026-11-10-cycle"], "amt": "100.00 BRL" },
    });
    then["invoices"][0]["late"] = Value::Null;
    then
}

fn holdings(all: &Value) -> Holdings {
    let mut holdings = Holdings::default();
    let mut take = |document| drop(holdings.take(document));
    take(Document::Account(serde_json::from_value(all["account"].clone()).unwrap()));
    for one in all["invoices"].as_array().unwrap() {
        take(Document::Invoice(serde_json::from_value(one.clone()).unwrap()));
    }
    for one in all["charges"].as_array().unwrap() {
        take(Document::Charges(serde_json::from_value(one.clone()).unwrap()));
    }
    for one in all["payments"].as_array().unwrap() {
        take(Document::Payment(serde_json::from_value(one.clone()).unwrap()));
    }
    for one in all["notices"].as_array().unwrap() {
        take(Document::Notice(serde_json::from_value(one.clone()).unwrap()));
    }
    for one in all["suspensions"].as_array().unwrap() {
        take(Document::Suspension(serde_json::from_value(one.clone()).unwrap()));
    }
    holdings
}

/// The rules that do not hold of all that there is on a day.
fn broken(all: &Value, today: &str) -> BTreeSet<Rule> {
    let (mut out, settings, today) = (Vec::new(), settings(), today.parse().unwrap());
    let by = By { today, settings: &settings };
    let holdings = holdings(all);
    let mut found = Found::new(today, "1042", &mut out);
    stands(&holdings, by, &mut found);
    agendas(holdings.account.as_ref().unwrap(), by, &mut found);
    out.into_iter().map(|one| one.rule).collect()
}

/// The rules that the last document of a list breaks by having come.
fn broken_by(all: &Value, list: &str, before: Option<&Value>, today: &str) -> BTreeSet<Rule> {
    let (mut out, settings, today) = (Vec::new(), settings(), today.parse().unwrap());
    let by = By { today, settings: &settings };
    let document = |one: &Value| -> Document {
        match list {
            "invoices" => Document::Invoice(serde_json::from_value(one.clone()).unwrap()),
            "notices" => Document::Notice(serde_json::from_value(one.clone()).unwrap()),
            _ => Document::Suspension(serde_json::from_value(one.clone()).unwrap()),
        }
    };
    let after = document(all[list].as_array().unwrap().last().unwrap());
    let before = before.map(document);
    let mut found = Found::new(today, "1042", &mut out);
    changed(&holdings(all), before.as_ref(), &after, by, &mut found);
    out.into_iter().map(|one| one.rule).collect()
}

/// One thing that is changed in what holds: where, and to what.
type Tampered = (&'static str, Value);

fn with(mut all: Value, changes: &[Tampered]) -> Value {
    for (place, to) in changes {
        let (parent, last) = place.rsplit_once('/').unwrap();
        let parent = all.pointer_mut(parent).unwrap();
        match parent {
            Value::Array(items) if last == "-" => items.push(to.clone()),
            Value::Array(items) => items[last.parse::<usize>().unwrap()] = to.clone(),
            other => other[last] = to.clone(),
        }
    }
    all
}

#[test]
fn each_rule_names_what_breaks_it() {
    let mut seen = BTreeSet::new();
    let today = "2027-01-12";
    assert_eq!(broken(&holds(), today), BTreeSet::new());
    assert_eq!(broken(&cut(), "2026-12-14"), BTreeSet::new());
    let twice = json!([{
        "src": { "one_off": "late.2026-11-10-cycle.1" }, "text": "Multa", "cat": "late-charge",
        "amt": "2.50 BRL",
    }, line("2026-11-10/2026-12-10", "97.50 BRL")]);
    let standing = |changes: &[Tampered]| broken(&with(holds(), changes), today);
    let suspended = |changes: &[Tampered]| broken(&with(cut(), changes), "2026-12-14");
    let cases: Vec<(Rule, BTreeSet<Rule>)> = vec![
        (Rule::Sums, standing(&[("/invoices/1/lines/0/amt", json!("99.99 BRL"))])),
        (
            Rule::Sums,
            standing(&[
                ("/invoices/1/open", json!("99.99 BRL")),
                ("/invoices/1/stl/pay", json!("99.99 BRL")),
            ]),
        ),
        (Rule::Balance, standing(&[("/account/bal", json!("92.81 BRL"))])),
        (Rule::Balance, standing(&[("/account/cred", json!("0.01 BRL"))])),
        (Rule::Settled, standing(&[("/invoices/0/stl/pay", json!("99.00 BRL"))])),
        (Rule::Settled, standing(&[("/payments/0/for/0/amt", json!("99.00 BRL"))])),
        (
            Rule::BilledOnce,
            standing(&[("/invoices/1/lines/0/span", json!("2026-12-09/2027-01-10"))]),
        ),
        (Rule::LostDays, standing(&[("/invoices/2/lines/0/span", json!("2026-12-15/2026-12-17"))])),
        (Rule::Billed, standing(&[("/account/next", json!("2027-01-12"))])),
        (Rule::Billed, standing(&[("/invoices/1/lines", json!([]))])),
        (Rule::Agenda, standing(&[("/account/rev", json!("2027-01-11"))])),
        (Rule::Parked, standing(&[("/account/parked", json!("its plan is gone"))])),
        (Rule::CutKept, standing(&[("/account/subs/0/cuts/0/until", Value::Null)])),
        (Rule::CutKept, standing(&[("/suspensions/0/lifted", Value::Null)])),
        (Rule::CutKept, suspended(&[("/account/subs/0/cuts", json!([]))])),
        (Rule::Restored, suspended(&[("/invoices/0/stl/pay", json!("100.00 BRL"))])),
        (
            Rule::Restored,
            suspended(&[(
                "/account/proms",
                json!([
            { "on": "2026-12-14", "until": "2026-12-16", "by": "staff", "amt": "100.00 BRL" }]),
            )]),
        ),
        (Rule::LateOnce, standing(&[("/invoices/0/lines", twice)])),
        (Rule::LateOnce, standing(&[("/invoices/0/late/amt", json!("2.49 BRL"))])),
        (
            Rule::LateOnce,
            standing(&[
                ("/invoices/0/late/amt", json!("5.00 BRL")),
                ("/invoices/2/lines/2/amt", json!("5.00 BRL")),
            ]),
        ),
        (
            Rule::NoticeOnce,
            standing(&[(
                "/notices/-",
                json!({
            "account": "1042", "id": "2026-11-10-cycle:+6:email", "template": "notice",
            "on": "2026-11-26" }),
            )]),
        ),
    ];
    for (rule, named) in cases {
        assert!(named.contains(&rule), "{rule} is not among {named:?}");
        seen.insert(rule);
    }
    seen.extend(cuts_are_looked_at_as_they_are_made());
    seen.extend(changes_are_looked_at());
    seen.extend(whole::money_is_compared());
    seen.extend(whole::who_is_forgotten_is_named_in_two_weeks());
    assert_eq!(seen, BTreeSet::from(RULES));
}

/// What is wrong with a cut at the moment at which it is made.
fn cuts_are_looked_at_as_they_are_made() -> BTreeSet<Rule> {
    let monday = "2026-12-14";
    let made = |changes: &[Tampered], today: &str| {
        broken_by(&with(cut(), changes), "suspensions", None, today)
    };
    assert_eq!(made(&[], monday), BTreeSet::new());
    let on = |day: &str| vec![("/suspensions/0/steps/0/on", json!(day))];
    let trying = json!([{
        "account": "1042", "invoice": "2026-11-10-cycle", "ver": 1, "on": monday,
        "tries": [{
            "rail": "card", "gateway": "bank", "n": 1, "method": "1", "amt": "100.00 BRL",
            "on": monday, "due": monday, "state": { "under_way": null },
        }],
    }]);
    let untried = json!([{
        "id": "1", "rail": "card", "gw": "bank", "token": "tok-1", "state": "active", "since": monday,
    }]);
    let promise = json!([
        { "on": "2026-12-12", "until": "2026-12-15", "by": "staff", "amt": "100.00 BRL" }
    ]);
    let ahead = line("2026-12-01/2027-12-01", "0.00 BRL");
    let cases: Vec<(Rule, BTreeSet<Rule>)> = vec![
        // A Friday; Christmas Eve, a Thursday; the day before it, its eve; another day than it says.
        (Rule::CutDay, made(&on("2026-12-18"), "2026-12-18")),
        (Rule::CutDay, made(&on("2026-12-24"), "2026-12-24")),
        (Rule::CutDay, made(&on("2026-12-23"), "2026-12-23")),
        (Rule::CutDay, made(&on("2026-12-15"), monday)),
        (Rule::CutPaidUp, made(&[("/invoices/0/stl/pay", json!("100.00 BRL"))], monday)),
        (Rule::CutInFlight, made(&[("/charges", trying)], monday)),
        (Rule::CutInFlight, made(&[("/account/methods", untried)], monday)),
        (Rule::CutPromised, made(&[("/account/proms", promise)], monday)),
        (Rule::CutEarly, made(&[("/account/grace", json!("2026-12-15"))], monday)),
        // Delinquent on a Saturday is delinquent on Monday, and then ten days have not passed.
        (Rule::CutEarly, made(&[("/invoices/0/due", json!("2026-12-12"))], "2026-12-12")),
        (Rule::CutBeforeNotice, made(&[("/suspensions/0/notice", Value::Null)], monday)),
        (Rule::CutBeforeNotice, made(&[("/suspensions/0/notice/text", json!("Outro"))], monday)),
        (Rule::CutBeforeNotice, made(&[("/invoices/0/stl/reopened", json!("2026-12-01"))], monday)),
        (Rule::CutBeforeNotice, made(&[("/notices", json!([]))], monday)),
        (Rule::CutBeforeNotice, made(&[("/notices/0/state", json!("bounced"))], monday)),
        (
            Rule::CutBeforeNotice,
            made(&[("/notices/0/delivered", json!("2026-11-30T12:00:00Z"))], monday),
        ),
        (Rule::CutPaidAhead, made(&[("/invoices/1/lines/-", ahead)], monday)),
        (
            Rule::CutEarly,
            made(
                &[(
                    "/suspensions/0/steps/-",
                    json!(
            { "kind": "disconnected", "on": monday, "why": [] }),
                )],
                monday,
            ),
        ),
    ];
    let mut seen = BTreeSet::new();
    for (rule, named) in cases {
        assert!(named.contains(&rule), "{rule} is not among {named:?}");
        seen.insert(rule);
    }
    seen
}

/// What is wrong with a change.
fn changes_are_looked_at() -> BTreeSet<Rule> {
    let today = "2027-01-12";
    let invoice = |changes: &[Tampered]| {
        let before = holds()["invoices"][2].clone();
        broken_by(&with(holds(), changes), "invoices", Some(&before), today)
    };
    assert_eq!(invoice(&[("/invoices/2/stl/pay", json!("1.00 BRL"))]), BTreeSet::new());
    let other_day = invoice(&[("/invoices/2/due", json!("2027-01-21"))]);
    assert_eq!(other_day, BTreeSet::from([Rule::IssuedStays]));
    let notice = |changes: &[Tampered], before: Option<&Value>| {
        broken_by(&with(cut(), changes), "notices", before, "2026-12-14")
    };
    let mut planned = cut()["notices"][0].clone();
    planned["state"] = json!("planned");
    assert_eq!(notice(&[], Some(&planned)), BTreeSet::new());
    let delivered = cut()["notices"][0].clone();
    let again = notice(&[("/notices/0/state", json!("planned"))], Some(&delivered));
    assert_eq!(again, BTreeSet::from([Rule::NoticeOnce]));
    let paid = notice(&[("/invoices/0/stl/pay", json!("100.00 BRL"))], Some(&planned));
    assert_eq!(paid, BTreeSet::from([Rule::RemindedPaid]));
    let lifted = json!({ "on": "2026-12-14", "why": "payment" });
    for (when, changes, over) in [
        ("suspended", vec![], false),
        ("suspended", vec![("/suspensions/0/lifted", lifted.clone())], true),
        ("restored", vec![], true),
        ("restored", vec![("/suspensions/0/lifted", lifted)], false),
    ] {
        let told = json!({
            "account": "1042", "id": format!("2026-12-14:{when}:sms"), "template": when,
            "on": "2026-12-14", "state": "sending",
        });
        let changes = [changes, vec![("/notices/-", told)]].concat();
        let mut planned = changes.last().unwrap().1.clone();
        planned["state"] = json!("planned");
        let rules = notice(&changes, Some(&planned));
        assert_eq!(rules.contains(&Rule::RemindedPaid), over, "{when} {changes:?}");
    }
    BTreeSet::from([Rule::IssuedStays, Rule::NoticeOnce, Rule::RemindedPaid])
}
