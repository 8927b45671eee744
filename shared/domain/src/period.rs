//! Billing periods: how a service's time is cut into months, quarters and years.
//!
//! A [`Grid`] cuts all time from a start into periods without gap or overlap. Periods begin on
//! the bill day. What does not fit (the days from a mid-cycle start to the first bill day, or
//! from an old bill day to a new one) is a stub: a part of the full period that ends there.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Span, days_between, months_after},
    money::{Currency, Money, MoneyError},
};

/// The day of the month on which a cycle begins: 1 to 28, so that every month has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i8", into = "i8")]
pub struct BillDay(i8);

/// A day that some month lacks, or that none has.
#[derive(Debug, thiserror::Error)]
#[error("{0} is no bill day: use 1 to 28, the days that every month has")]
pub struct InvalidBillDay(i8);

impl TryFrom<i8> for BillDay {
    type Error = InvalidBillDay;
    fn try_from(day: i8) -> Result<Self, InvalidBillDay> {
        if (1..=28).contains(&day) { Ok(Self(day)) } else { Err(InvalidBillDay(day)) }
    }
}

impl From<BillDay> for i8 {
    fn from(day: BillDay) -> Self {
        day.0
    }
}

impl BillDay {
    /// The first bill day on or after a date.
    #[must_use]
    pub fn on_or_after(self, date: Date) -> Date {
        let same_month = date.with().day(self.0).build().unwrap_or(date);
        if same_month >= date { same_month } else { months_after(same_month, 1) }
    }
}

/// How many months a full period has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Interval {
    /// One month.
    Monthly = 1,
    /// Three months.
    Quarterly = 3,
    /// Six months.
    HalfYearly = 6,
    /// Twelve months.
    Yearly = 12,
}

/// A number of months that no plan is billed by.
#[derive(Debug, thiserror::Error)]
#[error("{0} months is no billing interval: use 1, 3, 6 or 12")]
pub struct InvalidInterval(u8);

impl TryFrom<u8> for Interval {
    type Error = InvalidInterval;
    fn try_from(months: u8) -> Result<Self, InvalidInterval> {
        match months {
            1 => Ok(Self::Monthly),
            3 => Ok(Self::Quarterly),
            6 => Ok(Self::HalfYearly),
            12 => Ok(Self::Yearly),
            _ => Err(InvalidInterval(months)),
        }
    }
}

impl From<Interval> for u8 {
    fn from(interval: Interval) -> Self {
        interval as u8
    }
}

/// A bill day, and the date from which it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BillDayChange {
    /// It takes effect at the first period that begins on or after this date.
    pub date: Date,
    /// The new bill day.
    pub day: BillDay,
}

/// A period of a grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The days that it covers.
    pub span: Span,
    /// The full period that it is a part of: what the price is for. The same as `span`, but for
    /// a stub, which covers its last days only, or is cut short by a new bill day.
    pub full: Span,
}

impl Period {
    /// What some of its days are worth when the full period is worth `price`.
    ///
    /// By cumulative rounding: the worth up to the last day less the worth up to the first, each
    /// rounded. So the parts of any split sum to the worth of the whole, to the cent.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn worth(
        self,
        days: Span,
        price: Decimal,
        currency: Currency,
    ) -> Result<Money, MoneyError> {
        let length = Decimal::from(self.full.days());
        let up_to = |date: Date| {
            let elapsed = Decimal::from(days_between(self.full.start(), date));
            let price = price.checked_mul(elapsed).ok_or(MoneyError::TooLarge(price))?;
            Money::rounded(price / length, currency)
        };
        up_to(days.end())?.minus(up_to(days.start())?)
    }
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    from: Date,
    first_bill_day: Date,
}

/// All the periods of one interval from a start on.
#[derive(Clone, Debug)]
pub struct Grid {
    segments: Vec<Segment>, // in order; the first begins at the grid's start
    months: i32,
}

impl Grid {
    /// Periods of `interval` from `start`, on the bill day that the changes give. Changes before
    /// the start only tell the bill day at the start; `changes` is in the order of dates, and its
    /// first entry holds from the beginning of time whatever its date.
    #[must_use]
    pub fn new(start: Date, changes: &[BillDayChange], interval: Interval) -> Self {
        let months = i32::from(u8::from(interval));
        let mut grid = Self { segments: Vec::with_capacity(1), months };
        for (index, change) in changes.iter().enumerate() {
            let from = if index == 0 { start } else { grid.boundary_from(change.date.max(start)) };
            grid.segments.retain(|segment| segment.from < from);
            grid.segments.push(Segment { from, first_bill_day: change.day.on_or_after(from) });
        }
        grid
    }

    /// The first day of the grid.
    fn start(&self) -> Option<Date> {
        self.segments.first().map(|segment| segment.from)
    }

    /// The period that a day is in; none before the start, nor in a grid without a bill day.
    #[must_use]
    pub fn period_at(&self, date: Date) -> Option<Period> {
        let index = self.segments.partition_point(|segment| segment.from <= date).checked_sub(1)?;
        let Segment { from, first_bill_day } = self.segments[index];
        let full = if date < first_bill_day {
            Span::new(months_after(first_bill_day, -self.months), first_bill_day)?
        } else {
            let months = (i32::from(date.year()) - i32::from(first_bill_day.year())) * 12
                + i32::from(date.month())
                - i32::from(first_bill_day.month())
                - i32::from(date.day() < first_bill_day.day());
            let start = months_after(first_bill_day, months - months % self.months);
            Span::new(start, months_after(start, self.months))?
        };
        let next = self.segments.get(index + 1).map_or(Date::MAX, |segment| segment.from);
        let span = full.intersect(Span::new(from, next)?)?;
        Some(Period { span, full })
    }

