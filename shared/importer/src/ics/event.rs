//! What an event says.

use std::collections::BTreeSet;

use jiff::civil::Date;
use mensal_domain::calendar::days_between;

use super::{
    File,
    lines::{Block, Line},
    rule::{self, Rule},
};
use crate::{
    cell::{Parsed, text, whole, wrong},
    isp::MAX_NAME,
};

/// The most days on end of an event.
pub const MAX_EVENT_DAYS: u16 = 92;
/// What an event says once.
const ONCE: [&str; 8] =
    ["DTSTART", "DTEND", "DURATION", "SUMMARY", "RRULE", "RECURRENCE-ID", "STATUS", "UID"];

/// One event.
pub(super) struct Event {
    /// Where it begins in the file.
    pub(super) line: u64,
    /// What tells it from others, if it says so.
    pub(super) uid: Option<String>,
    /// The day of the event of that UID in whose place it comes.
    pub(super) instead_of: Option<Date>,
    /// Its days; none if it was called off.
    pub(super) span: Option<Span>,
}

/// The days of an event.
pub(super) struct Span {
    /// Why they are excluded.
    pub(super) summary: String,
    /// The first day of its first time.
    pub(super) first: Date,
    /// How many days on end each time.
    pub(super) days: u16,
    /// When it comes again.
    pub(super) rule: Option<Rule>,
    /// When it comes besides.
    pub(super) besides: BTreeSet<Date>,
    /// When it does not come.
    pub(super) without: BTreeSet<Date>,
}

/// Reads an event, and tells all that is wrong with it.
pub(super) fn read(file: File<'_>, block: &Block) -> Option<Event> {
    let event = Reader { file, block };
    let find = |name| event.find(name);
    let is_off =
        find("STATUS").is_some_and(|status| status.value.eq_ignore_ascii_case("CANCELLED"));
    let instead_of = find("RECURRENCE-ID").map(|line| event.instead_of(line));
    // What was called off is not read further.
    let span = if is_off { Some(None) } else { event.span().map(Some) };
    let instead_of = match instead_of {
        Some(day) => Some(day?),
        None => None,
    };
    let uid = find("UID").map(|line| line.value.clone());
    Some(Event { line: block.line, uid, instead_of, span: span? })
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    file: File<'a>,
    block: &'a Block,
}

