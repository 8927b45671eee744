//! What an expression may be, as far as it matters here.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use syn::ExprClosure;

/// All that an expression may be at once. The empty value is anything of no interest.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Value<'p> {
    /// Types, by full path: ours and the SDKs'.
    pub(crate) types: BTreeSet<String>,
    /// What is in it by name. A map is its entries by key, a tuple has `0`, `1`.
    pub(crate) fields: BTreeMap<String, Value<'p>>,
    /// The environment variables that it was made of.
    pub(crate) variables: BTreeSet<String>,
    /// Texts, with `*` for any part that is not known.
    pub(crate) texts: BTreeSet<String>,
    /// Requests, and parts of requests, that are being put together.
    pub(crate) built: BTreeSet<Built<'p>>,
    pub(crate) closures: BTreeSet<Rc<Closure<'p>>>,
}

/// A request to a service, or a part of one, such as `dynamodb.get_item` or `dynamodb.Put`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Built<'p> {
    pub(crate) what: String,
    /// What each of its builder's methods was given.
    pub(crate) arguments: BTreeMap<String, Value<'p>>,
    /// The function that begins it.
    pub(crate) begun_in: String,
}

/// A closure and where it stands: it is looked into when it is called.
#[derive(Clone)]
pub(crate) struct Closure<'p> {
    pub(crate) written: &'p ExprClosure,
    pub(crate) scope: Scope<'p>,
}

/// Where an expression stands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Scope<'p> {
    /// The module, for what paths mean.
    pub(crate) module: String,
    /// What `Self` is.
    pub(crate) own: Option<String>,
    /// The function, for people.
    pub(crate) function: String,
    /// The variables, innermost last.
    pub(crate) variables: Vec<BTreeMap<String, Value<'p>>>,
}

impl<'p> Closure<'p> {
    /// Two are the same if they are written at one place and see the same.
    fn key(&self) -> (usize, &Scope<'p>) {
        (std::ptr::from_ref(self.written) as usize, &self.scope)
    }
}

impl PartialEq for Closure<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Closure<'_> {}

impl PartialOrd for Closure<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Closure<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// The type of what is certainly not ours and of no SDK.
pub(crate) const OTHER: &str = "other";

impl Value<'_> {
    /// A value of a type.
    pub(crate) fn of_type(path: impl Into<String>) -> Self {
        Self { types: [path.into()].into(), ..Self::default() }
    }

    /// A text.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { texts: [text.into()].into(), ..Self::default() }
    }

    /// Whether it may be of no type of ours or of an SDK.
    pub(crate) fn is_other(&self) -> bool {
        self.types.iter().all(|of| of == OTHER)
    }

    /// Either of two.
    pub(crate) fn or(mut self, other: Self) -> Self {
        self.join(other);
        self
    }

    /// May be another one, too.
    pub(crate) fn join(&mut self, other: Self) {
        self.types.extend(other.types);
        self.variables.extend(other.variables);
        self.texts.extend(other.texts);
        self.built.extend(other.built);
        self.closures.extend(other.closures);
        for (name, field) in other.fields {
            self.fields.entry(name).or_default().join(field);
        }
    }

    /// What is put under a name: a text of which nothing is known may be any.
    pub(crate) fn known(mut self) -> Self {
        if self.texts.is_empty() {
            self.texts.insert("*".into());
        }
        self
    }

    /// The text, if there is one that it must be.
    pub(crate) fn only_text(&self) -> Option<&str> {
        let mut texts = self.texts.iter();
        texts.next().filter(|_| texts.next().is_none()).map(String::as_str)
    }

    /// Two values side by side: also the entry of a map, if the first is a known text.
    pub(crate) fn pair(first: Self, second: Self) -> Self {
        let entry = first.only_text().map(|key| (key.to_owned(), second.clone().known()));
        let mut fields: BTreeMap<_, _> = entry.into_iter().collect();
        fields.insert("0".into(), first);
        fields.insert("1".into(), second);
        Self { fields, ..Self::default() }
    }

    /// The environment variables that anything in it was made of.
    pub(crate) fn all_variables(&self) -> BTreeSet<String> {
        let mut all = self.variables.clone();
        self.each_part(&mut |part| all.extend(part.variables.iter().cloned()));
        all
    }

    /// Calls `look` with all that is in it, at any depth.
    pub(crate) fn each_part(&self, look: &mut impl FnMut(&Self)) {
        let arguments = self.built.iter().flat_map(|built| built.arguments.values());
        for part in self.fields.values().chain(arguments) {
            look(part);
            part.each_part(look);
        }
    }
}
