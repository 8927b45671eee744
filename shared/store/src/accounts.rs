//! Accounts as items.

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes, ReturnConsumedCapacity};
use mensal_domain::{account::Account, ids::AccountId};

use crate::{
    Store, StoreError,
    keys::{self, Item, Key},
};

impl Store {
    /// The account; none if there is none of that id.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if the item is no account, or the table's.
    pub async fn account(&self, id: &AccountId) -> Result<Option<Account>, StoreError> {
        let key = keys::account(id);
        self.item(key.clone()).await?.map(|item| read(&key, item)).transpose()
    }

    /// An item, read with strong consistency.
    pub(crate) async fn item(&self, key: Key) -> Result<Option<Item>, StoreError> {
        let got = self
            .client
            .get_item()
            .table_name(&*self.table)
            .set_key(Some(key.into_item()))
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await?;
        self.meter.read(got.consumed_capacity());
        Ok(got.item)
    }

    /// Many accounts, in no order; those that do not exist are missing from the answer.
    ///
    /// # Errors
    /// As [`Store::account`].
    pub async fn accounts(&self, ids: &[AccountId]) -> Result<Vec<Account>, StoreError> {
        const AT_ONCE: usize = 100; // the most that BatchGetItem takes
        let mut out = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(AT_ONCE) {
            let mut keys: Vec<Item> =
                chunk.iter().map(|id| keys::account(id).into_item()).collect();
            while !keys.is_empty() {
                let wanted =
                    KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true);
                let wanted = wanted.build().map_err(|e| StoreError::Refused(e.to_string()))?;
                let got = self
                    .client
                    .batch_get_item()
                    .request_items(&*self.table, wanted)
                    .return_consumed_capacity(ReturnConsumedCapacity::Total)
                    .send()
                    .await?;
                self.meter.read(got.consumed_capacity());
                for item in got.responses.into_iter().flatten().flat_map(|(_, items)| items) {
                    let pk = item.get(keys::PK).and_then(|pk| pk.as_s().ok()).cloned();
                    let key = Key { pk: pk.unwrap_or_default(), sk: keys::ACCOUNT_SK.into() };
                    out.push(read(&key, item)?);
                }
                let left = got.unprocessed_keys.unwrap_or_default().remove(&*self.table);
                keys = left.map(|left| left.keys).unwrap_or_default();
            }
        }
        Ok(out)
    }

    /// Stores an account if it is still at a version; version none: if there is none yet.
    ///
    /// # Errors
    /// [`StoreError::Moved`] if it is not, or the table's.
    pub async fn put_account(
        &self,
        account: &Account,
        at_version: Option<u64>,
    ) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&*self.table)
            .set_item(Some(item(account)?))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let put = match at_version {
            None => put.condition_expression("attribute_not_exists(PK)"),
            Some(version) => put
                .condition_expression("ver = :was")
                .expression_attribute_values(":was", keys::number(version)),
        };
        let done = put.send().await?;
        self.meter.wrote(done.consumed_capacity());
        Ok(())
    }
}

/// The item of an account, with its places on the agendas.
pub(crate) fn item(account: &Account) -> Result<Item, StoreError> {
    let key = keys::account(&account.id);
    let mut item = to_item(&key, account)?;
    item.extend(keys::agendas(account).into_iter().map(|(name, value)| (name.into(), value)));
    Ok(item)
}

/// A value as an item under a key.
pub(crate) fn to_item(key: &Key, value: &impl serde::Serialize) -> Result<Item, StoreError> {
    let mut item: Item =
        serde_dynamo::to_item(value).map_err(|why| StoreError::unreadable(&key.pk, why))?;
    item.extend(key.clone().into_item());
    Ok(item)
}

/// A value from an item.
pub(crate) fn read<T: serde::de::DeserializeOwned>(key: &Key, item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item)
        .map_err(|why| StoreError::unreadable(format!("{} {}", key.pk, key.sk), why))
}

/// A text of an item.
pub(crate) fn text_of<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str)
}

/// A number of an item.
pub(crate) fn number_of(item: &Item, name: &str) -> Option<u64> {
    item.get(name).and_then(|value: &AttributeValue| value.as_n().ok()).and_then(|n| n.parse().ok())
}
