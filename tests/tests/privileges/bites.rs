//! The rules, shown to bite: the template as it is, with one thing changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use serde_json::{Value, json};

use super::{
    codes,
    faults::faults,
    grants::grants,
    needs::Right,
    secrets::{OWN_SECRETS, secret},
    template as present,
    template::{Template, list},
    uses::Code,
};

/// What is wrong beyond what is wrong as it is.
fn new_faults(template: &Template, codes: &BTreeMap<String, Code>) -> Vec<String> {
    static KNOWN: OnceLock<BTreeSet<String>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| faults(present(), super::codes()).into_iter().collect());
    faults(template, codes).into_iter().filter(|fault| !known.contains(fault)).collect()
}

/// The template with one thing changed.
pub(super) fn changed(change: impl FnOnce(&mut Value)) -> Template {
    let mut template = present().clone();
    change(&mut template.0["Resources"]);
    template
}

/// The faults that a change brings.
pub(super) fn faults_of(change: impl FnOnce(&mut Value)) -> Vec<String> {
    new_faults(&changed(change), codes())
}

pub(super) fn statements<'r>(resources: &'r mut Value, role: &str) -> &'r mut Vec<Value> {
    let policy = &mut resources[role]["Properties"]["Policies"][0]["PolicyDocument"];
    let statements = policy["Statement"].as_array_mut().expect("a role has statements");
    for statement in statements.iter_mut() {
        // As if its condition held.
        if let Value::Array(parts) = statement["Fn::If"].take() {
            *statement = parts[1].clone();
        } else if let Some(statement) = statement.as_object_mut() {
            statement.remove("Fn::If");
        }
    }
    statements
}

pub(super) fn roles() -> Vec<String> {
    let template = present();
    let roles = template.of_type("AWS::IAM::Role").map(|(id, _)| id.to_owned());
    roles.collect()
}

/// Each statement as one of its own for each action and resource.
fn one_by_one(resources: &mut Value, role: &str) {
    let all = std::mem::take(statements(resources, role));
    for statement in all {
        for action in list(&statement["Action"]) {
            for resource in list(&statement["Resource"]) {
                let mut one = statement.clone();
                one["Action"] = action.clone();
                one["Resource"] = resource.clone();
                statements(resources, role).push(one);
            }
        }
    }
}

/// The one fault that there is to be, by how it begins.
fn assert_one(faults: &[String], begins: &str) {
    let right = faults.len() == 1 && faults[0].starts_with(begins);
    assert!(right, "wanted one fault, `{begins}`, and got:\n{}", faults.join("\n"));
}

pub(super) fn assert_any(faults: &[String], begins: &str) {
    let right = faults.iter().any(|fault| fault.starts_with(begins));
    assert!(right, "wanted a fault, `{begins}`, and got:\n{}", faults.join("\n"));
}

#[test]
fn a_grant_that_is_removed_is_missed() {
    let mut removed = 0;
    for role in roles() {
        let mut single = changed(|resources| one_by_one(resources, &role));
        assert_eq!(new_faults(&single, codes()), Vec::<String>::new());
        let count = statements(&mut single.0["Resources"], &role).len();
        for index in 0..count {
            let mut template = single.clone();
            let gone = statements(&mut template.0["Resources"], &role).remove(index);
            let action = gone["Action"].as_str().expect("one action");
            let resource = &template.arns(&gone["Resource"])[0];
            let begins = format!("missing: {role} lacks {action} on {resource}: ");
            assert_one(&new_faults(&template, codes()), &begins);
            removed += 1;
        }
    }
    assert_eq!(removed, grants(present()).rights.len());
    assert!(removed > 40, "{removed}");
}

/// What one might grant, by the kinds of resources that it can be granted on.
const PLAUSIBLE: &[(&str, &[&str])] = &[
    (
        "AWS::DynamoDB::Table",
        &[
            "dynamodb:BatchGetItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:ConditionCheckItem",
            "dynamodb:DeleteItem",
            "dynamodb:DescribeTable",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:UpdateItem",
        ],
    ),
    (
        "AWS::SQS::Queue",
        &[
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ReceiveMessage",
            "sqs:SendMessage",
        ],
    ),
    ("AWS::Events::EventBus", &["events:PutEvents", "events:PutRule"]),
    ("AWS::S3::Bucket", &["s3:ListBucket", "s3:GetBucketLocation"]),
    ("AWS::Logs::LogGroup", &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]),
    ("AWS::Serverless::Function", &["lambda:InvokeFunction"]),
];

