//! Issuing: the invoice and the account it changes, in one transaction.

use aws_sdk_dynamodb::types::{
    Put, ReturnConsumedCapacity, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use mensal_domain::{
    account::Account,
    billing::Billed,
    ids::AccountId,
    invoice::{Invoice, InvoiceId},
};

use crate::{
    Store, StoreError,
    accounts::{item, read, to_item},
    error::{cancellation, condition_failed},
    keys::{self, Item},
};

/// What became of an attempt to store what billing a cycle leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Issued {
    /// It is stored.
    Now,
    /// It had been stored before, with the same content: an acknowledgement was lost.
    Before,
    /// There is another invoice of this cycle: somebody has to look at it.
    Otherwise,
}

impl Store {
    /// Stores the account after a cycle, its invoice if there is one, and those before that its
    /// credit has paid, if the account is still
    /// at the version that was billed and the cycle has no invoice.
    ///
    /// # Errors
    /// [`StoreError::Moved`] if the account has changed meanwhile, or the table's.
    pub async fn commit(&self, at_version: u64, billed: &Billed) -> Result<Issued, StoreError> {
        let Some(invoice) = &billed.invoice else {
            self.put_account(&billed.account, Some(at_version)).await?;
            return Ok(Issued::Now);
        };
        let mut writes =
            vec![self.put_invoice(invoice)?, self.put_at(&billed.account, at_version)?];
        // They change with the account only, and so stand as they were read.
        for invoice in &billed.settled {
            let key = keys::invoice(&invoice.account, invoice.id);
            writes.push(self.put(to_item(&key, invoice)?)?);
        }
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(writes))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let error = match sent {
            Ok(done) => {
                self.meter.wrote(done.consumed_capacity());
                return Ok(Issued::Now);
            }
            Err(error) => error,
        };
        match cancellation(&error) {
            Some([of_invoice, ..]) if condition_failed(of_invoice) => {
                let stored = of_invoice.item().cloned().unwrap_or_default();
                Ok(if self.same(invoice, stored).await? {
                    Issued::Before
                } else {
                    Issued::Otherwise
                })
            }
            Some([_, of_account, ..]) if condition_failed(of_account) => Err(StoreError::Moved),
            _ => Err(error.into()),
        }
    }

    /// Whether the stored invoice of a cycle is this one. DynamoDB returns it with the failed
    /// condition; one that does not is asked.
    async fn same(&self, invoice: &Invoice, stored: Item) -> Result<bool, StoreError> {
        let key = keys::invoice(&invoice.account, invoice.id);
        let stored = if stored.is_empty() { self.item(key.clone()).await? } else { Some(stored) };
        let Some(stored) = stored else { return Err(StoreError::Moved) };
        let stored: Invoice = read(&key, stored)?;
        Ok(stored.hash() == invoice.hash())
    }

    fn put_invoice(&self, invoice: &Invoice) -> Result<TransactWriteItem, StoreError> {
        let put = Put::builder()
            .table_name(&*self.table)
            .set_item(Some(to_item(&keys::invoice(&invoice.account, invoice.id), invoice)?))
            .condition_expression("attribute_not_exists(PK)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        Ok(TransactWriteItem::builder().put(built(put.build())?).build())
    }

    pub(crate) fn put_at(
        &self,
        account: &Account,
        at_version: u64,
    ) -> Result<TransactWriteItem, StoreError> {
        self.put_if_at(item(account)?, Some(at_version))
    }

    /// The invoice; none if there is none of that id.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if the item is no invoice, or the table's.
    pub async fn invoice(
        &self,
        account: &AccountId,
        id: InvoiceId,
    ) -> Result<Option<Invoice>, StoreError> {
        let key = keys::invoice(account, id);
        self.item(key.clone()).await?.map(|item| read(&key, item)).transpose()
    }

    /// All invoices of an account, the oldest first.
    ///
    /// # Errors
    /// As [`Store::invoice`].
    pub async fn invoices(&self, account: &AccountId) -> Result<Vec<Invoice>, StoreError> {
        let items = self.partition(&keys::account_pk(account), keys::INVOICE_PREFIX).await?;
        let key = keys::account(account);
        items.into_iter().map(|item| read(&key, item)).collect()
    }
}

/// A part of a request that lacks something: a fault of this crate.
pub(crate) fn built<T>(
    part: Result<T, aws_sdk_dynamodb::error::BuildError>,
) -> Result<T, StoreError> {
    part.map_err(|why| StoreError::Refused(why.to_string()))
}
