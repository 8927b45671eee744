//! What a function is told by its environment.

use mensal_domain::ids::{GatewayCode, InvalidId};

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
    /// It names something that is no gateway's code.
    #[error("MENSAL_GATEWAYS: {0}; write codes with commas between them: banco,stripe")]
    Gateways(String),
    /// It says neither when.
    #[error(
        "MENSAL_DOCUMENTS is `{0}`, which says not when PDFs are made: use at-once or on-first-view"
    )]
    Documents(String),
}

/// When the PDF of an invoice is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Documents {
    /// As soon as the invoice is issued.
    #[default]
    AtOnce,
    /// When somebody asks for it: cheaper where few do.
    OnFirstView,
}

impl std::str::FromStr for Documents {
    type Err = ConfigError;
    fn from_str(text: &str) -> Result<Self, ConfigError> {
        match text {
            "at-once" => Ok(Self::AtOnce),
            "on-first-view" => Ok(Self::OnFirstView),
            other => Err(ConfigError::Documents(other.into())),
        }
    }
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
/// The URL of the queue of invoices whose charges are to be registered, amended or cancelled.
pub const CHARGE_QUEUE: &str = "MENSAL_CHARGE_QUEUE";
/// The URL of the queue of accounts to be reviewed.
pub const REVIEW_QUEUE: &str = "MENSAL_REVIEW_QUEUE";
/// The URL of the queue of money to be collected or given back.
pub const COLLECT_QUEUE: &str = "MENSAL_COLLECT_QUEUE";
/// The URL of the queue of what gateways have told.
pub const PAYMENT_QUEUE: &str = "MENSAL_PAYMENT_QUEUE";
/// The URL of the queue of notices to be sent, and of what has become of them.
pub const NOTICE_QUEUE: &str = "MENSAL_NOTICE_QUEUE";
/// The URL of the queue of accounts whose service the network is to be told of.
pub const SERVICE_QUEUE: &str = "MENSAL_SERVICE_QUEUE";
/// What the names of the secrets of sites begin with; the code follows.
pub const NETWORK_SECRETS: &str = "MENSAL_NETWORK_SECRETS";
/// The address that e-mail comes from, whose domain SES knows to be the ISP's; empty: none is sent.
pub const MAIL_FROM: &str = "MENSAL_MAIL_FROM";
/// The configuration set by which SES tells what has become of e-mail.
pub const MAIL_SET: &str = "MENSAL_MAIL_SET";
/// The number, sender id or pool that text messages come from; empty: none is sent.
pub const SMS_FROM: &str = "MENSAL_SMS_FROM";
/// The configuration set by which End User Messaging tells what has become of text messages.
pub const SMS_SET: &str = "MENSAL_SMS_SET";
/// What the name of the secret of the hook begins with that notices are posted to.
pub const NOTICE_SECRETS: &str = "MENSAL_NOTICE_SECRETS";
/// The codes of the ISP's gateways, with commas between them; each has a secret.
pub const GATEWAYS: &str = "MENSAL_GATEWAYS";
/// What the names of the gateways' secrets begin with; the code follows.
pub const GATEWAY_SECRETS: &str = "MENSAL_GATEWAY_SECRETS";
/// The URL of the function's own dead-letter queue.
pub const DEAD_LETTERS: &str = "MENSAL_DEAD_LETTERS";
/// The IANA time zone in which the ISP's days begin.
pub const TIME_ZONE: &str = "MENSAL_TIME_ZONE";
/// When PDFs are made: [`Documents`].
pub const DOCUMENTS: &str = "MENSAL_DOCUMENTS";
/// The name of the deployed stack, by which its metrics are told from those of others.
pub const STACK: &str = "MENSAL_STACK";
/// How much is logged: `error`, `warn`, `info` or `debug`.
pub const LOG_LEVEL: &str = "RUST_LOG";
/// The memory of the function in MB, as Lambda says.
pub const MEMORY: &str = "AWS_LAMBDA_FUNCTION_MEMORY_SIZE";

/// A variable.
///
/// # Errors
/// [`ConfigError::Missing`].
pub fn required(name: &'static str) -> Result<String, ConfigError> {
    optional(name).ok_or(ConfigError::Missing(name))
}

/// A variable that may be absent.
#[must_use]
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// When PDFs are made; at once if nothing is said.
///
/// # Errors
/// [`ConfigError::Documents`].
pub fn documents() -> Result<Documents, ConfigError> {
    optional(DOCUMENTS).map_or(Ok(Documents::default()), |text| text.parse())
}

/// The codes of the ISP's gateways; none if it has none.
///
/// # Errors
/// [`ConfigError::Gateways`].
pub fn gateways() -> Result<Vec<GatewayCode>, ConfigError> {
    let codes = optional(GATEWAYS).unwrap_or_default();
    let codes = codes.split(',').map(str::trim).filter(|code| !code.is_empty());
    codes
        .map(|code| code.parse().map_err(|why: InvalidId| ConfigError::Gateways(why.to_string())))
        .collect()
}

/// The ISP's time zone.
///
/// # Errors
/// [`ConfigError`].
pub fn time_zone() -> Result<jiff::tz::TimeZone, ConfigError> {
    let name = required(TIME_ZONE)?;
    jiff::tz::TimeZone::get(&name).map_err(|_| ConfigError::TimeZone(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_documents_are_made_is_one_of_two_and_what_is_not_hears_so() {
        assert_eq!("at-once".parse(), Ok(Documents::AtOnce));
        assert_eq!("on-first-view".parse(), Ok(Documents::OnFirstView));
        for bad in ["", "At-Once", "never"] {
            let error = bad.parse::<Documents>().unwrap_err().to_string();
            assert!(error.contains("use at-once or on-first-view"), "{error}");
        }
    }
}
