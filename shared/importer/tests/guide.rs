//! The guide tells the truth: its examples are read, and it names every column.
#![allow(clippy::unwrap_used)] // tests may fail loudly

mod common;

use common::{files, with};
use mensal_importer::{Options, SAMPLE_AS_OF, read};

const GUIDE: &str = include_str!("../../../docs/importing.md");

/// Each section that is about a file, by its name.
fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    let split = GUIDE.split("\n## ").filter_map(|section| section.split_once('\n'));
    split.filter(|(title, _)| title.contains(".csv"))
}

fn example(section: &str) -> Option<&str> {
    section.split_once("```csv\n")?.1.split_once("```").map(|(rows, _)| rows)
}

#[test]
fn the_examples_make_one_isp() {
    let mut all = files();
    let kept = ["isp.csv", "usage.csv", "account_types.csv", "calendars.csv"];
    for (name, section) in sections().filter(|(name, _)| !kept.contains(name)) {
        all.remove(name);
        // Plans that the examples only mention.
        let more = match name {
            "plans.csv" => {
                "fibra-1000,Fibra,plan,internet,BRL,1,advance,169.90\n\
                 radio-15,Rádio,plan,internet,BRL,1,arrears,84.90\n\
                 radio-dados,Rádio,plan,internet,BRL,1,arrears,49.90\n"
            }
            _ => "",
        };
        if let Some(rows) = example(section) {
            all.insert(name, format!("{rows}{more}"));
        }
    }
    all.remove("usage.csv");
    let read = read(&all, &Options::new(SAMPLE_AS_OF));
    let read = read.unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(read.accounts.len(), 2);
}

#[test]
fn every_column_and_key_is_in_the_guide() {
    let mut seen = 0;
    for (name, section) in sections() {
        // An unknown column is told with all that there are.
        let faults = read(&with(name, "qqqqqqqq\n"), &Options::new(SAMPLE_AS_OF)).unwrap_err();
        let told = faults.iter().find(|fault| fault.file == name && fault.given == "qqqqqqqq");
        let right = told.unwrap().right.clone();
        for column in right.rsplit(' ').next().unwrap().split(',') {
            let numbered = column.starts_with("address") && column.len() == 8;
            let section = if section.contains("billing settings |") { GUIDE } else { section };
            assert!(numbered || section.contains(&format!("`{column}`")), "{name}: {column}");
            seen += 1;
        }
    }
    assert!(seen > 90, "{seen}");
    assert_eq!(sections().count(), 15);
}
