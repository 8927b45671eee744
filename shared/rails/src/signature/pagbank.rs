//! `PagBank`: `x-authenticity-token`, SHA-256 in hexadecimal of `<token of the account>-<body>`.

use ring::digest::{Context, SHA256};

use super::{Refused, Secrets, Verified, keys::same};

/// Checks a webhook of `PagBank`.
///
/// # Errors
/// [`Refused`].
pub fn pagbank<'a>(
    header: Option<&str>,
    body: &'a [u8],
    tokens: &Secrets,
) -> Result<Verified<'a>, Refused> {
    let tag = hex::decode(header.ok_or(Refused::Unsigned)?);
    let tag = tag.map_err(|_| Refused::Malformed("it is no hexadecimal"))?;
    let signs = |token: &super::Secret| {
        let mut hash = Context::new(&SHA256);
        hash.update(token.bytes());
        hash.update(b"-");
        hash.update(body);
        same(hash.finish().as_ref(), &tag)
    };
    if tokens.all().any(signs) { Ok(Verified(body)) } else { Err(Refused::Forged) }
}
