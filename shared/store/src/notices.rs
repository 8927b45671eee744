//! Notices to customers once they are sent: each changes by itself, on the condition that it is still as
//! it was read; with its account, if that is to be looked at for it.

use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};
use mensal_domain::{account::Account, delinquency::CustomerNotice, ids::AccountId};

use crate::{
    Store, StoreError,
    accounts::{read, to_item},
    issue::built,
    keys::{self, Item},
};

impl Store {
    /// Stores what has become of a notice, if it is still as it was before; and its account, if it has
    /// changed for it and is still at a version.
    ///
    /// # Errors
    /// [`StoreError::Moved`] if one of them has changed meanwhile, or the table's.
    pub async fn move_notice(
        &self,
        before: &CustomerNotice,
        notice: &CustomerNotice,
        account: Option<(&Account, u64)>,
    ) -> Result<(), StoreError> {
        let mut writes = vec![self.put_after(before, notice)?];
        if let Some((account, at_version)) = account {
            writes.push(self.put_at(account, at_version)?);
        }
        self.all_or_none(writes).await
    }

    /// All notices to an account's customer that are of a prefix of the table's key, in its order.
    pub(crate) async fn notices_from(
        &self,
        account: &AccountId,
        prefix: &str,
    ) -> Result<Vec<CustomerNotice>, StoreError> {
        let items = self.partition(&keys::account_pk(account), prefix).await?;
        let key = keys::account(account);
        items.into_iter().map(|item| read(&key, item)).collect()
    }

    /// Of a notice, state and time of its last beginning tell whether it has changed.
    fn put_after(
        &self,
        before: &CustomerNotice,
        notice: &CustomerNotice,
    ) -> Result<TransactWriteItem, StoreError> {
        let key = keys::notice(&before.account, &before.id);
        let mut was: Item = to_item(&key, before)?;
        let put = Put::builder()
            .table_name(&*self.table)
            .set_item(Some(to_item(&key, notice)?))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":state", taken(&mut was, "state")?);
        let put = match was.remove("begun") {
            None => put.condition_expression("#state = :state AND attribute_not_exists(begun)"),
            Some(begun) => put
                .condition_expression("#state = :state AND begun = :begun")
                .expression_attribute_values(":begun", begun),
        };
        Ok(TransactWriteItem::builder().put(built(put.build())?).build())
    }
}

fn taken(item: &mut Item, name: &str) -> Result<AttributeValue, StoreError> {
    item.remove(name).ok_or_else(|| StoreError::unreadable("a notice", format!("no `{name}`")))
}
