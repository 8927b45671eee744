//! Signatures of webhooks: nobody passes who does not know the secret, and whoever knows it does.
//!
//! An input is a header, a line for what else is signed beside the body, and the body.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use mensal_rails::{
    gateway::WebhookRequest,
    signature::{
        AdyenItem, MercadoPago, Refused, Secret, Secrets, Verified, adyen_body, adyen_item,
        mercado_pago, pagbank, shared_token, stripe, woovi,
    },
};
use ring::{digest, hmac};

use crate::{Target, lines, vectors};

pub(crate) const TARGET: Target = Target::of("signature", seeds, check);

/// The secret of all schemes here. That of the known vectors is another one.
pub(crate) const SECRET: &str = "known to the gateway alone";
/// Now, in seconds of 1970.
pub(crate) const NOW: i64 = 1_795_680_000;

/// A scheme that signs bodies.
struct Scheme {
    /// What whoever knows the secret writes in the header.
    sign: fn(&[u8]) -> String,
    verify: for<'a> fn(Option<&str>, &'a [u8]) -> Result<Verified<'a>, Refused>,
    /// Whether a header, the first, could only be written by who has seen the second, the
    /// gateway's own.
    copies: fn(&str, &str) -> bool,
    /// Whether a signature is of one body alone: a token is of none.
    binds: bool,
}

const SCHEMES: [Scheme; 4] = [
    Scheme {
        sign: |body| stripe_header(body, NOW),
        verify: |header, body| stripe(header, body, &secrets(), NOW),
        copies: |header, own| bears_tag(header, own.rsplit('=').next().unwrap_or(own)),
        binds: true,
    },
    Scheme {
        sign: |body| STANDARD.encode(hmac_of(body)),
        verify: |header, body| adyen_body(header, body, &secrets()),
        copies: |header, own| header == own,
        binds: true,
    },
    Scheme {
        sign: pagbank_header,
        verify: |header, body| pagbank(header, body, &secrets()),
        copies: bears_tag,
        binds: true,
    },
    Scheme {
        sign: |_| SECRET.to_owned(),
        verify: |header, body| shared_token(header, body, &secrets()),
        copies: |header, own| header == own,
        binds: false,
    },
];

fn secrets() -> Secrets {
    let other = Secret::new("an older one").expect("it is not empty");
    Secrets::one(other).and(Secret::new(SECRET).expect("it is not empty"))
}

/// Whether a header bears a tag. Hexadecimal digits may be of either case (RFC 4648, section 8), and
/// beside the tag may stand what a scheme does not sign.
fn bears_tag(header: &str, tag: &str) -> bool {
    header.to_ascii_lowercase().contains(tag)
}

fn hmac_of(message: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    hmac::sign(&key, message).as_ref().to_vec()
}

/// The header of Stripe for a body that is signed at some time.
pub(crate) fn stripe_header(body: &[u8], at: i64) -> String {
    let message = [format!("{at}.").as_bytes(), body].concat();
    format!("t={at},v1={}", hex::encode(hmac_of(&message)))
}

fn pagbank_header(body: &[u8]) -> String {
    let message = [SECRET.as_bytes(), b"-", body].concat();
    hex::encode(digest::digest(&digest::SHA256, &message))
}

fn seeds() -> Vec<Vec<u8>> {
    let signed = vectors::signed().into_iter();
    signed.map(|(header, body)| format!("{header}\nreq=1&id=2\n{body}").into_bytes()).collect()
}

fn check(input: &[u8]) {
    let end = |bytes: &[u8]| bytes.iter().position(|byte| *byte == b'\n');
    let (header, rest) = input.split_at(end(input).unwrap_or(input.len()));
    let rest = rest.get(1..).unwrap_or_default();
    let (beside, body) = rest.split_at(end(rest).unwrap_or(rest.len()));
    let body = body.get(1..).unwrap_or_default();
    let (header, beside) = (String::from_utf8_lossy(header), String::from_utf8_lossy(beside));
    for scheme in &SCHEMES {
        holds(scheme, &header, body);
    }
    is_fresh(body);
    of_mercado_pago(&header, &beside);
    of_adyen_item(&header, &String::from_utf8_lossy(body));
    of_woovi(&header, body);
}

