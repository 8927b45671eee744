//! A token that comes with each webhook, as it was agreed: Asaas (`asaas-access-token`). It signs
//! nothing: whoever has read one message can send others, so it needs TLS and a rotation.

use super::{Refused, Secrets, Verified, keys::same};

/// Checks that a webhook bears the token.
///
/// # Errors
/// [`Refused`].
pub fn shared_token<'a>(
    header: Option<&str>,
    body: &'a [u8],
    tokens: &Secrets,
) -> Result<Verified<'a>, Refused> {
    let token = header.ok_or(Refused::Unsigned)?.as_bytes();
    // Each is compared, whichever fits.
    let fits = tokens.all().filter(|own| same(own.bytes(), token)).count();
    if fits > 0 { Ok(Verified(body)) } else { Err(Refused::Forged) }
}
