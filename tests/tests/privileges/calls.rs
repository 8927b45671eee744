//! The calls of a walk: of ours, which are walked into, of the SDKs, which build requests, and of
//! others, which pass values on.

use std::collections::BTreeMap;

use syn::{Expr, ExprCall, ExprMethodCall, ExprPath, Lit, punctuated::Punctuated};

use super::{
    macros,
    value::{Built, OTHER, Scope, Value},
    walk::{SDKS, Sent, Walk, is_client, is_sdk, typed},
};

/// What ends the building of a request.
const SENDS: &[&str] = &["send", "send_with", "into_paginator", "presigned"];

/// Methods after which a text is another one.
const CHANGES_TEXT: &[&str] = &[
    "bytes", "chars", "get", "lines", "parse", "repeat", "replace", "split", "strip", "to_ascii",
    "to_lower", "to_upper", "trim",
];

/// Methods by which something is added to a list of parts, which is no builder itself.
const GATHERS: &[&str] = &["append", "extend", "insert", "push"];

/// Methods whose arguments do not come out, unless as an error.
const KEEPS_ARGUMENTS: &[&str] = &["expect", "inspect_err", "map_err", "ok_or", "ok_or_else"];

/// What an SDK's answer is: a type of others, of which nothing more matters.
const ANSWER: &str = "aws_sdk_::Answer";

/// Others' functions that read environment variables.
const READERS: &[(&str, &str)] =
    &[("EnvFilter::try_from_default_env", "RUST_LOG"), ("EnvFilter::from_default_env", "RUST_LOG")];

