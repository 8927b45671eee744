//! How a text of a notice is written: its subject, and its body.

use mensal_domain::delinquency::Channel;

use crate::engine::Fault;

/// What the first line of an e-mail begins with.
const SUBJECT: &str = "Subject:";

/// A text of a notice, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wording {
    /// The template of the subject, of an e-mail.
    pub(crate) subject: Option<String>,
    /// The template of the body.
    pub(crate) body: String,
    /// The lines before the body.
    pub(crate) before: usize,
}

impl Wording {
    /// Takes a text apart, as its file has it.
    pub(crate) fn read(text: &str, channel: Channel) -> Result<Self, Fault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let wording = match channel {
            Channel::Email => {
                let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
                let subject = first.strip_prefix(SUBJECT).map(str::trim);
                let Some(subject) = subject.filter(|subject| !subject.is_empty()) else {
                    let right =
                        "begin with a line like `Subject: Your invoice {{ invoice.number }}`";
                    return Err(Fault::at(1, first, "is no subject", right));
                };
                let (blank, body) = rest.split_once('\n').unwrap_or((rest, ""));
                if !blank.trim().is_empty() {
                    let right = "leave a blank line between the subject and the text";
                    return Err(Fault::at(2, blank, "stands right below the subject", right));
                }
                Self { subject: Some(subject.to_owned()), body: on_their_own(body), before: 2 }
            }
            Channel::Sms | Channel::Hook => {
                if text.starts_with(SUBJECT) {
                    let line = text.lines().next().unwrap_or_default();
                    let right = "leave the line out: only an e-mail has a subject";
                    return Err(Fault::at(1, line, "is a subject", right));
                }
                Self { subject: None, body: on_their_own(&text), before: 0 }
            }
        };
        if wording.body.trim().is_empty() {
            return Err(Fault::whole("says nothing", "write a text"));
        }
        Ok(wording)
    }
}

/// Lets lines vanish that have tags only, as whoever writes them expects: the line's end moves into its
/// last tag, so that lines are counted as they stand.
fn on_their_own(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let bare = line.trim();
        match bare.len().checked_sub(2).and_then(|end| bare.split_at_checked(end)) {
            Some((tags, end)) if has_tags_only(bare) && line.ends_with('\n') => {
                out.push_str(tags);
                out.push('\n');
                out.push_str(end);
            }
            _ => out.push_str(line),
        }
    }
    out
}

fn has_tags_only(line: &str) -> bool {
    let mut rest = line;
    while !rest.is_empty() {
        let end = match rest.get(..2) {
            Some("{%") => "%}",
            Some("{#") => "#}",
            _ => return false,
        };
        match rest.split_once(end) {
            Some((_, after)) => rest = after.trim_start(),
            None => return false,
        }
    }
    !line.is_empty()
}

/// A text as it was composed, without what tags have left: blanks at the ends of lines, and more than one
/// blank line.
pub(crate) fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = 0;
    for line in text.lines().map(str::trim_end) {
        if line.is_empty() {
            blank += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if blank > 0 { "\n\n" } else { "\n" });
        }
        blank = 0;
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_tags_vanishes_and_any_other_stays() {
        let cases = [
            ("a\n{% if x %}\nb\n{% endif %}\nc", "a\n{% if x \n%}b\n{% endif \n%}c"),
            ("  {# note #} {% if x %}\r\nb{% endif %}\n", "{# note #} {% if x \n%}b{% endif %}\n"),
            ("{{ x }}\n", "{{ x }}\n"),
            ("{% if x %}a{% endif %}\n", "{% if x %}a{% endif %}\n"),
            ("{% if\nx %}\n", "{% if\nx %}\n"),
        ];
        for (given, want) in cases {
            assert_eq!(on_their_own(&given.replace("\r\n", "\n")), want, "{given}");
        }
    }

    #[test]
    fn what_is_composed_has_one_blank_line_at_most() {
        assert_eq!(tidy("\n\na  \n\n\n \nb\n    c\n\n"), "a\n\nb\n    c");
    }

    #[test]
    fn an_email_has_a_subject_and_nothing_else_has() {
        let read = |text, channel| Wording::read(text, channel).map_err(|fault| fault.to_string());
        let email = read("\u{feff}Subject: Hello {{ account }}\r\n\r\nText\r\n", Channel::Email);
        let email = email.unwrap();
        assert_eq!(email.subject.as_deref(), Some("Hello {{ account }}"));
        assert_eq!((email.body.as_str(), email.before), ("Text\n", 2));
        for (text, channel, want) in [
            ("Hello\n\nText", Channel::Email, "1: `Hello` is no subject: begin with"),
            ("Subject:\n\nText", Channel::Email, "1: `Subject:` is no subject"),
            ("Subject: a\nText", Channel::Email, "2: `Text` stands right below the subject"),
            ("Subject: a\n\n", Channel::Email, "says nothing"),
            ("Subject: a\n\nText", Channel::Sms, "only an e-mail has a subject"),
            (" \n", Channel::Hook, "says nothing"),
        ] {
            let fault = read(text, channel).unwrap_err();
            assert!(fault.contains(want), "{text}: {fault}");
        }
    }
}
