//! BR Codes of our own: whatever is to be put into one is read again as it was put, or refused.
//!
//! An input is lines: `static`, `dynamic` or anything else for nothing to pay; key or location,
//! description, amount, txid, location of the recurrence, name, city. An empty line is none.

use mensal_domain::money::Money;
use mensal_rails::pix::{BrCode, Charge, Kind, NewCode};

use crate::{Target, is_short, lines};

pub(crate) const TARGET: Target = Target::of("new-code", seeds, check);

/// The longest code there is (`EMVCo` QRCPS-MPM 3.1).
const LONGEST: usize = 512;

fn seeds() -> Vec<Vec<u8>> {
    let key = "123e4567-e12b-12d1-a456-426655440000";
    let url = "pix.example.com/8b3da2f39a4140d1a91abd93113bd441";
    let recurrence = "pix.example.com/qr/v2/rec/2353c790eefb11eaadc10242ac120002";
    let mut seeds = vec![
        format!("static\n{key}\n\n\n\n\nFulano de Tal\nBRASILIA"),
        format!("static\n{key}\nplano\n0.01 BRL\n\n{recurrence}\nConexão\nSão José dos Campos"),
        format!("dynamic\n{url}\n\n\n\n\nFulano de Tal\nBRASILIA"),
        format!("dynamic\n{url}\n\n\n\n{recurrence}\nFulano de Tal\nBRASILIA"),
        format!("nothing\n\n\n\n\n{recurrence}\nFulano de Tal\nBRASILIA"),
    ];
    let all = "static\n+5581999990000\nInternet – novembro\n99.90 BRL\n1042x261110\n\nÁgil\nRecife";
    seeds.push(all.to_owned());
    seeds.into_iter().map(String::into_bytes).collect()
}

fn check(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let code = told(text);
    match code.write() {
        Ok(written) => is_read_as_told(&written, &code),
        Err(why) => is_short(&why.to_string()),
    }
}

/// The code that an input tells of.
fn told(text: &str) -> NewCode {
    let mut lines = lines(text);
    let mut next = || lines.next().unwrap_or_default();
    let given = |line: &str| (!line.is_empty()).then(|| line.to_owned());
    let (kind, at, description, amount, txid) = (next(), next(), next(), next(), next());
    let charge = match kind {
        "static" => Charge::Static {
            key: at.to_owned(),
            description: given(description),
            amount: amount.parse::<Money>().ok(),
            txid: given(txid),
        },
        "dynamic" => Charge::Dynamic { url: at.to_owned() },
        _ => Charge::Nothing,
    };
    NewCode { charge, recurrence_url: given(next()), name: next().into(), city: next().into() }
}

fn is_read_as_told(written: &str, told: &NewCode) {
    assert!(written.is_ascii(), "banks count the length of other letters each in their own way");
    assert!(written.len() <= LONGEST);
    let read = BrCode::read(written).expect("what was written can be read");
    assert_eq!(read.recurrence_url, told.recurrence_url);
    let kind = match &told.charge {
        Charge::Static { key, description, amount, txid } => {
            assert_eq!(read.key.as_ref(), Some(key));
            assert_eq!(read.amount, amount.map(Money::amount));
            assert_eq!(&read.txid, txid);
            assert!(!read.once);
            let shown = read.description.as_deref().unwrap_or("none");
            assert!((1..=72).contains(&shown.len()));
            assert!(description.is_some() || read.description.is_none());
            if told.recurrence_url.is_some() { Kind::StaticWithRecurrence } else { Kind::Static }
        }
        Charge::Dynamic { url } => {
            assert_eq!(read.url.as_ref(), Some(url));
            assert!(read.once);
            if told.recurrence_url.is_some() { Kind::DynamicWithRecurrence } else { Kind::Dynamic }
        }
        Charge::Nothing => Kind::Recurrence,
    };
    assert_eq!(read.kind, kind);
    assert!((1..=25).contains(&read.merchant_name.len()));
    assert!((1..=15).contains(&read.merchant_city.len()));
    for value in [&read.key, &read.url, &read.recurrence_url].into_iter().flatten() {
        assert!(!value.is_empty(), "an object has a value");
    }
}
