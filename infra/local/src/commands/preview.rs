//! `preview`: an account's next invoice, with the reason of each line and date.

use jiff::civil::Date;
use mensal_domain::{
    account::Account,
    billing::{self, explain},
    catalog::Catalog,
    dates::{Explained, KeyDates},
    invoice::{Invoice, TaxMode},
    locale::Locale,
    money::Money,
};
use mensal_store::Store;
use serde_json::{Value, json};

use super::{Failed, Opened, say, today};
use crate::cli::Preview;

/// So many cycles are looked at for one that has something to bill: two years of months.
const LOOK_AHEAD: usize = 24;

pub(crate) async fn preview(options: &Preview) -> Result<(), Failed> {
    let opened = Opened::existing(&options.place).await?;
    let store = opened.store();
    let id = &options.account;
    let account = store.account(id).await?;
    let account = account.ok_or_else(|| Failed::Nothing(format!("there is no account {id}")))?;
    if let Some(reason) = &account.parked {
        eprintln!("account {id} is parked, and billed only once it is unparked: {reason}");
    }
    let catalog = store.catalog(store.head().await?.version).await?;
    let from = options.date.or(account.next_bill).unwrap_or_else(today);
    let (invoice, dates) = next_invoice(store, account, &catalog, from).await?;
    if options.json {
        say(&format!("{}\n", as_json(&invoice, &dates)))?;
    } else {
        say(&as_text(&invoice, &dates)?)?;
    }
    Ok(())
}

/// Bills cycle after cycle in memory, up to the first on or after a date that has something due.
async fn next_invoice(
    store: &Store,
    mut account: Account,
    catalog: &Catalog,
    from: Date,
) -> Result<(Invoice, KeyDates), Failed> {
    let id = account.id.clone();
    let parks = |error: billing::BillingError| {
        Failed::Nothing(format!("account {id} would be parked: {error}"))
    };
    let mut looked = 0;
    while let (Some(cycle), true) = (account.next_bill, looked < LOOK_AHEAD) {
        let usage = match billing::usage_needed(&account, catalog).map_err(parks)? {
            Some(days) => store.usage(&account.id, days).await?,
            None => Vec::new(),
        };
        let dates = billing::preview_dates(&account, catalog).map_err(parks)?;
        let billed = billing::bill(&account, catalog, &usage).map_err(parks)?;
        account = billed.account;
        if cycle < from {
            continue;
        }
        looked += 1;
        if let (Some(invoice), Some(dates)) = (billed.invoice, dates) {
            return Ok((invoice, dates));
        }
    }
    Err(Failed::Nothing(format!("account {} has nothing due after {from}", account.id)))
}

fn named(dates: &KeyDates, locale: Locale) -> [(&'static str, &Explained); 4] {
    [
        (locale.pick("emissão", "issued"), &dates.issued),
        (locale.pick("vencimento", "due"), &dates.due),
        (locale.pick("débito", "autopay"), &dates.autopay),
        (locale.pick("inadimplente", "delinquent"), &dates.delinquent),
    ]
}

fn why(explained: &Explained, locale: Locale) -> String {
    explained.because.iter().map(|rule| rule.text(locale)).collect::<Vec<_>>().join("; ")
}

fn as_text(invoice: &Invoice, dates: &KeyDates) -> Result<String, Failed> {
    use std::fmt::Write;
    let locale = invoice.locale;
    let mut out = String::new();
    writeln!(out, "{}  {}", invoice.number, invoice.customer.name)?;
    for line in &invoice.lines {
        writeln!(out, "  {:>14}  {}", locale.amount(line.amount), line.description)?;
        writeln!(out, "  {:>14}  {}", "", explain::line(line, locale))?;
    }
    for tax in &invoice.taxes {
        let how = match tax.mode {
            TaxMode::Exclusive => locale.pick("acrescido", "added"),
            TaxMode::Inclusive | TaxMode::Embedded => locale.pick("incluso", "included"),
        };
        let (rate, base) = (locale.number(tax.rate), locale.amount(tax.base));
        let of = locale.pick("de", "of");
        writeln!(
            out,
            "  {:>14}  {} {rate}% {of} {base} ({how})",
            locale.amount(tax.amount),
            tax.name
        )?;
    }
    let rows = [
        ("total", invoice.total),
        (locale.pick("saldo anterior", "previous balance"), invoice.previous_balance),
        (locale.pick("pagamentos", "payments"), -invoice.payments),
        (locale.pick("crédito usado", "credit used"), -invoice.credit_used),
        (locale.pick("a pagar", "to pay"), invoice.asked),
    ];
    for (name, amount) in rows {
        writeln!(out, "  {:>14}  {name}", locale.money(amount))?;
    }
    for (name, explained) in named(dates, locale) {
        writeln!(out, "  {:>14}  {name}: {}", locale.date(explained.date), why(explained, locale))?;
    }
    Ok(out)
}

/// An amount in figures, as `bill --json` writes them: a string, so that no cent is rounded.
fn amount(money: Money) -> String {
    money.amount().to_string()
}

fn as_json(invoice: &Invoice, dates: &KeyDates) -> Value {
    let locale = invoice.locale;
    let lines = invoice.lines.iter().map(|line| {
        json!({
            "source": line.source, "reason": line.reason, "description": line.description,
            "period": line.span, "quantity": line.quantity.to_string(),
            "unit_price": line.unit_price.map(|price| price.to_string()),
            "amount": amount(line.amount), "because": explain::line(line, locale),
        })
    });
    let taxes = invoice.taxes.iter().map(|tax| {
        json!({
            "code": tax.code, "name": tax.name, "rate": tax.rate.to_string(), "mode": tax.mode,
            "base": amount(tax.base), "amount": amount(tax.amount),
        })
    });
    let english = named(dates, Locale::EnUs).into_iter();
    let dates: serde_json::Map<_, _> = english
        .map(|(name, explained)| {
            let because = why(explained, locale);
            (name.to_owned(), json!({ "date": explained.date, "because": because }))
        })
        .collect();
    json!({
        "number": invoice.number, "account": invoice.account, "cycle": invoice.id.cycle,
        "currency": invoice.currency(), "lines": lines.collect::<Vec<_>>(),
        "taxes": taxes.collect::<Vec<_>>(), "total": amount(invoice.total),
        "previous_balance": amount(invoice.previous_balance), "payments": amount(invoice.payments),
        "credit_used": amount(invoice.credit_used), "open": amount(invoice.asked), "dates": dates,
    })
}
