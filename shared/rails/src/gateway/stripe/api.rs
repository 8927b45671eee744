//! Asking Stripe: forms go in, JSON comes out, and each order carries a key of its own.
//!
//! Stripe keeps the answer to a key for at least 24 hours and gives it again, whatever it was; the
//! same key with another content is refused (its manual, "Idempotent requests"). What may be asked
//! for again later than that is looked up first.

use std::fmt;

use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};

use super::decline::Reason;
use crate::{
    gateway::{Fault, shown::can_be_shown},
    http::{Answer, Http, Request},
};

/// Stripe, with who we are.
#[derive(Clone, Debug)]
pub(super) struct Api {
    pub(super) http: Http,
    pub(super) key: Key,
    pub(super) version: String,
    pub(super) account: Option<String>,
}

/// The secret key. It is never shown.
#[derive(Clone)]
pub(super) struct Key(pub(super) String);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// The fields of a request.
#[derive(Clone, Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// And this field.
    pub(super) fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    /// And this one, unless it is empty: Stripe takes an empty value for one to be removed.
    pub(super) fn with_some(self, name: &str, value: &str) -> Self {
        if value.is_empty() { self } else { self.with(name, value) }
    }
}

/// What Stripe says when it does not do what it is asked.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Denial {
    #[serde(skip)]
    pub(super) status: StatusCode,
    #[serde(rename = "type")]
    kind: Option<String>,
    param: Option<String>,
    #[serde(flatten)]
    reason: Reason,
}

/// Why there is no answer that says what was asked for.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Stripe has said no.
    Denied(Box<Denial>),
    /// It has not come to that.
    Fault(Fault),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Denied(denial) => denial.fault(),
            Trouble::Fault(fault) => fault,
        }
    }
}

impl Denial {
    /// Whether there is nothing of that id.
    pub(super) fn is_missing(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    /// Whether another order was given under the same key before.
    pub(super) fn is_of_another_order(&self) -> bool {
        self.kind.as_deref() == Some("idempotency_error")
    }

    /// In our words. Stripe's own are left out: they may name a person.
    fn fault(&self) -> Fault {
        match self.status {
            StatusCode::PAYMENT_REQUIRED => Fault::Declined(self.reason.decline()),
            _ if self.reason.is_of_the_method() => Fault::Declined(self.reason.decline()),
            StatusCode::FORBIDDEN => Fault::Credentials(self.to_string()),
            // Another one is at it under the same key.
            StatusCode::CONFLICT => Fault::Unknown(self.to_string()),
            _ if self.is_of_another_order() => {
                Fault::Refused("it was ordered before under the same key, with other terms".into())
            }
            _ => Fault::Refused(self.to_string()),
        }
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it answered {}", self.status)?;
        let told = [&self.kind, &self.reason.code, &self.param].into_iter().flatten();
        told.filter(|word| can_be_shown(word)).try_for_each(|word| write!(f, ", {word}"))
    }
}

impl Api {
    /// Asks for what there is.
    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<T, Trouble> {
        read(&self.request(Method::GET, path).query(query).send().await?)
    }

    /// Gives an order under a key.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        key: &str,
        form: &Form,
    ) -> Result<T, Trouble> {
        let request = self.request(Method::POST, path).header("Idempotency-Key", key);
        read(&request.form(&form.0).send().await?)
    }

    /// Changes what there is, to what it may be already, under a key of this request alone: what
    /// Stripe has answered to one, an error of its own, too, it answers for a day.
    pub(super) async fn change<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &Form,
    ) -> Result<T, Trouble> {
        let key = format!("mensal/{path}/{}", Timestamp::now().as_nanosecond());
        self.post(path, &key, form).await
    }

    fn request(&self, method: Method, path: &str) -> Request {
        let request = self.http.request(method, path).bearer(&self.key.0);
        let request = request.header("Stripe-Version", &self.version);
        match &self.account {
            Some(account) => request.header("Stripe-Account", account),
            None => request,
        }
    }
}

/// What an answer says.
fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, Trouble> {
    #[derive(Deserialize)]
    struct Denied {
        error: Denial,
    }
    let status = answer.status;
    if status.is_success() {
        return Ok(answer.json()?);
    }
    if !status.is_client_error() {
        return Err(Fault::Unknown(format!("it answered {status}")).into());
    }
    let denied: Denied = answer.json()?;
    Err(Trouble::Denied(Box::new(Denial { status, ..denied.error })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_of_stripes_says_what_is_to_be_done() {
        let cases = [
            (402, r#"{"type": "card_error", "code": "expired_card"}"#, "declined: expired_card"),
            (402, r#"{"type": "card_error"}"#, "declined: declined"),
            (400, r#"{"code": "payment_intent_mandate_invalid"}"#, "declined: payment_intent_"),
            (400, r#"{"type": "idempotency_error"}"#, "refused: it was ordered before"),
            (
                400,
                r#"{"type": "invalid", "code": "parameter_missing", "param": "amount"}"#,
                "refused: it answered 400 Bad Request, invalid, parameter_missing, amount",
            ),
            (
                400,
                r#"{"type": "invalid", "code": "4242424242424242", "param": "two\nlines"}"#,
                "refused: it answered 400 Bad Request, invalid",
            ),
            (403, r#"{"type": "invalid_request_error"}"#, "does not take our credentials"),
            (404, r#"{"code": "resource_missing"}"#, "refused: it answered 404"),
            (409, r#"{"code": "idempotency_key_in_use"}"#, "nobody knows whether it was done"),
            (302, "{}", "nobody knows whether it was done"),
        ];
        for (status, error, want) in cases {
            let body = format!(r#"{{"error": {error}, "message": "of Ana"}}"#).into_bytes();
            let answer = Answer { status: StatusCode::from_u16(status).unwrap(), body };
            let fault: Fault = read::<()>(&answer).unwrap_err().into();
            let fault = fault.to_string();
            assert!(fault.contains(want), "{status} {error}: {fault}");
            let told = ["Ana", "4242", "\n"].into_iter().any(|not| fault.contains(not));
            assert!(!told, "{status} {error}: {fault}");
        }
        let page = Answer { status: StatusCode::BAD_REQUEST, body: b"<html>".to_vec() };
        let fault: Fault = read::<()>(&page).unwrap_err().into();
        assert!(matches!(fault, Fault::Unknown(_)), "{fault}");
    }
}
