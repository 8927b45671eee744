//! The names that files give to things, so that each is given once, and what refers to them
//! finds them.

use std::{
    borrow::Borrow,
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    str::FromStr,
};

use mensal_domain::suggest::nearest;

use crate::{
    cell::named,
    table::{Row, Table},
};

/// The names that a file gives, with the lines on which it does.
pub(crate) struct Index<K> {
    what: &'static str,
    file: &'static str,
    complete: bool,
    lines: BTreeMap<K, u64>,
    spoilt: Spoilt,
}

/// Names as their rows have them, which cannot be read: what refers to them is no fault of its own.
#[derive(Default)]
pub(crate) struct Spoilt(BTreeSet<String>);

impl Spoilt {
    /// Reads the name that a row gives to something, and keeps it if it is spoilt.
    pub(crate) fn name<K: FromStr<Err: Display>>(
        &mut self,
        row: &Row<'_>,
        column: &str,
    ) -> Option<K> {
        let name = row.need(column, named);
        if name.is_none() && self.0.len() < NEIGHBOURS {
            self.0.insert(row.text(column).to_owned());
        }
        name
    }

    /// Whether one of them is likely to stand for this name.
    pub(crate) fn may_be(&self, name: &str) -> bool {
        let spoilt = || self.0.iter().filter(|spoilt| !spoilt.is_empty());
        spoilt().any(|spoilt| spoilt.split_whitespace().any(|word| word == name))
            || nearest(name, spoilt().map(String::as_str)).is_some()
    }
}

/// So many names before and after are compared with one that does not exist.
const NEIGHBOURS: usize = 300;

impl<K: Ord + Clone> Index<K> {
    /// No names yet. `complete` tells whether the file could be cut into rows.
    pub(crate) fn new(what: &'static str, table: &Table<'_>) -> Self {
        Self {
            what,
            file: table.file,
            complete: table.complete,
            lines: BTreeMap::new(),
            spoilt: Spoilt::default(),
        }
    }

    /// Takes a name for a row, if no row before has it.
    pub(crate) fn claim(&mut self, row: &Row<'_>, column: &str, key: &K) -> bool {
        if let Some(first) = self.lines.get(key) {
            let wrong = format!("is there twice (first on line {first})");
            row.fault(column, wrong, "leave one of the two out, or give it a name of its own");
            return false;
        }
        self.lines.insert(key.clone(), row.line);
        true
    }

    /// Takes a name that several rows may share.
    pub(crate) fn note(&mut self, row: &Row<'_>, key: &K) {
        self.lines.entry(key.clone()).or_insert(row.line);
    }

    /// Takes a name that stands in no row.
    pub(crate) fn add(&mut self, key: &K) {
        self.lines.entry(key.clone()).or_default();
    }

    /// Keeps a name that stands in no row and cannot be read.
    pub(crate) fn spoil(&mut self, name: &str) {
        if self.spoilt.0.len() < NEIGHBOURS {
            self.spoilt.0.insert(name.to_owned());
        }
    }

    /// The line that gives a name; 0 if none does.
    pub(crate) fn line(&self, key: &K) -> u64 {
        self.lines.get(key).copied().unwrap_or_default()
    }

    /// Whether there is such a name, or may be: a file that could not be read leaves that open.
    pub(crate) fn has<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        !self.complete || self.lines.contains_key(key)
    }
}

impl<K: Ord + Clone + Display + FromStr<Err: Display>> Index<K> {
    /// Reads the name that a row gives to something.
    pub(crate) fn name(&mut self, row: &Row<'_>, column: &str) -> Option<K> {
        self.spoilt.name(row, column)
    }

    /// Reads a name that must exist.
    pub(crate) fn refer(&self, row: &Row<'_>, column: &str) -> Option<K> {
        let given = row.text(column);
        if self.spoilt.0.contains(given) && !given.is_empty() {
            return None;
        }
        row.need(column, named).filter(|key| self.check(row, column, key))
    }

    /// Tells a fault if a name does not exist.
    pub(crate) fn check(&self, row: &Row<'_>, column: &str, key: &K) -> bool {
        if self.has(key) {
            return true;
        }
        let given = key.to_string();
        row.fault_once(column, &given, format!("is no {} of {}", self.what, self.file), || {
            let before = self.lines.range(..key).rev().take(NEIGHBOURS);
            let around: Vec<_> = before.chain(self.lines.range(key..).take(NEIGHBOURS)).collect();
            let names: Vec<_> = around.into_iter().map(|(name, _)| name.to_string()).collect();
            match nearest(&given, names.iter().map(String::as_str)) {
                _ if self.spoilt.may_be(&given) => None,
                Some(meant) => Some(format!("did you mean `{meant}`?")),
                None => Some(format!("add it to {} or use one that is there", self.file)),
            }
        });
        false
    }
}
