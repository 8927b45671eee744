//! Names that people and other systems give to things: accounts, plans, taxes, …
//!
//! Each kind has its own type, so that a plan's code cannot be passed where an account's id is
//! meant. All share one alphabet, chosen so that a name can stand in a database key, an object
//! key, a file name and a URL as it is.

use std::{fmt, str::FromStr};

/// The longest name in characters: keys and invoice numbers stay short.
pub const MAX_LENGTH: usize = 40;

/// A name that is empty, too long, or has a character outside `A-Z a-z 0-9 . _ -`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a valid {what}: use 1 to {MAX_LENGTH} of A-Z a-z 0-9 . _ -")]
pub struct InvalidId {
    what: &'static str,
    given: String,
}

fn check(what: &'static str, text: &str) -> Result<Box<str>, InvalidId> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if (1..=MAX_LENGTH).contains(&text.len()) && text.bytes().all(allowed) {
        return Ok(text.into());
    }
    let given = text.chars().take(MAX_LENGTH + 8).collect();
    Err(InvalidId { what, given })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $what:literal),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                check($what, text).map(Self)
            }
        }
        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0.into()
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }
    )+};
}

ids! {
    /// The customer's account number.
    AccountId = "account id",
    /// A place of the ISP's network, with the access servers that know its customers.
    SiteCode = "site code",
    /// One subscription of an account; unique within the account.
    SubscriptionId = "subscription id",
    /// One one-off charge of an account; unique within the account, for ever.
    ChargeId = "charge id",
    /// A plan or an add-on of the catalog.
    PlanCode = "plan code",
    /// A discount of the catalog.
    DiscountCode = "discount code",
    /// A tax of the catalog.
    TaxCode = "tax code",
    /// What decides which taxes a line bears: `internet`, `equipment`, …
    CategoryCode = "tax category",
    /// What is metered on a plan: `data`, `minutes`, …
    MeterCode = "meter code",
    /// An account type: `residential`, `commercial`, …
    AccountTypeCode = "account type",
    /// A calendar of excluded days.
    CalendarCode = "calendar code",
    /// A state or province: `SP`, `TX`.
    RegionCode = "region code",
    /// A gateway of the ISP, as its webhooks' address and its secret name it: `banco`, `stripe`.
    GatewayCode = "gateway code",
    /// A stored payment method or mandate; unique within the account.
    MethodId = "payment method id",
    /// What a notice says: a template of the ISP.
    TemplateCode = "template code",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_fit_a_key_are_taken_and_others_say_why_not() {
        for good in ["1", "A-100.b_2", &"x".repeat(40)] {
            assert_eq!(good.parse::<AccountId>().unwrap().as_str(), good);
        }
        for bad in ["", "a#b", "a b", "ação", &"x".repeat(41)] {
            let error = bad.parse::<PlanCode>().unwrap_err().to_string();
            assert!(error.contains("plan code") && error.contains("1 to 40"), "{error}");
        }
    }
}
