//! `bill`: every cycle up to a date.

use jiff::civil::{Date, date};
use mensal::{
    bank,
    importing::import_generated,
    running::{Step, bill_through, import_sample, live_through},
    stack::{Error, Options, Stack},
};
use mensal_importer::generate::Generator;

use super::{Failed, progress::Progress, say, where_pdfs_lie};
use crate::cli::Bill;

/// The month in which generated accounts begin, unless told otherwise.
const FIRST_MONTH: Date = date(2026, 11, 1);

pub(crate) async fn bill(options: &Bill) -> Result<(), Failed> {
    let stack = Stack::start(&options.data.folder, Options::default()).await?;
    let progress = Progress::new(options.progress_lines);
    stock(&stack, options, &progress).await?;
    let tell = |step| progress.step(step);
    let summary = if options.pay {
        live_through(&stack, options.until, tell).await?
    } else {
        bill_through(&stack, options.until, tell).await?
    };
    progress.end();
    if options.json {
        say(&format!("{}\n", summary.json()?))?;
    } else {
        say(&summary.table()?)?;
        say(&format!("  PDFs in {}\n", where_pdfs_lie(&stack)))?;
    }
    Ok(())
}

/// Sees to it that there is something to bill, and that no import is half done.
async fn stock(stack: &Stack, options: &Bill, progress: &Progress) -> Result<(), Failed> {
    if let Some(accounts) = options.accounts {
        let month = FIRST_MONTH.min(options.until.first_of_month());
        let start = options.start.unwrap_or(month);
        let gateway =
            if options.pay { Some(bank::CODE.parse().map_err(Error::from)?) } else { None };
        let generator = Generator { seed: options.seed, accounts, start, gateway };
        progress.begin("importing", accounts);
        let tell = |count| progress.step(Step::Documents(count));
        import_generated(stack.store(), &generator, tell).await?;
        return Ok(());
    }
    let head = stack.store().head().await?;
    if head.version == 0 {
        eprintln!(
            "importing the sample ISP: there is no other data in {}",
            stack.directory().path().display()
        );
        import_sample(stack, options.until).await?;
    } else if head.importing.is_some() {
        return Err(Failed::half_imported());
    }
    Ok(())
}
