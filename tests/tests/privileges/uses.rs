//! What a function's code uses: its walk, in the words of IAM.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};

use super::{
    calls::is_request,
    sources::{Function, Program},
    value::{Built, Value},
    walk::Walk,
};

/// What an operation is done to, and by which of its arguments that is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    /// A table, or an index of it.
    Table,
    /// A queue.
    Queue,
    /// An event bus.
    Bus,
    /// The objects of a bucket.
    Object,
    /// A secret.
    Secret,
    /// An e-mail.
    Mail,
    /// A text message.
    Text,
}

/// What is granted for each operation: the name in the SDK, what it is done to, the action.
/// A transaction is granted by its parts.
const OPERATIONS: &[(&str, On, &str)] = &[
    ("dynamodb.get_item", On::Table, "dynamodb:GetItem"),
    ("dynamodb.batch_get_item", On::Table, "dynamodb:BatchGetItem"),
    ("dynamodb.query", On::Table, "dynamodb:Query"),
    ("dynamodb.scan", On::Table, "dynamodb:Scan"),
    ("dynamodb.put_item", On::Table, "dynamodb:PutItem"),
    ("dynamodb.update_item", On::Table, "dynamodb:UpdateItem"),
    ("dynamodb.delete_item", On::Table, "dynamodb:DeleteItem"),
    ("dynamodb.batch_write_item", On::Table, "dynamodb:BatchWriteItem"),
    ("dynamodb.Get", On::Table, "dynamodb:GetItem"),
    ("dynamodb.Put", On::Table, "dynamodb:PutItem"),
    ("dynamodb.Update", On::Table, "dynamodb:UpdateItem"),
    ("dynamodb.Delete", On::Table, "dynamodb:DeleteItem"),
    ("dynamodb.ConditionCheck", On::Table, "dynamodb:ConditionCheckItem"),
    ("sqs.send_message", On::Queue, "sqs:SendMessage"),
    ("sqs.send_message_batch", On::Queue, "sqs:SendMessage"),
    ("sqs.receive_message", On::Queue, "sqs:ReceiveMessage"),
    ("sqs.delete_message", On::Queue, "sqs:DeleteMessage"),
    ("sqs.delete_message_batch", On::Queue, "sqs:DeleteMessage"),
    ("sqs.change_message_visibility", On::Queue, "sqs:ChangeMessageVisibility"),
    ("sqs.get_queue_attributes", On::Queue, "sqs:GetQueueAttributes"),
    ("eventbridge.put_events", On::Bus, "events:PutEvents"),
    ("s3.put_object", On::Object, "s3:PutObject"),
    ("s3.get_object", On::Object, "s3:GetObject"),
    ("s3.head_object", On::Object, "s3:GetObject"),
    ("s3.delete_object", On::Object, "s3:DeleteObject"),
    ("secretsmanager.get_secret_value", On::Secret, "secretsmanager:GetSecretValue"),
    ("ses.send_email", On::Mail, "ses:SendEmail"),
    ("sms.send_text_message", On::Text, "sms-voice:SendTextMessage"),
    ("secretsmanager.describe_secret", On::Secret, "secretsmanager:DescribeSecret"),
    ("secretsmanager.put_secret_value", On::Secret, "secretsmanager:PutSecretValue"),
];

/// Those that are granted by their parts.
const BY_PARTS: &[&str] = &["dynamodb.transact_write_items", "dynamodb.transact_get_items"];

/// One use of a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    pub(crate) action: &'static str,
    /// The operation, such as `dynamodb.query`.
    pub(crate) operation: String,
    /// The environment variables that say of what table, queue, bus, bucket or secret.
    pub(crate) variables: BTreeSet<String>,
    /// The indexes of the table; none for the table itself.
    pub(crate) indexes: BTreeSet<String>,
    /// The texts in it by name: attributes, placeholders of conditions, an object's key.
    pub(crate) texts: BTreeMap<String, BTreeSet<String>>,
    /// The function of ours that asks for it.
    pub(crate) function: String,
}

