//! The dates of an invoice: when it is due, when its account becomes delinquent, when the stored
//! payment method is charged; each with the rules that gave it.

use jiff::civil::{Date, Weekday};

use crate::{
    calendar::{Calendar, NoPermittedDay, PassedOver, days_after, first_permitted},
    locale::Locale,
    settings::BillingSettings,
};

/// A rule that led to a date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The invoice bears the date of its cycle.
    Cycle,
    /// So many days after the invoice date (`due_days`).
    DueDays(u16),
    /// So many days after the invoice date (`auto_pay_days`).
    AutoPayDays(u16),
    /// So many days after the due date (`grace_days`).
    GraceDays(u16),
    /// The account has a `grace_until` that lies later.
    GraceUntil(Date),
    /// So many days after the account became delinquent (`throttle_after_days`).
    ThrottleAfterDays(u16),
    /// So many days after the account became delinquent (`suspend_after_days`).
    SuspendAfterDays(u16),
    /// So many days after the legal notice was delivered, or is to be sent (`legal_notice_days`).
    LegalNotice {
        /// How many.
        days: u16,
        /// The day of the notice.
        on: Date,
        /// Whether it was delivered.
        noticed: bool,
    },
    /// So many days after the service was suspended (`disconnect_after_days`).
    DisconnectAfterDays(u16),
    /// A promise to pay stands through this day.
    Promised(Date),
    /// A notice that was delivered names this day.
    Announced(Date),
    /// A promise to pay through this day was not kept.
    PromiseBroken(Date),
    /// A day that is not permitted was passed over.
    Passed(Date, PassedOver),
}

/// A date, and the rules that gave it, in the order in which they were applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// The date.
    pub date: Date,
    /// Why.
    pub because: Vec<Rule>,
}

/// The dates of an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDates {
    /// The invoice date.
    pub issued: Explained,
    /// The due date.
    pub due: Explained,
    /// The account is delinquent from this day if the invoice is still open.
    pub delinquent: Explained,
    /// The stored payment method is charged.
    pub autopay: Explained,
}

/// The dates of an invoice of a cycle (the model of Sonar's billing settings).
///
/// Due is so many days after the invoice date. Delinquent is the first permitted day on or after
/// the due date plus grace, or on or after `grace_until` if that lies later. Nobody becomes
/// delinquent before the invoice is due.
///
/// # Errors
/// [`NoPermittedDay`] when weekdays and calendar leave no day of a year.
pub fn key_dates(
    cycle: Date,
    settings: &BillingSettings,
    calendar: &Calendar,
    grace_until: Option<Date>,
) -> Result<KeyDates, NoPermittedDay> {
    let due = days_after(cycle, settings.due_days);
    let graced = days_after(due, settings.grace_days);
    let mut because = vec![Rule::GraceDays(settings.grace_days)];
    let later = grace_until.filter(|until| *until > graced);
    because.extend(later.map(Rule::GraceUntil));
    let (delinquent, passed) =
        first_permitted(later.unwrap_or(graced), settings.delinquent_weekdays, calendar)?;
    because.extend(passed.into_iter().map(|(date, why)| Rule::Passed(date, why)));
    Ok(KeyDates {
        issued: Explained { date: cycle, because: vec![Rule::Cycle] },
        due: Explained { date: due, because: vec![Rule::DueDays(settings.due_days)] },
        delinquent: Explained { date: delinquent, because },
        autopay: Explained {
            date: days_after(cycle, settings.auto_pay_days),
            because: vec![Rule::AutoPayDays(settings.auto_pay_days)],
        },
    })
}

