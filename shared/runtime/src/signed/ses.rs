//! SES, API v2: e-mail.

use aws_config::SdkConfig;
use serde_json::Value;

use super::{Named, Request, Service};
use crate::{plain::Plain, requests::Requests};

const NAMED: Named = Named { signing: "ses", host: "email", variable: "SESV2", counted: "SESv2" };

/// Sends e-mail.
#[derive(Clone, Debug)]
pub struct Client(Service);

impl Client {
    pub(crate) fn new(config: &SdkConfig, plain: Plain, requests: Requests) -> Self {
        Self(Service::new(NAMED, config, plain, requests))
    }

    /// `SendEmail`, with the body that the API's reference describes. The answer has its `MessageId`.
    #[must_use]
    pub fn send_email(&self, body: Value) -> Request<'_> {
        Request {
            service: &self.0,
            operation: "SendEmail",
            path: "/v2/email/outbound-emails",
            headers: vec![("content-type", "application/json".to_owned())],
            body,
        }
    }
}
