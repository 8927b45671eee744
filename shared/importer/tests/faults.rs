//! Each fault, as people read it.
#![allow(clippy::unwrap_used)] // tests may fail loudly

mod common;

use common::{faults, files, good, with};

/// What a file with these rows, in place of its own, is told.
fn told(file: &str, text: &str) -> Vec<String> {
    faults(&with(file, text)).iter().map(ToString::to_string).collect()
}

/// For each: the columns, one row, and what is told of line 2.
fn check(file: &str, cases: &[(&str, &str, &str)]) {
    for (columns, row, want) in cases {
        let want = format!("{file}:2: {want}");
        let all = told(file, &format!("{columns}\n{row}\n"));
        assert!(all.contains(&want), "{row}\n want {want}\n told {all:#?}");
    }
}

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
                "first_cycle: `2026-11-11` is not on the bill day: use a date on the bill day",
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
                "account: `300` is no account of accounts.csv: did you mean `200`?",
            ),
        ],
    );
}

#[test]
fn catalog() {
    let head = "code,name,category,price";
    check(
        "plans.csv",
        &[
            (
                head,
                "a,A,internet,-1",
                "price: `-1` is below zero: use 0 or more; credits belong into charges.csv",
            ),
            (head, "a,A,internet,9.999", "price: `9.999` has too many decimals: BRL has 2"),
            (
                "code,name,category,price,interval",
                "a,A,internet,9,2",
                "interval: `2` is none of the words for this: use 1 or 3 or 6 or 12; did you mean `1`?",
            ),
            (
                "code,name,category,price,timing",
                "a,A,internet,9,arears",
                "timing: `arears` is none of the words for this: use advance or arrears; did you mean `arrears`?",
            ),
        ],
    );
    check(
        "discounts.csv",
        &[
            ("code,name,percent", "a,A,101", "percent: `101` is no percentage: use 0 to 100"),
            (
                "code,name,percent",
                "a,A,",
                "percent: the discount has no value: fill in percent or fixed",
            ),
            (
                "code,name,percent,fixed",
                "a,A,1,1",
                "fixed: `1` stands beside percent: use one of the two",
            ),
        ],
    );
    let meters = "plan,meter,name,unit,up_to,price";
    check(
        "meters.csv",
        &[
            (
                meters,
                "radio,data,Dados,GB,10,1",
                "up_to: `10` the last tier has an end: leave up_to empty in the last tier",
            ),
            (
                meters,
                "radios,data,Dados,GB,,1",
                "plan: `radios` is no plan of plans.csv: did you mean `radio`?",
            ),
        ],
    );
    let all =
        told("meters.csv", &format!("{meters}\nradio,data,Dados,GB,,1\nradio,data,Dados,GB,,2\n"));
    assert_eq!(
        all[0],
        "meters.csv:3: up_to: ends where the tier on line 2 ends: let each tier end higher than the \
         one before; the last is empty"
    );
    let taxes = "code,name,rate,mode,categories\nicms,ICMS,18,embedded,internet\n";
    let all = told("taxes.csv", &format!("{taxes}icms,ICMS,19,embedded,internet voice\n"));
    assert_eq!(
        all[0],
        "taxes.csv:3: code: `icms` holds for the same lines as line 2, and would be charged twice: \
         let one end (until) before the other begins (from)"
    );
}

#[test]
fn isp() {
    let head = "key,value\nname,P\ncolor,#0a3d8f\nlocale,pt-BR\ncurrency,BRL\n";
    let zone = "time_zone,America/Sao_Paulo\n";
    let cases = [
        (
            "time_zone,Brasilia\n",
            "isp.csv:6: time_zone: `Brasilia` is no time zone: use a name of IANA, like America/Sao_Paulo",
        ),
        ("", "isp.csv: time_zone: the row with this key is missing: add it"),
        (
            &format!("{zone}adress,Rua 1\n"),
            "isp.csv:7: key: `adress` is no key of this file: did you mean `address`?",
        ),
        (
            &format!("{zone}logo,#0a3d8f M0 0 l5 5\n"),
            "isp.csv:7: logo: `#0a3d8f M0 0 l5 5` has `l` in its path: use M L H V C Q Z in capitals, and numbers",
        ),
        (
            &format!("{zone}name,Q\n"),
            "isp.csv:7: key: `name` is there too often: give it at most 1 times",
        ),
    ];
    for (rows, want) in cases {
        let all = told("isp.csv", &format!("{head}{rows}"));
        assert_eq!(all, [want]);
    }
}

#[test]
fn subscriptions_and_what_happened_to_them() {
    let head = "account,id,plan,start";
    check(
        "subscriptions.csv",
        &[
            (
                head,
                "100,main,fibra300,2026-01-10",
                "plan: `fibra300` is no plan of plans.csv: did you mean `fibra-300`?",
            ),
            (
                head,
                "100,main,fiber-300,2026-01-10",
                "plan: `fiber-300` is sold in USD, account 100 pays BRL: use a plan with prices in BRL",
            ),
            (
                "account,id,plan,start,quantity",
                "100,main,fibra-300,2026-01-10,0",
                "quantity: `0` does not fit: use a whole number from 1 to 10000",
            ),
            (
                "account,id,plan,start,bill_from",
                "100,main,fibra-300,2026-01-10,2026-01-01",
                "bill_from: `2026-01-01` is before the start: leave it empty: all days are billed then",
            ),
        ],
    );
    let head = "account,subscription,date,change,value";
    check(
        "history.csv",
        &[
            (
                head,
                "100,man,2026-03-01,suspend,",
                "subscription: `man` is no subscription of account 100: did you mean `main`?",
            ),
            (
                head,
                "100,main,2026-03-01,pause,",
                "change: `pause` is none of the words for this: use plan or quantity or suspend or resume or end",
            ),
            (
                head,
                "100,main,2026-03-01,resume,",
                "date: `2026-03-01` resumed while it is not suspended: leave it out, or add the suspend before it",
            ),
            (
                head,
                "100,main,2026-01-09,end,",
                "date: `2026-01-09` an event before its start: use a date from the start in subscriptions.csv on",
            ),
            (
                head,
                "100,main,2026-03-01,plan,",
                "value: is not a valid plan code: use 1 to 40 of A-Z a-z 0-9 . _ -",
            ),
            (
                head,
                "100,main,2026-03-01,end,now",
                "value: `now` does not belong to this change: leave it empty",
            ),
        ],
    );
    let head = "account,subscription,meter,date,quantity";
    check(
        "usage.csv",
        &[
            (
                head,
                "100,main,data,2026-02-01,1",
                "meter: `data` is not metered on plan fibra-300: add it to meters.csv, or leave the row out",
            ),
            (
                head,
                "200,main,date,2026-02-01,1",
                "meter: `date` is not metered on plan radio: did you mean `data`?",
            ),
            (
                head,
                "200,main,data,2026-01-04,1",
                "date: `2026-01-04` is a day without service: use a day from the start of the subscription to its end",
            ),
            (
                head,
                "200,main,data,2026-02-01,-1",
                "quantity: `-1` is below zero: use 0 or more; credits belong into charges.csv",
            ),
        ],
    );
}