impl<'p> Walk<'p> {
    pub(super) fn path(&mut self, scope: &mut Scope<'p>, path: &'p ExprPath) -> Value<'p> {
        if let Some(value) = path.path.get_ident().and_then(|name| scope.get(&name.to_string())) {
            return value.clone();
        }
        let full = self.resolved(scope, &path.path);
        let program = self.program;
        if let Some(constant) = program.constants.get(&full) {
            let mut scope = Scope {
                module: constant.module.clone(),
                own: None,
                function: full,
                variables: vec![BTreeMap::new()],
            };
            return self.expression(&mut scope, &constant.what, &mut Value::default());
        }
        // A function of ours that is handed over will be called, with whatever.
        self.call(&full, &[]).unwrap_or_default()
    }

    pub(super) fn function_call(
        &mut self,
        scope: &mut Scope<'p>,
        call: &'p ExprCall,
        returned: &mut Value<'p>,
    ) -> Value<'p> {
        let arguments = self.arguments(scope, &call.args, returned);
        let Expr::Path(path) = &*call.func else {
            let function = self.expression(scope, &call.func, returned);
            return self.call_value(&function, &arguments);
        };
        let local = path.path.get_ident().and_then(|name| scope.get(&name.to_string())).cloned();
        if let Some(function) = local {
            return self.call_value(&function, &arguments);
        }
        let full = self.resolved(scope, &path.path);
        if let Some(result) = self.call(&full, &arguments) {
            return result;
        }
        let (parent, name) = full.rsplit_once("::").unwrap_or(("", &full));
        if self.program.types.contains(&full) {
            return Value { types: [full].into(), ..tuple(arguments) };
        }
        if self.program.implementors.contains_key(parent) {
            let types = arguments.first().map(|first| first.types.clone()).unwrap_or_default();
            let found = types.iter().find_map(|of| self.call_method(of, name, &arguments));
            return found.unwrap_or_default();
        }
        if self.program.types.contains(parent) {
            // A variant, or what is derived, such as `Default`.
            let parts = arguments.into_iter().fold(Value::default(), Value::or);
            return Value { types: [parent.to_owned()].into(), ..parts };
        }
        if full == format!("{}::format", macros::CRATE) {
            return self.formatted(scope, &call.args, &arguments);
        }
        if full.ends_with("env::var") || full.ends_with("env::var_os") {
            return self.variable(scope, &arguments);
        }
        if let Some((_, variable)) = READERS.iter().find(|(reader, _)| full.ends_with(reader)) {
            self.reads.insert((*variable).into());
        }
        if is_sdk(&full) {
            if is_client(parent) {
                return Value::of_type(parent);
            }
            if name == "builder" {
                let of = parent.rsplit("::").next().unwrap_or(parent);
                return self.begun(scope, format!("{}.{of}", service(parent)));
            }
        }
        let nothing = Value::default();
        let forced: Vec<_> = arguments.into_iter().map(|one| self.forced(one, &nothing)).collect();
        // What is wrong says nothing of what is used.
        if full == "Err" {
            return nothing;
        }
        // What others make of nothing of ours holds nothing of ours.
        let made = forced.into_iter().fold(nothing, Value::or);
        typed(made, Value::of_type(OTHER))
    }

    fn arguments(
        &mut self,
        scope: &mut Scope<'p>,
        arguments: &'p Punctuated<Expr, syn::Token![,]>,
        returned: &mut Value<'p>,
    ) -> Vec<Value<'p>> {
        arguments.iter().map(|one| self.expression(scope, one, returned)).collect()
    }

    /// Calls what a variable holds. What is no closure has been called when it was handed over.
    fn call_value(&mut self, function: &Value<'p>, arguments: &[Value<'p>]) -> Value<'p> {
        let mut result = Value { closures: [].into(), ..function.clone() };
        for closure in &function.closures {
            result.join(self.call_closure(closure, arguments));
        }
        result
    }

    fn formatted(
        &mut self,
        scope: &mut Scope<'p>,
        written: &'p Punctuated<Expr, syn::Token![,]>,
        arguments: &[Value<'p>],
    ) -> Value<'p> {
        let Some((format, rest)) = arguments.split_first() else { return Value::default() };
        let variables = rest.iter().flat_map(Value::all_variables).collect();
        let mut rest = rest.iter();
        let mut left = format.only_text().unwrap_or("*");
        let mut text = String::new();
        while let Some((before, behind)) = left.split_once('{') {
            text.push_str(before);
            let Some((name, behind)) = behind.split_once('}') else { break };
            left = behind;
            let name = name.split(':').next().unwrap_or_default();
            let inner = if name.is_empty() {
                rest.next().cloned()
            } else {
                self.named(scope, name, written, arguments)
            };
            text.push_str(inner.as_ref().and_then(Value::only_text).unwrap_or("*"));
        }
        text.push_str(left);
        Value { variables, ..Value::text(text) }
    }

    /// What `{name}` in a format means.
    fn named(
        &mut self,
        scope: &mut Scope<'p>,
        name: &str,
        written: &'p Punctuated<Expr, syn::Token![,]>,
        arguments: &[Value<'p>],
    ) -> Option<Value<'p>> {
        let given = written.iter().position(|one| match one {
            Expr::Assign(one) => matches!(&*one.left, Expr::Path(left) if left.path.is_ident(name)),
            _ => false,
        });
        if let Some(value) = scope.get(name) {
            return Some(value.clone());
        }
        if given.is_some() {
            return given.and_then(|index| arguments.get(index)).cloned();
        }
        let full = self.program.resolve(&scope.module, &[name.into()]);
        let constant = self.program.constants.get(&full)?;
        let Expr::Lit(literal) = &constant.what else { return None };
        let Lit::Str(text) = &literal.lit else { return None };
        Some(Value::text(text.value()))
    }

    fn variable(&mut self, scope: &Scope<'p>, arguments: &[Value<'p>]) -> Value<'p> {
        let names = arguments.first().map(|name| name.texts.clone()).unwrap_or_default();
        if names.is_empty() || names.iter().any(|name| name.contains('*')) {
            let function = &scope.function;
            self.doubts.insert(format!("{function}: cannot tell which variable it reads"));
        }
        self.reads.extend(names.iter().cloned());
        Value { variables: names, ..Value::default() }
    }

    /// A request, or a part of one, that begins here.
    fn begun(&mut self, scope: &Scope<'p>, what: String) -> Value<'p> {
        self.begun.insert((what.clone(), scope.function.clone()));
        let begun_in = scope.function.clone();
        let built = Built { what, arguments: BTreeMap::new(), begun_in };
        Value { built: [built].into(), ..Value::default() }
    }

    pub(super) fn method_call(
        &mut self,
        scope: &mut Scope<'p>,
        call: &'p ExprMethodCall,
        returned: &mut Value<'p>,
    ) -> Value<'p> {
        let on = self.expression(scope, &call.receiver, returned);
        let arguments = self.arguments(scope, &call.args, returned);
        let method = call.method.to_string();
        if !on.built.is_empty() && !GATHERS.contains(&method.as_str()) {
            return self.build(scope, &method, on, arguments);
        }
        let mut ours: Option<Value> = None;
        for of in &on.types {
            if is_client(of) && !["clone", "config"].contains(&method.as_str()) {
                return self.begun(scope, format!("{}.{method}", service(of)));
            }
            let this = Value { types: [of.clone()].into(), ..on.clone() };
            let mut all = vec![this];
            all.extend(arguments.iter().cloned());
            if let Some(result) = self.call_method(of, &method, &all) {
                ours = Some(ours.unwrap_or_default().or(result));
            }
        }
        if let Some(result) = ours {
            return result;
        }
        if on.types.is_empty() {
            self.lost.insert((scope.function.clone(), method.clone()));
        }
        // Somebody else's: whatever goes in may come out.
        let mut given: Vec<_> = Vec::new();
        for argument in arguments {
            let plain = argument.closures.is_empty();
            let value = self.forced(argument, &on);
            if plain {
                scope.put_into(&call.receiver, value.clone());
            }
            given.push(value);
        }
        let mut result = on;
        result.closures.clear();
        if CHANGES_TEXT.iter().any(|prefix| method.starts_with(prefix)) {
            result.texts.clear();
        }
        if KEEPS_ARGUMENTS.contains(&method.as_str()) {
            return result;
        }
        result.or(entry(given))
    }

    /// A method of a builder of an SDK.
    fn build(
        &mut self,
        scope: &Scope<'p>,
        method: &str,
        mut on: Value<'p>,
        arguments: Vec<Value<'p>>,
    ) -> Value<'p> {
        if SENDS.contains(&method) {
            let function = &scope.function;
            let sent = on.built.iter().filter(|request| is_request(&request.what));
            let sent = sent.map(|one| Sent { request: one.clone(), function: function.clone() });
            self.sent.extend(sent);
            return Value::of_type(ANSWER);
        }
        let nothing = Value::default();
        let given: Vec<_> = arguments.into_iter().map(|one| self.forced(one, &nothing)).collect();
        if given.is_empty() {
            return on; // `build`, `clone`
        }
        let given = entry(given).known();
        let with = |mut request: Built<'p>| {
            request.arguments.entry(method.to_owned()).or_default().join(given.clone());
            request
        };
        on.built = std::mem::take(&mut on.built).into_iter().map(with).collect();
        on
    }
}

