//! A check of the part of JSON Schema 2020-12 that `events/schemas/` uses. A keyword that it does
//! not know is a fault too, so that no schema says what nobody checks.

use jiff::civil::Date;
use serde_json::Value;

/// What of a value is not as a schema says.
pub(crate) fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut out = Vec::new();
    check(schema, value, "", &mut out);
    out
}

fn check(schema: &Value, value: &Value, at: &str, out: &mut Vec<String>) {
    let mut fault = |what: String| out.push(format!("{at}{what}"));
    let none = Vec::new();
    let empty = serde_json::Map::new();
    let fields = value.as_object().unwrap_or(&empty);
    let properties = schema["properties"].as_object().unwrap_or(&empty);
    for (keyword, says) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$schema" | "$id" | "title" | "description" | "examples" | "properties" | "items" => {}
            "type" => {
                let is = match says.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_i64() || value.is_u64(),
                    other => panic!("the check does not know the type {other}"),
                };
                if !is {
                    fault(format!("is not of type {}", says.as_str().unwrap()));
                }
            }
            "enum" => {
                if !says.as_array().unwrap().contains(value) {
                    fault(format!("is none of {says}"));
                }
            }
            "pattern" => {
                let pattern = regex_lite::Regex::new(says.as_str().unwrap()).unwrap();
                if value.as_str().is_some_and(|text| !pattern.is_match(text)) {
                    fault(format!("does not match {pattern}"));
                }
            }
            "format" => {
                assert_eq!(says, "date");
                let is_date = |text: &str| text.len() == 10 && text.parse::<Date>().is_ok();
                if value.as_str().is_some_and(|text| !is_date(text)) {
                    fault("is no date".into());
                }
            }
            "minimum" => {
                if value.as_i64().is_some_and(|number| number < says.as_i64().unwrap()) {
                    fault(format!("is below {says}"));
                }
            }
            "minLength" => {
                let least = usize::try_from(says.as_u64().unwrap()).unwrap();
                if value.as_str().is_some_and(|text| text.chars().count() < least) {
                    fault(format!("is shorter than {says}"));
                }
            }
            "required" => {
                for name in says.as_array().unwrap_or(&none).iter().filter_map(Value::as_str) {
                    if !fields.contains_key(name) {
                        fault(format!("{name}: is missing"));
                    }
                }
            }
            "additionalProperties" => {
                assert_eq!(says, false);
                for name in fields.keys().filter(|name| !properties.contains_key(*name)) {
                    fault(format!("{name}: is not allowed"));
                }
            }
            other => fault(format!("the check does not know the keyword {other}")),
        }
    }
    for (name, property) in properties {
        if let Some(value) = fields.get(name) {
            check(property, value, &format!("{at}{name}: "), out);
        }
    }
    if let Some(items) = schema.get("items") {
        for (index, item) in value.as_array().unwrap_or(&none).iter().enumerate() {
            check(items, item, &format!("{at}{index}: "), out);
        }
    }
}

/// The fields of a schema that nobody has described, those of its parts among them.
pub(crate) fn undescribed(schema: &Value) -> Vec<String> {
    let mut out = Vec::new();
    for (field, property) in schema["properties"].as_object().into_iter().flatten() {
        if property["description"].as_str().is_none_or(str::is_empty) {
            out.push(field.clone());
        }
        out.extend(undescribed(property).into_iter().map(|part| format!("{field}.{part}")));
    }
    if let Some(items) = schema.get("items") {
        out.extend(undescribed(items));
    }
    out
}
