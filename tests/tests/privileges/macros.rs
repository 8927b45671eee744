//! Macros as calls: `format!("A#{id}")` becomes the call `macro_call::format("A#{id}")`, so that
//! what stands in a macro is looked at like all else.

use std::collections::BTreeSet;

use syn::{
    Expr, ExprCall, Macro, Stmt, Token,
    parse::{ParseStream, Parser},
    parse_quote,
    punctuated::Punctuated,
    visit_mut::{VisitMut, visit_expr_mut, visit_stmt_mut},
};

/// The crate that a macro that has become a call seems to be of.
pub(crate) const CRATE: &str = "macro_call";

/// Those that log or build values in a grammar of their own. They take values, and do nothing.
const HARMLESS: &[&str] = &[
    "debug",
    "debug_span",
    "error",
    "error_span",
    "event",
    "info",
    "info_span",
    "json",
    "matches",
    "span",
    "trace",
    "trace_span",
    "warn",
    "warn_span",
];

/// Turns macros into calls.
#[derive(Default)]
pub(crate) struct Macros {
    /// Those that are no list of expressions: what they do is unknown.
    pub(crate) opaque: BTreeSet<String>,
}

impl Macros {
    fn call(&mut self, written: &Macro) -> Expr {
        let name = written.path.segments.last().expect("a macro has a name").ident.clone();
        let list = Punctuated::<Expr, Token![,]>::parse_terminated;
        let repeat = |input: ParseStream| {
            let one: Expr = input.parse()?;
            input.parse::<Token![;]>()?;
            input.parse::<Expr>()?;
            Ok(Punctuated::<Expr, Token![,]>::from_iter([one]))
        };
        let tokens = || written.tokens.clone();
        let arguments = list.parse2(tokens()).or_else(|_| repeat.parse2(tokens()));
        let arguments = arguments.unwrap_or_else(|_| {
            if !HARMLESS.contains(&name.to_string().as_str()) {
                self.opaque.insert(name.to_string());
            }
            Punctuated::new()
        });
        let home = syn::Ident::new(CRATE, name.span());
        let call: ExprCall = parse_quote!(#home::#name(#arguments));
        Expr::Call(call)
    }
}

impl VisitMut for Macros {
    fn visit_expr_mut(&mut self, expression: &mut Expr) {
        if let Expr::Macro(written) = expression {
            *expression = self.call(&written.mac);
        }
        visit_expr_mut(self, expression);
    }

    fn visit_stmt_mut(&mut self, statement: &mut Stmt) {
        if let Stmt::Macro(written) = statement {
            *statement = Stmt::Expr(self.call(&written.mac), written.semi_token);
        }
        visit_stmt_mut(self, statement);
    }
}
