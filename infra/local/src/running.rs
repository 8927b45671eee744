//! Running the stack: stocking it with a sample, and letting the days of its schedule pass.

use std::time::Instant;

use jiff::civil::{Date, date};
use mensal_domain::calendar::days_after;
use mensal_importer::{Files, Options, read};
use mensal_runtime::messages::RunKind;
use mensal_store::Run;

use crate::{
    cost::Usage,
    importing::{Imported, import, not_amid_another},
    stack::{Error, Stack},
    summary::{Books, Summary},
};

/// The last day of the month that the sample is written for.
const SAMPLE_END: Date = date(2026, 11, 21);

/// Imports the sample ISP, moved by whole months so that each account has one monthly cycle in the
/// month that ends on a date or within the month before it.
///
/// # Errors
/// The table's.
pub async fn import_sample(stack: &Stack, today: Date) -> Result<Imported, Error> {
    let mut months = (i32::from(today.year()) - i32::from(SAMPLE_END.year())) * 12
        + i32::from(today.month())
        - i32::from(SAMPLE_END.month());
    if today.day() < SAMPLE_END.day() {
        months -= 1;
    }
    let reading = Options::sample(months);
    let data = read(&Files::sample(), &reading)?;
    not_amid_another(stack.store(), &data.catalog).await?;
    import(stack.store(), &data, reading.as_of, true).await
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// So many cycles are to be billed.
    Begins(u64),
    /// So many documents have been made.
    Documents(u64),
}

/// Lets every day pass up to a date: bills who is due, lets the bank's payers pay, collects from
/// stored methods, and asks the bank each evening whether anything was missed.
///
/// # Errors
/// The stack's.
pub async fn live_through(
    stack: &Stack,
    until: Date,
    mut tell: impl FnMut(Step),
) -> Result<Summary, Error> {
    let before = Books::read(stack.store()).await?;
    let (begun, used) = (Instant::now(), Usage::of(stack));
    stack.settle().await?;
    let documents = stack.busy().documents();
    tell(Step::Begins(stack.store().due_count(Run::Billing, until).await?));
    // From the day that was played last, so that none is left out; at first from that of the first cycle.
    let mut day = match stack.last_day() {
        Some(day) => day,
        None => stack.store().earliest_cycle().await?.unwrap_or(until),
    };
    day = day.min(until);
    loop {
        live_a_day(stack, day).await?;
        tell(Step::Documents(stack.busy().documents().saturating_sub(documents)));
        if day >= until {
            break;
        }
        day = days_after(day, 1);
    }
    let took = begun.elapsed();
    let usage = Usage::of(stack).since(&used);
    Summary::of_run(stack, &before, took, usage).await
}

/// One day: as the schedules of the template have it, with the bank's customers in between. A
/// gateway that does not answer is asked again the next day: it keeps nothing else from being done.
///
/// # Errors
/// The stack's.
pub async fn live_a_day(stack: &Stack, day: Date) -> Result<(), Error> {
    asked(stack.schedule(RunKind::ReconciliationReport, day).await, "not reported on");
    if stack.store().due_count(Run::Billing, day).await? > 0 {
        stack.begin_run(day).await?;
        stack.settle().await?;
    }
    if stack.store().due_count(Run::Collection, day).await? > 0 {
        stack.schedule(RunKind::Collection, day).await?;
        stack.settle().await?;
    }
    stack.pass_day(day).await?;
    stack.settle().await?;
    asked(stack.schedule(RunKind::Reconciliation, day).await, "not reconciled");
    stack.settle().await
}

fn asked(gateways: Result<(), Error>, what: &str) {
    if let Err(why) = gateways {
        eprintln!("a gateway is {what}: {why}");
    }
}

/// Runs the billing schedule of every day up to a date on which anybody has a cycle, as if the
/// days passed now. What an earlier process left under way comes first.
///
/// # Errors
/// The stack's.
pub async fn bill_through(
    stack: &Stack,
    until: Date,
    mut tell: impl FnMut(Step),
) -> Result<Summary, Error> {
    let before = Books::read(stack.store()).await?;
    let (begun, used) = (Instant::now(), Usage::of(stack));
    stack.settle().await?;
    let documents = stack.busy().documents();
    tell(Step::Begins(stack.store().due_count(Run::Billing, until).await?));
    let mut next = stack.store().earliest_cycle().await?;
    while let Some(date) = next.filter(|date| *date <= until) {
        stack.begin_run(date).await?;
        stack.settle_with(|made| tell(Step::Documents(made.saturating_sub(documents)))).await?;
        // A cycle that its own run could not bill waits for the run of the next day.
        let earliest = stack.store().earliest_cycle().await?;
        next = earliest.map(|earliest| earliest.max(days_after(date, 1)));
    }
    let took = begun.elapsed();
    let usage = Usage::of(stack).since(&used);
    Summary::of_run(stack, &before, took, usage).await
}
