//! Tells the access servers of a site what a service is to be, until they confirm it; and, once a day,
//! whether they still do what they have confirmed.
//!
//! What is asked is noted before it is asked, and nobody else asks meanwhile: of two orders that are
//! under way at once, nobody would know which came last.

mod sites;

use jiff::civil::Date;
use lambda_runtime::Error;
use mensal_domain::{
    account::Account,
    enforcement::{Enforced, Step, Wanted, wanted},
};
use mensal_network::{Fault, Order, Outcome};
use mensal_runtime::{
    Failure, batch,
    clock::Clock,
    dead_letters::DeadLetters,
    messages::SetService,
    metrics::{self, Metric},
    start::Function,
};
use mensal_store::Store;
use serde_json::Value;

pub use self::sites::Sites;

/// The function.
#[derive(Debug)]
pub struct ToggleService {
    /// The table.
    pub store: Store,
    /// The ISP's access servers.
    pub sites: Sites,
    /// Now, at the ISP.
    pub clock: Clock,
    /// What cannot be done.
    pub dead_letters: DeadLetters,
}

impl Function for ToggleService {
    async fn handle(&self, event: Value) -> Result<Value, Error> {
        let bring = |message: SetService| self.bring(message);
        let response = batch::messages(event, &self.dead_letters, bring).await?;
        Ok(serde_json::to_value(response)?)
    }
}

impl ToggleService {
    /// By what the account says now, whatever it said when the message was sent.
    async fn bring(&self, message: SetService) -> Result<(), Failure> {
        let SetService { account: id, sweep } = message;
        let account = self.store.account(&id).await?;
        let account =
            account.ok_or_else(|| Failure::Poison(format!("account {id} does not exist")))?;
        let all =
            wanted(&account, self.clock.today()).map_err(|why| Failure::Poison(why.to_string()))?;
        // One login that is not reached keeps no other waiting.
        let mut failed = None;
        for wanted in all {
            if let Err(why) = self.bring_one(&account, &wanted, sweep).await {
                failed = failed.or(Some(why));
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn bring_one(
        &self,
        account: &Account,
        wanted: &Wanted,
        sweep: Option<Date>,
    ) -> Result<(), Failure> {
        let known = self.store.enforced(&account.id, &wanted.subscription).await?;
        let now = self.clock.now();
        let asking = match Enforced::next(&account.id, wanted, known.as_ref(), sweep, now) {
            Step::Settled => return Ok(()),
            Step::Wait => return Err(Failure::Retry("the access servers are being asked".into())),
            Step::Ask(asking) => asking,
        };
        // Before it is noted: without its secret nobody is asked.
        let site = self.sites.get(&wanted.site).await?;
        self.store.put_enforced(&asking).await?;
        let key = format!("{}/{}/{}", account.id, wanted.subscription, asking.version);
        let order = Order {
            key: &key,
            account: &account.id,
            subscription: &wanted.subscription,
            login: &wanted.login,
            plan: &wanted.plan,
            service: wanted.service,
        };
        let answer = site.bring(&order, now).await;
        let (after, done) = match answer {
            Ok(outcome) => {
                metrics::count(Metric::ServicesConfirmed, 1);
                let no_session = outcome == Outcome::NoSession;
                tracing::info!(service = %wanted.service, no_session, "the network has confirmed");
                (asking.confirmed(wanted.service, self.clock.now()), Ok(()))
            }
            Err(fault) => {
                if let Fault::Refused(_) = fault {
                    metrics::count(Metric::ServicesRefused, 1);
                }
                let why = fault.to_string();
                (asking.failed(why.clone()), Err(Failure::Retry(why)))
            }
        };
        // Moved: somebody else has taken over, since this one took too long. It is looked at once more.
        self.store.put_enforced(&after).await?;
        done
    }
}