/// Grants that one might make: the action, and the resource as the template names it.
fn plausible() -> Vec<(&'static str, Value)> {
    let template = present();
    let mut all = Vec::new();
    for (kind, actions) in PLAUSIBLE {
        for (id, _) in template.of_type(kind) {
            all.extend(
                actions.iter().map(|action| (*action, json!({ "Fn::GetAtt": [id, "Arn"] }))),
            );
        }
    }
    for action in ["dynamodb:Query", "dynamodb:Scan"] {
        for index in ["agenda-bill", "agenda-review"] {
            all.push((action, json!({ "Fn::Sub": format!("${{Table.Arn}}/index/{index}") })));
        }
    }
    for action in ["dynamodb:GetRecords", "dynamodb:ListStreams"] {
        all.push((action, json!({ "Fn::GetAtt": ["Table", "StreamArn"] })));
    }
    for action in ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"] {
        all.push((action, json!({ "Fn::Sub": "${Bucket.Arn}/statements/a.pdf" })));
    }
    for action in [
        "secretsmanager:GetSecretValue",
        "secretsmanager:DescribeSecret",
        "secretsmanager:PutSecretValue",
    ] {
        for folder in [OWN_SECRETS, "mensal/*", "mensal/${AWS::StackName}/banco/*"] {
            all.push((action, secret(folder)));
        }
    }
    all
}

#[test]
fn a_grant_that_is_added_is_used_by_nothing() {
    let granted = grants(present()).rights;
    let mut added = 0;
    for role in roles() {
        for (action, resource) in plausible() {
            let name = present().arns(&resource).remove(0);
            let right: Right = (role.clone(), action.into(), name.clone());
            if granted.contains_key(&right) {
                continue;
            }
            let statement = json!({ "Effect": "Allow", "Action": action, "Resource": resource });
            let faults = faults_of(|resources| statements(resources, &role).push(statement));
            assert_one(&faults, &format!("unused: {role} grants {action} on {name}: "));
            added += 1;
        }
    }
    assert!(added > 300, "{added}");
}

#[test]
fn a_wildcard_is_none_that_anybody_needs() {
    for role in roles() {
        let count = statements(&mut present().clone().0["Resources"], &role).len();
        for index in 0..count {
            let with = |name: &str, value: Value| {
                faults_of(|resources| statements(resources, &role)[index][name] = value)
            };
            let wildcard = format!("wildcard: {role} grants ");
            let action =
                list(&statements(&mut present().clone().0["Resources"], &role)[index]["Action"])[0]
                    .as_str()
                    .expect("an action")
                    .to_owned();
            let (service, verb) = action.split_once(':').expect("an action of a service");
            for pattern in
                ["*".into(), format!("{service}:*"), format!("{service}:{}*", &verb[..3])]
            {
                assert_any(&with("Action", json!([action, pattern])), &wildcard);
            }
            if !["xray", "ec2"].contains(&service) {
                for pattern in ["*", "arn:aws:*:*:*:*"] {
                    assert_any(&with("Resource", json!(pattern)), &wildcard);
                }
            }
            for pattern in ["${Table.Arn}/*", "${Bucket.Arn}/*", "${PlanQueue.Arn}*"] {
                assert_any(&with("Resource", json!({ "Fn::Sub": pattern })), &wildcard);
            }
        }
    }
    let traces = json!({ "Effect": "Allow", "Action": "xray:GetTraceSummaries", "Resource": "*" });
    let faults = faults_of(|resources| statements(resources, "PlanRunRole").push(traces));
    assert_one(&faults, "wildcard: PlanRunRole grants xray:GetTraceSummaries on *");
    let traces = json!({ "Effect": "Allow", "Action": "xray:PutTraceSegments", "Resource": "*" });
    let faults = faults_of(|resources| statements(resources, "ScheduleRole").push(traces));
    assert_one(&faults, "wildcard: ScheduleRole grants xray:PutTraceSegments on *");
}

