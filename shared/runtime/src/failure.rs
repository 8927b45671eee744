//! Failures, by what is to be done about them (section 7 of the design).

use std::time::Duration;

use mensal_store::StoreError;

/// Why a record was not done, by what is to be done about it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It may succeed later: that record alone goes back to its queue.
    #[error("to be tried again: {0}")]
    Retry(String),
    /// It is too early: that record alone goes back to its queue, and comes again after so long. Where
    /// its queue cannot be told so, sooner.
    #[error("too early: {why}")]
    Early {
        /// Why.
        why: String,
        /// After so long it is not.
        wait: Duration,
    },
    /// It can never succeed: it goes to the dead letters with its reason.
    #[error("cannot be done: {0}")]
    Poison(String),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Moved | StoreError::Unavailable(_) => Self::Retry(error.to_string()),
            StoreError::Unreadable { .. } | StoreError::Refused(_) => {
                Self::Poison(error.to_string())
            }
        }
    }
}
