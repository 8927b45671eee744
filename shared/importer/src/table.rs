//! A CSV file as a table: a header that names its columns, and rows of cells that are read with
//! a fault for each that cannot be.

use std::collections::BTreeMap;

use csv::StringRecord;
use jiff::civil::Date;
use mensal_domain::{calendar::months_after, suggest::nearest};

use crate::{
    cell::{self, Parsed},
    fault::{Fault, Sink},
    files::{Files, MAX_FILE_BYTES},
};

/// The most rows of a file.
pub const MAX_ROWS: usize = 5_000_000;

/// What all tables of one import share.
pub(crate) struct Context<'a> {
    pub(crate) files: &'a Files,
    pub(crate) shift_months: i32,
    pub(crate) sink: &'a Sink,
}

/// What a file must and may have.
pub(crate) struct Spec {
    pub(crate) file: &'static str,
    pub(crate) needed: bool,
    pub(crate) required: &'static [&'static str],
    pub(crate) optional: &'static [&'static str],
}

/// A file that has been cut into cells.
pub(crate) struct Table<'a> {
    pub(crate) context: &'a Context<'a>,
    pub(crate) file: &'static str,
    columns: BTreeMap<&'static str, usize>,
    rows: Vec<(u64, StringRecord)>,
    cut_short: bool,
    /// Whether all rows could be told apart: if not, what refers to this file is not checked.
    pub(crate) complete: bool,
}

impl<'a> Table<'a> {
    /// Cuts a file into cells. A missing file is an empty table.
    pub(crate) fn read(context: &'a Context<'a>, spec: &Spec) -> Self {
        let file = spec.file;
        let mut table = Self {
            context,
            file,
            columns: BTreeMap::new(),
            rows: vec![],
            cut_short: false,
            complete: false,
        };
        let Some(bytes) = context.files.get(file) else {
            table.complete = !spec.needed;
            if spec.needed {
                let right = format!("add it, with the columns {}", spec.required.join(","));
                context.sink.push(Fault::of_file(file, "the file is missing", right));
            }
            return table;
        };
        match table.fill(bytes, spec) {
            Ok(()) => table.complete = !table.cut_short,
            Err(fault) => context.sink.push(*fault),
        }
        table
    }

    fn fill(&mut self, bytes: &[u8], spec: &Spec) -> Result<(), Box<Fault>> {
        let at = |line, wrong: &str, right: String| {
            Box::new(Fault { line, ..Fault::of_file(spec.file, wrong, right) })
        };
        if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_FILE_BYTES) {
            return Err(at(0, "the file is too large", "import it in parts".to_owned()));
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let line = count_lines(bytes.get(..error.valid_up_to()).unwrap_or_default()) + 1;
            at(line, "is not UTF-8", "save the file as CSV in UTF-8".to_owned())
        })?;
        let head = text.lines().find(|line| !line.is_empty()).unwrap_or_default();
        let semicolons = head.contains(';') && !head.contains(',');
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(if semicolons { b';' } else { b',' })
            .from_reader(bytes);
        let (mut line, mut counted) = (1, 0);
        let mut header: Option<(u64, usize)> = None;
        for record in reader.records() {
            let record =
                record.map_err(|error| at(line, "cannot be read", format!("mend it: {error}")))?;
            // The reader counts a record's line from the end of the one before: blank lines and
            // the second half of a line end belong to neither.
            let start = record.position().and_then(|place| usize::try_from(place.byte()).ok());
            let gap = |start: usize| {
                let rest = bytes.get(start..).unwrap_or_default();
                start + rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count()
            };
            let start = start.map_or(counted, gap);
            line += count_lines(bytes.get(counted..start).unwrap_or_default());
            counted = start;
            if record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let Some((_, width)) = header else {
                self.head(line, &record, spec)?;
                header = Some((line, record.len()));
                continue;
            };
            if record.len() != width {
                self.uneven(line, &record, width, semicolons);
                // Its cells may stand under the wrong columns: what they say is not read, and
                // names that it may have given are not missed.
                self.cut_short = true;
                continue;
            }
            if self.rows.len() == MAX_ROWS {
                let right = format!("use at most {MAX_ROWS}");
                return Err(at(line, "the file has too many rows", right));
            }
            self.rows.push((line, record));
        }
        match header {
            Some(_) => Ok(()),
            None => Err(at(
                0,
                "the file is empty",
                format!("begin it with the line {}", spec.required.join(",")),
            )),
        }
    }

    /// Tells that a row has more or fewer cells than the header.
    fn uneven(&self, line: u64, record: &StringRecord, width: usize, semicolons: bool) {
        let (one, many, other) =
            if semicolons { ("semicolon", "semicolons", ',') } else { ("comma", "commas", ';') };
        let others: usize = record.iter().map(|cell| cell.matches(other).count()).sum();
        if others > 0 && (record.len() == 1 || others + 1 == width) {
            let wrong =
                format!("the row's cells are separated by `{other}`, the header's by {many}");
            let fault = Fault { line, ..Fault::of_file(self.file, wrong, "") };
            let right = || Some("use the same in all rows".to_owned());
            return self.context.sink.push_once(fault, right);
        }
        let cells = if record.len() == 1 { "cell" } else { "cells" };
        let wrong = format!("the row has {} {cells}", record.len());
        let advice = if record.iter().any(|cell| cell.contains('\n')) {
            "look for a quote that is not closed".to_owned()
        } else if record.len() > width {
            format!("quote a cell that has a {one}")
        } else {
            format!("an empty cell has its {one} too")
        };
        let right = format!("write {width}, as in the header; {advice}");
        self.context.sink.push(Fault { line, ..Fault::of_file(self.file, wrong, right) });
    }

    /// Finds the columns. All that is wrong with them is told, and the last of it returned.
    fn head(&mut self, line: u64, record: &StringRecord, spec: &Spec) -> Result<(), Box<Fault>> {
        let mut faults = Vec::new();
        let mut fault = |given: &str, wrong: &str, right: String| {
            let fault = Fault { line, ..Fault::of_file(spec.file, wrong, right) };
            faults.push(Box::new(fault.quoting(given)));
        };
        let all = || spec.required.iter().chain(spec.optional).copied();
        for (index, name) in record.iter().map(str::trim).enumerate() {
            let Some(known) = all().find(|known| *known == name) else {
                let missing = || all().filter(|known| !record.iter().any(|c| c.trim() == *known));
                let right = match nearest(name, missing()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => format!(
                        "leave it out, or use one of {}",
                        all().collect::<Vec<_>>().join(",")
                    ),
                };
                match name {
                    "" => fault("", "a column has no name", "name it or leave it out".to_owned()),
                    _ => fault(name, "is no column of this file", right),
                }
                continue;
            };
            if self.columns.insert(known, index).is_some() {
                fault(name, "is a column twice", "leave one out".to_owned());
            }
        }
        for name in spec.required.iter().filter(|name| !self.columns.contains_key(*name)) {
            fault("", &format!("the column {name} is missing"), "add it to the header".to_owned());
        }
        let last = faults.pop();
        for fault in faults {
            self.context.sink.push(*fault);
        }
        last.map_or(Ok(()), Err)
    }

    /// The rows, with their lines.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|(line, record)| Row { table: self, line: *line, record })
    }
}

