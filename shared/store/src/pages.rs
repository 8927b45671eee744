//! Queries that are read to their end.

use aws_sdk_dynamodb::{
    operation::query::builders::QueryFluentBuilder,
    types::{ReturnConsumedCapacity, Select},
};

use crate::{
    Store, StoreError,
    keys::{self, Item},
};

impl Store {
    /// All items of a partition. Not by an empty prefix: DynamoDB takes no empty text for a key.
    pub(crate) async fn whole_partition(&self, pk: &str) -> Result<Vec<Item>, StoreError> {
        let query = self.client.query().key_condition_expression("PK = :pk");
        self.every_page(query.expression_attribute_values(":pk", keys::text(pk))).await
    }

    /// All items of a partition whose sort key begins with a prefix, in order.
    pub(crate) async fn partition(&self, pk: &str, prefix: &str) -> Result<Vec<Item>, StoreError> {
        self.every_page(self.prefixed(pk, prefix)).await
    }

    /// How many items [`Store::partition`] would give. They are read, but do not travel.
    pub(crate) async fn count(&self, pk: &str, prefix: &str) -> Result<u64, StoreError> {
        self.counted(self.prefixed(pk, prefix)).await
    }

    /// How many items a query of the table or of an index finds.
    pub(crate) async fn counted(&self, query: QueryFluentBuilder) -> Result<u64, StoreError> {
        let query = query
            .table_name(&*self.table)
            .select(Select::Count)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let mut count = 0;
        let mut after = None;
        loop {
            let page = query.clone().set_exclusive_start_key(after).send().await?;
            self.meter.read(page.consumed_capacity());
            count += u64::try_from(page.count()).unwrap_or_default();
            after = page.last_evaluated_key;
            if after.is_none() {
                return Ok(count);
            }
        }
    }

    fn prefixed(&self, pk: &str, prefix: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .key_condition_expression("PK = :pk AND begins_with(SK, :prefix)")
            .expression_attribute_values(":pk", keys::text(pk))
            .expression_attribute_values(":prefix", keys::text(prefix))
    }

    /// All items that a query of the table finds, with strong consistency.
    pub(crate) async fn every_page(
        &self,
        query: QueryFluentBuilder,
    ) -> Result<Vec<Item>, StoreError> {
        let query = query
            .table_name(&*self.table)
            .consistent_read(true)
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let mut out = Vec::new();
        let mut after = None;
        loop {
            let page = query.clone().set_exclusive_start_key(after).send().await?;
            self.meter.read(page.consumed_capacity());
            out.extend(page.items.into_iter().flatten());
            after = page.last_evaluated_key;
            if after.is_none() {
                return Ok(out);
            }
        }
    }
}
