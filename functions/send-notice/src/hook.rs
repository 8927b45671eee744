//! The hook: a signed request to a system of the ISP's, which has ways of its own to its customers,
//! `WhatsApp` among them.

use std::time::{Duration, Instant};

use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata};
use mensal_rails::signature::{OWN_HEADER, Secret, own};
use mensal_runtime::plain::{Answered, Plain, Unanswered};
use mensal_store::telling::failed_request;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::{
    carrier::{Carried, Fault, Parcel, Pause},
    label::Label,
};

/// The secret is read again after so long, so that it can be changed without a deployment.
const KEPT: Duration = Duration::from_mins(5);
/// For its answer.
const ANSWER: Duration = Duration::from_secs(12);
/// More of an id than that nobody needs.
const LONGEST_ID: usize = 200;

/// Posts notices.
#[derive(Debug)]
pub struct Hook {
    secrets: Client,
    prefix: String,
    plain: Plain,
    known: Mutex<Option<(Instant, Address)>>,
}

/// Where they go to, and what signs them.
#[derive(Clone, Debug)]
struct Address {
    url: String,
    secret: Secret,
}

/// The secret, as it lies.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    url: String,
    secret: String,
}

/// Why a secret is none of a hook's. It has no quotation marks, at which logs would cut it short.
#[derive(Debug, thiserror::Error)]
enum Invalid {
    #[error("line {0}, column {1}: write JSON with a url and a secret")]
    Json(usize, usize),
    #[error("its secret is shorter than 16 characters: anybody could guess it")]
    Short,
    #[error("its url is not encrypted: it is reached by https")]
    Clear,
    #[error("its url has a user or a password before its host: leave them out")]
    Named,
}

impl Hook {
    /// The hook of the secret `hook` among those whose names begin so.
    #[must_use]
    pub fn new(secrets: Client, plain: Plain, prefix: impl Into<String>) -> Self {
        Self { secrets, prefix: prefix.into(), plain, known: Mutex::default() }
    }

    /// The label is the key by which the second of two requests is known for the first.
    pub(crate) async fn carry(&self, text: &str, parcel: Parcel<'_>) -> Result<Carried, Fault> {
        let Address { url, secret } = self.address().await.map_err(Fault::NotTaken)?;
        let label = parcel.label;
        let body = json!({
            "id": label.of_sending(parcel.before),
            "account": label.account,
            "notice": label.notice,
            "text": text,
            "at": parcel.now,
        });
        let body = body.to_string().into_bytes();
        let signature = own(&body, &secret, parcel.now);
        let headers = [
            ("content-type", "application/json".to_owned()),
            (OWN_HEADER, signature),
            ("Idempotency-Key", key(label, parcel.before)),
        ];
        match self.plain.post(&url, &headers, body, ANSWER).await {
            Ok(answer) => said(&answer),
            Err(Unanswered::NotSent(why)) => Err(Fault::NotTaken(format!("the hook: {why}"))),
            Err(why) => Err(Fault::Unknown(format!("the hook: {why}"))),
        }
    }

    async fn address(&self) -> Result<Address, String> {
        let mut known = self.known.lock().await;
        if let Some((since, address)) = &*known
            && since.elapsed() < KEPT
        {
            return Ok(address.clone());
        }
        let name = format!("{}hook", self.prefix);
        let read = self.secrets.get_secret_value().secret_id(&name).send().await;
        let read = read.map_err(|why| match why.code() {
            Some("ResourceNotFoundException") => {
                format!("there is no secret {name}: see docs/notices.md")
            }
            _ => format!("secret {name}: {}", failed_request(&why)),
        })?;
        let address = address(read.secret_string().unwrap_or_default());
        let address = address.map_err(|why| format!("secret {name} describes no hook: {why}"))?;
        *known = Some((Instant::now(), address.clone()));
        Ok(address)
    }
}

/// The same for each try of one sending. One that is sent anew, since the one before did not arrive, has
/// another.
fn key(label: &Label, before: usize) -> String {
    if before == 0 { label.tag() } else { format!("{}.{before}", label.tag()) }
}

