//! What is wrong with the files, where, and what would be right.

use std::{cell::RefCell, collections::BTreeMap, fmt};

/// So many faults of one file are told; what they leave out shows when they are mended.
pub const MAX_FAULTS_PER_FILE: usize = 1000;

/// What is wrong with a file whose further faults are not told.
const MORE: &str = "has more faults than these";

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

    /// What it has in common with the same fault of other rows.
    fn anywhere(&self) -> Self {
        Self { line: 0, right: String::new(), ..self.clone() }
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
        for fault in &self.0 {
            writeln!(f, "{fault}")?;
        }
        let told = self.0.iter().filter(|fault| fault.wrong != MORE).count();
        let files = self.0.chunk_by(|a, b| a.file == b.file).count();
        let more = if told < self.0.len() { "more than " } else { "" };
        let counted =
            |count: usize, what| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
        let (faults, files) = (counted(told, "fault"), counted(files, "file"));
        write!(f, "{more}{faults} in {files}: nothing was imported")
    }
}

/// Where faults are gathered while files are read.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    files: RefCell<BTreeMap<String, Vec<Fault>>>,
    /// Faults that are told once, with the last row that has them and how many more rows do.
    once: RefCell<BTreeMap<Fault, (u64, u64)>>,
}

impl Sink {
    pub(crate) fn push(&self, fault: Fault) {
        let mut files = self.files.borrow_mut();
        let faults = files.entry(fault.file.clone()).or_default();
        match faults.len() {
            0..MAX_FAULTS_PER_FILE => faults.push(fault),
            MAX_FAULTS_PER_FILE => faults.push(Fault {
                line: u64::MAX, // sorts last
                ..Fault::of_file(&fault.file, MORE, "mend these first")
            }),
            _ => {}
        }
    }

    /// Tells a fault of the first row that has it, and only counts the others. What would be
    /// right is looked up once; if there is nothing to say, nothing is told.
    pub(crate) fn push_once(&self, fault: Fault, right: impl FnOnce() -> Option<String>) {
        if let Some((last, more)) = self.once.borrow_mut().get_mut(&fault.anywhere()) {
            *more += u64::from(*last != fault.line);
            *last = fault.line;
            return;
        }
        if self.is_full(&fault.file) {
            return;
        }
        self.once.borrow_mut().insert(fault.anywhere(), (fault.line, 0));
        if let Some(right) = right() {
            self.push(Fault { right, ..fault });
        }
    }

    /// Whether further faults of a file are dropped, so that it is idle to look for words.
    pub(crate) fn is_full(&self, file: &str) -> bool {
        self.files.borrow().get(file).is_some_and(|faults| faults.len() > MAX_FAULTS_PER_FILE)
    }

    pub(crate) fn into_faults(self) -> Option<Faults> {
        let once = self.once.into_inner();
        let mut faults = Faults::new(self.files.into_inner().into_values().flatten().collect())?;
        for fault in &mut faults.0 {
            if let Some((_, more @ 1..)) = once.get(&fault.anywhere()) {
                let rows = if *more == 1 { "row" } else { "rows" };
                fault.right = format!("{} (and {more} more {rows})", fault.right);
            }
            fault.line = if fault.line == u64::MAX { 0 } else { fault.line };
        }
        Some(faults)
    }
}
