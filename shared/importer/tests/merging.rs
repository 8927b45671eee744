//! Importing over what billing has worked on.
#![allow(clippy::unwrap_used)] // tests may fail loudly

mod common;

use common::{files, good, options, with};
use jiff::civil::{Date, date};
use mensal_domain::{
    account::Account,
    billing::bill,
    calendar::{Span, days_after, months_after},
    period::BillDayChange,
};
use mensal_importer::{Dataset, Files, merge};
use proptest::prelude::*;

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
         and end it in history.csv\n1 fault in 1 file: nothing was imported"
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
         another account\n1 fault in 1 file: nothing was imported"
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

/// Account 100 as the files have it with another bill day, asked for on a day or on none.
fn asking(day: i8, since: Option<Date>) -> Account {
    let mut account = account(&good(&without_history()), "100");
    let day = day.try_into().unwrap();
    match since {
        None => account.bill_days[0].day = day,
        Some(date) => account.bill_days.push(BillDayChange { date, day }),
    }
    account
}

fn imported(old: &Account, new: Account, as_of: Date) -> Account {
    let after = merge(old, new.clone(), as_of).unwrap().unwrap_or_else(|| old.clone());
    assert_eq!(merge(&after, new, as_of), Ok(None), "importing again changes nothing");
    after
}

#[test]
fn a_bill_day_asked_for_before_the_last_cycle_does_not_move_the_next() {
    let dataset = good(&without_history());
    let mut ahead = billed();
    while ahead.next_bill < Some(date(2027, 5, 10)) {
        ahead = bill(&ahead, &dataset.catalog, &[]).unwrap().account;
    }
    let today = date(2026, 11, 21);
    let mut account = ahead.clone();
    for day in [20, 10, 20, 5, 28] {
        account = imported(&account, asking(day, None), today);
        assert_eq!(account.next_bill, ahead.next_bill, "to {day}");
        assert!(account.bill_days.len() <= 2, "{:?}", account.bill_days);
    }
    let long_ago = imported(&ahead, asking(20, Some(date(2026, 1, 1))), today);
    assert_eq!(long_ago.bill_days[1].date, date(2027, 4, 11));
    assert_eq!(imported(&account, asking(10, None), today), ahead);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Between two cycles, whatever is asked for can be taken back; and in the end every day of
    /// the service has been billed once.
    #[test]
    fn bill_days_can_be_undone_and_every_day_is_billed_once(
        steps in proptest::collection::vec(
            (1_i8..=28, 0_u16..120, any::<bool>(), 0_usize..3), 1..10,
        ),
    ) {
        let dataset = good(&without_history());
        let mut account = account(&dataset, "100");
        let mut days = 0;
        for (day, offset, named, cycles) in steps {
            let date = days_after(months_after(account.next_bill.unwrap(), -2), offset);
            let holds = i8::from(account.bill_days.last().unwrap().day);
            let changed = imported(&account, asking(day, named.then_some(date)), date);
            prop_assert_eq!(changed.next_bill, account.next_bill);
            let dates = changed.bill_days.iter().map(|change| change.date);
            prop_assert!(dates.is_sorted());
            // A plan that was there is not known any more once it has given way.
            let open = days_after(months_after(account.next_bill.unwrap(), -1), 1);
            if account.bill_days.len() == 1 || account.bill_days.last().unwrap().date < open {
                let undone = imported(&changed, asking(holds, None), date);
                prop_assert_eq!(&undone, &account);
            }
            account = changed;
            for _ in 0..cycles {
                let billed = bill(&account, &dataset.catalog, &[]).unwrap();
                let lines = billed.invoice.into_iter().flat_map(|invoice| invoice.lines);
                days += lines.filter_map(|line| line.span).map(Span::days).sum::<i32>();
                account = billed.account;
            }
        }
        let billed = &account.subscriptions[0].billed;
        let all: i32 = billed.iter().map(|piece| piece.span.days()).sum();
        prop_assert!(billed.windows(2).all(|two| two[0].span.end() == two[1].span.start()));
        prop_assert_eq!(all, days);
    }
}
