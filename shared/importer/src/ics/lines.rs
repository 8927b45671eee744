//! The lines of an iCalendar file, and which of them make an event.

use std::collections::BTreeMap;

use icalendar::parser::Property;

use super::File;

/// How deep components stand in each other: an alarm in an event in a calendar is 3.
const MAX_DEPTH: usize = 8;
const CALENDAR: &str = "VCALENDAR";
const EVENT: &str = "VEVENT";
/// Components that say something that is no day to exclude.
const NO_EVENTS: [&str; 3] = ["VTODO", "VJOURNAL", "VFREEBUSY"];

/// A property, and where it stands.
pub(super) struct Line {
    /// The first of its lines, counted from 1.
    pub(super) number: u64,
    /// Its name in capitals, like `DTSTART`.
    pub(super) name: String,
    /// What it says; texts without their escapes.
    pub(super) value: String,
    /// Its parameters, like `VALUE=DATE`, in capitals.
    params: BTreeMap<String, String>,
}

impl Line {
    /// A parameter in capitals.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.get(name).map(String::as_str)
    }
}

/// The properties of one event.
pub(super) struct Block {
    /// Where it begins.
    pub(super) line: u64,
    pub(super) lines: Vec<Line>,
}

/// The events of a file, in its order; none if it is no calendar.
pub(super) fn events(file: File<'_>, bytes: &[u8]) -> Option<Vec<Block>> {
    let mut open: Vec<(u64, String)> = Vec::new();
    let (mut events, mut calendars) = (Vec::new(), 0);
    for (number, bytes) in unfold(bytes) {
        let line = line(file, number, &bytes)?;
        match line.name.as_str() {
            "BEGIN" => {
                let name = line.value.trim().to_ascii_uppercase();
                if open.is_empty() && name != CALENDAR {
                    file.fault(&line, "stands outside a calendar", "begin with BEGIN:VCALENDAR");
                    return None;
                }
                if open.len() == MAX_DEPTH {
                    file.fault(&line, "stands too deep", format!("nest at most {MAX_DEPTH}"));
                    return None;
                }
                if NO_EVENTS.contains(&name.as_str()) {
                    file.fault(&line, "is no event", "leave it out, or make it a VEVENT");
                }
                calendars += usize::from(name == CALENDAR);
                if name == EVENT {
                    events.push(Block { line: number, lines: Vec::new() });
                }
                open.push((number, name));
            }
            "END" => {
                let name = line.value.trim().to_ascii_uppercase();
                match open.pop() {
                    Some((_, begun)) if begun == name => {}
                    Some((at, begun)) => {
                        let right = format!("end first what begins on line {at}: END:{begun}");
                        file.fault(&line, "ends what does not stand open", right);
                        return None;
                    }
                    None => {
                        file.fault(&line, "ends what was not begun", "leave it out");
                        return None;
                    }
                }
            }
            _ if open.is_empty() => {
                file.fault(&line, "stands outside a calendar", "begin with BEGIN:VCALENDAR");
                return None;
            }
            "METHOD" if line.value.eq_ignore_ascii_case("CANCEL") => {
                file.fault(&line, "calls events off", "give the calendar as it is to be");
            }
            _ => {
                let within = open.last().is_some_and(|(_, name)| name == EVENT);
                if let Some(event) = events.last_mut().filter(|_| within) {
                    event.lines.push(line);
                }
            }
        }
    }
    if let Some((at, name)) = open.pop() {
        let right = format!("write END:{name}, or take the whole file: it may be cut off");
        file.fault_at(at, format!("{name} begins and does not end"), right);
        return None;
    }
    if calendars == 0 {
        file.fault_at(0, "the file is empty", "begin it with BEGIN:VCALENDAR");
        return None;
    }
    Some(events)
}

/// Lines with their numbers, folded ones as one. Folding counts bytes and may cut a letter in two, so
/// it is undone before they are read as text.
fn unfold(bytes: &[u8]) -> Vec<(u64, Vec<u8>)> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut lines: Vec<(u64, Vec<u8>)> = Vec::new();
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match (line, lines.last_mut()) {
            ([b' ' | b'\t', rest @ ..], Some((_, before))) => before.extend_from_slice(rest),
            _ => lines.push((number, line.to_vec())),
        }
    }
    lines.retain(|(_, line)| !line.trim_ascii().is_empty());
    lines
}

/// Reads a line as a property.
fn line(file: File<'_>, number: u64, bytes: &[u8]) -> Option<Line> {
    let Ok(text) = std::str::from_utf8(bytes) else {
        file.fault_at(number, "is not in UTF-8", "save it in UTF-8");
        return None;
    };
    // Names are the same in small letters, and those of texts decide what is an escape.
    let ends = text.find([':', ';']).filter(|end| *end > 0 && text.contains(':'));
    let property = ends.and_then(|end| {
        let (name, rest) = text.split_at(end);
        let read = format!("{}{rest}", name.trim().to_ascii_uppercase());
        let property = Property::try_from(read.as_str()).ok()?;
        // One whose name or parameters it could not take in is read up to there.
        let is_whole = property.name.as_str() == name.trim().to_ascii_uppercase();
        is_whole.then(|| owned(number, &property))
    });
    // The crate's reader takes `BEGIN` and `END` for no property.
    let bound = || {
        let (name, value) = text.split_once(':')?;
        let name = name.trim().to_ascii_uppercase();
        let value = value.trim().to_owned();
        matches!(name.as_str(), "BEGIN" | "END").then(|| Line {
            number,
            name,
            value,
            params: BTreeMap::new(),
        })
    };
    let line = bound().or(property);
    if line.is_none() {
        let start: String = text.chars().take(20).collect();
        let wrong = format!("`{start}` is no line of a calendar");
        file.fault_at(number, wrong, "write NAME:value; a line that goes on begins with a space");
    }
    line
}

fn owned(number: u64, property: &Property<'_>) -> Line {
    let params = property.params.iter().map(|param| {
        let value = param.val.as_ref().map(AsRef::<str>::as_ref).unwrap_or_default();
        (param.key.as_str().to_ascii_uppercase(), value.to_ascii_uppercase())
    });
    Line {
        number,
        name: property.name.as_str().to_owned(),
        value: property.val.as_str().to_owned(),
        params: params.collect(),
    }
}
