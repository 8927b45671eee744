//! What the network is to do for a service, and what it has confirmed: kept apart, so that what was
//! asked for and never confirmed is asked for again.

mod known;
mod wanted;

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

pub use self::known::KnownOf;
pub use self::wanted::{Wanted, may_differ, next_change, wanted};
use crate::{
    account::Account,
    history::HistoryError,
    ids::{AccountId, PlanCode, SiteCode, SubscriptionId},
    network::{Before, Login, Service},
};

/// Whether the network is to be told something of an account on a day: what it has not confirmed, and once
/// each day what it takes away, in case an access server has lost it. `known` is what is known of its
/// logins.
///
/// # Errors
/// [`HistoryError`] if a history contradicts itself.
pub fn is_to_be_told(
    account: &Account,
    known: &[Enforced],
    today: Date,
) -> Result<bool, HistoryError> {
    let told =
        |wanted: &Wanted| wanted.is_swept() || !KnownOf::wanted(known, wanted).is_done(wanted);
    Ok(wanted(account, today)?.iter().any(told))
}

/// On which occasion the network is told of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Occasion {
    /// The sweep of this day: what is confirmed is asked for again.
    pub sweep: Option<Date>,
    /// Whether service may be taken away for what is not paid: it is the day on which that was decided, or
    /// another one that the account's calendar permits.
    pub may_cut: bool,
}

/// What is known of a login at its access servers. It is kept by the login, whichever subscriptions of its
/// account have had it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enforced {
    /// Whose.
    pub account: AccountId,
    /// For which subscription they were asked last.
    #[serde(rename = "sub")]
    pub subscription: SubscriptionId,
    /// Whose access servers were asked.
    pub site: SiteCode,
    /// For which login.
    pub login: Login,
    /// Grows with each change, and is higher than that of any other login that its subscription had before.
    #[serde(rename = "ver")]
    pub version: u64,
    /// What they have confirmed; none: nobody knows.
    #[serde(rename = "is", default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Service>,
    /// When they have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// What they were asked for last; none: of an item that is older than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// While nobody knows what they do: the most restricted of what they had confirmed, and of what they
    /// were asked for since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<Service>,
    /// While nobody knows: the least restricted of what they had confirmed, and of what they were asked for since;
    /// none: of an item that is older than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<Service>,
    /// They are being asked, or may still do what they were asked, through this time at the latest: nobody
    /// else asks meanwhile.
    #[serde(rename = "busy", default, skip_serializing_if = "Option::is_none")]
    pub busy_until: Option<Timestamp>,
    /// Why they have not confirmed what they were asked last.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fault: String,
    /// The last day on which a sweep has asked them again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swept: Option<Date>,
}

/// What access servers were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What the service is to be.
    #[serde(rename = "svc")]
    pub service: Service,
    /// Of which plan.
    pub plan: PlanCode,
    /// The same for as long as the same is asked for and not confirmed; each further order has a higher one.
    #[serde(rename = "nr")]
    pub number: u64,
    /// Whether it was confirmed before, and is given in case that one has lost it: nobody is put off line for that
    /// who may be on line.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub again: bool,
    /// The access servers that have confirmed it, while others have not: they are not told of it again, which
    /// might end a session for nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
}

/// What is next for a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it is as it should be.
    Settled,
    /// Somebody is asking just now, or nobody knows yet what came of it: until then at the latest.
    Wait(Timestamp),
    /// Ask, after this has been noted.
    Ask(Enforced),
}

impl Enforced {
    /// So long nobody else asks: longer than the access servers of a site may take.
    pub const LEASE: SignedDuration = SignedDuration::from_secs(50);

    /// What is next. `known` is what is known of the login.
    #[must_use]
    pub fn next(
        account: &AccountId,
        wanted: &Wanted,
        known: &KnownOf<'_>,
        occasion: Occasion,
        now: Timestamp,
    ) -> Step {
        let Occasion { sweep, may_cut } = occasion;
        if let Some(until) = known.busy_until().filter(|until| now < *until) {
            return Step::Wait(until);
        }
        let gone = known.at_best() >= wanted.service;
        // On a day that is not permitted nobody learns that service is gone.
        if wanted.held && wanted.is_swept() && !gone && !may_cut {
            return Step::Settled;
        }
        let again = wanted.is_swept()
            && sweep.is_some()
            && known.login.is_some_and(|login| sweep > login.swept);
        if known.is_done(wanted) && !again {
            return Step::Settled;
        }
        Step::Ask(Self::asking(account, wanted, known, sweep, now))
    }

