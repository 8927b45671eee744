//! When service is cut for what is not paid: the day, and the rules that gave it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Calendar, NoPermittedDay, Weekdays, days_after, first_permitted},
    dates::{Explained, Rule},
};

/// So many days after something, or never. As text `10`, `never`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// Never.
    #[default]
    Never,
    /// So many days after.
    Days(u16),
}

impl After {
    /// How many days; none for never.
    #[must_use]
    pub fn days(self) -> Option<u16> {
        match self {
            Self::Never => None,
            Self::Days(days) => Some(days),
        }
    }
}

/// When service may be cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutRules {
    /// The weekdays on which it may.
    pub weekdays: Weekdays,
    /// So many days pass after the legal notice was delivered (Brazil: 15, RGC of Anatel Resolution
    /// 765/2023, art. 70).
    pub legal_notice_days: u16,
    /// Slowed down so many days after the account is delinquent; none: never.
    pub throttle_after_days: Option<u16>,
    /// Suspended so many days after the account is delinquent; none: never.
    pub suspend_after_days: Option<u16>,
    /// Disconnected for good so many days after it was suspended (Brazil: 60 at least, RGC, art. 73);
    /// none: never.
    pub disconnect_after_days: Option<u16>,
}

/// How far the legal notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegalNotice {
    /// It was delivered, and there is proof of it.
    Delivered(Date),
    /// It is to be sent on this day: what follows from it is foreseen, and not yet allowed.
    Planned(Date),
}

/// The days on which service is slowed down, cut, and ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutDates {
    /// Slowed down.
    pub throttle: Option<Explained>,
    /// Suspended.
    pub suspend: Option<Explained>,
    /// Disconnected for good, if it is suspended on its day.
    pub disconnect: Option<Explained>,
}

/// The days on which service is cut for an account that is delinquent from a day on and goes on not
/// paying: each the first permitted one that lies late enough after the account became delinquent
/// and after the legal notice. Nothing is slowed down that is suspended as early.
///
/// # Errors
/// [`NoPermittedDay`] when weekdays and calendar leave no day of a year.
pub fn cut_dates(
    delinquent: Date,
    notice: LegalNotice,
    rules: &CutRules,
    calendar: &Calendar,
) -> Result<CutDates, NoPermittedDay> {
    let cut = |after: Option<u16>, rule: fn(u16) -> Rule| {
        let Some(days) = after else { return Ok(None) };
        let mut because = vec![rule(days)];
        let mut from = days_after(delinquent, days);
        let (on, noticed) = match notice {
            LegalNotice::Delivered(on) => (on, true),
            LegalNotice::Planned(on) => (on, false),
        };
        let noticed_until = days_after(on, rules.legal_notice_days);
        if noticed_until > from {
            from = noticed_until;
            because.push(Rule::LegalNotice { days: rules.legal_notice_days, on, noticed });
        }
        permitted(from, because, rules, calendar).map(Some)
    };
    let suspend = cut(rules.suspend_after_days, Rule::SuspendAfterDays)?;
    let mut throttle = cut(rules.throttle_after_days, Rule::ThrottleAfterDays)?;
    if suspend.as_ref().zip(throttle.as_ref()).is_some_and(|(cut, slow)| cut.date <= slow.date) {
        throttle = None;
    }
    let disconnect = match (&suspend, rules.disconnect_after_days) {
        (Some(suspended), Some(days)) => {
            let from = days_after(suspended.date, days);
            Some(permitted(from, vec![Rule::DisconnectAfterDays(days)], rules, calendar)?)
        }
        _ => None,
    };
    Ok(CutDates { throttle, suspend, disconnect })
}

