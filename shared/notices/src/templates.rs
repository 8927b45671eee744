//! The texts of notices, the ISP's own before those that Mensal brings, and what they come to.

use std::collections::BTreeMap;

use mensal_domain::{
    catalog::Catalog,
    delinquency::{Channel, WordingKey},
    ids::TemplateCode,
    locale::Locale,
};

use crate::{
    builtin::builtin,
    engine::{self, Fault},
    html,
    letter::Letter,
    variables::Variables,
    wording::{Wording, tidy},
};

/// The texts of one ISP.
#[derive(Clone, Copy, Debug)]
pub struct Templates<'a> {
    own: &'a BTreeMap<WordingKey, String>,
}

/// What a notice says, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// By e-mail.
    Email(Email),
    /// By a text message.
    Sms(String),
    /// By another system.
    Hook(String),
}

/// An e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// Its subject, in one line.
    pub subject: String,
    /// What it says, for whoever reads no HTML.
    pub text: String,
    /// The same as a page, which needs nothing from elsewhere.
    pub html: String,
}

impl Message {
    /// What it says, as it is kept for whoever asks later.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Email(email) => &email.text,
            Self::Sms(text) | Self::Hook(text) => text,
        }
    }
}

/// Why a notice has no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Uncomposed {
    /// Nobody has written one.
    #[error("there is no text {0}: write notices/{0}.txt and import it")]
    Missing(WordingKey),
    /// Its template does not fit what is to be told.
    #[error("the text {0} cannot be composed: {1}")]
    Faulty(WordingKey, Fault),
}

impl<'a> Templates<'a> {
    /// Those of a catalog.
    #[must_use]
    pub fn of(catalog: &'a Catalog) -> Self {
        Self { own: &catalog.notices }
    }

    /// Those of an ISP that has these of its own.
    #[must_use]
    pub fn with(own: &'a BTreeMap<WordingKey, String>) -> Self {
        Self { own }
    }

    /// The text that a notice has, and its key. A hook has the short form of an SMS unless there is one
    /// for it.
    #[must_use]
    pub fn find(
        &self,
        code: &TemplateCode,
        locale: Locale,
        channel: Channel,
    ) -> Option<(WordingKey, &'a str)> {
        let named = |channel| {
            let key = WordingKey { code: code.clone(), locale, channel };
            let text = self.own.get(&key).map(String::as_str).or_else(|| builtin(&key));
            text.map(|text| (key, text))
        };
        let short = || (channel == Channel::Hook).then_some(Channel::Sms).and_then(named);
        named(channel).or_else(short)
    }

    /// What a notice says.
    ///
    /// # Errors
    /// [`Uncomposed::Missing`], [`Uncomposed::Faulty`]; for what an import has taken, neither.
    pub fn compose(
        &self,
        code: &TemplateCode,
        channel: Channel,
        locale: Locale,
        letter: &Letter,
    ) -> Result<Message, Uncomposed> {
        let Some((key, text)) = self.find(code, locale, channel) else {
            return Err(Uncomposed::Missing(WordingKey { code: code.clone(), locale, channel }));
        };
        let variables = Variables::of(letter, locale, channel);
        let composed = Wording::read(text, key.channel)
            .and_then(|wording| compose(&wording, &variables, channel, locale, letter));
        composed.map_err(|fault| Uncomposed::Faulty(key, fault))
    }
}

/// What a text comes to.
pub(crate) fn compose(
    wording: &Wording,
    variables: &Variables,
    channel: Channel,
    locale: Locale,
    letter: &Letter,
) -> Result<Message, Fault> {
    let body = tidy(&engine::compose(&wording.body, variables, wording.before)?);
    Ok(match channel {
        Channel::Sms => Message::Sms(body),
        Channel::Hook => Message::Hook(body),
        Channel::Email => {
            let subject = wording.subject.as_deref().unwrap_or_default();
            let subject = engine::compose(subject, variables, 0)?;
            let subject = subject.split_whitespace().collect::<Vec<_>>().join(" ");
            let html = html::page(&subject, &body, locale, &letter.seller);
            let text = format!("{body}\n\n-- \n{}\n", html::foot(&letter.seller).join("\n"));
            Message::Email(Email { subject, text, html })
        }
    })
}
