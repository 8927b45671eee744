//! Whether a text can be sent, whatever it will be told.

use std::collections::BTreeSet;

use mensal_domain::{
    delinquency::{When, WordingKey},
    stationery::Seller,
};

use crate::{
    engine::Fault,
    example::examples,
    sms::segments,
    templates::{Message, compose},
    variables::Variables,
    wording::Wording,
};

/// The longest text of a notice as it is written, in bytes.
pub const MAX_TEXT: usize = 20 * 1024;
/// The longest subject of an e-mail as it is sent, in characters.
pub const MAX_SUBJECT: usize = 150;
/// The most messages that one SMS is sent as.
pub const LONGEST_SMS: usize = 4;

/// All that is wrong with a text that is sent at these times: it is composed with the fullest and the
/// leanest facts that there may be then, and with those in between.
#[must_use]
pub fn check(key: &WordingKey, text: &str, times: &[When], seller: &Seller) -> Vec<Fault> {
    if text.len() > MAX_TEXT {
        let right = format!("use at most {MAX_TEXT}");
        return vec![Fault::whole(format!("has {} bytes", text.len()), right)];
    }
    let wording = match Wording::read(text, key.channel) {
        Ok(wording) => wording,
        Err(fault) => return vec![fault],
    };
    let mut faults = BTreeSet::new();
    for when in times {
        for letter in examples(*when, key.locale, seller) {
            let variables = Variables::of(&letter, key.locale, key.channel);
            match compose(&wording, &variables, key.channel, key.locale, &letter) {
                Err(fault) => drop(faults.insert(fault)),
                Ok(message) => faults.extend(too_much(&message)),
            }
        }
    }
    // One fault of a place is enough: composing stops at the first.
    let mut seen = BTreeSet::new();
    faults.into_iter().filter(|fault| seen.insert((fault.line, fault.given.clone()))).collect()
}

/// What is wrong with a text as it is sent.
fn too_much(message: &Message) -> Option<Fault> {
    match message {
        Message::Email(email) => {
            let length = email.subject.chars().count();
            if length == 0 {
                let right = "let it say something for every notice";
                return Some(Fault::at(1, "", "the subject may come out empty", right));
            }
            let right = format!("use at most {MAX_SUBJECT}");
            let wrong = "the subject comes out too long in characters";
            (length > MAX_SUBJECT).then(|| Fault::at(1, "", wrong, right))
        }
        Message::Sms(text) => {
            let wrong = "comes out as more messages than anybody reads";
            let right = format!("use at most {LONGEST_SMS} (`notice preview` counts them)");
            empty(text).or_else(|| {
                (segments(text).count > LONGEST_SMS).then(|| Fault::whole(wrong, right))
            })
        }
        Message::Hook(text) => empty(text),
    }
}

fn empty(text: &str) -> Option<Fault> {
    let right = "let it say something for every notice";
    text.is_empty().then(|| Fault::whole("may come out empty", right))
}