    /// The first day of a period on or after a date; the start if the date is before it.
    #[must_use]
    pub fn boundary_from(&self, date: Date) -> Date {
        match self.period_at(date) {
            Some(period) if period.span.start() == date => date,
            Some(period) => period.span.end(),
            None => self.start().unwrap_or(date),
        }
    }

    /// The periods that share a day with a span, in order.
    pub fn periods(&self, span: Span) -> impl Iterator<Item = Period> + '_ {
        let first = self.start().map_or(span.end(), |start| start.max(span.start()));
        let at = move |date: Date| (date < span.end()).then(|| self.period_at(date)).flatten();
        std::iter::successors(at(first), move |period| at(period.span.end()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::days_after;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn on(day: i8) -> BillDayChange {
        BillDayChange { date: Date::MIN, day: BillDay(day) }
    }

    fn text(periods: impl Iterator<Item = Period>) -> Vec<String> {
        periods.map(|period| format!("{} of {}", period.span, period.full)).collect()
    }

    #[test]
    fn a_start_in_mid_cycle_gives_a_stub_and_then_full_periods() {
        let grid = Grid::new(date(2026, 11, 20), &[on(10)], Interval::Monthly);
        let span = Span::new(date(2026, 11, 1), date(2027, 1, 11)).unwrap();
        assert_eq!(
            text(grid.periods(span)),
            [
                "2026-11-20/2026-12-10 of 2026-11-10/2026-12-10",
                "2026-12-10/2027-01-10 of 2026-12-10/2027-01-10",
                "2027-01-10/2027-02-10 of 2027-01-10/2027-02-10",
            ]
        );
    }

    #[test]
    fn a_new_bill_day_takes_effect_at_the_next_period() {
        let changes = [on(10), BillDayChange { date: date(2026, 11, 15), day: BillDay(25) }];
        let grid = Grid::new(date(2026, 10, 10), &changes, Interval::Monthly);
        let span = Span::new(date(2026, 11, 10), date(2027, 1, 1)).unwrap();
        assert_eq!(
            text(grid.periods(span)),
            [
                "2026-11-10/2026-12-10 of 2026-11-10/2026-12-10",
                "2026-12-10/2026-12-25 of 2026-11-25/2026-12-25",
                "2026-12-25/2027-01-25 of 2026-12-25/2027-01-25",
            ]
        );
    }

    #[test]
    fn months_of_28_to_31_days_and_leap_years_are_full_periods() {
        let grid = Grid::new(date(2024, 1, 1), &[on(28)], Interval::Monthly);
        let days = |year, month| grid.period_at(date(year, month, 28)).unwrap().span.days();
        assert_eq!([days(2024, 1), days(2024, 2), days(2025, 1), days(2025, 2)], [31, 29, 31, 28]);
        let yearly = Grid::new(date(2024, 2, 28), &[on(28)], Interval::Yearly);
        assert_eq!(yearly.period_at(date(2024, 2, 29)).unwrap().span.days(), 366);
        assert_eq!(yearly.period_at(date(2025, 3, 1)).unwrap().span.days(), 365);
    }

    proptest! {
        #[test]
        fn periods_tile_without_gap_or_overlap(
            start in 0_u16..1500,
            day in 1_i8..=28,
            later in proptest::collection::btree_map(0_u16..2500, 1_i8..=28, 0..4),
            interval in prop::sample::select(vec![1_u8, 3, 6, 12]),
        ) {
            let origin = date(2023, 6, 1);
            let mut changes = vec![on(day)];
            changes.extend(later.iter().map(|(offset, day)| BillDayChange {
                date: days_after(origin, *offset),
                day: BillDay(*day),
            }));
            let start = days_after(origin, start);
            let grid = Grid::new(start, &changes, interval.try_into().unwrap());
            let mut expected = start;
            for period in grid.periods(Span::new(start, date(2032, 1, 1)).unwrap()) {
                prop_assert_eq!(period.span.start(), expected);
                prop_assert!(period.full.start() <= period.span.start());
                prop_assert!(period.span.end() <= period.full.end());
                for probe in [period.span.start(), period.span.last_day()] {
                    prop_assert_eq!(grid.period_at(probe).unwrap(), period);
                }
                expected = period.span.end();
            }
            prop_assert!(expected >= date(2032, 1, 1));
        }

        #[test]
        fn any_split_sums_to_the_whole(
            month in 0_i32..60,
            price in 0_i64..10_000_000,
            cuts in proptest::collection::btree_set(1_u16..365, 0..12),
            interval in prop::sample::select(vec![1_u8, 3, 6, 12]),
        ) {
            let start = months_after(date(2023, 1, 15), month);
            let grid = Grid::new(start, &[on(15)], interval.try_into().unwrap());
            let period = grid.period_at(start).unwrap();
            let price = Decimal::new(price, 3);
            let worth = |span| period.worth(span, price, Currency::BRL).unwrap();
            let mut parts = Vec::new();
            let mut from = start;
            for cut in cuts.into_iter().map(|cut| days_after(start, cut)) {
                if let Some(part) = Span::new(from, cut.min(period.span.end())) {
                    parts.push(worth(part));
                    from = part.end();
                }
            }
            parts.extend(Span::new(from, period.span.end()).map(worth));
            let whole = Money::rounded(price, Currency::BRL).unwrap();
            prop_assert_eq!(worth(period.span), whole);
            prop_assert_eq!(Money::sum(Currency::BRL, parts).unwrap(), whole);
        }
    }
}