    fn is_of(&self, wanted: &Wanted) -> bool {
        self.site == wanted.site && self.login == wanted.login
    }

    /// The order that is given again, if the same was asked for and not confirmed.
    fn given_again(&self, wanted: &Wanted) -> Option<&Asked> {
        let asked = self.asked.as_ref().filter(|_| self.confirmed.is_none())?;
        let same = (&self.subscription, asked.service, &asked.plan)
            == (&wanted.subscription, wanted.service, &wanted.plan);
        same.then_some(asked)
    }

    fn asking(
        account: &AccountId,
        wanted: &Wanted,
        known: &KnownOf<'_>,
        sweep: Option<Date>,
        now: Timestamp,
    ) -> Self {
        let version = known.latest() + 1;
        let before = known.login.and_then(|login| login.given_again(wanted));
        let number = before.map_or(version, |before| before.number);
        let swept = known.login.and_then(|login| login.swept);
        // A sweep tells all of them: one may have lost it since it has confirmed.
        let told = before.filter(|_| !wanted.is_swept() || sweep <= swept);
        let told = told.map(|before| before.told.clone()).unwrap_or_default();
        let (service, plan) = (wanted.service, wanted.plan.clone());
        // It stays so, however often it is given until it is confirmed.
        let confirmed = known.before() == Before::Confirmed(service);
        let again = before.map_or(confirmed, |before| before.again);
        Self {
            account: account.clone(),
            subscription: wanted.subscription.clone(),
            site: wanted.site.clone(),
            login: wanted.login.clone(),
            version,
            confirmed: None,
            at: None,
            asked: Some(Asked { service, plan, number, again, told }),
            worst: Some(known.before().worst().max(service)),
            best: Some(known.at_best().min(service)),
            busy_until: Some(now + Self::LEASE),
            fault: String::new(),
            swept: sweep.max(swept),
        }
    }

    /// What the service was before this is asked for, of which this was known.
    #[must_use]
    pub fn before(&self, known: &KnownOf<'_>) -> Before {
        match &self.asked {
            Some(Asked { service, again: true, .. }) => Before::Confirmed(*service),
            _ => known.before(),
        }
    }

    /// The same, asked from now on.
    #[must_use]
    pub fn leased(self, now: Timestamp) -> Self {
        Self { busy_until: Some(now + Self::LEASE), ..self }
    }

    /// After the access servers have confirmed a service.
    #[must_use]
    pub fn confirmed(self, service: Service, now: Timestamp) -> Self {
        let (confirmed, at, version) = (Some(service), Some(now), self.version + 1);
        let after = self.told(Vec::new());
        Self { confirmed, at, worst: None, best: None, busy_until: None, version, ..after }
    }

    /// After some of them have confirmed what they were asked, and others have not.
    #[must_use]
    pub fn told(mut self, told: Vec<String>) -> Self {
        self.asked = self.asked.map(|asked| Asked { told, ..asked });
        self
    }

    /// After one has said no, and why.
    #[must_use]
    pub fn refused(self, why: String) -> Self {
        Self { fault: why, busy_until: None, version: self.version + 1, ..self }
    }

    /// After one has not answered, and why: it may still do it, so that nobody asks for something else
    /// before the lease is over.
    #[must_use]
    pub fn unanswered(self, why: String) -> Self {
        Self { fault: why, version: self.version + 1, ..self }
    }

    /// After it was noted, and nobody was asked: what was known before stands, also of the name that the login had
    /// before this one.
    #[must_use]
    pub fn withdrawn(self, known: &KnownOf<'_>) -> Self {
        let version = self.version + 1;
        match known.login {
            Some(before) => Self { version, ..before.clone() },
            None => Self {
                version,
                asked: None,
                worst: Some(known.before().worst()),
                best: Some(known.at_best()),
                busy_until: None,
                swept: None,
                ..self
            },
        }
    }

    /// Whether nobody was ever asked for it, though that was noted once.
    fn is_untouched(&self) -> bool {
        let asked = self.confirmed.is_some() || self.asked.is_some();
        !asked && self.worst == Some(Service::Full)
    }
}

#[cfg(test)]
pub(crate) mod tests;
