//! The engine of templates, and what it finds wrong with them.
//!
//! A small language, on purpose: variables, `if`, `for`, and three filters. What a template may take is
//! limited: steps, depth, and the length of what comes out.

use std::fmt;

use mensal_domain::suggest::nearest;
use minijinja::{
    Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value,
    value::{Serde, ValueKind},
};

use crate::variables::{VARIABLES, Variables};

/// The most steps of composing one text; each takes one, and so do some 64 bytes.
const FUEL: u64 = 50_000;
/// How deep tags lie in one another.
const DEPTH: usize = 30;
/// The longest text that comes out, in bytes.
const MAX_COMPOSED: usize = 64 * 1024;
/// So many characters of what is wrong are quoted.
const MAX_QUOTED: usize = 60;
/// What the formatter finds: the error of the engine has no kind of its own for it.
const MISSING: &str = "may be missing";
const NO_TEXT: &str = "is no text";
const FILTERS: &str = "upper, lower or join";

/// What is wrong with a text of a notice, and what would be right. It quotes templates, never facts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub struct Fault {
    /// The line, counted from 1; 0 if it is about no single line.
    pub line: usize,
    /// What stands there, shortened; empty if it is about no single place.
    pub given: String,
    /// What is wrong.
    pub wrong: String,
    /// What would be right.
    pub right: String,
}

impl Fault {
    pub(crate) fn whole(wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self { line: 0, given: String::new(), wrong: wrong.into(), right: right.into() }
    }

    pub(crate) fn at(
        line: usize,
        given: &str,
        wrong: impl Into<String>,
        right: impl Into<String>,
    ) -> Self {
        let given = given.trim().chars().take(MAX_QUOTED).collect();
        Self { line, given, wrong: wrong.into(), right: right.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line > 0 {
            write!(f, "{}: ", self.line)?;
        }
        if !self.given.is_empty() {
            write!(f, "`{}` ", self.given)?;
        }
        write!(f, "{}: {}", self.wrong, self.right)
    }
}

/// Composes a template. `before` lines of its file stand above it.
pub(crate) fn compose(
    template: &str,
    variables: &Variables,
    before: usize,
) -> Result<String, Fault> {
    let environment = environment();
    let composed = environment
        .template_from_str(template)
        .and_then(|parsed| parsed.render(Value::from(Serde(variables))))
        .map_err(|error| fault(&error, template, before))?;
    if composed.len() > MAX_COMPOSED {
        let right = format!("use at most {MAX_COMPOSED} bytes");
        return Err(Fault::whole("comes out too long", right));
    }
    Ok(composed)
}

fn environment<'a>() -> Environment<'a> {
    let mut environment = Environment::empty();
    // Names the variable that is wrong.
    environment.set_debug(true);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(DEPTH);
    environment.set_formatter(print);
    environment.add_filter("upper", |text: String| text.to_uppercase());
    environment.add_filter("lower", |text: String| text.to_lowercase());
    environment.add_filter("join", |list: Vec<String>, between: String| list.join(&between));
    environment
}

/// Prints texts and counts, and nothing else: no list, no yes or no, and nothing that is not there.
fn print(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    match value.kind() {
        ValueKind::None | ValueKind::Undefined => {
            Err(Error::new(ErrorKind::InvalidOperation, MISSING))
        }
        ValueKind::String | ValueKind::Number => Ok(out.write_str(&value.to_string())?),
        _ => Err(Error::new(ErrorKind::InvalidOperation, NO_TEXT)),
    }
}

fn fault(error: &Error, template: &str, before: usize) -> Fault {
    let line = error.line().map_or(0, |line| line + before);
    let detail = error.detail().unwrap_or_default();
    let source = error.range().and_then(|range| template.get(range)).unwrap_or_default();
    let quoted = || detail.split('`').nth(1);
    match error.kind() {
        ErrorKind::SyntaxError => {
            let right = "write {{ name }}, {% if name %} … {% endif %} or {% for one in list %} … {% endfor %}";
            Fault::at(line, source, format!("cannot be read ({detail})"), right)
        }
        ErrorKind::UndefinedError => unknown(line, quoted().unwrap_or(source)),
        ErrorKind::InvalidOperation if detail == MISSING => {
            let right = format!("put it between {{% if {source} %}} and {{% endif %}}");
            Fault::at(line, source, "is not there for every notice", right)
        }
        ErrorKind::InvalidOperation if detail == NO_TEXT => {
            Fault::at(line, source, NO_TEXT, parts(source))
        }
        ErrorKind::UnknownFilter => {
            Fault::at(line, source, "has no such filter", format!("use {FILTERS}, or none"))
        }
        ErrorKind::UnknownTest => {
            Fault::at(line, source, "has no such test", "ask {% if name %} or {% if not name %}")
        }
        ErrorKind::OutOfFuel => Fault::at(line, source, "takes too many steps", "make it simpler"),
        kind => {
            let wrong = format!("cannot be composed ({kind})");
            Fault::at(line, source, wrong, "see docs/notices.md")
        }
    }
}

/// A variable that is not there: its name is wrong, or what it is a part of is missing.
fn unknown(line: usize, name: &str) -> Fault {
    if VARIABLES.contains(&name) {
        let whole = name.rsplit_once('.').map_or(name, |(whole, _)| whole);
        let right = format!("put it between {{% if {whole} %}} and {{% endif %}}");
        return Fault::at(line, name, "is not there for every notice", right);
    }
    // The variable of a loop has the parts of what it goes through.
    let (own, part) = name.split_once('.').unwrap_or((name, ""));
    let looped = || VARIABLES.iter().filter_map(|known| known.strip_prefix("overdue.invoices."));
    let meant = match nearest(name, VARIABLES.iter().copied()) {
        Some(meant) => Some(meant.to_owned()),
        None if VARIABLES.contains(&own) => None,
        None => nearest(part, looped()).map(|meant| format!("{own}.{meant}")),
    };
    let right = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if VARIABLES.contains(&own) && !part.is_empty() => parts(own),
        None => "use one of the table in docs/notices.md".to_owned(),
    };
    Fault::at(line, name, "is no variable", right)
}

/// What a variable has parts of.
fn parts(name: &str) -> String {
    let of = |known: &&str| {
        let part = known.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'));
        part.is_some_and(|part| !part.contains('.'))
    };
    let parts: Vec<_> = VARIABLES.iter().copied().filter(of).collect();
    match parts[..] {
        [] => "use a part of it, or go through it with {% for %}".to_owned(),
        _ => format!("use a part of it: {}", parts.join(", ")),
    }
}
