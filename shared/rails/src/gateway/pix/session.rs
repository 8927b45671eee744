//! Asking a bank: the token, its renewal, and lists of many pages.

use std::{
    fmt,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use tokio::sync::Mutex;

use super::{
    config::{Credentials, Settings, SignIn},
    problem::Said,
    wire::Told,
};
use crate::{
    gateway::Fault,
    http::{Answer, Http, Unusable},
};

/// A token is renewed so long before it runs out: longer than any request takes.
const AHEAD: Duration = Duration::from_mins(1);
/// How long a token holds where the bank does not say (Efí's hold an hour).
const UNSAID: u64 = 300;
/// How long one is held at most, whatever the bank says.
const LONGEST: u64 = 86_400;
/// Entries of a page: what banks give if they are not asked for another number.
const PAGE: &str = "100";
/// Pages of a list: a hundred thousand payments. More are not read: whoever asks is to ask for a
/// shorter time.
const MOST_PAGES: u32 = 1_000;

/// A bank, and the token that it has given us.
pub(super) struct Session {
    api: Http,
    sign_in: Http,
    base_path: String,
    token_path: String,
    by: SignIn,
    scope: Option<String>,
    client_id: String,
    client_secret: String,
    token: Mutex<Option<Token>>,
}

struct Token {
    text: String,
    until: Instant,
}

/// What a token comes in.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
}

/// Seconds, which some banks write as a text.
fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    let value = Option::<Value>::deserialize(from)?;
    Ok(match value {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.parse().ok(),
        _ => None,
    })
}

impl Session {
    pub(super) fn new(settings: &Settings, credentials: Credentials) -> Result<Self, Unusable> {
        let (api, sign_in) = settings.clients(&credentials)?;
        Ok(Self {
            api,
            sign_in,
            base_path: settings.base_path.trim_matches('/').to_owned(),
            token_path: settings.token_path.clone(),
            by: settings.sign_in,
            scope: settings.scope.clone(),
            client_id: credentials.client_id,
            client_secret: credentials.client_secret,
            token: Mutex::new(None),
        })
    }

    /// Asks, with a token; with a new one if that is not taken.
    ///
    /// # Errors
    /// [`Fault`], but for what the bank says in so many words.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Said, Fault> {
        let token = self.token(None).await?;
        let answer = match self.send(method.clone(), path, query, body, &token).await {
            // Nothing was done: the bank asks who we are first.
            Err(Fault::Credentials(_)) => {
                let token = self.token(Some(&token)).await?;
                self.send(method, path, query, body, &token).await?
            }
            other => other?,
        };
        Said::of(answer)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
        token: &str,
    ) -> Result<Answer, Fault> {
        let path = format!("{}/{path}", self.base_path);
        let mut request = self.api.request(method, &path).bearer(token);
        if !query.is_empty() {
            request = request.query(query);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await
    }

    /// The token; a new one if there is none, or it is the one that was not taken.
    async fn token(&self, stale: Option<&str>) -> Result<String, Fault> {
        // Held while asking: a batch that begins without a token asks for one, not for ten.
        let mut held = self.token.lock().await;
        let good = held
            .as_ref()
            .filter(|token| Instant::now() < token.until && stale != Some(token.text.as_str()));
        if let Some(token) = good {
            return Ok(token.text.clone());
        }
        let granted = self.signed_in().await?;
        let lasts = Duration::from_secs(granted.expires_in.unwrap_or(UNSAID).min(LONGEST));
        let until = Instant::now() + lasts.saturating_sub(AHEAD);
        let text = granted.access_token;
        *held = Some(Token { text: text.clone(), until });
        Ok(text)
    }

    async fn signed_in(&self) -> Result<Granted, Fault> {
        let mut pairs = vec![("grant_type".to_owned(), "client_credentials".to_owned())];
        pairs.extend(self.scope.iter().map(|scope| ("scope".to_owned(), scope.clone())));
        let request = self.sign_in.request(Method::POST, &self.token_path);
        let request = request.basic(&self.client_id, &self.client_secret);
        let request = match self.by {
            SignIn::Form => request.form(&pairs),
            SignIn::Json => {
                request.json(&pairs.into_iter().collect::<std::collections::BTreeMap<_, _>>())
            }
        };
        // Whatever becomes of asking for a token, nothing was done about money.
        let undone = |fault| match fault {
            Fault::Unknown(why) => Fault::Unavailable(format!("no token: {why}")),
            other => other,
        };
        let answer = request.send().await.map_err(undone)?;
        if answer.status.is_client_error() {
            let status = answer.status.as_u16();
            return Err(Fault::Credentials(format!("asked for a token, it answered {status}")));
        }
        answer.json().map_err(undone)
    }

    /// All pages of a list, each as it comes.
    ///
    /// # Errors
    /// [`Fault`]; [`Fault::Refused`] if there are more than are read.
    pub(super) async fn pages(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Vec<Told>, Fault> {
        let mut pages: Vec<Told> = Vec::new();
        for page in 0..MOST_PAGES {
            let number = page.to_string();
            let mut asked = query.to_vec();
            asked.extend([
                ("paginacao.paginaAtual", number.as_str()),
                ("paginacao.itensPorPagina", PAGE),
            ]);
            let told: Told = match self.ask(Method::GET, path, &asked, None).await? {
                Said::Done(answer) => answer.json()?,
                Said::Refused(fault) => return Err(fault),
                Said::Missing => {
                    return Err(Fault::Refused(format!("there is no list {path}")));
                }
            };
            let more = told.pages() > page + 1;
            pages.push(told);
            if !more {
                return Ok(pages);
            }
        }
        Err(Fault::Refused(format!(
            "more than {MOST_PAGES} pages of {path}: ask for a shorter time"
        )))
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("api", &self.api).finish_non_exhaustive()
    }
}
