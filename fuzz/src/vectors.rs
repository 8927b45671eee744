//! Where each search begins: the known vectors of `shared/rails/tests/data`, with what gateways send
//! as their manuals show it, and in `seeds` what they answer.

use std::fmt::Write;

use serde_json::Value;

const BOLETOS: &str = include_str!("../../shared/rails/tests/data/boletos.json");
const BR_CODES: &str = include_str!("../../shared/rails/tests/data/br_codes.json");
const SIGNED: &str = include_str!("../../shared/rails/tests/data/webhook_signatures.json");
const TOLD: &str = include_str!("../../shared/rails/tests/data/webhooks.json");
const ANSWERS: &str = include_str!("../seeds/answers.json");

fn read(json: &str) -> Value {
    serde_json::from_str(json).expect("the vectors are JSON")
}

/// The texts under some names, of each object of a list.
fn texts(list: &Value, names: &[&str]) -> Vec<String> {
    let objects = list.as_array().into_iter().flatten();
    let found = objects.flat_map(|object| names.iter().filter_map(|name| object[*name].as_str()));
    found.map(str::to_owned).collect()
}

/// Barcodes and typeable lines.
pub(crate) fn boletos() -> Vec<String> {
    texts(&read(BOLETOS), &["barcode", "line"])
}

/// Codes that are right, and some that were published with a wrong checksum or broken objects.
pub(crate) fn br_codes() -> Vec<String> {
    let codes = read(BR_CODES);
    [&codes["valid"], &codes["broken"]].into_iter().flat_map(|l| texts(l, &["payload"])).collect()
}

/// The header of a signature and the body that it is of, for each signed webhook.
pub(crate) fn signed() -> Vec<(String, String)> {
    let all = read(SIGNED);
    let header = ["signature_header", "x_signature", "signature"];
    let both = |one: &Value| {
        let header = header.iter().find_map(|name| one[*name].as_str())?;
        Some((header.to_owned(), one["body"].as_str().unwrap_or_default().to_owned()))
    };
    all.as_array().into_iter().flatten().filter_map(both).collect()
}

/// A public key in PEM, as it was published.
pub(crate) fn public_key() -> String {
    texts(&read(SIGNED), &["public_key_pem"]).swap_remove(0)
}

/// The bodies of a gateway's webhooks.
pub(crate) fn told_by(gateway: &str) -> Vec<Vec<u8>> {
    let all = read(TOLD);
    all[gateway].as_array().into_iter().flatten().map(|body| body.to_string().into()).collect()
}

/// What gateways are asked for and answer, as the target of answers reads it.
pub(crate) fn answers() -> Vec<Vec<u8>> {
    let all = read(ANSWERS);
    let written = |one: &Value| {
        let mut text = one["ask"].as_str().unwrap_or_default().to_owned();
        for answer in one["answers"].as_array().into_iter().flatten() {
            let status = answer[0].as_str().unwrap_or_default();
            write!(text, "\n--- {status}\n{}", answer[1]).unwrap_or_default();
        }
        text.into_bytes()
    };
    all.as_array().into_iter().flatten().map(written).collect()
}
