//! Applies what gateways have told to the books: each notice once, in whichever order they come.
//! What cannot be matched is kept for people, and tried again.

mod attempts;
mod service;
mod whose;

use lambda_runtime::Error;
use mensal_domain::{
    account::Account,
    catalog::Rules,
    charge::Charges,
    method::learn,
    payment::{
        About, Applied, Fact, Known, MethodNews, Notice, Outcome, PaymentError, PaymentId, apply,
    },
    settings::Overpaid,
};
use mensal_runtime::{
    Failure, batch,
    catalogs::{Catalogs, InForce},
    clock::Clock,
    conflict::{MOST_CONFLICTS, Stop},
    dead_letters::DeadLetters,
    messages::ApplyNotice,
    metrics::{self, Metric},
    start::Function,
};
use mensal_store::{Decided, Settled, Store, Unmatched};
use serde_json::Value;

use crate::{attempts::is_anothers, service::ServiceBack};

/// The function.
#[derive(Debug)]
pub struct ApplyPayment {
    /// The table.
    pub store: Store,
    /// The catalog, for the settings of account types.
    pub catalogs: Catalogs,
    /// Today.
    pub clock: Clock,
    /// What cannot be done.
    pub dead_letters: DeadLetters,
}

impl Function for ApplyPayment {
    async fn handle(&self, event: Value) -> Result<Value, Error> {
        let apply = |message: ApplyNotice| self.hear(message.notice, message.again);
        let response = batch::messages(event, &self.dead_letters, apply).await?;
        Ok(serde_json::to_value(response)?)
    }
}

/// A notice that names something that we know.
struct HeardNotice<'a> {
    /// In our words.
    named: &'a Notice,
    /// As it came.
    heard: &'a Notice,
    /// Whether it lay with what nobody could match.
    was_unmatched: bool,
    /// The charges of the invoice that it names.
    charges: Option<Charges>,
}

/// What became of a notice.
enum Heard {
    /// The books know it.
    Known,
    /// It matches nothing.
    Unmatched(String),
}

impl ApplyPayment {
    /// Hears a notice: matches and applies it, or keeps it for people.
    async fn hear(&self, notice: Notice, was_unmatched: bool) -> Result<(), Failure> {
        let heard = self.matched(&notice, was_unmatched).await?;
        let Heard::Unmatched(reason) = heard else { return Ok(()) };
        if self.is_assigned(&notice, was_unmatched).await? {
            return Ok(());
        }
        let since = self.clock.today();
        let unmatched = Unmatched { notice, reason, since, assigned: None };
        self.store.keep_unmatched(&unmatched).await?;
        // What it waits for may have come between the look and the keeping: then each has missed
        // the other, and nobody would look again before the next reconciliation.
        match self.matched(&unmatched.notice, true).await? {
            Heard::Known => Ok(()),
            Heard::Unmatched(_) => {
                if !was_unmatched {
                    metrics::count(Metric::NoticesUnmatched, 1);
                    tracing::warn!(reason = unmatched.reason, "a notice matches nothing");
                }
                Ok(())
            }
        }
    }

    /// Whether it is known whose this money is, since a person has said so, or by its name: then it
    /// is applied there, as it was before.
    async fn is_assigned(&self, notice: &Notice, was_unmatched: bool) -> Result<bool, Failure> {
        let Some(money) = notice.about_money() else { return Ok(false) };
        let Some(account) = self.store.whose(&notice.gateway, money).await? else {
            return Ok(false);
        };
        let named = notice.clone().told_of(About::Account(account));
        if let Heard::Unmatched(_) = self.matched(&named, false).await? {
            return Ok(false);
        }
        if was_unmatched {
            self.store.forget_unmatched(notice).await?;
        }
        Ok(true)
    }

    async fn matched(&self, notice: &Notice, was_unmatched: bool) -> Result<Heard, Failure> {
        for tries in 0..MOST_CONFLICTS {
            let Some(named) = self.named(notice).await? else {
                return Ok(Heard::Unmatched("it names nothing that we know".into()));
            };
            let Some(id) = named.about().account() else {
                return Ok(Heard::Unmatched("it names no account".into()));
            };
            let Some(account) = self.store.account(id).await? else {
                return Ok(Heard::Unmatched(format!("there is no account {id}")));
            };
            // What stood in the way may be that the money is another account's.
            if tries > 0
                && let Some(money) = named.about_money()
            {
                let (gateway, money) = (named.gateway.clone(), money.clone());
                let owner = self.store.owner(&PaymentId { gateway, money }).await?;
                if let Some(owner) = owner.filter(|owner| *owner != account.id) {
                    return Ok(Heard::Unmatched(format!("the books have it for account {owner}")));
                }
            }
            let charges = self.charges_of(&named).await?;
            if is_anothers(&named, charges.as_ref()) {
                return Ok(Heard::Unmatched("it is about a charge of another gateway's".into()));
            }
            let heard = HeardNotice { named: &named, heard: notice, was_unmatched, charges };
            let done = match &named.fact {
                Fact::Method(news) => self.learn(account, notice, news).await,
                Fact::NotCollected(failed) => self.not_collected(heard, failed).await,
                Fact::Received(_) | Fact::Returned(_) => self.settle(&account, heard).await,
            };
            match done {
                Err(Stop::Moved) => {}
                Err(Stop::Failed(failure)) => return Err(failure),
                Ok(heard) => return Ok(heard),
            }
        }
        Err(Failure::Retry("the account keeps changing".into()))
    }

