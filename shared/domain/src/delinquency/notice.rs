//! A notice to a customer: one step of the ladder, about one invoice or one suspension.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{
    ladder::Ladder,
    news::{News, rank},
    sending::Unsent,
    step::{Channel, Step, When},
};
use crate::{
    ids::{AccountId, TemplateCode},
    invoice::{Invoice, InvoiceId, content_hash},
};

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NoticeAbout {
    /// An invoice.
    Invoice(InvoiceId),
    /// The suspension that began on a day.
    Suspension(Date),
}

impl NoticeAbout {
    /// The invoice that it is about, of some; none if that is not among them, or it is about service.
    #[must_use]
    pub fn invoice(self, invoices: &[Invoice]) -> Option<&Invoice> {
        match self {
            Self::Invoice(id) => invoices.iter().find(|invoice| invoice.id == id),
            Self::Suspension(_) => None,
        }
    }
}

impl fmt::Display for NoticeAbout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invoice(id) => write!(f, "{id}"),
            Self::Suspension(begun) => write!(f, "{begun}"),
        }
    }
}

/// The id of a notice within its account, derived: what it is about, the time of its step, and the
/// channel. As text `2026-11-10-cycle:-3:email`, `2026-11-16:suspended:sms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct NoticeId {
    /// About what.
    pub about: NoticeAbout,
    /// The time of its step.
    pub when: When,
    /// By which way.
    pub channel: Channel,
}

/// Not of the form `2026-11-10-cycle:-3:email`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no id of a notice: write 2026-11-10-cycle:-3:email")]
pub struct InvalidNoticeId(String);

impl fmt::Display for NoticeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.about, self.when, self.channel)
    }
}

impl FromStr for NoticeId {
    type Err = InvalidNoticeId;
    fn from_str(text: &str) -> Result<Self, InvalidNoticeId> {
        let read = || {
            let (rest, channel) = text.rsplit_once(':')?;
            let (about, when) = rest.split_once(':')?;
            let invoice = about.parse().map(NoticeAbout::Invoice).ok();
            let suspension = || about.parse().map(NoticeAbout::Suspension).ok();
            Some(Self {
                about: invoice.or_else(suspension)?,
                when: when.parse().ok()?,
                channel: channel.parse().ok()?,
            })
        };
        read().ok_or_else(|| InvalidNoticeId(text.chars().take(90).collect()))
    }
}

crate::text::travels_as_text! {
    NoticeId, InvalidNoticeId;
}

/// How a notice stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeState {
    /// It is to be sent.
    #[default]
    Planned,
    /// It has been begun to be sent, and nobody knows whether it was.
    Sending,
    /// Whoever delivers it has taken it.
    Sent,
    /// It has reached the customer's mailbox, phone or app.
    Delivered,
    /// It could not be delivered.
    Bounced,
    /// The customer calls it spam.
    Complained,
    /// It was not sent: there was no more reason, or no way.
    Dropped,
}

impl NoticeState {
    /// Whether it is still to be sent, as far as anybody knows.
    #[must_use]
    pub fn is_to_be_sent(self) -> bool {
        matches!(self, Self::Planned | Self::Sending)
    }
}

/// A notice to a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerNotice {
    /// To whom.
    pub account: AccountId,
    /// Its id.
    pub id: NoticeId,
    /// What it says.
    pub template: TemplateCode,
    /// Whether it is the notice that the law wants before service is cut.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub legal: bool,
    /// The rules that it is sent by, and their date; empty for an ISP's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rules: String,
    /// The business date on which it was decided.
    pub on: Date,
    /// How it stands.
    #[serde(default)]
    pub state: NoticeState,
    /// Of one that has bounced: only for the moment, like at a mailbox that is full.
    #[serde(rename = "pass", default, skip_serializing_if = "std::ops::Not::not")]
    pub passing: bool,
    /// Why, if it was not delivered.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// What whoever delivers it calls it by.
    #[serde(rename = "ref", default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// What it said, once it was sent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// From which day on it says that service may be suspended: it is not before that day, whatever the rules are
    /// by then. None if it says no day.
    #[serde(rename = "says", default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Date>,
    /// When it was last begun to be sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Timestamp>,
    /// When it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Timestamp>,
    /// When it was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered: Option<Timestamp>,
    /// Where it went to: not the address, but what tells it from another.
    #[serde(rename = "to", default, skip_serializing_if = "String::is_empty")]
    pub went_to: String,
    /// The day on which it was last asked for again, after it had got lost or had not arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Date>,
    /// What those who carried it before, in vain, call it by: what they tell of that counts no more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<String>,
}

impl CustomerNotice {
    /// One that is to be sent.
    #[must_use]
    pub fn planned(
        account: AccountId,
        about: NoticeAbout,
        step: &Step,
        rules: &str,
        on: Date,
    ) -> Self {
        Self {
            account,
            id: NoticeId { about, when: step.when, channel: step.channel },
            template: step.template.clone(),
            legal: step.legal,
            rules: rules.to_owned(),
            on,
            state: NoticeState::Planned,
            passing: false,
            reason: String::new(),
            reference: String::new(),
            text: String::new(),
            announced: None,
            begun: None,
            sent: None,
            delivered: None,
            went_to: String::new(),
            asked: None,
            earlier: Vec::new(),
        }
    }

