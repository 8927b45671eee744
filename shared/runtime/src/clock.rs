//! Now and today at the ISP, for what is done when it is asked for rather than in a run: a bank is told of
//! a charge now, and a boleto cannot be due before now. What a run does goes by the run's own date.

use std::sync::{Arc, Mutex, PoisonError};

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
    /// The day that somebody has set: the local stack plays days that are not today.
    Set(Arc<Mutex<Date>>),
}

impl Clock {
    /// A clock that stands at a day until it is set to another.
    #[must_use]
    pub fn at(date: Date) -> Self {
        Self::Set(Arc::new(Mutex::new(date)))
    }

    /// Today.
    #[must_use]
    pub fn today(&self) -> Date {
        match self {
            Self::Wall(zone) => business_date(Timestamp::now(), zone),
            Self::Set(date) => *date.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Now. On a day that somebody has set it is noon all day.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::Wall(_) => Timestamp::now(),
            Self::Set(_) => {
                let noon = self.local().to_zoned(TimeZone::UTC);
                noon.map_or(Timestamp::MAX, |noon| noon.timestamp())
            }
        }
    }

    /// Day and time of the day at the ISP. On a day that somebody has set it is noon all day.
    #[must_use]
    pub fn local(&self) -> DateTime {
        match self {
            Self::Wall(zone) => Timestamp::now().to_zoned(zone.clone()).datetime(),
            Self::Set(_) => self.today().at(12, 0, 0, 0),
        }
    }

    /// Sets a clock that can be set; the wall clock goes on by itself.
    pub fn set(&self, to: Date) {
        if let Self::Set(date) = self {
            *date.lock().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }
}
