//! The lines, against the rules of the format.

use serde_json::{Value, json};

use super::*;

/// A report of an invocation that has done something of everything.
fn full() -> Report<'static> {
    let numbers = [
        (Metric::Messages, 10),
        (Metric::OldestMessage, 0),
        (Metric::InvoicesIssued, 9),
        (Metric::ParkedAccounts, 1),
    ];
    let money = [("BRL", "1234567890123456789.10"), ("USD", "-0.05")];
    let money = money.map(|(code, sum)| (code.parse().unwrap(), sum.parse().unwrap()));
    let requests =
        [("DynamoDB.GetItem".to_owned(), 11), ("DynamoDB.TransactWriteItems".to_owned(), 9)];
    Report {
        at: 1_794_279_905_123,
        stack: "mensal",
        function: "issue-invoice",
        request: "R1",
        memory_mb: Some(256),
        duration: Duration::from_micros(12_345),
        counts: Counts { numbers: numbers.into(), money: money.into() },
        usage: Usage {
            requests: requests.into(),
            units: Units { read: 0.1 + 0.2 + 10.2, write: 72.0 },
        },
    }
}

fn lines(report: &Report<'_>) -> Vec<Value> {
    let text = emf(report).unwrap();
    assert!(text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What the specification demands of a line, as far as Mensal uses it.
fn assert_obeys(line: &Value) {
    let aws = &line["_aws"];
    let at = aws["Timestamp"].as_u64().unwrap();
    assert!((1_000_000_000_000..10_000_000_000_000).contains(&at), "{at} is in milliseconds");
    let directives = aws["CloudWatchMetrics"].as_array().unwrap();
    assert_eq!(directives.len(), 1);
    for directive in directives {
        assert_eq!(directive["Namespace"], "Mensal");
        for set in directive["Dimensions"].as_array().unwrap() {
            assert!(set.as_array().unwrap().len() <= 30);
            for name in set.as_array().unwrap() {
                let value = line[name.as_str().unwrap()].as_str().unwrap();
                assert!((1..=1024).contains(&value.len()), "{name}");
            }
        }
        let metrics = directive["Metrics"].as_array().unwrap();
        assert!((1..=100).contains(&metrics.len()));
        for metric in metrics {
            assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric} has no number");
            let unit = metric["Unit"].as_str().unwrap();
            assert!(["Count", "Milliseconds", "Seconds", "None"].contains(&unit), "{unit}");
        }
    }
}

#[test]
fn a_line_says_what_was_done_and_one_per_currency_what_was_issued() {
    let report = full();
    let told = lines(&report);
    told.iter().for_each(assert_obeys);
    let [work, brl, usd] = &told[..] else { panic!("{told:#?}") };
    let metric = |name: &str, unit: &str| json!({ "Name": name, "Unit": unit });
    let want = json!({
        "_aws": { "Timestamp": 1_794_279_905_123_u64, "CloudWatchMetrics": [{
            "Namespace": "Mensal",
            "Dimensions": [["Stack", "Function"]],
            "Metrics": [
                metric("Duration", "Milliseconds"), metric("Messages", "Count"),
                metric("OldestMessage", "Seconds"), metric("WriteUnits", "Count"),
                metric("ReadUnits", "Count"), metric("Requests", "Count"),
                metric("ParkedAccounts", "Count"), metric("InvoicesIssued", "Count"),
            ],
        }] },
        "Stack": "mensal", "Function": "issue-invoice",
        "Duration": 12.35, "Messages": 10, "OldestMessage": 0, "WriteUnits": 72.0,
        "ReadUnits": 10.5, "Requests": 20, "ParkedAccounts": 1, "InvoicesIssued": 9,
        "requests": { "DynamoDB.GetItem": 11, "DynamoDB.TransactWriteItems": 9 },
        "memory_mb": 256, "requestId": "R1",
    });
    assert_eq!(*work, want);
    for (line, currency) in [(brl, "BRL"), (usd, "USD")] {
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Dimensions"], json!([["Stack", "Currency"]]));
        assert_eq!(directive["Metrics"], json!([metric("MoneyIssued", "None")]));
        assert_eq!(line["Currency"], currency);
    }
    // To the cent, which no float of this size holds.
    let text = emf(&report).unwrap();
    assert!(text.contains(r#""MoneyIssued":1234567890123456789.10,"#), "{text}");
    assert!(text.contains(r#""MoneyIssued":-0.05,"#), "{text}");
}

#[test]
fn what_did_not_happen_is_left_out() {
    let report = Report { counts: Counts::default(), usage: Usage::default(), ..full() };
    let told = lines(&report);
    let [work] = &told[..] else { panic!("{told:#?}") };
    assert_obeys(work);
    let metrics = work["_aws"]["CloudWatchMetrics"][0]["Metrics"].as_array().unwrap();
    assert_eq!(metrics.len(), 1, "only how long it took");
    for name in ["WriteUnits", "ReadUnits", "Requests", "MoneyIssued"] {
        assert!(work.get(name).is_none(), "{name}");
    }
    assert_eq!(work["requests"], json!({}));
}

#[test]
fn usage_is_told_as_the_difference_to_the_last_look() {
    let usage = |gets, puts, read, write| Usage {
        requests: [("DynamoDB.GetItem".into(), gets), ("S3.PutObject".into(), puts)].into(),
        units: Units { read, write },
    };
    let more = usage(5, 2, 3.5, 8.0).since(&usage(3, 2, 1.0, 8.0));
    let want = Usage {
        requests: [("DynamoDB.GetItem".into(), 2)].into(),
        units: Units { read: 2.5, write: 0.0 },
    };
    assert_eq!(more, want);
    assert_eq!(more.since(&more), Usage::default());
}
