//! Asking gateways over HTTP: one client for all of them, with the limits and the care that money
//! needs.

use std::{fmt, time::Duration};

use reqwest::{Certificate, Identity, Url};
pub use reqwest::{Method, StatusCode};
use serde::{Serialize, de::DeserializeOwned};

use crate::{gateway::Fault, hidden::Hidden};

/// To reach a gateway, with TLS.
const CONNECT: Duration = Duration::from_secs(4);
/// A request with its answer. Banks answer a registration in a second or two; the function that
/// asks has thirty.
const ANSWER: Duration = Duration::from_secs(12);
/// The largest answer that is read.
const LARGEST: usize = 4 * 1024 * 1024;

/// Settings that no client can be made of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Not an address.
    #[error("`{0}` is no address of a gateway: write https://api.bank.example")]
    Address(String),
    /// With a name or a password in it: they would stand in logs, and look like a host.
    #[error("the address has a user or a password before its host: leave them out")]
    Named,
    /// In the clear, and not on this machine.
    #[error("{0} is not encrypted: a gateway is reached by https")]
    Clear(String),
    /// A certificate or key that cannot be read. What it is is not told: it is secret.
    #[error("the {0} cannot be read: it is to be PEM, as the bank hands it out")]
    Pem(&'static str),
    /// A webhook could not be told from a forged one.
    #[error("it has no webhook secret: without one, anybody could say that an invoice is paid")]
    NoWebhookSecret,
    /// The secret is no description of a gateway.
    #[error("line {line}, column {column}: {what}")]
    Secret {
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
        /// What is wrong, without what stands there.
        what: String,
    },
    /// The secret is JSON, and no description of a gateway.
    #[error("{0}")]
    Described(String),
    /// A setting that cannot be meant so.
    #[error("{0}")]
    Setting(&'static str),
    /// A credential that has to be there, and is not, or could not be sent.
    #[error("the {0} is missing, or has characters that none has")]
    Credential(&'static str),
    /// Something that a gateway cannot do without.
    #[error("there is no {0}: without it the gateway cannot be used")]
    Missing(&'static str),
    /// The TLS library refuses.
    #[error("no TLS client: {0}")]
    Tls(String),
}

/// A client certificate with its key, both as PEM: who we are, for banks that ask (mTLS).
#[derive(Clone)]
pub struct ClientCertificate {
    /// The certificate, and those above it.
    pub certificate: String,
    /// Its private key.
    pub key: String,
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate(…)")
    }
}

/// A gateway's host, and the connections to it. An answer that repeats a credential which was sent
/// to it comes without that.
#[derive(Clone, Debug)]
pub struct Http {
    client: reqwest::Client,
    base: Url,
    hidden: Hidden,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its body.
    pub body: Vec<u8>,
}

impl Http {
    /// A client of one address, whose requests go to just that: of the path "".
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn exactly(address: &str) -> Result<Self, Unusable> {
        let http = Self::new(address, None, None)?;
        let base = Url::parse(address).map_err(|_| Unusable::Address(address.to_owned()))?;
        Ok(Self { base, ..http })
    }

    /// A client of a host. `roots` are certificates, as PEM, that are trusted beside those of the
    /// system: some banks sign their own.
    ///
    /// # Errors
    /// [`Unusable`].
    pub fn new(
        base: &str,
        identity: Option<&ClientCertificate>,
        roots: Option<&str>,
    ) -> Result<Self, Unusable> {
        let unusable = || Unusable::Address(base.chars().take(80).collect());
        let mut base = Url::parse(base).map_err(|_| unusable())?;
        if !base.username().is_empty() || base.password().is_some() {
            return Err(Unusable::Named);
        }
        let host = base.host_str().ok_or_else(unusable)?;
        let here = matches!(host, "127.0.0.1" | "localhost" | "[::1]");
        if base.scheme() != "https" && !(base.scheme() == "http" && here) {
            return Err(Unusable::Clear(base.to_string()));
        }
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        // The first one wins, which is the same as ours: ring's.
        rustls::crypto::ring::default_provider().install_default().unwrap_or_default();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("mensal/", env!("CARGO_PKG_VERSION")));
        if let Some(identity) = identity {
            let pem = format!("{}\n{}", identity.certificate, identity.key);
            let identity = Identity::from_pem(pem.as_bytes());
            builder = builder.identity(identity.map_err(|_| Unusable::Pem("client certificate"))?);
        }
        if let Some(roots) = roots {
            let roots = Certificate::from_pem_bundle(roots.as_bytes());
            // A text without a certificate in it is a bundle of none.
            let roots = roots.ok().filter(|roots| !roots.is_empty());
            let roots = roots.ok_or(Unusable::Pem("trusted certificate"))?;
            builder = builder.tls_certs_merge(roots);
        }
        let client = builder.build().map_err(|why| Unusable::Tls(why.to_string()))?;
        Ok(Self { client, base, hidden: Hidden::default() })
    }

    /// With a credential that no answer is to repeat, beside those by which a request is authorised.
    #[must_use]
    pub fn hiding(mut self, credential: &str) -> Self {
        self.hidden.add(credential);
        self
    }

    /// The address that requests go to, or below.
    #[must_use]
    pub fn address(&self) -> &str {
        self.base.as_str()
    }

    /// A request of a path below the host's, which may bear a query.
    #[must_use]
    pub fn request(&self, method: Method, path: &str) -> Request {
        // A path that is none of an address asks for what no gateway has.
        let url =
            self.base.join(path.trim_start_matches('/')).unwrap_or_else(|_| self.base.clone());
        Request { made: self.client.request(method, url), hidden: self.hidden.clone() }
    }
}

/// A request being made.
#[derive(Debug)]
pub struct Request {
    made: reqwest::RequestBuilder,
    hidden: Hidden,
}

impl Request {
    fn with(self, more: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder) -> Self {
        Self { made: more(self.made), ..self }
    }

    /// A header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> Self {
        self.with(|made| made.header(name, value))
    }

    /// `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(mut self, token: &str) -> Self {
        self.hidden.add(token);
        self.with(|made| made.bearer_auth(token))
    }

    /// `Authorization: Basic …`.
    #[must_use]
    pub fn basic(mut self, user: &str, password: &str) -> Self {
        self.hidden.add(password);
        self.with(|made| made.basic_auth(user, Some(password)))
    }

    /// Waits longer, or shorter, than usual for the answer.
    #[must_use]
    pub fn within(self, time: Duration) -> Self {
        self.with(|made| made.timeout(time))
    }

    /// Parameters of the query.
    #[must_use]
    pub fn query(self, pairs: &[(&str, &str)]) -> Self {
        self.with(|made| made.query(pairs))
    }

    /// A body of JSON.
    #[must_use]
    pub fn json(self, body: &impl Serialize) -> Self {
        self.with(|made| made.json(body))
    }

    /// A body of JSON that is written already: what is signed has to be sent byte by byte.
    #[must_use]
    pub fn written(self, body: Vec<u8>) -> Self {
        self.with(|made| made.header("content-type", "application/json").body(body))
    }

    /// A body as forms send it.
    #[must_use]
    pub fn form(self, pairs: &[(String, String)]) -> Self {
        self.with(|made| made.form(pairs))
    }

    /// Sends it.
    ///
    /// # Errors
    /// [`Fault::Unavailable`] if it was surely not done: no connection, too many requests.
    /// [`Fault::Unknown`] if it may have been: no whole answer, an error of the gateway's own.
    /// [`Fault::Credentials`] for 401. Other statuses are for whoever asks.
    pub async fn send(self) -> Result<Answer, Fault> {
        let sent = self.made.send().await.map_err(|why| {
            let text = told(&why);
            if why.is_connect() || why.is_builder() {
                Fault::Unavailable(text)
            } else {
                Fault::Unknown(text)
            }
        })?;
        let status = sent.status();
        let mut body = Vec::new();
        let mut answer = sent;
        while let Some(chunk) = answer.chunk().await.map_err(|why| Fault::Unknown(told(&why)))? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST {
                return Err(Fault::Unknown("its answer is too large".into()));
            }
        }
        match status {
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                Err(Fault::Unavailable(format!("it answered {status}")))
            }
            status if status.is_server_error() => {
                Err(Fault::Unknown(format!("it answered {status}")))
            }
            StatusCode::UNAUTHORIZED => Err(Fault::Credentials(format!("it answered {status}"))),
            _ => Ok(Answer { status, body: self.hidden.taken_out_of(body) }),
        }
    }
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// [`Fault::Unknown`] if it is none: what was done by an answer that cannot be read, nobody
    /// knows.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(&self.body).map_err(|why| {
            // Where, not what: an answer has people in it.
            let (line, column) = (why.line(), why.column());
            Fault::Unknown(format!("its answer cannot be read at line {line}, column {column}"))
        })
    }
}