impl Use {
    /// What it is done to.
    pub(crate) fn on(&self) -> On {
        let found = OPERATIONS.iter().find(|(name, ..)| *name == self.operation);
        found.expect("a use is of a known operation").1
    }

    /// What may be asked for by an attribute of the key. `*` is anything.
    pub(crate) fn values_of(&self, attribute: &str) -> BTreeSet<String> {
        let any = || BTreeSet::from(["*".to_owned()]);
        let named = |name: &str| self.texts.get(name).cloned().filter(|texts| !texts.is_empty());
        if self.operation == "dynamodb.scan" {
            return any();
        }
        if self.operation != "dynamodb.query" {
            return named(attribute).unwrap_or_else(any);
        }
        let Some(conditions) = named("key_condition_expression") else { return any() };
        let placeholder = |condition: &String| {
            let mut parts = condition.split(" AND ").filter_map(|part| part.split_once(" = "));
            let (_, placeholder) = parts.find(|(name, _)| name.trim() == attribute)?;
            named(placeholder.trim())
        };
        conditions.iter().flat_map(|condition| placeholder(condition).unwrap_or_else(any)).collect()
    }
}

/// What the code of one function uses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Code {
    pub(crate) uses: BTreeSet<Use>,
    /// The environment variables that it reads.
    pub(crate) reads: BTreeSet<String>,
    /// What the walk could not tell. With a doubt nothing is sure.
    pub(crate) doubts: Vec<String>,
}

impl Code {
    /// What the function of this crate uses: `plan_run`.
    pub(crate) fn of(program: &Program, name: &str) -> Self {
        let walk = Walk::from(program, &format!("{name}.main::main"));
        let mut code = Self { reads: walk.reads.clone(), ..Self::default() };
        let mut doubts = walk.doubts.clone();
        for sent in &walk.sent {
            let what = &sent.request.what;
            if BY_PARTS.contains(&what.as_str()) {
                let mut parts = BTreeSet::new();
                parts_of(&sent.request, &mut parts);
                if parts.is_empty() {
                    doubts.insert(format!("{}: cannot tell the parts of `{what}`", sent.function));
                }
                code.uses.extend(parts.iter().filter_map(used));
            } else if let Some(used) = used(&sent.request) {
                code.uses.insert(used);
            } else {
                doubts.insert(format!(
                    "{}: `{what}` is new here: say in OPERATIONS of tests/tests/privileges/uses.rs \
                     which action it needs",
                    sent.function
                ));
            }
        }
        let sent: BTreeSet<_> = walk.sent.iter().map(|sent| sent.request.key()).collect();
        for (what, function) in walk.begun.iter().filter(|(what, _)| is_request(what)) {
            if !sent.contains(&(what, function)) {
                doubts
                    .insert(format!("{function}: begins `{what}`, and nobody is seen to send it"));
            }
        }
        doubts.extend(lost(&walk, &walk.holders()));
        doubts.extend(never_reached(&walk, name));
        doubts.extend(program.doubts.iter().cloned());
        code.doubts = doubts.into_iter().collect();
        code
    }
}

impl Built<'_> {
    fn key(&self) -> (&String, &String) {
        (&self.what, &self.begun_in)
    }
}

/// The parts of a transaction that are granted by themselves.
fn parts_of<'p>(request: &Built<'p>, parts: &mut BTreeSet<Built<'p>>) {
    let mut look = |value: &Value<'p>| {
        let known = |part: &&Built| OPERATIONS.iter().any(|(name, ..)| *name == part.what);
        parts.extend(value.built.iter().filter(known).cloned());
    };
    for argument in request.arguments.values() {
        look(argument);
        argument.each_part(&mut look);
    }
}

