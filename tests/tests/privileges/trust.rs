//! Who may use a role or call a resource: the other half of what a template grants.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    needs::role,
    template::{Template, list, named},
};

/// What is wrong with who may do something.
pub(crate) fn trust_faults(template: &Template) -> Vec<String> {
    let mut faults = roles(template);
    faults.extend(opened(template, &TOPICS));
    faults.extend(opened(template, &QUEUES));
    faults.extend(open_routes(template));
    for (id, kind, properties) in template.resources() {
        match kind {
            "AWS::Lambda::Permission" => faults.extend(permission(template, id, properties)),
            "AWS::S3::BucketPolicy" => {
                faults.extend(denies(id, properties));
            }
            _ => {}
        }
    }
    faults
}

/// Each role is for one service, and for one function or for all schedules.
fn roles(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    let mut holders: BTreeMap<String, BTreeSet<(&str, String)>> = BTreeMap::new();
    let mut holds = |value: &Value, service: &'static str, who: &str| {
        if let Some(role) = role(template, value) {
            holders.entry(role).or_default().insert((service, who.to_owned()));
        }
    };
    for (id, properties) in template.of_type("AWS::Serverless::Function") {
        holds(&properties["Role"], "lambda.amazonaws.com", id);
    }
    for (_, properties) in template.of_type("AWS::Scheduler::Schedule") {
        holds(&properties["Target"]["RoleArn"], "scheduler.amazonaws.com", "the schedules");
    }
    for (id, properties) in template.of_type("AWS::IAM::Role") {
        let holders: Vec<_> = holders.get(id).into_iter().flatten().collect();
        let [(service, _)] = holders.as_slice() else {
            let who: Vec<_> = holders.iter().map(|(_, who)| who.as_str()).collect();
            let who = if who.is_empty() { "nobody".into() } else { who.join(", ") };
            faults.push(format!("{id}: is the role of {who}: each function needs one of its own"));
            continue;
        };
        let statements = list(&properties["AssumeRolePolicyDocument"]["Statement"]);
        let right = |statement: &Value| {
            statement["Effect"] == "Allow"
                && statement["Action"] == "sts:AssumeRole"
                && statement["Principal"] == json!({ "Service": service })
        };
        if statements.len() != 1 || !statements.iter().all(|statement| right(statement)) {
            faults.push(format!("{id}: {service} alone is to take this role, by sts:AssumeRole"));
        }
    }
    faults
}

/// A service may call a function for one thing of ours only.
fn permission(template: &Template, id: &str, properties: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let function = named(&properties["FunctionName"]).unwrap_or_default();
    let function = function.strip_suffix(".Alias").unwrap_or(function);
    if template.kind(function) != Some("AWS::Serverless::Function") {
        faults.push(format!("{id}: is for no function of this template"));
    }
    if properties["Action"] != "lambda:InvokeFunction" {
        faults.push(format!("{id}: lambda:InvokeFunction is all that is needed"));
    }
    let source = properties["SourceArn"]["Fn::Sub"].as_str().unwrap_or_default();
    if properties["Principal"] != "apigateway.amazonaws.com" {
        faults.push(format!("{id}: this test does not know what its principal needs"));
        return faults;
    }
    let right = routes(template);
    if !right.iter().any(|right| right == source) {
        let right: Vec<_> = right.into_iter().collect();
        let right = right.join(" or ");
        faults.push(format!("{id}: SourceArn is `{source}`: it is to be {right}"));
    }
    faults
}

/// The routes that anybody may call, and the function behind them, which checks the signature of
/// whoever calls by itself. All others ask for AWS credentials.
const OPEN: &[(&str, &str)] = &[
    ("POST /webhooks/{gateway}", "ReceiveWebhook"),
    ("POST /webhooks/{gateway}/{tail}", "ReceiveWebhook"),
];

