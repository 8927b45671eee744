//! A step of the ladder of notices: when it is sent, by which way, and what it says.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::ids::{InvalidId, TemplateCode};

/// By which way a notice goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By e-mail.
    Email,
    /// By a text message to a phone.
    Sms,
    /// By a signed request to another system, which has its own ways: `WhatsApp`, a voice bot.
    Hook,
}

const CHANNELS: [(&str, Channel); 3] =
    [("email", Channel::Email), ("sms", Channel::Sms), ("hook", Channel::Hook)];

/// Not a word for a channel.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no channel: use email, sms or hook")]
pub struct UnknownChannel(String);

impl FromStr for Channel {
    type Err = UnknownChannel;
    fn from_str(text: &str) -> Result<Self, UnknownChannel> {
        let known = CHANNELS.iter().find(|(name, _)| *name == text).map(|(_, channel)| *channel);
        known.ok_or_else(|| UnknownChannel(text.chars().take(40).collect()))
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name =
            CHANNELS.iter().find(|(_, channel)| channel == self).map_or("", |(name, _)| name);
        f.pad(name)
    }
}

/// When a notice is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum When {
    /// An invoice is issued.
    Issued,
    /// So many days after the due date of an invoice; before it, if below zero.
    Days(i16),
    /// Service was slowed down.
    Throttled,
    /// Service was suspended.
    Suspended,
    /// Service is back.
    Restored,
    /// The contract was ended.
    Disconnected,
}

const EVENTS: [(&str, When); 5] = [
    ("issued", When::Issued),
    ("throttled", When::Throttled),
    ("suspended", When::Suspended),
    ("restored", When::Restored),
    ("disconnected", When::Disconnected),
];
/// The farthest day of a step from the due date.
const FARTHEST: i16 = 365;

/// Not a time at which a notice is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no time for a notice: use -365 to +365, issued, throttled, suspended, restored or \
     disconnected"
)]
pub struct UnknownWhen(String);

impl FromStr for When {
    type Err = UnknownWhen;
    fn from_str(text: &str) -> Result<Self, UnknownWhen> {
        if let Some((_, event)) = EVENTS.iter().find(|(name, _)| *name == text) {
            return Ok(*event);
        }
        let day = text.parse().ok().filter(|day| (-FARTHEST..=FARTHEST).contains(day));
        day.map(Self::Days).ok_or_else(|| UnknownWhen(text.chars().take(40).collect()))
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(0) => f.write_str("0"),
            Self::Days(day) => write!(f, "{day:+}"),
            event => {
                let name = EVENTS.iter().find(|(_, one)| one == event).map_or("", |(name, _)| name);
                f.write_str(name)
            }
        }
    }
}

/// A step of the ladder. As text `-3:email:due-soon`, `+5:email:last-call:legal`,
/// `suspended:sms:cut`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Step {
    /// When.
    pub when: When,
    /// By which way.
    pub channel: Channel,
    /// What it says.
    pub template: TemplateCode,
    /// Whether it is the notice that the law wants before service is cut.
    pub legal: bool,
}

/// Not of the form `-3:email:due-soon`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is no step of a ladder, like -3:email:due-soon or +5:email:last-call:legal: {why}"
)]
pub struct InvalidStep {
    given: String,
    why: String,
}

impl InvalidStep {
    /// The step as it is given, shortened.
    #[must_use]
    pub fn given(&self) -> &str {
        &self.given
    }
}

impl FromStr for Step {
    type Err = InvalidStep;
    fn from_str(text: &str) -> Result<Self, InvalidStep> {
        let invalid = |why: String| InvalidStep { given: text.chars().take(90).collect(), why };
        let parts: Vec<&str> = text.split(':').collect();
        let (when, channel, template, legal) = match parts[..] {
            [when, channel, template] => (when, channel, template, false),
            [when, channel, template, "legal"] => (when, channel, template, true),
            [_, _, _, other] => {
                let other: String = other.chars().take(40).collect();
                return Err(invalid(format!("`{other}` stands where only legal may")));
            }
            _ => return Err(invalid("it has three parts, or four, with colons between".into())),
        };
        let when = when.parse().map_err(|why: UnknownWhen| invalid(why.to_string()))?;
        if legal && !matches!(when, When::Days(1..)) {
            // Whoever is not late yet is not to be warned of a cut (Anatel, RGC, art. 70: a debt that is
            // overdue).
            return Err(invalid("a legal notice comes after the due date".into()));
        }
        Ok(Self {
            when,
            channel: channel.parse().map_err(|why: UnknownChannel| invalid(why.to_string()))?,
            template: template.parse().map_err(|why: InvalidId| invalid(why.to_string()))?,
            legal,
        })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.when, self.channel, self.template)?;
        if self.legal { write!(f, ":legal") } else { Ok(()) }
    }
}

crate::text::travels_as_text! {
    When, UnknownWhen;
    Step, InvalidStep;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_read_back_what_they_write() {
        for text in [
            "issued:email:new",
            "-3:email:due-soon",
            "0:sms:due-today",
            "+5:hook:past-due",
            "+8:email:x:legal",
            "suspended:sms:cut",
            "restored:hook:back",
        ] {
            assert_eq!(text.parse::<Step>().unwrap().to_string(), text);
        }
        let wrong = [
            ("", "three parts"),
            ("3:email", "three parts"),
            ("x:email:a", "`x` is no time for a notice: use -365 to +365, issued,"),
            ("366:email:a", "use -365 to +365"),
            ("1:fax:a", "`fax` is no channel: use email, sms or hook"),
            ("1:email:ação", "not a valid template code"),
            ("1:email:a:b", "`b` stands where only legal may"),
            ("0:email:a:legal", "after the due date"),
            ("suspended:email:a:legal", "after the due date"),
        ];
        for (text, why) in wrong {
            let error = text.parse::<Step>().unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
