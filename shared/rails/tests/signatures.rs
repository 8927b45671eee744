//! Webhooks as gateways have signed them, and as others would forge them.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use base64::{Engine, engine::general_purpose::STANDARD};
use mensal_rails::signature::{
    AdyenItem, MercadoPago, Refused, Secret, Secrets, adyen_body, adyen_item, mercado_pago,
    pagbank, shared_token, stripe, woovi,
};
use proptest::prelude::*;
use ring::hmac;
use serde_json::Value;

/// Signed webhooks that gateways have published, two of which do not verify, and some that were
/// made by their own libraries.
const SIGNED: &str = include_str!("data/webhook_signatures.json");

fn of(provider: &str) -> Vec<Value> {
    let all: Vec<Value> = serde_json::from_str(SIGNED).unwrap();
    all.into_iter().filter(|one| one["provider"] == provider).collect()
}

fn text<'a>(one: &'a Value, name: &str) -> &'a str {
    one[name].as_str().unwrap_or_else(|| panic!("{name} in {one}"))
}

fn secrets(secret: impl Into<Vec<u8>>) -> Secrets {
    Secrets::one(Secret::new(secret).unwrap())
}

#[test]
fn webhooks_of_stripe() {
    for one in of("stripe") {
        let (header, body) = (text(&one, "signature_header"), text(&one, "body").as_bytes());
        let live = secrets(text(&one, "secret"));
        let at = 1_767_225_600;
        assert_eq!(stripe(Some(header), body, &live, at).unwrap().bytes(), body);
        assert!(stripe(Some(header), body, &live, at + 300).is_ok());
        let stale = Refused::Stale { away: 301, most: 300 };
        assert_eq!(stripe(Some(header), body, &live, at + 301), Err(stale));
        assert_eq!(stripe(Some(header), body, &live, at - 301), Err(stale));
        // While a secret is rolled, both are live; afterwards the old one signs no more.
        let rolled = secrets("whsec_new").and(Secret::new(text(&one, "secret")).unwrap());
        assert!(stripe(Some(header), body, &rolled, at).is_ok());
        assert_eq!(stripe(Some(header), body, &secrets("whsec_new"), at), Err(Refused::Forged));
        for (wrong, why) in [
            ("", Refused::Malformed("a part without =")),
            ("t=1767225600", Refused::Malformed("no v1, or too many")),
            ("v1=00", Refused::Malformed("no t")),
            ("t=soon,v1=00", Refused::Malformed("t is no number")),
            ("t=1767225600,v1=zz", Refused::Malformed("v1 is no hexadecimal")),
            ("t=1767225600,v1=00", Refused::Forged),
            (&header.replace("v1=", "v0="), Refused::Malformed("no v1, or too many")),
            (&header.replace("t=1767225600", "t=1767225601"), Refused::Forged),
        ] {
            assert_eq!(stripe(Some(wrong), body, &live, at), Err(why), "{wrong}");
        }
        assert_eq!(stripe(None, body, &live, at), Err(Refused::Unsigned));
    }
}

#[test]
fn notifications_of_mercado_pago() {
    for one in of("mercadopago") {
        let it = MercadoPago {
            signature: Some(text(&one, "x_signature")),
            request_id: Some(text(&one, "x_request_id")),
            data_id: Some(text(&one, "data_id")),
        };
        let live = secrets(text(&one, "secret"));
        let at = 1_742_505_638;
        assert_eq!(mercado_pago(it, &live, at), Ok(()));
        let other = MercadoPago { data_id: Some("another"), ..it };
        assert_eq!(mercado_pago(other, &live, at), Err(Refused::Forged));
        // The manifest would be the same, of another notification.
        let both = format!("{};request-id:{}", text(&one, "data_id"), text(&one, "x_request_id"));
        let joined = MercadoPago { request_id: None, data_id: Some(&both), ..it };
        let refused = Err(Refused::Malformed("an id has a semicolon"));
        assert_eq!(mercado_pago(joined, &live, at), refused);
        let without = MercadoPago { request_id: None, ..it };
        assert_eq!(mercado_pago(without, &live, at), Err(Refused::Forged));
        let unsigned = MercadoPago { signature: None, ..it };
        assert_eq!(mercado_pago(unsigned, &live, at), Err(Refused::Unsigned));
        assert!(matches!(mercado_pago(it, &live, at + 3_600), Err(Refused::Stale { .. })));
    }
}

