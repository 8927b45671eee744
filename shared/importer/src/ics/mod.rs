//! The folder `calendars`: days that an ISP gives as iCalendar (RFC 5545), as the city, the state or
//! a calendar program publishes them.
//!
//! The syntax of a line is the crate's `icalendar`; which days are meant, and what the domain has
//! words for, is told here. What it has none for is a fault: no day is left out without a word.

mod days;
mod event;
mod lines;
mod rule;

use std::collections::{BTreeMap, BTreeSet};

pub use days::RULES_THROUGH;
pub use event::MAX_EVENT_DAYS;
use jiff::civil::Date;
use mensal_domain::{
    calendar::{Calendar, ExcludedDay},
    ids::CalendarCode,
};

use crate::{
    cell::{Wrong, named, nearest_word},
    fault::Fault,
    ics::{event::Event, lines::Line},
    index::Index,
    table::Context,
};

/// The folder, as it stands before the names of its files.
pub(crate) const FOLDER: &str = "calendars/";
const ENDING: &str = ".ics";
/// What a file is to be called.
const CALLED: &str = "call it CODE.ics, with the code by which account types name the calendar";

/// The largest file of a calendar.
pub const MAX_CALENDAR_BYTES: usize = 1024 * 1024;
/// The most events of such a file.
pub const MAX_CALENDAR_EVENTS: usize = 1000;
/// The most days and rules that the events of such a file come to.
pub const MAX_CALENDAR_DAYS: usize = 2000;

/// The days of each calendar, under their names.
pub(crate) type Days = BTreeMap<CalendarCode, BTreeSet<(ExcludedDay, String)>>;

/// A file that is read, for the faults of it.
#[derive(Clone, Copy)]
struct File<'a> {
    context: &'a Context<'a>,
    name: &'a str,
}

impl File<'_> {
    /// Tells a fault of a property.
    fn fault(&self, line: &Line, wrong: impl Into<String>, right: impl Into<String>) {
        let fault = Fault::of_file(self.name, wrong, right).quoting(&line.value);
        let column = line.name.clone();
        self.context.sink.push(Fault { line: line.number, column, ..fault });
    }

    /// Tells a fault of the file, or of a line of it.
    fn fault_at(&self, line: u64, wrong: impl Into<String>, right: impl Into<String>) {
        let fault = Fault::of_file(self.name, wrong, right);
        self.context.sink.push(Fault { line, ..fault });
    }

    /// What a property says, or a fault of it.
    fn read<T>(&self, line: &Line, read: impl FnOnce() -> Result<T, Wrong>) -> Option<T> {
        read().map_err(|told| self.fault(line, told.wrong, told.right)).ok()
    }
}

/// Reads the files, and tells the index which calendars there are. Rules that are no plain yearly
/// ones become dates, from the year before `as_of` on.
pub(crate) fn read(context: &Context<'_>, index: &mut Index<CalendarCode>, as_of: Date) -> Days {
    let mut days = Days::new();
    for name in context.files.names().filter(|name| name.starts_with(FOLDER)) {
        let file = File { context, name };
        let Some(code) = code(file, index) else { continue };
        index.add(&code);
        if let Some(of) = excluded(file, as_of) {
            days.entry(code).or_default().extend(of);
        }
    }
    days
}

/// Tells of the calendars of files that nobody names: whoever gave them thinks that they hold.
pub(crate) fn unnamed(context: &Context<'_>, days: &Days, named: &BTreeSet<CalendarCode>) {
    for code in days.keys().filter(|code| !named.contains(code)) {
        let known: Vec<&str> = named.iter().map(CalendarCode::as_str).collect();
        let nearest = nearest_word(code.as_str(), &known);
        let wrong = format!("no account type and no account names the calendar {code}");
        let right = format!("name it there, or {CALLED}{nearest}");
        context.sink.push(Fault::of_file(&format!("{FOLDER}{code}{ENDING}"), wrong, right));
    }
}

/// Adds the days to the calendars, whether there are any of those names already or not.
pub(crate) fn add(days: Days, calendars: &mut BTreeMap<CalendarCode, Calendar>) {
    for (code, days) in days {
        let calendar = calendars.entry(code).or_default();
        for (day, name) in days {
            calendar.exclude(day, name);
        }
    }
}

/// The calendar that a file's name says.
fn code(file: File<'_>, index: &mut Index<CalendarCode>) -> Option<CalendarCode> {
    let name = file.name.strip_prefix(FOLDER).unwrap_or(file.name);
    let Some(given) = name.strip_suffix(ENDING) else {
        file.fault_at(0, "is no calendar", format!("{CALLED}, or move it to another folder"));
        return None;
    };
    match named(given) {
        Ok(code) => Some(code),
        Err(told) => {
            index.spoil(given);
            let wrong = format!("has no name of a calendar: `{given}` {}", told.wrong);
            file.fault_at(0, wrong, format!("{CALLED} ({})", told.right));
            None
        }
    }
}

/// The days of a file; none if anything is wrong with it.
fn excluded(file: File<'_>, as_of: Date) -> Option<BTreeSet<(ExcludedDay, String)>> {
    let bytes = file.context.files.get(file.name)?;
    if bytes.len() > MAX_CALENDAR_BYTES {
        let right =
            format!("give at most {} KiB: only what is to be kept", MAX_CALENDAR_BYTES / 1024);
        file.fault_at(0, "the file is too large", right);
        return None;
    }
    let blocks = lines::events(file, bytes)?;
    if blocks.len() > MAX_CALENDAR_EVENTS {
        let wrong = format!("has {} events", blocks.len());
        file.fault_at(0, wrong, format!("give at most {MAX_CALENDAR_EVENTS}"));
        return None;
    }
    let count = blocks.len();
    let events: Vec<Event> = blocks.iter().filter_map(|block| event::read(file, block)).collect();
    if events.len() < count || !are_single(file, &events) {
        return None;
    }
    let mut moved: BTreeMap<&str, BTreeSet<Date>> = BTreeMap::new();
    for event in &events {
        let day = event.instead_of.zip(event.uid.as_deref());
        if let Some((day, uid)) = day {
            moved.entry(uid).or_default().insert(day);
        }
    }
    let mut all = BTreeSet::new();
    for event in &events {
        let Some(span) = &event.span else { continue };
        let others = event.uid.as_deref().filter(|_| event.instead_of.is_none());
        let moved = others.and_then(|uid| moved.get(uid));
        let days = days::excluded(span, moved, as_of);
        all.extend(days.into_iter().map(|day| (day, span.summary.clone())));
        if all.len() > MAX_CALENDAR_DAYS {
            let wrong = format!("comes to more than {MAX_CALENDAR_DAYS} days");
            file.fault_at(event.line, wrong, "leave out what nobody needs to keep");
            return None;
        }
    }
    Some(all)
}

/// Whether each event is there once: two of the same UID are one that was sent twice.
fn are_single(file: File<'_>, events: &[Event]) -> bool {
    let mut first: BTreeMap<(&str, Option<Date>), u64> = BTreeMap::new();
    let mut single = true;
    for event in events {
        let Some(uid) = event.uid.as_deref() else { continue };
        if let Some(before) = first.insert((uid, event.instead_of), event.line) {
            single = false;
            let wrong = format!("the event's UID is there twice (first on line {before})");
            file.fault_at(event.line, wrong, "leave the older one out");
        }
    }
    single
}
