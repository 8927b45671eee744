//! Those who carry notices to customers: e-mail, text messages, and the hook of another system.

use std::time::Duration;

use jiff::Timestamp;
use mensal_notices::Message;
use mensal_runtime::signed::Failed;
use serde_json::Value;

use crate::{email::Email, hook::Hook, label::Label, sms::Sms};

/// What is carried.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parcel<'a> {
    /// Which notice, to whom: what whoever carries it is to say when it tells of it.
    pub(crate) label: &'a Label,
    /// To which address or phone; empty for the hook.
    pub(crate) to: &'a str,
    /// So often it was carried before and did not arrive.
    pub(crate) before: usize,
    /// Now.
    pub(crate) now: Timestamp,
}

/// What a carrier says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Carried {
    /// It has taken it, and calls it by this.
    Taken(String),
    /// It has reached the customer already.
    Delivered(String),
    /// It will never take it: the address is none, or wants no more.
    Refused(String),
}

impl Carried {
    /// What AWS answers to what it has taken.
    pub(crate) fn taken(answer: &Value) -> Self {
        Self::Taken(answer["MessageId"].as_str().unwrap_or_default().to_owned())
    }
}

/// Why nobody knows, or why it is to be tried again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// It was surely not taken.
    #[error("{0}")]
    NotTaken(String),
    /// It was surely not taken, nor will be for a while.
    #[error("{why}")]
    NotYet {
        /// Why.
        why: String,
        /// For which while.
        pause: Pause,
    },
    /// It may have been taken.
    #[error("nobody knows whether it was taken: {0}")]
    Unknown(String),
}

/// Why whoever carries notices takes none for a while. No fault of the notice, nor of anybody's: it is
/// put off, and does not count as failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pause {
    /// Too many at once.
    Busy,
    /// A quota is used up, or sending is paused: for hours, or until people see to it.
    Stopped,
}

impl Pause {
    /// So long a notice is put off: each for another while, lest all of them come again at once.
    pub(crate) fn wait(self, label: &Label) -> Duration {
        let (least, spread) = match self {
            Self::Busy => (Duration::from_mins(5), Duration::from_mins(10)),
            Self::Stopped => (Duration::from_hours(2), Duration::from_hours(1)),
        };
        least + label.part_of(spread)
    }
}

/// The carriers of an ISP.
#[derive(Debug)]
pub struct Carriers {
    /// E-mail; none if the ISP sends none.
    pub email: Option<Email>,
    /// Text messages; none if the ISP sends none.
    pub sms: Option<Sms>,
    /// The hook, whose secret says whether the ISP has one.
    pub hook: Hook,
}

impl Carriers {
    /// Carries a notice that says so.
    pub(crate) async fn carry(
        &self,
        message: &Message,
        parcel: Parcel<'_>,
    ) -> Result<Carried, Fault> {
        let missing = |what: &str| Fault::NotTaken(format!("{what}: see docs/notices.md"));
        match message {
            Message::Email(mail) => match &self.email {
                Some(email) => email.carry(mail, parcel).await,
                None => Err(missing("no address is set that e-mail comes from (MailFrom)")),
            },
            Message::Sms(text) => match &self.sms {
                Some(sms) => sms.carry(text, parcel).await,
                None => Err(missing("no number is set that text messages come from (SmsFrom)")),
            },
            Message::Hook(text) => self.hook.carry(text, parcel).await,
        }
    }
}

/// What a failed request to AWS says of the notice. `refused` tells by the code, the words and the reason
/// of an error whether it is the notice that is refused, for good, and why.
pub(crate) fn outcome(
    failed: Failed,
    refused: impl Fn(&str, &str, &str) -> Option<String>,
) -> Result<Carried, Fault> {
    let why = failed.to_string();
    match failed {
        Failed::NotAsked(_) => Err(Fault::NotTaken(why)),
        Failed::Unknown(_) => Err(Fault::Unknown(why)),
        Failed::Answered { code, words, reason, status } => {
            if let Some(pause) = pause(&code, &words) {
                return Err(Fault::NotYet { why, pause });
            }
            if let Some(refused) = refused(&code, &words, &reason) {
                return Ok(Carried::Refused(refused));
            }
            let unknown = status >= 500 && !NOT_DONE.contains(&code.as_str());
            Err(if unknown { Fault::Unknown(why) } else { Fault::NotTaken(why) })
        }
    }
}

/// Errors of a service's own that say that nothing was done.
const NOT_DONE: [&str; 2] = ["ServiceUnavailable", "ServiceUnavailableException"];

/// Whether an error says that no notice is taken for a while. SES tells of its quota for a day by the
/// name of an error that it has for too many at once, too, or for a message that it rejects.
fn pause(code: &str, words: &str) -> Option<Pause> {
    if words.contains("Daily message quota exceeded") {
        return Some(Pause::Stopped);
    }
    match code {
        _ if words.contains("Maximum sending rate exceeded") => Some(Pause::Busy),
        "TooManyRequestsException" | "ThrottlingException" | "Throttling" => Some(Pause::Busy),
        "LimitExceededException"
        | "ServiceQuotaExceededException"
        | "AccountSuspendedException"
        | "SendingPausedException" => Some(Pause::Stopped),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_carrier_that_takes_no_more_has_a_notice_put_off_and_never_refused() {
        let cases = [
            ("TooManyRequestsException", "Too many requests", 429, Some(Pause::Busy)),
            ("TooManyRequestsException", "Daily message quota exceeded", 429, Some(Pause::Stopped)),
            ("MessageRejected", "Daily message quota exceeded.", 400, Some(Pause::Stopped)),
            ("MessageRejected", "Maximum sending rate exceeded.", 400, Some(Pause::Busy)),
            ("ThrottlingException", "Rate exceeded", 400, Some(Pause::Busy)),
            ("LimitExceededException", "", 400, Some(Pause::Stopped)),
            ("ServiceQuotaExceededException", "Monthly spend limit", 402, Some(Pause::Stopped)),
            ("AccountSuspendedException", "", 400, Some(Pause::Stopped)),
            ("SendingPausedException", "", 400, Some(Pause::Stopped)),
            ("MailFromDomainNotVerifiedException", "", 400, None),
        ];
        for (code, words, status, want) in cases {
            let failed = Failed::Answered {
                code: code.into(),
                words: words.into(),
                reason: String::new(),
                status,
            };
            let why = format!("{code} (HTTP {status})");
            let want = match want {
                Some(pause) => Err(Fault::NotYet { why, pause }),
                None => Ok(Carried::Refused("no".into())),
            };
            assert_eq!(outcome(failed, |_, _, _| Some("no".into())), want, "{code}: {words}");
        }
    }

    #[test]
    fn what_is_put_off_waits_minutes_or_hours() {
        let label: Label = "1042/2026-11-10-cycle:-3:email".parse().unwrap();
        for (pause, least, most) in [(Pause::Busy, 5, 15), (Pause::Stopped, 120, 180)] {
            let wait = pause.wait(&label);
            assert!((Duration::from_mins(least)..Duration::from_mins(most)).contains(&wait));
        }
    }
}