fn open_routes(template: &Template) -> Vec<String> {
    let mut faults = Vec::new();
    for (id, route) in template.of_type("AWS::ApiGatewayV2::Route") {
        let authorization = route["AuthorizationType"].as_str().unwrap_or("NONE");
        let target = route["Target"]["Fn::Sub"].as_str().unwrap_or_default();
        let target = target.strip_prefix("integrations/${").and_then(|id| id.strip_suffix('}'));
        let integration = &template.0["Resources"][target.unwrap_or_default()]["Properties"];
        let function = named(&integration["IntegrationUri"]).unwrap_or_default();
        let function = function.strip_suffix(".Alias").unwrap_or(function);
        let key = route["RouteKey"].as_str().unwrap_or_default();
        if authorization != "AWS_IAM" && !OPEN.contains(&(key, function)) {
            faults.push(format!("{id}: {key} calls {function} for anybody: ask for AWS_IAM"));
        }
    }
    faults
}

/// How each route of an API calls its function: `arn:…:${Api}/*/GET/accounts/{account}`. An API
/// of one stage has `*` for that one.
fn routes(template: &Template) -> BTreeSet<String> {
    let mut right = BTreeSet::new();
    for (_, route) in template.of_type("AWS::ApiGatewayV2::Route") {
        let api = named(&route["ApiId"]).unwrap_or_default();
        let key = route["RouteKey"].as_str().unwrap_or_default();
        let Some((method, path)) = key.split_once(' ') else { continue };
        let stages = template.of_type("AWS::ApiGatewayV2::Stage");
        let stages = stages.filter(|(_, stage)| named(&stage["ApiId"]) == Some(api));
        let stages: Vec<_> = stages.filter_map(|(_, stage)| stage["StageName"].as_str()).collect();
        let any = ["*"].into_iter().filter(|_| stages.len() == 1);
        for stage in any.chain(stages.iter().copied()) {
            right.insert(format!(
                "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:\
                 ${{{api}}}/{stage}/{method}{path}"
            ));
        }
    }
    right
}

/// A policy of a resource only denies: who may do what is said by roles, in one place.
fn denies(id: &str, properties: &Value) -> Vec<String> {
    let statements = list(&properties["PolicyDocument"]["Statement"]).into_iter();
    let allowing = statements.filter(|statement| statement["Effect"] != "Deny");
    let say = |statement: &Value| {
        format!(
            "{id}: {}: a policy of a resource is to deny only; grant it to a role",
            sid(statement)
        )
    };
    allowing.map(say).collect()
}

/// What services without a role are let do by a policy that a resource itself has.
struct Open {
    /// The kind of the resource, that of its policy, and where that names it.
    resource: &'static str,
    policy: &'static str,
    named_in: &'static str,
    action: &'static str,
    /// The action in words.
    does: &'static str,
    to: &'static str,
    /// How whoever asks a service for it names the resource.
    told: fn(&str) -> Value,
    /// The services, by the kinds of resources that ask them to, each for those alone that it is known by.
    services: &'static [(&'static str, &'static [&'static str], KnownBy)],
}

/// What a policy knows by whose asking a service does something.
#[derive(Clone, Copy)]
enum KnownBy {
    /// The account: for all of its resources.
    Account,
    /// The ARN of each resource that asks, whose account is in it.
    Arn(fn(&str, &Value) -> Option<String>),
    /// The account, and an ARN that is written out, since it is known before the resource is there.
    Both(fn(&str, &Value) -> Option<String>),
}

/// Services that tell a topic something.
const TOPICS: Open = Open {
    resource: "AWS::SNS::Topic",
    policy: "AWS::SNS::TopicPolicy",
    named_in: "Topics",
    action: "sns:Publish",
    does: "publish",
    to: "on its topic",
    told: |topic| json!({ "Ref": topic }),
    services: &[
        ("budgets.amazonaws.com", &["AWS::Budgets::Budget"], KnownBy::Account),
        (
            "cloudwatch.amazonaws.com",
            &["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"],
            KnownBy::Account,
        ),
        (
            "sms-voice.amazonaws.com",
            &["AWS::SMSVOICE::ConfigurationSet"],
            KnownBy::Both(|_, set| {
                let name = set["ConfigurationSetName"]["Fn::Sub"].as_str()?;
                let arn = "arn:${AWS::Partition}:sms-voice:${AWS::Region}:${AWS::AccountId}";
                Some(format!("{arn}:configuration-set/{name}"))
            }),
        ),
    ],
};

