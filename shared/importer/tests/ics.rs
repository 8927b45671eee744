//! Calendars as iCalendar: which days they exclude, and what is told of what cannot be kept.
#![allow(clippy::unwrap_used)] // tests may fail loudly

mod common;

use common::{faults, files, good};
use jiff::civil::Date;
use mensal_domain::{calendar::Calendar, dates::key_dates, locale::Locale};
use mensal_importer::{Files, limits};

const CITY: &str = include_str!("data/ribeira-clara.ics");
const FILE: &str = "calendars/br.ics";

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A file with these lines in it, between the first and the last of a calendar.
fn calendar(lines: &str) -> String {
    format!("BEGIN:VCALENDAR\nVERSION:2.0\n{lines}\nEND:VCALENDAR\n")
}

fn event(lines: &str) -> String {
    calendar(&format!("BEGIN:VEVENT\nSUMMARY:Festa\n{lines}\nEND:VEVENT"))
}

/// A small ISP with a calendar of these bytes beside its own Christmas.
fn isp(bytes: impl Into<Vec<u8>>) -> Files {
    let mut files = files();
    files.insert(FILE, bytes);
    files
}

/// The calendar `br`.
fn read(bytes: impl Into<Vec<u8>>) -> Calendar {
    good(&isp(bytes)).catalog.calendars.values().next().unwrap().clone()
}

fn told(bytes: impl Into<Vec<u8>>) -> Vec<String> {
    faults(&isp(bytes)).iter().map(ToString::to_string).collect()
}

/// The days that are excluded, as the domain writes them.
fn written(calendar: &Calendar) -> Vec<String> {
    let json = serde_json::to_value(calendar).unwrap();
    json.as_array().unwrap().iter().map(|day| day[0].as_str().unwrap().to_owned()).collect()
}

/// Whoever gave it thinks that nobody is cut on its days.
#[test]
fn a_calendar_that_nobody_names_is_told_with_the_one_that_is_meant() {
    let mut files = files();
    files.insert("calendars/bra.ics", event("DTSTART;VALUE=DATE:20261221"));
    let told: Vec<_> = faults(&files).iter().map(ToString::to_string).collect();
    let [told] = &told[..] else { panic!("{told:?}") };
    assert!(told.contains("calendars/bra.ics") && told.contains("did you mean `br`?"), "{told}");
}

#[test]
fn a_citys_calendar_joins_the_days_that_the_isp_has() {
    let calendar = read(CITY);
    let city = "Aniversário de Ribeira Clara, fundada em 1871 pelos barqueiros do rio; ponto \
                facultativo nas escolas";
    let cases = [
        ("2026-12-25", Some("Natal")),
        ("2026-07-09", Some("Revolução Constitucionalista de 1932")),
        ("2050-07-09", Some("Revolução Constitucionalista de 1932")),
        ("2026-07-10", None),
        ("2027-09-19", Some(city)),
        ("2026-08-09", Some("Regata dos Pais")),
        ("2027-08-08", Some("Regata dos Pais")),
        ("2028-08-13", None), // its EXDATE
        ("2099-08-09", Some("Regata dos Pais")),
        ("2026-05-29", Some("Festa da Padroeira")),
        ("2027-05-28", Some("Festa da Padroeira")),
        ("2026-11-01", None),
        ("2026-11-02", Some("Manutenção da rede elétrica")),
        ("2026-11-04", Some("Manutenção da rede elétrica")),
        ("2026-11-05", None),
        ("2026-11-17", None), // called off
        ("2026-12-10", Some("Feira do Livro")),
        ("2027-12-09", None), // moved
        ("2027-12-16", Some("Feira do Livro (nova data)")),
        ("2028-12-07", Some("Feira do Livro")),
    ];
    for (date, want) in cases {
        assert_eq!(calendar.excluded(day(date)), want, "{date}");
    }
}

