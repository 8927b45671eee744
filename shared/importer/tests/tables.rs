//! What files, headers and rows are told as a whole, and which spreadsheets are read.
#![allow(clippy::unwrap_used)] // tests may fail loudly

mod common;

use common::{faults, files, good, told, with};
use mensal_importer::Files;

#[test]
fn what_is_there_twice_is_told_with_the_first_line() {
    let twice = "id,type,name,bill_day\n100,residencial,Ana,10\n\n100,residencial,Bia,5\n";
    assert!(told("accounts.csv", twice).contains(
        &"accounts.csv:4: id: `100` is there twice (first on line 2): leave one of the two out, or \
          give it a name of its own"
            .to_owned()
    ));
    let usage = "account,subscription,meter,date,quantity\n200,main,data,2026-02-01,1\n\
                 200,main,data,2026-02-01,2\n";
    assert_eq!(
        told("usage.csv", usage),
        ["usage.csv:3: date: `2026-02-01` is there twice for this meter (first on line 2): write \
          one row per day, with the sum of the day"]
    );
}

#[test]
fn files_and_headers() {
    let mut without = files();
    without.remove("plans.csv");
    without.insert("acounts.csv", "id\n");
    let told_of =
        |files: &Files| -> Vec<String> { faults(files).iter().map(ToString::to_string).collect() };
    assert_eq!(
        told_of(&without),
        [
            "acounts.csv: is no file of an import: did you mean `accounts.csv`?",
            "plans.csv: the file is missing: add it, with the columns code,name,category,price",
        ]
    );
    assert_eq!(
        told("discounts.csv", "code,nome,code,foo\n"),
        [
            "discounts.csv:1: the column name is missing: add it to the header",
            "discounts.csv:1: `code` is a column twice: leave one out",
            "discounts.csv:1: `foo` is no column of this file: leave it out, or use one of \
             code,name,percent,fixed,cycles,until",
            "discounts.csv:1: `nome` is no column of this file: did you mean `name`?",
        ]
        .map(str::to_owned)
    );
    let mut latin = files();
    latin.insert("discounts.csv", b"code,name,percent\nloyal,Fi\xe9l,10\n".as_slice());
    assert_eq!(told_of(&latin), ["discounts.csv:2: is not UTF-8: save the file as CSV in UTF-8"]);
    assert_eq!(
        told("charges.csv", "account,id,date,description,price,category\n100,\"v,2026-10-05\n\n"),
        [
            "charges.csv:2: the row has 2 cells: write 6, as in the header; look for a quote that is \
          not closed"
        ]
    );
    assert_eq!(
        told("discounts.csv", ""),
        ["discounts.csv: the file is empty: begin it with the line code,name"]
    );
}

#[test]
fn every_fault_of_every_file_is_told_and_no_more() {
    let mut spoilt = with("plans.csv", "code,name,category,price\n,A,internet,x\n");
    spoilt.insert("accounts.csv", "id,type,name,bill_day\n100,residencial,,0\n200,nobody,,5\n");
    let all: Vec<_> =
        faults(&spoilt).iter().map(|fault| (fault.file.clone(), fault.line)).collect();
    let count = |file: &str| all.iter().filter(|(name, _)| name == file).count();
    assert_eq!((count("plans.csv"), count("accounts.csv")), (2, 4));
    // Rows that refer to a faulty account are no faults themselves; those to lost plans are.
    assert_eq!((count("charges.csv"), count("usage.csv"), count("subscriptions.csv")), (0, 0, 2));
}

#[test]
fn spreadsheets_of_all_countries_are_read() {
    let text = "account,id,plan,start\n100,main,fibra-300,2026-01-10\n200,main,radio,2026-01-05\n";
    let want = good(&with("subscriptions.csv", text));
    let semicolons = text.replace(',', ";");
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let blank = format!("\n{}\n,,,\n", text.replace('\n', "\n\n").replace(",main", ", main "));
    for variant in [semicolons, windows, blank] {
        assert_eq!(good(&with("subscriptions.csv", &variant)), want, "{variant:?}");
    }
    let crlf = "account,id,plan,start\r\n\r\n100,main,\"fibra-300\",2026-01-10\r\n200,m,x,y\r\n";
    let lines: Vec<_> = faults(&with("subscriptions.csv", crlf)).iter().map(|f| f.line).collect();
    assert!(lines.contains(&4), "{lines:?}");
}

#[test]
fn a_file_of_nothing_but_faults_is_told_in_part() {
    let rows = "x,v,y,,z,\n".repeat(5000);
    let text = format!("account,id,date,description,price,category\n{rows}");
    let all = faults(&with("charges.csv", &text));
    assert_eq!(all.iter().count(), mensal_importer::MAX_FAULTS_PER_FILE + 1);
    let last = all.iter().last().map(ToString::to_string);
    assert_eq!(last.unwrap(), "charges.csv: has more faults than these: mend these first");
}

#[test]
fn a_missing_name_is_told_once_for_all_its_rows() {
    let rows = "100,a,fibra-900,2026-01-10\n100,main,fibra-300,2026-01-10\n\
                100,b,fibra-900,2026-01-10\n200,main,radio,2026-01-05\n\
                200,c,fibra-900,2026-01-10\n100,d,fibre-300,2026-01-10\n";
    assert_eq!(
        told("subscriptions.csv", &format!("account,id,plan,start\n{rows}")),
        [
            "subscriptions.csv:2: plan: `fibra-900` is no plan of plans.csv: add it to plans.csv or \
             use one that is there (and 2 more rows)",
            "subscriptions.csv:7: plan: `fibre-300` is no plan of plans.csv: did you mean `fibra-300`?",
        ]
    );
}

