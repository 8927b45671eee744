//! The secrets of a webhook: several may live at once, so that one can take the place of another
//! while messages signed with either are under way.

use std::fmt;

use ring::hmac;

use super::Refused;

/// A secret. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

impl Secret {
    /// A secret of bytes; none if there are none, which would accept anybody.
    #[must_use]
    pub fn new(bytes: impl Into<Vec<u8>>) -> Option<Self> {
        let bytes = bytes.into();
        (!bytes.is_empty()).then_some(Self(bytes))
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The secrets that are live: at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secrets {
    first: Secret,
    others: Vec<Secret>,
}

impl Secrets {
    /// Those of a list; none if it is empty, or if one of them is.
    #[must_use]
    pub fn of<T: AsRef<[u8]>>(all: &[T]) -> Option<Self> {
        let mut all = all.iter().map(|secret| Secret::new(secret.as_ref()));
        let first = Self::one(all.next()??);
        all.try_fold(first, |secrets, another| Some(secrets.and(another?)))
    }

    /// One secret.
    #[must_use]
    pub fn one(secret: Secret) -> Self {
        Self { first: secret, others: Vec::new() }
    }

    /// And another one that is live beside it.
    #[must_use]
    pub fn and(mut self, secret: Secret) -> Self {
        self.others.push(secret);
        self
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// Whether one of these tags is HMAC-SHA256 of a message by one of the secrets.
    pub(super) fn signed(&self, message: &[u8], tags: &[Vec<u8>]) -> Result<(), Refused> {
        let signs = |secret: &Secret| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
            tags.iter().any(|tag| hmac::verify(&key, message, tag).is_ok())
        };
        if self.all().any(signs) { Ok(()) } else { Err(Refused::Forged) }
    }
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    // Verifying a tag compares in constant time; its key need not be secret.
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"compared");
    let tag = hmac::sign(&key, one);
    hmac::verify(&key, other, tag.as_ref()).is_ok()
}
