//! `bill`: every cycle up to a date.

use std::time::Instant;

use jiff::civil::{Date, date};
use mensal::{
    cost::Usage,
    importing::{import, import_generated},
    stack::{Error, Options, Stack},
    summary::{Books, Summary},
};
use mensal_domain::calendar::days_after;
use mensal_importer::{Files, Options as Reading, generate::Generator, read};

use super::{Failed, progress::Progress, where_pdfs_lie};
use crate::cli::Bill;

/// The month in which generated accounts begin, unless told otherwise.
const FIRST_MONTH: Date = date(2026, 11, 1);

pub(crate) async fn bill(options: &Bill) -> Result<(), Failed> {
    let stack = Stack::start(&options.data.folder, Options::default()).await?;
    let progress = Progress::new(options.progress_lines);
    stock(&stack, options, &progress).await?;
    let summary = bill_through(&stack, options.until, &progress).await?;
    progress.end();
    if options.json {
        println!("{}", summary.json()?);
    } else {
        print!("{}", summary.table()?);
        println!("  PDFs in {}", where_pdfs_lie(&stack));
    }
    Ok(())
}

/// Sees to it that there is something to bill.
async fn stock(stack: &Stack, options: &Bill, progress: &Progress) -> Result<(), Failed> {
    if let Some(accounts) = options.accounts {
        let month = FIRST_MONTH.min(options.until.first_of_month());
        let start = options.start.unwrap_or(month);
        let generator = Generator { seed: options.seed, accounts, start };
        progress.begin("importing", accounts);
        import_generated(stack.store(), &generator, |count| progress.at(count)).await?;
    } else {
        let head = stack.store().head().await?;
        if head.version == 0 {
            sample(stack, options.until.min(days_after(SAMPLE_END, 0))).await?;
        }
    }
    Ok(())
}

/// The last day of the month that the sample is written for.
const SAMPLE_END: Date = date(2026, 11, 21);

/// Imports the sample ISP, moved by whole months so that each account has one monthly cycle in the
/// month that ends on a date.
pub(crate) async fn sample(stack: &Stack, today: Date) -> Result<(), Failed> {
    let mut months = (i32::from(today.year()) - i32::from(SAMPLE_END.year())) * 12
        + i32::from(today.month())
        - i32::from(SAMPLE_END.month());
    if today.day() < SAMPLE_END.day() {
        months -= 1;
    }
    let reading = Reading::sample(months);
    let data = read(&Files::sample(), &reading)?;
    import(stack.store(), &data, reading.as_of).await?;
    Ok(())
}

/// Runs the billing schedule of every day up to a date on which anybody has a cycle, as if the
/// days passed now.
pub(crate) async fn bill_through(
    stack: &Stack,
    until: Date,
    progress: &Progress,
) -> Result<Summary, Error> {
    // What an earlier process left under way comes first.
    stack.settle().await?;
    let before = Books::read(stack.store()).await?;
    let (begun, used) = (Instant::now(), Usage::of(stack));
    let documents = stack.busy().documents();
    progress.begin("billing", stack.store().due_count(until).await?);
    let mut next = stack.store().earliest_cycle().await?;
    while let Some(date) = next.filter(|date| *date <= until) {
        stack.begin_run(date).await?;
        stack.settle_with(|made| progress.at(made - documents)).await?;
        let earliest = stack.store().earliest_cycle().await?;
        // A cycle that its own run could not bill waits for the run of the next day.
        next = earliest.map(|earliest| earliest.max(days_after(date, 1)));
    }
    let took = begun.elapsed();
    let usage = Usage::of(stack).since(&used);
    Summary::of_run(stack, &before, took, usage).await
}