#[test]
fn an_explanation_names_the_summary() {
    let dataset = good(&isp(CITY));
    let settings = &dataset.catalog.account_types.values().next().unwrap().settings;
    let calendar = dataset.catalog.calendar_of(settings).unwrap();
    let dates = key_dates(day("2026-10-18"), settings, calendar, None).unwrap();
    let why: Vec<_> = dates.delinquent.because.iter().map(|rule| rule.text(Locale::PtBr)).collect();
    assert!(
        why.contains(&"não em 02/11/2026 (Manutenção da rede elétrica)".to_owned()),
        "{why:#?}"
    );
    assert_eq!(dates.delinquent.date, day("2026-11-05"));
}

#[test]
fn rules_become_rules_where_the_domain_has_a_word_and_dates_where_not() {
    let cases: [(&str, &[&str]); 16] = [
        ("DTSTART;VALUE=DATE:19970709\nRRULE:FREQ=YEARLY", &["07-09"]),
        ("DTSTART:20250709\nRRULE:FREQ=YEARLY;WKST=MO", &["07-09"]),
        ("DTSTART:20260709\nRRULE:FREQ=YEARLY", &["07-09"]), // begins this year
        ("DTSTART:20240229\nRRULE:FREQ=YEARLY", &["02-29"]),
        ("DTSTART:20250105\nRRULE:FREQ=YEARLY;BYMONTH=1,6", &["01-05", "06-05"]),
        ("DTSTART:20251231\nDURATION:P2D\nRRULE:FREQ=YEARLY", &["01-01", "12-31"]),
        ("DTSTART:20241231\nRRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=-1", &["12-31"]),
        ("DTSTART:20250511\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=2SU", &["05-2Su"]),
        ("DTSTART:20250526\nRRULE:FREQ=YEARLY;BYDAY=-1MO;BYMONTH=5", &["05-lastMo"]),
        (
            "DTSTART:20250106\nRRULE:FREQ=YEARLY;BYDAY=1MO;BYMONTH=1,7;INTERVAL=1",
            &["01-1Mo", "07-1Mo"],
        ),
        ("DTSTART:20260303\nRRULE:FREQ=YEARLY;COUNT=2", &["2026-03-03", "2027-03-03"]),
        ("DTSTART:20230303\nRRULE:FREQ=YEARLY;COUNT=4", &["2025-03-03", "2026-03-03"]),
        ("DTSTART:20260303\nRRULE:FREQ=YEARLY;UNTIL=20280302", &["2026-03-03", "2027-03-03"]),
        (
            "DTSTART:20220303\nRRULE:FREQ=YEARLY;INTERVAL=2;UNTIL=20301231",
            &["2026-03-03", "2028-03-03", "2030-03-03"],
        ),
        // Election day of the USA, twice; a weekday among days.
        (
            "DTSTART:20261103\nRRULE:FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=2,3,4,5,6,7,8;BYDAY=TU;COUNT=2",
            &["2026-11-03", "2027-11-02"],
        ),
        // Weekdays of the year, and not of a month.
        (
            "DTSTART:20260105\nRRULE:FREQ=YEARLY;BYDAY=1MO,-1MO;COUNT=2",
            &["2026-01-05", "2026-12-28"],
        ),
    ];
    for (lines, want) in cases {
        let mut files = isp(event(lines));
        files.insert("calendars.csv", "calendar,day,name\nbr,2001-01-01,x\n");
        let calendar = good(&files).catalog.calendars.values().next().unwrap().clone();
        let mut all = written(&calendar);
        all.retain(|day| day != "2001-01-01");
        assert_eq!(all, want, "{lines}");
    }
}

#[test]
fn a_rule_that_begins_later_excludes_nothing_before() {
    let calendar = read(event("DTSTART:20300303\nRRULE:FREQ=YEARLY"));
    for (date, want) in [("2029-03-03", false), ("2030-03-03", true), ("2099-03-03", true)] {
        assert_eq!(calendar.excluded(day(date)).is_some(), want, "{date}");
    }
    let last = format!("{}-03-03", limits::RULES_THROUGH + 1);
    assert_eq!(calendar.excluded(day(&last)), None);
}

