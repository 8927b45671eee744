//! `pix`: reads the text behind a Pix QR, for the support desk.

use mensal_rails::pix::{
    BrCode,
    tlv::{self, Object},
};
use serde_json::{Map, Value, json};

use super::{Failed, say};
use crate::cli::PixCommand;

pub(crate) fn pix(command: &PixCommand) -> Result<(), Failed> {
    let PixCommand::Read { payload } = command;
    // Copied from paper, a code comes in several lines, none of which is a part of it.
    let payload = payload.trim().replace(['\r', '\n'], "");
    let mut told = serde_json::to_value(BrCode::read(&payload)?)?;
    told["objects"] = objects(&tlv::read(&payload)?);
    Ok(say(&format!("{told:#}\n"))?)
}

/// Each object by its id; templates, taken apart, where they are some.
fn objects(all: &[Object]) -> Value {
    let told = |object: &Object| {
        let is_template = matches!(object.id, 26..=51 | 62 | 64 | 80..=99);
        let parts = is_template.then(|| tlv::parts(&object.value).ok()).flatten();
        let value = parts.map_or_else(|| json!(object.value), |parts| objects(&parts));
        (format!("{:02}", object.id), value)
    };
    Value::Object(all.iter().map(told).collect::<Map<_, _>>())
}
