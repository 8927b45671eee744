//! The expressions of a walk: what each may be, and what happens on the way.

use std::collections::BTreeMap;

use syn::{Block, Expr, ExprStruct, Lit, Member, Pat, Stmt};

use super::{
    calls::tuple,
    sources::segments,
    value::{Closure, OTHER, Scope, Value},
    walk::{Walk, is_sdk, typed},
};

impl<'p> Walk<'p> {
    /// A block; what it returns early is added to `returned`.
    pub(super) fn block(
        &mut self,
        scope: &mut Scope<'p>,
        block: &'p Block,
        returned: &mut Value<'p>,
    ) -> Value<'p> {
        scope.variables.push(BTreeMap::new());
        let mut last = Value::default();
        for statement in &block.stmts {
            last = Value::default();
            match statement {
                Stmt::Local(local) => {
                    let mut value = Value::default();
                    if let Some(init) = &local.init {
                        value = self.expression(scope, &init.expr, returned);
                        if let Some((_, otherwise)) = &init.diverge {
                            self.expression(scope, otherwise, returned);
                        }
                    }
                    self.bind(scope, &local.pat, value);
                }
                Stmt::Expr(expression, end) => {
                    let value = self.expression(scope, expression, returned);
                    if end.is_none() {
                        last = value;
                    }
                }
                Stmt::Item(_) | Stmt::Macro(_) => {}
            }
        }
        scope.variables.pop();
        last
    }

    /// Gives names to the parts of a value.
    pub(super) fn bind(&mut self, scope: &mut Scope<'p>, pattern: &'p Pat, value: Value<'p>) {
        let part = |value: &Value<'p>, index: usize| {
            let field = value.fields.get(&index.to_string());
            field.cloned().unwrap_or_else(|| value.clone())
        };
        match pattern {
            Pat::Ident(name) => {
                if let Some((_, inner)) = &name.subpat {
                    self.bind(scope, inner, value.clone());
                }
                scope.set(&name.ident.to_string(), value);
            }
            Pat::Type(of) => {
                let declared = self.declared(scope, &of.ty);
                self.bind(scope, &of.pat, typed(value, declared));
            }
            Pat::Paren(inner) => self.bind(scope, &inner.pat, value),
            Pat::Reference(inner) => self.bind(scope, &inner.pat, value),
            Pat::Guard(guarded) => self.bind(scope, &guarded.pat, value),
            Pat::Or(either) => {
                either.cases.iter().for_each(|one| self.bind(scope, one, value.clone()));
            }
            Pat::Slice(slice) => {
                slice.elems.iter().for_each(|one| self.bind(scope, one, value.clone()));
            }
            Pat::Tuple(tuple) => {
                for (index, one) in tuple.elems.iter().enumerate() {
                    self.bind(scope, one, part(&value, index));
                }
            }
            Pat::TupleStruct(tuple) => {
                for (index, one) in tuple.elems.iter().enumerate() {
                    self.bind(scope, one, part(&value, index));
                }
            }
            Pat::Struct(structure) => {
                let declared = self.resolved(scope, &structure.path);
                let value = typed(value, Value::of_type(declared));
                for field in &structure.fields {
                    let inner = self.field(&value, &field.member);
                    self.bind(scope, &field.pat, inner);
                }
            }
            _ => {}
        }
    }

    /// An expression.
    pub(super) fn expression(
        &mut self,
        scope: &mut Scope<'p>,
        expression: &'p Expr,
        returned: &mut Value<'p>,
    ) -> Value<'p> {
        let mut inner = |scope: &mut Scope<'p>, one| self.expression(scope, one, returned);
        match expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => Value::text(text.value()),
                _ => Value::default(),
            },
            Expr::Path(path) => self.path(scope, path),
            Expr::Call(call) => self.function_call(scope, call, returned),
            Expr::MethodCall(call) => self.method_call(scope, call, returned),
            Expr::Struct(structure) => self.structure(scope, structure, returned),
            Expr::Field(field) => {
                let base = inner(scope, &field.base);
                self.field(&base, &field.member)
            }
            Expr::Closure(written) => {
                let closure = Closure { written, scope: scope.clone() };
                Value { closures: [closure.into()].into(), ..Value::default() }
            }
            Expr::Paren(one) => inner(scope, &one.expr),
            Expr::Group(one) => inner(scope, &one.expr),
            Expr::Reference(one) => inner(scope, &one.expr),
            Expr::Await(one) => inner(scope, &one.base),
            Expr::Try(one) => inner(scope, &one.expr),
            Expr::Cast(one) => inner(scope, &one.expr),
            Expr::Unary(one) => inner(scope, &one.expr),
            Expr::Repeat(one) => inner(scope, &one.expr),
            Expr::Async(one) => self.block(scope, &one.block, returned),
            Expr::Unsafe(one) => self.block(scope, &one.block, returned),
            Expr::Const(one) => self.block(scope, &one.block, returned),
            Expr::TryBlock(one) => self.block(scope, &one.block, returned),
            Expr::Block(one) => self.block(scope, &one.block, returned),
            Expr::Loop(one) => self.block(scope, &one.body, returned),
            Expr::Index(one) => {
                inner(scope, &one.index);
                inner(scope, &one.expr)
            }
            Expr::Array(all) => {
                let join = |value: Value<'p>, one| value.or(inner(scope, one));
                all.elems.iter().fold(Value::default(), join)
            }
            Expr::Tuple(all) => {
                let all: Vec<_> = all.elems.iter().map(|one| inner(scope, one)).collect();
                tuple(all)
            }
            Expr::Binary(both) => {
                inner(scope, &both.left);
                inner(scope, &both.right);
                Value::default()
            }
            Expr::Range(range) => {
                let ends = [&range.start, &range.end].into_iter().flatten();
                ends.for_each(|end| drop(inner(scope, end)));
                Value::default()
            }
            Expr::Assign(assignment) => {
                let value = inner(scope, &assignment.right);
                scope.put_into(&assignment.left, value);
                Value::default()
            }
            Expr::Return(one) => {
                if let Some(one) = &one.expr {
                    let value = inner(scope, one);
                    returned.join(value);
                }
                Value::default()
            }
            // What a loop is left with is not followed: whatever is called on it is a doubt.
            Expr::Break(one) => match &one.expr {
                Some(one) => inner(scope, one),
                None => Value::default(),
            },
            Expr::Let(bound) => {
                let value = inner(scope, &bound.expr);
                self.bind(scope, &bound.pat, value);
                Value::default()
            }
            Expr::While(_) | Expr::ForLoop(_) | Expr::If(_) | Expr::Match(_) => {
                self.branches(scope, expression, returned)
            }
            _ => Value::default(),
        }
    }

    fn branches(
        &mut self,
        scope: &mut Scope<'p>,
        expression: &'p Expr,
        returned: &mut Value<'p>,
    ) -> Value<'p> {
        scope.variables.push(BTreeMap::new());
        let mut result = Value::default();
        match expression {
            Expr::While(repeated) => {
                self.expression(scope, &repeated.cond, returned);
                self.block(scope, &repeated.body, returned);
            }
            Expr::ForLoop(repeated) => {
                let each = self.expression(scope, &repeated.expr, returned);
                self.bind(scope, &repeated.pat, each);
                self.block(scope, &repeated.body, returned);
            }
            Expr::If(choice) => {
                self.expression(scope, &choice.cond, returned);
                result = self.block(scope, &choice.then_branch, returned);
                if let Some((_, otherwise)) = &choice.else_branch {
                    result.join(self.expression(scope, otherwise, returned));
                }
            }
            Expr::Match(choice) => {
                let of = self.expression(scope, &choice.expr, returned);
                for arm in &choice.arms {
                    scope.variables.push(BTreeMap::new());
                    self.bind(scope, &arm.pat, of.clone());
                    if let Pat::Guard(guarded) = &arm.pat {
                        self.expression(scope, &guarded.guard, returned);
                    }
                    result.join(self.expression(scope, &arm.body, returned));
                    scope.variables.pop();
                }
            }
            _ => {}
        }
        scope.variables.pop();
        result
    }

    fn field(&mut self, base: &Value<'p>, member: &Member) -> Value<'p> {
        let name = match member {
            Member::Named(name) => name.to_string(),
            Member::Unnamed(index) => index.index.to_string(),
        };
        let declared = base.types.iter().filter_map(|of| {
            let field = self.program.fields.get(of)?.get(&name)?;
            let scope = Scope {
                module: field.module.clone(),
                own: Some(of.clone()),
                function: String::new(),
                variables: Vec::new(),
            };
            Some(self.declared(&scope, &field.what))
        });
        let declared = declared.fold(Value::default(), Value::or);
        match base.fields.get(&name) {
            Some(field) => typed(field.clone(), declared),
            // Of what others make, a part may be anything that went into it.
            None if base.types.iter().all(|of| of == OTHER || is_sdk(of)) => base.clone(),
            None => declared,
        }
    }

    fn structure(
        &mut self,
        scope: &mut Scope<'p>,
        structure: &'p ExprStruct,
        returned: &mut Value<'p>,
    ) -> Value<'p> {
        let mut value = match &structure.rest {
            Some(rest) => self.expression(scope, rest, returned),
            None => Value::default(),
        };
        value.types.insert(self.resolved(scope, &structure.path));
        for field in &structure.fields {
            let Member::Named(name) = &field.member else { continue };
            let inner = self.expression(scope, &field.expr, returned).known();
            value.fields.insert(name.to_string(), inner);
        }
        value
    }

    /// The full path that a path means, `Self` being what it is.
    pub(super) fn resolved(&self, scope: &Scope<'p>, path: &syn::Path) -> String {
        let parts = segments(path);
        match (&scope.own, parts.split_first()) {
            (Some(own), Some((first, rest))) if first == "Self" => {
                rest.iter().fold(own.clone(), |path, part| format!("{path}::{part}"))
            }
            _ => self.program.resolve(&scope.module, &parts),
        }
    }
}

impl<'p> Scope<'p> {
    /// `place = value`, or something that puts `value` into what `place` has already.
    pub(super) fn put_into(&mut self, place: &Expr, value: Value<'p>) {
        match place {
            Expr::Path(path) => {
                if let Some(name) = path.path.get_ident() {
                    self.also(&name.to_string(), value);
                }
            }
            Expr::Field(field) => {
                let Member::Named(name) = &field.member else { return };
                let holder =
                    Value { fields: [(name.to_string(), value)].into(), ..Value::default() };
                self.put_into(&field.base, holder);
            }
            Expr::Unary(one) => self.put_into(&one.expr, value),
            Expr::Reference(one) => self.put_into(&one.expr, value),
            Expr::Paren(one) => self.put_into(&one.expr, value),
            _ => {}
        }
    }
}
