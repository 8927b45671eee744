//! Text messages, by AWS End User Messaging.

use mensal_runtime::signed::sms::Client;
use serde_json::json;

use crate::carrier::{Carried, Fault, Parcel, outcome};

/// What of a message's context has its label.
pub(crate) const CONTEXT: &str = "mensal";

/// Sends text messages.
#[derive(Debug)]
pub struct Sms {
    client: Client,
    from: String,
    configuration_set: Option<String>,
}

impl Sms {
    /// From a number, a sender id or a pool; by a configuration set that tells what becomes of them.
    #[must_use]
    pub fn new(client: Client, from: String, configuration_set: Option<String>) -> Self {
        Self { client, from, configuration_set }
    }

    pub(crate) async fn carry(&self, text: &str, parcel: Parcel<'_>) -> Result<Carried, Fault> {
        let mut request = json!({
            "DestinationPhoneNumber": parcel.to,
            "OriginationIdentity": self.from,
            "MessageBody": text,
            "MessageType": "TRANSACTIONAL",
            "Context": { CONTEXT: parcel.label.tag() },
        });
        if let Some(set) = &self.configuration_set {
            request["ConfigurationSetName"] = json!(set);
        }
        match self.client.send_text_message(request).send().await {
            Ok(taken) => Ok(Carried::taken(&taken)),
            Err(failed) => outcome(failed, refused),
        }
    }
}

/// Reasons of a `ValidationException` that are not the customer's number's: the sender or the
/// configuration set is not as the ISP has to set them up (End User Messaging API v2, `ValidationException`).
const SENDERS: [&str; 7] = [
    "SENDER_ID_NOT_SUPPORTED",
    "SENDER_ID_NOT_REGISTERED",
    "SENDER_ID_REQUIRES_REGISTRATION",
    "RESOURCE_NOT_ACCESSIBLE",
    "INVALID_ARN",
    "MISSING_PARAMETER",
    "UNKNOWN_OPERATION",
];

/// A number that is none, or whose owner wants no more of it.
fn refused(code: &str, _: &str, reason: &str) -> Option<String> {
    match (code, reason) {
        ("ValidationException", reason) if SENDERS.contains(&reason) => None,
        ("ValidationException", _) => Some(format!("{code} {reason}").trim_end().to_owned()),
        ("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT") => Some("opted out".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_none_or_wants_no_more_is_refused_and_what_the_isp_has_set_wrong_is_not() {
        for (code, reason, want) in [
            (
                "ValidationException",
                "INVALID_PARAMETER",
                Some("ValidationException INVALID_PARAMETER"),
            ),
            ("ValidationException", "", Some("ValidationException")),
            ("ValidationException", "SENDER_ID_NOT_REGISTERED", None),
            // The number of a customer who is abroad.
            (
                "ValidationException",
                "DESTINATION_COUNTRY_BLOCKED",
                Some("ValidationException DESTINATION_COUNTRY_BLOCKED"),
            ),
            ("ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT", Some("opted out")),
            ("ConflictException", "DESTINATION_PHONE_NUMBER_NOT_VERIFIED", None),
            ("ConflictException", "RESOURCE_NOT_ACTIVE", None),
            ("ConflictException", "", None),
            ("ResourceNotFoundException", "", None),
        ] {
            let found = refused(code, "opted out", reason);
            assert_eq!(found.as_deref(), want, "{code}: {reason}");
        }
    }
}
