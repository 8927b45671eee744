//! Reading the whole table, for reports and checks; never on a hot path.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use mensal_domain::events::Document;

use crate::{
    Store, StoreError,
    accounts::text_of,
    images::document,
    keys::{self, Item},
};

/// A page of the table.
#[derive(Debug)]
pub struct Page {
    /// Accounts, invoices, charges and payments, those of one account together; an item that cannot be read is an
    /// error in its place.
    pub documents: Vec<Result<Document, StoreError>>,
    next: Option<Item>,
}

impl Store {
    /// The first page of the table, or the one after a page; none after the last.
    ///
    /// # Errors
    /// The table's.
    pub async fn scan(&self, after: Option<Page>) -> Result<Option<Page>, StoreError> {
        let start = match after {
            Some(Page { next: None, .. }) => return Ok(None),
            Some(Page { next, .. }) => next,
            None => None,
        };
        let page = self
            .client
            .scan()
            .table_name(&*self.table)
            .set_exclusive_start_key(start)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await?;
        self.meter.read(page.consumed_capacity());
        let read = |item: Item| {
            let sk = text_of(&item, keys::SK).unwrap_or_default().to_owned();
            document(&sk, item.into()).transpose()
        };
        let documents = page.items.into_iter().flatten().filter_map(read).collect();
        Ok(Some(Page { documents, next: page.last_evaluated_key }))
    }
}
