//! What gateways have told and nobody could match: kept for people, and tried again.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use jiff::civil::Date;
use mensal_domain::{
    ids::{AccountId, GatewayCode},
    payment::Notice,
    reference::Reference,
};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError,
    accounts::{read, to_item},
    keys::{self, Item, Key},
};

/// A notice that nobody could match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmatched {
    /// What was told.
    pub notice: Notice,
    /// Why it matches nothing.
    pub reason: String,
    /// The business date on which it came.
    pub since: Date,
    /// Whose it is, as people have just said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<AccountId>,
}

impl Store {
    /// Keeps a notice that matches nothing. Kept before, it stays as it was.
    ///
    /// # Errors
    /// The table's.
    pub async fn keep_unmatched(&self, unmatched: &Unmatched) -> Result<(), StoreError> {
        let key = keys::unmatched(&unmatched.notice);
        let put = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(to_item(&key, unmatched)?))
            .condition_expression("attribute_not_exists(PK)")
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match put.send().await.map_err(StoreError::from) {
            Ok(done) => {
                self.meter.wrote(done.consumed_capacity());
                Ok(())
            }
            Err(StoreError::Moved) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Notes whose people say that it is, until that is in the books; whose somebody else has said that
    /// it is, if that was before. The same may be said again.
    ///
    /// # Errors
    /// The table's.
    pub async fn assign_unmatched(
        &self,
        unmatched: &Unmatched,
        account: &AccountId,
    ) -> Result<Option<AccountId>, StoreError> {
        let key = keys::unmatched(&unmatched.notice);
        let update = self
            .client
            .update_item()
            .table_name(&*self.table)
            .set_key(Some(key.clone().into_item()))
            .update_expression("SET assigned = :account")
            .condition_expression(
                "attribute_exists(PK) AND (attribute_not_exists(assigned) OR assigned = :account)",
            )
            .expression_attribute_values(":account", keys::text(account.as_str()))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        match update.send().await.map_err(StoreError::from) {
            Ok(done) => {
                self.meter.wrote(done.consumed_capacity());
                Ok(None)
            }
            Err(StoreError::Moved) => {
                let now = self.item(key.clone()).await?;
                let now = now.map(|item| read::<Unmatched>(&key, item)).transpose()?;
                let other = now.and_then(|now| now.assigned);
                other.map(Some).ok_or(StoreError::Moved)
            }
            Err(error) => Err(error),
        }
    }

    /// Forgets a notice that has been matched. One that is not there is no failure.
    ///
    /// # Errors
    /// The table's.
    pub async fn forget_unmatched(&self, notice: &Notice) -> Result<(), StoreError> {
        let key = keys::unmatched(notice).into_item();
        let delete = self.client.delete_item().table_name(&*self.table).set_key(Some(key));
        let done = delete.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await?;
        self.meter.wrote(done.consumed_capacity());
        Ok(())
    }

    /// What nobody could match of one piece of money.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`], or the table's.
    pub async fn unmatched_of(
        &self,
        gateway: &GatewayCode,
        money: &Reference,
    ) -> Result<Vec<Unmatched>, StoreError> {
        let prefix = keys::unmatched_prefix(gateway, Some(money));
        all(self.partition(keys::UNMATCHED_PK, &prefix).await?)
    }

    /// All that nobody could match.
    ///
    /// # Errors
    /// As [`Store::unmatched_of`].
    pub async fn unmatched(&self) -> Result<Vec<Unmatched>, StoreError> {
        all(self.whole_partition(keys::UNMATCHED_PK).await?)
    }
}

fn all(items: Vec<Item>) -> Result<Vec<Unmatched>, StoreError> {
    let key = Key { pk: keys::UNMATCHED_PK.into(), sk: String::new() };
    items.into_iter().map(|item| read(&key, item)).collect()
}
