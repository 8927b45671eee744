//! Rules of iCalendar against another reading of RFC 5545: day by day, and each day asked for itself.

#![allow(clippy::unwrap_used)] // tests may fail loudly

mod common;

use std::collections::BTreeSet;

use jiff::{
    ToSpan,
    civil::{Date, date},
};
use proptest::{collection::btree_set, option, prelude::*};

fn event(lines: &str) -> String {
    let event = format!("BEGIN:VEVENT\nSUMMARY:Festa\n{lines}\nEND:VEVENT");
    format!("BEGIN:VCALENDAR\nVERSION:2.0\n{event}\nEND:VCALENDAR\n")
}

/// A small ISP with a calendar of these bytes beside its own Christmas.
fn isp(bytes: impl Into<Vec<u8>>) -> mensal_importer::Files {
    let mut files = common::files();
    files.insert("calendars/br.ics", bytes);
    files
}

const NAMES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

#[derive(Clone, Debug)]
enum By {
    First,
    Days(BTreeSet<i8>),
    Nth(BTreeSet<(i8, usize)>),
}

#[derive(Clone, Debug)]
struct Case {
    seed: Date,
    months: BTreeSet<i8>,
    by: By,
    interval: i16,
    count: Option<usize>,
    until: Option<Date>,
    days: i64,
    without: BTreeSet<usize>,
}

fn case() -> impl Strategy<Value = Case> {
    let day = |from: Date| (0_i64..9_000).prop_map(move |after| from + after.days());
    let month_day = prop_oneof![1_i8..=31, -31_i8..=-1];
    let nth = prop_oneof![1_i8..=5, -5_i8..=-1];
    let by = prop_oneof![
        Just(By::First),
        btree_set(month_day, 1..4).prop_map(By::Days),
        btree_set((nth, 0_usize..7), 1..3).prop_map(By::Nth),
    ];
    let end = (option::of(1_usize..30), option::of(day(date(2024, 1, 1))));
    let more = (1_i64..5, btree_set(0_usize..40, 0..4));
    (day(date(2010, 1, 1)), btree_set(1_i8..=12, 0..3), by, 1_i16..4, end, more).prop_map(
        |(seed, months, by, interval, (count, until), (days, without))| Case {
            seed,
            months,
            by,
            interval,
            count,
            until: until.filter(|_| count.is_none()),
            days,
            without,
        },
    )
}

impl Case {
    fn fits(&self, first: Date, day: Date) -> bool {
        let month = match (&self.by, self.months.is_empty()) {
            (By::First, true) => day.month() == first.month(),
            (_, true) => true,
            (_, false) => self.months.contains(&day.month()),
        };
        let place = |step: i64, within: &dyn Fn(Date) -> bool| {
            let other = |times: i64| day + (step * 7 * times).days();
            i8::try_from((0..54).take_while(|times| within(other(*times))).count()).unwrap()
        };
        let whole_year = self.months.is_empty();
        let within = |other: Date| {
            other.year() == day.year() && (whole_year || other.month() == day.month())
        };
        let by = match &self.by {
            By::First => day.day() == first.day(),
            By::Days(days) => {
                days.contains(&day.day()) || days.contains(&(day.day() - day.days_in_month() - 1))
            }
            By::Nth(all) => {
                let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap();
                all.contains(&(place(-1, &within), weekday))
                    || all.contains(&(-place(1, &within), weekday))
            }
        };
        month && by && (day.year() - first.year()) % self.interval == 0
    }

    fn rule(&self) -> String {
        let list = |items: Vec<String>| items.join(",");
        let mut rule = format!("FREQ=YEARLY;INTERVAL={}", self.interval);
        if !self.months.is_empty() {
            let months = self.months.iter().map(ToString::to_string).collect();
            rule.push_str(";BYMONTH=");
            rule.push_str(&list(months));
        }
        match &self.by {
            By::First => {}
            By::Days(days) => {
                let days = days.iter().map(ToString::to_string).collect();
                rule.push_str(";BYMONTHDAY=");
                rule.push_str(&list(days));
            }
            By::Nth(all) => {
                let all = all.iter().map(|(nth, day)| format!("{nth}{}", NAMES[*day])).collect();
                rule.push_str(";BYDAY=");
                rule.push_str(&list(all));
            }
        }
        rule += &self.count.map(|count| format!(";COUNT={count}")).unwrap_or_default();
        rule += &self.until.map(|day| format!(";UNTIL={}", basic(day))).unwrap_or_default();
        rule
    }
}

fn basic(day: Date) -> String {
    day.to_string().replace('-', "")
}

proptest! {
    #[test]
    fn days_are_those_of_another_reading(case in case()) {
        let after = |from: Date| (0_i64..).map(move |days| from + days.days());
        // The first day has to be one of the rule; the year of the first day begins the count.
        let later = after(case.seed).take(3_000);
        let first = later.into_iter().find(|day| {
            Case { interval: 1, ..case.clone() }.fits(*day, *day)
                && (!matches!(case.by, By::First)
                    || case.months.is_empty() || case.months.contains(&day.month()))
        });
        prop_assume!(first.is_some() && case.until.is_none_or(|until| Some(until) >= first));
        let first = first.unwrap();
        let end = date(2045, 12, 31);
        let times: Vec<Date> = after(first)
            .take_while(|day| *day <= end && case.until.is_none_or(|until| *day <= until))
            .filter(|day| case.fits(first, *day))
            .take(case.count.unwrap_or(usize::MAX))
            .collect();
        let without: BTreeSet<Date> =
            case.without.iter().filter_map(|place| times.get(*place).copied()).collect();
        let want: BTreeSet<Date> = times.iter().filter(|day| !without.contains(day))
            .flat_map(|day| (0..case.days).map(move |after| *day + after.days()))
            .collect();
        let mut lines = format!(
            "DTSTART;VALUE=DATE:{}\nDURATION:P{}D\nRRULE:{}", basic(first), case.days, case.rule(),
        );
        if !without.is_empty() {
            let days: Vec<_> = without.iter().copied().map(basic).collect();
            lines.push_str("\nEXDATE;VALUE=DATE:");
            lines.push_str(&days.join(","));
        }
        let mut files = isp(event(&lines));
        files.insert("calendars.csv", "calendar,day,name\nbr,2001-01-01,x\n");
        match mensal_importer::read(&files, &common::options()) {
            Ok(dataset) => {
                let calendar = dataset.catalog.calendars.values().next().unwrap();
                for day in after(common::options().as_of).take_while(|day| *day <= end) {
                    prop_assert_eq!(
                        calendar.excluded(day).is_some(), want.contains(&day), "{} {}", lines, day,
                    );
                }
            }
            Err(faults) => prop_assert!(
                faults.to_string().contains("comes to more than"), "{} {}", lines, faults,
            ),
        }
    }
}
