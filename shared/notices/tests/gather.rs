//! The facts of a notice, from what is known of an account.
#![allow(clippy::unwrap_used)] // tests may fail loudly

use jiff::civil::Date;
use mensal_domain::{
    account::Account,
    catalog::Catalog,
    charge::PaymentCodes,
    delinquency::{CutKind, Foreseen, Happening, HoldKind, NoticeAbout},
    invoice::{Invoice, InvoiceStatus},
    settings::BillingSettings,
};
use mensal_notices::{Letter, Sources, asked_invoice};
use serde_json::{Value, json};

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// One that was due on a day, with so much of its 100.00 paid.
fn invoice(due: &str, paid: &str) -> Invoice {
    serde_json::from_value(json!({
        "account": "1042", "id": format!("{due}-cycle"), "number": format!("1042-{}", &due[..7]),
        "locale": "pt-BR", "paper": "x", "to": { "name": "Ana" }, "issued": due, "due": due, "delinq": due,
        "autopay": due, "by": { "rail": "card", "label": "Visa", "on": due }, "lines": [],
        "total": "100.00 BRL", "prev": "0.00 BRL", "paid": "0.00 BRL", "used": "0.00 BRL", "open": "100.00 BRL",
        "stl": { "pay": format!("{paid} BRL"), "cred": "0.00 BRL", "n": 1 },
    }))
    .unwrap()
}

fn account(more: &Value) -> Account {
    let mut account = json!({
        "id": "1042", "ver": 1, "type": "home", "cust": { "name": "Ana Lima" }, "locale": "pt-BR", "cur": "BRL",
        "days": [{ "date": "1970-01-01", "day": 10 }], "bal": "0.00 BRL", "last": "0.00 BRL", "cred": "0.00 BRL",
        "subs": [
            { "id": "a", "plan": "fibra", "start": "2026-01-10" },
            { "id": "b", "plan": "fone", "start": "2026-01-10" },
            { "id": "c", "plan": "fone", "start": "2026-01-10", "hist": [{ "date": "2026-03-01", "change": "end" }] },
        ],
    });
    account.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    serde_json::from_value(account).unwrap()
}

fn catalog() -> Catalog {
    let plan = |code: &str, name: &str| {
        json!({
            "code": code, "name": name, "category": "x", "currency": "BRL", "interval": 1,
            "prices": [{ "from": "1970-01-01", "price": "100" }],
        })
    };
    serde_json::from_value(json!({
        "seller": { "name": "Provedor", "tax_id": "", "address": [], "contact": "", "color": "#0a3d8f" },
        "time_zone": "America/Sao_Paulo",
        "plans": { "fibra": plan("fibra", "Fibra 300"), "fone": plan("fone", "Telefone") },
        "discounts": {}, "taxes": [], "account_types": {}, "calendars": {},
    }))
    .unwrap()
}

fn cut(on: &str, kind: CutKind) -> Foreseen {
    Foreseen { on: date(on), what: Happening::Cut(kind), because: vec![] }
}

fn letter(
    account: &Account,
    invoices: &[Invoice],
    about: NoticeAbout,
    foreseen: &[Foreseen],
    today: &str,
) -> Letter {
    let (catalog, settings) = (catalog(), BillingSettings::default());
    Letter::of(&Sources {
        catalog: &catalog,
        account,
        settings: &settings,
        invoices,
        about,
        codes: PaymentCodes {
            link: Some("https://pague.example".into()),
            ..PaymentCodes::default()
        },
        foreseen,
        rules: "br 2025-09-01",
        today: date(today),
        due_before: date(today),
    })
    .unwrap()
}

#[test]
fn a_warning_tells_what_is_overdue_and_what_comes_next() {
    let account = account(&json!({}));
    let invoices = [
        invoice("2026-11-10", "0.00"),
        invoice("2026-10-10", "40.00"),
        invoice("2026-09-10", "100.00"),
    ];
    let about = NoticeAbout::Invoice("2026-11-10-cycle".parse().unwrap());
    let foreseen = [
        cut("2026-11-20", CutKind::Throttled),
        cut("2026-12-01", CutKind::Suspended),
        cut("2027-02-01", CutKind::Disconnected),
    ];
    let told = letter(&account, &invoices, about, &foreseen, "2026-11-15");
    let bill = told.invoice.unwrap();
    assert_eq!(
        (bill.number.as_str(), bill.open.to_string()),
        ("1042-2026-11", "100.00 BRL".into())
    );
    assert_eq!(bill.codes.link.as_deref(), Some("https://pague.example"));
    assert_eq!(bill.autopay, None, "it was to be charged on the 10th, and was not");
    let overdue = told.overdue.unwrap();
    let numbers: Vec<_> = overdue.invoices.iter().map(|one| one.number.as_str()).collect();
    assert_eq!(
        (numbers, overdue.amount.to_string()),
        (vec!["1042-2026-10", "1042-2026-11"], "160.00 BRL".into())
    );
    let service = told.service;
    assert_eq!(service.names, ["Fibra 300", "Telefone"], "the line that has ended is not of it");
    assert_eq!((service.held, service.to_restore), (None, None));
    assert_eq!(service.slowed_on, Some(date("2026-11-20")));
    assert_eq!(service.suspended_on, Some(date("2026-12-01")));
    assert_eq!(service.ends_on, Some(date("2027-02-01")));
}

