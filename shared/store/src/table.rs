//! The table itself, for the local stack. In the cloud `template.yaml` makes the same.

use aws_sdk_dynamodb::{
    error::ProvideErrorMetadata,
    types::{
        AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        Projection, ProjectionType, ScalarAttributeType, StreamSpecification, StreamViewType,
    },
};

use crate::{
    Store, StoreError,
    issue::built,
    keys::{AgendaKeys, BILL, PK, REVIEW, SK},
};

impl Store {
    /// Makes the table if it is not there.
    ///
    /// # Errors
    /// The table's.
    pub async fn create_table(&self) -> Result<(), StoreError> {
        let attribute = |name: &str| {
            let text = AttributeDefinition::builder().attribute_name(name);
            built(text.attribute_type(ScalarAttributeType::S).build())
        };
        let key = |name: &str, kind| {
            built(KeySchemaElement::builder().attribute_name(name).key_type(kind).build())
        };
        let agenda = |of: AgendaKeys| {
            let keys_only = Projection::builder().projection_type(ProjectionType::KeysOnly);
            let index = GlobalSecondaryIndex::builder()
                .index_name(of.index)
                .key_schema(key(of.shard, KeyType::Hash)?)
                .key_schema(key(of.on, KeyType::Range)?)
                .projection(keys_only.build());
            built(index.build())
        };
        let stream = StreamSpecification::builder()
            .stream_enabled(true)
            .stream_view_type(StreamViewType::NewAndOldImages);
        let made = self
            .client
            .create_table()
            .table_name(&*self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .attribute_definitions(attribute(PK)?)
            .attribute_definitions(attribute(SK)?)
            .attribute_definitions(attribute(BILL.shard)?)
            .attribute_definitions(attribute(BILL.on)?)
            .attribute_definitions(attribute(REVIEW.shard)?)
            .attribute_definitions(attribute(REVIEW.on)?)
            .key_schema(key(PK, KeyType::Hash)?)
            .key_schema(key(SK, KeyType::Range)?)
            .global_secondary_indexes(agenda(BILL)?)
            .global_secondary_indexes(agenda(REVIEW)?)
            .stream_specification(built(stream.build())?)
            .send()
            .await;
        match made {
            Err(error) if error.code() != Some("ResourceInUseException") => Err(error.into()),
            _ => Ok(()),
        }
    }
}
