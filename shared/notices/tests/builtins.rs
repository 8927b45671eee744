//! The texts that Mensal brings: each fits whatever it may be told, and reads as people write.
#![allow(clippy::unwrap_used)] // tests may fail loudly

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{bare_seller, seller, times};
use mensal_domain::{
    delinquency::{Channel, When},
    locale::Locale,
};
use mensal_notices::{Alphabet, Message, Templates, builtins, check, examples, segments};

/// Every message that a text may come to.
fn messages() -> impl Iterator<Item = (String, When, Message)> {
    builtins().flat_map(|(key, _)| {
        let all = times(key.code.as_str()).iter().flat_map(move |when| {
            let key = key.clone();
            let sellers = [seller(), bare_seller()];
            let letters =
                sellers.into_iter().flat_map(move |one| examples(*when, key.locale, &one));
            let key = key.clone();
            letters.map(move |letter| {
                let own = BTreeMap::new();
                let composed =
                    Templates::with(&own).compose(&key.code, key.channel, key.locale, &letter);
                (key.to_string(), *when, composed.unwrap_or_else(|why| panic!("{key}: {why}")))
            })
        });
        all.collect::<Vec<_>>()
    })
}

#[test]
fn there_is_one_for_each_code_in_both_languages_by_both_ways() {
    let all: BTreeSet<_> = builtins().map(|(key, _)| key).collect();
    let codes: BTreeSet<_> = all.iter().map(|key| key.code.clone()).collect();
    assert_eq!((codes.len(), all.len()), (9, 36));
    for key in &all {
        assert!(matches!(key.channel, Channel::Email | Channel::Sms), "{key}");
    }
}

#[test]
fn no_text_has_a_fault_whatever_it_is_told() {
    for (key, text) in builtins() {
        for seller in [seller(), bare_seller()] {
            let faults = check(&key, text, times(key.code.as_str()), &seller);
            assert!(faults.is_empty(), "{key}: {faults:?}");
        }
    }
}

#[test]
fn every_text_reads_as_people_write() {
    let odd = [
        "{{", "{%", "{#", "  ", " .", " ,", " :", "..", ",,", ",.", "()", "( ", " )", "none",
        "None", "\n\n\n", "true", "false",
    ];
    let mut seen = 0;
    for (key, when, message) in messages() {
        let plain = |line: &&str| !line.starts_with("    ") && *line != "-- ";
        let text: Vec<_> = message.text().lines().filter(plain).collect();
        let text = text.join("\n").replace("Ltda..", "Ltda.");
        for odd in odd {
            let near = text.find(odd).map(|at| text.chars().skip(at.saturating_sub(40)).take(80));
            let near: Option<String> = near.map(Iterator::collect);
            assert_eq!(near, None, "{key} at {when}: `{odd}`");
        }
        if let Message::Email(email) = &message {
            assert!((1..=150).contains(&email.subject.chars().count()), "{key}: {}", email.subject);
            assert!(!email.subject.contains("  ") && !email.subject.contains('\n'));
            assert!(email.html.contains("Lumaré Internet Ltda."));
        }
        seen += 1;
    }
    assert!(seen > 2000, "{seen} messages were looked at");
}

#[test]
fn short_forms_are_in_the_cheap_alphabet_and_two_messages_at_most() {
    let mut seen = 0;
    for (key, _, message) in messages() {
        if let Message::Sms(text) = message {
            let sent = segments(&text);
            assert_eq!(sent.alphabet, Alphabet::Gsm7, "{key}: {text}");
            assert!(sent.count <= 2, "{key}: {sent}: {text}");
            seen += 1;
        }
    }
    assert!(seen > 500, "{seen} short forms were looked at");
}

#[test]
fn a_hook_has_the_short_form_unless_it_has_its_own() {
    let letter = &examples(When::Restored, Locale::PtBr, &seller())[0];
    let code = "restored".parse().unwrap();
    let mut own = BTreeMap::new();
    let text = |own: &BTreeMap<_, _>| {
        Templates::with(own).compose(&code, Channel::Hook, Locale::PtBr, letter).unwrap()
    };
    let Message::Hook(short) = text(&own) else { panic!("a hook sends a text") };
    assert!(short.contains("sua internet voltou!"), "{short}");
    own.insert("restored.pt-BR.sms".parse().unwrap(), "Voltou, {{ customer.name }}!".into());
    assert_eq!(text(&own), Message::Hook("Voltou, Ana Conceição!".into()));
    own.insert("restored.pt-BR.hook".parse().unwrap(), "*Voltou!*".into());
    assert_eq!(text(&own), Message::Hook("*Voltou!*".into()));
}

/// Reviewed by eye; whoever changes a text looks at what it comes to.
#[test]
fn some_read_word_for_word() {
    let cases = [
        (
            "due-soon",
            When::Days(-3),
            Locale::PtBr,
            Channel::Email,
            include_str!("golden/due-soon.pt-BR.email.txt"),
        ),
        (
            "suspension-notice",
            When::Days(5),
            Locale::PtBr,
            Channel::Email,
            include_str!("golden/suspension-notice.pt-BR.email.txt"),
        ),
        (
            "suspended",
            When::Suspended,
            Locale::EnUs,
            Channel::Sms,
            include_str!("golden/suspended.en-US.sms.txt"),
        ),
    ];
    for (code, when, locale, channel, want) in cases {
        let letter = mensal_notices::example(when, locale, &seller());
        let own = BTreeMap::new();
        let message =
            Templates::with(&own).compose(&code.parse().unwrap(), channel, locale, &letter);
        let got = match message.unwrap() {
            Message::Email(email) => format!("{}\n\n{}", email.subject, email.text),
            Message::Sms(text) | Message::Hook(text) => format!("{text}\n"),
        };
        let file = format!("tests/golden/{code}.{}.{channel}.txt", locale.tag());
        if std::env::var_os("WRITE_GOLDEN").is_some() {
            std::fs::write(&file, &got).unwrap();
            continue;
        }
        assert_eq!(got, want, "{file}: if it is meant, write it anew with WRITE_GOLDEN=1");
    }
}
