//! Runs that have nothing to do, and invoices that are unusual.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use mensal::{importing::import, stack::Options};
use mensal_domain::{charge::PaymentCodes, invoice::InvoiceKind};
use mensal_importer::{Dataset, NewAccount, generate::Generator};
use mensal_store::Run;
use mensal_tests::{Home, date};
use serde_json::json;

fn account(id: &str, more: &serde_json::Value) -> NewAccount {
    let mut account = json!({
        "id": id, "ver": 0, "type": "residential", "cust": { "name": "Ana Exemplo" },
        "locale": "pt-BR", "cur": "BRL", "days": [{ "date": "2020-01-01", "day": 10 }],
        "next": "2026-11-10", "bal": "0.00 BRL", "last": "0.00 BRL", "cred": "0.00 BRL",
    });
    for (name, value) in more.as_object().unwrap() {
        account[name] = value.clone();
    }
    NewAccount { account: serde_json::from_value(account).unwrap(), opening: None }
}

fn one_off(n: usize, unit: &str) -> serde_json::Value {
    json!({ "id": format!("c{n}"), "date": "2026-11-01", "text": format!("Chamada {n}"),
            "qty": "1", "unit": unit, "cat": "voice" })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_of_no_accounts_is_done_at_once() {
    let home = Home::new(Options::default()).await.unwrap();
    home.generate(0).await.unwrap();
    let summary = home.bill("2026-11-30").await.unwrap();
    assert_eq!((summary.books.accounts, summary.issued, summary.pdfs), (0, 0, 0));
    home.stack.begin_run(date("2026-11-30")).await.unwrap();
    home.stack.settle().await.unwrap();
    assert!(home.stack.store().progress(Run::Billing, date("2026-11-30")).await.unwrap().is_done());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_due_negative_totals_and_a_thousand_lines() {
    let home = Home::new(Options::default()).await.unwrap();
    let catalog =
        Generator { seed: 1, accounts: 1, start: date("2026-11-01"), gateway: None }.catalog();
    let later = json!({ "ones": [{ "id": "x", "date": "2099-01-01", "text": "X", "qty": "1", "unit": "1", "cat": "voice" }] });
    let thousand: Vec<_> = (0..1_000).map(|n| one_off(n, "0.11")).collect();
    let too_many: Vec<_> = (0..1_501).map(|n| one_off(n, "0.11")).collect();
    let accounts = vec![
        account("nothing", &later),
        account("credit", &json!({ "ones": [one_off(1, "-30.00")] })),
        account("long", &json!({ "ones": thousand })),
        account("toolong", &json!({ "ones": too_many })),
    ];
    let data = Dataset { catalog, accounts, usage: [].into() };
    import(home.stack.store(), &data, date("2026-11-01"), true).await.unwrap();
    let summary = home.bill("2026-11-30").await.unwrap();
    assert_eq!((summary.books.invoices, summary.pdfs), (2, 2));
    assert_eq!(summary.books.parked.len(), 1);
    assert!(summary.books.parked[0].reason.contains("1501 lines on one invoice"));
    assert_eq!(home.audit().await.unwrap().violations, Vec::<String>::new());
    let credit = home.stack.store().account(&"credit".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(credit.credit, "30.00 BRL".parse().unwrap());
    let long = home.stack.store().invoices(&"long".parse().unwrap()).await.unwrap();
    assert_eq!((long[0].lines.len(), long[0].total), (1_000, "110.00 BRL".parse().unwrap()));
    let nothing = home.stack.store().account(&"nothing".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(nothing.next_bill, Some(date("2026-12-10")));
}

/// A credit note pays what the customer still owes, without anybody's doing.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_credit_note_leaves_pays_the_invoices_before_it() {
    let home = Home::new(Options::default()).await.unwrap();
    let catalog =
        Generator { seed: 1, accounts: 1, start: date("2026-11-01"), gateway: None }.catalog();
    let one = |date: &str, unit: &str| json!({ "id": date, "date": date, "text": "X", "qty": "1", "unit": unit, "cat": "voice" });
    let ones = [
        one("2026-11-01", "80.00"),
        one("2026-12-01", "-30.00"),
        one("2027-01-01", "-60.00"),
        one("2027-02-01", "25.00"),
    ];
    let accounts = vec![account("owes", &json!({ "ones": ones }))];
    let data = Dataset { catalog, accounts, usage: [].into() };
    import(home.stack.store(), &data, date("2026-11-01"), true).await.unwrap();
    let debtor = "owes".parse().unwrap();
    for (until, open, credit) in [
        ("2026-11-30", vec!["80.00"], "0.00"),
        ("2026-12-31", vec!["50.00", "0.00"], "0.00"),
        ("2027-01-31", vec!["0.00", "0.00", "0.00"], "10.00"),
        ("2027-02-28", vec!["0.00", "0.00", "0.00", "15.00"], "0.00"),
    ] {
        home.bill(until).await.unwrap();
        let invoices = home.stack.store().invoices(&debtor).await.unwrap();
        let left: Vec<_> = invoices.iter().map(|one| one.open().amount().to_string()).collect();
        assert_eq!(left, open, "{until}");
        let account = home.stack.store().account(&debtor).await.unwrap().unwrap();
        assert_eq!(account.credit, format!("{credit} BRL").parse().unwrap(), "{until}");
        assert_eq!(home.audit().await.unwrap().violations, Vec::<String>::new(), "{until}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn missed_cycles_are_caught_up_each_with_its_own_invoice() {
    let home = Home::new(Options::default()).await.unwrap();
    home.generate(50).await.unwrap();
    home.stack.begin_run(date("2027-02-28")).await.unwrap();
    home.stack.settle().await.unwrap();
    let found = home.audit().await.unwrap();
    assert_eq!(found.violations, Vec::<String>::new());
    assert!(found.invoices > 150, "four cycles of monthly accounts: {}", found.invoices);
    // Day by day it comes to the same.
    let other = Home::new(Options::default()).await.unwrap();
    other.generate(50).await.unwrap();
    let summary = other.bill("2027-02-28").await.unwrap();
    assert_eq!(summary.books.invoices, found.invoices);
    for account in found.per_account.keys() {
        let late = home.stack.store().invoices(account).await.unwrap();
        assert_eq!(late, other.stack.store().invoices(account).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn same_input_same_bytes() {
    let home = Home::new(Options::default()).await.unwrap();
    home.generate(5).await.unwrap();
    home.bill("2026-11-30").await.unwrap();
    for account in home.audit().await.unwrap().per_account.keys() {
        for invoice in home.stack.store().invoices(account).await.unwrap() {
            if invoice.id.kind == InvoiceKind::Opening {
                continue; // a balance brought along is not printed
            }
            let stationery = home.stack.store().stationery(&invoice.stationery).await.unwrap();
            let none = PaymentCodes::default();
            let pdf = mensal_documents::invoice_pdf(&invoice, &stationery.unwrap(), &none).unwrap();
            let path = home.stack.bucket_path().join(render_invoice::object_key(&invoice));
            assert_eq!(std::fs::read(path).unwrap(), pdf);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_restored_from_a_backup_takes_over_what_was_issued_since() {
    let home = Home::new(Options::default()).await.unwrap();
    home.generate(1).await.unwrap();
    let store = home.stack.store();
    let id = Generator { seed: 1, accounts: 1, start: date("2026-11-01"), gateway: None }
        .iter()
        .map(|(new, _)| new.account.id)
        .next()
        .unwrap();
    let before = store.account(&id).await.unwrap().unwrap();
    home.bill("2026-12-31").await.unwrap();
    let after = store.account(&id).await.unwrap().unwrap();
    let issued = store.invoices(&id).await.unwrap();
    assert!(issued.len() > 1);
    store.put_account(&before, Some(after.version)).await.unwrap();
    home.bill("2026-12-31").await.unwrap();
    assert_eq!(store.account(&id).await.unwrap().unwrap(), after);
    assert_eq!(store.invoices(&id).await.unwrap(), issued);
    assert_eq!(home.audit().await.unwrap().violations, Vec::<String>::new());
}
