//! One access server, of whichever kind.

use std::time::Duration;

use jiff::Timestamp;

use crate::{Fault, Order, Outcome, radius::Radius, routeros::RouterOs, webhook::Webhook};

/// An access server. Each kind brings a login to a service, and is unharmed by being told twice.
#[derive(Debug)]
pub(crate) enum Server {
    Radius(Radius),
    RouterOs(RouterOs),
    Webhook(Webhook),
}

impl Server {
    /// The longest that it may take, silent.
    pub(crate) fn longest(&self) -> Duration {
        match self {
            Self::Radius(radius) => radius.longest(),
            Self::RouterOs(_) => RouterOs::LONGEST,
            Self::Webhook(_) => Webhook::LONGEST,
        }
    }

    pub(crate) async fn bring(&self, order: &Order<'_>, now: Timestamp) -> Result<Outcome, Fault> {
        match self {
            Self::Radius(radius) => radius.bring(order, now).await,
            Self::RouterOs(router) => router.bring(order).await,
            Self::Webhook(webhook) => webhook.bring(order, now).await,
        }
    }
}
