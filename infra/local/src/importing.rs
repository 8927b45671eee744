//! Writes what an import brings: everything is checked before anything is written, and what was
//! begun and not ended is finished by beginning again.

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use mensal_domain::{
    account::Account,
    billing::{self, Billed},
    catalog::Catalog,
    ids::AccountId,
    invoice::{InvoiceId, InvoiceKind},
    usage::UsageDay,
};
use mensal_importer::{Dataset, Faults, NewAccount, generate::Generator, merge};
use mensal_store::{Store, StoreError};

use crate::stack::Error;

/// What an import did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    /// Accounts that are new.
    pub added: u64,
    /// Accounts that changed.
    pub changed: u64,
    /// Accounts that stayed as they were.
    pub unchanged: u64,
    /// Months of usage that are new or changed.
    pub usage_months: u64,
}

impl Imported {
    fn and(mut self, other: Self) -> Self {
        self.added += other.added;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.usage_months += other.usage_months;
        self
    }
}

/// Accounts of one round of reading and checking.
const CHUNK: usize = 500;
/// Accounts that are written at once.
const TOGETHER: usize = 16;
/// An account that others change meanwhile is read again so many times.
const MOST_CONFLICTS: usize = 10;

/// Imports what files say.
///
/// # Errors
/// [`Faults`] if what they say contradicts what is there; then nothing is written. The table's.
pub async fn import(store: &Store, data: &Dataset, as_of: Date) -> Result<Imported, Error> {
    check(store, &data.accounts, as_of).await?;
    let version = store.begin_import(&data.catalog).await?;
    let none = Vec::new();
    let with_usage = |new: &NewAccount| {
        let usage = data.usage.get(&new.account.id).unwrap_or(&none);
        (new.clone(), usage.clone())
    };
    let mut done = Imported::default();
    for chunk in data.accounts.chunks(CHUNK) {
        let chunk = chunk.iter().map(with_usage).collect();
        done = done.and(write_all(store, &data.catalog, chunk, as_of).await?);
    }
    store.end_import(&data.catalog, version).await?;
    Ok(done)
}

/// Imports generated accounts, telling after each round how many are there.
///
/// # Errors
/// The table's.
pub async fn import_generated(
    store: &Store,
    generator: &Generator,
    mut tell: impl FnMut(u64),
) -> Result<Imported, Error> {
    let catalog = generator.catalog();
    let version = store.begin_import(&catalog).await?;
    let mut done = Imported::default();
    let mut all = generator.iter().peekable();
    while all.peek().is_some() {
        let chunk = all.by_ref().take(CHUNK).collect();
        done = done.and(write_all(store, &catalog, chunk, generator.start).await?);
        tell(done.added + done.changed + done.unchanged);
    }
    store.end_import(&catalog, version).await?;
    Ok(done)
}

/// Finds everything that contradicts what is there.
async fn check(store: &Store, accounts: &[NewAccount], as_of: Date) -> Result<(), Error> {
    let mut faults = Vec::new();
    for chunk in accounts.chunks(CHUNK) {
        let ids: Vec<AccountId> = chunk.iter().map(|new| new.account.id.clone()).collect();
        let stored = store.accounts(&ids).await?;
        for old in &stored {
            let new = chunk.iter().find(|new| new.account.id == old.id);
            let merged = new.map(|new| merge(old, new.account.clone(), as_of));
            if let Some(Err(found)) = merged {
                faults.extend(found.iter().cloned());
            }
        }
    }
    Faults::new(faults).map_or(Ok(()), |faults| Err(faults.into()))
}

async fn write_all(
    store: &Store,
    catalog: &Catalog,
    chunk: Vec<(NewAccount, Vec<UsageDay>)>,
    as_of: Date,
) -> Result<Imported, Error> {
    let ids: Vec<AccountId> = chunk.iter().map(|(new, _)| new.account.id.clone()).collect();
    let stored = store.accounts(&ids).await?;
    let there = |id: &AccountId| stored.iter().any(|old| old.id == *id);
    stream::iter(chunk)
        .map(|(new, usage)| {
            let is_new = !there(&new.account.id);
            write_one(store, catalog, new, usage, is_new, as_of)
        })
        .buffer_unordered(TOGETHER)
        .try_fold(Imported::default(), |sum, one| async move { Ok(sum.and(one)) })
        .await
}

async fn write_one(
    store: &Store,
    catalog: &Catalog,
    new: NewAccount,
    usage: Vec<UsageDay>,
    is_new: bool,
    as_of: Date,
) -> Result<Imported, Error> {
    let mut done = Imported::default();
    let id = new.account.id.clone();
    // Usage first: an account that can be billed has all of it.
    if !usage.is_empty() {
        done.usage_months = store.record_usage(&id, &usage).await?.try_into()?;
    }
    if is_new {
        match store.put_account(&new.account, None).await {
            Ok(()) => done.added = 1,
            Err(StoreError::Moved) => {
                merge_in(store, new.account.clone(), as_of, &mut done).await?
            }
            Err(error) => return Err(error.into()),
        }
    } else {
        merge_in(store, new.account.clone(), as_of, &mut done).await?;
    }
    if let Some((on, balance)) = new.opening {
        let invoice = InvoiceId { cycle: on, kind: InvoiceKind::Opening };
        if store.invoice(&id, invoice).await?.is_none() {
            bring_forward(store, catalog, &id, |account, catalog| {
                billing::bring_forward(account, catalog, on, balance)
            })
            .await?;
        }
    }
    Ok(done)
}

async fn merge_in(
    store: &Store,
    new: Account,
    as_of: Date,
    done: &mut Imported,
) -> Result<(), Error> {
    for _ in 0..MOST_CONFLICTS {
        let old = store.account(&new.id).await?.ok_or("an account has vanished")?;
        let Some(mut merged) = merge(&old, new.clone(), as_of)? else {
            done.unchanged = 1;
            return Ok(());
        };
        merged.version = old.version + 1;
        match store.put_account(&merged, Some(old.version)).await {
            Err(StoreError::Moved) => {}
            Err(error) => return Err(error.into()),
            Ok(()) => {
                done.changed = 1;
                return Ok(());
            }
        }
    }
    Err(format!("account {} keeps changing: import again", new.id).into())
}

async fn bring_forward(
    store: &Store,
    catalog: &Catalog,
    id: &AccountId,
    bring: impl Fn(&Account, &Catalog) -> Result<Billed, billing::BillingError>,
) -> Result<(), Error> {
    for _ in 0..MOST_CONFLICTS {
        let account = store.account(id).await?.ok_or("an account has vanished")?;
        let billed = bring(&account, catalog)?;
        match store.commit(account.version, &billed).await {
            Err(StoreError::Moved) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => return Ok(()),
        }
    }
    Err(format!("account {id} keeps changing: import again").into())
}
