//! `MikroTik` `RouterOS` 7 by its REST API: PPP secrets have a profile by service, and a session is ended
//! so that it begins again with it (`RouterOS` manual, "REST API" and "PPP AAA").
//!
//! The secret is changed first: a session that begins before the others are ended has the new profile.

use std::time::Duration;

use mensal_domain::network::Service;
use mensal_rails::{
    gateway::Fault as Unanswered,
    http::{Answer, Http, Method, Request},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Fault, Order, Outcome, site::InvalidServer};

/// As a site describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RouterOsSettings {
    /// `https://10.0.0.1`.
    url: String,
    user: String,
    password: String,
    /// The router's certificate as PEM, where it signs its own.
    #[serde(default)]
    certificate: Option<String>,
    /// The profiles of PPP by service.
    profiles: Profiles,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Profiles {
    /// May name `{plan}`.
    #[serde(default = "plan")]
    full: String,
    throttled: String,
    /// None: who is suspended cannot sign in at all.
    #[serde(default)]
    suspended: Option<String>,
}

fn plan() -> String {
    "{plan}".to_owned()
}

/// A router.
pub(crate) struct RouterOs {
    http: Http,
    user: String,
    password: String,
    profiles: Profiles,
}

impl std::fmt::Debug for RouterOs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RouterOs(…)")
    }
}

/// What a secret is to be like.
struct Wanted {
    profile: Option<String>,
    disabled: bool,
}

/// What is escaped in an address: all but letters, digits and the star that the router's ids begin with.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_');

/// For one answer.
const ANSWER: Duration = Duration::from_secs(4);

impl RouterOs {
    /// The longest that it may take, silent: it is asked four times, and once more for each further secret
    /// and session of one login.
    pub(crate) const LONGEST: Duration = Duration::from_secs(20);

    pub(crate) fn address(&self) -> &str {
        self.http.address()
    }

    pub(crate) fn new(settings: RouterOsSettings) -> Result<Self, InvalidServer> {
        let RouterOsSettings { url, user, password, certificate, profiles } = settings;
        let http = Http::new(&url, None, certificate.as_deref())?;
        Ok(Self { http, user, password, profiles })
    }

    pub(crate) async fn bring(&self, order: &Order<'_>) -> Result<Outcome, Fault> {
        let secrets = self.named("ppp/secret", order.login.as_str()).await?;
        if secrets.is_empty() {
            return Ok(Outcome::NoSession);
        }
        let wanted = self.wanted(order);
        let mut same = true;
        // One of each service of the router's own that the login may use.
        for secret in &secrets {
            same &= !self.change(secret, &wanted).await?;
        }
        // A session keeps what it had when it began. That the secret is as it is to be says nothing of it:
        // whoever changed it may not have come to end the session. Only what is confirmed and unchanged may
        // stay, and nobody who is cut.
        let is_cut = matches!(order.service, Service::Suspended | Service::Ended);
        if same && order.is_sweep() && !is_cut {
            return Ok(Outcome::Confirmed);
        }
        for session in self.named("ppp/active", order.login.as_str()).await? {
            let path = format!("rest/ppp/active/{}", escaped(text(&session, ".id")));
            match self.request(Method::DELETE, &path).send().await {
                Ok(answer) if answer.status.as_u16() == 404 => {} // it has ended by itself
                ended => drop(done(ended)?),
            }
        }
        Ok(Outcome::Confirmed)
    }

    /// Changes a secret to what is wanted; whether it had to.
    async fn change(&self, secret: &Value, wanted: &Wanted) -> Result<bool, Fault> {
        let profile = wanted.profile.as_deref().unwrap_or_else(|| text(secret, "profile"));
        let is_disabled = text(secret, "disabled") == "true";
        if text(secret, "profile") == profile && is_disabled == wanted.disabled {
            return Ok(false);
        }
        let disabled = if wanted.disabled { "true" } else { "false" };
        let change = json!({ "profile": profile, "disabled": disabled });
        let path = format!("rest/ppp/secret/{}", escaped(text(secret, ".id")));
        done(self.request(Method::PATCH, &path).json(&change).send().await)?;
        Ok(true)
    }

    fn wanted(&self, order: &Order<'_>) -> Wanted {
        let Profiles { full, throttled, suspended } = &self.profiles;
        let named = |name: &str| Some(name.replace("{plan}", order.plan.as_str()));
        match order.service {
            Service::Full => Wanted { profile: named(full), disabled: false },
            Service::Throttled => Wanted { profile: named(throttled), disabled: false },
            Service::Suspended => Wanted {
                profile: suspended.as_deref().and_then(named),
                disabled: suspended.is_none(),
            },
            Service::Ended => Wanted { profile: None, disabled: true },
        }
    }

    /// What of a menu bears a name. What else an answer may list is not touched.
    async fn named(&self, menu: &str, name: &str) -> Result<Vec<Value>, Fault> {
        // A space is no plus in the query of RouterOS.
        let path = format!("rest/{menu}?name={}", escaped(name));
        let answer = done(self.request(Method::GET, &path).send().await)?;
        let unreadable = |_| Fault::Refused("it answers no list: is it RouterOS 7?".to_owned());
        let all: Vec<Value> = serde_json::from_slice(&answer.body).map_err(unreadable)?;
        Ok(all.into_iter().filter(|one| text(one, "name") == name).collect())
    }

    fn request(&self, method: Method, path: &str) -> Request {
        self.http.request(method, path).basic(&self.user, &self.password).within(ANSWER)
    }
}

/// A field of what the router lists: it writes all values as text.
fn text<'a>(one: &'a Value, name: &str) -> &'a str {
    one[name].as_str().unwrap_or_default()
}

fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

fn done(answer: Result<Answer, Unanswered>) -> Result<Answer, Fault> {
    let answer = answer?;
    if answer.status.is_success() {
        return Ok(answer);
    }
    Err(Fault::Refused(format!("it answered {}", answer.status)))
}
