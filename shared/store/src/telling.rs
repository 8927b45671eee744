//! Telling what went wrong to logs, dead letters and people, without telling whom it concerns.
//!
//! Errors of the SDKs and of parsers quote what they met: a cancelled transaction answers with
//! the item that stood in its way, a parser with the value that it could not read. Either can
//! be a customer's name. What is told here names codes, requests and fields, never values.

use std::error::Error;

use aws_sdk_dynamodb::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    operation::RequestId,
};

/// A failed request to any AWS service, in one line: the service's code and message, or the
/// causes if it did not come to an answer, with HTTP status and request id where there are any.
/// Never the body of the answer, which can hold an item.
pub fn failed_request<E>(error: &SdkError<E, HttpResponse>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let mut text = match error.code() {
        Some(code) => match error.message() {
            Some(message) => format!("{code}: {message}"),
            None => code.to_owned(),
        },
        None => chain(error),
    };
    let status = error.raw_response().map(|answer| format!("HTTP {}", answer.status().as_u16()));
    let request = error.request_id().map(|id| format!("request {id}"));
    let about: Vec<_> = [status, request].into_iter().flatten().collect();
    if !about.is_empty() {
        text = format!("{text} ({})", about.join(", "));
    }
    text
}

/// An error and its causes, each once.
fn chain(error: &dyn Error) -> String {
    let mut told = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !told.contains(&text) {
            told.push(text);
        }
        cause = error.source();
    }
    told.join(": ")
}

/// What a parser or a panic says, without what it quotes: `invalid type: string "Ana", expected
/// a map` becomes `invalid type: string …, expected a map`. Names of fields stay. Several quoted
/// values become one with all that stands between them, since a value can hold quotes itself.
#[must_use]
pub fn without_values(text: &str) -> String {
    const QUOTES: [char; 3] = ['`', '"', '\''];
    let Some(first) = text.find(QUOTES) else { return text.to_owned() };
    let (before, quoted) = text.split_at(first);
    if let Some((name, rest)) = field_name(before, quoted) {
        return format!("{before}`{name}`{}", without_values(rest));
    }
    // Of a quote without its end, all that follows may be the value.
    let end = quoted.rfind(QUOTES).filter(|end| *end > 0).map_or("", |end| &quoted[end + 1..]);
    format!("{before}…{end}")
}

/// The name of a field, if that is what is quoted, and what follows it.
fn field_name<'a>(before: &str, quoted: &'a str) -> Option<(&'a str, &'a str)> {
    let (name, rest) = quoted.strip_prefix('`')?.split_once('`')?;
    let ours = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_name = before.ends_with(" field ") && (1..=40).contains(&name.len());
    (is_name && name.bytes().all(ours)).then_some((name, rest))
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::{
        config::http::HttpResponse,
        error::{ConnectorError, ErrorMetadata},
        operation::transact_write_items::TransactWriteItemsError,
        types::{
            AttributeValue, CancellationReason, error::TransactionCanceledException as Cancelled,
        },
    };
    use aws_smithy_types::body::SdkBody;

    use super::*;
    use crate::StoreError;

    const NAME: &str = "Ana Exemplo";

    fn answer(status: u16) -> HttpResponse {
        let body = format!(r#"{{"CancellationReasons":[{{"Item":{{"name":"{NAME}"}}}}]}}"#);
        let status = status.try_into().unwrap();
        let mut answer = HttpResponse::new(status, SdkBody::from(body));
        answer.headers_mut().insert("x-amzn-requestid", "R1");
        answer
    }

    /// As `DynamoDB` answers when an invoice is there already: with the invoice.
    fn cancelled() -> SdkError<TransactWriteItemsError, HttpResponse> {
        let reason = CancellationReason::builder()
            .code("ConditionalCheckFailed")
            .item("to", AttributeValue::S(NAME.into()));
        let metadata = ErrorMetadata::builder().code("TransactionCanceledException");
        let cancelled = Cancelled::builder()
            .message("Transaction cancelled: [ConditionalCheckFailed, None]")
            .cancellation_reasons(reason.build())
            .meta(metadata.message("Transaction cancelled: [ConditionalCheckFailed, None]").build())
            .build();
        let error = TransactWriteItemsError::TransactionCanceledException(cancelled);
        SdkError::service_error(error, answer(400))
    }

    #[test]
    fn a_cancelled_transaction_is_told_without_the_item_that_it_carries() {
        let error = cancelled();
        assert!(format!("{error:?}").contains(NAME), "the item is there to be leaked");
        let told = failed_request(&error);
        let want = "TransactionCanceledException: Transaction cancelled: \
                    [ConditionalCheckFailed, None] (HTTP 400, request R1)";
        assert_eq!(told, want);
        let kept = StoreError::from(error);
        assert_eq!(kept.to_string(), format!("the table did not answer: {want}"));
        assert!(!format!("{kept:?}").contains(NAME), "{kept:?}");
    }

    #[test]
    fn what_has_no_code_is_told_by_its_causes() {
        type Error = SdkError<TransactWriteItemsError, HttpResponse>;
        let io = ConnectorError::io("connection refused".into());
        let told = failed_request(&Error::dispatch_failure(io));
        assert!(told.starts_with("dispatch failure") && told.contains("connection refused"));
        let told = failed_request(&Error::timeout_error("10 s"));
        assert!(told.contains("10 s"), "{told}");
        let none = ErrorMetadata::builder().build();
        let error = Error::service_error(TransactWriteItemsError::generic(none), answer(503));
        let told = failed_request(&error);
        assert!(told.ends_with("(HTTP 503, request R1)") && !told.contains(NAME), "{told}");
        let error = Error::response_error("not JSON", answer(200));
        let told = failed_request(&error);
        assert!(told.contains("not JSON") && !told.contains(NAME), "{told}");
    }

    #[test]
    fn values_are_left_out_and_names_of_fields_stay() {
        for (text, want) in [
            ("not JSON: expected value at line 1", "not JSON: expected value at line 1"),
            (
                r#"invalid type: string "Ana", expected a map"#,
                "invalid type: string …, expected a map",
            ),
            (r#"invalid type: string "A\"na" is"#, "invalid type: string … is"),
            ("unknown variant `An`a`, expected `x` or `y`", "unknown variant …"),
            ("`10#42` is not a valid account id", "… is not a valid account id"),
            ("Failed to parse 'Ana' as an integer", "Failed to parse … as an integer"),
            ("missing field `total`", "missing field `total`"),
            (
                "unknown field `x`, expected one of `Ana`, `b`",
                "unknown field `x`, expected one of …",
            ),
            ("unknown field `Ana Exemplo`", "unknown field …"),
            ("it begins `Ana and never ends", "it begins …"),
            ("", ""),
        ] {
            assert_eq!(without_values(text), want, "{text}");
        }
    }
}
