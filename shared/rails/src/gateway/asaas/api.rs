//! Asking Asaas: the header that says who we are, lists page by page, and what its errors mean.

use std::{fmt, time::Duration};

use mensal_domain::reference::Reference;
use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::wire::Page;
use crate::{
    gateway::Fault,
    http::{Http, Request},
};

/// The longest page of a list that Asaas gives.
const PAGE: usize = 100;
/// No list is read beyond so many pages: that is more than a day of an account that Asaas allows
/// 25,000 requests in twelve hours.
const PAGES: usize = 300;
/// A card is asked for its money within this. Asaas' page on card payments asks for sixty seconds;
/// the function that asks has thirty.
const CAPTURE: Duration = Duration::from_secs(24);

/// The API of Asaas with a key of the ISP's account.
pub(super) struct Api {
    http: Http,
    key: String,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api").field("http", &self.http).field("key", &"…").finish()
    }
}

/// Why a request was not carried out.
pub(super) enum Trouble {
    /// As for every gateway.
    Fault(Fault),
    /// Asaas says what is wrong with it.
    Refusal(Refusal),
}

/// What Asaas says is wrong with a request: the first of its errors.
pub(super) struct Refusal {
    missing: bool,
    /// Its code, as far as it is one: letters, digits, underscores.
    pub(super) code: String,
    /// In words, in Portuguese. They may name people, so nothing of them is told.
    pub(super) words: String,
}

impl Refusal {
    /// Whether there is no such thing.
    pub(super) fn is_missing(&self) -> bool {
        self.missing
    }

    /// Whether the thing stands so that this cannot be done to it.
    pub(super) fn is_conflict(&self) -> bool {
        self.code == "invalid_action"
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Trouble> for Fault {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Fault(fault) => fault,
            Trouble::Refusal(refusal) if refusal.is_conflict() => Self::Conflict(refusal.code),
            Trouble::Refusal(refusal) => Self::Refused(refusal.code),
        }
    }
}

/// The body of an answer that says what is wrong.
#[derive(Deserialize)]
struct Errors {
    errors: Vec<Error>,
}

#[derive(Deserialize)]
struct Error {
    #[serde(default)]
    code: String,
    #[serde(default)]
    description: String,
}

impl Api {
    pub(super) fn new(http: Http, key: String) -> Self {
        Self { http, key }
    }

    /// Reads one thing.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        self.answer(self.request(Method::GET, path)).await
    }

    /// Reads a list to its end. Asaas lists the newest first, so what is added meanwhile comes
    /// twice, and nothing is missed.
    pub(super) async fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        filters: &[(&str, &str)],
    ) -> Result<Vec<T>, Trouble> {
        let mut all = Vec::new();
        for page in 0..PAGES {
            let (limit, offset) = (PAGE.to_string(), (page * PAGE).to_string());
            let mut query = filters.to_vec();
            query.extend([("limit", limit.as_str()), ("offset", offset.as_str())]);
            let request = self.request(Method::GET, path).query(&query);
            let page: Page<T> = self.answer(request).await?;
            all.extend(page.data);
            if !page.has_more {
                return Ok(all);
            }
        }
        Err(Fault::Refused(format!("a list of more than {PAGES} pages: ask for less")).into())
    }

    /// Orders something.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Trouble> {
        self.answer(self.request(Method::POST, path).json(body)).await
    }

    /// Orders something that Asaas asks a card's bank about before it answers.
    pub(super) async fn capture<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Trouble> {
        self.answer(self.request(Method::POST, path).json(body).within(CAPTURE)).await
    }

    /// Changes something.
    pub(super) async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Trouble> {
        self.answer(self.request(Method::PUT, path).json(body)).await
    }

    /// Removes something.
    pub(super) async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, Trouble> {
        self.answer(self.request(Method::DELETE, path)).await
    }

    fn request(&self, method: Method, path: &str) -> Request {
        self.http.request(method, path).header("access_token", &self.key)
    }

    async fn answer<T: DeserializeOwned>(&self, request: Request) -> Result<T, Trouble> {
        let answer = request.send().await?;
        match answer.status {
            status if status.is_success() => Ok(answer.json()?),
            StatusCode::FORBIDDEN => {
                Err(Fault::Credentials("the API key has no right to that".into()).into())
            }
            StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND => {
                let missing = answer.status == StatusCode::NOT_FOUND;
                let errors: Option<Errors> = answer.json().ok();
                let first = errors.and_then(|errors| errors.errors.into_iter().next());
                Err(Trouble::Refusal(refusal(missing, first)))
            }
            status => Err(Fault::Unknown(format!("it answered {status}")).into()),
        }
    }
}

fn refusal(missing: bool, first: Option<Error>) -> Refusal {
    let is_code = |code: &str| {
        (1..=60).contains(&code.len())
            && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
    };
    let first = first.unwrap_or(Error { code: String::new(), description: String::new() });
    let code = if is_code(&first.code) { first.code } else { "it does not say why".into() };
    Refusal { missing, code, words: first.description }
}

/// The path of a payment, or of what belongs to it.
///
/// # Errors
/// [`Fault::Refused`] for what is no id of Asaas, and so no part of a path.
pub(super) fn payment(id: &Reference, of_it: &str) -> Result<String, Fault> {
    Ok(format!("v3/payments/{}{of_it}", plain(id)?))
}

/// The path of a customer.
///
/// # Errors
/// As [`payment`].
pub(super) fn customer(id: &Reference) -> Result<String, Fault> {
    Ok(format!("v3/customers/{}", plain(id)?))
}

/// An id of Asaas: of letters, digits, underscores and hyphens.
fn plain(id: &Reference) -> Result<&Reference, Fault> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let refused = || Fault::Refused("what is named is no id of Asaas".into());
    id.as_str().bytes().all(plain).then_some(id).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_to_no_other_path() {
        let id = |text: &str| text.parse::<Reference>().unwrap();
        assert_eq!(payment(&id("pay_08-0"), "/refund").unwrap(), "v3/payments/pay_08-0/refund");
        assert_eq!(customer(&id("cus_1")).unwrap(), "v3/customers/cus_1");
        for other in ["..", ".", "cus.1", "../payments/pay_1", "cus_1?value=0", "%2e%2e", "a/b"] {
            for refused in [payment(&id(other), ""), customer(&id(other))] {
                assert!(matches!(refused, Err(Fault::Refused(_))), "{other}: {refused:?}");
            }
        }
    }
}
