//! BR Codes that banks, others and the Central Bank have published, and codes of our own.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use mensal_rails::pix::{
    BrCode, Charge, Kind, NewCode,
    tlv::{self, TlvError},
};
use proptest::prelude::*;
use serde::Deserialize;

/// Twenty codes with their checksum, and eight that were published with a wrong one.
const CODES: &str = include_str!("data/br_codes.json");

#[derive(Deserialize)]
struct Codes {
    valid: Vec<Valid>,
    broken: Vec<Broken>,
}

#[derive(Deserialize)]
struct Valid {
    payload: String,
    kind: String,
}

#[derive(Deserialize)]
struct Broken {
    payload: String,
    right_crc: String,
    tlv_ok: bool,
}

fn codes() -> Codes {
    serde_json::from_str(CODES).unwrap()
}

#[test]
fn published_codes_are_read_and_written_again() {
    for Valid { payload, kind } in codes().valid {
        let code = BrCode::read(&payload).unwrap_or_else(|why| panic!("{payload}: {why}"));
        let want: &[Kind] = match kind.as_str() {
            "static" => &[Kind::Static],
            "dynamic" => &[Kind::Dynamic],
            "other" => &[Kind::Other],
            "recurrence-only (J2)" => &[Kind::Recurrence],
            "composite-automatico (J3/J4)" => &[Kind::DynamicWithRecurrence],
            _ => &[Kind::StaticWithRecurrence],
        };
        assert!(want.contains(&code.kind), "{payload}: {:?}, not {kind}", code.kind);
        assert_eq!(tlv::write(&tlv::read(&payload).unwrap()).unwrap(), payload);
    }
}

#[test]
fn published_codes_with_a_wrong_checksum_or_broken_objects_are_refused() {
    for Broken { payload, right_crc, tlv_ok } in codes().broken {
        let TlvError::Checksum { right, .. } = tlv::read(&payload).unwrap_err() else {
            panic!("{payload}: not for its checksum");
        };
        assert_eq!(right, right_crc, "{payload}");
        // With the right checksum the broken ones are refused still.
        let mended = format!("{}{right_crc}", &payload[..payload.len() - 4]);
        assert_eq!(tlv::read(&mended).is_ok(), tlv_ok, "{mended}");
    }
}

#[test]
fn what_a_code_says() {
    let code = "00020126780014br.gov.bcb.pix0136f4c6089a-bfde-4c00-a2d9-9eaa584b02190216Cobranca\
                Estatica5204000053039865406650.345802BR5903Pix6008BRASILIA6229052580a2d0a923984e8d\
                bb80b4adf80950014br.gov.bcb.pix2573qr-h.sandbox.pix.bcb.gov.br/rest/api/rec/d7913b\
                cbfc4947c9811669db12b403746304595A";
    let read = BrCode::read(code).unwrap();
    assert_eq!(read.kind, Kind::StaticWithRecurrence);
    assert_eq!(read.key.as_deref(), Some("f4c6089a-bfde-4c00-a2d9-9eaa584b0219"));
    assert_eq!(read.description.as_deref(), Some("CobrancaEstatica"));
    assert_eq!(read.amount, Some("650.34".parse().unwrap()));
    assert_eq!((read.merchant_name.as_str(), read.merchant_city.as_str()), ("Pix", "BRASILIA"));
    assert_eq!(read.txid.as_deref(), Some("80a2d0a923984e8dbb80b4adf"));
    let url = "qr-h.sandbox.pix.bcb.gov.br/rest/api/rec/d7913bcbfc4947c9811669db12b40374";
    assert_eq!(read.recurrence_url.as_deref(), Some(url));
}

#[test]
fn codes_of_our_own_are_those_of_the_manual() {
    let fulano = |charge, recurrence_url: Option<&str>| {
        let recurrence_url = recurrence_url.map(str::to_owned);
        let (name, city) = ("Fulano de Tal".into(), "BRASILIA".into());
        NewCode { charge, recurrence_url, name, city }.write().unwrap()
    };
    // The manual's own examples: static without an amount, dynamic, a recurrence alone.
    let key = "123e4567-e12b-12d1-a456-426655440000".into();
    let of_a_key = Charge::Static { key, description: None, amount: None, txid: None };
    let url = "pix.example.com/8b3da2f39a4140d1a91abd93113bd441".into();
    let rec = "pix.example.com/qr/v2/rec/2353c790eefb11eaadc10242ac120002";
    for (written, want) in [
        (
            fulano(of_a_key, None),
            "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802\
             BR5913Fulano de Tal6008BRASILIA62070503***63041D3D",
        ),
        (
            fulano(Charge::Dynamic { url }, None),
            "00020101021226700014br.gov.bcb.pix2548pix.example.com/8b3da2f39a4140d1a91abd93113bd4415\
             204000053039865802BR5913Fulano de Tal6008BRASILIA62070503***630464E4",
        ),
        (
            fulano(Charge::Nothing, Some(rec)),
            "00020126180014br.gov.bcb.pix5204000053039865802BR5913Fulano de Tal6008BRASILIA62070503*\
             **80800014br.gov.bcb.pix2558pix.example.com/qr/v2/rec/2353c790eefb11eaadc10242ac1200026\
             30462C9",
        ),
    ] {
        assert_eq!(written, want);
    }
}

#[test]
fn a_description_without_a_plain_letter_is_none() {
    let charge = Charge::Static {
        key: "+5581999990000".into(),
        description: Some("最佳".into()),
        amount: None,
        txid: None,
    };
    let code = NewCode { charge, recurrence_url: None, name: "Ana".into(), city: "Recife".into() };
    assert_eq!(BrCode::read(&code.write().unwrap()).unwrap().description, None);
}

