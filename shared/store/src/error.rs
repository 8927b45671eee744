//! What can go wrong with the table, by what is to be done about it.

use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
};

use crate::telling::{failed_request, without_values};

/// What went wrong with the table, by what is to be done about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The account has changed since it was read: read it again and decide anew.
    #[error("the account has changed since it was read")]
    Moved,
    /// The table did not take it this time: throttled, in conflict, out of reach.
    #[error("the table did not answer: {0}")]
    Unavailable(String),
    /// An item cannot be understood: a person has to look at it.
    #[error("item {key} cannot be read: {why}")]
    Unreadable {
        /// Which item.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// The request can never succeed.
    #[error("the table refused it: {0}")]
    Refused(String),
}

impl StoreError {
    /// An item that cannot be understood. What is told of it goes to logs and to whoever hears of
    /// a parked account: the value that could not be read stays in the table.
    #[allow(clippy::needless_pass_by_value)] // errors are handed over
    pub(crate) fn unreadable(key: impl Into<String>, why: impl std::fmt::Display) -> Self {
        Self::Unreadable { key: key.into(), why: without_values(&why.to_string()) }
    }
}

/// Requests that DynamoDB refuses because they are wrong, not because of the moment. A right or
/// a table that is missing is of the moment: a deployment mends it.
const FINAL: [&str; 2] = ["ValidationException", "SerializationException"];

impl<E> From<SdkError<E, HttpResponse>> for StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        let text = failed_request(&error);
        match error.code() {
            Some("ConditionalCheckFailedException") => Self::Moved,
            Some(code) if FINAL.contains(&code) => Self::Refused(text),
            _ => Self::Unavailable(text),
        }
    }
}

/// Why each action of a cancelled transaction failed, `None` where it did not; none if the
/// transaction was not cancelled.
pub(crate) fn cancellation<R>(
    error: &SdkError<TransactWriteItemsError, R>,
) -> Option<&[aws_sdk_dynamodb::types::CancellationReason]> {
    match error.as_service_error()? {
        TransactWriteItemsError::TransactionCanceledException(cancelled) => {
            Some(cancelled.cancellation_reasons())
        }
        _ => None,
    }
}

/// Whether a reason is a condition that did not hold.
pub(crate) fn condition_failed(reason: &aws_sdk_dynamodb::types::CancellationReason) -> bool {
    reason.code() == Some("ConditionalCheckFailed")
}
