//! What fits into a text message: GSM 03.38 (3GPP TS 23.038), 160 letters of its alphabet in one, or 70
//! of any other.

use std::fmt;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The basic set of the default alphabet, 7 bits each; without ESC, which is no letter.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?\
                     ¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Its extension: two places each.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// In which alphabet a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// GSM 03.38: 160 places in one message, 153 in each of several.
    Gsm7,
    /// Anything else, UCS-2: 70 places in one message, 67 in each of several.
    Ucs2,
}

/// How much of a network a text takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segments {
    /// In which alphabet.
    pub alphabet: Alphabet,
    /// The places that it takes: letters, those of the extension and beyond the first 65,536 of Unicode
    /// counted twice.
    pub places: usize,
    /// The messages that it is sent as, and paid for.
    pub count: usize,
}

impl fmt::Display for Segments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alphabet = match self.alphabet {
            Alphabet::Gsm7 => "GSM-7",
            Alphabet::Ucs2 => "UCS-2",
        };
        let plural = if self.count == 1 { "" } else { "s" };
        write!(f, "{} segment{plural} ({} places of {alphabet})", self.count, self.places)
    }
}

/// What a text takes as a text message. A letter of two places is not split between two messages.
#[must_use]
pub fn segments(text: &str) -> Segments {
    let gsm = |c: char| places_of_gsm(c).is_some();
    if text.chars().all(gsm) {
        let places = text.chars().filter_map(places_of_gsm);
        return counted(Alphabet::Gsm7, places, 160, 153);
    }
    counted(Alphabet::Ucs2, text.chars().map(char::len_utf16), 70, 67)
}

fn counted(
    alphabet: Alphabet,
    places: impl Iterator<Item = usize>,
    one: usize,
    each: usize,
) -> Segments {
    let (mut all, mut count, mut filled) = (0, 1, 0);
    for letter in places {
        all += letter;
        if filled + letter > each {
            (count, filled) = (count + 1, 0);
        }
        filled += letter;
    }
    Segments { alphabet, places: all, count: if all <= one { 1 } else { count } }
}

fn places_of_gsm(c: char) -> Option<usize> {
    match c {
        _ if BASIC.contains(c) => Some(1),
        _ if EXTENSION.contains(c) => Some(2),
        _ => None,
    }
}

/// A text in letters of GSM 03.38 where it has one for them: without the accents that it has not, with
/// plain dashes, quotes and blanks. One letter more of any other alphabet costs half of a message.
pub(crate) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if places_of_gsm(c).is_some() {
            out.push(c);
        } else if let Some(plain) = plain(c) {
            out.push_str(plain);
        } else {
            let base: String = c.nfkd().filter(|c| !is_combining_mark(*c)).collect();
            if base.chars().all(|c| places_of_gsm(c).is_some()) {
                out.push_str(&base);
            } else {
                out.push(c);
            }
        }
    }
    out
}

fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{a0}' | '\u{202f}' | '\u{2009}' => " ",
        '‘' | '’' | '´' | '`' => "'",
        '“' | '”' | '«' | '»' => "\"",
        '‐' | '‑' | '–' | '—' | '−' | '•' | '·' => "-",
        '…' => "...",
        'ª' => "a",
        'º' | '°' => "o",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_takes_as_many_messages_as_a_network_sends() {
        use Alphabet::{Gsm7, Ucs2};
        let cases = [
            (String::new(), Gsm7, 0, 1),
            ("a".repeat(160), Gsm7, 160, 1),
            ("a".repeat(161), Gsm7, 161, 2),
            ("a".repeat(306), Gsm7, 306, 2),
            ("a".repeat(307), Gsm7, 307, 3),
            // The extension takes two places, which are not split between messages.
            ("€".repeat(80), Gsm7, 160, 1),
            ("€".repeat(81), Gsm7, 162, 2),
            (format!("{}€{}", "a".repeat(152), "a".repeat(152)), Gsm7, 306, 3),
            ("R$ 109,90 até já às 8h".into(), Ucs2, 22, 1),
            ("é à ç".into(), Ucs2, 5, 1),
            ("é à Ç ñ".into(), Gsm7, 7, 1),
            ("ã".repeat(70), Ucs2, 70, 1),
            ("ã".repeat(71), Ucs2, 71, 2),
            ("ã".repeat(134), Ucs2, 134, 2),
            ("ã".repeat(135), Ucs2, 135, 3),
            // Beyond the first 65,536: two places.
            ("😀".repeat(35), Ucs2, 70, 1),
            ("😀".repeat(36), Ucs2, 72, 2),
            ("{[~]}".into(), Gsm7, 10, 1),
            ("`".into(), Ucs2, 1, 1),
            ("R$\u{a0}1".into(), Ucs2, 4, 1),
        ];
        for (text, alphabet, places, count) in cases {
            assert_eq!(segments(&text), Segments { alphabet, places, count }, "{text}");
        }
        assert_eq!(BASIC.chars().count(), 127);
        assert_eq!(segments("olá").to_string(), "1 segment (3 places of UCS-2)");
    }

    #[test]
    fn facts_lose_only_what_the_alphabet_has_not() {
        let cases = [
            ("João Conceição", "Joao Conceicao"),
            ("Lumaré Über Ñandú", "Lumaré Über Ñandu"),
            ("R$\u{a0}109,90", "R$ 109,90"),
            ("“Fibra” – 2º andar…", "\"Fibra\" - 2o andar..."),
            ("東京", "東京"),
            ("0800 · atende", "0800 - atende"),
        ];
        for (given, want) in cases {
            assert_eq!(folded(given), want);
        }
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,80}") {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once.clone());
            prop_assert!(segments(&once).count >= 1);
        }
    }
}
