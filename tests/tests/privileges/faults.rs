//! Grants next to needs: what is missing, what nothing uses, what is too wide.

use std::collections::BTreeMap;

use super::{
    grants::{Grant, grants},
    needs::{INTERFACES, Need, Right, TRACES, needs},
    template::Template,
    trust::trust_faults,
    uses::Code,
};

/// The partitions that hold what belongs to customers.
const CUSTOMERS: &str = "A#";

/// All that is wrong with the privileges in a template, given the code of each function.
pub(crate) fn faults(template: &Template, codes: &BTreeMap<String, Code>) -> Vec<String> {
    let granted = grants(template);
    let needed = needs(template, codes);
    let mut faults = granted.faults;
    faults.extend(needed.faults);
    faults.extend(trust_faults(template));
    for (right, need) in &needed.rights {
        let (role, action, resource) = right;
        match granted.rights.get(right) {
            None => {
                let why: Vec<_> = need.why.iter().map(String::as_str).collect();
                let why = why.join("; ");
                faults.push(format!("missing: {role} lacks {action} on {resource}: {why}"));
            }
            Some(grant) => faults.extend(wrong_partitions(right, grant, need)),
        }
    }
    for (right, grant) in &granted.rights {
        let (role, action, resource) = right;
        let needed = needed.rights.contains_key(right);
        if is_wildcard(action, resource, needed) {
            faults.push(format!(
                "wildcard: {role} grants {action} on {resource}: name the actions and resources \
                 that are used"
            ));
        } else if !needed {
            faults.push(format!("unused: {role} grants {action} on {resource}: nothing uses it"));
        }
        let any = grant.partitions.iter().flatten().any(|pattern| pattern.starts_with(['*', '?']));
        if any {
            faults.push(format!("wildcard: {role} grants {action} on any partition of {resource}"));
        }
    }
    faults
}

/// Some wildcards are none: X-Ray has no resources to name, network interfaces that Lambda makes have no
/// names yet, senders of mail and text messages are the ISP's and known by their kind alone, objects that do not exist yet can only
/// be named by the folder that the code puts them into, and secrets, whose ARNs nobody can know
/// before they are there, by the folder that the code takes them from.
fn is_wildcard(action: &str, resource: &str, needed: bool) -> bool {
    if action.contains(['*', '?']) {
        return true;
    }
    if !resource.contains(['*', '?']) {
        return false;
    }
    let nameless = TRACES.contains(&action) || INTERFACES.contains(&action);
    let traces = needed && resource == "*" && nameless;
    let is_folder = |path: &str| {
        let name = path.strip_suffix("/*");
        name.is_some_and(|name| !name.is_empty() && !name.contains(['*', '?']))
    };
    let objects = resource.split_once('/').is_some_and(|(_, folder)| is_folder(folder));
    let secrets = resource
        .split_once(":secret:")
        .is_some_and(|(of, folder)| is_folder(folder) && !of.contains(['*', '?']));
    let folder = match action.split_once(':') {
        Some(("s3", _)) => objects,
        Some(("secretsmanager", _)) => secrets,
        Some(("ses" | "sms-voice", _)) => needed,
        _ => false,
    };
    !(traces || folder)
}

/// Whether the partitions that are granted are those that are needed.
fn wrong_partitions(right: &Right, grant: &Grant, need: &Need) -> Vec<String> {
    let (role, action, resource) = right;
    let Some(granted) = &grant.partitions else {
        let customers = |pattern: &String| pattern == "*" || pattern.starts_with(CUSTOMERS);
        let table = !need.partitions.is_empty() && !resource.contains('/');
        if table && !need.partitions.iter().any(customers) {
            let partitions: Vec<_> = need.partitions.iter().map(String::as_str).collect();
            let partitions = partitions.join(", ");
            return vec![format!(
                "too wide: {role} grants {action} on all of {resource} and needs it for \
                 {partitions}: restrict it by dynamodb:LeadingKeys"
            )];
        }
        return Vec::new();
    };
    let mut faults = Vec::new();
    for key in &need.partitions {
        if !granted.iter().any(|pattern| covers(pattern, key)) {
            let why: Vec<_> = need.why.iter().map(String::as_str).collect();
            let why = why.join("; ");
            faults.push(format!("missing: {role} lacks {action} on {key} of {resource}: {why}"));
        }
    }
    for pattern in granted {
        if !need.partitions.iter().any(|key| covers(pattern, key)) {
            faults.push(format!(
                "unused: {role} grants {action} on {pattern} of {resource}: nothing uses it"
            ));
        }
    }
    faults
}

/// Whether a pattern of IAM allows all that a pattern of ours may be.
fn covers(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, rest)) => text.strip_prefix(before).is_some_and(|text| {
            let places = text.char_indices().map(|(index, _)| index).chain([text.len()]);
            places.into_iter().any(|index| covers(rest, &text[index..]))
        }),
    }
}

#[test]
fn a_pattern_covers_what_it_may_be() {
    for (pattern, text, covered) in [
        ("CATALOG", "CATALOG", true),
        ("CATALOG", "CATALOG#*", false),
        ("RUN#*", "RUN#billing#*", true),
        ("RUN#billing#*", "RUN#*", false),
        ("RUN#*#x", "RUN#*#x", true),
        ("*", "*", true),
        ("A#1", "A#*", false),
    ] {
        assert_eq!(covers(pattern, text), covered, "{pattern} {text}");
    }
}
