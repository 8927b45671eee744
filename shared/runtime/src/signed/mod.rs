//! Services of AWS that are asked for one thing, by requests that are signed here (AWS Signature
//! Version 4): the SDK of each would be half of what a function's zip may have, and minutes of a build.
//!
//! They are asked once: neither e-mail nor text messages have a key by which the second of two requests
//! would be known for the first. Whether to ask again is for whoever knows what was asked.

pub mod ses;
pub mod sms;

use std::time::{Duration, SystemTime};

use aws_config::SdkConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use serde_json::Value;

use crate::{
    clients::endpoint_url,
    plain::{Answered, Plain, Unanswered},
    requests::Requests,
};

/// For an answer.
const ANSWER: Duration = Duration::from_secs(5);

/// A service of AWS in a region, and who asks it.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    named: Named,
    region: Option<String>,
    endpoint: Option<String>,
    credentials: Option<SharedCredentialsProvider>,
    plain: Plain,
    requests: Requests,
}

/// What a service is called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named {
    /// In signatures.
    signing: &'static str,
    /// In its host, before the region.
    host: &'static str,
    /// In the variable that says where else it is: `AWS_ENDPOINT_URL_…`.
    variable: &'static str,
    /// Where requests are counted.
    counted: &'static str,
}

/// What is asked, ready to be sent.
#[derive(Debug)]
pub struct Request<'a> {
    service: &'a Service,
    operation: &'static str,
    path: &'static str,
    /// `Content-Type`, and whatever else the service's protocol wants.
    headers: Vec<(&'static str, String)>,
    body: Value,
}

/// Why a request was not done, or why nobody knows whether it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The service says so. Its words may name whom the request was about: they are not in the text.
    #[error("{code} (HTTP {status})")]
    Answered {
        /// Its name for the error; empty if it has none.
        code: String,
        /// Its words.
        words: String,
        /// Which case of the error it is, where the service tells several by one name; else empty.
        reason: String,
        /// The status of its answer.
        status: u16,
    },
    /// It was not asked.
    #[error("not asked: {0}")]
    NotAsked(String),
    /// It may have been asked.
    #[error("{0}")]
    Unknown(Unanswered),
}

impl Service {
    pub(crate) fn new(named: Named, config: &SdkConfig, plain: Plain, requests: Requests) -> Self {
        let given = config.endpoint_url().map(str::to_owned);
        Self {
            named,
            region: config.region().map(ToString::to_string),
            endpoint: given.or_else(|| endpoint_url(named.variable)),
            credentials: config.credentials_provider(),
            plain,
            requests,
        }
    }
}

impl Request<'_> {
    /// Sends it, once, and reads the answer.
    ///
    /// # Errors
    /// [`Failed`].
    pub async fn send(self) -> Result<Value, Failed> {
        let Service { named, plain, requests, .. } = self.service;
        let body = self.body.to_string().into_bytes();
        let (url, headers) = self.signed(&body).await.map_err(Failed::NotAsked)?;
        requests.count(named.counted, self.operation);
        match plain.post(&url, &headers, body, ANSWER).await {
            Ok(answer) if (200..300).contains(&answer.status) => {
                Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
            }
            Ok(answer) => Err(said(&answer)),
            Err(Unanswered::NotSent(why)) => Err(Failed::NotAsked(why.to_owned())),
            Err(why) => Err(Failed::Unknown(why)),
        }
    }

    /// Where it goes to, and its headers.
    async fn signed(&self, body: &[u8]) -> Result<(String, Vec<(&'static str, String)>), String> {
        let Service { named, region, endpoint, credentials, .. } = self.service;
        let region = region.as_deref().ok_or("no region is set: set AWS_REGION")?;
        let credentials = credentials.as_ref().ok_or("there are no credentials")?;
        let credentials = credentials.provide_credentials().await;
        let identity = credentials.map_err(|why| format!("no credentials: {why}"))?.into();
        let host = || format!("https://{}.{region}.amazonaws.com", named.host);
        let endpoint = endpoint.clone().unwrap_or_else(host);
        let url = format!("{}{}", endpoint.trim_end_matches('/'), self.path);
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(region)
            .name(named.signing)
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build();
        let params = params.map_err(|why| why.to_string())?.into();
        let mut headers = self.headers.clone();
        let written = headers.iter().map(|(name, value)| (*name, value.as_str()));
        let request =
            SignableRequest::new("POST", url.as_str(), written, SignableBody::Bytes(body));
        let signed = request.and_then(|request| sign(request, &params));
        let (instructions, _) = signed.map_err(|why| why.to_string())?.into_parts();
        let added = instructions.into_parts().0;
        headers.extend(added.iter().map(|header| (header.name(), header.value().to_owned())));
        Ok((url, headers))
    }
}

/// An error as AWS writes it, in either of the protocols of its JSON: the code in a header, or in the
/// body; with a namespace before it or an address behind it, or without.
fn said(answer: &Answered) -> Failed {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = |names: &[&str]| names.iter().find_map(|name| body[name].as_str());
    let code = answer.error_type.as_deref().or_else(|| text(&["code", "__type"]));
    let code = code.and_then(|code| code.split(':').next()).unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or(code);
    Failed::Answered {
        code: code.to_owned(),
        words: text(&["message", "Message"]).unwrap_or_default().to_owned(),
        reason: text(&["Reason"]).unwrap_or_default().to_owned(),
        status: answer.status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_read_in_either_protocol() {
        let codes = [
            (Some("MessageRejected"), "{}", "MessageRejected", "", ""),
            (
                Some("BadRequestException:http://internal.example/"),
                r#"{"message":"Missing '@'"}"#,
                "BadRequestException",
                "Missing '@'",
                "",
            ),
            (
                None,
                r#"{"__type":"com.example#ConflictException","Message":"m","Reason":"OPTED_OUT"}"#,
                "ConflictException",
                "m",
                "OPTED_OUT",
            ),
            (None, "<html>", "", "", ""),
        ];
        for (header, body, code, words, reason) in codes {
            let answer = Answered {
                status: 400,
                error_type: header.map(str::to_owned),
                body: body.as_bytes().to_vec(),
            };
            let [code, words, reason] = [code, words, reason].map(str::to_owned);
            let want = Failed::Answered { code, words, reason, status: 400 };
            assert_eq!(said(&answer), want, "{body}");
        }
    }

    #[test]
    fn the_words_of_an_error_are_not_told() {
        let words = "Email address is not verified: ana@home.example".to_owned();
        let (code, reason) = ("MessageRejected".into(), String::new());
        let failed = Failed::Answered { code, words, reason, status: 400 };
        assert_eq!(failed.to_string(), "MessageRejected (HTTP 400)");
    }
}
