//! Credentials that an answer repeats: an error that says which key was wrong would carry it into
//! our own errors, and from there into logs. They are taken out of an answer before it is read.

use std::fmt;

/// What stands in an answer where a credential stood.
const INSTEAD: &[u8] = b"[credential]";
/// The shortest credential that is looked for, in bytes: a shorter one might be a word of an answer,
/// and the keys that gateways hand out have thirty and more.
const SHORTEST: usize = 12;

/// Credentials that no answer is to repeat.
#[derive(Clone, Default)]
pub(crate) struct Hidden(Vec<String>);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

impl Hidden {
    /// Looks for a credential, too.
    pub(crate) fn add(&mut self, credential: &str) {
        if credential.len() >= SHORTEST {
            self.0.push(credential.to_owned());
        }
    }

    /// An answer without them.
    pub(crate) fn taken_out_of(&self, answer: Vec<u8>) -> Vec<u8> {
        self.0.iter().fold(answer, |answer, credential| without(credential.as_bytes(), answer))
    }
}

fn without(credential: &[u8], answer: Vec<u8>) -> Vec<u8> {
    let mut left = Vec::new();
    let (mut kept, mut at) = (0, 0);
    while at < answer.len() {
        match written_as(credential, &answer[at..]) {
            Some(length) => {
                left.extend_from_slice(&answer[kept..at]);
                left.extend_from_slice(INSTEAD);
                at += length;
                kept = at;
            }
            None => at += 1,
        }
    }
    if kept == 0 {
        return answer;
    }
    left.extend_from_slice(&answer[kept..]);
    left
}

/// With how many bytes a text begins with the credential, written as it is or as JSON may write it:
/// `\/` and `\u002f` are a slash (RFC 8259, section 7).
fn written_as(credential: &[u8], text: &[u8]) -> Option<usize> {
    credential.iter().try_fold(0, |at, byte| Some(at + written(*byte, &text[at..])?))
}

fn written(byte: u8, text: &[u8]) -> Option<usize> {
    match text {
        [b'\\', b'u', digits @ ..] => {
            let digits = str::from_utf8(digits.get(..4)?).ok()?;
            (u8::from_str_radix(digits, 16) == Ok(byte)).then_some(6)
        }
        [b'\\', escaped, ..] => (*escaped == byte).then_some(2),
        [first, ..] => (*first == byte).then_some(1),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "sk_live_a/b+c=";

    fn hidden(answer: &str) -> String {
        let mut hidden = Hidden::default();
        hidden.add(KEY);
        hidden.add("token");
        String::from_utf8(hidden.taken_out_of(answer.into())).unwrap()
    }

    #[test]
    fn a_credential_is_taken_out_however_json_writes_it() {
        for (answer, want) in [
            ("", ""),
            ("sk_live_a/b+c=", "[credential]"),
            (r#"{"code": "sk_live_a/b+c="}"#, r#"{"code": "[credential]"}"#),
            (r#"{"code": "sk_live_a\/b+c="}"#, r#"{"code": "[credential]"}"#),
            (r#"{"code": "s\u006b_live_a\u002Fb\u002bc="}"#, r#"{"code": "[credential]"}"#),
            ("sk_live_a/b+c=sk_live_a/b+c=, sk_live", "[credential][credential], sk_live"),
            ("sk_live_sk_live_a/b+c=", "sk_live_[credential]"),
        ] {
            assert_eq!(hidden(answer), want, "{answer}");
        }
    }

    #[test]
    fn what_is_no_credential_stays_as_it_is() {
        for answer in [
            "sk_live_a/b+c",
            r#"{"access_token": "a short one is a word: token"}"#,
            r"sk_live_a\",
            r"sk_live_a\u",
            r"sk_live_a\u00",
            r"sk_live_a\uéé",
            r"sk_live_a\u012f",
            r"sk_live_a\nb+c=",
        ] {
            assert_eq!(hidden(answer), answer);
        }
    }
}
