//! What we write into `externalReference`, by which a payment is found again and webhooks are
//! understood: the key of a charge, or whose card is being stored.

use std::{fmt, str::FromStr};

use mensal_domain::{
    charge::ChargeKey,
    ids::{AccountId, MethodId},
};

/// What a payment is for. As text `1042/2026-11-10-cycle/pix/1`, or `card/1042/m1`; the two
/// differ in how many parts they have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Own {
    /// A charge, or a collection.
    Charge(ChargeKey),
    /// A card that an account stores.
    Card(AccountId, MethodId),
}

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Charge(key) => write!(f, "{key}"),
            Self::Card(account, method) => write!(f, "card/{account}/{method}"),
        }
    }
}

/// Not written by us.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotOurs;

impl FromStr for Own {
    type Err = NotOurs;
    fn from_str(text: &str) -> Result<Self, NotOurs> {
        if let Ok(key) = text.parse() {
            return Ok(Self::Charge(key));
        }
        let parts: Vec<_> = text.split('/').collect();
        let ["card", account, method] = parts[..] else { return Err(NotOurs) };
        let account = account.parse().map_err(|_| NotOurs)?;
        Ok(Self::Card(account, method.parse().map_err(|_| NotOurs)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_write_is_told_from_what_others_write() {
        for ours in ["1042/2026-11-10-cycle/boleto/1", "card/1042/m1"] {
            assert_eq!(ours.parse::<Own>().unwrap().to_string(), ours);
        }
        for others in ["", "056984", "card/1042", "card/10 42/m1", "card/1/2/3", "1042/x/pix/1"] {
            assert_eq!(others.parse::<Own>(), Err(NotOurs), "{others}");
        }
    }
}