fn count_lines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|b| **b == b'\n').fold(0, |lines, _| lines + 1)
}

/// One row. A cell that cannot be read leaves a fault, and the reading goes on: whatever is made
/// of the row is thrown away in the end.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    pub(crate) table: &'a Table<'a>,
    pub(crate) line: u64,
    record: &'a StringRecord,
}

impl<'a> Row<'a> {
    /// The text of a cell without spaces around it; empty if the file has no such column.
    pub(crate) fn text(&self, column: &str) -> &'a str {
        let index = self.table.columns.get(column);
        index.and_then(|index| self.record.get(*index)).unwrap_or_default().trim()
    }

    /// Tells a fault of this row.
    pub(crate) fn fault(&self, column: &str, wrong: impl Into<String>, right: impl Into<String>) {
        self.fault_at(column, self.text(column), wrong, right);
    }

    /// Tells a fault of a part of a cell.
    pub(crate) fn fault_at(
        &self,
        column: &str,
        given: &str,
        wrong: impl Into<String>,
        right: impl Into<String>,
    ) {
        let fault = Fault::of_file(self.table.file, wrong, right);
        let fault = Fault { line: self.line, column: column.to_owned(), ..fault };
        self.table.context.sink.push(fault.quoting(given));
    }

    /// Tells a fault that other rows may have too: once for all of them.
    pub(crate) fn fault_once(
        &self,
        column: &str,
        given: &str,
        wrong: impl Into<String>,
        right: impl FnOnce() -> Option<String>,
    ) {
        let fault = Fault::of_file(self.table.file, wrong, "");
        let fault = Fault { line: self.line, column: column.to_owned(), ..fault };
        self.table.context.sink.push_once(fault.quoting(given), right);
    }

    /// A cell that must not be empty.
    pub(crate) fn need<T>(&self, column: &str, read: impl Fn(&str) -> Parsed<T>) -> Option<T> {
        let given = self.text(column);
        match read(given) {
            Ok(value) => Some(value),
            Err(told) if given.is_empty() => {
                self.fault(column, "must not be empty", told.right);
                None
            }
            Err(told) => {
                self.fault(column, told.wrong, told.right);
                None
            }
        }
    }

    /// A cell that may be empty.
    pub(crate) fn may<T>(&self, column: &str, read: impl Fn(&str) -> Parsed<T>) -> Option<T> {
        if self.text(column).is_empty() { None } else { self.need(column, read) }
    }

    /// A date that must be there, moved as the import asks. The one place where dates move.
    pub(crate) fn need_date(&self, column: &str) -> Option<Date> {
        self.need(column, |text| cell::date(text).map(|date| self.moved(date)))
    }

    /// A date that may be there, moved as the import asks.
    pub(crate) fn may_date(&self, column: &str) -> Option<Date> {
        if self.text(column).is_empty() { None } else { self.need_date(column) }
    }

    pub(crate) fn moved(&self, date: Date) -> Date {
        months_after(date, self.table.context.shift_months)
    }
}