#[test]
fn before_it_is_due_nothing_is_overdue_and_what_is_charged_is_announced() {
    let about = NoticeAbout::Invoice("2026-11-10-cycle".parse().unwrap());
    let card = |id: &str, state: &str, limit: Option<&str>| {
        json!({ "id": id, "rail": "card", "gw": "banco", "state": state, "token": "tok", "label": id,
            "since": "2026-01-10", "most": limit })
    };
    let announced = |methods: &[Value]| {
        let account = account(&json!({ "methods": methods }));
        let told = letter(&account, &[invoice("2026-11-10", "0.00")], about, &[], "2026-11-07");
        assert_eq!(told.overdue, None);
        told.invoice.unwrap().autopay.map(|autopay| (autopay.on, autopay.label))
    };
    let on = date("2026-11-10");
    assert_eq!(announced(&[card("Visa", "active", None)]), Some((on, "Visa".into())));
    // Whoever has another card by now is told of that one; whose method has ended, or takes less, is told how to
    // pay.
    let replaced = [card("Visa", "revoked", None), card("Elo", "active", None)];
    assert_eq!(announced(&replaced), Some((on, "Elo".into())));
    for none in [
        vec![],
        vec![card("Visa", "revoked", None)],
        vec![card("Visa", "active", Some("50.00 BRL"))],
    ] {
        assert_eq!(announced(&none), None, "{none:?}");
    }
}

#[test]
fn who_is_suspended_is_told_of_what_is_and_what_brings_it_back() {
    let account = account(&json!({
        "hold": {
            "kind": "suspended", "since": "2026-12-01", "begun": "2026-12-01", "subs": ["b"],
            "debt": { "invoices": ["2026-10-10-cycle"], "amt": "60.00 BRL" },
        },
        "proms": [{ "on": "2026-12-01", "until": "2026-12-04", "by": "customer", "amt": "60.00 BRL" }],
    }));
    let invoices = [invoice("2026-11-10", "0.00"), invoice("2026-10-10", "40.00")];
    let about = NoticeAbout::Suspension(date("2026-12-01"));
    let foreseen =
        [cut("2026-12-02", CutKind::Suspended), cut("2027-02-01", CutKind::Disconnected)];
    let told = letter(&account, &invoices, about, &foreseen, "2026-12-01");
    assert_eq!(told.invoice.unwrap().number, "1042-2026-10", "the oldest");
    let service = told.service;
    assert_eq!(service.held, Some((HoldKind::Suspended, date("2026-12-01"))));
    assert_eq!(service.names, ["Telefone"]);
    assert_eq!(service.to_restore.unwrap().to_string(), "160.00 BRL");
    assert_eq!((service.slowed_on, service.suspended_on), (None, None), "it is already");
    assert_eq!(service.ends_on, Some(date("2027-02-01")));
    assert_eq!(service.promised_until, Some(date("2026-12-04")));
}

#[test]
fn what_is_back_or_ended_is_named_and_what_never_left_is_not() {
    let subs = |a: Value, b: Value| {
        let one = |id: &str, plan: &str, more: &Value| {
            let mut one = json!({ "id": id, "plan": plan, "start": "2026-01-10" });
            one.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            one
        };
        account(&json!({ "subs": [one("a", "fibra", &a), one("b", "fone", &b)] }))
    };
    let about = NoticeAbout::Suspension(date("2026-12-01"));
    let away = json!({ "cuts": [{ "from": "2026-12-01", "until": "2026-12-03" }] });
    let before = json!({ "cuts": [{ "from": "2026-06-01", "until": "2026-06-03" }] });
    let ended = json!({ "ended": "2027-02-01" });
    for (a, b, want) in [
        (away.clone(), json!({}), &["Fibra 300"][..]),
        (json!({}), ended, &["Telefone"]),
        (json!({}), json!({}), &["Fibra 300", "Telefone"]),
        (before, away, &["Telefone"]),
    ] {
        let told = letter(&subs(a, b), &[], about, &[], "2027-02-01");
        assert_eq!(told.service.names, want);
        assert_eq!((told.invoice, told.overdue), (None, None));
    }
}

#[test]
fn nothing_is_asked_of_whom_has_paid() {
    let mut void = invoice("2026-08-10", "0.00");
    void.status = InvoiceStatus::Void;
    let invoices = [void, invoice("2026-10-10", "100.00"), invoice("2026-11-10", "0.00")];
    let of = |id: &str| NoticeAbout::Invoice(id.parse().unwrap());
    let today = date("2026-11-15");
    let asked = |about| asked_invoice(about, &invoices, today).map(|one| one.number.as_str());
    assert_eq!(asked(of("2026-08-10-cycle")), None, "it is void");
    assert_eq!(asked(of("2026-10-10-cycle")), None, "it is paid");
    assert_eq!(asked(of("2026-07-10-cycle")), None, "it is not there");
    assert_eq!(asked(of("2026-11-10-cycle")), Some("1042-2026-11"));
    assert_eq!(asked(NoticeAbout::Suspension(today)), Some("1042-2026-11"));
    assert_eq!(asked_invoice(NoticeAbout::Suspension(today), &invoices[..2], today), None);
}
