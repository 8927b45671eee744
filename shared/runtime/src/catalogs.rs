//! The catalog, read once per version and process.

use std::sync::Arc;

use mensal_domain::{
    account::Account,
    catalog::{Catalog, Rules},
};
use mensal_store::{Store, StoreError};
use tokio::sync::Mutex;

use crate::Failure;

/// The rules that an account goes by, and the catalog that has them.
#[derive(Clone, Debug)]
pub struct InForce {
    /// The catalog.
    pub catalog: Arc<Catalog>,
    /// The account's rules.
    pub rules: Rules,
    /// Whether an import is under way: what it has changed of the account already goes by a catalog that is
    /// not in force yet.
    pub importing: bool,
}

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

    /// The rules of an account, which was read before: of the catalog that is in force.
    ///
    /// # Errors
    /// As [`Catalogs::rules_if_any`]; [`Failure::Poison`] if there are none.
    pub async fn rules(&self, account: &Account) -> Result<InForce, Failure> {
        self.rules_if_any(account).await?.map_err(Failure::Poison)
    }

    /// The same; or why there are none, which is for people to mend.
    ///
    /// # Errors
    /// [`Failure::Retry`] if there are none and an import is under way, which may bring them; or the table's.
    pub async fn rules_if_any(
        &self,
        account: &Account,
    ) -> Result<Result<InForce, String>, Failure> {
        let head = self.store.head().await?;
        let (_, catalog) = self.at_least(head.version).await?;
        let importing = head.importing.is_some();
        match catalog.rules_of(account) {
            Ok(rules) => Ok(Ok(InForce { catalog, rules, importing })),
            Err(why) if importing => {
                Err(Failure::Retry(format!("an import has begun and not ended: {why}")))
            }
            Err(why) => Ok(Err(why.to_string())),
        }
    }
}
