//! What each role needs: for what the code uses, and for what the template asks of AWS in its name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{
    template::{Template, named},
    uses::{Code, On, Use},
};

/// A grant that is needed: role, action, and resource as [`Template::arns`] calls it.
pub(crate) type Right = (String, String, String);

/// Why something is needed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Need {
    pub(crate) why: BTreeSet<String>,
    /// The partitions of the table that it is needed for, by the key; empty for all but tables.
    pub(crate) partitions: BTreeSet<String>,
}

/// All that is needed, and what is wrong so that it cannot be told.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs {
    pub(crate) rights: BTreeMap<Right, Need>,
    pub(crate) faults: Vec<String>,
}

/// What Lambda does with the records of a queue.
const FROM_QUEUE: &[&str] = &["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
/// What Lambda does with the records of a table's stream.
const FROM_STREAM: &[&str] = &[
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
];
/// What a function does with its logs.
const LOGS: &[&str] = &["logs:CreateLogStream", "logs:PutLogEvents"];
/// What a traced function does. X-Ray has no resources that could be named: these two, and nothing
/// else, are granted on `*`.
pub(crate) const TRACES: &[&str] = &["xray:PutTelemetryRecords", "xray:PutTraceSegments"];

/// What Lambda does, by a function's role, to give it network interfaces in a VPC: their names nobody
/// knows before (Lambda Developer Guide, "Giving Lambda functions access to resources in a VPC").
pub(crate) const INTERFACES: &[&str] = &[
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
];

/// The needs of all roles. `codes` is the code of each function by its logical id.
pub(crate) fn needs(template: &Template, codes: &BTreeMap<String, Code>) -> Needs {
    let mut needs = Needs::default();
    for (id, properties) in template.of_type("AWS::Serverless::Function") {
        let Some(role) = role(template, &properties["Role"]) else {
            needs
                .faults
                .push(format!("{id}: has no role of its own: SAM makes one that is too wide"));
            continue;
        };
        needs.of_function(template, id, &role);
        match codes.get(id) {
            Some(code) => needs.of_code(template, id, &role, code),
            None => needs.faults.push(format!("{id}: there is no code for it in functions/")),
        }
    }
    for (id, properties) in template.of_type("AWS::Scheduler::Schedule") {
        let target = &properties["Target"];
        match role(template, &target["RoleArn"]) {
            Some(role) => {
                let why = format!("{id} starts it");
                needs.add(template, &role, &["lambda:InvokeFunction"], &target["Arn"], &why);
                let why = format!("{id} keeps there what it could not start");
                needs.sends(template, &role, &target["DeadLetterConfig"]["Arn"], &why);
            }
            None => needs.faults.push(format!("{id}: has no role of this template")),
        }
    }
    needs
}

/// The role that a value names, if it is one of this template.
pub(crate) fn role(template: &Template, value: &Value) -> Option<String> {
    let role = named(value).filter(|id| template.kind(id) == Some("AWS::IAM::Role"))?;
    (template.arns(value) == [role]).then(|| role.to_owned())
}

impl Needs {
    fn one(&mut self, role: &str, action: &str, resource: String, why: &str) -> &mut Need {
        let right = (role.to_owned(), action.to_owned(), resource);
        let need = self.rights.entry(right).or_default();
        need.why.insert(why.into());
        need
    }

    fn add(&mut self, template: &Template, role: &str, actions: &[&str], on: &Value, why: &str) {
        for resource in template.arns(on) {
            for action in actions {
                self.one(role, action, resource.clone(), why);
            }
        }
    }

    fn sends(&mut self, template: &Template, role: &str, queue: &Value, why: &str) {
        self.add(template, role, &["sqs:SendMessage"], queue, why);
    }

    /// What the function's configuration makes Lambda do by the function's role.
    fn of_function(&mut self, template: &Template, id: &str, role: &str) {
        let properties = &template.0["Resources"][id]["Properties"];
        let log = template.of_function(id, "LoggingConfig")["LogGroup"].clone();
        match named(&log).filter(|group| template.kind(group) == Some("AWS::Logs::LogGroup")) {
            Some(group) => {
                for action in LOGS {
                    self.one(role, action, group.into(), &format!("{id} logs there"));
                }
            }
            None => self.faults.push(format!("{id}: has no log group of this template")),
        }
        // Set to `PassThrough` it still tells of what others have begun to trace.
        if !template.of_function(id, "Tracing").is_null() {
            for action in TRACES {
                self.one(role, action, "*".into(), &format!("{id} is traced"));
            }
        }
        if !properties["VpcConfig"].is_null() {
            for action in INTERFACES {
                self.one(role, action, "*".into(), &format!("{id} may be in a VPC"));
            }
        }
        let asynchronous = template.of_function(id, "EventInvokeConfig");
        let failed = &asynchronous["DestinationConfig"]["OnFailure"];
        self.sends(
            template,
            role,
            &failed["Destination"],
            &format!("{id} keeps failed calls there"),
        );
        let dead = template.of_function(id, "DeadLetterQueue");
        self.sends(template, role, &dead["TargetArn"], &format!("{id} keeps failed calls there"));
        if !properties["Policies"].is_null() {
            self.faults.push(format!("{id}: Policies have no effect beside a role of its own"));
        }
        for (name, event) in properties["Events"].as_object().into_iter().flatten() {
            let of = &event["Properties"];
            let why = format!("{id} takes {name} from it");
            match event["Type"].as_str() {
                Some("SQS") => self.add(template, role, FROM_QUEUE, &of["Queue"], &why),
                Some("DynamoDB") => self.add(template, role, FROM_STREAM, &of["Stream"], &why),
                other => self.faults.push(format!(
                    "{id}: event {name} is of type {}: this test does not know what it needs",
                    other.unwrap_or("none")
                )),
            }
            let failed = &of["DestinationConfig"]["OnFailure"]["Destination"];
            self.sends(template, role, failed, &format!("{id} keeps failed {name} there"));
        }
    }

    /// What the function's code does, and what it is told by its environment.
    fn of_code(&mut self, template: &Template, id: &str, role: &str, code: &Code) {
        self.faults.extend(code.doubts.iter().map(|doubt| format!("{id}: {doubt}")));
        let environment = template.environment(id);
        for name in code.reads.iter().filter(|name| !of_lambda(name)) {
            if !environment.contains_key(name) {
                self.faults
                    .push(format!("{id}: its code reads {name}, which the template does not set"));
            }
        }
        for name in environment.keys().filter(|name| !code.reads.contains(*name)) {
            self.faults
                .push(format!("{id}: the template sets {name}, which its code does not read"));
        }
        for used in &code.uses {
            let why = format!("{} calls {}", used.function, used.operation);
            match target(template, id, used) {
                Ok(resources) => {
                    for resource in resources {
                        let partitions = partitions(template, used, &resource);
                        let need = self.one(role, used.action, resource, &why);
                        need.partitions.extend(partitions);
                    }
                }
                Err(fault) => self.faults.push(format!("{id}: {why}: {fault}")),
            }
        }
    }
}

/// Set by Lambda itself, or for tests on a machine of one's own.
fn of_lambda(name: &str) -> bool {
    name.starts_with("AWS_") || name.starts_with("_X_AMZN_")
}

/// The secrets whose names begin as a variable says, which must be this stack's own. Their ARNs end
/// with letters that Secrets Manager chooses, so that a folder of them is what can be named.
fn secrets(template: &Template, id: &str, used: &Use) -> Result<Vec<String>, String> {
    let environment = template.environment(id);
    let of = |name: &String| {
        let prefix = environment.get(name).and_then(|value| value["Fn::Sub"].as_str());
        let own = |prefix: &&str| prefix.ends_with("${AWS::StackName}/");
        let prefix = prefix.filter(own).ok_or_else(|| {
            format!("{name} is set to no folder of secrets that is of this stack alone")
        })?;
        Ok(format!("{SECRETS}{prefix}*"))
    };
    let named: Vec<String> = used.variables.iter().map(of).collect::<Result<_, String>>()?;
    if named.is_empty() {
        return Err("cannot tell of which secret: its name comes from no variable".into());
    }
    Ok(named)
}

/// What the ARN of a secret begins with.
const SECRETS: &str =
    "arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:";

/// What mail is sent from and by: the ISP's identities, which no template knows by name, and the stack's
/// own configuration set.
const MAIL: &[&str] = &["identity/*", "configuration-set/${AWS::StackName}-notices"];
/// What text messages are sent from, which is the ISP's, too.
const TEXTS: &[&str] = &["phone-number/*", "pool/*", "sender-id/*"];

/// Resources of a service in this account.
fn of_account(service: &str, all: &[&str]) -> Vec<String> {
    let of = format!("arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:");
    all.iter().map(|one| format!("{of}{one}")).collect()
}

/// The resources that a use is of.
fn target(template: &Template, id: &str, used: &Use) -> Result<Vec<String>, String> {
    let (kind, argument) = match used.on() {
        On::Table => ("AWS::DynamoDB::Table", "table"),
        On::Queue => ("AWS::SQS::Queue", "queue"),
        On::Bus => ("AWS::Events::EventBus", "bus"),
        On::Object => ("AWS::S3::Bucket", "bucket"),
        On::Secret => return secrets(template, id, used),
        On::Mail => return Ok(of_account("ses", MAIL)),
        On::Text => return Ok(of_account("sms-voice", TEXTS)),
    };
    let environment = template.environment(id);
    let mut resources = Vec::new();
    for name in &used.variables {
        let resource = environment.get(name).and_then(named);
        let resource = resource.filter(|resource| template.kind(resource) == Some(kind));
        let resource = resource.ok_or_else(|| format!("{name} is set to no {kind}"))?;
        match used.on() {
            On::Table if !used.indexes.is_empty() => {
                resources
                    .extend(used.indexes.iter().map(|index| format!("{resource}/index/{index}")));
            }
            On::Object => {
                let keys = used.texts.get("key").or_else(|| used.texts.get("set_key"));
                let keys = keys.filter(|keys| !keys.is_empty());
                for key in keys.ok_or("cannot tell the key of the object")? {
                    resources.push(format!("{resource}/{}*", folder(key)));
                }
            }
            _ => resources.push(resource.to_owned()),
        }
    }
    if resources.is_empty() {
        return Err(format!("cannot tell of which {argument}: its name comes from no variable"));
    }
    Ok(resources)
}

/// The part of an object's key that is always the same, up to its last `/`.
fn folder(key: &str) -> &str {
    let same = key.split('*').next().unwrap_or_default();
    same.rfind('/').map_or("", |end| &same[..=end])
}

/// Which partitions a use of a table is for.
fn partitions(template: &Template, used: &Use, resource: &str) -> BTreeSet<String> {
    if used.on() != On::Table {
        return BTreeSet::new();
    }
    match partition_key(template, resource) {
        Some(attribute) => used.values_of(attribute),
        None => ["*".into()].into(),
    }
}

/// The attribute that a table, or an index of it, is partitioned by.
fn partition_key<'t>(template: &'t Template, resource: &str) -> Option<&'t str> {
    let (table, index) = match resource.split_once("/index/") {
        Some((table, index)) => (table, Some(index)),
        None => (resource, None),
    };
    let table = &template.0["Resources"][table]["Properties"];
    let place = match index {
        None => table,
        Some(index) => {
            let indexes = table["GlobalSecondaryIndexes"].as_array()?;
            indexes.iter().find(|one| one["IndexName"] == index)?
        }
    };
    let keys = place["KeySchema"].as_array()?;
    keys.iter().find(|key| key["KeyType"] == "HASH")?["AttributeName"].as_str()
}