/// A value of several.
pub(super) fn tuple(all: Vec<Value<'_>>) -> Value<'_> {
    match <[Value; 2]>::try_from(all) {
        Ok([first, second]) => Value::pair(first, second),
        Err(all) => {
            let named = all.into_iter().enumerate();
            let fields = named.map(|(index, value)| (index.to_string(), value)).collect();
            Value { fields, ..Value::default() }
        }
    }
}

/// What is given to a method: two values are an entry, as in `map.insert(key, value)`.
fn entry(given: Vec<Value<'_>>) -> Value<'_> {
    match <[Value; 2]>::try_from(given) {
        Ok([first, second]) => {
            let key = first.only_text().map(str::to_owned);
            let Some(key) = key else { return first.or(second) };
            Value {
                variables: first.variables,
                fields: [(key, second.known())].into(),
                ..Value::default()
            }
        }
        Err(given) => given.into_iter().fold(Value::default(), Value::or),
    }
}

/// The service that a path of an SDK is of: `dynamodb`.
fn service(path: &str) -> &str {
    let path = SDKS.iter().find_map(|prefix| path.strip_prefix(prefix)).unwrap_or(path);
    path.split("::").next().unwrap_or(path)
}

/// Operations are methods of a client, parts are types: `dynamodb.get_item`, `dynamodb.Put`.
pub(super) fn is_request(what: &str) -> bool {
    what.split('.').nth(1).is_some_and(|name| name.starts_with(char::is_lowercase))
}
