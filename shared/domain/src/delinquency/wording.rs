//! Which text a notice has: what it says, in which language, by which way.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::step::{Channel, UnknownChannel};
use crate::{
    ids::{InvalidId, TemplateCode},
    locale::{Locale, UnknownLocale},
};

/// What names one text of a notice. As text `due-soon.pt-BR.email`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WordingKey {
    /// What it says, as steps of ladders call it.
    pub code: TemplateCode,
    /// In which language.
    pub locale: Locale,
    /// By which way.
    pub channel: Channel,
}

/// Not of the form `due-soon.pt-BR.email`.
#[derive(Debug, thiserror::Error)]
pub enum InvalidWordingKey {
    /// It has not its three parts.
    #[error(
        "`{0}` names no text of a notice: write CODE.LOCALE.CHANNEL, like due-soon.pt-BR.email"
    )]
    Parts(String),
    /// Its code.
    #[error(transparent)]
    Code(#[from] InvalidId),
    /// Its language.
    #[error(transparent)]
    Locale(#[from] UnknownLocale),
    /// Its channel.
    #[error(transparent)]
    Channel(#[from] UnknownChannel),
}

impl FromStr for WordingKey {
    type Err = InvalidWordingKey;
    fn from_str(text: &str) -> Result<Self, InvalidWordingKey> {
        // A code may have dots of its own: the other two are what stands last.
        let mut parts = text.rsplitn(3, '.');
        let (Some(channel), Some(locale), Some(code)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(InvalidWordingKey::Parts(text.chars().take(90).collect()));
        };
        Ok(Self { code: code.parse()?, locale: locale.parse()?, channel: channel.parse()? })
    }
}

impl fmt::Display for WordingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.code, self.locale.tag(), self.channel)
    }
}

crate::text::travels_as_text! {
    WordingKey, InvalidWordingKey;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_what_it_writes_and_says_what_does_not_fit() {
        for text in ["due-soon.pt-BR.email", "v1.2.en-US.sms", "cut.pt-BR.hook"] {
            assert_eq!(text.parse::<WordingKey>().unwrap().to_string(), text);
        }
        let wrong = [
            ("", "names no text of a notice"),
            ("due-soon.email", "write CODE.LOCALE.CHANNEL"),
            ("due-soon.pt.email", "`pt` is no language of Mensal"),
            ("due-soon.pt-BR.mail", "`mail` is no channel: use email, sms or hook"),
            (".pt-BR.email", "not a valid template code"),
        ];
        for (text, want) in wrong {
            let error = text.parse::<WordingKey>().unwrap_err().to_string();
            assert!(error.contains(want), "{text}: {error}");
        }
    }
}
