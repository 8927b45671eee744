//! A site: the access servers that may have a customer's session, as a secret describes them.

use futures_util::future::join_all;
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

/// The most access servers of a site: they are asked together, the RADIUS servers after the others.
const MOST: usize = 8;

/// The access servers of a site; at least one.
#[derive(Debug)]
pub struct Site {
    servers: Vec<Marked>,
}

/// An access server, and what tells it from the others of its site.
#[derive(Debug)]
struct Marked {
    mark: String,
    server: Server,
}

impl Marked {
    /// Brings a login to a service, unless the server has confirmed the order before.
    async fn bring(&self, order: &Order<'_>, now: Timestamp) -> Result<Outcome, Fault> {
        let has_a_part = !self.server.is_one_of_several();
        if has_a_part && order.told.has(&self.mark) {
            return Ok(Outcome::Confirmed);
        }
        let answer = self.server.bring(order, now).await;
        if has_a_part && answer == Ok(Outcome::Confirmed) {
            order.told.add(&self.mark);
        }
        answer
    }
}

/// The mark of the RADIUS servers of a site, of which one speaks for all.
const RADIUS: &str = "radius";

/// A secret that describes no site. It quotes nothing of it, and has no quotation marks, at which logs
/// would cut it short.
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
    #[error("servers has {0}: write 1 to {MOST}")]
    Count(usize),
    /// An access server that cannot be reached so.
    #[error("server {0}: {1}")]
    Server(usize, InvalidServer),
}

/// Why an access server cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidServer {
    /// Its address: none, or with a user and a password in it.
    #[error("url is no address: write https and a host, like https://10.0.0.1")]
    Address,
    /// An address whose requests anybody could read.
    #[error("url is not encrypted: write https")]
    Clear,
    /// The certificate that it is to be known by.
    #[error("certificate cannot be read: write it as PEM, with its BEGIN and END lines")]
    Certificate,
    /// Its RADIUS attributes.
    #[error(transparent)]
    Attributes(#[from] InvalidAttributes),
    /// A setting that cannot be meant so.
    #[error("{0}")]
    Setting(&'static str),
}

impl From<Unusable> for InvalidServer {
    fn from(why: Unusable) -> Self {
        match why {
            Unusable::Clear(_) => Self::Clear,
            // What stands between BEGIN and END is looked at last.
            Unusable::Pem(_) | Unusable::Tls(_) => Self::Certificate,
            _ => Self::Address,
        }
    }
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
            let server = server.map_err(|why| InvalidSite::Server(at + 1, why))?;
            servers.push(Marked { mark: server.mark(), server });
        }
        if (1..=MOST).contains(&count) {
            Ok(Self { servers })
        } else {
            Err(InvalidSite::Count(count))
        }
    }

    /// Brings a login to a service, at the access servers of the site. A router and a webhook each have a part of
    /// their own, and speak for nobody else; one that has confirmed the order before is not told again, which might
    /// end the session that has begun since. Then its RADIUS servers, at one of which the session is: one of them
    /// that confirms speaks for the others. They come last, since who is put off line signs in again within seconds,
    /// and what they get then may be what a webhook has said; for that, they are told once more when the last of the
    /// others has confirmed. Until then they are told once.
    ///
    /// # Errors
    /// [`Fault`]; [`Fault::Unavailable`] if one that has to answer does not, whatever the others say.
    pub async fn bring(&self, order: &Order<'_>, now: Timestamp) -> Result<Outcome, Fault> {
        let numbered = || (1..).zip(&self.servers);
        let (radius, others): (Vec<_>, Vec<_>) =
            numbered().partition(|(_, one)| one.server.is_one_of_several());
        let ask = async |(number, one): (usize, &Marked)| {
            let answer = one.bring(order, now).await;
            Answered { number, is_radius: one.server.is_one_of_several(), answer }
        };
        let mut answers = join_all(others.into_iter().map(ask)).await;
        let is_last = answers.iter().all(|one| one.answer.is_ok());
        if is_last || !order.told.has(RADIUS) {
            answers.extend(join_all(radius.into_iter().map(ask)).await);
        }
        if answers.iter().any(Answered::is_found) {
            order.told.add(RADIUS);
        }
        together(answers, self.servers.len())
    }
}

/// What a server of a site has answered.
struct Answered {
    /// Which, counted from 1.
    number: usize,
    is_radius: bool,
    answer: Result<Outcome, Fault>,
}

impl Answered {
    /// Whether it is a RADIUS server that has the session.
    fn is_found(&self) -> bool {
        self.is_radius && self.answer == Ok(Outcome::Confirmed)
    }
}

