//! What the network has confirmed of an account's logins.

use mensal_domain::{
    enforcement::Enforced,
    ids::{AccountId, SubscriptionId},
};

use crate::{
    Store, StoreError,
    accounts::{read, to_item},
    keys,
};

impl Store {
    /// What is known of a login at its access servers; none if nobody was ever asked.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if the item is none, or the table's.
    pub async fn enforced(
        &self,
        account: &AccountId,
        subscription: &SubscriptionId,
    ) -> Result<Option<Enforced>, StoreError> {
        let key = keys::enforced(account, subscription);
        self.item(key.clone()).await?.map(|item| read(&key, item)).transpose()
    }

    /// What is known of all logins of an account of which access servers were ever asked.
    ///
    /// # Errors
    /// As [`Store::enforced`].
    pub async fn all_enforced(&self, account: &AccountId) -> Result<Vec<Enforced>, StoreError> {
        let items = self.partition(&keys::account_pk(account), keys::ENFORCED_PREFIX).await?;
        let key = keys::account(account);
        items.into_iter().map(|item| read(&key, item)).collect()
    }

    /// Stores what is known of a login, if it is still what it was before.
    ///
    /// # Errors
    /// [`StoreError::Moved`] if somebody else has changed it, or the table's.
    pub async fn put_enforced(&self, known: &Enforced) -> Result<(), StoreError> {
        let key = keys::enforced(&known.account, &known.subscription);
        let before = known.version.checked_sub(1).filter(|version| *version > 0);
        let put = self.put_if_at(to_item(&key, known)?, before)?;
        self.all_or_none(vec![put]).await
    }
}
