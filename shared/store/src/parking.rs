//! Parking: taking an account off the agenda until people have looked at it.

use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem, Update};
use jiff::civil::Date;
use mensal_domain::ids::AccountId;
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError,
    accounts::{number_of, read, to_item},
    issue::built,
    keys,
};

/// A parked account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// Which account.
    pub account: AccountId,
    /// Why.
    pub reason: String,
    /// The business date of the run that parked it.
    pub since: Date,
}

impl Store {
    /// Parks an account, whatever state its item is in: even one that cannot be read. An account
    /// that is parked already stays as it is. With a version: only the account at that version, so
    /// that what people have mended meanwhile is not parked for what was wrong before. False if it
    /// does not exist or was parked before.
    ///
    /// # Errors
    /// [`StoreError::Moved`] if the account changes at this very moment, or the table's.
    pub async fn park(&self, parked: &Parked, at_version: Option<u64>) -> Result<bool, StoreError> {
        let Some(item) = self.item(keys::account(&parked.account)).await? else { return Ok(false) };
        if item.contains_key(keys::PARKED_REASON) {
            return Ok(false);
        }
        let version = number_of(&item, keys::VERSION);
        if at_version.is_some() && at_version != version {
            return Err(StoreError::Moved);
        }
        let update = Update::builder()
            .table_name(&*self.table)
            .set_key(Some(keys::account(&parked.account).into_item()))
            .update_expression("SET parked = :why, ver = :now REMOVE bill_shard, bill_on")
            .expression_attribute_values(":why", keys::text(&parked.reason))
            .expression_attribute_values(":now", keys::number(version.unwrap_or_default() + 1));
        let update = match version {
            Some(was) => update
                .condition_expression("ver = :was")
                .expression_attribute_values(":was", keys::number(was)),
            None => update.condition_expression("attribute_exists(PK)"),
        };
        let key = keys::parked(&parked.account);
        let put = Put::builder().table_name(&*self.table).set_item(Some(to_item(&key, parked)?));
        self.all_or_none(vec![
            TransactWriteItem::builder().update(built(update.build())?).build(),
            TransactWriteItem::builder().put(built(put.build())?).build(),
        ])
        .await?;
        Ok(true)
    }

    /// Puts a parked account back on the agenda: it is billed by the next run, and reviewed as of a day, since what
    /// came due meanwhile was passed over. False if it is not parked.
    ///
    /// # Errors
    /// As [`Store::account`]; [`StoreError::Moved`] if it changes at this very moment.
    pub async fn unpark(&self, id: &AccountId, today: Date) -> Result<bool, StoreError> {
        let Some(mut account) = self.account(id).await? else { return Ok(false) };
        if account.parked.take().is_none() {
            return Ok(false);
        }
        let was = account.version;
        account.version += 1;
        account.review_by(today);
        let key = keys::parked(id).into_item();
        let delete = Delete::builder().table_name(&*self.table).set_key(Some(key));
        self.all_or_none(vec![
            self.put_at(&account, was)?,
            TransactWriteItem::builder().delete(built(delete.build())?).build(),
        ])
        .await?;
        Ok(true)
    }

    /// All parked accounts.
    ///
    /// # Errors
    /// The table's.
    pub async fn parked(&self) -> Result<Vec<Parked>, StoreError> {
        let items = self.partition(keys::PARKED_PK, "A#").await?;
        let key = keys::Key { pk: keys::PARKED_PK.into(), sk: String::new() };
        items.into_iter().map(|item| read(&key, item)).collect()
    }

    /// How many accounts are parked.
    ///
    /// # Errors
    /// The table's.
    pub async fn parked_count(&self) -> Result<u64, StoreError> {
        self.count(keys::PARKED_PK, "A#").await
    }
}
