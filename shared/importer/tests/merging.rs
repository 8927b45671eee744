//! Importing over what billing has worked on.
#![allow(clippy::unwrap_used)] // tests may fail loudly

mod common;

use common::{files, good, options, with};
use jiff::civil::date;
use mensal_domain::{account::Account, billing::bill};
use mensal_importer::{Dataset, Files, merge};

fn account(dataset: &Dataset, id: &str) -> Account {
    let of = dataset.accounts.iter().find(|new| new.account.id.as_str() == id);
    of.map(|new| new.account.clone()).unwrap()
}

/// Account 100, billed once.
fn billed() -> Account {
    let dataset = good(&without_history());
    let billed = bill(&account(&dataset, "100"), &dataset.catalog, &[]).unwrap();
    assert!(billed.invoice.is_some());
    billed.account
}

fn without_history() -> Files {
    let mut files = files();
    files.remove("history.csv");
    files
}

fn changed(file: &str, text: &str) -> Files {
    let mut files = without_history();
    files.insert(file, text);
    files
}

fn merged(files: &Files) -> Option<Account> {
    merge(&billed(), account(&good(files), "100"), date(2026, 11, 15)).unwrap()
}

fn refused(files: &Files) -> String {
    merge(&billed(), account(&good(files), "100"), date(2026, 11, 15)).unwrap_err().to_string()
}

#[test]
fn the_same_files_change_nothing_even_after_billing() {
    assert_eq!(merged(&without_history()), None);
}

#[test]
fn what_people_decide_changes_and_what_billing_wrote_stays() {
    let text = "id,type,name,bill_day\n100,residencial,Ana Lima Souza,10\n200,residencial,D,5\n";
    let after = merged(&changed("accounts.csv", text)).unwrap();
    let mut want = billed();
    want.customer.name = "Ana Lima Souza".to_owned();
    assert_eq!(after, want);
}

#[test]
fn another_bill_day_is_appended_and_the_next_cycle_stays_one() {
    let text = "id,type,name,bill_day\n100,residencial,Ana Lima,20\n200,residencial,D,5\n";
    let after = merged(&changed("accounts.csv", text)).unwrap();
    assert_eq!(after.bill_days.len(), 2);
    assert_eq!(after.bill_days[1].date, date(2026, 11, 15));
    assert_eq!(after.next_bill, Some(date(2026, 12, 10)), "the old day, up to which is billed");
    let again = account(&good(&changed("accounts.csv", text)), "100");
    assert_eq!(merge(&after, again, date(2026, 11, 16)), Ok(None));
}

#[test]
fn a_one_off_that_has_been_billed_is_not_added_again_but_a_new_one_is() {
    let text = "account,id,date,description,price,category\n100,v1,2026-10-05,Visita,80,service\n\
                100,v2,2026-11-20,Visita,80,service\n";
    let after = merged(&changed("charges.csv", text)).unwrap();
    let ids: Vec<_> = after.one_offs.iter().map(|one_off| one_off.id.as_str()).collect();
    assert_eq!(ids, ["v2"]);
}

#[test]
fn history_is_taken_over_so_that_billing_corrects_itself() {
    let after = merged(&files()).unwrap();
    assert_eq!(after.subscriptions[0].history.len(), 1);
    assert_eq!(after.subscriptions[0].billed, billed().subscriptions[0].billed);
}

#[test]
fn an_account_that_was_over_is_billed_again_when_there_is_something() {
    let mut over = billed();
    over.next_bill = None;
    let same = account(&good(&without_history()), "100");
    assert_eq!(merge(&over, same, options().as_of), Ok(None));
    let text = "account,id,date,description,price,category\n100,v2,2026-11-20,Visita,80,service\n";
    let more = account(&good(&changed("charges.csv", text)), "100");
    // Even on the day of the cycle that was its last: that one has been billed.
    for day in [10, 15] {
        let after = merge(&over, more.clone(), date(2026, 11, day)).unwrap().unwrap();
        assert_eq!(after.next_bill, Some(date(2026, 12, 10)));
    }
}

#[test]
fn what_contradicts_documents_is_refused() {
    let head = "account,id,plan,start";
    assert_eq!(
        refused(&changed("subscriptions.csv", &format!("{head}\n200,main,radio,2026-01-05\n"))),
        "subscriptions.csv: id: `main` of account 100 is gone, but has been billed: put it back, \
         and end it in history.csv"
    );
    let moved = "100,main,fibra-300,2026-02-10\n200,main,radio,2026-01-05\n";
    assert!(
        refused(&changed("subscriptions.csv", &format!("{head}\n{moved}")))
            .contains("start: `2026-02-10` is another start of subscription main of account 100")
    );
    let mut dollars = changed(
        "accounts.csv",
        "id,type,name,bill_day,currency\n100,residencial,Ana Lima,10,USD\n200,residencial,D,5,\n",
    );
    dollars.insert(
        "subscriptions.csv",
        format!("{head}\n100,main,fiber-300,2026-01-10\n200,main,radio,2026-01-05\n"),
    );
    assert_eq!(
        refused(&dollars),
        "accounts.csv: currency: `USD` account 100 may have documents in BRL: keep the currency, or open \
         another account"
    );
}

#[test]
fn a_currency_may_change_as_long_as_there_are_no_documents() {
    let dollars = with(
        "accounts.csv",
        "id,type,name,bill_day,currency\n100,residencial,Ana Lima,10,USD\n200,residencial,D,5,\n",
    );
    let mut dollars = dollars;
    dollars.insert("subscriptions.csv", "account,id,plan,start\n200,main,radio,2026-01-05\n");
    dollars.remove("history.csv");
    let old = account(&good(&files()), "100");
    let after = merge(&old, account(&good(&dollars), "100"), options().as_of).unwrap().unwrap();
    assert_eq!((after.currency.code(), after.balance.currency().code()), ("USD", "USD"));
}
