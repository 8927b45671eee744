//! Walks through a program from its `main`, as it might run, and notes which requests it makes.
//!
//! Every branch is taken once. A value is all that it may be ([`Value`]): of which types, made of
//! which environment variables, which texts. So the queue of a `send_message` is known by the
//! variable that its URL came from, and the key of a `put_item` by the text that it begins with.
//! What is neither ours nor an SDK's passes values on: `Arc::new(x)` is `x`, `x.clone()` is `x`.

use std::collections::{BTreeMap, BTreeSet};

use syn::{FnArg, Type, TypeParamBound};

use super::{
    sources::{Function, Placed, Program, segments},
    value::{Built, Closure, OTHER, Scope, Value},
};

/// How deep calls may lie in each other. Ours are at a dozen.
const DEEPEST: usize = 60;

/// Types that need not be brought in by `use`.
const PLAIN: &[&str] =
    &["String", "bool", "char", "i32", "i64", "str", "u16", "u32", "u64", "u8", "usize"];

/// A request that is sent.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sent<'p> {
    pub(crate) request: Built<'p>,
    /// The function that sends it.
    pub(crate) function: String,
}

/// A walk, and what it has met.
pub(crate) struct Walk<'p> {
    pub(crate) program: &'p Program,
    pub(crate) sent: BTreeSet<Sent<'p>>,
    /// Where each kind of request begins, and who begins it.
    pub(crate) begun: BTreeSet<(String, String)>,
    /// The environment variables that are read.
    pub(crate) reads: BTreeSet<String>,
    /// The functions that it came to.
    pub(crate) visited: BTreeSet<String>,
    /// Calls of a method on something that nothing is known of: who calls, and the method.
    pub(crate) lost: BTreeSet<(String, String)>,
    pub(crate) doubts: BTreeSet<String>,
    known: BTreeMap<(usize, Vec<Value<'p>>), Value<'p>>,
    pub(super) depth: usize,
}

impl<'p> Walk<'p> {
    /// From a function without arguments.
    pub(crate) fn from(program: &'p Program, start: &str) -> Self {
        let mut walk = Self {
            program,
            sent: BTreeSet::new(),
            begun: BTreeSet::new(),
            reads: BTreeSet::new(),
            visited: BTreeSet::new(),
            lost: BTreeSet::new(),
            doubts: BTreeSet::new(),
            known: BTreeMap::new(),
            depth: 0,
        };
        if walk.call(start, &[]).is_none() {
            walk.doubts.insert(format!("there is no function {start}"));
        }
        walk
    }

    /// Calls a function of ours by its full path; none if there is none. A method's first argument
    /// is what it is called on.
    pub(super) fn call(&mut self, path: &str, arguments: &[Value<'p>]) -> Option<Value<'p>> {
        let program = self.program;
        let functions = program.functions.get(path)?;
        let mut result = Value::default();
        for function in functions {
            result.join(self.enter(path, function, arguments));
        }
        Some(result)
    }

    fn enter(&mut self, path: &str, function: &'p Function, arguments: &[Value<'p>]) -> Value<'p> {
        let key = (std::ptr::from_ref(function) as usize, arguments.to_vec());
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        self.visited.insert(path.into());
        let mut scope = Scope {
            module: function.module.clone(),
            own: function.own.clone(),
            function: path.into(),
            variables: vec![BTreeMap::new()],
        };
        let declared = match &function.signature.output {
            syn::ReturnType::Default => Value::default(),
            syn::ReturnType::Type(_, written) => self.declared(&scope, written),
        };
        // Whoever comes here again from within knows no more than what is declared.
        self.known.insert(key.clone(), declared.clone());
        if self.depth > DEEPEST {
            self.doubts.insert(format!("{path}: calls lie too deep in each other"));
            return declared;
        }
        let mut given = arguments.iter();
        for parameter in &function.signature.inputs {
            let value = given.next().cloned().unwrap_or_default();
            match parameter {
                FnArg::Receiver(_) => {
                    let own = Value::of_type(function.own.clone().unwrap_or_default());
                    scope.set("self", typed(value, own));
                }
                FnArg::Typed(parameter) => {
                    let value = typed(value, self.declared(&scope, &parameter.ty));
                    self.bind(&mut scope, &parameter.pat, value);
                }
            }
        }
        self.depth += 1;
        let mut returned = Value::default();
        let last = self.block(&mut scope, &function.body, &mut returned);
        self.depth -= 1;
        let result = typed(last.or(returned), declared);
        self.known.insert(key, result.clone());
        result
    }

