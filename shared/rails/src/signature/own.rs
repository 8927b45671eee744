//! What Mensal itself sends to other systems: `Mensal-Signature: t=<seconds>,v1=<hex>`, HMAC-SHA256 over
//! `<t>.<body>`, which is the scheme of [`super::stripe`], so that libraries for that one check it.

use jiff::Timestamp;
use ring::hmac;

use super::Secret;

/// The header that bears it.
pub const OWN_HEADER: &str = "Mensal-Signature";

/// The signature of a body that is sent at a time.
#[must_use]
pub fn own(body: &[u8], secret: &Secret, at: Timestamp) -> String {
    let seconds = at.as_second();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
    let message = [seconds.to_string().as_bytes(), b".", body].concat();
    format!("t={seconds},v1={}", hex::encode(hmac::sign(&key, &message)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::{Refused, Secrets, stripe};

    #[test]
    fn what_is_sent_is_verified_by_whoever_knows_the_secret() {
        let secret = Secret::new("of both").unwrap();
        let at: Timestamp = "2026-11-10T12:00:00Z".parse().unwrap();
        let header = own(b"{}", &secret, at);
        let known = Secrets::one(secret);
        let now = at.as_second() + 10;
        assert_eq!(stripe(Some(&header), b"{}", &known, now).unwrap().bytes(), b"{}");
        assert_eq!(stripe(Some(&header), b"{ }", &known, now), Err(Refused::Forged));
        let other = Secrets::one(Secret::new("of others").unwrap());
        assert_eq!(stripe(Some(&header), b"{}", &other, now), Err(Refused::Forged));
    }
}
