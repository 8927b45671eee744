//! The sample ISP: reads without a fault, whichever month it is moved to, and has something of
//! everything that the domain knows.
#![allow(clippy::unwrap_used)] // tests may fail loudly

use std::collections::BTreeMap;

use mensal_domain::{
    account::Change,
    billing::{BillingError, bill},
    calendar::months_after,
    invoice::{Invoice, LineSource, TaxMode},
    period::Interval,
};
use mensal_importer::{Dataset, Files, Options, SAMPLE_AS_OF, merge, read};

fn sample(shift_months: i32) -> Dataset {
    read(&Files::sample(), &Options::sample(shift_months)).unwrap_or_else(|faults| {
        panic!("the sample, moved by {shift_months} months:\n{faults}");
    })
}

#[test]
fn the_sample_reads_without_fault_in_every_month() {
    for shift_months in -24..=24 {
        let sample = sample(shift_months);
        let window = months_after(SAMPLE_AS_OF, shift_months);
        for new in &sample.accounts {
            let first = new.account.next_bill.unwrap();
            assert!(window <= first && first < months_after(window, 1), "{}", new.account.id);
        }
    }
}

#[test]
fn the_embedded_sample_is_the_one_in_the_folder() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample");
    let (folder, embedded) = (Files::from_dir(&folder).unwrap(), Files::sample());
    assert!(folder.names().eq(embedded.names()));
    assert!(folder.names().all(|name| folder.get(name) == embedded.get(name)));
}

#[test]
fn importing_the_sample_again_changes_nothing() {
    let later = Options::new(months_after(SAMPLE_AS_OF, 1));
    let again = read(&Files::sample(), &later).unwrap();
    for (old, new) in sample(0).accounts.iter().zip(again.accounts) {
        assert_eq!(merge(&old.account, new.account, later.as_of), Ok(None), "{}", old.account.id);
    }
}

/// Each account's first cycle: the invoice, or why there is none.
fn first_cycle(sample: &Dataset) -> (Vec<Invoice>, usize, Vec<BillingError>) {
    let (mut invoices, mut nothing, mut parked) = (vec![], 0, vec![]);
    for new in &sample.accounts {
        let usage = sample.usage.get(&new.account.id).map_or(&[][..], Vec::as_slice);
        match bill(&new.account, &sample.catalog, usage).map(|billed| billed.invoice) {
            Ok(Some(invoice)) => invoices.push(invoice),
            Ok(None) => nothing += 1,
            Err(error) => parked.push(error),
        }
    }
    (invoices, nothing, parked)
}

#[test]
fn the_sample_can_be_billed_for_a_year() {
    let sample = sample(0);
    let mut parked = 0;
    for new in &sample.accounts {
        let usage = sample.usage.get(&new.account.id).map_or(&[][..], Vec::as_slice);
        let (mut account, mut sum) = (new.account.clone(), new.account.balance);
        while account.next_bill.is_some_and(|next| next < months_after(SAMPLE_AS_OF, 13)) {
            let Ok(billed) = bill(&account, &sample.catalog, usage) else {
                parked += 1;
                break;
            };
            let total = billed.invoice.map(|invoice| invoice.total);
            sum = sum
                .plus(total.unwrap_or(mensal_domain::money::Money::zero(sum.currency())))
                .unwrap();
            account = billed.account;
            assert_eq!(account.balance, sum, "{}", account.id);
            let again = merge(&account, new.account.clone(), SAMPLE_AS_OF);
            assert_eq!(again, Ok(None), "importing again after billing changes nothing");
        }
    }
    assert_eq!(parked, 2);
}