#[test]
fn partitions_are_those_that_the_code_asks_for() {
    let with = |action: &str, condition: Value| {
        faults_of(|resources| {
            let mut all = statements(resources, "PlanRunRole").iter_mut();
            let on = json!({ "Fn::GetAtt": ["Table", "Arn"] });
            let found = all.find(|one| one["Action"] == action && one["Resource"] == on);
            found.expect("the planner has it")["Condition"] = condition;
        })
    };
    let like = |keys: Value| json!({ "ForAllValues:StringLike": { "dynamodb:LeadingKeys": keys } });
    assert_one(
        &with("dynamodb:GetItem", Value::Null),
        "too wide: PlanRunRole grants dynamodb:GetItem",
    );
    assert_one(
        &with("dynamodb:PutItem", Value::Null),
        "too wide: PlanRunRole grants dynamodb:PutItem",
    );
    let head = |keys| with("dynamodb:GetItem", like(keys));
    assert_any(
        &head(json!("A#*")),
        "missing: PlanRunRole lacks dynamodb:GetItem on CATALOG of Table",
    );
    assert_any(&head(json!("A#*")), "unused: PlanRunRole grants dynamodb:GetItem on A#* of Table");
    let more = head(json!(["CATALOG", "PARKED"]));
    assert_one(&more, "unused: PlanRunRole grants dynamodb:GetItem on PARKED of Table");
    assert_one(&head(json!("*")), "wildcard: PlanRunRole grants dynamodb:GetItem on any partition");
    let equals = json!({ "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": "RUN#*" } });
    assert_any(&with("dynamodb:PutItem", equals), "PlanRunRole: `RUN#*` is compared as it stands");
    let strange = json!({ "StringLike": { "dynamodb:LeadingKeys": "CATALOG" } });
    assert_any(&with("dynamodb:GetItem", strange), "PlanRunRole: the condition ");
}

#[test]
fn code_that_changes_leaves_grants_behind() {
    for (id, code) in codes() {
        let actions: BTreeSet<_> =
            code.uses.iter().map(|used| (used.action, &used.variables)).collect();
        for (action, variables) in actions {
            let mut less = codes().clone();
            let uses = &mut less.get_mut(id).expect("a function").uses;
            uses.retain(|used| (used.action, &used.variables) != (action, variables));
            let faults = new_faults(present(), &less);
            // What the configuration asks for, too, is still used.
            let kept = ["PlanRun", "PublishEvents"].contains(&id.as_str())
                && variables.contains("MENSAL_DEAD_LETTERS");
            assert_eq!(faults.is_empty(), kept, "{id} {action} {variables:?}: {faults:?}");
            let unused = |fault: &String| fault.contains(&format!(" grants {action} on "));
            assert!(faults.iter().all(unused), "{id} {action}: {faults:?}");
        }
        let mut more = codes().clone();
        let code = more.get_mut(id).expect("a function");
        let mut used = code.uses.first().expect("it uses something").clone();
        used.action = "sqs:PurgeQueue";
        code.uses.insert(used);
        assert_one(
            &new_faults(present(), &more),
            &format!("missing: {id}Role lacks sqs:PurgeQueue"),
        );
    }
}

