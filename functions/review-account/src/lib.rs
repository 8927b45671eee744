//! Reviews accounts on a day: the notices that it brings, charges for being late, service that is slowed
//! down, suspended, ended or given back; and has collected what is due.

use jiff::civil::Date;
use lambda_runtime::Error;
use mensal_domain::{
    account::Account,
    billing::{BilledAtOnce, bill_at_once, usage_needed},
    calendar::first_permitted,
    catalog::{Catalog, Rules},
    delinquency::{Review, review},
    enforcement::is_to_be_told,
    invoice::Invoice,
};
use mensal_runtime::{
    Failure, batch,
    catalogs::{Catalogs, InForce},
    clock::Clock,
    conflict::{Stop, undisturbed},
    dead_letters::DeadLetters,
    messages::{MoveMoney, ReviewAccount, SetService},
    metrics::{self, Metric},
    queue::Queue,
    start::Function,
};
use mensal_store::{Decided, Reviewed, Store};
use serde_json::Value;

/// The function.
#[derive(Debug)]
pub struct ReviewAccounts {
    /// The table.
    pub store: Store,
    /// The catalog, for the rules of accounts.
    pub catalogs: Catalogs,
    /// Accounts of which something is to be collected.
    pub collect_queue: Queue,
    /// Accounts of which the network is asked whether it still does what it is to do.
    pub service_queue: Queue,
    /// Says what day it is: service is cut on this one, however old the message is.
    pub clock: Clock,
    /// What cannot be done.
    pub dead_letters: DeadLetters,
}

impl Function for ReviewAccounts {
    async fn handle(&self, event: Value) -> Result<Value, Error> {
        let look = |message: ReviewAccount| self.look_at(message);
        let response = batch::messages(event, &self.dead_letters, look).await?;
        Ok(serde_json::to_value(response)?)
    }
}

impl ReviewAccounts {
    /// Both are asked for by what the account says: whoever comes twice finds nothing due.
    async fn look_at(&self, message: ReviewAccount) -> Result<(), Failure> {
        undisturbed("the account", || self.try_to_look_at(&message)).await
    }

    async fn try_to_look_at(&self, message: &ReviewAccount) -> Result<(), Stop> {
        let ReviewAccount { account: id, through } = message;
        // A message that has waited past midnight cuts nobody on a day that only was a permitted one.
        let today = self.clock.today().max(*through);
        let missing = || Stop::poison(format!("account {id} does not exist"));
        let account = self.store.account(id).await?.ok_or_else(missing)?;
        if account.next_review.is_some_and(|day| day <= today) {
            let gives_back = self.review(&account, today).await?;
            // That may have been what service is held for: a second review sees it as it is.
            if gives_back {
                let account = self.store.account(id).await?.ok_or_else(missing)?;
                self.review(&account, today).await?;
            }
        }
        // It stays on the agenda until that is done.
        if account.next_collection.is_some_and(|day| day <= *through) {
            let collect = MoveMoney::Collect { account: id.clone(), through: *through };
            self.collect_queue.send(&[collect]).await?;
        }
        Ok(())
    }

    /// Whether it has given something back, and is followed by another.
    async fn review(&self, account: &Account, today: Date) -> Result<bool, Stop> {
        let InForce { catalog, rules, importing } = self.catalogs.rules(account).await?;
        let read = self.store.reviewed(account, &rules).await?;
        let mut reviewed = review(read.known(account, &rules, today)).map_err(Stop::poison)?;
        if importing {
            // What the import has changed of it goes by rules that are not in force yet.
            reviewed.account.review_by(today);
        }
        let gives_back = reviewed.gives_back;
        if !gives_back {
            self.sweep(account, &read, &rules, today).await?;
        }
        self.commit(account, reviewed, &read.invoices, &rules, &catalog, today).await?;
        Ok(gives_back)
    }

    /// Has the network asked again of what it has confirmed, or has not. What is decided just now it is
    /// told by itself.
    async fn sweep(
        &self,
        account: &Account,
        read: &Reviewed,
        rules: &Rules,
        today: Date,
    ) -> Result<(), Stop> {
        if is_to_be_told(account, &read.network, today).map_err(Stop::poison)? {
            let first = first_permitted(today, rules.settings.cut_weekdays, &rules.calendar);
            let (first, _) = first.map_err(Stop::poison)?;
            let (account, cut_on) = (account.id.clone(), Some(first).filter(|day| *day == today));
            let sweep = SetService { account, sweep: Some(today), cut_on };
            self.service_queue.send(&[sweep]).await?;
        }
        Ok(())
    }

    /// One transaction: the account, what was charged at once, and all that goes with it.
    async fn commit(
        &self,
        before: &Account,
        reviewed: Review,
        invoices: &[Invoice],
        rules: &Rules,
        catalog: &Catalog,
        today: Date,
    ) -> Result<(), Stop> {
        let needed = match reviewed.disconnected[..] {
            [] => None,
            _ => usage_needed(&reviewed.account, catalog).map_err(Stop::poison)?,
        };
        let usage = match needed {
            Some(days) => self.store.usage(&before.id, days).await?,
            None => Vec::new(),
        };
        let billed = bill_at_once(&reviewed, invoices, &rules.settings, catalog, &usage, today);
        let BilledAtOnce { mut account, issued, invoices } = billed.map_err(Stop::poison)?;
        let Review { notices, again, unreached, suspension, gives_back, .. } =
            reviewed.without_paid(&invoices);
        account.version = before.version + 1;
        let held = |account: &Account| account.hold.as_ref().map(|hold| hold.kind);
        let (was, is) = (held(before), held(&account));
        let decided = Decided {
            issued: &issued,
            invoices: &invoices,
            notices: &notices,
            again: &again,
            suspension: suspension.as_ref(),
        };
        self.store.commit_review(before.version, &account, decided).await?;
        metrics::count(Metric::NoticesDecided, notices.len());
        for notice in &unreached {
            tracing::warn!(%notice, "the notice that the law wants does not reach the customer");
        }
        // The review that follows counts them.
        let failed = !unreached.is_empty() && !gives_back;
        metrics::count(Metric::LegalNoticesFailed, usize::from(failed));
        if was != is {
            tracing::info!(?was, ?is, "service is held otherwise");
            metrics::count(Metric::ServicesHeld, usize::from(is.is_some()));
        }
        Ok(())
    }
}
