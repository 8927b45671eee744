//! What the network has confirmed of an account's logins.

use mensal_domain::{enforcement::Enforced, ids::AccountId};

use crate::{
    Store, StoreError,
    accounts::{read, to_item},
    keys,
};

impl Store {
    /// What is known of all logins of an account of which access servers were ever asked.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if an item is none, or the table's.
    pub async fn all_enforced(&self, account: &AccountId) -> Result<Vec<Enforced>, StoreError> {
        let items = self.partition(&keys::account_pk(account), keys::ENFORCED_PREFIX).await?;
        let key = keys::account(account);
        items.into_iter().map(|item| read(&key, item)).collect()
    }

    /// Stores what is known of a login, if what was known of it still has the version that it had before;
    /// none: if nothing was.
    ///
    /// # Errors
    /// [`StoreError::Moved`] if somebody else has changed it, or the table's.
    pub async fn put_enforced(
        &self,
        known: &Enforced,
        before: Option<u64>,
    ) -> Result<(), StoreError> {
        let key = keys::enforced(&known.account, &known.site, &known.login);
        let put = self.put_if_at(to_item(&key, known)?, before)?;
        self.all_or_none(vec![put]).await
    }
}
