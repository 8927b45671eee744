//! E-mail, by SES (API v2).

use mensal_notices::Email as Composed;
use mensal_runtime::signed::ses::Client;
use serde_json::{Value, json};

use crate::carrier::{Carried, Fault, Parcel, outcome};

/// The tag of a message that has its label.
pub(crate) const TAG: &str = "mensal";

/// Sends e-mail.
#[derive(Debug)]
pub struct Email {
    client: Client,
    from: String,
    configuration_set: Option<String>,
}

impl Email {
    /// From an address whose domain is the ISP's; by a configuration set that tells what becomes of it.
    #[must_use]
    pub fn new(client: Client, from: String, configuration_set: Option<String>) -> Self {
        Self { client, from, configuration_set }
    }

    pub(crate) async fn carry(
        &self,
        mail: &Composed,
        parcel: Parcel<'_>,
    ) -> Result<Carried, Fault> {
        match self.client.send_email(self.request(mail, parcel)).send().await {
            Ok(taken) => Ok(Carried::taken(&taken)),
            Err(failed) => outcome(failed, refused),
        }
    }

    fn request(&self, mail: &Composed, parcel: Parcel<'_>) -> Value {
        let mut request = json!({
            "FromEmailAddress": self.from,
            "Destination": { "ToAddresses": [parcel.to] },
            "Content": { "Simple": {
                "Subject": content(&mail.subject),
                "Body": { "Text": content(&mail.text), "Html": content(&mail.html) },
            } },
            "EmailTags": [{ "Name": TAG, "Value": parcel.label.tag() }],
        });
        if let Some(set) = &self.configuration_set {
            request["ConfigurationSetName"] = json!(set);
        }
        request
    }
}

fn content(text: &str) -> Value {
    json!({ "Charset": "UTF-8", "Data": text })
}

/// An address that is none is refused for good. That the ISP's own is not known yet to SES says nothing
/// of the notice.
fn refused(code: &str, words: &str, _: &str) -> Option<String> {
    let refused = match code {
        "BadRequestException" => true,
        "MessageRejected" => !words.contains("not verified"),
        _ => false,
    };
    refused.then(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_none_is_refused_and_a_sender_that_is_not_known_is_not() {
        for (code, words, want) in [
            ("BadRequestException", "Local address contains control or whitespace", true),
            ("MessageRejected", "Email contains a virus", true),
            ("MessageRejected", "Email address is not verified: billing@isp.example", false),
            ("MailFromDomainNotVerifiedException", "", false),
        ] {
            assert_eq!(refused(code, words, "").is_some(), want, "{code}: {words}");
        }
    }
}
