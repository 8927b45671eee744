//! Several writes, all or none.

use aws_sdk_dynamodb::types::{
    ConditionCheck, Delete, Put, ReturnConsumedCapacity, TransactWriteItem,
};
use mensal_domain::account::Account;

use crate::{
    Store, StoreError,
    error::{cancellation, condition_failed},
    issue::built,
    keys::{self, Item, Key},
};

impl Store {
    /// Writes all or none.
    ///
    /// # Errors
    /// [`StoreError::Moved`] if a condition does not hold, or the table's.
    pub(crate) async fn all_or_none(
        &self,
        writes: Vec<TransactWriteItem>,
    ) -> Result<(), StoreError> {
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        match sent {
            Ok(done) => {
                self.meter.wrote(done.consumed_capacity());
                Ok(())
            }
            Err(error) => match cancellation(&error) {
                Some(reasons) if reasons.iter().any(condition_failed) => Err(StoreError::Moved),
                _ => Err(error.into()),
            },
        }
    }

    /// Puts an item, whatever was there.
    pub(crate) fn put(&self, item: Item) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder().table_name(&*self.table).set_item(Some(item));
        Ok(TransactWriteItem::builder().put(built(put.build())?).build())
    }

    /// Puts an item if it is at a version; version none: if there is none yet.
    pub(crate) fn put_if_at(
        &self,
        item: Item,
        at_version: Option<u64>,
    ) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder().table_name(&*self.table).set_item(Some(item));
        let put = match at_version {
            None => put.condition_expression("attribute_not_exists(PK)"),
            Some(version) => put
                .condition_expression("ver = :was")
                .expression_attribute_values(":was", keys::number(version)),
        };
        Ok(TransactWriteItem::builder().put(built(put.build())?).build())
    }

    /// Writes nothing, and has the others write nothing once an account is no longer at its version.
    pub(crate) fn still_at(&self, account: &Account) -> Result<TransactWriteItem, StoreError> {
        let check = ConditionCheck::builder()
            .table_name(&*self.table)
            .set_key(Some(keys::account(&account.id).into_item()))
            .condition_expression("ver = :was")
            .expression_attribute_values(":was", keys::number(account.version));
        Ok(TransactWriteItem::builder().condition_check(built(check.build())?).build())
    }

    /// Deletes an item; one that is not there is no failure.
    pub(crate) fn gone(&self, key: Key) -> Result<TransactWriteItem, StoreError> {
        let delete = Delete::builder().table_name(&*self.table).set_key(Some(key.into_item()));
        Ok(TransactWriteItem::builder().delete(built(delete.build())?).build())
    }
}
