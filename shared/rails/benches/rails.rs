//! How many boletos and BR Codes a second are written and read, how many webhooks verified, and how
//! many of each gateway verified and read, on one core: `cargo bench -p mensal-rails --bench rails`,
//! with `-- --json` for machines.
//!
//! Each is told next to the least that it could be, on the same bytes in the same run: to copy a
//! boleto's digits; to compute a BR Code's checksum; ring's bare HMAC-SHA256 of a body; where a body
//! is read, to parse its JSON. Work and floor take turns, the median of the rounds counts, and
//! machines differ less in the ratios than in the speeds.
#![allow(
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    reason = "speeds are rounded to whole numbers when they are told; without its data it ends"
)]

#[path = "rails/gateways.rs"]
mod gateways;

use std::{hint::black_box, time::Instant};

use base64::{Engine, engine::general_purpose::STANDARD};
use crc::{CRC_16_IBM_3740, Crc};
use mensal_rails::{
    boleto::Boleto,
    pix::{BrCode, Charge, NewCode},
    signature::{
        MercadoPago, Secret, Secrets, adyen_body, mercado_pago, pagbank, shared_token, stripe,
        woovi,
    },
};
use ring::{
    digest::{SHA256, digest},
    hmac,
};
use serde_json::Value;

const ROUNDS: usize = 9;
/// How long a turn takes, in seconds.
const TURN: f64 = 0.05;
const SECRET: &str = "known to the gateway alone";
/// When webhooks were signed, in seconds of 1970.
const AT: i64 = 1_795_680_000;

/// What is measured, next to its floor: how often a second, in each round.
struct Row {
    name: &'static str,
    floor: &'static str,
    per_second: Vec<f64>,
    floor_per_second: Vec<f64>,
}

fn main() {
    let mut rows = boletos();
    rows.extend(br_codes());
    rows.extend(webhooks());
    rows.push(webhooks_of_woovi());
    rows.extend(gateways::rows());
    if std::env::args().any(|argument| argument == "--json") {
        let told: Vec<_> = rows.iter().map(as_json).collect();
        println!("{}", serde_json::json!({ "rounds": ROUNDS, "work": told }));
        return;
    }
    println!("one thread, median of {ROUNDS} rounds");
    println!(
        "{:<22} {:>12} {:>12} {:>12}  {:<16} {:>12} {:>12}",
        "work", "per second", "slowest", "fastest", "floor", "per second", "times floor"
    );
    rows.iter().for_each(print);
}

/// Measures a piece of work over some inputs, in turns with its floor.
fn measured<T, R, F>(
    name: &'static str,
    floor_name: &'static str,
    inputs: &[T],
    work: impl Fn(&T) -> R,
    floor: impl Fn(&T) -> F,
) -> Row {
    let mut row =
        Row { name, floor: floor_name, per_second: Vec::new(), floor_per_second: Vec::new() };
    for _ in 0..ROUNDS {
        row.per_second.push(turn(inputs, &work));
        row.floor_per_second.push(turn(inputs, &floor));
    }
    row
}

/// How often a second some work is done, over all inputs again and again.
fn turn<T, R>(inputs: &[T], work: impl Fn(&T) -> R) -> f64 {
    let begun = Instant::now();
    let mut done = 0;
    loop {
        for input in inputs {
            black_box(work(black_box(input)));
        }
        done += inputs.len();
        let passed = begun.elapsed().as_secs_f64();
        if passed > TURN {
            return done as f64 / passed;
        }
    }
}

/// The digits of a text and nothing else, in memory of their own.
fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn boletos() -> Vec<Row> {
    let cases: Value = serde_json::from_str(include_str!("../tests/data/boletos.json")).unwrap();
    let lines = cases.as_array().unwrap().iter().filter_map(|case| case["line"].as_str());
    let known: Vec<(String, Boleto)> =
        lines.map(|line| (line.to_owned(), line.parse().unwrap())).collect();
    let copy = |(line, _): &(String, Boleto)| digits(line);
    vec![
        measured("boleto: line read", "digits copied", &known, |it| it.0.parse::<Boleto>(), copy),
        measured("boleto: line written", "digits copied", &known, |it| it.1.printed_line(), copy),
        measured("boleto: barcode", "digits copied", &known, |it| it.1.barcode(), copy),
    ]
}

fn br_codes() -> Vec<Row> {
    let checksum = Crc::<u16>::new(&CRC_16_IBM_3740);
    let new = |n: u32| NewCode {
        charge: Charge::Static {
            key: "123e4567-e12b-12d1-a456-426655440000".into(),
            description: Some("Internet – novembro".into()),
            amount: Some(format!("{n}.90 BRL").parse().unwrap()),
            txid: Some(format!("1042x2611{n:04}")),
        },
        recurrence_url: None,
        name: "Conexão Ágil Telecom".into(),
        city: "São José dos Campos".into(),
    };
    let codes: Vec<NewCode> = (1..=200).map(new).collect();
    let written: Vec<(NewCode, String)> =
        codes.into_iter().map(|code| (code.clone(), code.write().unwrap())).collect();
    let pass = |(_, text): &(NewCode, String)| checksum.checksum(text.as_bytes());
    vec![
        measured("BR Code: read", "its checksum", &written, |it| BrCode::read(&it.1), pass),
        measured("BR Code: written", "its checksum", &written, |it| it.0.write(), pass),
    ]
}