/// What the answers of a site of so many servers come to.
fn together(mut answers: Vec<Answered>, servers: usize) -> Result<Outcome, Fault> {
    let found = answers.iter().any(Answered::is_found);
    let confirmed = answers.iter().any(|one| one.answer == Ok(Outcome::Confirmed));
    answers.sort_by_key(|one| one.number);
    let mut faults = Vec::new();
    for Answered { number, is_radius, answer } in answers {
        if let Err(fault) = answer
            && !(is_radius && found)
        {
            faults.push(if servers == 1 { fault } else { fault.of(number) });
        }
    }
    // What passes by itself goes first: as long as it is not known, nothing is.
    faults.sort_by_key(|fault| matches!(fault, Fault::Refused(_)));
    match faults.into_iter().next() {
        Some(fault) => Err(fault),
        None if confirmed => Ok(Outcome::Confirmed),
        None => Ok(Outcome::NoSession),
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

    const BROKEN: &str = "-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----";

    #[test]
    fn a_secret_that_describes_no_site_says_why_and_quotes_nothing_of_it() {
        let server = |kind: &str, more: &str| {
            format!(r#"{{"servers":[{{"kind":"{kind}","secret":"s3cret-of-nas-16"{more}}}]}}"#)
        };
        let radius =
            |more: &str| server("radius", &format!(r#","address":"192.0.2.1:3799"{more}"#));
        let webhook = |url: &str| server("webhook", &format!(r#","url":"{url}""#));
        let router = |certificate: &str| {
            let profiles = r#""profiles":{"throttled":"slow"}"#;
            format!(
                r#"{{"servers":[{{"kind":"routeros","url":"https://192.0.2.1","user":"mensal",
                "password":"s3cret-of-nas-16","certificate":"{certificate}",{profiles}}}]}}"#
            )
        };
        assert!(Site::read(&radius(r#","attributes":"cisco""#)).is_ok());
        assert!(Site::read(&webhook("http://localhost:8080/")).is_ok());
        let rates = r#","rates":{"throttled":{"down":1,"up":1}}"#;
        let kept =
            format!(r#","attributes":"mikrotik","suspend_by":"coa","restore_by":"coa"{rates}"#);
        let own = r#","attributes":{"suspended":[{"type":11,"text":"{down}"}]}"#;
        let cases = [
            (String::new(), "line 1, column 0"),
            (r#"{"servers":[]}"#.into(), "servers has 0: write 1 to 8"),
            (r#"{"servers":[{"kind":"fax"}]}"#.into(), "line 1"),
            (radius(r#","attributes":"juniper""#), "server 1: attributes names no vendor"),
            (radius(r#","attributes":"wispr""#), "server 1: rates has no throttled"),
            (radius(own), "server 1: rates has no throttled"),
            (radius(r#","attributes":"cisco","tries":99"#), "server 1: tries"),
            (radius(r#","timeout_ms":1"#), "server 1: timeout_ms"),
            (radius(r#","suspend_by":"coa""#), "server 1: suspend_by coa needs attributes"),
            (radius(r#","restore_by":"coa""#), "server 1: restore_by coa needs attributes"),
            (radius(&kept), "server 1: restore_by coa leaves"),
            (server("radius", r#","address":"192.0.2.1""#), "server 1: address"),
            (webhook("http://a.example"), "server 1: url is not encrypted"),
            (webhook("http://localhost:s3cret-of-nas-16@a.example"), "server 1: url is no address"),
            (webhook("https://s3cret-of-nas-16@a.example"), "server 1: url is no address"),
            (webhook("s3cret-of-nas-16"), "server 1: url is no address"),
            (router("s3cret-of-nas-16"), "server 1: certificate cannot be read"),
            (router(BROKEN), "server 1: certificate cannot be read"),
            (
                webhook("https://a.example").replace("-16", ""),
                "server 1: secret is shorter than 16",
            ),
        ];
        for (secret, want) in cases {
            let error = Site::read(&secret).unwrap_err().to_string();
            assert!(error.contains(want), "{secret}: {error}");
            assert!(!error.contains("s3cret-of-nas"), "{error}");
            assert!(!error.contains(['`', '\'', '"']), "a log would cut it short: {error}");
        }
        // The names of our own fields stay in a log as they are.
        let unknown = Site::read(&radius(r#","x":1"#)).unwrap_err().to_string();
        assert!(unknown.contains("unknown field `x`"), "{unknown}");
    }

    #[test]
    fn only_of_radius_servers_one_speaks_for_the_others() {
        use Outcome::{Confirmed, NoSession};
        let (radius, other) = (true, false);
        let down = || Err(Fault::Unavailable("down".into()));
        let no = || Err(Fault::Refused("no".into()));
        let cases = [
            (vec![(radius, Ok(Confirmed))], "confirmed"),
            (vec![(radius, Ok(NoSession)), (radius, Ok(Confirmed))], "confirmed"),
            (vec![(radius, down()), (radius, Ok(Confirmed)), (radius, no())], "confirmed"),
            (vec![(radius, Ok(NoSession)), (radius, Ok(NoSession))], "nobody"),
            (vec![(radius, Ok(NoSession)), (radius, down())], "not reached: server 2: down"),
            (vec![(radius, Ok(Confirmed)), (other, down())], "not reached: server 2: down"),
            (vec![(other, Ok(Confirmed)), (radius, down())], "not reached: server 2: down"),
            (vec![(other, Ok(Confirmed)), (other, no())], "refused: server 2: no"),
            (vec![(other, Ok(NoSession)), (other, Ok(Confirmed))], "confirmed"),
            (vec![(other, Ok(Confirmed)), (radius, Ok(NoSession))], "confirmed"),
            (vec![(other, no()), (radius, down())], "not reached: server 2: down"),
            (vec![(other, no())], "refused: no"),
        ];
        for (at, (answers, want)) in cases.into_iter().enumerate() {
            let servers = answers.len();
            let numbered = (1..).zip(answers);
            let answered = |(number, (is_radius, answer))| Answered { number, is_radius, answer };
            let told = match together(numbered.map(answered).collect(), servers) {
                Ok(Confirmed) => "confirmed".to_owned(),
                Ok(NoSession) => "nobody".to_owned(),
                Err(fault) => fault.to_string(),
            };
            assert_eq!(told, want, "case {at}");
        }
    }
}
