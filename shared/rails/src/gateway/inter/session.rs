//! Asking Inter: a token that lives for an hour, and what its refusals mean.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::{
    gateway::Fault,
    http::{Answer, Http},
};

/// What the token is asked to allow: reading and writing charges.
const SCOPE: &str = "boleto-cobranca.read boleto-cobranca.write";
/// A token is used until so long before its end, so that none ends under way.
const MARGIN: Duration = Duration::from_mins(1);
/// Of what was wrong with a request, so many fields are named.
const NAMED: usize = 8;

/// Who we are at Inter, and the token that it has given us for it.
pub(super) struct Session {
    http: Http,
    client_id: String,
    client_secret: String,
    /// The current account, if the application has several (`x-conta-corrente`).
    account: Option<String>,
    token: Mutex<Option<Token>>,
}

/// A token.
struct Token {
    text: String,
    ends: Instant,
}

/// A request, so that it can be made again with another token.
pub(super) struct Call<'a> {
    method: Method,
    path: &'a str,
    query: &'a [(&'a str, &'a str)],
    body: Option<Value>,
}

#[derive(Deserialize)]
struct Signed {
    access_token: String,
    expires_in: u32,
}

/// What Inter says of a request that it does not take. Its texts may quote people: only the names
/// of fields are told on.
#[derive(Default, Deserialize)]
struct Problem {
    #[serde(default)]
    violacoes: Vec<Violation>,
}

#[derive(Deserialize)]
struct Violation {
    #[serde(default)]
    propriedade: String,
}

impl<'a> Call<'a> {
    /// Reads.
    pub(super) fn get(path: &'a str, query: &'a [(&'a str, &'a str)]) -> Self {
        Self { method: Method::GET, path, query, body: None }
    }

    /// Orders.
    pub(super) fn post(path: &'a str, body: &impl Serialize) -> Result<Self, Fault> {
        let body = serde_json::to_value(body);
        let body = body.map_err(|_| Fault::Refused("the order cannot be written".into()))?;
        Ok(Self { method: Method::POST, path, query: &[], body: Some(body) })
    }
}

impl Session {
    /// A session that has not been begun.
    pub(super) fn new(
        http: Http,
        client_id: String,
        client_secret: String,
        account: Option<String>,
    ) -> Self {
        Self { http, client_id, client_secret, account, token: Mutex::default() }
    }

    /// The current account, if it is set.
    pub(super) fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Sends a request, and once more with a new token if the one that we have is not taken: what
    /// is answered by 401 has not been done.
    pub(super) async fn send(&self, call: &Call<'_>) -> Result<Answer, Fault> {
        let token = self.token(None).await?;
        let answer = match self.send_with(call, &token).await {
            Err(Fault::Credentials(_)) => {
                let token = self.token(Some(&token)).await?;
                self.send_with(call, &token).await?
            }
            answered => answered?,
        };
        if answer.status == StatusCode::FORBIDDEN {
            let what = "it answered 403: are both scopes of boleto-cobranca granted?";
            return Err(Fault::Credentials(what.into()));
        }
        Ok(answer)
    }

    async fn send_with(&self, call: &Call<'_>, token: &str) -> Result<Answer, Fault> {
        let mut request = self.http.request(call.method.clone(), call.path).bearer(token);
        if let Some(account) = &self.account {
            request = request.header("x-conta-corrente", account);
        }
        if !call.query.is_empty() {
            request = request.query(call.query);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        request.send().await
    }

    /// A token that is taken, as far as we know; another one than `refused`.
    async fn token(&self, refused: Option<&str>) -> Result<String, Fault> {
        // Held while signing in: five tokens a minute is all that Inter gives.
        let mut held = self.token.lock().await;
        if let Some(token) = held.as_ref()
            && Instant::now() < token.ends
            && refused != Some(token.text.as_str())
        {
            return Ok(token.text.clone());
        }
        let signed = self.sign_in().await?;
        let life = Duration::from_secs(signed.expires_in.into()).saturating_sub(MARGIN);
        let token = Token { text: signed.access_token, ends: Instant::now() + life };
        Ok(held.insert(token).text.clone())
    }

    async fn sign_in(&self) -> Result<Signed, Fault> {
        let form = [
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.as_str()),
            ("grant_type", "client_credentials"),
            ("scope", SCOPE),
        ];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let answer = self.http.request(Method::POST, "oauth/v2/token").form(&form).send().await;
        let answer = answer.map_err(unasked)?;
        if !answer.status.is_success() {
            let what = format!("it gave no token, it answered {}", answer.status);
            return Err(Fault::Credentials(what));
        }
        answer.json().map_err(unasked)
    }
}

/// Without a token nothing was asked for, whatever became of the request for one.
fn unasked(fault: Fault) -> Fault {
    match fault {
        Fault::Unknown(why) => Fault::Unavailable(format!("no token: {why}")),
        other => other,
    }
}

/// A request that Inter does not take as it is.
pub(super) fn refused(answer: &Answer) -> Fault {
    let problem: Problem = serde_json::from_slice(&answer.body).unwrap_or_default();
    let is_name = |name: &&str| {
        (1..=60).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._[]".contains(&b))
    };
    let names = problem.violacoes.iter().map(|violation| violation.propriedade.as_str());
    let names: Vec<_> = names.filter(is_name).take(NAMED).collect();
    let status = answer.status;
    Fault::Refused(if names.is_empty() {
        format!("it answered {status}")
    } else {
        format!("it answered {status} because of {}", names.join(", "))
    })
}
