//! Notices to customers once they are sent: each changes by itself, on the condition that it is still as
//! it was read; with its account, if that is to be looked at for it.

use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
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

    /// Stores that a notice is begun to be sent, if it is still as it was before, and its account at the
    /// version by which there is a reason to: a payment that is booked meanwhile may have taken that away.
    ///
    /// # Errors
    /// [`StoreError::Moved`] if one of them has changed meanwhile, or the table's.
    pub async fn begin_notice(
        &self,
        before: &CustomerNotice,
        begun: &CustomerNotice,
        account: &Account,
    ) -> Result<(), StoreError> {
        self.all_or_none(vec![self.put_after(before, begun)?, self.still_at(account)?]).await
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

    /// Puts a notice if all that may change of it is as it was: of two who hear something of it at one
    /// moment, the second reads it again.
    pub(crate) fn put_after(
        &self,
        before: &CustomerNotice,
        notice: &CustomerNotice,
    ) -> Result<TransactWriteItem, StoreError> {
        let key = keys::notice(&before.account, &before.id);
        let mut was: Item = to_item(&key, before)?;
        let mut put =
            Put::builder().table_name(&*self.table).set_item(Some(to_item(&key, notice)?));
        let mut conditions = Vec::new();
        for name in CHANGES {
            put = put.expression_attribute_names(format!("#{name}"), name);
            conditions.push(match was.remove(name) {
                None => format!("attribute_not_exists(#{name})"),
                Some(value) => {
                    put = put.expression_attribute_values(format!(":{name}"), value);
                    format!("#{name} = :{name}")
                }
            });
        }
        let put = put.condition_expression(conditions.join(" AND "));
        Ok(TransactWriteItem::builder().put(built(put.build())?).build())
    }
}

/// What may change of a notice. What it was sent to, what it said and earlier sendings change with these.
const CHANGES: [&str; 7] = ["state", "begun", "sent", "delivered", "reason", "ref", "asked"];