fn holds(scheme: &Scheme, header: &str, body: &[u8]) {
    let verify = scheme.verify;
    let own = (scheme.sign)(body);
    assert_eq!(verify(Some(&own), body).map(Verified::bytes), Ok(body));
    assert_eq!(verify(None, body), Err(Refused::Unsigned));
    let forged = verify(Some(header), body).is_ok() && !(scheme.copies)(header, &own);
    assert!(!forged, "forged: {header}");
    let other = [body, b" "].concat();
    assert_eq!(verify(Some(&own), &other).is_err(), scheme.binds);
}

/// What was signed too long ago, or in the future, is refused by whoever knows the secret too.
fn is_fresh(body: &[u8]) {
    for at in [i64::MIN, 0, NOW - 301, NOW + 301, i64::MAX] {
        let header = stripe_header(body, at);
        let refused = stripe(Some(&header), body, &secrets(), NOW);
        assert!(matches!(refused, Err(Refused::Stale { .. })), "{refused:?}");
    }
}

/// A notification of Mercado Pago, whose ids are parameters of a query.
fn of_mercado_pago(header: &str, query: &str) {
    let request = WebhookRequest { headers: &[], query, tail: "", body: b"" };
    let (request_id, data_id) = (request.parameter("req"), request.parameter("id"));
    let (request_id, data_id) = (request_id.as_deref(), data_id.as_deref());
    let at = format!("{NOW}000");
    let named = [("id", data_id), ("request-id", request_id), ("ts", Some(at.as_str()))];
    let parts = named.iter().filter_map(|(name, value)| Some(format!("{name}:{};", (*value)?)));
    let tag = hex::encode(hmac_of(parts.collect::<String>().as_bytes()));
    let own = format!("ts={at}, v1={tag}");
    let it = |signature| MercadoPago { signature, request_id, data_id };
    // An id that has what parts them would be signed as two.
    let parted = [request_id, data_id].into_iter().flatten().any(|id| id.contains(';'));
    assert_eq!(mercado_pago(it(Some(&own)), &secrets(), NOW).is_err(), parted);
    assert_eq!(mercado_pago(it(None), &secrets(), NOW), Err(Refused::Unsigned));
    assert!(bears_tag(header, &tag) || mercado_pago(it(Some(header)), &secrets(), NOW).is_err());
    let other = MercadoPago { data_id: Some("another"), ..it(Some(&own)) };
    let same = data_id == Some("another") && !parted;
    assert_eq!(mercado_pago(other, &secrets(), NOW).is_ok(), same);
}

/// An item of a notification of Adyen, whose fields are lines.
fn of_adyen_item(header: &str, fields: &str) {
    let mut lines = lines(fields);
    let mut next = || lines.next().unwrap_or_default();
    let item = AdyenItem {
        reference: next(),
        original: next(),
        account: next(),
        own_reference: next(),
        value: next().parse().unwrap_or_default(),
        currency: next(),
        event: next(),
        success: next(),
    };
    let value = item.value.to_string();
    let signed = [
        item.reference,
        item.original,
        item.account,
        item.own_reference,
        &value,
        item.currency,
        item.event,
        item.success,
    ];
    let own = STANDARD.encode(hmac_of(signed.join(":").as_bytes()));
    // Fields are joined by colons: with one more the signature would be of other fields, too, but
    // for the one that alone may have some.
    let AdyenItem { reference, original, account, currency, event, success, .. } = item;
    let parted = [reference, original, account, currency, event, success].join("").contains(':');
    assert_eq!(adyen_item(Some(&own), item, &secrets()).is_err(), parted);
    assert!(header == own || adyen_item(Some(header), item, &secrets()).is_err());
    let other = AdyenItem { value: item.value.wrapping_add(1), ..item };
    assert!(adyen_item(Some(&own), other, &secrets()).is_err());
}

/// Only Woovi can sign for Woovi: what passes bears a signature that it has published. (Not with
/// the body that it was published with: of one of them a field was added afterwards.) A body as a
/// key is read or refused.
fn of_woovi(header: &str, body: &[u8]) {
    static KEY: LazyLock<String> = LazyLock::new(vectors::public_key);
    static PUBLISHED: LazyLock<Vec<(String, String)>> = LazyLock::new(vectors::signed);
    if woovi(Some(header), body, &KEY).is_ok() {
        assert!(PUBLISHED.iter().any(|(known, _)| known == header), "forged: {header}");
    }
    let key = String::from_utf8_lossy(body);
    assert!(woovi(Some(header), b"", &key).is_err());
}
