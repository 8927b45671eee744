//! Moves money that we start to move: collects from stored methods what is due, has charges
//! registered that waited for their day, and gives back what nothing had asked for.

mod attempt;
mod refund;

use std::collections::BTreeSet;

use jiff::civil::Date;
use lambda_runtime::Error;
use mensal_domain::{
    account::Account,
    charge::{Charges, desired, plan},
    collection::{Collect, collect, first_look, offered_instead},
    ids::AccountId,
    invoice::Invoice,
    method::{MethodState, PaymentMethod, pass_day},
    payment::MethodChange,
    settings::BillingSettings,
};
use mensal_runtime::{
    Failure, batch,
    catalogs::Catalogs,
    dead_letters::DeadLetters,
    gateways::Gateways,
    messages::{ConvergeCharges, MoveMoney},
    queue::Queue,
    start::Function,
};
use mensal_store::{Decided, Store, StoreError};
use serde_json::Value;

/// The function.
#[derive(Debug)]
pub struct CollectPayment {
    /// The table.
    pub store: Store,
    /// The catalog, for the settings of account types.
    pub catalogs: Catalogs,
    /// The gateways.
    pub gateways: Gateways,
    /// Invoices whose charges are to be registered.
    pub charge_queue: Queue,
    /// What gateways answer about money.
    pub payment_queue: Queue,
    /// What cannot be done.
    pub dead_letters: DeadLetters,
}

impl Function for CollectPayment {
    async fn handle(&self, event: Value) -> Result<Value, Error> {
        let handle = async |message| match message {
            MoveMoney::Collect { account, through } => self.look_at(&account, through).await,
            MoveMoney::Refund { account, payment } => self.give_back(&account, &payment).await,
        };
        let response = batch::messages(event, &self.dead_letters, handle).await?;
        Ok(serde_json::to_value(response)?)
    }
}

/// What comes of a look at an invoice.
struct Looked {
    /// When it is to be looked at again.
    again: Option<Date>,
    /// The invoice, if it is to be paid otherwise than from a stored method, and earlier than it said.
    instead: Option<Invoice>,
}

impl CollectPayment {
    /// Looks at one account on a day: each open invoice, and the methods that run out. What fails
    /// for one invoice keeps no other from being collected, and the message comes again.
    async fn look_at(&self, id: &AccountId, today: Date) -> Result<(), Failure> {
        let account = self.store.account(id).await?;
        let account =
            account.ok_or_else(|| Failure::Poison(format!("account {id} does not exist")))?;
        let (settings, importing) = self.settings(&account).await?;
        let (mut next, mut failed, mut changed) = (BTreeSet::new(), None, Vec::new());
        // What the import has changed of it is looked at once more when that is in force.
        next.extend(Some(today).filter(|_| importing));
        for invoice in self.store.invoices(id).await? {
            if invoice.open().is_positive() {
                match self.look_at_invoice(&account, &invoice, &settings, today).await {
                    Ok(Looked { again, instead }) => {
                        next.extend(again);
                        // Until its charges are asked for below, the next run does.
                        next.extend(instead.iter().filter_map(Invoice::registered_from));
                        changed.extend(instead);
                    }
                    Err(why) => failed = Some(why),
                }
            }
        }
        if let Some(why) = failed {
            return Err(why);
        }
        self.look_again(account, next.pop_first(), &changed, today).await?;
        for invoice in &changed {
            self.register(invoice, &Charges::of(invoice, today), today).await?;
        }
        Ok(())
    }

    /// Does what is due for an invoice.
    async fn look_at_invoice(
        &self,
        account: &Account,
        invoice: &Invoice,
        settings: &BillingSettings,
        today: Date,
    ) -> Result<Looked, Failure> {
        let charges = self.store.charges(&account.id, invoice.id).await?;
        let charges = charges.unwrap_or_else(|| Charges::of(invoice, today));
        let waits = self.register(invoice, &charges, today).await?;
        let mut instead = None;
        let collected = match collect(invoice, &charges, &account.methods, settings, today) {
            Collect::Nothing | Collect::GiveUp => {
                instead = offered_instead(invoice, settings, today);
                None
            }
            Collect::Wait(until) => Some(until),
            Collect::NeverMade(attempt) => self.never_made(charges, attempt, today).await?,
            Collect::Try(attempt) => {
                self.attempt(account, invoice, charges, attempt, settings, today).await?
            }
        };
        Ok(Looked { again: waits.into_iter().chain(collected).min(), instead })
    }

    /// Has charges registered whose day has come; the day, if it is still to come.
    async fn register(
        &self,
        invoice: &Invoice,
        charges: &Charges,
        today: Date,
    ) -> Result<Option<Date>, Failure> {
        let from = first_look(invoice, &[]);
        if from.is_some_and(|from| from > today) {
            return Ok(from);
        }
        // Their day has come, or what was paid has gone again.
        if !plan(&desired(invoice, today), charges, |_, _| true).is_empty() {
            let (account, invoice) = (invoice.account.clone(), invoice.id);
            self.charge_queue.send(&[ConvergeCharges { account, invoice }]).await?;
        }
        Ok(None)
    }

    /// Notes when the account is to be looked at again, which methods run out, and what of its invoices has
    /// changed.
    async fn look_again(
        &self,
        mut account: Account,
        next: Option<Date>,
        changed: &[Invoice],
        today: Date,
    ) -> Result<(), Failure> {
        let was = account.clone();
        self.describe(&mut account).await;
        let expiring = pass_day(&mut account.methods, today);
        account.next_collection = next.into_iter().chain(expiring).min();
        if account == was && changed.is_empty() {
            return Ok(());
        }
        account.version += 1;
        let done = if changed.is_empty() {
            self.store.commit_account(was.version, &account).await
        } else {
            let decided = Decided { invoices: changed, ..Decided::default() };
            self.store.commit_review(was.version, &account, decided).await
        };
        match done {
            Err(StoreError::Moved) => {
                Err(Failure::Retry("the account has changed meanwhile".into()))
            }
            done => Ok(done?),
        }
    }

    /// Asks what methods are whose news did not say it. One that is not answered stays nameless, and
    /// is asked for the next time.
    async fn describe(&self, account: &mut Account) {
        let nameless = |method: &&mut PaymentMethod| {
            method.state == MethodState::Active && method.label.is_empty()
        };
        for method in account.methods.iter_mut().filter(nameless) {
            let (Some(token), Ok(gateway)) =
                (&method.token, self.gateways.named(&method.gateway).await)
            else {
                continue;
            };
            if let Ok(MethodChange::Active { label, expires, .. }) = gateway.describe(token).await {
                (method.label, method.expires) = (label, expires);
            }
        }
    }

    /// The settings of an account; and whether an import is under way, which may have changed it already.
    async fn settings(&self, account: &Account) -> Result<(BillingSettings, bool), Failure> {
        let head = self.store.head().await?;
        let (_, catalog) = self.catalogs.at_least(head.version).await?;
        let account_type = catalog.account_types.get(&account.account_type).ok_or_else(|| {
            Failure::Retry(format!("the catalog has no account type {}", account.account_type))
        })?;
        Ok((account_type.settings.with(&account.overrides), head.importing.is_some()))
    }
}
