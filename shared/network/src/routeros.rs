//! `MikroTik` `RouterOS` 7 by its REST API: PPP secrets have a profile by service, and a session is ended
//! so that it begins again with it (`RouterOS` manual, "REST API" and "PPP AAA").

use std::time::Duration;

use mensal_domain::network::Service;
use mensal_rails::{
    gateway::Fault as Unanswered,
    http::{Answer, Http, Method, Request},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
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

/// For one answer.
const ANSWER: Duration = Duration::from_secs(4);

impl RouterOs {
    /// The longest that it may take, silent: it is asked four times, and once more for each further session
    /// of one login.
    pub(crate) const LONGEST: Duration = Duration::from_secs(20);

    pub(crate) fn new(settings: RouterOsSettings) -> Result<Self, InvalidServer> {
        let RouterOsSettings { url, user, password, certificate, profiles } = settings;
        let http = Http::new(&url, None, certificate.as_deref())?;
        Ok(Self { http, user, password, profiles })
    }

    pub(crate) async fn bring(&self, order: &Order<'_>) -> Result<Outcome, Fault> {
        let secrets = self.named("ppp/secret", order.login.as_str()).await?;
        let Some(secret) = secrets.first() else { return Ok(Outcome::NoSession) };
        let wanted = self.wanted(order);
        let is = |name: &str| secret[name].as_str().unwrap_or_default();
        let profile = wanted.profile.as_deref().unwrap_or_else(|| is("profile"));
        let disabled = if wanted.disabled { "true" } else { "false" };
        let same = is("profile") == profile && (is("disabled") == "true") == wanted.disabled;
        if !same {
            let change = json!({ "profile": profile, "disabled": disabled });
            let path = format!("rest/ppp/secret/{}", escaped(is(".id")));
            let changed = self.request(Method::PATCH, &path).json(&change).send().await;
            done(changed)?;
        }
        // A session keeps what it had when it began.
        let sessions = self.named("ppp/active", order.login.as_str()).await?;
        for session in sessions.iter().filter(|_| !same) {
            let id = escaped(session[".id"].as_str().unwrap_or_default());
            let path = format!("rest/ppp/active/{id}");
            match self.request(Method::DELETE, &path).send().await {
                Ok(answer) if answer.status.as_u16() == 404 => {} // it has ended by itself
                ended => drop(done(ended)?),
            }
        }
        Ok(Outcome::Confirmed)
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

    /// What of a menu bears a name.
    async fn named(&self, menu: &str, name: &str) -> Result<Vec<Value>, Fault> {
        let path = format!("rest/{menu}");
        let answer = self.request(Method::GET, &path).query(&[("name", name)]).send().await;
        let answer = done(answer)?;
        let unreadable = |_| Fault::Refused("it answers no list: is it RouterOS 7?".to_owned());
        serde_json::from_slice(&answer.body).map_err(unreadable)
    }

    fn request(&self, method: Method, path: &str) -> Request {
        self.http.request(method, path).basic(&self.user, &self.password).within(ANSWER)
    }
}

fn escaped(id: &str) -> String {
    utf8_percent_encode(id, NON_ALPHANUMERIC).to_string()
}

fn done(answer: Result<Answer, Unanswered>) -> Result<Answer, Fault> {
    match answer {
        Ok(answer) if answer.status.is_success() => Ok(answer),
        Ok(answer) => Err(Fault::Refused(format!("it answered {}", answer.status))),
        Err(Unanswered::Credentials(why)) => Err(Fault::Refused(why)),
        Err(why) => Err(Fault::Unavailable(why.to_string())),
    }
}