/// What went wrong, without the address, which may have a key in it.
fn told(why: &reqwest::Error) -> String {
    if why.is_timeout() {
        return "no answer in time".into();
    }
    let mut cause: &dyn std::error::Error = why;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if why.is_connect() {
        format!("no connection: {cause}")
    } else {
        format!("broken off: {cause}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gateway_is_reached_by_https_or_on_this_machine() {
        for good in ["https://api.bank.example", "http://127.0.0.1:8080/v1", "http://localhost"] {
            assert!(Http::new(good, None, None).is_ok(), "{good}");
        }
        for (bad, want) in [
            ("http://api.bank.example", "not encrypted"),
            ("ftp://127.0.0.1", "not encrypted"),
            ("api.bank.example", "no address"),
            ("", "no address"),
            ("http://localhost:8080@api.bank.example", "before its host"),
            ("http://localhost@api.bank.example", "before its host"),
            ("https://:hunter2@api.bank.example", "before its host"),
        ] {
            let error = Http::new(bad, None, None).unwrap_err().to_string();
            assert!(error.contains(want) && !error.contains("hunter2"), "{bad}: {error}");
        }
        let error = Http::new("https://api.bank.example", None, Some("secret")).unwrap_err();
        assert_eq!(error, Unusable::Pem("trusted certificate"));
        let broken = ClientCertificate { certificate: "secret".into(), key: "secret".into() };
        let error = Http::new("https://api.bank.example", Some(&broken), None).unwrap_err();
        assert!(!error.to_string().contains("secret") && !format!("{broken:?}").contains("secret"));
    }

    #[tokio::test]
    async fn a_host_that_is_not_there_did_surely_nothing() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let http = Http::new(&format!("http://{free}"), None, None).unwrap();
        let fault = http.request(Method::GET, "x").send().await.unwrap_err();
        assert!(matches!(fault, Fault::Unavailable(_)), "{fault}");
    }
}
