//! Rules by which an event comes again (RRULE of RFC 5545), as far as years go.

use std::collections::BTreeSet;

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use crate::cell::{Parsed, whole, word, wrong};

/// The most times that `COUNT` says, and years that `INTERVAL` does.
const MAX_TIMES: u32 = 1000;

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

/// When an event does not come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Never,
    /// After so many times, the first of them counted.
    Count(u32),
    /// After this day.
    Until(Date),
}

/// The days of a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// Days of months, counted from the end if negative; those only that are one of the weekdays, if
    /// there are any. No days: that of the first time.
    Days { days: BTreeSet<i32>, weekdays: BTreeSet<i8> },
    /// The first, second, … or last of a weekday (days after Monday): of each month that is named, or
    /// of the year.
    Nth(BTreeSet<(i32, i8)>),
}

/// An event that comes each year, or each so many years.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    interval: u32,
    end: End,
    /// The months; none: see [`Rule::year`].
    months: BTreeSet<i32>,
    on: On,
}

/// What a rule says, part by part.
#[derive(Default)]
struct Parts<'a> {
    frequency: Option<&'a str>,
    interval: Option<u32>,
    count: Option<u32>,
    until: Option<Date>,
    months: BTreeSet<i32>,
    days: BTreeSet<i32>,
    weekdays: BTreeSet<(Option<i32>, i8)>,
}

impl Rule {
    /// Reads a rule.
    pub(super) fn read(text: &str) -> Parsed<Self> {
        let mut parts = Parts::default();
        let mut named = BTreeSet::new();
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            if !named.insert(name) {
                return Err(wrong(format!("says {name} twice"), "leave one out"));
            }
            parts.take(name, value)?;
        }
        parts.rule()
    }

    /// Whether it comes for ever.
    pub(super) fn is_endless(&self) -> bool {
        self.end == End::Never
    }

    /// The months, and which weekday of each, if it goes by weekdays of months.
    pub(super) fn nth(&self) -> impl Iterator<Item = (i32, i32, i8)> {
        let nth = match &self.on {
            On::Nth(nth) => Some(nth),
            On::Days { .. } => None,
        };
        let months = move |month: &i32| {
            let month = *month;
            nth.into_iter().flatten().map(move |(nth, weekday)| (month, *nth, *weekday))
        };
        self.months.iter().flat_map(months)
    }

    /// The days of a year, also those before the first time.
    pub(super) fn year(&self, first: Date, year: i16) -> BTreeSet<Date> {
        let all = || (1..=12).collect::<BTreeSet<_>>();
        match &self.on {
            On::Days { days, weekdays } if days.is_empty() => {
                // RFC 5545: what a rule does not say is that of the first time.
                let own = BTreeSet::from([i32::from(first.month())]);
                let months = if self.months.is_empty() { &own } else { &self.months };
                month_days(year, months, &BTreeSet::from([i32::from(first.day())]), weekdays)
            }
            On::Days { days, weekdays } => {
                let months = if self.months.is_empty() { all() } else { self.months.clone() };
                month_days(year, &months, days, weekdays)
            }
            On::Nth(nth) if self.months.is_empty() => {
                let start = Date::new(year, 1, 1).ok();
                let start = start.map(|start| (start, i32::from(start.days_in_year())));
                nth_days(start.as_slice(), nth)
            }
            On::Nth(nth) => {
                let months = self.months.iter().filter_map(|month| month_of(year, *month));
                nth_days(&months.collect::<Vec<_>>(), nth)
            }
        }
    }

    /// The times from the first on, up to `last`. Those before `from` may be left out.
    pub(super) fn dates(&self, first: Date, from: Date, last: Date) -> BTreeSet<Date> {
        let mut dates = BTreeSet::new();
        let mut left = match self.end {
            End::Count(count) => count,
            End::Never | End::Until(_) => u32::MAX,
        };
        let until = match self.end {
            End::Until(until) => until.min(last),
            End::Never | End::Count(_) => last,
        };
        let is_counted = matches!(self.end, End::Count(_));
        for year in first.year()..=last.year() {
            let since = u32::try_from(year - first.year()).unwrap_or_default();
            let is_early = !is_counted && year < from.year();
            if since % self.interval != 0 || is_early {
                continue;
            }
            for day in self.year(first, year).into_iter().filter(|day| *day >= first) {
                if left == 0 || day > until {
                    return dates;
                }
                left -= 1;
                dates.insert(day);
            }
        }
        dates
    }
}