#[test]
fn what_a_code_cannot_say_is_refused() {
    let written = |charge, name: &str| {
        let code =
            NewCode { charge, recurrence_url: None, name: name.into(), city: "Recife".into() };
        code.write().unwrap_err().to_string()
    };
    let of_a_key = |amount: &str, txid: &str| Charge::Static {
        key: "+5581999990000".into(),
        description: None,
        amount: Some(amount.parse().unwrap()),
        txid: Some(txid.into()),
    };
    for (why, told) in [
        (written(Charge::Nothing, "Ana"), "name a key, a location or a recurrence"),
        (written(of_a_key("1.00 USD", "a"), "Ana"), "object 54 (amount) is `1.00 USD`"),
        (written(of_a_key("0.00 BRL", "a"), "Ana"), "an amount above zero in reais"),
        (written(of_a_key("1.00 BRL", "a-b"), "Ana"), "a txid has 1 to 25 letters and digits"),
        (written(of_a_key("1.00 BRL", "a"), "最佳运输"), "object 59 (name) is `最佳运输`"),
        // Of what is far too long only the beginning is repeated.
        (
            written(of_a_key("1.00 BRL", &"a".repeat(10_000)), "Ana"),
            &format!("is `{}`: a txid has 1 to 25", "a".repeat(99)),
        ),
        (written(Charge::Dynamic { url: "x".repeat(100) }, "Ana"), "object 25 has more than 99"),
        (written(Charge::Dynamic { url: String::new() }, "Ana"), "of visible ASCII characters"),
        (written(Charge::Dynamic { url: "ágil.example".into() }, "Ana"), "of visible ASCII"),
    ] {
        assert!(why.contains(told), "{why}");
    }
    for (code, told) in [
        ("", "a code begins with 000201"),
        ("000201", "a code ends with 6304 and a checksum"),
        ("0002016304", "a code ends with 6304 and a checksum"),
        ("0002016304abcd", "a character is wrong"),
    ] {
        let why = BrCode::read(code).unwrap_err().to_string();
        assert!(why.contains(told), "{code}: {why}");
    }
    let sealed = |body: &str| format!("{body}6304{}", tlv::checksum(&format!("{body}6304")));
    for (body, told) in [
        ("00020101", "at place 9: `` is no length of two digits"),
        ("0002010x02", "at place 7: `0x` is no id of two digits"),
        // What is told is one line, and steers no screen.
        ("0002010\n02", "at place 7: `0?` is no id of two digits"),
        ("00020101021\u{1b}", "object 01 (how often) is `1?`"),
        ("000201540512.3", "object 54 at place 7 has 4 characters left of the 5 it announces"),
        ("000201000201", "object 00 stands there twice"),
        ("0002016304ABCD5802BR", "object 63 stands there twice"),
        ("0002010102135303986", "11 is often, 12 is once"),
        (
            "00020126220014br.gov.bcb.pix0100530398654041,505802BR5901A6001B",
            "an amount is of digits",
        ),
        ("00020126220014br.gov.bcb.pix010053038405802BR5901A6001B", "Pix is in reais"),
        ("00020126220014br.gov.bcb.pix010053039865802BR5901A", "object 60 (city) is missing"),
        ("00020126180014br.gov.bcb.pix53039865802BR5901A6001B", "neither a key nor a location"),
    ] {
        let why = BrCode::read(&sealed(body)).unwrap_err().to_string();
        assert!(why.contains(told), "{body}: {why}");
    }
}

proptest! {
    #[test]
    fn codes_are_read_as_they_were_written(
        key in "[a-z0-9@.+-]{1,77}", cents in 1_i64..1_000_000_000,
        txid in proptest::option::of("[A-Za-z0-9]{1,25}"),
        name in "[A-Za-zÀ-ú][A-Za-zÀ-ú ]{0,40}", city in "[A-Z][a-z]{0,20}",
        recurrence_url in proptest::option::of("[a-z./]{1,77}"),
    ) {
        let amount = rust_decimal::Decimal::new(cents, 2);
        let money = mensal_domain::money::Money::exact(amount, "BRL".parse().unwrap()).unwrap();
        let charge = Charge::Static {
            key: key.clone(), description: None, amount: Some(money), txid: txid.clone(),
        };
        let code = NewCode { charge, recurrence_url: recurrence_url.clone(), name, city };
        let Ok(text) = code.write() else { return Ok(()) }; // a name of accents alone
        let read = BrCode::read(&text).unwrap();
        prop_assert_eq!(read.key, Some(key));
        prop_assert_eq!(read.amount, Some(amount));
        prop_assert_eq!(read.txid, txid);
        prop_assert_eq!(read.recurrence_url, recurrence_url);
        prop_assert!(read.merchant_name.len() <= 25 && read.merchant_city.len() <= 15);
    }

    #[test]
    fn a_changed_character_is_noticed(at in 0_usize..100, with in "[0-9A-Za-z]") {
        let code = "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-42665544000052040000530\
                    39865802BR5913Fulano de Tal6008BRASILIA62070503***63041D3D";
        let mut text = code.to_owned();
        text.replace_range(at..=at, &with);
        prop_assert_eq!(BrCode::read(&text).is_ok(), text == code);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}", digits in "000201[0-9]{0,40}") {
        let _ = BrCode::read(&text);
        let _ = BrCode::read(&format!("{digits}6304{}", tlv::checksum(&format!("{digits}6304"))));
    }
}
