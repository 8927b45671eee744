//! A small ISP, right in everything, to be spoilt in one place at a time.
#![allow(dead_code)] // each test binary uses its own part of this module

use jiff::civil::date;
use mensal_importer::{Dataset, Faults, Files, Options, read};

pub(crate) fn files() -> Files {
    [
        (
            "isp.csv",
            "key,value\nname,Provedor\ncolor,#0a3d8f\ntime_zone,America/Sao_Paulo\nlocale,pt-BR\n\
             currency,BRL\n",
        ),
        (
            "plans.csv",
            "code,name,category,currency,price\nfibra-300,Fibra 300,internet,,89.90\n\
             fiber-300,Fiber 300,internet,USD,49.99\nradio,Rádio,internet,,49.90\n",
        ),
        (
            "meters.csv",
            "plan,meter,name,unit,allowance,up_to,price\nradio,data,Dados,GB,100,,0.5\n",
        ),
        ("discounts.csv", "code,name,percent\nloyal,Fiel,10\n"),
        ("taxes.csv", "code,name,rate,mode,categories\nicms,ICMS,18,embedded,internet\n"),
        ("calendars.csv", "calendar,day,name\nbr,12-25,Natal\n"),
        ("account_types.csv", "code,name,calendar\nresidencial,Residencial,br\n"),
        (
            "accounts.csv",
            "id,type,name,bill_day\n100,residencial,Ana Lima,10\n200,residencial,Davi Nunes,5\n",
        ),
        (
            "subscriptions.csv",
            "account,id,plan,start\n100,main,fibra-300,2026-01-10\n200,main,radio,2026-01-05\n",
        ),
        ("history.csv", "account,subscription,date,change,value\n100,main,2026-03-01,suspend,\n"),
        (
            "charges.csv",
            "account,id,date,description,price,category\n100,v1,2026-10-05,Visita,80,service\n",
        ),
        ("usage.csv", "account,subscription,meter,date,quantity\n200,main,data,2026-10-03,12.5\n"),
    ]
    .into_iter()
    .collect()
}

pub(crate) fn options() -> Options {
    Options::new(date(2026, 10, 22))
}

pub(crate) fn with(file: &str, text: &str) -> Files {
    let mut files = files();
    files.insert(file, text);
    files
}

pub(crate) fn good(files: &Files) -> Dataset {
    read(files, &options()).unwrap_or_else(|faults| panic!("{faults}"))
}

pub(crate) fn faults(files: &Files) -> Faults {
    read(files, &options()).expect_err("there should be a fault")
}

/// What a file with these rows, in place of its own, is told.
pub(crate) fn told(file: &str, text: &str) -> Vec<String> {
    faults(&with(file, text)).iter().map(ToString::to_string).collect()
}

/// For each: the columns, one row, and what is told of line 2.
pub(crate) fn check(file: &str, cases: &[(&str, &str, &str)]) {
    for (columns, row, want) in cases {
        let want = format!("{file}:2: {want}");
        let all = told(file, &format!("{columns}\n{row}\n"));
        assert!(all.contains(&want), "{row}\n want {want}\n told {all:#?}");
    }
}
