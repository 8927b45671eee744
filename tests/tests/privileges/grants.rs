//! What each role grants, as the template says, and what is wrong with how it says so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    needs::Right,
    template::{Template, list},
};

/// What a grant is restricted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// The partitions of the table, by patterns of their keys; none if it is for all.
    pub(crate) partitions: Option<BTreeSet<String>>,
}

/// All grants, and what is wrong with them whoever uses them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grants {
    pub(crate) rights: BTreeMap<Right, Grant>,
    pub(crate) faults: Vec<String>,
}

/// Kinds of resources that grant something in a place that this test does not look at.
const ELSEWHERE: &[&str] = &[
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::Policy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::User",
    "AWS::IAM::Group",
    "AWS::Events::EventBusPolicy",
    "AWS::Lambda::LayerVersionPermission",
    "AWS::Lambda::Url",
];

/// The grants of all roles.
pub(crate) fn grants(template: &Template) -> Grants {
    let mut grants = Grants::default();
    for (id, kind, properties) in template.resources() {
        if kind == "AWS::IAM::Role" {
            grants.of_role(template, id, properties);
        } else if ELSEWHERE.contains(&kind) {
            grants
                .faults
                .push(format!("{id}: {kind}: write what is granted into the role that uses it"));
        }
    }
    grants
}

impl Grants {
    fn of_role(&mut self, template: &Template, role: &str, properties: &Value) {
        for name in ["ManagedPolicyArns", "PermissionsBoundary"] {
            if !properties[name].is_null() {
                self.faults.push(format!(
                    "{role}: {name} grants what nobody here has chosen: write out what is used"
                ));
            }
        }
        for policy in list(&properties["Policies"]) {
            for statement in list(&policy["PolicyDocument"]["Statement"]) {
                // Where it stands under a condition, it is granted all the same.
                let statement = match &statement["Fn::If"] {
                    Value::Array(parts) if parts.len() == 3 => &parts[1],
                    _ => statement,
                };
                self.of_statement(template, role, statement);
            }
        }
    }

    fn of_statement(&mut self, template: &Template, role: &str, statement: &Value) {
        let known = ["Sid", "Effect", "Action", "Resource", "Condition"];
        let keys = statement.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
        let strange: Vec<_> = keys.filter(|name| !known.contains(name)).collect();
        if !strange.is_empty() || statement["Effect"] != "Allow" {
            let sid = statement["Sid"].as_str().unwrap_or("a statement");
            let strange = strange.join(", ");
            self.faults.push(format!(
                "{role}: {sid}: a grant is Effect: Allow with Action and Resource, and no {strange}"
            ));
            return;
        }
        let partitions = match partitions(&statement["Condition"]) {
            Ok(partitions) => partitions,
            Err(why) => {
                self.faults.push(format!("{role}: {why}"));
                return;
            }
        };
        for action in list(&statement["Action"]) {
            let action = action.as_str().map_or_else(|| action.to_string(), str::to_owned);
            for resource in template.arns(&statement["Resource"]) {
                let right = (role.to_owned(), action.clone(), resource);
                let grant = Grant { partitions: partitions.clone() };
                if self.rights.insert(right.clone(), grant).is_some() {
                    let (_, action, resource) = right;
                    self.faults.push(format!("{role}: {action} on {resource} is granted twice"));
                }
            }
        }
    }
}

/// The partitions that a condition restricts a grant to.
fn partitions(condition: &Value) -> Result<Option<BTreeSet<String>>, String> {
    const KEY: &str = "dynamodb:LeadingKeys";
    let unknown = || Err(format!("the condition {condition} is none that this test knows"));
    let Some(condition) = condition.as_object() else {
        return if condition.is_null() { Ok(None) } else { unknown() };
    };
    let mut all = BTreeSet::new();
    for (operator, restricted) in condition {
        let like = match operator.as_str() {
            "ForAllValues:StringEquals" => false,
            "ForAllValues:StringLike" => true,
            _ => return unknown(),
        };
        let restricted = restricted.as_object();
        let Some(keys) = restricted.filter(|one| one.len() == 1).and_then(|one| one.get(KEY))
        else {
            return unknown();
        };
        for key in list(keys) {
            let Some(key) = key.as_str() else { return unknown() };
            if !like && key.contains(['*', '?']) {
                return Err(format!(
                    "`{key}` is compared as it stands: StringLike knows wildcards"
                ));
            }
            all.insert(key.to_owned());
        }
    }
    // Conditions hold together: two would be less than either.
    if condition.len() == 1 && !all.is_empty() { Ok(Some(all)) } else { unknown() }
}