/// A month's first day, and how many it has.
fn month_of(year: i16, month: i32) -> Option<(Date, i32)> {
    let start = Date::new(year, i8::try_from(month).ok()?, 1).ok()?;
    Some((start, i32::from(start.days_in_month())))
}

fn month_days(
    year: i16,
    months: &BTreeSet<i32>,
    days: &BTreeSet<i32>,
    weekdays: &BTreeSet<i8>,
) -> BTreeSet<Date> {
    let months = months.iter().filter_map(|month| month_of(year, *month));
    let all = months.flat_map(|(start, length)| {
        days.iter().filter_map(move |day| {
            let after = if *day > 0 { day - 1 } else { length + day };
            (0..length).contains(&after).then(|| start.saturating_add(after.days()))
        })
    });
    let is_on = |day: &Date| {
        weekdays.is_empty() || weekdays.contains(&day.weekday().to_monday_zero_offset())
    };
    all.filter(is_on).collect()
}

/// The `nth` weekdays of spans of days, each with its start and length.
fn nth_days(spans: &[(Date, i32)], nth: &BTreeSet<(i32, i8)>) -> BTreeSet<Date> {
    let one = |(start, length): (Date, i32), (nth, weekday): (i32, i8)| {
        let begins = i32::from(start.weekday().to_monday_zero_offset());
        let earliest = (i32::from(weekday) - begins).rem_euclid(7);
        let how_many = (length - earliest + 6) / 7;
        let place = if nth > 0 { nth - 1 } else { how_many + nth };
        let fits = (0..how_many).contains(&place);
        fits.then(|| start.saturating_add((earliest + 7 * place).days()))
    };
    let all = spans.iter().flat_map(|span| nth.iter().map(move |nth| one(*span, *nth)));
    all.flatten().collect()
}

impl<'a> Parts<'a> {
    fn take(&mut self, name: &'a str, value: &'a str) -> Parsed<()> {
        match name {
            "FREQ" => self.frequency = Some(value),
            "INTERVAL" => self.interval = Some(times(value)?),
            "COUNT" => self.count = Some(times(value)?),
            "UNTIL" => self.until = Some(date(value)?),
            "BYMONTH" => self.months = list(value, |month| signed(1..=12, false, month))?,
            "BYMONTHDAY" => self.days = list(value, |day| signed(1..=31, true, day))?,
            "BYDAY" => self.weekdays = list(value, weekday)?,
            // Which day a week begins on changes nothing in rules without BYWEEKNO.
            "WKST" => word(&WEEKDAYS, value).map(|_| ())?,
            _ => {
                let right = "use BYMONTH, BYMONTHDAY, BYDAY, INTERVAL, COUNT and UNTIL, or list the \
                             days with RDATE";
                return Err(wrong(format!("says {name}, which cannot be kept"), right));
            }
        }
        Ok(())
    }

    fn rule(self) -> Parsed<Rule> {
        match self.frequency {
            Some("YEARLY") => {}
            Some(other) => {
                let wrongly = format!("comes {other}, and only what comes each year can be kept");
                return Err(wrong(wrongly, "write FREQ=YEARLY, or list the days with RDATE"));
            }
            None => return Err(wrong("has no frequency", "write FREQ=YEARLY")),
        }
        let end = match (self.count, self.until) {
            (Some(_), Some(_)) => {
                return Err(wrong("says COUNT and UNTIL", "leave one of the two out"));
            }
            (Some(count), None) => End::Count(count),
            (None, Some(until)) => End::Until(until),
            (None, None) => End::Never,
        };
        let on = on(self.days, self.weekdays, !self.months.is_empty())?;
        Ok(Rule { interval: self.interval.unwrap_or(1), end, months: self.months, on })
    }
}

