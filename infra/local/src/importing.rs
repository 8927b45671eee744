//! Writes what an import brings: everything is checked before anything is written, and what was
//! begun and not ended is finished by beginning again.

mod looking;
mod sold;

use std::collections::HashMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::civil::Date;
use mensal_domain::{
    account::Account,
    billing,
    catalog::Catalog,
    ids::{AccountId, AccountTypeCode},
    invoice::content_hash,
    money::Money,
    usage::UsageDay,
};
use mensal_importer::{Dataset, Fault, Faults, NewAccount, generate::Generator, merge};
use mensal_store::{Store, StoreError};

use self::looking::Catalogs;
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
    /// Whether the catalog did: plans, prices, taxes, rules of account types, calendars, templates.
    pub catalog: bool,
}

impl Imported {
    fn and(mut self, other: Self) -> Self {
        self.added += other.added;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.usage_months += other.usage_months;
        self.catalog |= other.catalog;
        self
    }
}

/// Accounts of one round of reading and checking.
const CHUNK: usize = 500;
/// Accounts that are written at once.
const TOGETHER: usize = 16;
/// An account that others change meanwhile is read again so many times.
const MOST_CONFLICTS: usize = 10;

/// Imports what files say. `takes_over` goes on although an import of other files has begun and
/// not ended: it was given up.
///
/// # Errors
/// [`Faults`] if what they say contradicts what is there, and when another import is under way;
/// then nothing is written. The table's.
pub async fn import(
    store: &Store,
    data: &Dataset,
    as_of: Date,
    takes_over: bool,
) -> Result<Imported, Error> {
    fits(store, data, as_of).await?;
    let in_force = in_force(store).await?;
    let catalogs =
        Catalogs { in_force: in_force.as_ref().unwrap_or(&data.catalog), new: &data.catalog };
    let version = begin(store, &data.catalog, takes_over).await?;
    let none = Vec::new();
    let with_usage = |new: &NewAccount| {
        let usage = data.usage.get(&new.account.id).unwrap_or(&none);
        (new.clone(), usage.clone())
    };
    let catalog = in_force.as_ref().is_none_or(|old| *old != data.catalog);
    let mut done = Imported { catalog, ..Imported::default() };
    for chunk in data.accounts.chunks(CHUNK) {
        let chunk = chunk.iter().map(with_usage).collect();
        done = done.and(write_all(store, catalogs, chunk, as_of).await?);
    }
    end(store, &data.catalog, version).await?;
    Ok(done)
}

/// Whether what files say contradicts what is there. Writes nothing.
///
/// # Errors
/// [`Faults`] if it does. The table's.
pub async fn fits(store: &Store, data: &Dataset, as_of: Date) -> Result<(), Error> {
    keeps_catalog(store, &data.catalog, as_of).await?;
    check(store, &data.accounts, as_of).await
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
    not_amid_another(store, &catalog).await?;
    keeps_catalog(store, &catalog, generator.start).await?;
    let version = begin(store, &catalog, false).await?;
    let catalogs = Catalogs { in_force: &catalog, new: &catalog };
    let mut done = Imported::default();
    let mut all = generator.iter().peekable();
    while all.peek().is_some() {
        let chunk = all.by_ref().take(CHUNK).collect();
        done = done.and(write_all(store, catalogs, chunk, generator.start).await?);
        tell(done.added + done.changed + done.unchanged);
    }
    end(store, &catalog, version).await?;
    Ok(done)
}

/// Imports accounts under the catalog that is in force.
///
/// # Errors
/// [`Faults`] of what contradicts what is there; what went before that is written. The table's.
pub async fn import_accounts(
    store: &Store,
    catalog: &Catalog,
    accounts: Vec<(NewAccount, Vec<UsageDay>)>,
    as_of: Date,
) -> Result<Imported, Error> {
    let catalogs = Catalogs { in_force: catalog, new: catalog };
    write_all(store, catalogs, accounts, as_of).await
}

