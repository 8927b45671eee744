//! Without a command: the whole system on localhost.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use mensal::{
    running::{import_sample, live_through},
    stack::{Error, Options, Stack},
};

use super::{Failed, progress::Progress, say, time_zone, today, where_pdfs_lie};
use crate::cli::Run;

pub(crate) async fn run(options: &Run) -> Result<(), Failed> {
    let stack = Stack::start(&options.data.folder, Options::default()).await?;
    let endpoints = stack.endpoints();
    say(&format!("Mensal, on {}\n", stack.directory().path().display()))?;
    say(&format!("  DynamoDB  {}   table mensal\n", endpoints.dynamodb))?;
    say(&format!("  S3        {}   bucket mensal-documents\n", endpoints.s3))?;
    say(&format!("  SQS, bus  {}\n", endpoints.messaging))?;
    say(&format!(
        "  API       {}   GET /accounts/…/invoices/…, POST /webhooks/…\n",
        endpoints.api
    ))?;
    say(&format!("  bank      {}   the sandbox, where the customers pay\n", endpoints.bank))?;
    let head = stack.store().head().await?;
    if head.version == 0 {
        say("\nImporting the sample ISP …\n")?;
        import_sample(&stack, today()).await?;
    } else if head.importing.is_some() {
        return Err(Failed::half_imported());
    }
    let zone = time_zone(stack.store()).await?;
    let date = options.until.unwrap_or(Timestamp::now().to_zoned(zone.clone()).date());
    say(&format!("Billing, charging and collecting, day by day up to {date} …\n\n"))?;
    bill_and_tell(&stack, date).await?;
    if options.once || options.until.is_some() {
        return Ok(());
    }
    schedules(&stack, &zone).await?;
    Ok(())
}

async fn bill_and_tell(stack: &Stack, date: Date) -> Result<(), Error> {
    let progress = Progress::new(false);
    let summary = live_through(stack, date, |step| progress.step(step)).await?;
    progress.end();
    say(&summary.table()?)?;
    say(&format!("  PDFs in {}\n", where_pdfs_lie(stack)))?;
    Ok(())
}

/// Bills at five past midnight where the ISP is, every day, until Ctrl-C.
async fn schedules(stack: &Stack, zone: &TimeZone) -> Result<(), Error> {
    loop {
        let now = Timestamp::now().to_zoned(zone.clone());
        let tomorrow = now.date().saturating_add(1.day());
        let next = tomorrow.at(0, 5, 0, 0).to_zoned(zone.clone())?;
        say(&format!("\nNext billing run {next}. Ctrl-C to stop.\n"))?;
        let wait = next.timestamp().duration_since(now.timestamp()).unsigned_abs();
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                say("\nStopped; `cargo run` goes on from here.\n")?;
                return Ok(());
            }
            () = tokio::time::sleep(wait) => bill_and_tell(stack, tomorrow).await?,
        }
    }
}
