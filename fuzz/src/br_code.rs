//! BR Codes as they are scanned: any text as it is, and any text closed by a right checksum.

use mensal_rails::pix::{
    BrCode, Kind,
    tlv::{self, checksum},
};

use crate::{Target, is_short, vectors};

pub(crate) const TARGET: Target = Target::of("br-code", seeds, check);

/// The object that closes a code.
const CHECKSUM: u8 = 63;

fn seeds() -> Vec<Vec<u8>> {
    vectors::br_codes().into_iter().map(String::into_bytes).collect()
}

fn check(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    read(text);
    let body = text.rsplit_once("6304").map_or(text, |(body, _)| body);
    let begun = if body.starts_with("000201") { "" } else { "000201" };
    let body = format!("{begun}{body}6304");
    read(&format!("{body}{}", checksum(&body)));
    is_read_or_refused(tlv::parts(text));
}

/// What is read is written again as it was, and then read as the same.
fn read(text: &str) {
    let text = text.trim();
    let objects = tlv::read(text);
    match BrCode::read(text) {
        Ok(code) => {
            let objects = objects.as_ref().expect("a code is made of objects");
            let written = tlv::write(objects).expect("what was read can be written");
            assert!(written.eq_ignore_ascii_case(text), "{text}\n{written}");
            assert!(objects.iter().all(|object| object.id != CHECKSUM), "a second checksum");
            assert_eq!(BrCode::read(&written).as_ref(), Ok(&code));
            says_what_it_should(&code);
        }
        Err(why) => is_short(&why.to_string()),
    }
    is_read_or_refused(objects);
}

/// A code is of the kind that its parts make it, and asks for an amount that can be paid.
fn says_what_it_should(code: &BrCode) {
    let (key, url) = (code.key.is_some(), code.url.is_some());
    let recurrence = code.recurrence_url.is_some();
    match code.kind {
        Kind::Static => assert!(key && !url && !recurrence),
        Kind::Dynamic => assert!(!key && url && !recurrence),
        Kind::Recurrence => assert!(!key && !url && recurrence),
        Kind::StaticWithRecurrence => assert!(key && !url && recurrence),
        Kind::DynamicWithRecurrence => assert!(!key && url && recurrence),
        Kind::Other => assert!(!key && !url),
    }
    if let Some(amount) = code.amount {
        assert!(!amount.is_sign_negative() && amount.scale() <= 2, "{amount}");
    }
}

/// Objects are written as they were read, no id twice.
fn is_read_or_refused(objects: Result<Vec<tlv::Object>, tlv::TlvError>) {
    match objects {
        Ok(objects) => {
            let written = tlv::join(&objects).expect("what was read can be written");
            assert_eq!(tlv::parts(&written), Ok(objects));
        }
        Err(why) => is_short(&why.to_string()),
    }
}
