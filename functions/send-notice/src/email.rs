//! E-mail, by SES (API v2).

use aws_sdk_sesv2::{
    Client,
    types::{Body, Content, Destination, EmailContent, Message as Mail, MessageTag},
};

use mensal_notices::Email as Composed;

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
        let request = self
            .client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(parcel.to).build())
            .content(content(mail)?)
            .email_tags(tag(&parcel.label.tag())?)
            .set_configuration_set_name(self.configuration_set.clone());
        match request.send().await {
            Ok(taken) => Ok(Carried::Taken(taken.message_id.unwrap_or_default())),
            Err(error) => outcome(&error, is_refused),
        }
    }
}

/// An address that is none is refused for good. That the ISP's own is not known yet to SES says nothing
/// of the notice.
fn is_refused(code: &str, words: &str) -> bool {
    match code {
        "BadRequestException" => true,
        "MessageRejected" => !words.contains("not verified"),
        _ => false,
    }
}

fn content(mail: &Composed) -> Result<EmailContent, Fault> {
    let text = |text: &str| {
        let content = Content::builder().charset("UTF-8").data(text).build();
        content.map_err(|why| Fault::NotTaken(why.to_string()))
    };
    let body = Body::builder().text(text(&mail.text)?).html(text(&mail.html)?).build();
    let mail = Mail::builder().subject(text(&mail.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(mail).build())
}

fn tag(value: &str) -> Result<MessageTag, Fault> {
    let tag = MessageTag::builder().name(TAG).value(value).build();
    tag.map_err(|why| Fault::NotTaken(why.to_string()))
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
            ("TooManyRequestsException", "Maximum sending rate exceeded", false),
            ("SendingPausedException", "", false),
        ] {
            assert_eq!(is_refused(code, words), want, "{code}: {words}");
        }
    }
}
