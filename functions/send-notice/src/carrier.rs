//! Those who carry notices to customers: e-mail, text messages, and the hook of another system.

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
    /// It may have been taken.
    #[error("nobody knows whether it was taken: {0}")]
    Unknown(String),
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

/// What a failed request to AWS says of the notice. `refused` tells by the code and words of an error
/// whether it is the notice that is refused, for good.
pub(crate) fn outcome(
    failed: Failed,
    refused: impl Fn(&str, &str) -> bool,
) -> Result<Carried, Fault> {
    let why = failed.to_string();
    match failed {
        Failed::NotAsked(_) => Err(Fault::NotTaken(why)),
        Failed::Unknown(_) => Err(Fault::Unknown(why)),
        Failed::Answered { code, words, .. } if refused(&code, &words) => {
            Ok(Carried::Refused(code))
        }
        Failed::Answered { code, status, .. } => {
            let unknown = status >= 500 && !NOT_DONE.contains(&code.as_str());
            Err(if unknown { Fault::Unknown(why) } else { Fault::NotTaken(why) })
        }
    }
}

/// Errors of a service's own that say that nothing was done.
const NOT_DONE: [&str; 2] = ["ServiceUnavailable", "ServiceUnavailableException"];
