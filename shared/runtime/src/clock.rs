//! Now and today at the ISP, for what is done when it is asked for rather than in a run: a bank is told of
//! a charge now, and a boleto cannot be due before now. What a run does goes by the run's own date.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use mensal_domain::calendar::business_date;

/// Says what day it is.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The wall clock, in the ISP's time zone.
    Wall(TimeZone),
    /// The time that somebody has set: the local stack plays days that are not today.
    Set(Arc<Mutex<DateTime>>),
}

impl Clock {
    /// A clock that stands at noon of a day until it is set to another.
    #[must_use]
    pub fn at(date: Date) -> Self {
        Self::Set(Arc::new(Mutex::new(noon(date))))
    }

    /// Today.
    #[must_use]
    pub fn today(&self) -> Date {
        match self {
            Self::Wall(zone) => business_date(Timestamp::now(), zone),
            Self::Set(_) => self.local().date(),
        }
    }

    /// Now. On a day that somebody has set it is noon until time is said to have passed.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Wall(_) => Timestamp::now(),
            Self::Set(_) => {
                let now = self.local().to_zoned(TimeZone::UTC);
                now.map_or(Timestamp::MAX, |now| now.timestamp())
            }
        }
    }

    /// Day and time of the day at the ISP. On a day that somebody has set it is noon until time is said to
    /// have passed.
    #[must_use]
    pub fn local(&self) -> DateTime {
        match self {
            Self::Wall(zone) => Timestamp::now().to_zoned(zone.clone()).datetime(),
            Self::Set(time) => *time.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Sets a clock that can be set to noon of a day; the wall clock goes on by itself.
    pub fn set(&self, to: Date) {
        if let Self::Set(time) = self {
            *time.lock().unwrap_or_else(PoisonError::into_inner) = noon(to);
        }
    }

    /// Lets time pass on a clock that can be set; the wall clock goes on by itself.
    pub fn pass(&self, time: Duration) {
        if let Self::Set(now) = self {
            let mut now = now.lock().unwrap_or_else(PoisonError::into_inner);
            *now = now.saturating_add(time);
        }
    }
}

fn noon(date: Date) -> DateTime {
    date.at(12, 0, 0, 0)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_clock_that_was_set_stands_until_time_passes() {
        let clock = Clock::at(date(2026, 11, 10));
        let seen = clock.clone();
        clock.pass(Duration::from_secs(51));
        assert_eq!(seen.local(), date(2026, 11, 10).at(12, 0, 51, 0));
        assert_eq!(seen.now().to_string(), "2026-11-10T12:00:51Z");
        clock.set(date(2026, 11, 11));
        assert_eq!((seen.today(), seen.local().hour()), (date(2026, 11, 11), 12));
        clock.pass(Duration::from_hours(13));
        assert_eq!(seen.today(), date(2026, 11, 12));
    }
}