impl<'a> Reader<'a> {
    fn all(self, name: &'a str) -> impl Iterator<Item = &'a Line> {
        self.block.lines.iter().filter(move |line| line.name == name)
    }

    fn find(self, name: &'a str) -> Option<&'a Line> {
        self.all(name).next()
    }

    fn instead_of(self, line: &Line) -> Option<Date> {
        if line.param("RANGE").is_some() {
            let right = "end the event with UNTIL, and begin another one";
            self.file.fault(line, "is about all later times", right);
            return None;
        }
        if self.find("UID").is_none() {
            let right = "write the UID of the event whose day it moves";
            self.file.fault(line, "stands in an event without a UID", right);
            return None;
        }
        self.file.read(line, || day(line, &line.value))
    }

    fn span(self) -> Option<Span> {
        let mut fits = true;
        for name in ONCE {
            for line in self.all(name).skip(1) {
                fits = false;
                self.file.fault(line, "is there twice in this event", "leave one out");
            }
        }
        for line in self.all("EXRULE") {
            fits = false;
            self.file.fault(line, "is no longer in use", "list the days with EXDATE");
        }
        let first = self.first();
        let days = first.and_then(|first| self.days(first));
        let summary = self.summary();
        let rule = self.find("RRULE").map(|line| self.rule(line, first));
        let rule = match rule {
            Some(rule) => rule.map(Some),
            None => Some(None),
        };
        let (besides, without) = (self.listed("RDATE"), self.listed("EXDATE"));
        let span = Span {
            summary: summary?,
            first: first?,
            days: days?,
            rule: rule?,
            besides: besides?,
            without: without?,
        };
        fits.then_some(span)
    }

    fn first(self) -> Option<Date> {
        let Some(line) = self.find("DTSTART") else {
            let right = "write its first day, like DTSTART;VALUE=DATE:20260709";
            self.file.fault_at(self.block.line, "the event has no DTSTART", right);
            return None;
        };
        self.file.read(line, || day(line, &line.value))
    }

    fn summary(self) -> Option<String> {
        let Some(line) = self.find("SUMMARY") else {
            let right = "write why the day is excluded, like SUMMARY:Aniversário da cidade";
            self.file.fault_at(self.block.line, "the event has no SUMMARY", right);
            return None;
        };
        self.file.read(line, || text(MAX_NAME, line.value.trim()))
    }

    /// How many days on end; the end of RFC 5545 is the day after the last.
    fn days(self, first: Date) -> Option<u16> {
        let (line, days) = match (self.find("DTEND"), self.find("DURATION")) {
            (Some(_), Some(line)) => {
                self.file.fault(line, "stands beside DTEND", "leave one of the two out");
                return None;
            }
            (Some(line), None) => {
                let end = self.file.read(line, || day(line, &line.value))?;
                (line, days_between(first, end))
            }
            (None, Some(line)) => (line, self.file.read(line, || duration(&line.value))?),
            (None, None) => return Some(1),
        };
        let days = u16::try_from(days).unwrap_or_default();
        if days == 0 {
            let right = "write the day after the last one, or leave it out for one day";
            self.file.fault(line, "ends before it begins", right);
        } else if days > MAX_EVENT_DAYS {
            let wrong = format!("is the end of {days} days");
            self.file.fault(line, wrong, format!("use at most {MAX_EVENT_DAYS}"));
        }
        (1..=MAX_EVENT_DAYS).contains(&days).then_some(days)
    }

    fn rule(self, line: &Line, first: Option<Date>) -> Option<Rule> {
        let rule = self.file.read(line, || Rule::read(&line.value.to_ascii_uppercase()))?;
        let first = first?;
        // RFC 5545 leaves open what such an event would mean.
        if !rule.year(first, first.year()).contains(&first) {
            let right = "let DTSTART be the first day of the rule";
            self.file.fault(line, format!("does not have DTSTART, {first}, among its days"), right);
            return None;
        }
        Some(rule)
    }

    /// All days that properties of a name list.
    fn listed(self, name: &'a str) -> Option<BTreeSet<Date>> {
        let mut all = Some(BTreeSet::new());
        for line in self.all(name) {
            for given in line.value.split(',') {
                let day = self.file.read(line, || day(line, given));
                all = all.zip(day).map(|(mut all, day)| {
                    all.insert(day);
                    all
                });
            }
        }
        all
    }
}

/// A day that a property says.
fn day(line: &Line, given: &str) -> Parsed<Date> {
    match line.param("VALUE") {
        Some("PERIOD") => Err(wrong("is a span of time", "list days, with VALUE=DATE")),
        _ => rule::date(given.trim()),
    }
}

/// `P3D` or `P1W`.
fn duration(given: &str) -> Parsed<i32> {
    let length = given.strip_prefix('+').unwrap_or(given).strip_prefix('P').unwrap_or_default();
    let days = length.strip_suffix('D').map(|days| (days, 1));
    let read = days.or_else(|| length.strip_suffix('W').map(|weeks| (weeks, 7)));
    let fits = read.filter(|(count, _)| count.bytes().all(|b| b.is_ascii_digit()));
    let Some((count, of)) = fits else {
        return Err(wrong(
            "is no number of whole days",
            "write days, like P3D, or weeks, like P1W",
        ));
    };
    let count = whole(1..=u32::from(MAX_EVENT_DAYS), count)?;
    Ok(i32::try_from(count).unwrap_or_default() * of)
}
