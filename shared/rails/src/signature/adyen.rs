//! Adyen: HMAC-SHA256 in base64, by a key that is given in hexadecimal; over the body, or over
//! fields of each item of a standard notification.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Refused, Secrets, Verified};

/// What of an item of a standard notification is signed, in the order in which it is.
#[derive(Clone, Copy, Debug)]
pub struct AdyenItem<'a> {
    /// `pspReference`.
    pub reference: &'a str,
    /// `originalReference`; empty if there is none.
    pub original: &'a str,
    /// `merchantAccountCode`.
    pub account: &'a str,
    /// `merchantReference`.
    pub own_reference: &'a str,
    /// `amount.value`, in the smallest unit.
    pub value: i64,
    /// `amount.currency`.
    pub currency: &'a str,
    /// `eventCode`.
    pub event: &'a str,
    /// `success`, as it is written.
    pub success: &'a str,
}

/// Checks the body of a webhook that is signed as a whole, by its header `HmacSignature`.
///
/// # Errors
/// [`Refused`].
pub fn adyen_body<'a>(
    header: Option<&str>,
    body: &'a [u8],
    secrets: &Secrets,
) -> Result<Verified<'a>, Refused> {
    let tag = decoded(header.ok_or(Refused::Unsigned)?)?;
    secrets.signed(body, &[tag])?;
    Ok(Verified(body))
}

/// Checks an item of a standard notification by its `additionalData.hmacSignature`. Values are
/// signed as they are, with colons between them.
///
/// # Errors
/// [`Refused`].
pub fn adyen_item(
    signature: Option<&str>,
    item: AdyenItem<'_>,
    secrets: &Secrets,
) -> Result<(), Refused> {
    let tag = decoded(signature.ok_or(Refused::Unsigned)?)?;
    let value = item.value.to_string();
    let AdyenItem { reference, original, account, own_reference, currency, event, success, .. } =
        item;
    // One colon more, and one text would be of two items. Our own reference may have some: all that
    // stands before and behind it is known.
    let others = [reference, original, account, currency, event, success];
    if others.into_iter().any(|field| field.contains(':')) {
        return Err(Refused::Malformed("a field has a colon"));
    }
    let signed =
        [reference, original, account, own_reference, &value, currency, event, success].join(":");
    secrets.signed(signed.as_bytes(), &[tag])
}

fn decoded(signature: &str) -> Result<Vec<u8>, Refused> {
    STANDARD.decode(signature).map_err(|_| Refused::Malformed("it is no base64"))
}
