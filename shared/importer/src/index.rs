//! The names that files give to things, so that each is given once, and what refers to them
//! finds them.

use std::{borrow::Borrow, collections::BTreeMap, fmt::Display};

use crate::{
    suggest::nearest,
    table::{Row, Table},
};

/// The names that a file gives, with the lines on which it does.
pub(crate) struct Index<K> {
    what: &'static str,
    file: &'static str,
    complete: bool,
    lines: BTreeMap<K, u64>,
}

/// So many names before and after are compared with one that does not exist.
const NEIGHBOURS: usize = 300;

impl<K: Ord + Clone> Index<K> {
    /// No names yet. `complete` tells whether the file could be cut into rows.
    pub(crate) fn new(what: &'static str, table: &Table<'_>) -> Self {
        Self { what, file: table.file, complete: table.complete, lines: BTreeMap::new() }
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

    /// Whether there is such a name, or may be: a file that could not be read leaves that open.
    pub(crate) fn has<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        !self.complete || self.lines.contains_key(key)
    }
}

impl<K: Ord + Clone + Display> Index<K> {
    /// Tells a fault if a name does not exist.
    pub(crate) fn check(&self, row: &Row<'_>, column: &str, key: &K) -> bool {
        if self.has(key) {
            return true;
        }
        if row.table.context.sink.is_full(row.table.file) {
            return false;
        }
        let before = self.lines.range(..key).rev().take(NEIGHBOURS);
        let around: Vec<_> = before.chain(self.lines.range(key..).take(NEIGHBOURS)).collect();
        let names: Vec<_> = around.into_iter().map(|(name, _)| name.to_string()).collect();
        let given = key.to_string();
        let right = match nearest(&given, names.iter().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("add it to {} or use one that is there", self.file),
        };
        row.fault_at(column, &given, format!("is no {} of {}", self.what, self.file), right);
        false
    }
}