#[test]
fn the_sample_has_something_of_everything() {
    let sample = sample(0);
    assert!((280..=320).contains(&sample.accounts.len()), "{}", sample.accounts.len());
    let accounts = || sample.accounts.iter().map(|new| &new.account);
    let subscriptions = || accounts().flat_map(|account| &account.subscriptions);
    let changes = || subscriptions().flat_map(|one| &one.history).map(|event| &event.change);
    assert!(changes().any(|change| matches!(change, Change::Plan(_))));
    assert!(changes().any(|change| matches!(change, Change::Quantity(_))));
    assert!(changes().any(|change| *change == Change::End));
    let counts = |wanted: Change| changes().filter(|change| **change == wanted).count();
    assert!(counts(Change::Suspend) > counts(Change::Resume) && counts(Change::Resume) > 3);
    assert!(accounts().any(|account| account.bill_days.len() == 2));
    assert!(accounts().any(|account| !account.exemptions.is_empty()));
    assert!(accounts().any(|account| !account.overrides.is_empty()));
    assert!(accounts().any(|account| account.grace_until.is_some()));
    let opening = || sample.accounts.iter().filter_map(|new| new.opening);
    assert!(opening().any(|(_, money)| money.is_positive()));
    assert!(opening().any(|(_, money)| money.is_negative()));

    let (invoices, nothing, parked) = first_cycle(&sample);
    assert!(invoices.iter().any(Invoice::is_credit_note));
    assert!(invoices.iter().any(|invoice| invoice.lines.len() > 20));
    let small = invoices.iter().filter(|invoice| invoice.lines.len() <= 3).count();
    assert!(small * 10 > invoices.len() * 8, "most are small");
    assert!(nothing >= 5);
    assert_eq!(parked.len(), 2, "{parked:?}");
    let lines = || invoices.iter().flat_map(|invoice| &invoice.lines);
    for wanted in ["usage", "one-off", "discount", "stub"] {
        let found = lines().any(|line| match wanted {
            "usage" => matches!(line.source, LineSource::Usage(..)),
            "one-off" => matches!(line.source, LineSource::OneOff(_)),
            "discount" => matches!(line.source, LineSource::Discount(..)),
            _ => line.part_of_days.is_some(),
        });
        assert!(found, "{wanted}");
    }
    for mode in [TaxMode::Exclusive, TaxMode::Inclusive, TaxMode::Embedded] {
        assert!(invoices.iter().flat_map(|one| &one.taxes).any(|tax| tax.mode == mode));
    }
    for interval in [Interval::Quarterly, Interval::HalfYearly, Interval::Yearly] {
        let long = |line: &&mensal_domain::invoice::Line| match &line.source {
            LineSource::Recurring(_, plan) => sample.catalog.plans[plan].interval == interval,
            _ => false,
        };
        assert!(lines().any(|line| long(&line)), "{interval:?}");
    }
    let mut totals: BTreeMap<&str, usize> = BTreeMap::new();
    for invoice in &invoices {
        *totals.entry(invoice.currency().code()).or_default() += 1;
    }
    assert_eq!(totals.keys().copied().collect::<Vec<_>>(), ["BRL", "PYG", "USD"]);
}

/// The sample with one text of a file replaced by another, and what is told of it.
fn spoilt(file: &str, from: &str, to: &str) -> Vec<String> {
    let mut files = Files::sample();
    let text = String::from_utf8(files.get(file).unwrap().to_vec()).unwrap();
    assert!(text.contains(from), "{file} has {from}");
    files.insert(file, text.replacen(from, to, 1));
    let faults = read(&files, &Options::sample(0)).unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn one_bad_row_is_one_fault_however_many_rows_refer_to_it() {
    assert_eq!(
        spoilt("plans.csv", "\nfibra-300,", "\nfibra-300 x,"),
        [
            "plans.csv:2: code: `fibra-300 x` is not a valid plan code: use 1 to 40 of A-Z a-z 0-9 . _ -"
        ]
    );
    assert_eq!(spoilt("accounts.csv", "\n20612,", "\n20612 x,").len(), 1);
    assert_eq!(spoilt("account_types.csv", "\nresidencial,", "\nresidencial!,").len(), 1);
    let renamed = spoilt("plans.csv", "\nfibra-300,", "\nfibra-400,");
    let of = |file: &str| renamed.iter().filter(|told| told.starts_with(file)).count();
    assert!(of("subscriptions.csv") == 1 && renamed.len() <= 4, "{renamed:#?}");
    assert!(!renamed.concat().contains("fibra-400"), "another number is no slip: {renamed:#?}");
}
