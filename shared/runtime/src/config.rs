//! What a function is told by its environment.

/// A variable that is missing or wrong. The function does not start.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// It is not set.
    #[error(
        "the environment variable {0} is not set: template.yaml sets it for each function that needs it"
    )]
    Missing(&'static str),
    /// It is no IANA time zone.
    #[error(
        "MENSAL_TIME_ZONE is `{0}`, which is no IANA time zone: use a name like America/Sao_Paulo"
    )]
    TimeZone(String),
}

/// The name of the table.
pub const TABLE: &str = "MENSAL_TABLE";
/// The name of the bucket of documents.
pub const BUCKET: &str = "MENSAL_BUCKET";
/// The name of the event bus.
pub const BUS: &str = "MENSAL_BUS";
/// The URL of the queue of shards to be planned.
pub const PLAN_QUEUE: &str = "MENSAL_PLAN_QUEUE";
/// The URL of the queue of accounts to be billed.
pub const BILL_QUEUE: &str = "MENSAL_BILL_QUEUE";
/// The URL of the queue of documents to be made.
pub const DOCUMENT_QUEUE: &str = "MENSAL_DOCUMENT_QUEUE";
/// The URL of the function's own dead-letter queue.
pub const DEAD_LETTERS: &str = "MENSAL_DEAD_LETTERS";
/// The IANA time zone in which the ISP's days begin.
pub const TIME_ZONE: &str = "MENSAL_TIME_ZONE";

/// A variable.
///
/// # Errors
/// [`ConfigError::Missing`].
pub fn required(name: &'static str) -> Result<String, ConfigError> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).ok_or(ConfigError::Missing(name))
}

/// The ISP's time zone.
///
/// # Errors
/// [`ConfigError`].
pub fn time_zone() -> Result<jiff::tz::TimeZone, ConfigError> {
    let name = required(TIME_ZONE)?;
    jiff::tz::TimeZone::get(&name).map_err(|_| ConfigError::TimeZone(name))
}