    async fn learn(
        &self,
        mut account: Account,
        heard: &Notice,
        news: &MethodNews,
    ) -> Result<Heard, Stop> {
        let (was, today) = (account.version, self.clock.today());
        if learn(&mut account.methods, &heard.gateway, news, today) {
            account.version += 1;
            // What is to be paid may be collected from it.
            account.collect_by(today);
            self.store.commit_news(was, &account, heard).await?;
            metrics::count(Metric::NoticesApplied, 1);
        } else {
            self.store.forget_unmatched(heard).await?;
        }
        Ok(Heard::Known)
    }

    /// Applies money to an account: with the invoice that is named, or with all of them.
    async fn settle(&self, account: &Account, told: HeardNotice<'_>) -> Result<Heard, Stop> {
        let HeardNotice { named, heard, was_unmatched, charges } = told;
        let Some(money) = named.about_money() else { return Ok(Heard::Known) };
        let id = PaymentId { gateway: named.gateway.clone(), money: money.clone() };
        let payment = self.store.payment(&account.id, &id).await?;
        let rules = self.rules(account).await?;
        // A type that is gone says nothing: the customer's money is the customer's.
        let overpaid = rules.as_ref().map_or(Overpaid::Credit, |rules| rules.settings.overpaid);
        let mut invoices = Vec::new();
        if let Some(invoice) = named.about().invoice() {
            invoices.extend(self.store.invoice(&account.id, invoice).await?);
        }
        let payment = payment.as_ref();
        let today = self.clock.today();
        let known = Known { account, invoices: &invoices, all: false, payment, overpaid, today };
        let mut outcome = apply(known, &named.gateway, &named.fact);
        if outcome == Ok(Outcome::MoreInvoices) {
            let invoices = self.store.invoices(&account.id).await?;
            let known = Known { invoices: &invoices, all: true, ..known };
            outcome = apply(known, &named.gateway, &named.fact);
        }
        match outcome {
            Ok(Outcome::Applied(mut applied)) => {
                let restored = self.service(&mut applied, rules.as_ref(), today).await?;
                let at = account.version;
                self.commit(at, &applied, &restored, named, heard, was_unmatched).await?;
            }
            Ok(Outcome::Nothing) if was_unmatched => self.store.forget_unmatched(heard).await?,
            Ok(Outcome::Nothing) => {}
            Ok(Outcome::MoreInvoices) => {
                return Err(Failure::Poison("all invoices are not enough".into()).into());
            }
            Err(why @ PaymentError::Currency { .. }) => {
                return Ok(Heard::Unmatched(why.to_string()));
            }
            Err(why) => return Err(Failure::Poison(why.to_string()).into()),
        }
        // After the books: whatever ends in between, this is done when the notice comes again.
        self.note_paid(named, charges).await?;
        self.hear_what_waited(named).await?;
        Ok(Heard::Known)
    }

    async fn commit(
        &self,
        at_version: u64,
        applied: &Applied,
        restored: &ServiceBack,
        named: &Notice,
        heard: &Notice,
        was_unmatched: bool,
    ) -> Result<(), Stop> {
        let recalled_by_name =
            matches!(&named.fact, Fact::Received(receipt) if receipt.recalled_by_name);
        let decided = Decided {
            notices: &restored.notices,
            suspension: restored.suspension.as_ref(),
            ..Decided::default()
        };
        let settled = Settled { notice: heard, was_unmatched, recalled_by_name, decided };
        self.store.commit_payment(at_version, applied, settled).await?;
        metrics::count(Metric::NoticesApplied, 1);
        Ok(())
    }

    /// What was heard of this money before the money itself.
    async fn hear_what_waited(&self, named: &Notice) -> Result<(), Failure> {
        let Fact::Received(receipt) = &named.fact else { return Ok(()) };
        if !receipt.recalled_by_name {
            return Ok(());
        }
        for waited in self.store.unmatched_of(&named.gateway, &receipt.money).await? {
            if matches!(waited.notice.fact, Fact::Returned(_)) {
                Box::pin(self.hear(waited.notice, true)).await?;
            }
        }
        Ok(())
    }

    /// The rules of an account; none if its type or its calendar is gone.
    async fn rules(&self, account: &Account) -> Result<Option<Rules>, Failure> {
        let found = self.catalogs.rules_if_any(account).await?;
        Ok(match found {
            Ok(InForce { rules, .. }) => Some(rules),
            // Its money is booked all the same.
            Err(why) => {
                tracing::error!(why, "an account has no rules");
                None
            }
        })
    }
}
