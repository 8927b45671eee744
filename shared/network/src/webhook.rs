//! A signed request to a system of the ISP's own, which tells its network in its own way.

use std::time::Duration;

use jiff::Timestamp;
use mensal_rails::{
    http::{Answer, Http, Method},
    signature::{OWN_HEADER, Secret, own},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Fault, Order, Outcome, site::InvalidServer};

/// As a site describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookSettings {
    url: String,
    secret: String,
}

#[derive(Debug)]
pub(crate) struct Webhook {
    http: Http,
    secret: Secret,
}

impl Webhook {
    /// The longest that it may take, silent.
    pub(crate) const LONGEST: Duration = Duration::from_secs(10);

    pub(crate) fn address(&self) -> &str {
        self.http.address()
    }

    pub(crate) fn new(settings: WebhookSettings) -> Result<Self, InvalidServer> {
        let secret =
            Some(settings.secret).filter(|secret| secret.len() >= 16).and_then(Secret::new);
        let short = "secret is shorter than 16 characters: anybody could guess it";
        let secret = secret.ok_or(InvalidServer::Setting(short))?;
        Ok(Self { http: Http::exactly(&settings.url)?, secret })
    }

    pub(crate) async fn bring(&self, order: &Order<'_>, now: Timestamp) -> Result<Outcome, Fault> {
        let body = json!({
            "id": order.key,
            "account": order.account,
            "subscription": order.subscription,
            "login": order.login,
            "plan": order.plan,
            "service": order.service,
            "at": now,
        });
        let body = body.to_string().into_bytes();
        let signature = own(&body, &self.secret, now);
        let request = self
            .http
            .request(Method::POST, "")
            .header(OWN_HEADER, &signature)
            .header("Idempotency-Key", order.key)
            .within(Self::LONGEST)
            .written(body);
        said(&request.send().await?)
    }
}

/// 2xx: it is done. 404 with `{"session":"none"}`: nobody is on line.
fn said(answer: &Answer) -> Result<Outcome, Fault> {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match answer.status.as_u16() {
        200..=299 => Ok(Outcome::Confirmed),
        404 if body["session"] == "none" => Ok(Outcome::NoSession),
        408 | 409 | 425 => Err(Fault::Unavailable(format!("it answered {}", answer.status))),
        _ => Err(Fault::Refused(format!("it answered {}", answer.status))),
    }
}

#[cfg(test)]
mod tests {
    use mensal_rails::http::StatusCode;

    use super::*;

    #[test]
    fn an_answer_says_whether_it_is_done() {
        let unavailable = |text: &str| Err(Fault::Unavailable(text.into()));
        let refused = |text: &str| Err(Fault::Refused(text.into()));
        let cases = [
            (200, "", Ok(Outcome::Confirmed)),
            (204, "", Ok(Outcome::Confirmed)),
            (404, r#"{"session":"none"}"#, Ok(Outcome::NoSession)),
            (404, "", refused("it answered 404 Not Found")),
            (409, "", unavailable("it answered 409 Conflict")),
            (422, "", refused("it answered 422 Unprocessable Entity")),
            (302, "", refused("it answered 302 Found")),
        ];
        for (status, body, want) in cases {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(said(&Answer { status, body: body.into() }), want, "{status}");
        }
    }
}
