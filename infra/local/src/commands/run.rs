//! Without a command: the whole system on localhost.

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use mensal::{
    running::{bill_through, import_sample},
    stack::{Error, Options, Stack},
};

use super::{Failed, progress::Progress, today, where_pdfs_lie};
use crate::cli::Run;

pub(crate) async fn run(options: &Run) -> Result<(), Failed> {
    let stack = Stack::start(&options.data.folder, Options::default()).await?;
    let endpoints = stack.endpoints();
    println!("Mensal, on {}", stack.directory().path().display());
    println!("  DynamoDB  {}   table mensal", endpoints.dynamodb);
    println!("  S3        {}   bucket mensal-documents", endpoints.s3);
    println!("  SQS, bus  {}", endpoints.messaging);
    let head = stack.store().head().await?;
    if head.version == 0 {
        println!("\nImporting the sample ISP …");
        import_sample(&stack, today()).await?;
    } else if head.importing {
        return Err(Failed::half_imported());
    }
    let zone = time_zone(&stack).await?;
    let date = Timestamp::now().to_zoned(zone.clone()).date();
    println!("Billing every cycle up to {date} …\n");
    bill_and_tell(&stack, date).await?;
    if options.once {
        return Ok(());
    }
    schedules(&stack, &zone).await?;
    Ok(())
}

async fn bill_and_tell(stack: &Stack, date: Date) -> Result<(), Error> {
    let progress = Progress::new(false);
    let summary = bill_through(stack, date, |step| progress.step(step)).await?;
    progress.end();
    print!("{}", summary.table()?);
    println!("  PDFs in {}", where_pdfs_lie(stack));
    Ok(())
}

async fn time_zone(stack: &Stack) -> Result<TimeZone, Error> {
    let head = stack.store().head().await?;
    let catalog = stack.store().catalog(head.version).await?;
    Ok(TimeZone::get(&catalog.time_zone)?)
}

/// Bills at five past midnight where the ISP is, every day, until Ctrl-C.
async fn schedules(stack: &Stack, zone: &TimeZone) -> Result<(), Error> {
    loop {
        let now = Timestamp::now().to_zoned(zone.clone());
        let tomorrow = now.date().saturating_add(1.day());
        let next = tomorrow.at(0, 5, 0, 0).to_zoned(zone.clone())?;
        println!("\nNext billing run {next}. Ctrl-C to stop.");
        let wait = next.timestamp().duration_since(now.timestamp()).unsigned_abs();
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                println!("\nStopped; `cargo run` goes on from here.");
                return Ok(());
            }
            () = tokio::time::sleep(wait) => bill_and_tell(stack, tomorrow).await?,
        }
    }
}
