//! Entering a customer's promise to pay: service is back, and not cut, until then.

use jiff::civil::Date;
use mensal_domain::{
    billing::BillingError,
    delinquency::{LiftedBy, Promise, PromiseBy, PromiseRefused, Restored, lift, promise},
    ids::AccountId,
};
use mensal_store::{Decided, Store, StoreError};

/// What a promise comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promised {
    /// The promise; none only if the settings give it no day.
    pub promise: Option<Promise>,
    /// Whether service was held, and is back.
    pub is_back: bool,
}

/// Why a promise was not entered.
#[derive(Debug, thiserror::Error)]
pub enum NotPromised {
    /// There is no such account.
    #[error("there is no account {0}")]
    NoAccount(AccountId),
    /// It is not taken.
    #[error(transparent)]
    Refused(#[from] PromiseRefused),
    /// The account's rules are gone.
    #[error(transparent)]
    Rules(#[from] BillingError),
    /// The table's.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Enters a promise that is made on a day, for so many days, or as many as the settings say.
///
/// # Errors
/// [`NotPromised`]: nothing is written then. [`StoreError::Moved`] if the account has just changed.
pub async fn enter(
    store: &Store,
    id: &AccountId,
    today: Date,
    by: PromiseBy,
    days: Option<u16>,
) -> Result<Promised, NotPromised> {
    let account = store.account(id).await?;
    let account = account.ok_or_else(|| NotPromised::NoAccount(id.clone()))?;
    let catalog = store.catalog(store.head().await?.version).await?;
    let rules = catalog.rules_of(&account)?;
    let read = store.reviewed(&account, &rules).await?;
    let mut after = promise(&account, &read.invoices, &rules.settings, today, by, days)?;
    let (mut notices, mut suspension) = (Vec::new(), None);
    if after.hold.is_some() {
        let restored = lift(read.known(&account, &rules, today), &after, LiftedBy::Promise);
        Restored { account: after, notices, suspension } = restored;
    }
    let decided =
        Decided { notices: &notices, suspension: suspension.as_ref(), ..Decided::default() };
    store.commit_review(account.version, &after, decided).await?;
    Ok(Promised { promise: after.promise_on(today).cloned(), is_back: account.hold.is_some() })
}
