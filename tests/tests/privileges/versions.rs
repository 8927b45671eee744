//! What changes a function publishes it anew: SAM makes a version when what is written changes, and what a
//! parameter stands for changes without that. So each has to stand in the description of the version.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    bites::changed,
    template,
    template::{Template, list},
};

/// Of these no version is made of.
const OUTSIDE: [&str; 5] =
    ["Role", "Events", "DeploymentPreference", "VersionDescription", "Description"];

/// The parameters that the properties of functions go by and their versions do not name.
fn unnamed(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    for (id, own) in template.of_type("AWS::Serverless::Function") {
        let of_all = template.0["Globals"]["Function"].as_object().into_iter().flatten();
        let own = own.as_object().into_iter().flatten();
        let mut used = BTreeSet::new();
        for (_, value) in of_all.chain(own).filter(|(name, _)| !OUTSIDE.contains(&name.as_str())) {
            parameters(template, value, &mut used);
        }
        let mut named = BTreeSet::new();
        parameters(template, &template.of_function(id, "VersionDescription"), &mut named);
        let missing = used.difference(&named);
        faults.extend(missing.map(|parameter| format!("{id}: {parameter}")));
    }
    faults
}

/// The parameters that a value goes by, its conditions' among them.
fn parameters(template: &Template, value: &Value, out: &mut BTreeSet<String>) {
    let known = |name: &str| template.0["Parameters"].get(name).is_some();
    match value {
        Value::Array(several) => several.iter().for_each(|one| parameters(template, one, out)),
        Value::Object(map) => {
            for (name, argument) in map {
                match (name.as_str(), argument) {
                    ("Ref", Value::String(id)) if known(id) => drop(out.insert(id.clone())),
                    ("Fn::Sub", text) => {
                        let text = list(text).first().and_then(|text| text.as_str());
                        let names = text.unwrap_or_default().split("${").skip(1);
                        let names = names.filter_map(|rest| rest.split('}').next());
                        out.extend(names.filter(|name| known(name)).map(str::to_owned));
                    }
                    ("Fn::If", Value::Array(parts)) => {
                        let condition = parts.first().and_then(Value::as_str).unwrap_or_default();
                        parameters(template, &template.0["Conditions"][condition], out);
                    }
                    ("Condition", Value::String(condition)) => {
                        parameters(template, &template.0["Conditions"][condition], out);
                    }
                    _ => {}
                }
                parameters(template, argument, out);
            }
        }
        _ => {}
    }
}

#[test]
fn whatever_parameter_changes_a_function_has_it_published() {
    assert_eq!(unnamed(template()), [""; 0]);
    let without = changed(|resources| {
        let text = serde_json::json!({ "Fn::Sub": "${Architecture}, ${LogLevel}, ${Tracing}" });
        resources["ToggleService"]["Properties"]["VersionDescription"] = text;
    });
    assert_eq!(
        unnamed(&without),
        [
            "ToggleService: NetworkSecurityGroups",
            "ToggleService: NetworkSubnets",
            "ToggleService: TimeZone"
        ]
    );
}
