//! The due-date factor: four digits that count days, and begin again after 25 years.
//!
//! FEBRABAN: days since 1997-10-07, from 1000 (2000-07-03) to 9999 (2025-02-21); the day after
//! is 1000 again, and so on every 9,000 days.

use jiff::{Unit, civil::Date};

/// Day zero.
const BASE: Date = jiff::civil::date(1997, 10, 7);
/// The first factor there is, and how many there are.
const FIRST: i32 = 1000;
const PERIOD: i32 = 9000;

/// A due date as a boleto writes it: 1000 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DueFactor(u16);

/// Why there is no such factor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FactorError {
    /// Boletos had no factor then.
    #[error("{0} has no due-date factor: the first day that has one is 2000-07-03")]
    TooEarly(Date),
    /// Between nothing and the first.
    #[error("{0:04} is no due-date factor: they go from 1000 to 9999, and 0000 is for no due date")]
    OutOfRange(u16),
}

impl DueFactor {
    /// The factor of a date.
    ///
    /// # Errors
    /// [`FactorError::TooEarly`] before 2000-07-03.
    pub fn of(date: Date) -> Result<Self, FactorError> {
        let days = days_between(BASE, date);
        if days < FIRST {
            return Err(FactorError::TooEarly(date));
        }
        let factor = (days - FIRST) % PERIOD + FIRST;
        u16::try_from(factor).map(Self).map_err(|_| FactorError::TooEarly(date))
    }

    /// The factor of that number.
    ///
    /// # Errors
    /// [`FactorError::OutOfRange`] for anything but 1000 to 9999.
    pub fn new(number: u16) -> Result<Self, FactorError> {
        if (1000..=9999).contains(&number) {
            Ok(Self(number))
        } else {
            Err(FactorError::OutOfRange(number))
        }
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0
    }

    /// The date that it means: of the days that have this factor, 9,000 days apart, the one that
    /// is nearest to another date, usually today.
    #[must_use]
    pub fn nearest_to(self, date: Date) -> Date {
        let days = days_between(BASE, date);
        let own = i32::from(self.0);
        let periods = (days - own + PERIOD / 2).div_euclid(PERIOD).max(0);
        BASE.saturating_add(jiff::Span::new().days(own + periods * PERIOD))
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until((Unit::Day, to)).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn factors_begin_again_after_9999() {
        for (day, factor) in [
            ("2000-07-03", 1000),
            ("2000-07-04", 1001),
            ("2002-05-01", 1667),
            ("2010-11-17", 4789),
            ("2025-02-20", 9998),
            ("2025-02-21", 9999),
            ("2025-02-22", 1000),
            ("2025-02-23", 1001),
            ("2049-10-13", 9999),
            ("2049-10-14", 1000),
        ] {
            assert_eq!(DueFactor::of(date(day)).unwrap().number(), factor, "{day}");
        }
        assert_eq!(
            DueFactor::of(date("2000-07-02")).unwrap_err().to_string(),
            "2000-07-02 has no due-date factor: the first day that has one is 2000-07-03"
        );
    }

    #[test]
    fn a_factor_means_the_day_nearest_to_today() {
        let on = |today: &str, factor| DueFactor::new(factor).unwrap().nearest_to(date(today));
        assert_eq!(on("2026-11-26", 1656), date("2026-12-10"));
        assert_eq!(on("2025-02-20", 1001), date("2025-02-23"));
        assert_eq!(on("2025-02-23", 9999), date("2025-02-21"));
        assert_eq!(on("2001-01-01", 1000), date("2000-07-03"));
    }

    proptest! {
        #[test]
        fn every_date_is_found_again_from_within_twelve_years(
            days in 0_i32..20_000, away in -4_400_i32..4_400,
        ) {
            let due = date("2000-07-03").saturating_add(days.days());
            let factor = DueFactor::of(due).unwrap();
            prop_assert_eq!(factor.nearest_to(due.saturating_add(away.days())), due);
        }
    }
}
