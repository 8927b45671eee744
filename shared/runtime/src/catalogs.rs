//! The catalog, read once per version and process.

use std::sync::Arc;

use mensal_domain::catalog::Catalog;
use mensal_store::{Store, StoreError};
use tokio::sync::Mutex;

/// Holds the latest catalog that anybody has asked for.
#[derive(Debug)]
pub struct Catalogs {
    store: Store,
    latest: Mutex<Option<(u64, Arc<Catalog>)>>,
}

impl Catalogs {
    /// Reads from a table.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, latest: Mutex::default() }
    }

    /// The catalog of a version, or a later one if that has been asked for before: prices do not
    /// go back because a message was late.
    ///
    /// # Errors
    /// The table's.
    pub async fn at_least(&self, version: u64) -> Result<(u64, Arc<Catalog>), StoreError> {
        let mut latest = self.latest.lock().await;
        if let Some((held, catalog)) = &*latest
            && *held >= version
        {
            return Ok((*held, catalog.clone()));
        }
        let catalog = Arc::new(self.store.catalog(version).await?);
        *latest = Some((version, catalog.clone()));
        Ok((version, catalog))
    }
}
