//! The network as its access servers were told, login by login, kept in memory.

use std::{collections::BTreeMap, time::Instant};

use jiff::civil::Date;
use mensal_domain::{
    ids::AccountId,
    network::{Login, Service},
};

use crate::stack::Ordered;

/// What a login was told last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    service: Service,
    on: Date,
    at: Instant,
}

/// The network, as far as it was told.
#[derive(Clone, Debug, Default)]
pub(super) struct Network {
    of: BTreeMap<AccountId, BTreeMap<Login, Told>>,
}

impl Network {
    /// Takes an order; what the login was told before it.
    pub(super) fn hear(&mut self, on: Date, at: Instant, ordered: Ordered) -> Service {
        let before = self.service(&ordered.account, &ordered.login);
        let told = Told { service: ordered.service, on, at };
        let logins = self.of.entry(ordered.account).or_default();
        // Told again is not back again.
        let same = logins.get(&ordered.login).is_some_and(|last| last.service == told.service);
        if !same {
            logins.insert(ordered.login, told);
        }
        before
    }

    /// The access servers of an account's logins that were told of less than all have lost it.
    pub(super) fn forget(&mut self, account: &AccountId) {
        if let Some(logins) = self.of.get_mut(account) {
            logins.retain(|_, told| matches!(told.service, Service::Full | Service::Ended));
        }
    }

    /// What the service of a login is: full, if nobody ever said otherwise.
    pub(super) fn service(&self, account: &AccountId, login: &Login) -> Service {
        let told = self.of.get(account).and_then(|logins| logins.get(login));
        told.map_or(Service::Full, |told| told.service)
    }

    /// When the last of the logins of an account came back that did so on a day; none if none did.
    pub(super) fn back(&self, account: &AccountId, on: Date) -> Option<Instant> {
        let logins = self.of.get(account)?.values();
        let back = logins.filter(|told| told.service == Service::Full && told.on == on);
        back.map(|told| told.at).max()
    }
}
