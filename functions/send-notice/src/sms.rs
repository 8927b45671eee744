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
            Err(failed) => outcome(failed, is_refused),
        }
    }
}

/// A number that is none, or whose owner wants no more of it.
fn is_refused(code: &str, words: &str) -> bool {
    match code {
        "ValidationException" => true,
        "ConflictException" => words.to_ascii_lowercase().contains("opted out"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_none_is_refused_and_a_limit_is_not() {
        for (code, words, want) in [
            ("ValidationException", "DestinationPhoneNumber", true),
            ("ConflictException", "Destination phone number opted out", true),
            ("ConflictException", "Origination identity is not active", false),
            ("ServiceQuotaExceededException", "Monthly spend limit", false),
            ("ThrottlingException", "", false),
        ] {
            assert_eq!(is_refused(code, words), want, "{code}: {words}");
        }
    }
}
