//! A site: the access servers that may have a customer's session, as a secret describes them.

use std::time::Duration;

use jiff::Timestamp;
use mensal_rails::http::Unusable;
use serde::Deserialize;

use crate::{
    Fault, Order, Outcome,
    radius::{InvalidAttributes, Radius, RadiusSettings},
    routeros::{RouterOs, RouterOsSettings},
    server::Server,
    webhook::{Webhook, WebhookSettings},
};

/// The most access servers of a site: each is asked, one after the other.
const MOST: usize = 8;

/// The longest that they may take, all of them silent: less than whoever asks waits for them.
const LONGEST: Duration = Duration::from_secs(45);

/// The access servers of a site; at least one.
#[derive(Debug)]
pub struct Site {
    first: Server,
    others: Vec<Server>,
}

/// A secret that describes no site. It quotes nothing of it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSite {
    /// Not the JSON of a site.
    #[error("line {line}, column {column}: {what}")]
    Json {
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
        /// What is wrong, without what stands there.
        what: String,
    },
    /// A site without access servers, or with too many.
    #[error("`servers` has {0}: write 1 to {MOST}")]
    Count(usize),
    /// Access servers that would be waited for too long.
    #[error(
        "its servers may keep silent for {0} seconds together, and {most} are waited for: lower \
         `timeout_ms` or `tries`, or make two sites of it",
        most = LONGEST.as_secs()
    )]
    Slow(u64),
    /// An access server that cannot be reached so.
    #[error("server {0}: {1}")]
    Server(usize, InvalidServer),
}

/// Why an access server cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidServer {
    /// Its address or certificate.
    #[error(transparent)]
    Http(#[from] Unusable),
    /// Its RADIUS attributes.
    #[error(transparent)]
    Attributes(#[from] InvalidAttributes),
    /// A setting that cannot be meant so.
    #[error("{0}")]
    Setting(&'static str),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    servers: Vec<WrittenServer>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum WrittenServer {
    Radius(RadiusSettings),
    RouterOs(RouterOsSettings),
    Webhook(WebhookSettings),
}

impl Site {
    /// The site that a secret describes.
    ///
    /// # Errors
    /// [`InvalidSite`].
    pub fn read(secret: &str) -> Result<Self, InvalidSite> {
        let written: Written = serde_json::from_str(secret).map_err(|why| InvalidSite::Json {
            line: why.line(),
            column: why.column(),
            what: without_values(&why.to_string()),
        })?;
        let count = written.servers.len();
        let mut servers = Vec::with_capacity(count);
        for (at, one) in written.servers.into_iter().enumerate() {
            let server = match one {
                WrittenServer::Radius(settings) => Radius::new(settings).map(Server::Radius),
                WrittenServer::RouterOs(settings) => RouterOs::new(settings).map(Server::RouterOs),
                WrittenServer::Webhook(settings) => Webhook::new(settings).map(Server::Webhook),
            };
            servers.push(server.map_err(|why| InvalidSite::Server(at + 1, why))?);
        }
        let longest: Duration = servers.iter().map(Server::longest).sum();
        if longest > LONGEST {
            return Err(InvalidSite::Slow(longest.as_secs()));
        }
        let mut servers = servers.into_iter();
        match servers.next() {
            Some(first) if count <= MOST => Ok(Self { first, others: servers.collect() }),
            _ => Err(InvalidSite::Count(count)),
        }
    }

    /// Brings a login to a service. Its session may be at any of the site's access servers, so all are
    /// asked: confirmed by one is confirmed.
    ///
    /// # Errors
    /// [`Fault`] of the first that has failed, if none has confirmed it.
    pub async fn bring(&self, order: &Order<'_>, now: Timestamp) -> Result<Outcome, Fault> {
        let mut outcome = self.first.bring(order, now).await;
        for server in &self.others {
            outcome = match (outcome, server.bring(order, now).await) {
                (Ok(Outcome::Confirmed), _) | (_, Ok(Outcome::Confirmed)) => Ok(Outcome::Confirmed),
                (Err(fault), _) | (_, Err(fault)) => Err(fault),
                (Ok(Outcome::NoSession), Ok(Outcome::NoSession)) => Ok(Outcome::NoSession),
            };
        }
        outcome
    }
}

/// What serde says, up to the first thing that it quotes of a value. Names of fields are ours.
fn without_values(text: &str) -> String {
    let text = text.split(" at line ").next().unwrap_or_default();
    if text.starts_with("unknown field") || text.starts_with("missing field") {
        return text.to_owned();
    }
    text.split([':', '`', '"']).next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_describes_no_site_says_why_and_quotes_nothing_of_it() {
        let radius = |more: &str| {
            format!(
                r#"{{"servers":[{{"kind":"radius","address":"192.0.2.1:3799","secret":"s3cret-of-nas"{more}}}]}}"#
            )
        };
        assert!(Site::read(&radius(r#","attributes":"cisco""#)).is_ok());
        let server = r#"{"kind":"radius","address":"192.0.2.1:3799","secret":"s3cret-of-nas","timeout_ms":3000,"tries":5}"#;
        let slow = format!(r#"{{"servers":[{}]}}"#, [server; 4].join(","));
        let cases = [
            (String::new(), "line 1, column 0"),
            (r#"{"servers":[]}"#.into(), "`servers` has 0: write 1 to 8"),
            (r#"{"servers":[{"kind":"fax"}]}"#.into(), "line 1"),
            (slow.clone(), "for 60 seconds together, and 45 are waited for"),
            (radius(r#","attributes":"juniper""#), "server 1: `attributes`"),
            (radius(r#","attributes":"wispr""#), "`rates`"),
            (radius(r#","attributes":"cisco","tries":99"#), "server 1: `tries`"),
            (radius(r#","x":1"#), "unknown field `x`"),
            (r#"{"servers":[{"kind":"radius","address":"192.0.2.1","secret":"s3cret-of-nas"}]}"#.into(), "`address`"),
            (r#"{"servers":[{"kind":"webhook","url":"http://a.example","secret":"0123456789abcdef"}]}"#.into(), "not encrypted"),
            (r#"{"servers":[{"kind":"webhook","url":"https://a.example","secret":"s3cret-of-nas"}]}"#.into(), "16 characters"),
        ];
        for (secret, want) in cases {
            let error = Site::read(&secret).unwrap_err().to_string();
            assert!(error.contains(want), "{secret}: {error}");
            assert!(!error.contains("s3cret-of-nas"), "{error}");
        }
    }
}