/// A body of about a kilobyte, as webhooks have.
fn body(n: u32) -> Vec<u8> {
    let notes = "paid at a till; ".repeat(56);
    format!(r#"{{"id":"evt_{n}","type":"paid","amount":9990,"notes":"{notes}"}}"#).into_bytes()
}

fn secrets() -> Secrets {
    Secrets::one(Secret::new(SECRET).unwrap())
}

fn hmac_of(message: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), message)
}

/// Verifies bodies by a scheme, signed as the gateway does it.
fn scheme<R>(
    name: &'static str,
    sign: impl Fn(&[u8]) -> String,
    verify: impl Fn(&str, &[u8]) -> Option<R>,
) -> Row {
    let signed: Vec<(String, Vec<u8>)> =
        (0..50).map(body).map(|body| (sign(&body), body)).collect();
    assert!(signed.iter().all(|(header, body)| verify(header, body).is_some()), "{name}");
    let floor = |(_, body): &(String, Vec<u8>)| hmac_of(body);
    measured(name, "HMAC of the body", &signed, |(header, body)| verify(header, body), floor)
}

fn webhooks() -> Vec<Row> {
    let live = secrets();
    vec![
        scheme(
            "webhook: Stripe",
            |body| {
                let tag = hmac_of(&[format!("{AT}.").as_bytes(), body].concat());
                format!("t={AT},v1={}", hex::encode(tag))
            },
            |header, body| stripe(Some(header), body, &live, AT).ok().map(|_| ()),
        ),
        scheme(
            "webhook: Adyen",
            |body| STANDARD.encode(hmac_of(body)),
            |header, body| adyen_body(Some(header), body, &live).ok().map(|_| ()),
        ),
        scheme(
            "webhook: PagBank",
            |body| hex::encode(digest(&SHA256, &[SECRET.as_bytes(), b"-", body].concat())),
            |header, body| pagbank(Some(header), body, &live).ok().map(|_| ()),
        ),
        scheme(
            "webhook: Mercado Pago",
            |_| {
                let tag = hmac_of(format!("id:123;request-id:abc;ts:{AT}000;").as_bytes());
                format!("ts={AT}000,v1={}", hex::encode(tag))
            },
            |header, _| {
                let (signature, request_id, data_id) = (Some(header), Some("abc"), Some("123"));
                mercado_pago(MercadoPago { signature, request_id, data_id }, &live, AT).ok()
            },
        ),
        scheme(
            "webhook: token",
            |_| SECRET.to_owned(),
            |header, body| shared_token(Some(header), body, &live).ok().map(|_| ()),
        ),
    ]
}

/// Only Woovi can sign for Woovi: this is a webhook that it has published, of 230 bytes.
fn webhooks_of_woovi() -> Row {
    let all = include_str!("../tests/data/webhook_signatures.json");
    let all: Vec<Value> = serde_json::from_str(all).unwrap();
    let known = |one: &&Value| one["public_key_pem"].is_string() && one["verifies"] == true;
    let one = all.iter().find(known).unwrap();
    let [key, body, header] = ["public_key_pem", "body", "signature"].map(|n| one[n].as_str());
    let (key, body) = (key.unwrap(), body.unwrap().as_bytes());
    assert!(woovi(header, body, key).is_ok());
    let verify = |body: &&[u8]| woovi(header, body, key).map(|_| ());
    measured("webhook: Woovi (RSA)", "HMAC of the body", &[body], verify, |body| hmac_of(body))
}

fn sorted(per_second: &[f64]) -> Vec<f64> {
    let mut sorted = per_second.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn median(per_second: &[f64]) -> f64 {
    sorted(per_second)[per_second.len() / 2]
}

impl Row {
    /// How many floors one piece of work takes.
    fn times_floor(&self) -> f64 {
        (median(&self.floor_per_second) / median(&self.per_second) * 10.0).round() / 10.0
    }
}

fn print(row: &Row) {
    let all = sorted(&row.per_second);
    println!(
        "{:<22} {:>12.0} {:>12.0} {:>12.0}  {:<16} {:>12.0} {:>12.1}",
        row.name,
        median(&all),
        all[0],
        all[ROUNDS - 1],
        row.floor,
        median(&row.floor_per_second),
        row.times_floor(),
    );
}

fn as_json(row: &Row) -> Value {
    let all = sorted(&row.per_second);
    serde_json::json!({
        "name": row.name,
        "per_second": median(&all).round(),
        "slowest": all[0].round(),
        "fastest": all[ROUNDS - 1].round(),
        "floor": row.floor,
        "floor_per_second": median(&row.floor_per_second).round(),
        "times_floor": row.times_floor(),
    })
}
