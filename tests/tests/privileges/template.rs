//! The template as a tree: YAML's short forms written out, as CloudFormation understands them.

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// The template: `!Ref X` is `{"Ref": "X"}`, `!GetAtt X.Arn` is `{"Fn::GetAtt": ["X", "Arn"]}`.
#[derive(Clone, Debug)]
pub(crate) struct Template(pub(crate) Value);

impl Template {
    /// Reads YAML.
    pub(crate) fn read(source: &str) -> Self {
        let documents = Yaml::load_from_str(source).expect("the template is YAML");
        let [document] = documents.as_slice() else { panic!("the template is one document") };
        Self(written_out(document))
    }

    /// Every resource: its logical id, its type, its properties.
    pub(crate) fn resources(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let resources = self.0["Resources"].as_object().expect("a template has resources");
        resources.iter().map(|(id, resource)| {
            let kind = resource["Type"].as_str().expect("a resource has a type");
            (id.as_str(), kind, &resource["Properties"])
        })
    }

    /// Every resource of a type: its logical id, its properties.
    pub(crate) fn of_type(&self, kind: &str) -> impl Iterator<Item = (&str, &Value)> {
        let resources = self.resources().filter(move |(_, other, _)| *other == kind);
        resources.map(|(id, _, properties)| (id, properties))
    }

    /// The type of a resource; none if there is no such resource.
    pub(crate) fn kind(&self, id: &str) -> Option<&str> {
        self.0["Resources"][id]["Type"].as_str()
    }

    /// A property of a function: what it says itself, over what the template says for all.
    pub(crate) fn of_function(&self, id: &str, name: &str) -> Value {
        let mut all = self.0["Globals"]["Function"][name].clone();
        merge(&mut all, &self.0["Resources"][id]["Properties"][name]);
        all
    }

    /// The environment of a function: its own variables and those of all functions.
    pub(crate) fn environment(&self, id: &str) -> Map<String, Value> {
        let environment = self.of_function(id, "Environment");
        environment["Variables"].as_object().cloned().unwrap_or_default()
    }

    /// What stands in the place of an ARN, one name per ARN that it may be. The ARN of a resource
    /// is called by its logical id: `Table`, `Table.StreamArn`, `Table/index/agenda-bill`,
    /// `Bucket/invoices/*`. What is none is shown as it is written, and equals nothing.
    pub(crate) fn arns(&self, value: &Value) -> Vec<String> {
        match value {
            Value::Null => Vec::new(),
            Value::Array(several) => several.iter().flat_map(|one| self.arns(one)).collect(),
            Value::String(literal) => vec![literal.clone()],
            _ => self.function(value),
        }
    }

    fn function(&self, value: &Value) -> Vec<String> {
        let shown = || vec![value.to_string()];
        let Some((name, argument)) = value.as_object().and_then(|object| object.iter().next())
        else {
            return shown();
        };
        match (name.as_str(), argument) {
            ("Ref", Value::String(id)) if id == "AWS::NoValue" => Vec::new(),
            // Of these, `Ref` gives the ARN; of others a name or a URL.
            ("Ref", Value::String(id))
                if id.ends_with(".Alias") || self.kind(id) == Some("AWS::SNS::Topic") =>
            {
                vec![id.clone()]
            }
            ("Fn::GetAtt", Value::Array(parts)) => match parts.as_slice() {
                [Value::String(id), Value::String(what)] if what == "Arn" => vec![id.clone()],
                [Value::String(id), Value::String(what)] => vec![format!("{id}.{what}")],
                _ => shown(),
            },
            ("Fn::Sub", Value::String(text)) => vec![without_arn(text)],
            ("Fn::If", Value::Array(parts)) if parts.len() == 3 => {
                parts[1..].iter().flat_map(|one| self.arns(one)).collect()
            }
            _ => shown(),
        }
    }
}

/// Maps are merged, as SAM does with `Globals`; anything else is replaced.
fn merge(all: &mut Value, own: &Value) {
    match (all, own) {
        (_, Value::Null) => {}
        (Value::Object(all), Value::Object(own)) if !is_function(own) => {
            for (name, value) in own {
                merge(all.entry(name).or_insert(Value::Null), value);
            }
        }
        (all, own) => *all = own.clone(),
    }
}

