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
    keys::{BILL_INDEX, BILL_ON, BILL_SHARD, PK, SK},
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
        let agenda = GlobalSecondaryIndex::builder()
            .index_name(BILL_INDEX)
            .key_schema(key(BILL_SHARD, KeyType::Hash)?)
            .key_schema(key(BILL_ON, KeyType::Range)?)
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build());
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
            .attribute_definitions(attribute(BILL_SHARD)?)
            .attribute_definitions(attribute(BILL_ON)?)
            .key_schema(key(PK, KeyType::Hash)?)
            .key_schema(key(SK, KeyType::Range)?)
            .global_secondary_indexes(built(agenda.build())?)
            .stream_specification(built(stream.build())?)
            .send()
            .await;
        match made {
            Err(error) if error.code() != Some("ResourceInUseException") => Err(error.into()),
            _ => Ok(()),
        }
    }
}
