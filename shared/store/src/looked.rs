//! How far each gateway's lists have been gone through.

use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use jiff::Timestamp;
use mensal_domain::ids::GatewayCode;
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError,
    accounts::{read, to_item},
    keys,
};

#[derive(Serialize, Deserialize)]
struct Looked {
    through: Timestamp,
}

impl Store {
    /// Through when all that a gateway has told was handed on; none if it was never asked.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`], or the table's.
    pub async fn looked_through(
        &self,
        gateway: &GatewayCode,
    ) -> Result<Option<Timestamp>, StoreError> {
        let key = keys::looked(gateway);
        let item = self.item(key.clone()).await?;
        Ok(item.map(|item| read::<Looked>(&key, item)).transpose()?.map(|looked| looked.through))
    }

    /// Notes through when all that a gateway has told was handed on.
    ///
    /// # Errors
    /// The table's.
    pub async fn note_looked(
        &self,
        gateway: &GatewayCode,
        through: Timestamp,
    ) -> Result<(), StoreError> {
        let item = to_item(&keys::looked(gateway), &Looked { through })?;
        let put = self.client.put_item().table_name(&*self.table).set_item(Some(item));
        let done = put.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await?;
        self.meter.wrote(done.consumed_capacity());
        Ok(())
    }
}