/// The catalog that is in force; none before the first import has ended.
async fn in_force(store: &Store) -> Result<Option<Catalog>, Error> {
    match store.head().await?.version {
        0 => Ok(None),
        version => Ok(Some(store.catalog(version).await?)),
    }
}

async fn begin(store: &Store, catalog: &Catalog, takes_over: bool) -> Result<u64, Error> {
    match store.begin_import(catalog, takes_over).await {
        Ok(Some(version)) => Ok(version),
        Ok(None) => {
            Err("an import of other files has begun and not ended: wait for it, or run it \
                         again to finish it; if it was given up for these, add --take-over"
                .into())
        }
        Err(StoreError::Moved) => {
            Err("another import began at the same moment: wait for it".into())
        }
        Err(error) => Err(error.into()),
    }
}

async fn end(store: &Store, catalog: &Catalog, version: u64) -> Result<(), Error> {
    match store.end_import(catalog, version).await {
        Err(StoreError::Moved) => {
            Err("another import has taken over meanwhile: once it is done, import again".into())
        }
        ended => Ok(ended?),
    }
}

/// Invented accounts do not get into the import of real ones.
///
/// # Errors
/// When an import of another catalog has begun and not ended.
pub async fn not_amid_another(store: &Store, catalog: &Catalog) -> Result<(), Error> {
    let importing = store.head().await?.importing;
    if importing.is_none_or(|hash| hash == content_hash(catalog)) {
        return Ok(());
    }
    Err("an import has begun and not ended: run it again to finish it".into())
}

/// What accounts of an earlier import refer to must not vanish from the catalog: they could not
/// be billed any more.
async fn keeps_catalog(store: &Store, new: &Catalog, as_of: Date) -> Result<(), Error> {
    let Some(old) = in_force(store).await? else { return Ok(()) };
    let mut faults = gone("plans.csv", old.plans.keys(), |code| new.plans.contains_key(code));
    faults.extend(gone("discounts.csv", old.discounts.keys(), |code| {
        new.discounts.contains_key(code)
    }));
    let types = |code: &AccountTypeCode| new.account_types.contains_key(code);
    faults.extend(gone("account_types.csv", old.account_types.keys(), types));
    faults.extend(sold::changes(&old, new, as_of));
    faults.extend(gone("calendars.csv", old.calendars.keys(), |code| {
        new.calendars.contains_key(code)
    }));
    Faults::new(faults).map_or(Ok(()), |faults| Err(faults.into()))
}

fn gone<'a, C: ToString + 'a>(
    file: &str,
    codes: impl Iterator<Item = &'a C>,
    stays: impl Fn(&C) -> bool,
) -> Vec<Fault> {
    let fault = |code: &C| Fault {
        file: file.into(),
        line: 0,
        column: "code".into(),
        given: code.to_string(),
        wrong: "was imported before and is gone".into(),
        right: "keep it: accounts may refer to it (other data needs another folder: --data)".into(),
    };
    codes.filter(|code| !stays(code)).map(fault).collect()
}

/// Finds everything that contradicts what is there.
async fn check(store: &Store, accounts: &[NewAccount], as_of: Date) -> Result<(), Error> {
    let mut faults = Vec::new();
    for chunk in accounts.chunks(CHUNK) {
        let ids: Vec<AccountId> = chunk.iter().map(|new| new.account.id.clone()).collect();
        let stored = by_id(store.accounts(&ids).await?);
        for NewAccount { account: new, .. } in chunk {
            let merged = match stored.get(&new.id) {
                None => Ok(Some(new.clone())),
                Some(old) => merge(old, new.clone(), as_of),
            };
            match merged {
                Ok(account) => faults.extend(account.as_ref().and_then(too_large)),
                Err(found) => faults.extend(found.iter().cloned()),
            }
        }
    }
    Faults::new(faults).map_or(Ok(()), |faults| Err(faults.into()))
}

fn by_id(accounts: Vec<Account>) -> HashMap<AccountId, Account> {
    accounts.into_iter().map(|account| (account.id.clone(), account)).collect()
}