/// Whether a map is a function of CloudFormation, which is a value.
fn is_function(map: &Map<String, Value>) -> bool {
    map.keys().any(|name| name == "Ref" || name.starts_with("Fn::"))
}

/// `${Table.Arn}/index/x` as `Table/index/x`.
fn without_arn(text: &str) -> String {
    let Some((id, rest)) = text.strip_prefix("${").and_then(|text| text.split_once(".Arn}")) else {
        return text.into();
    };
    if id.chars().all(char::is_alphanumeric) { format!("{id}{rest}") } else { text.into() }
}

/// The resource that a value names, by whatever it says of it.
pub(crate) fn named(value: &Value) -> Option<&str> {
    if let Some(id) = value["Ref"].as_str() {
        return Some(id);
    }
    value["Fn::GetAtt"][0].as_str()
}

/// A value or a list of values, as a list.
pub(crate) fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(several) => several.iter().collect(),
        one => vec![one],
    }
}

fn written_out(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Value(scalar) => match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(yes) => json!(yes),
            Scalar::Integer(number) => json!(number),
            Scalar::FloatingPoint(number) => json!(number.0),
            Scalar::String(text) => json!(text),
        },
        Yaml::Sequence(all) => all.iter().map(written_out).collect(),
        Yaml::Mapping(all) => {
            let pair = |(key, value): (&Yaml, &Yaml)| {
                let key = match written_out(key) {
                    Value::String(key) => key,
                    other => other.to_string(),
                };
                (key, written_out(value))
            };
            Value::Object(all.iter().map(pair).collect())
        }
        Yaml::Tagged(tag, inner) => {
            let inner = written_out(inner);
            match (tag.suffix.as_str(), &inner) {
                (name @ ("Ref" | "Condition"), _) => json!({ name: inner }),
                ("GetAtt", Value::String(path)) => {
                    let (id, what) = path.split_once('.').expect("an attribute of a resource");
                    json!({ "Fn::GetAtt": [id, what] })
                }
                (name, _) => json!({ format!("Fn::{name}"): inner }),
            }
        }
        Yaml::Representation(..) | Yaml::Alias(_) | Yaml::BadValue => {
            panic!("the template has YAML that this test does not read: {yaml:?}")
        }
    }
}

#[test]
fn short_forms_are_written_out() {
    let read = |text: &str| Template::read(text).0;
    assert_eq!(read("a: !Ref X"), json!({ "a": { "Ref": "X" } }));
    assert_eq!(read("a: !GetAtt X.Arn"), json!({ "a": { "Fn::GetAtt": ["X", "Arn"] } }));
    assert_eq!(read("a: !Sub ${X.Arn}/*"), json!({ "a": { "Fn::Sub": "${X.Arn}/*" } }));
    let either = json!({ "a": { "Fn::If": ["C", { "Ref": "X" }, [1, true, "OFF"]] } });
    assert_eq!(read("a: !If [C, !Ref X, [1, true, 'OFF']]"), either);
}

#[test]
fn an_arn_is_called_by_its_resource() {
    let template = Template::read("Resources: { Topic: { Type: AWS::SNS::Topic } }");
    let arns = |text: &str| template.arns(&Template::read(text).0["a"]);
    assert_eq!(arns("a: !GetAtt Table.Arn"), ["Table"]);
    assert_eq!(arns("a: !GetAtt Table.StreamArn"), ["Table.StreamArn"]);
    assert_eq!(arns("a: !Sub ${Table.Arn}/index/due"), ["Table/index/due"]);
    assert_eq!(arns("a: [!Ref Topic, !Ref Run.Alias]"), ["Topic", "Run.Alias"]);
    assert_eq!(arns("a: !If [C, !GetAtt A.Arn, !Ref AWS::NoValue]"), ["A"]);
    // A queue's `Ref` is its URL, by which nobody is granted anything.
    assert_eq!(arns("a: !Ref Queue"), [r#"{"Ref":"Queue"}"#]);
}
