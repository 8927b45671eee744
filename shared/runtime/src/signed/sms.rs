//! AWS End User Messaging, API `PinpointSMSVoiceV2`: text messages.

use aws_config::SdkConfig;
use serde_json::Value;

use super::{Named, Request, Service};
use crate::{plain::Plain, requests::Requests};

const NAMED: Named = Named {
    signing: "sms-voice",
    host: "sms-voice",
    variable: "PINPOINT_SMS_VOICE_V2",
    counted: "Pinpoint SMS Voice V2",
};

/// Sends text messages.
#[derive(Clone, Debug)]
pub struct Client(Service);

impl Client {
    pub(crate) fn new(config: &SdkConfig, plain: Plain, requests: Requests) -> Self {
        Self(Service::new(NAMED, config, plain, requests))
    }

    /// `SendTextMessage`, with the body that the API's reference describes. The answer has its
    /// `MessageId`.
    #[must_use]
    pub fn send_text_message(&self, body: Value) -> Request<'_> {
        let target = "PinpointSMSVoiceV2.SendTextMessage".to_owned();
        Request {
            service: &self.0,
            operation: "SendTextMessage",
            path: "/",
            headers: vec![
                ("content-type", "application/x-amz-json-1.0".to_owned()),
                ("x-amz-target", target),
            ],
            body,
        }
    }
}