    /// Notes that it is being sent, what it says, and to which address or phone: before it is, so that
    /// it is not sent again unawares.
    pub fn begin(&mut self, text: String, to: &str, now: Timestamp) {
        self.state = NoticeState::Sending;
        self.text = text;
        self.went_to = mark(to);
        self.begun = Some(now);
    }

    /// Notes that it was not taken after all, and is still to be sent.
    pub fn put_back(&mut self) {
        self.state = NoticeState::Planned;
        self.begun = None;
    }

    /// Notes that it is not sent, and why.
    pub fn drop_for(&mut self, why: Unsent) {
        self.state = NoticeState::Dropped;
        why.to_string().clone_into(&mut self.reason);
    }

    /// Has it sent again from the beginning, as of a day, since it has not reached the customer.
    pub fn renew(&mut self, today: Date) {
        self.earlier.push(std::mem::take(&mut self.reference));
        self.state = NoticeState::Planned;
        self.passing = false;
        (self.begun, self.sent, self.delivered) = (None, None, None);
        self.announced = None;
        for what in [&mut self.reason, &mut self.text, &mut self.went_to] {
            what.clear();
        }
        self.asked = Some(today);
    }

    /// Whether it goes elsewhere if it is sent to an address or phone now.
    #[must_use]
    pub fn goes_elsewhere(&self, to: &str) -> bool {
        self.went_to != mark(to)
    }

    /// Whether it has reached the customer, as far as whoever delivers it has told. What has told later
    /// that the address is none is believed; an absence, a mailbox that was full for one of several
    /// tries, or a complaint takes nothing away from it.
    #[must_use]
    pub fn has_arrived(&self) -> bool {
        self.delivered.is_some() && (self.state != NoticeState::Bounced || self.passing)
    }

    /// The day on which it reached the customer, unless its invoice was paid and opened again since: what was
    /// told of a debt before it was paid says nothing of it now.
    #[must_use]
    pub fn arrived_on(&self, reopened: Option<Date>) -> Option<Date> {
        let delivered = self.delivered.filter(|_| self.has_arrived())?;
        // Brazil and the USA lie west of Greenwich: there it is that day already, or the day before.
        let day = delivered.to_zoned(TimeZone::UTC).date();
        Some(day).filter(|day| reopened.is_none_or(|reopened| *day >= reopened))
    }

    /// Takes over what the ladder says of it by now, if it is still to be sent, or is to be anew: its template may
    /// be another one, or the first be gone. It stays as it is if the ladder has no such step any more.
    pub fn adopt(&mut self, ladder: &Ladder, rules: &str) {
        let (when, channel) = (self.id.when, self.id.channel);
        let mut steps = ladder.steps().iter();
        if let Some(step) = steps.find(|step| (step.when, step.channel) == (when, channel)) {
            self.template.clone_from(&step.template);
            self.legal = step.legal;
            rules.clone_into(&mut self.rules);
        }
    }

    /// Whether it speaks of a due date to come that is past on a day. The notice that the law wants is never late.
    #[must_use]
    pub fn is_past(&self, due: Date, today: Date) -> bool {
        let past = match self.id.when {
            When::Days(days) => days < 0 && today >= due,
            _ => today > due,
        };
        past && !self.legal && !matches!(self.id.when, When::Days(0..))
    }

    /// Notes what whoever delivers it has told, in whichever order it comes. False if all of it was
    /// known, or is about an earlier sending.
    pub fn hear(&mut self, news: &News) -> bool {
        // Whoever carries it may call several sendings by one name.
        let of_another = match news.sending {
            Some(sending) => sending != self.earlier.len(),
            None => !news.reference.is_empty() && self.earlier.contains(&news.reference),
        };
        if of_another {
            return false;
        }
        let before = self.clone();
        match news.state {
            NoticeState::Sent => self.sent = self.sent.or(Some(news.at)),
            NoticeState::Delivered => self.delivered = self.delivered.or(Some(news.at)),
            _ => {}
        }
        let weighs_more = rank(news.state, news.passing) > rank(self.state, self.passing);
        if weighs_more {
            (self.state, self.passing) = (news.state, news.passing);
        }
        if !news.reason.is_empty() && (weighs_more || self.reason.is_empty()) {
            self.reason.clone_from(&news.reason);
        }
        if self.reference.is_empty() {
            self.reference.clone_from(&news.reference);
        }
        *self != before
    }
}

/// What tells one address from another, so that notices do not carry addresses about; empty for none.
fn mark(address: &str) -> String {
    if address.is_empty() { String::new() } else { content_hash(&address) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_writes() {
        for text in [
            "2026-11-10-cycle:-3:email",
            "2026-11-10-cycle:0:sms",
            "2026-11-10-opening:+15:hook",
            "2026-11-16:suspended:sms",
        ] {
            assert_eq!(text.parse::<NoticeId>().unwrap().to_string(), text);
        }
        for text in
            ["", "2026-11-10-cycle", "2026-11-10-cycle:email", "x:0:email", "2026-11-16::sms"]
        {
            assert!(text.parse::<NoticeId>().is_err(), "{text}");
        }
    }
}
