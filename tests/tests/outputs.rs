//! What a deployed stack is found by: each output that the code looks up is one of `template.yaml`,
//! and what the runbook looks up is, too.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use std::{collections::BTreeSet, fs, path::Path};

use mensal_tests::cloud::project;
use regex_lite::Regex;

/// The outputs of the template.
fn outputs() -> BTreeSet<String> {
    let template = fs::read_to_string(project().join("template.yaml")).unwrap();
    let (_, outputs) = template.split_once("\nOutputs:\n").unwrap();
    let name = Regex::new(r"(?m)^  ([A-Za-z]+):$").unwrap();
    name.captures_iter(outputs).map(|found| found[1].to_owned()).collect()
}

/// What a file looks up, by the forms in which that is written.
fn looked_up(file: &Path, forms: &[&str]) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap();
    let forms = forms.iter().map(|form| Regex::new(form).unwrap());
    forms
        .flat_map(|form| {
            form.captures_iter(&text).map(|found| found[1].to_owned()).collect::<Vec<_>>()
        })
        .collect()
}

/// The Rust files below a folder.
fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_output_that_is_looked_up_is_one_of_the_template() {
    let outputs = outputs();
    assert!(outputs.contains("PaymentQueueName") && outputs.len() > 30, "{outputs:?}");
    let mut files = Vec::new();
    for folder in ["infra/cloud/src", "infra/local/src", "tests/src", "tests/tests"] {
        sources(&project().join(folder), &mut files);
    }
    let code = [
        r#"\.output\("([A-Za-z]+)"\)"#,
        r#"outputs\.get\("([A-Za-z]+)"\)"#,
        r#"queue_url\("([A-Za-z]+)"\)"#,
        r#"\.send\("([A-Za-z]+)""#,
        r#""([A-Z][A-Za-z]+(?:Queue|DeadLetters)Name)""#,
    ];
    let mut asked = BTreeSet::new();
    for file in files {
        for name in looked_up(&file, &code) {
            assert!(outputs.contains(&name), "{}: no output {name}", file.display());
            asked.insert(name);
        }
    }
    for name in ["TableName", "PaymentQueueName", "WebhookUrl", "Gateways"] {
        assert!(asked.contains(name), "nobody looks {name} up any more: {asked:?}");
    }
}

#[test]
fn every_output_that_the_runbook_types_is_one_of_the_template() {
    let outputs = outputs();
    let typed = [
        r"\bout ([A-Z][A-Za-z]+)",
        r"\burl ([A-Z][A-Za-z]+)",
        r"\barn ([A-Z][A-Za-z]+)",
        r"\bletters ([A-Z][A-Za-z]+)",
        r"\bforget ([A-Z][A-Za-z]+)",
    ];
    let names = looked_up(&project().join("docs/runbook.md"), &typed);
    assert!(names.len() > 10, "{names:?}");
    let missing: Vec<_> = names.difference(&outputs).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

/// Each alarm leads whoever it wakes to a section that is there; and no section is about none.
#[test]
fn every_alarm_has_its_section_in_the_runbook() {
    let template = fs::read_to_string(project().join("template.yaml")).unwrap();
    let runbook = fs::read_to_string(project().join("docs/runbook.md")).unwrap();
    let led = Regex::new(r#"See "([A-Za-z]+)" in docs/runbook.md"#).unwrap();
    let led: BTreeSet<&str> =
        led.captures_iter(&template).map(|found| found.get(1).unwrap().as_str()).collect();
    let (_, alarms) = runbook.split_once("\n## Alarms\n").unwrap();
    let (alarms, _) = alarms.split_once("\n## ").unwrap();
    let sections: BTreeSet<&str> =
        alarms.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    // A budget is no alarm of CloudWatch, and names no section.
    let expected: BTreeSet<&str> = led.into_iter().chain(["Budget"]).collect();
    assert_eq!(sections, expected, "left: docs/runbook.md; right: template.yaml");
    let alarm = Regex::new(r"(?m)^  [A-Za-z]+Alarm:$").unwrap();
    let described = template.matches(r#"" in docs/runbook.md."#).count();
    assert_eq!(alarm.find_iter(&template).count(), described, "each alarm names a section");
    for section in sections {
        let (_, text) = alarms.split_once(&format!("### {section}\n")).unwrap();
        let text = text.split("\n### ").next().unwrap();
        for part in ["**It means**", "**Look**", "**Do**"] {
            assert!(text.contains(part), "{section} says nothing of {part}");
        }
    }
}
