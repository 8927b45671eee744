//! What holds for all files, good or bad.
#![allow(clippy::unwrap_used)] // tests may fail loudly

mod common;

use common::{files, good, options};
use mensal_importer::{Files, Options, read};
use proptest::prelude::*;

const SHUFFLED: [&str; 11] = [
    "plans.csv",
    "prices.csv",
    "meters.csv",
    "discounts.csv",
    "calendars.csv",
    "account_types.csv",
    "accounts.csv",
    "subscriptions.csv",
    "given_discounts.csv",
    "history.csv",
    "charges.csv",
];

/// The rows of a file of the sample. A row may span lines: they are told apart by the reader.
fn shuffled(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    let mut records: Vec<_> = reader.byte_records().map(Result::unwrap).collect();
    // A full cycle through the rows, so that each lands elsewhere; a prime step reaches all.
    let rows = records.len() - 1;
    let step = [7919, 104_729, 1_299_709][usize::try_from(seed % 3).unwrap()];
    let body = records.split_off(1);
    let order = (0..rows).map(|i| (i * step + usize::try_from(seed).unwrap()) % rows);
    let mut order: Vec<_> = order.collect();
    order.sort_unstable();
    assert_eq!(order, (0..rows).collect::<Vec<_>>(), "a permutation");
    let order = (0..rows).map(|i| (i * step + usize::try_from(seed).unwrap()) % rows);
    let mut writer = csv::Writer::from_writer(vec![]);
    writer.write_byte_record(&records[0]).unwrap();
    for i in order {
        writer.write_byte_record(&body[i]).unwrap();
    }
    writer.into_inner().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_order_of_rows_does_not_matter(seed in 0_u64..1000) {
        let want = read(&Files::sample(), &Options::sample(0)).unwrap();
        let mut files = Files::sample();
        for name in SHUFFLED.into_iter().chain(["usage.csv"]) {
            let mixed = shuffled(files.get(name).unwrap(), seed);
            files.insert(name, mixed);
        }
        prop_assert_eq!(read(&files, &Options::sample(0)).unwrap(), want);
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(
        name in prop::sample::select(files().names().map(str::to_owned).collect::<Vec<_>>()),
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        keep_header in any::<bool>(),
        shift_months in any::<i32>(),
    ) {
        let mut files = files();
        let header = files.get(&name).unwrap().split(|b| *b == b'\n').next().unwrap().to_vec();
        let head = if keep_header { [header, vec![b'\n']].concat() } else { vec![] };
        files.insert(name, [head, bytes].concat());
        if let Err(faults) = read(&files, &Options { shift_months, ..options() }) {
            prop_assert!(!faults.to_string().is_empty());
        }
    }

    #[test]
    fn one_odd_cell_never_panics_and_is_told_or_taken(
        name in prop::sample::select(files().names().map(str::to_owned).collect::<Vec<_>>()),
        row in 1_usize..4,
        column in 0_usize..6,
        cell in "([0-9.,/-]{0,40}|\\PC{0,12}|-?[0-9]{25,40}|[A-Za-z#@ ]{0,150}|[0-9]{4}-[0-9]{2}-[0-9]{2})",
    ) {
        let mut files = files();
        let text = String::from_utf8(files.get(&name).unwrap().to_vec()).unwrap();
        let mut lines: Vec<Vec<String>> =
            text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect();
        if let Some(spot) = lines.get_mut(row).and_then(|cells| cells.get_mut(column)) {
            *spot = format!("\"{}\"", cell.replace('"', "\"\""));
        }
        let text = lines.iter().map(|cells| cells.join(",") + "\n").collect::<String>();
        files.insert(name, text);
        if let Err(faults) = read(&files, &options()) {
            for fault in &faults {
                prop_assert!(!fault.wrong.is_empty() && !fault.right.is_empty(), "{fault}");
            }
        }
    }
}

#[test]
fn reading_twice_gives_the_same() {
    assert_eq!(good(&files()), good(&files()));
}
