//! The commands as a user runs them: what they print, where, and with which exit code.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use serde_json::Value;

struct Run {
    code: i32,
    out: String,
    err: String,
}

fn mensal(data: &Path, args: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mensal"));
    let Output { status, stdout, stderr } =
        command.args(args).arg("--data").arg(data).output().unwrap();
    Run {
        code: status.code().unwrap(),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    }
}

fn json(run: &Run) -> Value {
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn bill_prints_one_json_object_and_bills_nothing_twice() {
    let data = tempfile::tempdir().unwrap();
    let args = ["bill", "--accounts", "40", "--until", "2026-11-30", "--json"];
    let first = json(&mensal(data.path(), &args));
    for (name, want) in
        [("accounts", 40), ("invoices", 40), ("issued", 40), ("parked", 0), ("pdfs", 40)]
    {
        assert_eq!(first[name], want, "{name}");
    }
    for name in
        ["seconds", "invoices_per_second", "write_units", "read_units", "cost_per_million_usd"]
    {
        assert!(first[name].as_f64().unwrap() > 0.0, "{name}");
    }
    assert!(first["requests"]["DynamoDB.TransactWriteItems"].as_u64().unwrap() >= 40);
    assert!(first["total"]["BRL"].is_string());
    let again = json(&mensal(data.path(), &args));
    assert_eq!((&again["issued"], &again["invoices"]), (&0.into(), &40.into()));
    assert_eq!(again["total"], first["total"]);
    // More accounts: those that are there stay; and the next month comes on top.
    let args = ["bill", "--accounts", "50", "--until", "2026-12-31", "--json"];
    let grown = json(&mensal(data.path(), &args));
    assert_eq!(grown["accounts"], 50);
    assert!(grown["invoices"].as_u64().unwrap() > 90);
    assert_eq!(mensal(data.path(), &["audit"]).code, 0);
}

#[test]
fn the_sample_is_billed_and_its_invoices_explained() {
    let data = tempfile::tempdir().unwrap();
    let run = mensal(data.path(), &["--once"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    for want in ["accounts", "nothing due", "parked", "total BRL", "PDFs in", "per million"] {
        assert!(run.out.contains(want), "{want}: {}", run.out);
    }
    let again = mensal(data.path(), &["--once"]);
    assert!(
        again.out.lines().any(|line| line.contains("issued in this run") && line.ends_with(" 0"))
    );
    let accounts =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../sample/accounts.csv"));
    let accounts = accounts.unwrap();
    let id = accounts.lines().nth(1).unwrap().split(',').next().unwrap();
    let preview = json(&mensal(data.path(), &["preview", id, "--json"]));
    assert!(!preview["lines"][0]["because"].as_str().unwrap().is_empty());
    assert!(preview["dates"]["due"]["because"].as_str().unwrap().contains("due_days"));
    let text = mensal(data.path(), &["preview", id]);
    assert!(text.code == 0 && text.out.contains("due_days"));
    let none = mensal(data.path(), &["preview", "nobody"]);
    assert_eq!((none.code, none.err.trim()), (4, "mensal: there is no account nobody"));
    let again = mensal(data.path(), &["notice", "again", id, "2026-11-10-cycle:+5:email"]);
    assert_eq!(again.code, 4);
    assert!(again.err.contains("has no notice 2026-11-10-cycle:+5:email"), "{}", again.err);
    let past = mensal(data.path(), &["explain", id, "--date", "2026-01-01"]);
    assert_eq!(past.code, 4);
    assert!(past.err.contains("2026-01-01 is past"), "{}", past.err);
    let unparked = mensal(data.path(), &["unpark", id]);
    assert_eq!(
        (unparked.code, unparked.err.trim()),
        (4, &*format!("mensal: account {id} is not parked"))
    );
}

#[test]
fn an_import_is_all_or_nothing_and_says_all_that_is_wrong() {
    let (data, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample");
    for file in fs::read_dir(sample).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), files.path().join(file.file_name())).unwrap();
    }
    let folder = files.path().to_str().unwrap();
    let good = fs::read_to_string(files.path().join("accounts.csv")).unwrap();
    let mut lines: Vec<String> = good.lines().map(str::to_owned).collect();
    lines[3].insert_str(0, "no id ");
    let copied = lines[5].clone();
    lines.push(copied);
    fs::write(files.path().join("accounts.csv"), lines.join("\n")).unwrap();
    let run = mensal(data.path(), &["import", folder, "--as-of", "2026-10-22"]);
    assert_eq!((run.code, run.out.as_str()), (3, ""));
    assert!(run.err.contains("accounts.csv:4: id: `no id "), "{}", run.err);
    assert!(run.err.lines().count() >= 2, "every fault: {}", run.err);
    fs::write(files.path().join("accounts.csv"), &good).unwrap();
    let run = mensal(data.path(), &["import", folder, "--as-of", "2026-10-22"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("303 accounts new"), "{}", run.out);
    let again = mensal(data.path(), &["import", folder, "--as-of", "2026-10-22"]);
    assert!(again.out.contains("0 accounts new, 0 changed, 303 unchanged"), "{}", again.out);
    let renamed = good.replacen("example", "invalid", 1);
    assert_ne!(renamed, good);
    fs::write(files.path().join("accounts.csv"), renamed).unwrap();
    let changed = mensal(data.path(), &["import", folder, "--as-of", "2026-10-22"]);
    assert!(changed.out.contains("0 accounts new, 1 changed, 302 unchanged"), "{}", changed.out);
    let generated = mensal(data.path(), &["bill", "--accounts", "3", "--until", "2026-11-30"]);
    assert_eq!(generated.code, 3);
    assert!(
        generated.err.contains("was imported before and is gone: keep it"),
        "{}",
        generated.err
    );
    let missing = mensal(data.path(), &["import", "/no/such/folder"]);
    assert_eq!(missing.code, 1);
    assert!(missing.err.contains("cannot read the folder /no/such/folder"), "{}", missing.err);
}

#[test]
fn support_enters_what_came_in_by_its_receipt_and_has_a_card_stored() {
    let data = tempfile::tempdir().unwrap();
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sample");
    assert_eq!(mensal(data.path(), &["import", sample, "--as-of", "2026-10-22"]).code, 0);
    let pay = |amount: &str, receipt: &str| {
        let args = ["pay", "20205", "--rail", "cash", "--amount", amount, "--receipt", receipt];
        mensal(data.path(), &[&args[..], &["--on", "2026-10-22"]].concat())
    };
    for (amount, receipt, code, want) in [
        ("50", "1001", 0, "receipt 1001: applied; its balance is -50.00 BRL"),
        ("50.00", "1001", 0, "was entered before, with the same amount, of 2026-10-22"),
        (
            "60",
            "1001",
            3,
            "was entered before, with 50.00 BRL by cash, of 2026-10-22: give this payment",
        ),
        ("60", "1002", 0, "receipt 1002: applied; its balance is -110.00 BRL"),
        ("-5", "1003", 3, "--amount -5 is no payment in BRL: use more than 0 and at most"),
        ("5,50", "1003", 2, "no amount: write it in digits, with a point"),
        ("1e9", "1003", 2, "no amount"),
        ("5.001", "1003", 3, "--amount 5.001 is no payment in BRL"),
    ] {
        let run = pay(amount, receipt);
        let said = if code == 0 { &run.out } else { &run.err };
        assert!(run.code == code && said.contains(want), "{amount}: {} {}", run.out, run.err);
    }
    let again = ["pay", "20205", "--rail", "cheque", "--amount", "50", "--receipt", "1001"];
    let again = mensal(data.path(), &again);
    assert!(again.code == 3 && again.err.contains("1001-2"), "another way: {}", again.err);
    // A cheque bounces: it is taken off once, and its number is used up.
    for (receipt, code, want) in [
        (
            "1002",
            0,
            "60.00 BRL of account 20205, receipt 1002: taken off; its balance is -50.00 BRL",
        ),
        ("1002", 0, "taken off before, on 2026-10-23"),
        ("9999", 4, "no receipt 9999 of account 20205 was entered by hand"),
    ] {
        let args = ["reverse", "20205", "--receipt", receipt, "--on", "2026-10-23"];
        let run = mensal(data.path(), &args);
        let said = if code == 0 { &run.out } else { &run.err };
        assert!(run.code == code && said.contains(want), "{receipt}: {} {}", run.out, run.err);
    }
    // A card is stored on a page, which has to send the customer on.
    let card = ["methods", "add", "20205", "visa", "--rail", "card", "--gateway", "sandbox"];
    let nowhere = mensal(data.path(), &card);
    assert!(nowhere.code == 3 && nowhere.err.contains("--return-to"), "{}", nowhere.err);
    let typo = mensal(data.path(), &[&card[..], &["--return-to", "provedor.example"]].concat());
    assert!(typo.code == 2 && typo.err.contains("write it in full"), "{}", typo.err);
    let page = [&card[..], &["--return-to", "https://provedor.example/obrigado"]].concat();
    assert_eq!(mensal(data.path(), &page).code, 0);
    let listed = mensal(data.path(), &["methods", "list", "20205"]);
    assert!(listed.out.starts_with("visa  card at sandbox"), "{}", listed.out);
    for (command, want) in [
        (&["methods", "revoke", "20205", "visa"][..], ""),
        (&["methods", "default", "20205", "visa"], "is revoked: use one that is active"),
        (
            &["methods", "add", "20205", "v2", "--rail", "card", "--gateway", "till"],
            "none is stored there: use another gateway",
        ),
        (
            &["methods", "add", "20205", "v2", "--rail", "card", "--gateway", "banco"],
            "of the file gateways/banco.json",
        ),
    ] {
        let run = mensal(data.path(), command);
        assert!(run.err.contains(want) && !run.err.contains("tried again"), "{}", run.err);
    }
    let nobody = ["pay", "1", "--rail", "cash", "--amount", "5", "--receipt", "1"];
    assert_eq!(mensal(data.path(), &nobody).code, 4);
    assert_eq!(mensal(data.path(), &["audit"]).code, 0);
}

#[test]
fn a_wrong_secret_of_a_gateway_is_told_as_the_stack_starts() {
    let data = tempfile::tempdir().unwrap();
    let gateways = data.path().join("gateways");
    std::fs::create_dir_all(&gateways).unwrap();
    for (secret, want) in [
        ("", "it is no JSON"),
        (r#"{"kind":"itau"}"#, "a word is not one of `inter`, `asaas`, `pix`"),
        (r#"{"kind":"sandbox","settings":{}}"#, "missing field `address`"),
    ] {
        std::fs::write(gateways.join("banco.json"), secret).unwrap();
        let run = mensal(data.path(), &["bill", "--accounts", "1", "--until", "2026-11-30"]);
        assert_eq!(run.code, 1, "{secret}: {}", run.out);
        assert!(run.err.contains(want) && run.err.contains("banco.json"), "{secret}: {}", run.err);
    }
}

#[test]
fn a_wrong_command_line_is_told_and_help_covers_every_command() {
    let data = tempfile::tempdir().unwrap();
    let run = mensal(data.path(), &["bill", "--until", "tomorrow"]);
    assert!(run.code == 2 && run.err.contains("--until"), "{}", run.err);
    let help = mensal(data.path(), &["--help"]);
    for want in ["bill", "import", "preview", "unpark", "audit", "Exit codes"] {
        assert!(help.out.contains(want), "{want}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_use_is_told_and_its_table_still_answers() {
    use mensal::stack::{Options, Stack};
    let data = tempfile::tempdir().unwrap();
    mensal(data.path(), &["bill", "--accounts", "3", "--until", "2026-11-01", "--json"]);
    let stack = Stack::start(data.path(), Options::default()).await.unwrap();
    let folder = data.path().to_owned();
    let [bill, audit] = tokio::task::spawn_blocking(move || {
        [mensal(&folder, &["bill", "--until", "2026-11-30"]), mensal(&folder, &["audit"])]
    })
    .await
    .unwrap();
    assert_eq!(bill.code, 1);
    assert!(bill.err.contains("is in use by a running `mensal`"), "{}", bill.err);
    assert!(audit.out.starts_with("3 accounts"), "{}", audit.out);
    drop(stack);
}
