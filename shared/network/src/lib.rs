//! How an ISP's network is told what the service of a login is to be: by RADIUS, by `RouterOS`, or by a
//! signed request to a system of the ISP's own. `docs/network.md` tells ops how a site is described.

mod radius;
mod routeros;
mod server;
mod site;
mod webhook;

use mensal_domain::ids::{AccountId, PlanCode, SubscriptionId};
pub use mensal_domain::network::{Login, Service};
pub use radius::{Answered, Code, Packet, Unreadable};
pub use site::{InvalidSite, Site};

/// What an access server is to do.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// The same for the same order, for whoever knows the second of two requests by it.
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
    /// No answer, or none that is ours: it is to be asked again.
    #[error("not reached: {0}")]
    Unavailable(String),
    /// The access server refuses: people have to look.
    #[error("refused: {0}")]
    Refused(String),
}
