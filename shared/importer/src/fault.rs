//! What is wrong with the files, where, and what would be right.

use std::{cell::RefCell, collections::BTreeMap, fmt};

/// So many faults of one file are told; what they leave out shows when they are mended.
pub const MAX_FAULTS_PER_FILE: usize = 1000;

/// So many characters of a faulty cell are quoted.
const MAX_QUOTED: usize = 60;

/// One thing that is wrong with the files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The line in it, counted from 1; 0 if it is about no single line.
    pub line: u64,
    /// The column, or the key in `isp.csv`; empty if it is about no single column.
    pub column: String,
    /// What the cell says, shortened; empty if it says nothing.
    pub given: String,
    /// What is wrong with it.
    pub wrong: String,
    /// What would be right.
    pub right: String,
}

impl Fault {
    /// A fault of a file as a whole.
    pub(crate) fn of_file(file: &str, wrong: impl Into<String>, right: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: 0,
            column: String::new(),
            given: String::new(),
            wrong: wrong.into(),
            right: right.into(),
        }
    }

    /// The same fault with what the cell says, shortened to what a reader can take in.
    pub(crate) fn quoting(mut self, given: &str) -> Self {
        self.given = given.chars().take(MAX_QUOTED).collect();
        if self.given.len() < given.len() {
            self.given.push('…');
        }
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        f.write_str(": ")?;
        if !self.column.is_empty() {
            write!(f, "{}: ", self.column)?;
        }
        if !self.given.is_empty() {
            // A control character in a terminal could hide the very fault that it is.
            let visible = |c: char| if c.is_control() { '\u{fffd}' } else { c };
            write!(f, "`{}` ", self.given.chars().map(visible).collect::<String>())?;
        }
        write!(f, "{}: {}", self.wrong, self.right)
    }
}

/// All that is wrong with the files, in the order of files and lines; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// The faults, unless there are none.
    #[must_use]
    pub fn new(mut faults: Vec<Fault>) -> Option<Self> {
        faults.sort();
        faults.dedup();
        (!faults.is_empty()).then_some(Self(faults))
    }

    /// For data that is missing although nothing was found wrong; reading never gets there.
    pub(crate) fn unexplained() -> Self {
        Self(vec![Fault::of_file("isp.csv", "says too little", "fill it in")])
    }

    /// The faults in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.0.iter()
    }
}

impl IntoIterator for Faults {
    type Item = Fault;
    type IntoIter = std::vec::IntoIter<Fault>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Faults {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

/// Where faults are gathered while files are read.
#[derive(Debug, Default)]
pub(crate) struct Sink(RefCell<BTreeMap<String, Vec<Fault>>>);

impl Sink {
    pub(crate) fn push(&self, fault: Fault) {
        let mut files = self.0.borrow_mut();
        let faults = files.entry(fault.file.clone()).or_default();
        match faults.len() {
            0..MAX_FAULTS_PER_FILE => faults.push(fault),
            MAX_FAULTS_PER_FILE => faults.push(Fault {
                line: u64::MAX, // sorts last
                ..Fault::of_file(&fault.file, "has more faults than these", "mend these first")
            }),
            _ => {}
        }
    }

    /// Whether further faults of a file are dropped, so that it is idle to look for words.
    pub(crate) fn is_full(&self, file: &str) -> bool {
        self.0.borrow().get(file).is_some_and(|faults| faults.len() > MAX_FAULTS_PER_FILE)
    }

    pub(crate) fn into_faults(self) -> Option<Faults> {
        let mut faults = Faults::new(self.0.into_inner().into_values().flatten().collect())?;
        for fault in &mut faults.0 {
            fault.line = if fault.line == u64::MAX { 0 } else { fault.line };
        }
        Some(faults)
    }
}