#[test]
fn line_ends_marks_and_folds_change_nothing() {
    let unix = read(CITY);
    let windows = CITY.replace('\n', "\r\n");
    assert_eq!(read(windows.clone()), unix);
    assert_eq!(read(format!("\u{feff}{windows}")), unix);
    assert_eq!(read(CITY.replace("\n ", "\n\t")), unix);
    assert_eq!(read(CITY.replace("SUMMARY:", "summary;LANGUAGE=pt-BR:")), unix);
    // Folded by bytes, in the middle of a letter.
    let folded = event("DTSTART:20260303").replace("Festa", "Festança");
    let at = folded.find('ç').unwrap() + 1;
    let (before, after) = folded.as_bytes().split_at(at);
    let bytes = [before, b"\r\n ", after].concat();
    assert_eq!(read(bytes).excluded(day("2026-03-03")), Some("Festança"));
}

/// Lines of an event, and what is told of them.
const WRONG: &[(&str, &str)] = &[
    (
        "RRULE:FREQ=YEARLY",
        "3: the event has no DTSTART: write its first day, like DTSTART;VALUE=DATE:20260709",
    ),
    (
        "DTSTART:20260303T090000Z",
        "5: DTSTART: `20260303T090000Z` has a time, and days are excluded as a whole: write the day alone, like 20260303, with VALUE=DATE",
    ),
    (
        "DTSTART;VALUE=DATE:20260231",
        "5: DTSTART: `20260231` is no day: write year, month and day, like 20260709",
    ),
    ("DTSTART:22500101", "5: DTSTART: `22500101` is too far away: use a year from 1600 to 2199"),
    (
        "DTSTART:20260303\nDTSTART:20260304",
        "6: DTSTART: `20260304` is there twice in this event: leave one out",
    ),
    (
        "DTSTART:20260303\nDTEND:20260303",
        "6: DTEND: `20260303` ends before it begins: write the day after the last one, or leave it out for one day",
    ),
    (
        "DTSTART:20260303\nDTEND:20270303",
        "6: DTEND: `20270303` is the end of 365 days: use at most 92",
    ),
    (
        "DTSTART:20260303\nDTEND:20260304\nDURATION:P1D",
        "7: DURATION: `P1D` stands beside DTEND: leave one of the two out",
    ),
    (
        "DTSTART:20260303\nDURATION:PT12H",
        "6: DURATION: `PT12H` is no number of whole days: write days, like P3D, or weeks, like P1W",
    ),
    (
        "DTSTART:20260303\nRRULE:FREQ=WEEKLY;BYDAY=TU",
        "6: RRULE: `FREQ=WEEKLY;BYDAY=TU` comes WEEKLY, and only what comes each year can be kept: write FREQ=YEARLY, or list the days with RDATE",
    ),
    ("DTSTART:20260303\nRRULE:COUNT=3", "6: RRULE: `COUNT=3` has no frequency: write FREQ=YEARLY"),
    (
        "DTSTART:20260303\nRRULE:FREQ=YEARLY;COUNT=3;UNTIL=20300303",
        "6: RRULE: `FREQ=YEARLY;COUNT=3;UNTIL=20300303` says COUNT and UNTIL: leave one of the two out",
    ),
    (
        "DTSTART:20260303\nRRULE:FREQ=YEARLY;UNTIL=20300303T000000Z",
        "6: RRULE: `FREQ=YEARLY;UNTIL=20300303T000000Z` has a time, and days are excluded as a whole: write the day alone, like 20300303, with VALUE=DATE",
    ),
    (
        "DTSTART:20260303\nRRULE:FREQ=YEARLY;BYMONTH=13",
        "6: RRULE: `FREQ=YEARLY;BYMONTH=13` `13` in it does not fit: use a whole number from 1 to 12",
    ),
    (
        "DTSTART:20260303\nRRULE:FREQ=YEARLY;BYMONTH=4",
        "6: RRULE: `FREQ=YEARLY;BYMONTH=4` does not have DTSTART, 2026-03-03, among its days: let DTSTART be the first day of the rule",
    ),
    (
        "DTSTART:20260303\nRRULE:FREQ=YEARLY;BYDAY=TU",
        "6: RRULE: `FREQ=YEARLY;BYDAY=TU` names a weekday and not which one: write 2MO for the second or -1MO for the last; weekdays of all weeks belong into delinquent_weekdays and cut_weekdays",
    ),
    (
        "DTSTART:20260303\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=6TU",
        "6: RRULE: `FREQ=YEARLY;BYMONTH=3;BYDAY=6TU` counts beyond a month: count weekdays of a month from 1 to 5",
    ),
    (
        "DTSTART:20260303\nRRULE:FREQ=YEARLY;BYSETPOS=1",
        "6: RRULE: `FREQ=YEARLY;BYSETPOS=1` says BYSETPOS, which cannot be kept: use BYMONTH, BYMONTHDAY, BYDAY, INTERVAL, COUNT and UNTIL, or list the days with RDATE",
    ),
    (
        "DTSTART:20260303\nRRULE:FREQ=YEARLY\nRRULE:FREQ=YEARLY;BYMONTH=3",
        "7: RRULE: `FREQ=YEARLY;BYMONTH=3` is there twice in this event: leave one out",
    ),
    (
        "DTSTART:20260303\nEXDATE:20260304T000000",
        "6: EXDATE: `20260304T000000` has a time, and days are excluded as a whole: write the day alone, like 20260304, with VALUE=DATE",
    ),
    (
        "DTSTART:20260303\nRDATE;VALUE=PERIOD:20260304T000000/P1D",
        "6: RDATE: `20260304T000000/P1D` is a span of time: list days, with VALUE=DATE",
    ),
    (
        "DTSTART:20260303\nEXRULE:FREQ=YEARLY",
        "6: EXRULE: `FREQ=YEARLY` is no longer in use: list the days with EXDATE",
    ),
    (
        "DTSTART:20260303\nUID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260303",
        "7: RECURRENCE-ID: `20260303` is about all later times: end the event with UNTIL, and begin another one",
    ),
    (
        "DTSTART:20260303\nRECURRENCE-ID:20260303",
        "6: RECURRENCE-ID: `20260303` stands in an event without a UID: write the UID of the event whose day it moves",
    ),
    (
        "DTSTART:20260303\nSUMMARY:Outra",
        "6: SUMMARY: `Outra` is there twice in this event: leave one out",
    ),
    (
        "DTSTART:20260303\nFesta da cidade",
        "6: `Festa da cidade` is no line of a calendar: write NAME:value; a line that goes on begins with a space",
    ),
    (
        "DTSTART:20260303\nEND:VCALENDAR",
        "6: END: `VCALENDAR` ends what does not stand open: end first what begins on line 3: END:VEVENT",
    ),
];

