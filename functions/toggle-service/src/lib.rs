//! Tells the access servers of a site what a service is to be, until they confirm it; and, once a day,
//! whether they still do what they have confirmed.
//!
//! What is asked is noted before it is asked, and nobody else asks meanwhile: of two orders that are
//! under way at once, nobody would know which came last. The same holds for an order that was not
//! answered: it may be carried out a moment later. What a service is to be is read once more after that:
//! of two messages, the one that has read the account before a payment may be the slower one.

mod asking;
mod sites;

use std::time::Duration;

use futures_util::{StreamExt, stream};
use lambda_runtime::Error;
use mensal_domain::{
    account::Account,
    enforcement::{Enforced, KnownOf, Occasion, Step, Wanted, wanted},
    ids::AccountId,
};
use mensal_network::{Fault, Order, Outcome, Told};
use mensal_runtime::{
    Failure, batch,
    clock::Clock,
    conflict::{Stop, undisturbed},
    dead_letters::DeadLetters,
    messages::SetService,
    metrics::{self, Metric},
    queue::Queue,
    start::Function,
};
use mensal_store::Store;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

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
    /// What leases go by: the wall clock, whatever day is played, but where time itself is.
    pub leases: Clock,
    /// Its own queue, where an account waits while another one asks for it.
    pub service_queue: Queue,
    /// What cannot be done.
    pub dead_letters: DeadLetters,
}

/// So long all logins of an account are asked: what came of it is noted before the function's minute is
/// over, even if the table is slow then.
const ASKED: Duration = Duration::from_secs(30);
/// So many logins of an account are asked together.
const TOGETHER: usize = 16;

impl Function for ToggleService {
    async fn handle(&self, event: Value) -> Result<Value, Error> {
        let bring = |message: SetService| self.bring(message);
        let queue = &self.service_queue;
        let response = batch::timely(event, &self.dead_letters, queue, bring).await?;
        Ok(serde_json::to_value(response)?)
    }
}

impl ToggleService {
    /// By what the account says now, whatever it said when the message was sent.
    async fn bring(&self, message: SetService) -> Result<(), Failure> {
        let until = Instant::now() + ASKED;
        undisturbed("what is known of a login", || self.try_to_bring(&message, until)).await
    }

    /// [`Stop::Moved`] if somebody else asks for one of the logins, or what one is to be has changed: all are
    /// looked at once more.
    async fn try_to_bring(&self, message: &SetService, until: Instant) -> Result<(), Stop> {
        let SetService { account: id, sweep, cut_on } = message;
        let (account, all) = self.wanted(id).await?;
        let known = self.store.all_enforced(id).await?;
        let today = self.clock.today();
        let decided = account.hold.as_ref().is_some_and(|hold| hold.since == today);
        let occasion = Occasion { sweep: *sweep, may_cut: decided || *cut_on == Some(today) };
        // One login that is not reached keeps no other waiting.
        let known = &known;
        let done: Vec<_> = stream::iter(all)
            .map(|wanted| async move { self.bring_one(id, &wanted, known, occasion, until).await })
            .buffer_unordered(TOGETHER)
            .collect()
            .await;
        let mut failures = Vec::new();
        for one in done {
            match one {
                Err(Stop::Moved) => return Err(Stop::Moved),
                Err(Stop::Failed(failure)) => failures.push(failure),
                Ok(()) => {}
            }
        }
        Ok(asking::together(failures)?)
    }

    /// The account, and what the network is to do for it.
    async fn wanted(&self, id: &AccountId) -> Result<(Account, Vec<Wanted>), Stop> {
        let account = self.store.account(id).await?;
        let account =
            account.ok_or_else(|| Stop::poison(format!("account {id} does not exist")))?;
        let all = wanted(&account, self.clock.today()).map_err(Stop::poison)?;
        Ok((account, all))
    }

    async fn bring_one(
        &self,
        id: &AccountId,
        wanted: &Wanted,
        all: &[Enforced],
        occasion: Occasion,
        until: Instant,
    ) -> Result<(), Stop> {
        let known = KnownOf::wanted(all, wanted);
        let now = self.leases.now();
        let asking = match Enforced::next(id, wanted, &known, occasion, now) {
            Step::Settled => return Ok(()),
            Step::Wait(until) => return Err(asking::held(until, now).into()),
            Step::Ask(asking) => asking,
        };
        // Before it is noted: without its secret nobody is asked.
        let site = timeout_at(until, self.sites.get(&wanted.site)).await;
        let slow = |_| Err(Failure::Retry("the secret of the site was not read in time".into()));
        let site = site.unwrap_or_else(slow)?;
        if Instant::now() >= until {
            return Err(asking::late().into());
        }
        // The secret may have taken a while: the lease begins now.
        let asking = asking.leased(self.leases.now());
        self.store.put_enforced(&asking, known.login.map(|login| login.version)).await?;
        let asked = asking.version;
        // Whoever has paid by now is not cut: who pays from now on meets the lease, and comes after this.
        if !self.wanted(id).await?.1.contains(wanted) {
            self.store.put_enforced(&asking.withdrawn(&known), Some(asked)).await?;
            return Err(Stop::Moved);
        }
        let key = asking::key(&asking);
        let told = Told::of(asking.asked.iter().flat_map(|asked| asked.told.clone()));
        let order = Order {
            key: &key,
            account: id,
            subscription: &wanted.subscription,
            login: &wanted.login,
            plan: &wanted.plan,
            service: wanted.service,
            before: asking.before(&known),
            told: &told,
        };
        let answer = asking::ask(&site, &order, self.clock.now(), until).await;
        let (after, done) = match answer {
            Ok(outcome) => {
                metrics::count(Metric::ServicesConfirmed, 1);
                let no_session = outcome == Outcome::NoSession;
                tracing::info!(service = %wanted.service, no_session, "the network has confirmed");
                (asking.confirmed(wanted.service, self.clock.now()), Ok(()))
            }
            Err(fault) => {
                let asking = asking.told(told.marks());
                let why = fault.to_string();
                let failed = Err(Failure::Retry(why.clone()).into());
                match fault {
                    Fault::Refused(_) => {
                        metrics::count(Metric::ServicesRefused, 1);
                        (asking.refused(why), failed)
                    }
                    Fault::Unavailable(_) => (asking.unanswered(why), failed),
                }
            }
        };
        self.store.put_enforced(&after, Some(asked)).await?;
        done
    }
}