#[test]
fn what_refers_to_a_spoilt_row_is_not_told() {
    let plans = "code,name,category,currency,price\nfibra-300 x,Fibra 300,internet,,89.90\n\
                 fibra-500,Fibra 500,internet,,99.90\nfiber-300,Fiber 300,internet,USD,49.99\n\
                 radio,Rádio,internet,,49.90\n";
    assert_eq!(
        told("plans.csv", plans),
        ["plans.csv:2: code: `fibra-300 x` is not a valid plan code: use 1 to 40 of \
          A-Z a-z 0-9 . _ -"]
    );
    let mut everywhere = with("plans.csv", plans);
    let rows = "account,id,plan,start\n100,main,fibra-300 x,2026-01-10\n\
                200,main,radio,2026-01-05\n";
    everywhere.insert("subscriptions.csv", rows);
    assert_eq!(faults(&everywhere).iter().count(), 1);
    let ids = "id,type,name,bill_day\n100#,residencial,Ana,10\n200,residencial,Davi,5\n";
    assert_eq!(told("accounts.csv", ids).len(), 1);
    let subscriptions = "account,id,plan,start\n100,main!,fibra-300,2026-01-10\n\
                         200,main,radio,2026-01-05\n";
    assert_eq!(told("subscriptions.csv", subscriptions).len(), 1);
}

#[test]
fn the_last_line_sums_up() {
    let last = |files: &Files| faults(files).to_string().lines().last().unwrap().to_owned();
    let mut one = with("discounts.csv", "code,name,percent\nloyal,Fiel,x\n");
    assert_eq!(last(&one), "1 fault in 1 file: nothing was imported");
    one.insert("accounts.csv", "id,type,name,bill_day\n100,residencial,,0\n200,residencial,D,5\n");
    assert_eq!(last(&one), "3 faults in 2 files: nothing was imported");
    let text = format!("code,name,percent\n{}", "loyal,Fiel,x\n".repeat(2000));
    let told = last(&with("discounts.csv", &text));
    assert_eq!(told, "more than 1000 faults in 1 file: nothing was imported");
}

#[test]
fn a_bad_grace_until_says_nothing_of_bill_days() {
    let text = "id,type,name,bill_day,bill_day_before,bill_day_since,grace_until\n\
                100,residencial,Ana,10,,,x\n200,residencial,Davi,5,,,\n";
    assert_eq!(told("accounts.csv", text).len(), 1);
}

#[test]
fn rows_that_are_too_short_or_too_long_or_separated_otherwise() {
    let head = "code,name,percent\n";
    let cases = [
        ("a", "2: the row has 1 cell: write 3, as in the header; an empty cell has its comma too"),
        (
            "a,A",
            "2: the row has 2 cells: write 3, as in the header; an empty cell has its comma too",
        ),
        (
            "a,A,1,2",
            "2: the row has 4 cells: write 3, as in the header; quote a cell that has a comma",
        ),
        (
            "a;A;1\nb;B;1,5",
            "2: the row's cells are separated by `;`, the header's by commas: use the same in all \
             rows (and 1 more row)",
        ),
    ];
    for (rows, want) in cases {
        let all = told("discounts.csv", &format!("{head}{rows}\n"));
        assert_eq!(all, [format!("discounts.csv:{want}")]);
    }
    assert_eq!(
        told("discounts.csv", "code;name;percent\na,A,1\n"),
        ["discounts.csv:2: the row's cells are separated by `,`, the header's by semicolons: use \
          the same in all rows"]
    );
    assert_eq!(
        told("discounts.csv", "code;name;percent\na;A\n"),
        ["discounts.csv:2: the row has 2 cells: write 3, as in the header; an empty cell has its \
          semicolon too"]
    );
}

#[test]
fn equipment_is_taken_as_it_is_called_and_asked_for_within_the_days() {
    let row = |equipment: &str| {
        format!("account,id,plan,start,equipment\n100,main,fibra-300,2026-01-10,{equipment}\n")
    };
    let mut all = with("subscriptions.csv", &row("\"ONU AX-200, série 0077\""));
    for other in ["history.csv", "usage.csv"] {
        all.remove(other);
    }
    all.insert("account_types.csv", "code,name,equipment_days\nresidencial,Residencial,15\n");
    let dataset = good(&all);
    let lent = &dataset.accounts[0].account.subscriptions[0].equipment;
    assert_eq!(lent.as_deref(), Some("ONU AX-200, série 0077"));
    let types = dataset.catalog.account_types;
    assert_eq!(types.values().next().unwrap().settings.equipment_days, 15);
    let long = told("subscriptions.csv", &row(&"x".repeat(121)));
    let want = "is 121 characters long: use at most 120";
    assert!(
        long.iter().any(|fault| fault.contains("equipment: ") && fault.ends_with(want)),
        "{long:#?}"
    );
    let never = told("account_types.csv", "code,name,equipment_days\nresidencial,Residencial,0\n");
    let want =
        "account_types.csv:2: equipment_days: `0` does not fit: use a whole number from 1 to 730";
    assert_eq!(never, [want]);
}