#[test]
fn the_environment_is_what_the_code_reads() {
    let template = present();
    for (id, _) in template.of_type("AWS::Serverless::Function") {
        let place = |resources: &mut Value, name: &str, value: Value| {
            resources[id]["Properties"]["Environment"]["Variables"][name] = value;
        };
        let faults = faults_of(|resources| place(resources, "MENSAL_SPARE", json!("x")));
        assert_one(&faults, &format!("{id}: the template sets MENSAL_SPARE"));
        let own = &template.0["Resources"][id]["Properties"]["Environment"]["Variables"];
        for name in own.as_object().expect("a function has variables").keys() {
            let faults = faults_of(|resources| {
                let own = &mut resources[id]["Properties"]["Environment"]["Variables"];
                own.as_object_mut().expect("variables").remove(name);
            });
            assert_any(&faults, &format!("{id}: its code reads {name}"));
        }
        // What is called by nobody's queue has nothing to bury.
        if own["MENSAL_DEAD_LETTERS"].is_null() {
            continue;
        }
        let faults = faults_of(|resources| {
            place(resources, "MENSAL_DEAD_LETTERS", json!({ "Ref": "ScheduleDeadLetters" }));
        });
        let lacks = format!("missing: {id}Role lacks sqs:SendMessage on ScheduleDeadLetters");
        assert_any(&faults, &lacks);
        let faults = faults_of(|resources| {
            place(resources, "MENSAL_DEAD_LETTERS", json!({ "Ref": "Table" }));
        });
        assert_any(
            &faults,
            &format!("{id}: mensal_runtime::dead_letters::DeadLetters::keep calls"),
        );
    }
}

#[test]
fn what_the_configuration_asks_for_is_needed() {
    let event =
        json!({ "Type": "SQS", "Properties": { "Queue": { "Fn::GetAtt": ["BillQueue", "Arn"] } } });
    let faults =
        faults_of(|resources| resources["PlanRun"]["Properties"]["Events"]["More"] = event);
    assert_eq!(faults.len(), 3, "{faults:?}");
    assert_any(
        &faults,
        "missing: PlanRunRole lacks sqs:ReceiveMessage on BillQueue: PlanRun takes More",
    );
    let faults = faults_of(|resources| {
        let kept = json!({ "Fn::GetAtt": ["PlanDeadLetters", "Arn"] });
        let failed = json!({ "OnFailure": { "Type": "SQS", "Destination": kept } });
        resources["IssueInvoice"]["Properties"]["EventInvokeConfig"] =
            json!({ "DestinationConfig": failed });
    });
    assert_one(&faults, "missing: IssueInvoiceRole lacks sqs:SendMessage on PlanDeadLetters");
    let faults = faults_of(|resources| {
        resources["BillingSchedule"]["Properties"]["Target"]["Arn"] =
            json!({ "Ref": "IssueInvoice.Alias" });
    });
    assert_any(&faults, "missing: ScheduleRole lacks lambda:InvokeFunction on IssueInvoice.Alias");
    let faults = faults_of(|resources| {
        resources["PlanRun"]["Properties"]["Events"]["Odd"] = json!({ "Type": "HttpApi" });
    });
    assert_one(&faults, "PlanRun: event Odd is of type HttpApi");
}