#[test]
fn notifications_of_adyen() {
    for one in of("adyen") {
        let live = secrets(hex::decode(text(&one, "key")).unwrap());
        let signature = Some(text(&one, "signature"));
        let Some(body) = one["body"].as_str() else {
            let told = &one["notification"];
            let item = AdyenItem {
                reference: text(told, "pspReference"),
                original: "",
                account: text(told, "merchantAccountCode"),
                own_reference: text(told, "merchantReference"),
                value: told["amount"]["value"].as_i64().unwrap(),
                currency: text(&told["amount"], "currency"),
                event: text(told, "eventCode"),
                success: text(told, "success"),
            };
            assert_eq!(adyen_item(signature, item, &live), Ok(()));
            let more = AdyenItem { value: item.value + 1, ..item };
            assert_eq!(adyen_item(signature, more, &live), Err(Refused::Forged));
            is_of_one_item(item, &hex::decode(text(&one, "key")).unwrap());
            continue;
        };
        assert_eq!(adyen_body(signature, body.as_bytes(), &live).unwrap().bytes(), body.as_bytes());
        let forged = adyen_body(signature, format!("{body} ").as_bytes(), &live).is_err();
        assert!(forged);
    }
}

/// What is signed of an item is joined by colons: were a field to have one, the signature would be
/// of other fields, too. In a reference of our own it stands where nothing else can.
fn is_of_one_item(item: AdyenItem<'_>, key: &[u8]) {
    let live = secrets(key);
    let signed = |item: AdyenItem<'_>| {
        let AdyenItem { reference, original, account, own_reference, currency, event, .. } = item;
        let value = item.value.to_string();
        let all =
            [reference, original, account, own_reference, &value, currency, event, item.success];
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        STANDARD.encode(hmac::sign(&key, all.join(":").as_bytes()))
    };
    let ours = AdyenItem { own_reference: "1042:2026-11", ..item };
    assert_eq!(adyen_item(Some(&signed(ours)), ours, &live), Ok(()));
    let shifted = format!("{}:{}", item.reference, item.original);
    let other = AdyenItem { reference: &shifted, original: item.account, account: "x", ..item };
    let refused = Err(Refused::Malformed("a field has a colon"));
    assert_eq!(adyen_item(Some(&signed(other)), other, &live), refused);
}

#[test]
fn webhooks_of_pagbank() {
    for one in of("pagbank") {
        let (signature, body) = (Some(text(&one, "signature")), text(&one, "body").as_bytes());
        let live = secrets(text(&one, "token"));
        assert_eq!(pagbank(signature, body, &live).unwrap().bytes(), body);
        assert_eq!(pagbank(signature, body, &secrets("other")), Err(Refused::Forged));
        assert_eq!(pagbank(signature, b"{}", &live), Err(Refused::Forged));
        assert_eq!(pagbank(None, body, &live), Err(Refused::Unsigned));
    }
}

#[test]
fn webhooks_of_woovi() {
    for one in of("woovi") {
        let (signature, body) = (Some(text(&one, "signature")), text(&one, "body").as_bytes());
        // Its older scheme, HMAC-SHA1, is not taken at all.
        let Some(key) = one["public_key_pem"].as_str() else { continue };
        let verifies = one["verifies"].as_bool().unwrap();
        assert_eq!(woovi(signature, body, key).is_ok(), verifies);
        assert_eq!(woovi(signature, b"{}", key), Err(Refused::Forged));
        let unread = Refused::Malformed("its key cannot be read");
        assert_eq!(woovi(signature, body, "-----BEGIN PUBLIC KEY-----\nAAAA"), Err(unread));
    }
}

#[test]
fn a_token_that_comes_with_each_webhook() {
    let live = secrets("abc").and(Secret::new("def").unwrap());
    assert_eq!(shared_token(Some("abc"), b"{}", &live).unwrap().bytes(), b"{}");
    assert!(shared_token(Some("def"), b"{}", &live).is_ok());
    for wrong in ["", "ab", "abcd", "ABC"] {
        assert_eq!(shared_token(Some(wrong), b"{}", &live), Err(Refused::Forged), "{wrong}");
    }
    assert_eq!(shared_token(None, b"{}", &live), Err(Refused::Unsigned));
    assert_eq!(Secret::new(""), None);
    assert_eq!(format!("{:?}", Secret::new("abc").unwrap()), "Secret(…)");
}

proptest! {
    #[test]
    fn nothing_that_was_not_signed_is_taken(header in ".{0,80}", body in ".{0,40}") {
        let live = secrets("secret");
        let (header, body) = (Some(header.as_str()), body.as_bytes());
        prop_assert!(stripe(header, body, &live, 0).is_err());
        prop_assert!(adyen_body(header, body, &live).is_err());
        prop_assert!(pagbank(header, body, &live).is_err());
    }
}
