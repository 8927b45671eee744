//! Stripe: `Stripe-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 over `<t>.<body>`.
//!
//! Several `v1` are sent while a secret is rolled; other versions are for test modes and do not
//! count (Stripe's manual, "Verify webhook signatures manually").

use super::{Refused, Secrets, Verified, recent};

/// How far from now a signature may be, in seconds: Stripe's own default.
const TOLERANCE: u64 = 300;
/// More signatures than that nobody sends.
const MOST: usize = 10;

/// Checks a webhook of Stripe. `now` is in seconds of 1970.
///
/// # Errors
/// [`Refused`].
pub fn stripe<'a>(
    header: Option<&str>,
    body: &'a [u8],
    secrets: &Secrets,
    now: i64,
) -> Result<Verified<'a>, Refused> {
    let header = header.ok_or(Refused::Unsigned)?;
    let mut signed = None;
    let mut tags = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", seconds)) => {
                let seconds = seconds.parse::<i64>();
                signed = Some(seconds.map_err(|_| Refused::Malformed("t is no number"))?);
            }
            Some(("v1", tag)) => {
                tags.push(
                    hex::decode(tag).map_err(|_| Refused::Malformed("v1 is no hexadecimal"))?,
                );
            }
            Some(_) => {}
            None => return Err(Refused::Malformed("a part without =")),
        }
    }
    let signed = signed.ok_or(Refused::Malformed("no t"))?;
    if tags.is_empty() || tags.len() > MOST {
        return Err(Refused::Malformed("no v1, or too many"));
    }
    let message = [signed.to_string().as_bytes(), b".", body].concat();
    secrets.signed(&message, &tags)?;
    // Only now: whether a signature is old is told to nobody who cannot sign.
    recent(signed, now, TOLERANCE)?;
    Ok(Verified(body))
}
