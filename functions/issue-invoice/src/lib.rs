//! Bills one account: every cycle through the date of the run, each in one transaction.

use lambda_runtime::Error;
use mensal_domain::{
    account::Account,
    billing::{self, Billed},
    catalog::Catalog,
};
use mensal_runtime::{
    Failure, batch,
    catalogs::Catalogs,
    dead_letters::DeadLetters,
    messages::BillAccount,
    metrics::{self, Metric},
    start::Function,
};
use mensal_store::{Issued, Parked, Store, StoreError};
use serde_json::Value;
use tokio::sync::OnceCell;

/// The most cycles that one message bills: ten years of months. An account that is further
/// behind is not late but wrong.
const MOST_CYCLES: usize = 120;
/// An account that others change all the time is read again so many times.
const MOST_CONFLICTS: usize = 10;

/// The function.
#[derive(Debug)]
pub struct IssueInvoice {
    /// The table.
    pub store: Store,
    /// The catalog.
    pub catalogs: Catalogs,
    /// What cannot be done.
    pub dead_letters: DeadLetters,
}

impl Function for IssueInvoice {
    async fn handle(&self, event: Value) -> Result<Value, Error> {
        let head = OnceCell::new();
        let bill = |message| self.bill(message, &head);
        let response = batch::messages(event, &self.dead_letters, bill).await?;
        Ok(serde_json::to_value(response)?)
    }
}

/// Why a cycle was not billed.
enum Stop {
    /// Somebody has changed the account: read it again.
    Moved,
    /// People have to look at it.
    Park(String),
    /// Anything else.
    Fail(Failure),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Moved => Self::Moved,
            StoreError::Unavailable(_) => Self::Fail(error.into()),
            StoreError::Unreadable { .. } | StoreError::Refused(_) => Self::Park(error.to_string()),
        }
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Moved => Self::Retry("the account keeps changing".into()),
            Stop::Park(why) => Self::Poison(why),
            Stop::Fail(failure) => failure,
        }
    }
}

fn parked(why: impl std::fmt::Display) -> Stop {
    Stop::Park(why.to_string())
}

impl IssueInvoice {
    /// By the catalog in force, which may be later than the message: a redrive after an import is
    /// to know what the import mended. It is asked for once per batch.
    async fn bill(&self, message: BillAccount, head: &OnceCell<u64>) -> Result<(), Failure> {
        let in_force = async || self.store.head().await.map(|head| head.version);
        let in_force = head.get_or_try_init(in_force).await?;
        let (version, catalog) = self.catalogs.at_least(message.catalog.max(*in_force)).await?;
        for _ in 0..MOST_CONFLICTS {
            let mut account = match self.store.account(&message.account).await {
                Ok(Some(account)) => account,
                Ok(None) => {
                    let id = &message.account;
                    return Err(Failure::Poison(format!("account {id} does not exist")));
                }
                Err(StoreError::Unreadable { why, .. }) => {
                    let reason = format!("its item cannot be read: {why}");
                    return self.park(&message, version, reason, None).await.map_err(Failure::from);
                }
                Err(error) => return Err(error.into()),
            };
            match self.bill_through(&mut account, &message, &catalog).await {
                Ok(()) => return Ok(()),
                Err(Stop::Moved) => {}
                Err(Stop::Park(reason)) => {
                    let at = Some(account.version);
                    match self.park(&message, version, reason, at).await {
                        Err(Stop::Moved) => {} // somebody has mended it: look again
                        parked => return parked.map_err(Failure::from),
                    }
                }
                Err(failed) => return Err(failed.into()),
            }
        }
        Err(Stop::Moved.into())
    }

    /// Bills one cycle after the other, from the account as each leaves it.
    async fn bill_through(
        &self,
        account: &mut Account,
        message: &BillAccount,
        catalog: &Catalog,
    ) -> Result<(), Stop> {
        for _ in 0..MOST_CYCLES {
            let due = account.next_bill.is_some_and(|cycle| cycle <= message.through);
            if !due || account.parked.is_some() {
                return Ok(());
            }
            *account = self.bill_cycle(account, catalog).await?;
        }
        Err(Stop::Park(format!("it is more than {MOST_CYCLES} cycles behind")))
    }

    async fn bill_cycle(&self, account: &Account, catalog: &Catalog) -> Result<Account, Stop> {
        let usage = match billing::usage_needed(account, catalog).map_err(parked)? {
            Some(days) => self.store.usage(&account.id, days).await?,
            None => Vec::new(),
        };
        let mut billed = billing::bill(account, catalog, &usage).map_err(parked)?;
        if billed.invoice.is_some() && billed.account.has_credit_to_spend().map_err(parked)? {
            let invoices = self.store.invoices(&account.id).await?;
            billed = billed.spend(&invoices).map_err(parked)?;
        }
        match self.store.commit(account.version, &billed).await? {
            Issued::Now => {
                let Billed { account, invoice, .. } = billed;
                if let Some(invoice) = invoice {
                    metrics::issued(invoice.total);
                    tracing::debug!(invoice = %invoice.id, "invoice issued");
                }
                Ok(account)
            }
            // The acknowledgement was lost, not the transaction: the account has moved on. Where
            // it has not, it was restored from a backup: it is billed for what was issued.
            Issued::Before => {
                self.store.put_account(&billed.account, Some(account.version)).await?;
                Ok(billed.account)
            }
            Issued::Otherwise => self.explain(account, billed).await,
        }
    }

    /// There is an invoice of this cycle, and it says something else. If the account has moved on
    /// meanwhile, somebody was faster; if it has not, its data contradicts itself.
    async fn explain(&self, account: &Account, billed: Billed) -> Result<Account, Stop> {
        let now = self.store.account(&account.id).await?;
        if now.is_some_and(|now| now.version == account.version) {
            let number = billed.invoice.map(|invoice| invoice.number).unwrap_or_default();
            return Err(Stop::Park(format!(
                "invoice {number} exists with another content, and the account was never billed for it"
            )));
        }
        Err(Stop::Moved)
    }

    /// Parks the account as it was read, unless what is wrong may be that this function has an old
    /// catalog.
    async fn park(
        &self,
        message: &BillAccount,
        catalog: u64,
        reason: String,
        at_version: Option<u64>,
    ) -> Result<(), Stop> {
        let head = self.store.head().await?;
        if head.importing.is_some() || head.version > catalog {
            self.catalogs.at_least(head.version).await?;
            return Err(Stop::Fail(Failure::Retry(format!("the catalog is changing: {reason}"))));
        }
        let account = message.account.clone();
        let parked = Parked { account, reason, since: message.through };
        if self.store.park(&parked, at_version).await? {
            metrics::count(Metric::ParkedAccounts, 1);
            tracing::warn!(reason = parked.reason, "account parked");
        }
        Ok(())
    }
}