fn used(request: &Built) -> Option<Use> {
    let (_, on, action) = OPERATIONS.iter().find(|(name, ..)| *name == request.what)?;
    let names: &[&str] = match on {
        On::Table => &["table_name", "set_table_name", "request_items", "set_request_items"],
        On::Queue => &["queue_url", "set_queue_url"],
        On::Bus => &["event_bus_name", "set_event_bus_name"],
        On::Object => &["bucket", "set_bucket"],
        On::Secret => &["secret_id", "set_secret_id"],
        On::Mail => &["from_email_address", "set_from_email_address"],
        On::Text => &["origination_identity", "set_origination_identity"],
    };
    let mut all = BTreeMap::new();
    named(&request.arguments, &mut all);
    let variables = names.iter().filter_map(|name| all.get(*name)).flat_map(Value::all_variables);
    let variables = variables.collect();
    let texts: BTreeMap<_, _> =
        all.into_iter().map(|(name, value)| (name.to_owned(), value.texts)).collect();
    let index = ["index_name", "set_index_name"].iter().find_map(|name| texts.get(*name));
    Some(Use {
        action,
        operation: request.what.clone(),
        variables,
        indexes: index.cloned().unwrap_or_default(),
        texts,
        function: request.begun_in.clone(),
    })
}

/// All that is in a request by name, at any depth.
fn named<'v, 'p>(values: &'v BTreeMap<String, Value<'p>>, all: &mut BTreeMap<&'v str, Value<'p>>) {
    for (name, value) in values {
        all.entry(name).or_default().join(value.clone());
        named(&value.fields, all);
        for built in &value.built {
            named(&built.arguments, all);
        }
    }
}

/// Calls on who knows what, of a method that a type of ours has which can reach a service.
fn lost(walk: &Walk, holders: &BTreeSet<String>) -> Vec<String> {
    let methods: Vec<(&str, &Function)> = walk
        .program
        .functions
        .iter()
        .filter_map(|(path, functions)| {
            let (of, method) = path.rsplit_once("::")?;
            holders.contains(of).then_some((method, functions))
        })
        .flat_map(|(method, functions)| functions.iter().map(move |function| (method, function)))
        .collect();
    let may_be = |caller: &str, (name, function): &(&str, &Function), method: &str| {
        let here = |within: &str| format!("{caller}::").starts_with(&format!("{within}::"));
        *name == method && function.within.as_deref().is_none_or(here)
    };
    let lost = walk.lost.iter().filter(|(caller, method)| {
        methods.iter().any(|candidate| may_be(caller, candidate, method))
    });
    let say = |(function, method): &(String, String)| {
        format!(
            "{function}: cannot tell whose `{method}` it calls: give what it is called on a type"
        )
    };
    lost.map(say).collect()
}

/// Functions of a crate that ask a service, to which its walk never came: nobody calls them, or
/// the walk has lost its way.
fn never_reached(walk: &Walk, name: &str) -> Vec<String> {
    let within = format!("{name}::");
    let own = walk.program.functions.iter().filter(|(path, _)| path.starts_with(&within));
    let missed = own.filter(|(path, functions)| {
        let asks = |function: &Function| {
            let mut asked = Asked::default();
            asked.visit_block(&function.body);
            asked.0
        };
        !walk.visited.contains(*path) && functions.iter().any(asks)
    });
    let say = |path| format!("{path}: asks a service, and the walk from main never came here");
    missed.map(|(path, _)| say(path)).collect()
}

/// Whether a body calls a method by the name of an operation.
#[derive(Default)]
struct Asked(bool);

impl<'a> Visit<'a> for Asked {
    fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
        let known = OPERATIONS.iter().map(|(name, ..)| *name).chain(BY_PARTS.iter().copied());
        let mut known = known.filter_map(|name| name.split_once('.'));
        self.0 |= known.any(|(_, name)| call.method == name);
        visit::visit_expr_method_call(self, call);
    }
}
