//! The days on which nothing unpleasant may happen, written down by hand for the years that are
//! simulated: no code that finds them is asked.

use jiff::civil::{Date, Weekday};
use mensal_domain::calendar::days_after;

/// Brazil: national holidays, and the days on which the administration may rest.
const BRAZIL: [(i8, i8); 12] = [
    (1, 1),
    (4, 21),
    (5, 1),
    (9, 7),
    (10, 12),
    (10, 28),
    (11, 2),
    (11, 15),
    (11, 20),
    (12, 24),
    (12, 25),
    (12, 31),
];
/// Brazil: those that move. Carnival and Ash Wednesday, Good Friday, Corpus Christi.
const BRAZIL_MOVING: [&str; 15] = [
    "2026-02-16",
    "2026-02-17",
    "2026-02-18",
    "2026-04-03",
    "2026-06-04",
    "2027-02-08",
    "2027-02-09",
    "2027-02-10",
    "2027-03-26",
    "2027-05-27",
    "2028-02-28",
    "2028-02-29",
    "2028-03-01",
    "2028-04-14",
    "2028-06-15",
];
/// The USA: federal holidays, with the days on which those of a weekend are kept.
const USA: [&str; 38] = [
    "2026-01-01",
    "2026-01-19",
    "2026-02-16",
    "2026-05-25",
    "2026-06-19",
    "2026-07-03",
    "2026-07-04",
    "2026-09-07",
    "2026-10-12",
    "2026-11-11",
    "2026-11-26",
    "2026-12-25",
    "2027-01-01",
    "2027-01-18",
    "2027-02-15",
    "2027-05-31",
    "2027-06-18",
    "2027-06-19",
    "2027-07-04",
    "2027-07-05",
    "2027-09-06",
    "2027-10-11",
    "2027-11-11",
    "2027-11-25",
    "2027-12-24",
    "2027-12-25",
    "2027-12-31",
    "2028-01-01",
    "2028-01-17",
    "2028-02-21",
    "2028-05-29",
    "2028-06-19",
    "2028-07-04",
    "2028-09-04",
    "2028-10-09",
    "2028-11-10",
    "2028-11-11",
    "2028-11-23",
];

fn is_holiday(calendar: &str, day: Date) -> bool {
    let text = day.to_string();
    match calendar {
        "br" => {
            BRAZIL.contains(&(day.month(), day.day())) || BRAZIL_MOVING.contains(&text.as_str())
        }
        "us" => USA.contains(&text.as_str()) || (day.month(), day.day()) == (12, 25),
        _ => false,
    }
}

/// Whether service may be cut on a day: the weekday is among those that are written down, and neither
/// it nor the next day is a holiday.
pub(super) fn may_cut(day: Date, weekdays: &str, calendar: &str) -> bool {
    let name = match day.weekday() {
        Weekday::Monday => "Mo",
        Weekday::Tuesday => "Tu",
        Weekday::Wednesday => "We",
        Weekday::Thursday => "Th",
        Weekday::Friday => "Fr",
        Weekday::Saturday => "Sa",
        Weekday::Sunday => "Su",
    };
    let weekday = weekdays.split(' ').any(|one| one == name);
    weekday && !is_holiday(calendar, day) && !is_holiday(calendar, days_after(day, 1))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mensal_domain::calendar::Holidays;

    use super::*;

    /// Two ways to the same days: what is written down here, and what the domain reckons.
    #[test]
    fn what_is_written_down_is_what_the_law_gives() {
        let named = |name| Holidays::named(name).unwrap();
        let sets = [("br", vec![named("BR"), named("BR-optional")]), ("us", vec![named("US")])];
        for (calendar, of) in sets {
            let mut day = date(2026, 1, 1);
            while day.year() < 2029 {
                let law = of.iter().find_map(|one| one.on(day));
                assert_eq!(is_holiday(calendar, day), law.is_some(), "{calendar} {day} {law:?}");
                day = days_after(day, 1);
            }
        }
    }
}