#[test]
fn a_role_is_for_one_and_says_all() {
    let role = |name: &str, value: Value| {
        faults_of(|resources| resources["PlanRunRole"]["Properties"][name] = value)
    };
    assert_one(&role("ManagedPolicyArns", json!(["x"])), "PlanRunRole: ManagedPolicyArns");
    let anybody = json!({ "Statement": [
        { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": "*" } }
    ] });
    assert_one(
        &role("AssumeRolePolicyDocument", anybody),
        "PlanRunRole: lambda.amazonaws.com alone",
    );
    let shared = faults_of(|resources| {
        resources["PlanRun"]["Properties"]["Role"] =
            json!({ "Fn::GetAtt": ["IssueInvoiceRole", "Arn"] });
    });
    assert_any(&shared, "PlanRunRole: is the role of nobody");
    assert_any(&shared, "IssueInvoiceRole: is the role of IssueInvoice, PlanRun");
    let none = faults_of(|resources| resources["PlanRun"]["Properties"]["Role"] = Value::Null);
    assert_any(&none, "PlanRun: has no role of its own");
    let all_but = json!({ "Effect": "Allow", "NotAction": "s3:*", "Resource": "*" });
    let faults = faults_of(|resources| statements(resources, "PlanRunRole").push(all_but));
    assert_one(&faults, "PlanRunRole: a statement: a grant is Effect: Allow");
    let twice = faults_of(|resources| {
        let all = statements(resources, "PlanRunRole");
        all.push(all[0].clone());
    });
    assert_any(&twice, "PlanRunRole: logs:PutLogEvents on PlanRunLog is granted twice");
    let elsewhere = faults_of(|resources| {
        resources["More"] = json!({ "Type": "AWS::IAM::Policy", "Properties": {} });
    });
    assert_one(&elsewhere, "More: AWS::IAM::Policy");
}

#[test]
fn who_may_call_is_said_exactly() {
    for source in ["", "${Api}/*", "/*/*/accounts/{account}/invoices/{invoice}"] {
        let faults = faults_of(|resources| {
            let arn = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}";
            let source = json!({ "Fn::Sub": format!("{arn}{source}") });
            resources["ViewInvoicePermission"]["Properties"]["SourceArn"] = source;
        });
        assert_one(&faults, "ViewInvoicePermission: SourceArn is ");
    }
    let faults = faults_of(|resources| {
        resources["ViewInvoicePermission"]["Properties"]["Principal"] = json!("*");
    });
    assert_one(&faults, "ViewInvoicePermission: this test does not know what its principal needs");
    let open = |id: &str, name: &str, value: Value| {
        faults_of(|resources| resources[id]["Properties"][name] = value)
    };
    for (id, name, value) in [
        ("ViewInvoiceRoute", "AuthorizationType", json!("NONE")),
        ("ViewInvoiceRoute", "AuthorizationType", Value::Null),
        ("ReceiveWebhookIntegration", "IntegrationUri", json!({ "Ref": "RenderInvoice.Alias" })),
    ] {
        let faults = open(id, name, value);
        assert!(faults.iter().all(|fault| fault.contains(" for anybody: ")), "{id}: {faults:?}");
        assert!(!faults.is_empty(), "{id}");
    }
    let faults = faults_of(|resources| {
        let policy = &mut resources["BucketPolicy"]["Properties"]["PolicyDocument"];
        policy["Statement"][0]["Effect"] = json!("Allow");
    });
    assert_one(&faults, "BucketPolicy: OnlyOverTls: a policy of a resource is to deny only");
}

#[test]
fn what_is_told_of_notices_is_told_by_those_alone_that_know() {
    for (policy, index, place) in [
        ("NoticeQueuePolicy", 0, ""),
        ("NoticeQueuePolicy", 1, "/Fn::If/1"),
        ("SmsTopicPolicy", 0, ""),
    ] {
        let at = format!("/{policy}/Properties/PolicyDocument/Statement/{index}{place}/Condition");
        let account =
            json!({ "StringEquals": { "aws:SourceAccount": { "Ref": "AWS::AccountId" } } });
        let other = json!({ "ArnEquals": { "aws:SourceArn": { "Ref": "AlarmTopic" } } });
        for wide in [Value::Null, account, other] {
            let faults = faults_of(|resources| {
                *resources.pointer_mut(&at).expect("a condition") = wide.clone();
            });
            assert_any(&faults, &format!("{policy}: "));
        }
    }
}

#[test]
fn a_topic_is_for_those_that_tell_it_something() {
    let policy = |resources: &mut Value, change: &dyn Fn(&mut Vec<Value>)| {
        let document = &mut resources["AlarmTopicPolicy"]["Properties"]["PolicyDocument"];
        change(document["Statement"].as_array_mut().expect("a policy has statements"));
    };
    let count = list(
        &present().0["Resources"]["AlarmTopicPolicy"]["Properties"]["PolicyDocument"]["Statement"],
    )
    .len();
    for index in 0..count {
        let removed = faults_of(|resources| policy(resources, &|all| drop(all.remove(index))));
        assert_one(&removed, "missing: AlarmTopic does not let ");
        for (name, value) in [
            ("Principal", json!("*")),
            ("Action", json!("sns:*")),
            ("Resource", json!("*")),
            ("Condition", Value::Null),
        ] {
            let wide = faults_of(|resources| {
                policy(resources, &|all| all[index][name] = value.clone());
            });
            assert_any(&wide, "AlarmTopicPolicy: ");
        }
    }
    let added = faults_of(|resources| {
        policy(resources, &|all| {
            let mut more = all[0].clone();
            more["Principal"]["Service"] = json!("s3.amazonaws.com");
            all.push(more);
        });
    });
    assert_one(&added, "unused: AlarmTopic lets s3.amazonaws.com publish");
}
