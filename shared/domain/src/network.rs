//! What an ISP's network knows of a customer: a login, and what its service is to be.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What the service of a login is to be, the least restricted first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// As its plan says.
    Full,
    /// Slowed down.
    Throttled,
    /// Suspended.
    Suspended,
    /// Ended: the contract is over.
    Ended,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Full => "full",
            Self::Throttled => "throttled",
            Self::Suspended => "suspended",
            Self::Ended => "ended",
        })
    }
}

/// What the service of a login was before its access servers are told what it is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// They have confirmed this one.
    Confirmed(Service),
    /// Nobody knows. This is the most restricted of what they had confirmed, and of what they were asked
    /// for since.
    AtWorst(Service),
}

impl Before {
    /// The most restricted service that the login may have.
    #[must_use]
    pub fn worst(self) -> Service {
        match self {
            Self::Confirmed(service) | Self::AtWorst(service) => service,
        }
    }
}

/// What access servers know a customer by: RADIUS' User-Name (RFC 2865, section 5.1), at most
/// [`Login::LONGEST`] bytes without control characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Login(Box<str>);

/// No login.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no login: use 1 to {} bytes without control characters", Login::LONGEST)]
pub struct InvalidLogin;

impl Login {
    /// The longest login, in bytes.
    pub const LONGEST: usize = 128;

    /// The login as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Login {
    type Err = InvalidLogin;
    fn from_str(text: &str) -> Result<Self, InvalidLogin> {
        let fits = (1..=Self::LONGEST).contains(&text.len());
        if fits && !text.chars().any(char::is_control) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidLogin)
        }
    }
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// It may name a person.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(…)")
    }
}

crate::text::travels_as_text! {
    Login, InvalidLogin;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_what_radius_takes_and_is_not_shown_by_accident() {
        for good in ["ana", "ana@isp.example", "00:11:22:33:44:55", "joão silva"] {
            let login: Login = good.parse().unwrap();
            assert_eq!(login.to_string(), good);
            assert!(!format!("{login:?}").contains(good));
        }
        for bad in ["", "ana\n", &"x".repeat(129)] {
            assert_eq!(bad.parse::<Login>(), Err(InvalidLogin), "{bad:?}");
        }
    }
}
