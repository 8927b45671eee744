//! Each fault of accounts and of their dates and numbers, as people read it.
#![allow(clippy::unwrap_used)] // tests may fail loudly

mod common;

use common::{check, files, good};

#[test]
fn the_fixture_is_right() {
    assert_eq!(good(&files()).accounts.len(), 2);
}

#[test]
fn accounts() {
    let head = "id,type,name,bill_day";
    let long = "x".repeat(121);
    check(
        "accounts.csv",
        &[
            (
                head,
                "100,residencial,Ana,31",
                "bill_day: `31` is no bill day: use 1 to 28, the days that every month has",
            ),
            (
                head,
                "100,residencial,,10",
                "name: must not be empty: write a text of 1 to 120 characters",
            ),
            (
                head,
                "a b,residencial,Ana,10",
                "id: `a b` is not a valid account id: use 1 to 40 of A-Z a-z 0-9 . _ -",
            ),
            (
                head,
                "100,Residental,Ana,10",
                "type: `Residental` is no account type of account_types.csv: did you mean `residencial`?",
            ),
            (
                head,
                &format!("100,residencial,{long},10"),
                &format!("name: `{}…` is 121 characters long: use at most 120", "x".repeat(60)),
            ),
            (
                head,
                "100,residencial,A\u{7}na,10",
                "name: `A\u{fffd}na` has a line break or a control character: write it on one line, and look for a quote that is not closed",
            ),
            (
                head,
                "100,residencial,Ana,10,9",
                "the row has 5 cells: write 4, as in the header; quote a cell that has a comma",
            ),
        ],
    );
}

#[test]
fn how_accounts_are_billed() {
    check(
        "accounts.csv",
        &[
            (
                "id,type,name,bill_day,locale",
                "1,residencial,Ana,10,pt",
                "locale: `pt` is no language of Mensal: use pt-BR or en-US",
            ),
            (
                "id,type,name,bill_day,currency",
                "1,residencial,Ana,10,REAL",
                "currency: `REAL` is no currency code of ISO 4217: write BRL, USD, …",
            ),
            (
                "id,type,name,bill_day,email",
                "1,residencial,Ana,10,ana@",
                "email: `ana@` is no e-mail address: write one address, like ana@provider.example",
            ),
            (
                "id,type,name,bill_day,exempt",
                "1,residencial,Ana,10,icm",
                "exempt: `icm` is no tax of taxes.csv: did you mean `icms`?",
            ),
            (
                "id,type,name,bill_day,exempt",
                "1,residencial,Ana,10,icms@2026",
                "exempt: `icms@2026` is no date: write year-month-day, like 2026-11-05",
            ),
            (
                "id,type,name,bill_day,calendar",
                "1,residencial,Ana,10,bra",
                "calendar: `bra` is no calendar of calendars.csv: did you mean `br`?",
            ),
            (
                "id,type,name,bill_day,due_days",
                "1,residencial,Ana,10,731",
                "due_days: `731` does not fit: use a whole number from 0 to 730",
            ),
            (
                "id,type,name,bill_day,paper",
                "1,residencial,Ana,10,leter",
                "paper: `leter` is none of the words for this: use a4 or letter; did you mean `letter`?",
            ),
            (
                "id,type,name,bill_day,first_cycle",
                "1,residencial,Ana,10,2026-11-11",
                "first_cycle: `2026-11-11` is not on the bill day: use a date on the bill day (or empty it, if the account was imported before)",
            ),
            (
                "id,type,name,bill_day,opening_balance",
                "1,residencial,Ana,10,5.00",
                "opening_date: must not be empty: fill in the date of the balance, like 2026-10-21",
            ),
            (
                "id,type,name,bill_day,opening_balance,opening_date",
                "1,residencial,Ana,10,5.005,2026-10-21",
                "opening_balance: `5.005` has too many decimals: BRL has 2",
            ),
            (
                "id,type,name,bill_day,delinquent_weekdays",
                "1,residencial,Ana,10,Monday",
                "delinquent_weekdays: `Monday` is no set of weekdays: write at least one of Mo Tu We Th Fr Sa Su, with spaces between",
            ),
        ],
    );
}

#[test]
fn a_day_of_a_calendar_is_one_of_those_that_there_are_and_bears_a_name() {
    let head = "calendar,day,name";
    check(
        "calendars.csv",
        &[
            (
                head,
                "br,holidays:PT,",
                "day: `holidays:PT` is no day: write 2026-12-25 for that date, 12-25 for every year, 05-2Su or 05-lastMo for a weekday of every May, holidays:BR, holidays:BR-optional or holidays:US for those of a country, or eves for the days before",
            ),
            (head, "br,12-24,", "name: must not be empty: write a text of 1 to 120 characters"),
            (head, "br,eves,", "name: must not be empty: write a text of 1 to 120 characters"),
        ],
    );
}

#[test]
fn dates_and_numbers_of_other_countries_say_what_they_would_be_here() {
    let head = "account,id,date,description,price,category";
    check(
        "charges.csv",
        &[
            (
                head,
                "100,v,25/10/2026,Visita,80,service",
                "date: `25/10/2026` is no date: write year-month-day: 2026-10-25",
            ),
            (
                head,
                "100,v,05/10/2026,Visita,80,service",
                "date: `05/10/2026` is no date: write year-month-day: 2026-10-05 or 2026-05-10",
            ),
            (
                head,
                "100,v,2026-02-30,Visita,80,service",
                "date: `2026-02-30` is no date: write year-month-day, like 2026-11-05",
            ),
            (
                head,
                "100,v,0026-10-05,Visita,80,service",
                "date: `0026-10-05` is too far away: use a year from 1970 to 2199",
            ),
            (
                head,
                "100,v,2026-10-05,Visita,\"1.234,56\",service",
                "price: `1.234,56` has a comma: write 1234.56, with a point before decimals and nothing else",
            ),
            (
                head,
                "100,v,2026-10-05,Visita,\"89,90\",service",
                "price: `89,90` has a comma: write 89.90, with a point before decimals and nothing else",
            ),
            (
                head,
                "100,v,2026-10-05,Visita,\"1,234\",service",
                "price: `1,234` has a comma: write a point before decimals, and nothing between thousands",
            ),
            (
                head,
                "100,v,2026-10-05,Visita,R$ 80,service",
                "price: `R$ 80` is no number: write digits with a point before decimals, like 99.90",
            ),
            (
                head,
                "100,v,2026-10-05,Visita,1e3,service",
                "price: `1e3` is no number: write digits with a point before decimals, like 99.90",
            ),
            (
                head,
                "100,v,2026-10-05,Visita,9999999999,service",
                "price: `9999999999` is too large: use at most 1000000000",
            ),
            (
                head,
                "100,v,2026-10-05,Visita,0.1234567,service",
                "price: `0.1234567` has too many decimals: use at most 6",
            ),
            (
                head,
                "300,v,2026-10-05,Visita,80,service",
                "account: `300` is no account of accounts.csv: add it to accounts.csv or use one that is there",
            ),
        ],
    );
}
