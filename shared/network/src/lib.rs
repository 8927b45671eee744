//! How an ISP's network is told what the service of a login is to be: by RADIUS, by `RouterOS`, or by a
//! signed request to a system of the ISP's own. `docs/network.md` tells ops how a site is described.

mod radius;
mod routeros;
mod server;
mod site;
mod webhook;

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use mensal_domain::ids::{AccountId, PlanCode, SubscriptionId};
pub use mensal_domain::network::{Before, Login, Service};
use mensal_rails::gateway;
pub use radius::{Answered, Code, Packet, Unreadable};
pub use site::{InvalidSite, Site};

/// What an access server is to do.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The same for the same order, however often it is given: an access server that keeps it knows the
    /// second of two requests by it.
    pub key: &'a str,
    /// Whose service.
    pub account: &'a AccountId,
    /// Which.
    pub subscription: &'a SubscriptionId,
    /// What the network knows it by.
    pub login: &'a Login,
    /// The plan, by which an access server may name its own profiles.
    pub plan: &'a PlanCode,
    /// What the service is to be.
    pub service: Service,
    /// What it was before.
    pub before: Before,
    /// The access servers that have confirmed it: those of earlier tries, and of this one.
    pub told: &'a Told,
}

/// Access servers of a site that have confirmed an order. When others have not and it is given again, they are
/// not told of it again.
#[derive(Debug, Default)]
pub struct Told(Mutex<BTreeSet<String>>);

impl Told {
    /// Those of these marks.
    pub fn of(marks: impl IntoIterator<Item = String>) -> Self {
        Self(Mutex::new(marks.into_iter().collect()))
    }

    /// Their marks, which hold no secret.
    #[must_use]
    pub fn marks(&self) -> Vec<String> {
        self.locked().iter().cloned().collect()
    }

    pub(crate) fn has(&self, mark: &str) -> bool {
        self.locked().contains(mark)
    }

    pub(crate) fn add(&self, mark: &str) {
        self.locked().insert(mark.to_owned());
    }

    fn locked(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Order<'_> {
    /// Whether the access servers have confirmed just this before, and are told again in case that one of
    /// them has lost it: whoever is on line is not to be put off line for nothing.
    #[must_use]
    pub fn is_sweep(&self) -> bool {
        self.before == Before::Confirmed(self.service)
    }
}

/// What came of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Confirmed,
    /// Nobody is on line under that login: there is nothing to change, and the next time that somebody
    /// signs in, the ISP's own RADIUS server says what they get.
    NoSession,
}

/// Why it is not known to be done. It names no login and no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No answer, or none that is ours: it is to be asked again. It may be done all the same, or later.
    #[error("not reached: {0}")]
    Unavailable(String),
    /// The access server refuses: people have to look.
    #[error("refused: {0}")]
    Refused(String),
}

impl Fault {
    /// The same, of one of several servers of a site, counted from 1.
    pub(crate) fn of(self, number: usize) -> Self {
        match self {
            Self::Unavailable(why) => Self::Unavailable(format!("server {number}: {why}")),
            Self::Refused(why) => Self::Refused(format!("server {number}: {why}")),
        }
    }
}

/// What the HTTP client says. Whether it may have been done all the same makes no difference: it is asked
/// again, which does no harm.
impl From<gateway::Fault> for Fault {
    fn from(fault: gateway::Fault) -> Self {
        match fault {
            gateway::Fault::Unavailable(why) | gateway::Fault::Unknown(why) => {
                Self::Unavailable(why)
            }
            gateway::Fault::Credentials(why) => Self::Refused(why),
            other => Self::Refused(other.to_string()),
        }
    }
}
