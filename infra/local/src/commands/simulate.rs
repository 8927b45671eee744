//! `simulate`: months of an ISP's life in minutes, with all that must hold checked each day.

use std::{fs, path::Path};

use mensal::simulation::{Plan, Report, simulate as live};

use super::{Failed, say};
use crate::cli::Simulate;

pub(crate) async fn simulate(options: &Simulate) -> Result<(), Failed> {
    let plan = Plan {
        accounts: options.accounts,
        months: options.months,
        seed: options.seed,
        faults: options.faults,
    };
    let report = match &options.data {
        Some(folder) => in_folder(folder, plan).await?,
        None => in_folder(tempfile::tempdir()?.path(), plan).await?,
    };
    if options.json {
        say(&format!("{}\n", report.json()))?;
    } else {
        say(&report.table()?)?;
    }
    // Whatever becomes of the picture, what took so long is told.
    if let Some(file) = &options.svg {
        fs::write(file, report.svg()).map_err(|why| format!("{}: {why}", file.display()))?;
    }
    match report.violations.len() {
        0 => Ok(()),
        found => {
            Err(Failed::from(format!("{found} things do not hold that must: seed {}", plan.seed)))
        }
    }
}

async fn in_folder(folder: &Path, plan: Plan) -> Result<Report, Failed> {
    // What lies there already would have a life of its own.
    if fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some()) {
        return Err(Failed::from(format!(
            "{} is not empty: a simulated year begins with nothing",
            folder.display()
        )));
    }
    let tell = |day: jiff::civil::Date| {
        if day.day() == 1 {
            eprintln!("{day} …");
        }
    };
    let ended = live(folder, plan, tell).await;
    ended.map_err(|why| Failed::from(format!("seed {}: {why}", plan.seed)))
}