/// Services that put something into a queue.
const QUEUES: Open = Open {
    resource: "AWS::SQS::Queue",
    policy: "AWS::SQS::QueuePolicy",
    named_in: "Queues",
    action: "sqs:SendMessage",
    does: "send",
    to: "to its queue",
    told: |queue| json!({ "Fn::GetAtt": [queue, "Arn"] }),
    services: &[
        (
            "events.amazonaws.com",
            &["AWS::Events::Rule"],
            KnownBy::Arn(|rule, _| Some(rule.to_owned())),
        ),
        (
            "sns.amazonaws.com",
            &["AWS::SNS::Subscription"],
            KnownBy::Arn(|_, subscription| named(&subscription["TopicArn"]).map(str::to_owned)),
        ),
    ],
};

/// Which service each resource is open to, next to which makes use of it.
fn opened(template: &Template, open: &Open) -> Vec<String> {
    let Open { does, to, action, .. } = open;
    let mut faults = Vec::new();
    let mut granted: BTreeSet<(String, String)> = BTreeSet::new();
    for (id, properties) in template.of_type(open.policy) {
        let of = &properties[open.named_in];
        let of: BTreeSet<_> = list(of).into_iter().filter_map(named).collect();
        for statement in list(&properties["PolicyDocument"]["Statement"]) {
            // One of a condition of the template, as if it held.
            let statement = statement["Fn::If"].get(1).unwrap_or(statement);
            let service = statement["Principal"]["Service"].as_str().unwrap_or_default();
            let resources = template.arns(&statement["Resource"]);
            let right = statement["Effect"] == "Allow"
                && statement["Principal"] == json!({ "Service": service })
                && statement["Action"] == *action
                && knows(template, open, service, &resources, &statement["Condition"])
                && resources.iter().all(|resource| of.contains(resource.as_str()));
            if !right {
                faults.push(format!(
                    "{id}: {}: is to let one service {does} ({action}) {to}, for those alone that ask \
                     it to (aws:SourceArn), or for this account (aws:SourceAccount)",
                    sid(statement)
                ));
            }
            granted.extend(resources.into_iter().map(|resource| (resource, service.to_owned())));
        }
    }
    let mut needed = BTreeSet::new();
    for (resource, _) in template.of_type(open.resource) {
        let told = (open.told)(resource).to_string();
        for (service, kinds, _) in open.services {
            let mut askers = kinds.iter().flat_map(|kind| template.of_type(kind));
            if askers.any(|(_, properties)| properties.to_string().contains(&told)) {
                needed.insert((resource.to_owned(), (*service).to_owned()));
            }
        }
    }
    for (resource, service) in needed.difference(&granted) {
        faults
            .push(format!("missing: {resource} does not let {service} {does}, which is asked to"));
    }
    for (resource, service) in granted.difference(&needed) {
        faults.push(format!("unused: {resource} lets {service} {does}, which nothing asks to"));
    }
    faults
}

/// Whether a statement is for those alone who ask the service for it.
fn knows(
    template: &Template,
    open: &Open,
    service: &str,
    resources: &[String],
    condition: &Value,
) -> bool {
    let account = json!({ "aws:SourceAccount": { "Ref": "AWS::AccountId" } });
    let ours = json!({ "StringEquals": account });
    let found = open.services.iter().find(|(name, ..)| *name == service);
    // What is no service of these is told of as unused.
    let Some((_, kinds, by)) = found else { return *condition == ours };
    let (name, test, also) = match by {
        KnownBy::Account => return *condition == ours,
        KnownBy::Arn(name) => (name, "ArnEquals", None),
        KnownBy::Both(name) => (name, "ArnLike", Some(&account)),
    };
    let told: Vec<_> = resources.iter().map(|one| (open.told)(one).to_string()).collect();
    let askers = kinds.iter().flat_map(|kind| template.of_type(kind));
    let askers = askers.filter(|(_, properties)| {
        let asked = properties.to_string();
        told.iter().any(|told| asked.contains(told))
    });
    let askers: BTreeSet<_> = askers.filter_map(|(id, asks)| name(id, asks)).collect();
    let sources = &condition[test]["aws:SourceArn"];
    let mut right = json!({ test: { "aws:SourceArn": sources } });
    if let Some(account) = also {
        right["StringEquals"] = account.clone();
    }
    *condition == right && template.arns(sources).into_iter().collect::<BTreeSet<_>>() == askers
}

fn sid(statement: &Value) -> &str {
    statement["Sid"].as_str().unwrap_or("a statement")
}