fn address(text: &str) -> Result<Address, Invalid> {
    let written: Result<Written, _> = serde_json::from_str(text);
    // Where, not what: a secret stands there.
    let Written { url, secret } = written.map_err(|why| Invalid::Json(why.line(), why.column()))?;
    let secret = Some(secret).filter(|secret| secret.len() >= 16).and_then(Secret::new);
    // `http://localhost:x@isp.example` is another host.
    let host = url.split_once("://").map_or("", |(_, rest)| rest);
    if host.split(['/', '?', '#', '\\']).next().is_some_and(|host| host.contains('@')) {
        return Err(Invalid::Named);
    }
    let here = ["http://127.0.0.1:", "http://localhost:"].iter().any(|here| url.starts_with(here));
    if !url.starts_with("https://") && !here {
        return Err(Invalid::Clear);
    }
    Ok(Address { url, secret: secret.ok_or(Invalid::Short)? })
}

/// 200: it has reached the customer. 202, 201, 204: it will. 4xx: it never will, but for those that speak
/// of a secret that people have yet to mend (401, 403), or of the moment (408, 409, 423, 425, 429).
fn said(answer: &Answered) -> Result<Carried, Fault> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let id = body["id"].as_str().unwrap_or_default();
    let id: String = id.chars().filter(|c| !c.is_control()).take(LONGEST_ID).collect();
    let why = format!("the hook answers {}", answer.status);
    match answer.status {
        200 => Ok(Carried::Delivered(id)),
        201..=299 => Ok(Carried::Taken(id)),
        429 => Err(Fault::NotYet { why, pause: Pause::Busy }),
        401 | 403 | 408 | 409 | 423 | 425 => Err(Fault::NotTaken(why)),
        400..=499 => Ok(Carried::Refused(format!("hook {}", answer.status))),
        _ => Err(Fault::NotTaken(why)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_is_no_hooks_says_why_and_quotes_nothing() {
        let good = r#"{"url":"https://notices.isp.example/mensal","secret":"0123456789abcdef"}"#;
        assert!(address(good).is_ok());
        let cases = [
            ("", "line 1, column 0: write"),
            (r#"{"url":"https://a.example"}"#, "line 1"),
            (r#"{"url":"https://a.example","secret":"0123456789abcdef","x":1}"#, "line 1"),
            (r#"{"url":"https://a.example","secret":"hunter2"}"#, "shorter than 16"),
            (r#"{"url":"http://a.example","secret":"0123456789abcdef"}"#, "not encrypted"),
            (
                r#"{"url":"http://localhost:hunter2@a.example","secret":"0123456789abcdef"}"#,
                "before its host",
            ),
            (
                r#"{"url":"https://hunter2@a.example/","secret":"0123456789abcdef"}"#,
                "before its host",
            ),
        ];
        for (text, want) in cases {
            let error = address(text).unwrap_err().to_string();
            assert!(error.contains(want) && !error.contains("hunter2"), "{text}: {error}");
            assert!(!error.contains(['`', '\'', '"']), "a log would cut it short: {error}");
        }
    }

    #[test]
    fn an_answer_says_whether_it_was_delivered_taken_or_refused() {
        let answer =
            |status, body: &str| said(&Answered { status, error_type: None, body: body.into() });
        let delivered = answer(200, r#"{"id":"wamid.1"}"#);
        assert_eq!(delivered, Ok(Carried::Delivered("wamid.1".into())));
        assert_eq!(answer(202, ""), Ok(Carried::Taken(String::new())));
        for status in [400, 404, 410, 422] {
            let want = Ok(Carried::Refused(format!("hook {status}")));
            assert_eq!(answer(status, ""), want);
        }
        for status in [302, 401, 403, 408, 409, 423, 425, 500, 503] {
            let want = Err(Fault::NotTaken(format!("the hook answers {status}")));
            assert_eq!(answer(status, ""), want);
        }
        let why = "the hook answers 429".into();
        assert_eq!(answer(429, ""), Err(Fault::NotYet { why, pause: Pause::Busy }));
    }

    #[test]
    fn a_sending_has_one_key_and_the_next_another() {
        let label: Label = "1042/2026-11-10-cycle:+2:hook".parse().unwrap();
        assert_eq!(key(&label, 0), label.tag());
        assert_ne!(key(&label, 1), key(&label, 0));
        assert_ne!(key(&label, 2), key(&label, 1));
    }
}