impl Rule {
    /// The rule in words.
    #[must_use]
    pub fn text(&self, locale: Locale) -> String {
        let days = |days: u16| match (locale, days) {
            (Locale::PtBr, 1) => "1 dia".to_owned(),
            (Locale::PtBr, _) => format!("{days} dias"),
            (Locale::EnUs, 1) => "1 day".to_owned(),
            (Locale::EnUs, _) => format!("{days} days"),
        };
        match self {
            Self::Cycle => locale.pick("a data do ciclo", "the cycle date").into(),
            Self::DueDays(n) | Self::AutoPayDays(n) => {
                let of = locale.pick("após a emissão", "after the invoice date");
                let name =
                    if matches!(self, Self::DueDays(_)) { "due_days" } else { "auto_pay_days" };
                format!("{} {of} ({name})", days(*n))
            }
            Self::GraceDays(n) => {
                let of = locale.pick("após o vencimento", "after the due date");
                format!("{} {of} (grace_days)", days(*n))
            }
            Self::GraceUntil(date) => {
                let text = locale.pick("carência da conta até", "the account's grace until");
                format!("{text} {} (grace_until)", locale.date(*date))
            }
            Self::ThrottleAfterDays(n) | Self::SuspendAfterDays(n) => {
                let of = locale.pick("após a inadimplência", "after the account is delinquent");
                let throttles = matches!(self, Self::ThrottleAfterDays(_));
                let name = if throttles { "throttle_after_days" } else { "suspend_after_days" };
                format!("{} {of} ({name})", days(*n))
            }
            Self::LegalNotice { days: n, on, noticed } => {
                let of = locale.pick("após o aviso legal", "after the legal notice");
                let how = if *noticed {
                    locale.pick("entregue em", "delivered")
                } else {
                    locale.pick("previsto para", "planned for")
                };
                format!("{} {of}, {how} {} (legal_notice_days)", days(*n), locale.date(*on))
            }
            Self::DisconnectAfterDays(n) => {
                let of = locale.pick("após a suspensão", "after the suspension");
                format!("{} {of} (disconnect_after_days)", days(*n))
            }
            Self::Announced(day) => {
                let what = locale.pick("o aviso entregue diz", "the delivered notice says");
                format!("{what} {}", locale.date(*day))
            }
            Self::Promised(until) => {
                let text = locale.pick("promessa de pagamento até", "promise to pay through");
                format!("{text} {}", locale.date(*until))
            }
            Self::PromiseBroken(until) => {
                let of = locale.pick(
                    "promessa de pagamento não cumprida, até",
                    "broken promise to pay through",
                );
                format!("{of} {}", locale.date(*until))
            }
            Self::Passed(date, why) => {
                let not = locale.pick("não em", "not on");
                let reason = match why {
                    PassedOver::Weekday(weekday) => weekday_name(*weekday, locale),
                    PassedOver::Excluded(name) => name,
                };
                format!("{not} {} ({reason})", locale.date(*date))
            }
        }
    }
}

fn weekday_name(weekday: Weekday, locale: Locale) -> &'static str {
    match weekday {
        Weekday::Monday => locale.pick("segunda-feira", "Monday"),
        Weekday::Tuesday => locale.pick("terça-feira", "Tuesday"),
        Weekday::Wednesday => locale.pick("quarta-feira", "Wednesday"),
        Weekday::Thursday => locale.pick("quinta-feira", "Thursday"),
        Weekday::Friday => locale.pick("sexta-feira", "Friday"),
        Weekday::Saturday => locale.pick("sábado", "Saturday"),
        Weekday::Sunday => locale.pick("domingo", "Sunday"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Weekdays;
    use proptest::prelude::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn christmas() -> Calendar {
        let mut calendar = Calendar::default();
        calendar.exclude("12-25".parse().unwrap(), "Christmas");
        calendar
    }

    #[test]
    fn dates_follow_the_settings_and_say_why() {
        let settings = BillingSettings {
            due_days: 15,
            grace_days: 0,
            auto_pay_days: 1,
            ..BillingSettings::default()
        };
        let dates = key_dates(date("2026-12-10"), &settings, &christmas(), None).unwrap();
        assert_eq!(dates.due.date, date("2026-12-25"));
        assert_eq!(dates.autopay.date, date("2026-12-11"));
        assert_eq!(
            dates.autopay.because[0].text(Locale::EnUs),
            "1 day after the invoice date (auto_pay_days)"
        );
        assert_eq!(dates.delinquent.date, date("2026-12-28"));
        let why: Vec<_> =
            dates.delinquent.because.iter().map(|rule| rule.text(Locale::EnUs)).collect();
        assert_eq!(
            why,
            [
                "0 days after the due date (grace_days)",
                "not on 12/25/2026 (Christmas)",
                "not on 12/26/2026 (Saturday)",
                "not on 12/27/2026 (Sunday)",
            ]
        );
    }

    #[test]
    fn grace_until_counts_only_if_it_lies_later() {
        let settings = BillingSettings::default();
        let delinquent = |until: &str| {
            let dates =
                key_dates(date("2026-11-10"), &settings, &Calendar::default(), Some(date(until)));
            dates.unwrap().delinquent.date
        };
        assert_eq!(delinquent("2026-11-01"), date("2026-11-25"));
        assert_eq!(delinquent("2026-12-05"), date("2026-12-07")); // a Saturday
    }

    proptest! {
        #[test]
        fn nobody_is_delinquent_before_due_or_on_a_day_that_is_not_permitted(
            offset in 0_u16..2000, due in 0_u16..60, grace in 0_u16..60, until in 0_u16..2000,
        ) {
            let origin = date("2024-01-01");
            let settings = BillingSettings { due_days: due, grace_days: grace, ..BillingSettings::default() };
            let grace_until = Some(days_after(origin, until));
            let dates = key_dates(days_after(origin, offset), &settings, &christmas(), grace_until).unwrap();
            let day = dates.delinquent.date;
            prop_assert!(day >= days_after(dates.due.date, grace) && Some(day) >= grace_until);
            prop_assert!(Weekdays::MONDAY_TO_FRIDAY.contains(day.weekday()));
            prop_assert!((day.month(), day.day()) != (12, 25));
        }
    }
}
