//! Public holidays as laws give them, those that move among them.

use jiff::{
    ToSpan,
    civil::{Date, Weekday, date},
};

use super::days_between;

/// The holidays of a country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holidays {
    /// Brazil's national holidays: Law 662/1949 (as Law 10.607/2002 has it), Law 6.802/1980, Law
    /// 14.759/2023, and Good Friday, which Law 9.093/1995 leaves to the towns and which all keep.
    Brazil,
    /// The days on which Brazil's federal administration may rest ("pontos facultativos", by a
    /// yearly ordinance): carnival and Ash Wednesday, Corpus Christi, the civil servants' day, the
    /// eves of Christmas and New Year.
    BrazilOptional,
    /// Federal holidays of the USA: 5 U.S.C. § 6103(a). One on a Saturday is kept on the Friday
    /// before, too (§ 6103(b)), one on a Sunday on the Monday after (Executive Order 11582).
    Usa,
}

const NAMES: [(&str, Holidays); 3] =
    [("BR", Holidays::Brazil), ("BR-optional", Holidays::BrazilOptional), ("US", Holidays::Usa)];

impl Holidays {
    /// Those of a name: `BR`, `BR-optional`, `US`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, of)| *of)
    }

    /// Their name.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, of)| *of == self).map_or("", |(name, _)| name)
    }

    /// The holiday on a date, in the country's language.
    #[must_use]
    pub fn on(self, date: Date) -> Option<&'static str> {
        match self {
            Self::Brazil => brazil(date),
            Self::BrazilOptional => brazil_optional(date),
            Self::Usa => usa(date).or_else(|| usa_observed(date)),
        }
    }
}

fn brazil(on: Date) -> Option<&'static str> {
    Some(match (on.month(), on.day()) {
        (1, 1) => "Confraternização Universal",
        (4, 21) => "Tiradentes",
        (5, 1) => "Dia do Trabalhador",
        (9, 7) => "Independência do Brasil",
        (10, 12) => "Nossa Senhora Aparecida",
        (11, 2) => "Finados",
        (11, 15) => "Proclamação da República",
        (11, 20) if on.year() >= 2024 => "Dia Nacional de Zumbi e da Consciência Negra",
        (12, 25) => "Natal",
        _ if days_from_easter(on) == -2 => "Sexta-feira Santa",
        _ => return None,
    })
}

fn brazil_optional(on: Date) -> Option<&'static str> {
    Some(match (on.month(), on.day(), days_from_easter(on)) {
        (_, _, -48 | -47) => "Carnaval",
        (_, _, -46) => "Quarta-feira de Cinzas",
        (_, _, 60) => "Corpus Christi",
        (10, 28, _) => "Dia do Servidor Público",
        (12, 24, _) => "Véspera de Natal",
        (12, 31, _) => "Véspera de Ano-Novo",
        _ => return None,
    })
}

/// By the date that the law names.
fn usa(on: Date) -> Option<&'static str> {
    let (nth, last) = ((on.day() - 1) / 7 + 1, on.day() + 7 > on.days_in_month());
    Some(match (on.month(), on.day(), on.weekday()) {
        (1, 1, _) => "New Year's Day",
        (1, _, Weekday::Monday) if nth == 3 => "Martin Luther King Jr. Day",
        (2, _, Weekday::Monday) if nth == 3 => "Washington's Birthday",
        (5, _, Weekday::Monday) if last => "Memorial Day",
        (6, 19, _) if on.year() >= 2021 => "Juneteenth National Independence Day",
        (7, 4, _) => "Independence Day",
        (9, _, Weekday::Monday) if nth == 1 => "Labor Day",
        (10, _, Weekday::Monday) if nth == 2 => "Columbus Day",
        (11, 11, _) => "Veterans Day",
        (11, _, Weekday::Thursday) if nth == 4 => "Thanksgiving Day",
        (12, 25, _) => "Christmas Day",
        _ => return None,
    })
}

/// By the working day on which one is kept that falls on a weekend. Those that are named by their
/// weekday never do.
fn usa_observed(on: Date) -> Option<&'static str> {
    let kept = match on.weekday() {
        Weekday::Friday => on.saturating_add(1.day()),
        Weekday::Monday => on.saturating_sub(1.day()),
        _ => return None,
    };
    Some(match (kept.month(), kept.day()) {
        (1, 1) => "New Year's Day (observed)",
        (6, 19) if kept.year() >= 2021 => "Juneteenth National Independence Day (observed)",
        (7, 4) => "Independence Day (observed)",
        (11, 11) => "Veterans Day (observed)",
        (12, 25) => "Christmas Day (observed)",
        _ => return None,
    })
}

/// Days since Easter of the year; below zero before it.
fn days_from_easter(on: Date) -> i32 {
    days_between(easter(on.year()), on)
}

/// Easter by the Gregorian calendar: the algorithm of Meeus, Jones and Butcher (J. Meeus,
/// Astronomical Algorithms, chapter 8).
fn easter(year: i16) -> Date {
    let year = i32::from(year);
    let (golden, century, rest) = (year.rem_euclid(19), year.div_euclid(100), year.rem_euclid(100));
    let moon = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon + 15).rem_euclid(30);
    let sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4).rem_euclid(7);
    let late = (golden + 11 * epact + 22 * sunday) / 451;
    let day = epact + sunday - 7 * late + 114;
    let in_range = |number: i32| i8::try_from(number).unwrap_or(1);
    let year = i16::try_from(year).unwrap_or(Date::MAX.year());
    Date::new(year, in_range(day / 31), in_range(day % 31 + 1)).unwrap_or(date(year, 4, 1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::calendar::days_after;

    /// What the package `holidays` has, as its script tells it: by name of the set, date and name.
    const KNOWN: &str = include_str!("../../tests/data/holidays.json");

    #[test]
    fn they_are_those_that_a_maintained_source_has_from_2024_to_2040() {
        let known: BTreeMap<String, BTreeMap<Date, String>> = serde_json::from_str(KNOWN).unwrap();
        assert_eq!(known.len(), NAMES.len());
        for (name, want) in known {
            let of = Holidays::named(&name).unwrap();
            let days = (0..).map(|day| days_after(date(2024, 1, 1), day));
            let days = days.take_while(|day| day.year() <= 2040);
            let had: BTreeMap<Date, String> =
                days.filter_map(|day| Some((day, of.on(day)?.to_owned()))).collect();
            assert_eq!(had, want, "{name}");
        }
    }

    #[test]
    fn easter_is_where_it_was() {
        // The earliest and the latest, and a century without a leap day.
        for (year, month, day) in [(1818, 3, 22), (1943, 4, 25), (2000, 4, 23), (2100, 3, 28)] {
            assert_eq!(easter(year), date(year, month, day));
        }
        for year in [i16::MIN / 4, 1, 9999] {
            assert!((3..=4).contains(&easter(year).month()));
        }
    }

    #[test]
    fn a_law_holds_from_its_year_on() {
        assert_eq!(Holidays::Brazil.on(date(2023, 11, 20)), None);
        assert_eq!(Holidays::Usa.on(date(2020, 6, 19)), None);
        assert_eq!(Holidays::named("XX"), None);
    }
}