/// The first permitted day from one on, with what was passed over.
fn permitted(
    from: Date,
    mut because: Vec<Rule>,
    rules: &CutRules,
    calendar: &Calendar,
) -> Result<Explained, NoPermittedDay> {
    let (date, passed) = first_permitted(from, rules.weekdays, calendar)?;
    because.extend(passed.into_iter().map(|(date, why)| Rule::Passed(date, why)));
    Ok(Explained { date, because })
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, option, prelude::*, sample::select};

    use super::*;
    use crate::locale::Locale;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn brazil() -> CutRules {
        CutRules {
            weekdays: "Mo Tu We Th".parse().unwrap(),
            legal_notice_days: 15,
            throttle_after_days: None,
            suspend_after_days: Some(10),
            disconnect_after_days: Some(60),
        }
    }

    fn calendar(rules: &[&str]) -> Calendar {
        let mut calendar = Calendar::default();
        for rule in rules {
            calendar.exclude(rule.parse().unwrap(), "véspera de feriado");
        }
        calendar
    }

    #[test]
    fn service_is_cut_on_the_first_permitted_day_late_enough_and_says_why() {
        let notice = LegalNotice::Delivered(date("2026-10-30"));
        let calendar = calendar(&["holidays:BR", "eves"]);
        let dates = cut_dates(date("2026-11-03"), notice, &brazil(), &calendar).unwrap();
        let suspend = dates.suspend.unwrap();
        assert_eq!(suspend.date, date("2026-11-16"));
        let why: Vec<_> = suspend.because.iter().map(|rule| rule.text(Locale::EnUs)).collect();
        assert_eq!(
            why,
            [
                "10 days after the account is delinquent (suspend_after_days)",
                "15 days after the legal notice, delivered 10/30/2026 (legal_notice_days)",
                "not on 11/14/2026 (Saturday)",
                "not on 11/15/2026 (Sunday)",
            ]
        );
        // Sixty days later is a Friday.
        assert_eq!(dates.disconnect.unwrap().date, date("2027-01-18"));
        assert_eq!(dates.throttle, None);
    }

    #[test]
    fn what_is_suspended_as_early_is_not_slowed_down_before() {
        let notice = LegalNotice::Planned(date("2026-11-03"));
        let throttled = |days| {
            let rules = CutRules {
                weekdays: Weekdays::ALL,
                legal_notice_days: 5,
                throttle_after_days: Some(days),
                ..brazil()
            };
            let dates = cut_dates(date("2026-11-03"), notice, &rules, &Calendar::default());
            dates.unwrap().throttle.map(|throttle| throttle.date)
        };
        assert_eq!(throttled(7), Some(date("2026-11-10")));
        // The notice holds for it, too.
        assert_eq!(throttled(0), Some(date("2026-11-08")));
        assert_eq!(throttled(10), None);
    }

    #[test]
    fn who_is_never_suspended_is_never_disconnected() {
        let rules = CutRules { suspend_after_days: None, ..brazil() };
        let notice = LegalNotice::Delivered(date("2026-11-03"));
        let dates = cut_dates(date("2026-11-03"), notice, &rules, &Calendar::default()).unwrap();
        assert_eq!(dates, CutDates { throttle: None, suspend: None, disconnect: None });
    }

    proptest! {
        /// In any settings: no cut on an excluded day, before the notice's days, or before its time.
        #[test]
        fn nothing_is_cut_on_a_day_on_which_it_may_not_be(
            offset in 0_u16..4000, noticed in 0_u16..90, bits in 1_u8..128,
            days in (0_u16..60, option::of(0_u16..60), option::of(0_u16..60), option::of(0_u16..90)),
            excluded in vec(select(&["holidays:BR", "holidays:US", "holidays:BR-optional", "eves", "06-30"][..]), 0..5),
        ) {
            let delinquent = days_after(date("2024-01-01"), offset);
            let (legal_notice_days, throttle_after_days, suspend_after_days, disconnect_after_days) = days;
            let rules = CutRules {
                weekdays: Weekdays::of_bits(bits.try_into().unwrap()),
                legal_notice_days, throttle_after_days, suspend_after_days, disconnect_after_days,
            };
            let notice = days_after(delinquent, noticed);
            let calendar = calendar(&excluded);
            let dates = cut_dates(delinquent, LegalNotice::Delivered(notice), &rules, &calendar).unwrap();
            let all = [&dates.throttle, &dates.suspend, &dates.disconnect];
            for day in all.into_iter().flatten().map(|one| one.date) {
                prop_assert!(rules.weekdays.contains(day.weekday()), "{day}");
                prop_assert_eq!(calendar.excluded(day), None);
                prop_assert!(day >= days_after(notice, legal_notice_days) && day >= delinquent);
            }
            prop_assert_eq!(dates.suspend.is_some(), suspend_after_days.is_some());
            if let Some(((cut, ended), days)) = dates.suspend.zip(dates.disconnect).zip(disconnect_after_days) {
                prop_assert!(ended.date >= days_after(cut.date, days));
            }
        }
    }
}