/// The table takes items of 400 KB; what billing will note on an account needs room.
const LARGEST_ACCOUNT: usize = 300_000;

fn too_large(account: &Account) -> Option<Fault> {
    let size = serde_json::to_vec(account).map_or(0, |json| json.len());
    (size > LARGEST_ACCOUNT).then(|| Fault {
        file: "accounts.csv".into(),
        line: 0,
        column: "id".into(),
        given: account.id.to_string(),
        wrong: format!("has {size} bytes of subscriptions, history and charges"),
        right: format!("divide it into accounts of at most {LARGEST_ACCOUNT} bytes"),
    })
}

async fn write_all(
    store: &Store,
    catalogs: Catalogs<'_>,
    chunk: Vec<(NewAccount, Vec<UsageDay>)>,
    as_of: Date,
) -> Result<Imported, Error> {
    let ids: Vec<AccountId> = chunk.iter().map(|(new, _)| new.account.id.clone()).collect();
    let mut stored = by_id(store.accounts(&ids).await?);
    stream::iter(chunk)
        .map(|(new, usage)| {
            let old = stored.remove(&new.account.id);
            write_one(store, catalogs, new, usage, old, as_of)
        })
        .buffer_unordered(TOGETHER)
        .try_fold(Imported::default(), |sum, one| async move { Ok(sum.and(one)) })
        .await
}

async fn write_one(
    store: &Store,
    catalogs: Catalogs<'_>,
    new: NewAccount,
    usage: Vec<UsageDay>,
    old: Option<Account>,
    as_of: Date,
) -> Result<Imported, Error> {
    let mut done = Imported::default();
    // Usage first: an account that can be billed has all of it.
    if !usage.is_empty() {
        done.usage_months = store.record_usage(&new.account.id, &usage).await?.try_into()?;
    }
    match put(store, catalogs, &new.account, old, as_of).await? {
        Put::Added => done.added = 1,
        Put::Changed => done.changed = 1,
        Put::Unchanged => done.unchanged = 1,
    }
    if let Some((on, balance)) = new.opening {
        bring_forward(store, catalogs.new, &new.account.id, on, balance).await?;
    }
    Ok(done)
}

enum Put {
    Added,
    Changed,
    Unchanged,
}

/// Stores what an account becomes; one that others change meanwhile is merged again.
async fn put(
    store: &Store,
    catalogs: Catalogs<'_>,
    new: &Account,
    mut old: Option<Account>,
    as_of: Date,
) -> Result<Put, Error> {
    for _ in 0..MOST_CONFLICTS {
        let (mut account, put) = match &old {
            None => (new.clone(), Put::Added),
            Some(old) => match merge(old, new.clone(), as_of)? {
                None => (old.clone(), Put::Unchanged),
                Some(merged) => (merged, Put::Changed),
            },
        };
        catalogs.have_looked_at(old.as_ref(), &mut account, as_of)?;
        let at_version = old.as_ref().map(|old| old.version);
        if old.as_ref() == Some(&account) {
            return Ok(put);
        }
        account.version = at_version.map_or(account.version, |version| version + 1);
        match store.put_account(&account, at_version).await {
            Ok(()) => return Ok(put),
            Err(StoreError::Moved) => old = store.account(&new.id).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(keeps_changing(&new.id))
}

fn keeps_changing(id: &AccountId) -> Error {
    format!("account {id} keeps changing: import again").into()
}

/// Issues the document of a balance brought along, unless the account has documents already: it
/// counts when an account is new.
async fn bring_forward(
    store: &Store,
    catalog: &Catalog,
    id: &AccountId,
    on: Date,
    balance: Money,
) -> Result<(), Error> {
    if !store.invoices(id).await?.is_empty() {
        return Ok(());
    }
    for _ in 0..MOST_CONFLICTS {
        let account = store.account(id).await?.ok_or("an account has vanished")?;
        let billed = billing::bring_forward(&account, catalog, on, balance)?;
        match store.commit(account.version, &billed).await {
            Ok(_) => return Ok(()),
            Err(StoreError::Moved) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(keeps_changing(id))
}