#[test]
fn what_cannot_be_kept_is_told_with_its_line_and_what_would_be_right() {
    for (lines, want) in WRONG {
        assert_eq!(told(event(lines)), [format!("{FILE}:{want}")], "{lines}");
    }
}

#[test]
fn what_is_wrong_with_a_file_is_told() {
    let one = "BEGIN:VEVENT\nUID:a@x.example\nSUMMARY:Festa\nDTSTART:20260303\nEND:VEVENT";
    let twice = calendar(&format!("{one}\n{one}"));
    let nameless = calendar("BEGIN:VEVENT\nDTSTART:20260303\nEND:VEVENT");
    let long = event("DTSTART:20260303").replace("Festa", &"é".repeat(121));
    let torn = event("DTSTART:20260303").replace("Festa", "Festa\\nda cidade");
    let latin: Vec<u8> = event("DTSTART:20260303").replace("Festa", "M\u{1}").into_bytes();
    let latin = latin.into_iter().map(|byte| if byte == 1 { 0xe3 } else { byte }).collect();
    let many =
        calendar(&vec!["BEGIN:VEVENT\nEND:VEVENT"; limits::MAX_CALENDAR_EVENTS + 1].join("\n"));
    let every = "RRULE:FREQ=YEARLY;INTERVAL=2;BYMONTHDAY=1,2,3,4,5,6,7,8,9";
    let cases: [(Vec<u8>, &str); 14] = [
        (vec![], ": the file is empty: begin it with BEGIN:VCALENDAR"),
        (
            "date,name\n".into(),
            ":1: `date,name` is no line of a calendar: write NAME:value; a line that goes on begins with a space",
        ),
        ("X:1\n".into(), ":1: X: `1` stands outside a calendar: begin with BEGIN:VCALENDAR"),
        (
            "BEGIN:VCARD\n".into(),
            ":1: BEGIN: `VCARD` stands outside a calendar: begin with BEGIN:VCALENDAR",
        ),
        (
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\n".into(),
            ":2: VEVENT begins and does not end: write END:VEVENT, or take the whole file: it may be cut off",
        ),
        (
            calendar("BEGIN:VTODO\nEND:VTODO").into(),
            ":3: BEGIN: `VTODO` is no event: leave it out, or make it a VEVENT",
        ),
        (
            calendar("METHOD:CANCEL").into(),
            ":3: METHOD: `CANCEL` calls events off: give the calendar as it is to be",
        ),
        (
            twice.into(),
            ":8: the event's UID is there twice (first on line 3): leave the older one out",
        ),
        (
            nameless.into(),
            ":3: the event has no SUMMARY: write why the day is excluded, like SUMMARY:Aniversário da cidade",
        ),
        (
            long.into(),
            &format!(":4: SUMMARY: `{}…` is 121 characters long: use at most 120", "é".repeat(60)),
        ),
        (
            torn.into(),
            ":4: SUMMARY: `Festa\u{fffd}da cidade` has a line break or a control character: write it on one line, and look for a quote that is not closed",
        ),
        (latin, ":4: is not in UTF-8: save it in UTF-8"),
        (many.into(), ": has 1001 events: give at most 1000"),
        (
            event(&format!("DTSTART:20260101\n{every}")).into(),
            ":3: comes to more than 2000 days: leave out what nobody needs to keep",
        ),
    ];
    for (bytes, want) in cases {
        assert_eq!(told(bytes), [format!("{FILE}{want}")]);
    }
    let big = vec![b' '; limits::MAX_CALENDAR_BYTES + 1];
    assert_eq!(
        told(big),
        [format!("{FILE}: the file is too large: give at most 1024 KiB: only what is to be kept")]
    );
    let deep = calendar(&"BEGIN:X-A\n".repeat(8));
    assert_eq!(told(deep), [format!("{FILE}:10: BEGIN: `X-A` stands too deep: nest at most 8")]);
}

