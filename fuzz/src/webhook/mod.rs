//! Webhooks of gateways: verified, then read. An input is a body: whoever knows the secret has sent
//! it, so that what reads it is reached, and so has somebody who does not.
//!
//! A target of a gateway is a [`Sender`] and the bodies that the gateway documents as its seeds.

mod notice;
mod senders;

pub(crate) use notice::{is_a_notice, is_right, is_shown};
pub(crate) use senders::TARGETS;

use jiff::{SignedDuration, Timestamp};
use mensal_rails::gateway::{Gateway, WebhookRequest, manual::Manual};

use crate::{
    is_short, lines,
    signature::{NOW, SECRET},
};

/// What comes with a body.
#[derive(Clone, Default)]
struct Envelope {
    /// Headers, by their names in small letters.
    headers: Vec<(&'static str, String)>,
    /// The query.
    query: String,
}

/// A gateway, and how whoever knows its secret sends it a body.
struct Sender {
    /// The gateway, connected with a secret that is known here.
    gateway: Box<dyn Gateway>,
    /// What comes with a body that is signed as the gateway does it, at some time.
    sign: fn(&[u8], Timestamp) -> Envelope,
    /// Whether a signature is of one body and one time alone: a token is of none.
    binds: bool,
}

/// Hands a body over as it would arrive.
fn with<T>(envelope: &Envelope, body: &[u8], look: impl FnOnce(&WebhookRequest<'_>) -> T) -> T {
    let headers: Vec<_> = envelope.headers.iter().map(|(name, value)| (*name, &**value)).collect();
    look(&WebhookRequest { headers: &headers, query: &envelope.query, tail: "pix", body })
}

impl Sender {
    fn believes(&self, envelope: &Envelope, body: &[u8], now: Timestamp) -> bool {
        with(envelope, body, |request| self.gateway.verify(request, now).is_ok())
    }
}

/// Sends a body, signed and not, and holds what is read of it to what a notice must be.
fn check(sender: &Sender, body: &[u8]) {
    let now = Timestamp::from_second(NOW).expect("it is a time");
    let signed = (sender.sign)(body, now);
    is_told_from_others(sender, &signed, body, now);
    is_forged(sender, &signed, body, now);
    let gateway = &sender.gateway;
    with(&signed, body, |request| {
        assert!(Manual.verify(request, now).is_err(), "nobody sends anything to the till");
        let verified = gateway.verify(request, now).expect("it is signed");
        assert_eq!(verified.bytes(), body);
        assert!(Manual.read(verified).is_err());
        let read = gateway.read(verified);
        assert_eq!(gateway.read(verified), read, "the same body says the same");
        match read {
            Ok(notices) => {
                assert!(notices.len() <= body.len());
                notices.iter().for_each(is_a_notice);
            }
            Err(why) => {
                is_short(&why.0);
                assert!(!why.0.contains(SECRET), "an error tells the secret");
                quotes_nothing(&why.0, body);
            }
        }
    });
}

/// Another body, another time, no signature and two of them are refused, where the scheme can.
fn is_told_from_others(sender: &Sender, signed: &Envelope, body: &[u8], now: Timestamp) {
    assert!(!sender.believes(&Envelope::default(), body, now), "it is not signed");
    let twice = Envelope {
        headers: [signed.headers.clone(), signed.headers.clone()].concat(),
        query: format!("{0}&{0}", signed.query),
    };
    assert!(!sender.believes(&twice, body, now), "it is signed twice");
    let longer = [body, b" "].concat();
    assert_eq!(sender.believes(signed, &longer, now), !sender.binds);
    if let Some((last, shorter)) = body.split_last() {
        assert_eq!(sender.believes(signed, shorter, now), !sender.binds);
        // One bit of one byte, which the body itself chooses.
        let mut other = body.to_vec();
        other[usize::from(*last) % body.len()] ^= 1;
        assert_eq!(sender.believes(signed, &other, now), !sender.binds);
    }
    for seconds in [-301, 301] {
        let then = now + SignedDuration::from_secs(seconds);
        assert_eq!(sender.believes(&(sender.sign)(body, then), body, now), !sender.binds);
    }
}

/// Whoever does not know the secret is refused, whatever they write where a signature stands: two
/// lines of the body, one for each header, the other as the query.
fn is_forged(sender: &Sender, signed: &Envelope, body: &[u8], now: Timestamp) {
    let text = String::from_utf8_lossy(body);
    let mut lines = lines(&text);
    let (header, query) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    // libFuzzer tries what it sees compared, and so comes to the secret itself.
    if [header, query].iter().any(|line| line.contains(&SECRET[..5])) {
        return;
    }
    let headers = signed.headers.iter().map(|(name, _)| (*name, header.to_owned())).collect();
    let forged = Envelope { headers, query: query.to_owned() };
    assert!(!sender.believes(&forged, body, now), "forged: {header} {query}");
    let named = signed.query.split('=').next().unwrap_or_default();
    let forged = Envelope { query: format!("{named}={query}"), ..forged };
    assert!(!sender.believes(&forged, body, now), "forged: {query}");
}

/// What a body holds between quotation marks, and has five digits in a row, may be a person's number
/// or a secret: no error repeats it. (No input is so long that a place in it has five.)
fn quotes_nothing(told: &str, body: &[u8]) {
    let body = String::from_utf8_lossy(body);
    let values = body.split('"').filter(|value| (5..=200).contains(&value.len()));
    let is_number = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    for value in values.filter(|value| value.as_bytes().windows(5).any(is_number)) {
        assert!(!told.contains(value), "an error quotes what was sent: {told}");
    }
}
