//! What can go wrong with a gateway, by what is to be done about it.

use mensal_domain::payment::Advice;

/// Why a payer's bank has said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decline {
    /// The gateway's own code for it.
    pub code: String,
    /// What it means for trying again.
    pub advice: Advice,
}

/// Why a gateway did not do what it was asked. What is told quotes no secret and no person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It was not done, and may be asked for again: out of reach, throttled, closed for the night.
    #[error("not done, to be tried again: {0}")]
    Unavailable(String),
    /// Nobody knows whether it was done: no answer in time, a broken connection, an error of the
    /// gateway's own. It is asked for, or given again with the same key.
    #[error("nobody knows whether it was done: {0}")]
    Unknown(String),
    /// The thing stands so that this cannot be done to it: ask how it stands.
    #[error("it stands otherwise: {0}")]
    Conflict(String),
    /// The payer's bank says no.
    #[error("declined: {}", .0.code)]
    Declined(Decline),
    /// The gateway refuses the order as it is: asking again is of no use before somebody has
    /// looked at it.
    #[error("refused: {0}")]
    Refused(String),
    /// Our credentials are not taken: a person has to mend them.
    #[error("the gateway does not take our credentials: {0}")]
    Credentials(String),
    /// The gateway does nothing of that kind.
    #[error("this gateway does not {0}")]
    Unsupported(&'static str),
}
