//! Mercado Pago: `x-signature: ts=<milliseconds>,v1=<hex>`, HMAC-SHA256 over a manifest of the
//! notification's id, the request's id and the time; the body itself is not signed.
//!
//! So a body that passes tells no more than that something of this id has happened: it has to be
//! asked for. Parts that are absent are left out of the manifest.

use super::{Refused, Secrets, recent};

/// How far from now a signature may be, in seconds.
const TOLERANCE: u64 = 300;

/// What of a notification is signed.
#[derive(Clone, Copy, Debug)]
pub struct MercadoPago<'a> {
    /// The header `x-signature`.
    pub signature: Option<&'a str>,
    /// The header `x-request-id`.
    pub request_id: Option<&'a str>,
    /// The parameter `data.id` of the address that was called.
    pub data_id: Option<&'a str>,
}

/// Checks a notification of Mercado Pago. `now` is in seconds of 1970.
///
/// # Errors
/// [`Refused`].
pub fn mercado_pago(it: MercadoPago<'_>, secrets: &Secrets, now: i64) -> Result<(), Refused> {
    let header = it.signature.ok_or(Refused::Unsigned)?;
    let part = |name: &str| {
        let parts = header.split(',').filter_map(|part| part.trim().split_once('='));
        parts.into_iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    };
    let time = part("ts").ok_or(Refused::Malformed("no ts"))?;
    let tag = part("v1").ok_or(Refused::Malformed("no v1"))?;
    let tag = hex::decode(tag).map_err(|_| Refused::Malformed("v1 is no hexadecimal"))?;
    let milliseconds: i64 = time.parse().map_err(|_| Refused::Malformed("ts is no number"))?;
    let mut manifest = String::new();
    // What parts the manifest cannot stand in it: one text would be of two notifications.
    if [it.data_id, it.request_id].into_iter().flatten().any(|id| id.contains(';')) {
        return Err(Refused::Malformed("an id has a semicolon"));
    }
    for (name, value) in [("id", it.data_id), ("request-id", it.request_id), ("ts", Some(time))] {
        if let Some(value) = value {
            manifest.extend([name, ":", value, ";"]);
        }
    }
    secrets.signed(manifest.as_bytes(), &[tag])?;
    recent(milliseconds / 1000, now, TOLERANCE)
}