#[test]
fn a_file_is_called_like_the_calendar_that_it_joins() {
    let mut named = files();
    named.insert("calendars/cidade.ics", CITY);
    named.insert("account_types.csv", "code,name,calendar\nresidencial,Residencial,cidade\n");
    let calendars = good(&named).catalog.calendars;
    assert_eq!(calendars.keys().map(ToString::to_string).collect::<Vec<_>>(), ["br", "cidade"]);
    // The days of a preset stay.
    let mut preset = files();
    preset.remove("calendars.csv");
    preset.insert(FILE, CITY);
    preset.insert("account_types.csv", "code,name,preset\nresidencial,Residencial,br\n");
    let calendar = good(&preset).catalog.calendars.values().next().unwrap().clone();
    assert_eq!(calendar.excluded(day("2026-09-07")), Some("Independência do Brasil"));
    assert!(calendar.excluded(day("2026-07-08")).is_some()); // the eve of a day of the city
    let mut wrong = files();
    wrong.insert("calendars/feriados.csv", "x");
    wrong.insert("calendars/São Paulo.ics", CITY);
    let told: Vec<_> = faults(&wrong).iter().map(ToString::to_string).collect();
    assert!(
        told[0].starts_with("calendars/São Paulo.ics: has no name of a calendar: `São Paulo` "),
        "{told:#?}"
    );
    assert!(
        told[1].starts_with("calendars/feriados.csv: is no calendar: call it CODE.ics"),
        "{told:#?}"
    );
    assert_eq!(told.len(), 2);
}

#[test]
fn a_folder_is_read_with_its_calendars() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("calendars")).unwrap();
    for (name, text) in [("br.ics", CITY), (".hidden", "x")] {
        std::fs::write(folder.path().join("calendars").join(name), text).unwrap();
    }
    let files = Files::from_dir(folder.path()).unwrap();
    assert_eq!(files.names().collect::<Vec<_>>(), [FILE]);
}
