//! Each fault of what is sold, by which rules, and to whom, as people read it.
#![allow(clippy::unwrap_used)] // tests may fail loudly

mod common;

use common::{check, files, options, told};
use mensal_importer::read;

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
                "interval: `2` is none of the words for this: use 1 or 3 or 6 or 12",
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
fn a_login_is_one_subscriptions_on_any_day() {
    let rows = "account,id,plan,start,site,login\n100,main,fibra-300,2026-01-10,centro,ana\n\
                200,main,radio,2026-01-05,centro,";
    let told = |login: &str, history: &str| {
        let (mut all, subscriptions) = (files(), format!("{rows}{login}\n"));
        all.insert("subscriptions.csv", subscriptions.as_str());
        all.insert("usage.csv", "account,subscription,meter,date,quantity\n"); // none after the end
        all.insert("history.csv", format!("account,subscription,date,change,value\n{history}"));
        let faults = read(&all, &options()).err();
        faults.iter().flat_map(|faults| faults.iter()).map(ToString::to_string).collect::<Vec<_>>()
    };
    let twice = "subscriptions.csv:3: login: `ana` is that of account 100, subscription main (line 2), \
                 too: give it one of its own, or end the other first";
    assert_eq!(told("ana", ""), [twice]);
    assert_eq!(told("ana", "100,main,2026-01-06,end,\n").len(), 1, "before its start");
    assert_eq!(told("davi", ""), [""; 0]);
    assert_eq!(told("ana", "200,main,2026-01-10,end,\n"), [""; 0], "the other has ended by then");
    assert_eq!(told("ana", "200,main,2026-01-11,end,\n"), [twice]);
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
                "date: `2026-03-01` does not fit: resumed while it is not suspended: leave it out, or add the suspend before it",
            ),
            (
                head,
                "100,main,2026-01-09,end,",
                "date: `2026-01-09` does not fit: an event before its start: use a date from the start in subscriptions.csv on",
            ),
            (
                head,
                "100,main,2026-03-01,plan,",
                "value: must not be empty: use 1 to 40 of A-Z a-z 0-9 . _ -",
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

#[test]
fn a_second_change_of_a_day_names_the_first() {
    let rows = "100,main,2026-03-01,quantity,2\n100,main,2026-03-01,plan,fibra-300\n\
                100,main,2026-03-01,quantity,3\n";
    assert_eq!(
        told("history.csv", &format!("account,subscription,date,change,value\n{rows}")),
        [
            "history.csv:4: date: `2026-03-01` does not fit: a second change of the same kind (first on line 2): \
          keep the one that holds at the end of the day"
        ]
    );
}
