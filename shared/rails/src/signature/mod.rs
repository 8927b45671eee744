//! Signatures of webhooks: checked over the raw bytes, in constant time, before anything of the
//! body is read.
//!
//! Each scheme is a function from what came and what is known to a [`Verified`] body, which
//! nothing else can make: what parses a webhook takes one, and so cannot be given a body that
//! nobody has checked. Why a check failed is not told to whoever sent it.

mod adyen;
mod keys;
mod mercado_pago;
mod own;
mod pagbank;
mod stripe;
mod token;
mod woovi;

pub use adyen::{AdyenItem, adyen_body, adyen_item};
pub use keys::{Secret, Secrets};
pub use mercado_pago::{MercadoPago, mercado_pago};
pub use own::{OWN_HEADER, own};
pub use pagbank::pagbank;
pub use stripe::stripe;
pub use token::shared_token;
pub use woovi::woovi;

/// The raw bytes of a webhook whose sender is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified<'a>(&'a [u8]);

impl<'a> Verified<'a> {
    /// The bytes.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.0
    }
}

/// Why a webhook is not accepted. For logs: it quotes nothing of what was sent or is secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It bears no signature.
    #[error("it is not signed")]
    Unsigned,
    /// The signature has not the form that the scheme gives it.
    #[error("its signature is malformed: {0}")]
    Malformed(&'static str),
    /// The signature is not of this body by any secret that is live.
    #[error("its signature is of another body or by another secret")]
    Forged,
    /// It was signed too long ago, or in the future: it may be sent again by somebody else.
    #[error("it was signed {away} seconds away from now, and {most} are taken")]
    Stale {
        /// How far from now, either way.
        away: u64,
        /// How far it may be.
        most: u64,
    },
}

/// Whether a time in a signature is near enough to now, both in seconds of 1970.
fn recent(signed: i64, now: i64, most: u64) -> Result<(), Refused> {
    let away = signed.abs_diff(now);
    if away > most { Err(Refused::Stale { away, most }) } else { Ok(()) }
}