    /// Calls a closure.
    pub(super) fn call_closure(
        &mut self,
        closure: &Closure<'p>,
        arguments: &[Value<'p>],
    ) -> Value<'p> {
        if self.depth > DEEPEST {
            let function = &closure.scope.function;
            self.doubts.insert(format!("{function}: closures lie too deep in each other"));
            return Value::default();
        }
        let mut scope = closure.scope.clone();
        scope.variables.push(BTreeMap::new());
        for (index, pattern) in closure.written.inputs.iter().enumerate() {
            let value = arguments.get(index).cloned().unwrap_or_default();
            self.bind(&mut scope, pattern, value);
        }
        self.depth += 1;
        let mut returned = Value::default();
        let last = self.expression(&mut scope, &closure.written.body, &mut returned);
        self.depth -= 1;
        last.or(returned)
    }

    /// With its closures called, by somebody else's code: it gives them what it has at hand.
    pub(super) fn forced(&mut self, mut value: Value<'p>, at_hand: &Value<'p>) -> Value<'p> {
        for closure in std::mem::take(&mut value.closures) {
            let inputs = closure.written.inputs.len();
            let result = self.call_closure(&closure, &vec![at_hand.clone(); inputs]);
            let result = self.forced(result, at_hand);
            value.join(result);
        }
        value
    }

    /// A method of ours that a type has, called.
    pub(super) fn call_method(
        &mut self,
        of: &str,
        method: &str,
        arguments: &[Value<'p>],
    ) -> Option<Value<'p>> {
        if let Some(result) = self.call(&format!("{of}::{method}"), arguments) {
            return Some(result);
        }
        let program = self.program;
        if let Some(implementors) = program.implementors.get(of) {
            // Some type that implements the trait.
            let mut found: Option<Value> = None;
            for one in implementors {
                let mut arguments = arguments.to_vec();
                if let Some(first) = arguments.first_mut() {
                    first.types.remove(of);
                    first.types.insert(one.clone());
                }
                if let Some(result) = self.call(&format!("{one}::{method}"), &arguments) {
                    found = Some(found.unwrap_or_default().or(result));
                }
            }
            return found;
        }
        // What a trait of ours does for all that implement it.
        let of_trait = |(path, implementors): (&'p String, &BTreeSet<String>)| {
            implementors.contains(of).then(|| format!("{path}::{method}"))
        };
        let mut paths = program.implementors.iter().filter_map(of_trait);
        paths.find_map(|path| self.call(&path, arguments))
    }

    /// Our types that hold a client of a service, at any depth.
    pub(crate) fn holders(&self) -> BTreeSet<String> {
        let mut holders = BTreeSet::new();
        loop {
            let holds = |field: &Placed<Type>| {
                let mut types = BTreeSet::new();
                self.types_in(&field.module, None, &field.what, &mut types);
                types.iter().any(|of| is_client(of) || holders.contains(of))
            };
            let all = self.program.fields.iter();
            let more: BTreeSet<_> = all
                .filter(|(_, fields)| fields.values().any(holds))
                .map(|(of, _)| of.clone())
                .collect();
            if more == holders {
                return holders;
            }
            holders = more;
        }
    }

    /// A value of a declared type. Of others' types what they hold counts: `Arc<Store>` is a store.
    pub(super) fn declared(&self, scope: &Scope<'p>, written: &Type) -> Value<'p> {
        let mut types = BTreeSet::new();
        self.types_in(&scope.module, scope.own.as_deref(), written, &mut types);
        Value { types, ..Value::default() }
    }

    fn types_in(
        &self,
        module: &str,
        own: Option<&str>,
        written: &Type,
        into: &mut BTreeSet<String>,
    ) {
        let mut inner = |written: &Type| self.types_in(module, own, written, into);
        match written {
            Type::Reference(reference) => inner(&reference.elem),
            Type::Paren(inside) => inner(&inside.elem),
            Type::Group(inside) => inner(&inside.elem),
            Type::Slice(slice) => inner(&slice.elem),
            Type::Array(array) => inner(&array.elem),
            Type::Tuple(tuple) => tuple.elems.iter().for_each(inner),
            Type::ImplTrait(of) => self.types_of_bounds(module, own, of.bounds.iter(), into),
            Type::TraitObject(of) => self.types_of_bounds(module, own, of.bounds.iter(), into),
            Type::Path(path) => self.types_of_path(module, own, &path.path, into),
            _ => {}
        }
    }

    fn types_of_bounds<'b>(
        &self,
        module: &str,
        own: Option<&str>,
        bounds: impl Iterator<Item = &'b TypeParamBound>,
        into: &mut BTreeSet<String>,
    ) {
        for bound in bounds {
            if let TypeParamBound::Trait(bound) = bound {
                self.types_of_path(module, own, &bound.path, into);
            }
        }
    }

    fn types_of_path(
        &self,
        module: &str,
        own: Option<&str>,
        path: &syn::Path,
        into: &mut BTreeSet<String>,
    ) {
        if path.is_ident("Self") {
            into.extend(own.map(str::to_owned));
            return;
        }
        let full = self.program.resolve(module, &segments(path));
        let program = self.program;
        if program.types.contains(&full) || program.implementors.contains_key(&full) {
            into.insert(full);
        } else if let Some(alias) = program.aliases.get(&full) {
            self.types_in(&alias.module, None, &alias.what, into);
        } else if is_sdk(&full) {
            into.insert(full);
        } else {
            let before = into.len();
            self.types_of_arguments(module, own, path, into);
            // A name without a path may be a parameter that stands for any type.
            let sure = full.contains("::") || PLAIN.contains(&full.as_str());
            if sure && into.len() == before {
                into.insert(OTHER.into());
            }
        }
    }

    fn types_of_arguments(
        &self,
        module: &str,
        own: Option<&str>,
        path: &syn::Path,
        into: &mut BTreeSet<String>,
    ) {
        let Some(last) = path.segments.last() else { return };
        match &last.arguments {
            syn::PathArguments::AngleBracketed(arguments) => {
                // Of a `Result` the error is left out: nobody calls services through one.
                let most = if last.ident == "Result" { 1 } else { usize::MAX };
                for argument in arguments.args.iter().take(most) {
                    match argument {
                        syn::GenericArgument::Type(written) => {
                            self.types_in(module, own, written, into);
                        }
                        syn::GenericArgument::AssocType(of) => {
                            self.types_in(module, own, &of.ty, into);
                        }
                        _ => {}
                    }
                }
            }
            syn::PathArguments::Parenthesized(of) => {
                if let syn::ReturnType::Type(_, written) = &of.output {
                    self.types_in(module, own, written, into);
                }
            }
            syn::PathArguments::None => {}
        }
    }
}

