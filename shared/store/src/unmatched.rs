//! What gateways have told and nobody could match: kept for people, and tried again.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use jiff::civil::Date;
use mensal_domain::{ids::GatewayCode, payment::Notice, reference::Reference};
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
