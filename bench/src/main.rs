//! How many invoice PDFs a second Mensal makes, next to Typst, in one run on one thread:
//! `cargo run --release --manifest-path bench/Cargo.toml`, with `-- --json` for machines and
//! `-- --samples FOLDER` to keep one PDF of each for a look.
//!
//! Both draw the same invoice with the same fonts to PDF/A-3a and PDF/UA-1, tagged. Each document
//! has its own number, account and customer. The engines take turns, and the median of the rounds
//! counts. Typst keeps its fonts, its world and its caches warm, and evicts what ten documents
//! have not used, as its own command line does between compilations. Mensal keeps only its fonts:
//! the caches that Typst's features switch on in the library below both are emptied after each.

mod data;
mod typst_side;

use std::{error::Error, hint::black_box, path::PathBuf, time::Instant};

use mensal_documents::invoice_pdf;

use typst_side::Typst;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const ROUNDS: usize = 7;
/// So many documents are drawn before the clock starts, in each turn.
const WARM_UP: usize = 10;
const MENSAL_TURN: usize = 300;
const TYPST_TURN: usize = 60;

/// What came out.
struct Outcome {
    name: &'static str,
    per_second: Vec<f64>,
    bytes: usize,
}

impl Outcome {
    fn median(&self) -> f64 {
        let mut sorted = self.per_second.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // One thread for both, also where a library would take more.
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let stationery = data::stationery()?;
    let mut typst = Typst::new(&stationery)?;
    let mensal = |n| -> Result<usize> {
        let pdf = invoice_pdf(&data::invoice(n)?, &stationery)?;
        comemo::evict(0);
        Ok(black_box(pdf).len())
    };
    let mut typst = |n| -> Result<Vec<u8>> {
        let pdf = typst.pdf(&data::invoice(n)?, &stationery)?;
        comemo::evict(10);
        Ok(black_box(pdf))
    };
    if let Some(place) = arguments.iter().position(|argument| argument == "--samples") {
        let folder = PathBuf::from(arguments.get(place + 1).ok_or("--samples needs a folder")?);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("mensal.pdf"), invoice_pdf(&data::invoice(1)?, &stationery)?)?;
        std::fs::write(folder.join("typst.pdf"), typst(1)?)?;
    }
    let mut outcomes = [
        Outcome { name: "mensal", per_second: Vec::new(), bytes: mensal(0)? },
        Outcome { name: "typst", per_second: Vec::new(), bytes: typst(0)?.len() },
    ];
    let mut next = 1;
    for _ in 0..ROUNDS {
        let speed = turn(&mut next, MENSAL_TURN, &mut |n| mensal(n).map(drop))?;
        outcomes[0].per_second.push(speed);
        let speed = turn(&mut next, TYPST_TURN, &mut |n| typst(n).map(drop))?;
        outcomes[1].per_second.push(speed);
    }
    report(&outcomes, arguments.iter().any(|argument| argument == "--json"));
    Ok(())
}

/// One turn of an engine: documents per second.
#[allow(clippy::cast_precision_loss)] // hundreds of documents
fn turn(
    next: &mut usize,
    documents: usize,
    draw: &mut dyn FnMut(usize) -> Result<()>,
) -> Result<f64> {
    let mut numbers = *next..;
    for n in numbers.by_ref().take(WARM_UP) {
        draw(n)?;
    }
    let start = Instant::now();
    for n in numbers.by_ref().take(documents) {
        draw(n)?;
    }
    let seconds = start.elapsed().as_secs_f64();
    *next = numbers.start;
    Ok(documents as f64 / seconds)
}

fn report(outcomes: &[Outcome; 2], json: bool) {
    let ratio = outcomes[0].median() / outcomes[1].median();
    if json {
        let engines: serde_json::Map<_, _> = outcomes
            .iter()
            .map(|outcome| {
                let rounds: Vec<_> = outcome.per_second.iter().map(|speed| speed.round()).collect();
                let value = serde_json::json!({
                    "pdfs_per_second": outcome.median().round(),
                    "rounds": rounds,
                    "bytes": outcome.bytes,
                });
                (outcome.name.to_owned(), value)
            })
            .collect();
        println!(
            "{}",
            serde_json::json!({ "engines": engines, "ratio": (ratio * 10.0).round() / 10.0 })
        );
        return;
    }
    println!("invoice PDFs, tagged PDF/A-3a and PDF/UA-1, one thread, median of {ROUNDS} rounds");
    println!(
        "{:<8} {:>12} {:>10} {:>10} {:>12}",
        "engine", "PDFs/second", "slowest", "fastest", "bytes each"
    );
    for outcome in outcomes {
        let slowest = outcome.per_second.iter().copied().fold(f64::INFINITY, f64::min);
        let fastest = outcome.per_second.iter().copied().fold(0.0, f64::max);
        println!(
            "{:<8} {:>12.0} {:>10.0} {:>10.0} {:>12}",
            outcome.name,
            outcome.median(),
            slowest,
            fastest,
            outcome.bytes
        );
    }
    println!("ratio    {ratio:>12.1}");
}
