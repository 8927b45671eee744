//! How many cycles a second `bill()` computes on one core: `cargo bench -p mensal-tests --bench
//! bill`, with `-- --json` for machines.
//!
//! The accounts are those of the generator, with everything in them that it knows, and each is
//! billed for its first three cycles. Side by side, on the same results: the least that any
//! billing does with what it has computed, which is to write account and invoice as JSON and to
//! hash them; and a copy of the account, which is what memory alone costs. The three take turns,
//! the median of the rounds counts, and machines differ less in the ratios than in the speeds.
#![allow(
    clippy::cast_precision_loss,
    reason = "speeds are rounded to whole numbers when they are told"
)]

use std::{hint::black_box, time::Instant};

use mensal::stack::Error;
use mensal_domain::{
    account::Account,
    billing::{Billed, bill},
    catalog::Catalog,
    invoice::content_hash,
    usage::UsageDay,
};
use mensal_importer::generate::Generator;
use mensal_tests::date;

const ACCOUNTS: u64 = 2_000;
const CYCLES: usize = 3;
const ROUNDS: usize = 9;

/// One cycle: what goes in.
struct Case {
    account: Account,
    usage: Vec<UsageDay>,
}

/// What is measured, and how many cycles a second it took in each round.
struct Row {
    name: &'static str,
    per_second: Vec<f64>,
}

impl Row {
    fn new(name: &'static str) -> Self {
        Self { name, per_second: Vec::with_capacity(ROUNDS) }
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.per_second.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    fn median(&self) -> f64 {
        self.sorted()[self.per_second.len() / 2]
    }
}

fn main() -> Result<(), Error> {
    let json = std::env::args().any(|argument| argument == "--json");
    let generator =
        Generator { seed: 1, accounts: ACCOUNTS, start: date("2026-11-01"), gateway: None };
    let catalog = generator.catalog();
    let (cases, results) = cycles(&generator, &catalog)?;
    let invoices: Vec<_> = results.iter().filter_map(|billed| billed.invoice.as_ref()).collect();
    let lines: usize = invoices.iter().map(|invoice| invoice.lines.len()).sum();
    let mut rows = [Row::new("bill()"), Row::new("JSON and hash"), Row::new("copy of account")];
    for _ in 0..ROUNDS {
        turn(&mut rows[0], &cases, |case| {
            drop(black_box(bill(black_box(&case.account), &catalog, &case.usage)));
        });
        turn(&mut rows[1], &results, |billed| {
            let Billed { account, invoice, .. } = black_box(billed);
            black_box(content_hash(account));
            black_box(invoice.as_ref().map(content_hash));
        });
        turn(&mut rows[2], &cases, |case| {
            drop(black_box(black_box(&case.account).clone()));
        });
    }
    report(&rows, cases.len(), invoices.len(), lines, json);
    Ok(())
}

/// Every cycle that is measured, and what billing it gives.
fn cycles(generator: &Generator, catalog: &Catalog) -> Result<(Vec<Case>, Vec<Billed>), Error> {
    let (mut cases, mut results) = (Vec::new(), Vec::new());
    for (new, usage) in generator.iter() {
        let mut account = new.account;
        for _ in 0..CYCLES {
            if account.next_bill.is_none() {
                break; // every service has ended
            }
            let billed = bill(&account, catalog, &usage)?;
            cases.push(Case { account, usage: usage.clone() });
            account = billed.account.clone();
            results.push(billed);
        }
    }
    Ok((cases, results))
}

fn turn<T>(row: &mut Row, all: &[T], mut work: impl FnMut(&T)) {
    let begun = Instant::now();
    for one in all {
        work(one);
    }
    row.per_second.push(all.len() as f64 / begun.elapsed().as_secs_f64());
}

fn report(rows: &[Row; 3], cycles: usize, invoices: usize, lines: usize, json: bool) {
    let ratio = |row: &Row| (row.median() / rows[0].median() * 100.0).round() / 100.0;
    if json {
        let per_second: serde_json::Map<_, _> = rows
            .iter()
            .map(|row| {
                let told = serde_json::json!({
                    "per_second": row.median().round(),
                    "slowest": row.sorted()[0].round(),
                    "fastest": row.sorted()[ROUNDS - 1].round(),
                    "times_bill": ratio(row),
                });
                (row.name.to_owned(), told)
            })
            .collect();
        let told = serde_json::json!({
            "accounts": ACCOUNTS, "cycles": cycles, "invoices": invoices, "lines": lines,
            "rounds": ROUNDS, "work": per_second,
        });
        println!("{told}");
        return;
    }
    println!(
        "{cycles} cycles of {ACCOUNTS} generated accounts, {invoices} invoices with {lines} lines, \
         one thread, median of {ROUNDS} rounds"
    );
    println!(
        "{:<16} {:>12} {:>10} {:>10} {:>14}",
        "work", "cycles/s", "slowest", "fastest", "times bill()"
    );
    for row in rows {
        println!(
            "{:<16} {:>12.0} {:>10.0} {:>10.0} {:>14.2}",
            row.name,
            row.median(),
            row.sorted()[0],
            row.sorted()[ROUNDS - 1],
            ratio(row),
        );
    }
}
