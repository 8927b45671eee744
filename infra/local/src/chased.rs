//! Who was reminded, slowed down, suspended and restored: a line for each account.

use std::fmt::{self, Write};

use jiff::civil::Date;
use mensal_domain::delinquency::{
    CustomerNotice, CutKind, CutStep, Lifted, LiftedBy, NoticeState, Suspension, When,
};
use serde::Serialize;

/// What became of an account that did not pay in time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Chased {
    /// Reminders of what is overdue that were sent to it.
    pub notices: u64,
    /// When the last of them was to be sent.
    pub last_notice: Option<Date>,
    /// What was done to its service and what gave it back, in the order of dates.
    pub service: Vec<(Date, Done)>,
}

/// What was done to a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// It was slowed down.
    SlowedDown,
    /// It was suspended.
    Suspended,
    /// It is back: what had to be paid was.
    RestoredByPayment,
    /// It is back: the customer has promised to pay.
    RestoredOnPromise,
    /// It was ended.
    Disconnected,
    /// The customer has ended it.
    Ended,
}

impl fmt::Display for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::SlowedDown => "slowed down",
            Self::Suspended => "suspended",
            Self::RestoredByPayment => "restored, paid",
            Self::RestoredOnPromise => "restored on a promise",
            Self::Disconnected => "disconnected",
            Self::Ended => "ended by the customer",
        })
    }
}

impl Chased {
    /// Takes a notice in, if it is a reminder: one of what is overdue. One that was dropped, or is still to be
    /// sent, has told nobody.
    pub(crate) fn notice(&mut self, notice: &CustomerNotice) {
        if matches!(notice.id.when, When::Days(1..)) && has_told(notice) {
            self.notices += 1;
            self.last_notice = self.last_notice.max(Some(notice.on));
        }
    }

    /// Takes in a time that service was held. Those that are older came before.
    pub(crate) fn suspension(&mut self, kept: &Suspension) {
        let steps = kept.steps.iter().map(|CutStep { kind, on, .. }| {
            let done = match kind {
                CutKind::Throttled => Done::SlowedDown,
                CutKind::Suspended => Done::Suspended,
                CutKind::Disconnected => Done::Disconnected,
            };
            (*on, done)
        });
        let lifted = kept.lifted.and_then(|Lifted { on, why }| match why {
            LiftedBy::Payment => Some((on, Done::RestoredByPayment)),
            LiftedBy::Promise => Some((on, Done::RestoredOnPromise)),
            LiftedBy::Disconnection => None, // its step says so
            LiftedBy::End => Some((on, Done::Ended)),
        });
        self.service.extend(steps.chain(lifted));
        // What happened on one day comes in its order.
        self.service.sort_by_key(|(on, _)| *on);
    }

    /// The last day on which something was done to its service.
    pub(crate) fn last(&self) -> Option<Date> {
        self.service.last().map(|(on, _)| *on)
    }

    /// All of it in a line.
    pub(crate) fn line(&self) -> Result<String, fmt::Error> {
        let mut line = String::new();
        if let Some(last) = self.last_notice {
            match self.notices {
                1 => write!(line, "reminded {last}")?,
                many => write!(line, "reminded {many} times, last {last}")?,
            }
        }
        for (on, done) in &self.service {
            let comma = if line.is_empty() { "" } else { "; " };
            write!(line, "{comma}{done} {on}")?;
        }
        Ok(line)
    }
}

/// Whether a notice was sent, whatever became of it.
pub(crate) fn has_told(notice: &CustomerNotice) -> bool {
    notice.state != NoticeState::Dropped && !notice.state.is_to_be_sent()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_tells_what_became_of_an_account() {
        let mut chased = Chased::default();
        assert_eq!(chased.line().unwrap(), "");
        let notice = |on: &str, state: &str| -> CustomerNotice {
            serde_json::from_value(json!({
                "account": "1042", "id": "2026-11-10-cycle:+5:email", "template": "notice",
                "on": on, "state": state,
            }))
            .unwrap()
        };
        let mut invoice = notice("2026-11-10", "delivered");
        invoice.id = "2026-11-10-cycle:issued:email".parse().unwrap();
        chased.notice(&invoice);
        assert_eq!(chased.notices, 0, "it reminds of nothing");
        for (on, state) in [
            ("2026-11-26", "dropped"),
            ("2026-11-27", "planned"),
            ("2026-11-25", "delivered"),
            ("2026-11-20", "bounced"),
        ] {
            chased.notice(&notice(on, state));
            if state == "delivered" {
                assert_eq!(chased.line().unwrap(), "reminded 2026-11-25");
            }
        }
        let held = |steps: serde_json::Value, lifted: serde_json::Value| -> Suspension {
            serde_json::from_value(json!({
                "account": "1042", "begun": "2026-12-14", "subs": ["1"],
                "debt": { "invoices": ["2026-11-10-cycle"], "amt": "100.00 BRL" },
                "steps": steps, "lifted": lifted,
            }))
            .unwrap()
        };
        let step = |kind: &str, on: &str| json!({ "kind": kind, "on": on, "why": [] });
        chased.suspension(&held(
            json!([step("throttled", "2026-12-10"), step("suspended", "2026-12-14")]),
            json!({ "on": "2026-12-17", "why": "promise" }),
        ));
        chased.suspension(&held(
            json!([step("suspended", "2027-01-04")]),
            json!({ "on": "2027-02-02", "why": "payment" }),
        ));
        chased.suspension(&held(
            json!([step("suspended", "2027-02-02"), step("disconnected", "2027-04-05")]),
            json!({ "on": "2027-04-05", "why": "disconnection" }),
        ));
        assert_eq!(
            chased.line().unwrap(),
            "reminded 2 times, last 2026-11-25; slowed down 2026-12-10; suspended 2026-12-14; \
             restored on a promise 2026-12-17; suspended 2027-01-04; restored, paid 2027-02-02; \
             suspended 2027-02-02; disconnected 2027-04-05"
        );
        assert_eq!(chased.last(), Some("2027-04-05".parse().unwrap()));
    }
}
