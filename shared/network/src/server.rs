//! One access server, of whichever kind.

use std::time::Duration;

use jiff::Timestamp;
use mensal_domain::invoice::content_hash;
use tokio::time::timeout;

use crate::{Fault, Order, Outcome, radius::Radius, routeros::RouterOs, webhook::Webhook};

/// An access server. Each kind brings a login to a service, and is unharmed by being told twice.
#[derive(Debug)]
pub(crate) enum Server {
    Radius(Radius),
    RouterOs(RouterOs),
    Webhook(Webhook),
}

/// What an answer at the last moment may be late by, so that it is told as what it is.
const MARGIN: Duration = Duration::from_millis(500);

impl Server {
    /// What tells it from the others of a site: its kind and its address, hashed, since that may have
    /// a secret in its path.
    pub(crate) fn mark(&self) -> String {
        content_hash(&match self {
            Self::Radius(radius) => ("radius", radius.address()),
            Self::RouterOs(router) => ("routeros", router.address()),
            Self::Webhook(webhook) => ("webhook", webhook.address()),
        })
    }

    /// The longest that it may take, silent.
    pub(crate) fn longest(&self) -> Duration {
        match self {
            Self::Radius(radius) => radius.longest(),
            Self::RouterOs(_) => RouterOs::LONGEST,
            Self::Webhook(_) => Webhook::LONGEST,
        }
    }

    /// Whether a login may as well be at another server of this kind, which then speaks for this one.
    pub(crate) fn is_one_of_several(&self) -> bool {
        matches!(self, Self::Radius(_))
    }

    /// Brings a login to a service, within [`Server::longest`].
    pub(crate) async fn bring(&self, order: &Order<'_>, now: Timestamp) -> Result<Outcome, Fault> {
        let asked = async {
            match self {
                Self::Radius(radius) => radius.bring(order, now).await,
                Self::RouterOs(router) => router.bring(order).await,
                Self::Webhook(webhook) => webhook.bring(order, now).await,
            }
        };
        // A name that nobody resolves, or many sessions of one login, take longer than each answer.
        let late = |_| Err(Fault::Unavailable("no answer in time".into()));
        timeout(self.longest() + MARGIN, asked).await.unwrap_or_else(late)
    }
}
