//! Woovi (`OpenPix`): `x-webhook-signature`, RSA PKCS#1 v1.5 with SHA-256 over the body, in base64,
//! by Woovi's own key.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::signature::{RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};

use super::{Refused, Verified};

/// The algorithm of an RSA key in a `SubjectPublicKeyInfo`, and the tag of the bits that follow
/// (RFC 8017, A.1; RFC 5280, 4.1).
const RSA: [u8; 16] = [
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00, 0x03,
];

/// Checks a webhook of Woovi by its public key, in PEM as it is published. (Its key has 1,024
/// bits, fewer than one would choose today.)
///
/// # Errors
/// [`Refused`]; a key that cannot be read signs nothing.
pub fn woovi<'a>(header: Option<&str>, body: &'a [u8], key: &str) -> Result<Verified<'a>, Refused> {
    let signature = STANDARD.decode(header.ok_or(Refused::Unsigned)?);
    let signature = signature.map_err(|_| Refused::Malformed("it is no base64"))?;
    let key = rsa_key(key).ok_or(Refused::Malformed("its key cannot be read"))?;
    let key = UnparsedPublicKey::new(&RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, key);
    key.verify(body, &signature).map_err(|_| Refused::Forged)?;
    Ok(Verified(body))
}

/// The key within a `SubjectPublicKeyInfo` in PEM: the bits after its algorithm, without their
/// length and the count of unused bits, which is zero.
fn rsa_key(pem: &str) -> Option<Vec<u8>> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let der = STANDARD.decode(lines.collect::<String>()).ok()?;
    let at = der.windows(RSA.len()).position(|window| window == RSA)?;
    let rest = der.get(at + RSA.len()..)?;
    let length = match rest.first()? {
        0x81 => 2,
        0x82 => 3,
        short if *short < 0x80 => 1,
        _ => return None,
    };
    let bits = rest.get(length..)?;
    (*bits.first()? == 0).then(|| bits[1..].to_vec())
}
