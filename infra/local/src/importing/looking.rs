//! When an account that an import brings or changes is looked at next.

use jiff::civil::Date;
use mensal_domain::{
    account::Account,
    catalog::Catalog,
    enforcement::{is_to_be_told, may_differ, next_change},
};

use crate::stack::Error;

/// The catalog that is in force while an import goes on, and the one that comes.
#[derive(Clone, Copy)]
pub(super) struct Catalogs<'a> {
    pub(super) in_force: &'a Catalog,
    pub(super) new: &'a Catalog,
}

impl Catalogs<'_> {
    /// Has the daily run look at an account: on the day of the next change of its services; and at once, where
    /// the network has to do something else for it, or it owes something and follows other rules from now on, or has
    /// other services that could be cut for it.
    /// `old` is what it was; none of a new one.
    pub(super) fn have_looked_at(
        self,
        old: Option<&Account>,
        account: &mut Account,
        as_of: Date,
    ) -> Result<(), Error> {
        if let Some(day) = next_change(account, as_of)? {
            account.review_by(day);
        }
        // The network is told of a change by itself; the run sees to it that it was done, and takes service
        // away on a day on which that may be.
        let told = match old {
            None => is_to_be_told(account, &[], as_of)?,
            Some(old) => may_differ(old, account),
        };
        if told {
            account.review_by(as_of);
        }
        let owes = account.hold.is_some() || account.balance.is_positive();
        let differs =
            |old: &Account| self.is_ruled_otherwise(old, account) || are_others(old, account);
        if owes && old.is_some_and(differs) {
            account.look_by(as_of);
        }
        Ok(())
    }

    /// Whether it is reminded, cut or collected from otherwise than before.
    fn is_ruled_otherwise(self, old: &Account, account: &Account) -> bool {
        (old.grace_until, &old.methods) != (account.grace_until, &account.methods)
            || self.in_force.rules_of(old).ok() != self.new.rules_of(account).ok()
    }
}

/// Whether an account has other services than before, or they run at other times.
fn are_others(old: &Account, new: &Account) -> bool {
    let services = |account: &Account| -> Vec<_> {
        let services = account.subscriptions.iter();
        services.map(|one| (one.id.clone(), one.start, one.history.clone())).collect()
    };
    services(old) != services(new)
}
