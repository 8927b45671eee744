//! The days of an event in the words of the domain.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday, date};
use mensal_domain::calendar::{ExcludedDay, NthWeekday, days_after, months_after};

use super::event::Span;

/// Rules that the domain has no word for become dates up to the end of this year.
pub const RULES_THROUGH: i16 = 2099;

/// What an event excludes, without the days that others take the place of.
///
/// A rule without an end becomes one of the domain's where that excludes the very same days from
/// `as_of` on. Else it is written out, from the year before on.
pub(super) fn excluded(
    span: &Span,
    moved: Option<&BTreeSet<Date>>,
    as_of: Date,
) -> BTreeSet<ExcludedDay> {
    let is_on =
        |day: &Date| !span.without.contains(day) && !moved.is_some_and(|moved| moved.contains(day));
    let each = |start: Date| (0..span.days).map(move |after| days_after(start, after));
    let besides = || span.besides.iter().copied().filter(is_on).flat_map(each);
    let Some(rule) = &span.rule else {
        let first = Some(span.first).filter(is_on).into_iter().flat_map(each);
        return first.chain(besides()).map(ExcludedDay::Once).collect();
    };
    let from = date(months_after(as_of, -12).year(), 1, 1);
    let last = date(RULES_THROUGH, 12, 31);
    // One that began in the year before may last into this one.
    let starts = rule.dates(span.first, months_after(from, -12), last);
    let starts = starts.into_iter().filter(is_on);
    let in_window = |day: &Date| (from..=last).contains(day);
    let days: BTreeSet<Date> = starts.flat_map(each).filter(in_window).collect();
    let is_to_come = |day: &Date| *day >= as_of;
    let to_come: BTreeSet<Date> = days.iter().copied().filter(is_to_come).collect();
    let words = [yearly(&to_come), rule.nth().filter_map(nth).collect()];
    let same = |words: &&BTreeSet<ExcludedDay>| {
        let years = as_of.year()..=last.year();
        let meant = years.flat_map(|year| words.iter().filter_map(move |day| in_year(*day, year)));
        rule.is_endless() && meant.filter(is_to_come).collect::<BTreeSet<Date>>() == to_come
    };
    let written = match words.iter().find(same) {
        Some(words) => words.clone(),
        None => days.into_iter().map(ExcludedDay::Once).collect(),
    };
    written.into_iter().chain(besides().map(ExcludedDay::Once)).collect()
}

/// The same days in every year.
fn yearly(days: &BTreeSet<Date>) -> BTreeSet<ExcludedDay> {
    let every = |day: &Date| ExcludedDay::EveryYear { month: day.month(), day: day.day() };
    days.iter().map(every).collect()
}

/// A weekday of a month, if the domain has a word for it.
fn nth((month, nth, weekday): (i32, i32, i8)) -> Option<ExcludedDay> {
    let weekday = Weekday::from_monday_zero_offset(weekday).ok()?;
    let of = NthWeekday::new(i8::try_from(month).ok()?, i8::try_from(nth).ok()?, weekday);
    of.map(ExcludedDay::EveryNth)
}

/// The date of a yearly day in a year that has it.
fn in_year(day: ExcludedDay, year: i16) -> Option<Date> {
    match day {
        ExcludedDay::EveryYear { month, day } => Date::new(year, month, day).ok(),
        ExcludedDay::EveryNth(nth) => nth.in_year(year),
        ExcludedDay::Once(date) => Some(date),
        ExcludedDay::Holidays(_) | ExcludedDay::Eves => None,
    }
}