impl<'p> Scope<'p> {
    /// A variable that begins here.
    pub(super) fn set(&mut self, name: &str, value: Value<'p>) {
        if let Some(innermost) = self.variables.last_mut() {
            innermost.insert(name.into(), value);
        }
    }

    /// A variable.
    pub(super) fn get(&self, name: &str) -> Option<&Value<'p>> {
        self.variables.iter().rev().find_map(|variables| variables.get(name))
    }

    /// A variable that may be something else from now on.
    pub(super) fn also(&mut self, name: &str, value: Value<'p>) {
        let mut innermost_first = self.variables.iter_mut().rev();
        if let Some(variable) = innermost_first.find_map(|variables| variables.get_mut(name)) {
            variable.join(value);
        }
    }
}

/// A value, with the types that are declared if it has none of its own.
pub(super) fn typed<'p>(mut value: Value<'p>, declared: Value<'p>) -> Value<'p> {
    if value.is_other() && value.built.is_empty() && !declared.types.is_empty() {
        value.types = declared.types;
    }
    value
}

/// What the paths of clients begin with, before the service.
pub(super) const SDKS: &[&str] = &["aws_sdk_", "mensal_runtime::signed::"];

/// Whether a type is the client of an AWS SDK.
pub(super) fn is_client(of: &str) -> bool {
    is_sdk(of) && of.ends_with("::Client")
}

/// Whether a path is one of an AWS SDK, or of a client that signs requests in its place.
pub(super) fn is_sdk(path: &str) -> bool {
    SDKS.iter().any(|prefix| path.starts_with(prefix)) && path.contains("::")
}