fn on(days: BTreeSet<i32>, weekdays: BTreeSet<(Option<i32>, i8)>, by_month: bool) -> Parsed<On> {
    let counted: BTreeSet<_> =
        weekdays.iter().filter_map(|(nth, weekday)| Some(((*nth)?, *weekday))).collect();
    if counted.is_empty() && (weekdays.is_empty() || !days.is_empty()) {
        let weekdays = weekdays.into_iter().map(|(_, weekday)| weekday).collect();
        return Ok(On::Days { days, weekdays });
    }
    if counted.len() < weekdays.len() {
        let right = "write 2MO for the second or -1MO for the last; weekdays of all weeks belong into \
                     delinquent_weekdays and cut_weekdays";
        return Err(wrong("names a weekday and not which one", right));
    }
    if !days.is_empty() {
        return Err(wrong("counts weekdays beside BYMONTHDAY", "leave one of the two out"));
    }
    if by_month && counted.iter().any(|(nth, _)| nth.abs() > 5) {
        return Err(wrong("counts beyond a month", "count weekdays of a month from 1 to 5"));
    }
    Ok(On::Nth(counted))
}

/// `20260709`, a day without a time.
pub(super) fn date(text: &str) -> Parsed<Date> {
    let digits = |range| text.get(range).and_then(|part: &str| part.parse().ok());
    let is_day = text.len() == 8 && text.bytes().all(|b| b.is_ascii_digit());
    if is_day
        && let (Some(year), Some(month), Some(day)) = (digits(0..4), digits(4..6), digits(6..8))
        && let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day))
        && let Ok(date) = Date::new(year, month, day)
    {
        let years = YEARS;
        if years.contains(&year) {
            return Ok(date);
        }
        let right = format!("use a year from {} to {}", years.start(), years.end());
        return Err(wrong("is too far away", right));
    }
    let has_time = text.get(8..9).is_some_and(|after| after.eq_ignore_ascii_case("T"));
    if has_time {
        return Err(wrong("has a time, and days are excluded as a whole", whole_day(text)));
    }
    Err(wrong("is no day", "write year, month and day, like 20260709"))
}

/// The years that rules may begin in; calendar programs put the first time of a holiday far back.
const YEARS: std::ops::RangeInclusive<i16> = 1600..=*crate::cell::YEARS.end();

/// What a moment would be as a day.
fn whole_day(text: &str) -> String {
    let day = text.get(..8).filter(|day| day.bytes().all(|b| b.is_ascii_digit()));
    format!("write the day alone, like {}, with VALUE=DATE", day.unwrap_or("20260709"))
}

fn times(text: &str) -> Parsed<u32> {
    whole(1..=MAX_TIMES, text)
}

fn list<T: Ord>(text: &str, read: impl Fn(&str) -> Parsed<T>) -> Parsed<BTreeSet<T>> {
    text.split(',').map(read).collect()
}

/// A number, which may count from the end.
fn signed(range: std::ops::RangeInclusive<u32>, either: bool, text: &str) -> Parsed<i32> {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let (sign, digits) = match digits.strip_prefix('-').filter(|_| either) {
        Some(digits) => (-1, digits),
        None => (1, digits),
    };
    let told = whole(range, digits)
        .map_err(|told| wrong(format!("`{text}` in it {}", told.wrong), told.right))?;
    Ok(sign * i32::try_from(told).unwrap_or_default())
}

/// `MO`, `2MO` or `-1MO`.
fn weekday(text: &str) -> Parsed<(Option<i32>, i8)> {
    let cut = text.len().saturating_sub(2);
    let (nth, name) = text.split_at_checked(cut).unwrap_or(("", text));
    let weekday = word(&WEEKDAYS, name)
        .map_err(|told| wrong(format!("`{text}` in it is no weekday"), told.right))?;
    let nth = if nth.is_empty() { None } else { Some(signed(1..=53, true, nth)?) };
    Ok((nth, weekday.to_monday_zero_offset()))
}
