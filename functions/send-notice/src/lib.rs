//! Sends notices to customers, each once: writes what it says, hands it to whoever carries it, and notes
//! what they tell of it.
//!
//! Mail and text messages have no key by which the second of two requests would be known for the first.
//! So a notice is noted as being sent before it is; whoever finds it so waits for what its carrier
//! tells, and sends it again only after a while without news ([`awaited_for`]).

mod carrier;
mod email;
mod hook;
mod label;
mod sms;
mod told;
mod writing;

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use lambda_runtime::Error;
use mensal_domain::{
    account::Account,
    calendar::days_after,
    catalog::Catalog,
    delinquency::{
        CustomerNotice, News, NoticeState, QuietHours, Unsent, awaited_for, recipient, unsent,
    },
};
use mensal_runtime::{
    Failure, batch,
    catalogs::{Catalogs, InForce},
    clock::Clock,
    conflict::{Stop, undisturbed},
    dead_letters::DeadLetters,
    messages::{NoticeWork, SendNotice},
    metrics::{self, Metric},
    queue::Queue,
    start::Function,
};
use mensal_store::{Reviewed, Store};
use serde_json::Value;
use tracing::{Span, field::display};

pub use self::{carrier::Carriers, email::Email, hook::Hook, sms::Sms};
use self::{
    carrier::{Carried, Fault, Parcel, Pause},
    label::Label,
    told::Told,
};

/// The function.
#[derive(Debug)]
pub struct SendNotices {
    /// The table.
    pub store: Store,
    /// The catalog, for the rules of accounts and an ISP's own templates.
    pub catalogs: Catalogs,
    /// Those who carry notices.
    pub carriers: Carriers,
    /// What time it is at the ISP.
    pub clock: Clock,
    /// Its own queue, where notices wait for the end of quiet hours.
    pub notice_queue: Queue,
    /// What cannot be done.
    pub dead_letters: DeadLetters,
}

impl Function for SendNotices {
    async fn handle(&self, event: Value) -> Result<Value, Error> {
        let work = |work: NoticeWork| async {
            match work {
                NoticeWork::Send(message) => self.send(message).await,
                NoticeWork::Told(event) => match told::read(&event)? {
                    Some(told) => self.hear(&told).await,
                    None => Ok(()),
                },
            }
        };
        let response = batch::timely(event, &self.dead_letters, &self.notice_queue, work).await?;
        Ok(serde_json::to_value(response)?)
    }
}

/// What a notice is sent by.
struct Ready {
    account: Account,
    catalog: Arc<Catalog>,
    rules: mensal_domain::catalog::Rules,
    read: Reviewed,
}

impl SendNotices {
    async fn send(&self, message: SendNotice) -> Result<(), Failure> {
        undisturbed("the notice", || self.try_to_send(&message)).await
    }

    async fn try_to_send(&self, message: &SendNotice) -> Result<(), Stop> {
        let notice = self.store.notice(&message.account, &message.notice).await?;
        let missing = || Stop::poison(format!("notice {} does not exist", message.notice));
        let notice = &notice.ok_or_else(missing)?;
        let now = self.clock.now();
        if !notice.state.is_to_be_sent() {
            return Ok(());
        }
        if let Some(wait) = awaited_for(notice, now) {
            let why = "it was being sent: what became of it is awaited";
            return Err(Stop::early(why, wait.unsigned_abs()));
        }
        let ready = self.read(notice).await?;
        let invoice = notice.id.about.invoice(&ready.read.invoices);
        if let Some(why) = unsent(notice, &ready.account, invoice, self.clock.today()) {
            return self.drop_it(notice, why).await;
        }
        self.wait_for_day(ready.rules.settings.quiet_hours)?;
        let written = writing::compose(notice, &ready, now, self.clock.today());
        let writing::Written { message, announced } = written.map_err(Stop::poison)?;
        let to = recipient(&ready.account, notice.id.channel).map_err(Stop::poison)?;
        let label = Label { account: notice.account.clone(), notice: notice.id };
        let mut begun = notice.clone();
        begun.begin(message.text().to_owned(), to, now);
        begun.announced = announced;
        self.store.begin_notice(notice, &begun, &ready.account).await?;
        let parcel = Parcel { label: &label, to, before: notice.earlier.len(), now };
        match self.carriers.carry(&message, parcel).await {
            Ok(carried) => {
                let news = News { sending: Some(parcel.before), ..news(carried, now) };
                Ok(self.hear(&Told { label, news }).await?)
            }
            Err(Fault::Unknown(why)) => Err(Stop::retry(why)),
            Err(Fault::NotTaken(why)) => {
                self.put_back(&begun).await?;
                Err(Stop::retry(why))
            }
            Err(Fault::NotYet { why, pause }) => {
                self.put_back(&begun).await?;
                if pause == Pause::Stopped {
                    tracing::warn!(why, "nothing is sent for hours: a notice is put off");
                    metrics::count(Metric::NoticesPutOff, 1);
                }
                Err(Stop::early(why, pause.wait(&label)))
            }
        }
    }

    /// Notes that it was not taken.
    async fn put_back(&self, begun: &CustomerNotice) -> Result<(), Stop> {
        let mut back = begun.clone();
        back.put_back();
        // Moved: somebody knows of it that it was sent.
        Ok(self.store.move_notice(begun, &back, None).await?)
    }

    async fn read(&self, notice: &CustomerNotice) -> Result<Ready, Stop> {
        let account = self.store.account(&notice.account).await?;
        let missing = || Stop::poison(format!("account {} does not exist", notice.account));
        let account = account.ok_or_else(missing)?;
        let InForce { catalog, rules, .. } = self.catalogs.rules(&account).await?;
        let read = self.store.reviewed(&account, &rules).await?;
        Ok(Ready { account, catalog, rules, read })
    }

    async fn drop_it(&self, notice: &CustomerNotice, why: Unsent) -> Result<(), Stop> {
        let mut dropped = notice.clone();
        dropped.drop_for(why);
        self.store.move_notice(notice, &dropped, None).await?;
        if why.wants_people() {
            tracing::warn!(notice = %notice.id, %why, "a notice is not sent");
            metrics::count(Metric::NoticesFailed, 1);
        } else {
            tracing::info!(notice = %notice.id, %why, "a notice is not sent");
        }
        Ok(())
    }

    /// Nobody is woken.
    fn wait_for_day(&self, quiet: QuietHours) -> Result<(), Stop> {
        let now = self.clock.local();
        let Some(end) = quiet.end(now) else { return Ok(()) };
        // A day on which the clock is put forward or back is an hour off: then it waits once more.
        let wait = end.duration_since(now).as_secs().try_into().unwrap_or(0);
        let why = format!("it is in the quiet hours {quiet}");
        Err(Stop::early(why, Duration::from_secs(wait)))
    }

    /// Notes what has become of a notice. The notice that the law wants has its account looked at once
    /// it is delivered, since service may be cut some days after; and once it is not, since it is to be
    /// sent elsewhere, or people are to be told.
    async fn hear(&self, told: &Told) -> Result<(), Failure> {
        undisturbed("the notice", || self.try_to_hear(told)).await
    }

    async fn try_to_hear(&self, told: &Told) -> Result<(), Stop> {
        let Told { label: Label { account, notice }, news } = told;
        Span::current().record("account", display(account));
        let before = self.store.notice(account, notice).await?;
        let before =
            before.ok_or_else(|| Stop::poison(format!("notice {notice} does not exist")))?;
        let mut after = before.clone();
        if !after.hear(&told::in_time(news, before.begun, self.clock.now())) {
            return Ok(());
        }
        let failed = |one: &CustomerNotice| {
            matches!(one.state, NoticeState::Bounced | NoticeState::Complained)
        };
        let turned =
            (before.has_arrived(), failed(&before)) != (after.has_arrived(), failed(&after));
        let wakes = after.legal && turned;
        let account = if wakes { self.to_be_reviewed(&after).await? } else { None };
        let account = account.as_ref().map(|(account, version)| (account, *version));
        self.store.move_notice(&before, &after, account).await?;
        if failed(&after) && before.state != after.state {
            tracing::warn!(%notice, state = ?after.state, "a notice was not delivered");
            metrics::count(Metric::NoticesFailed, 1);
        } else if !failed(&after) && before.sent.is_none() {
            metrics::count(Metric::NoticesSent, 1);
        }
        Ok(())
    }

    /// The account, to be looked at on the day after: the run of today may be over.
    async fn to_be_reviewed(
        &self,
        notice: &CustomerNotice,
    ) -> Result<Option<(Account, u64)>, Stop> {
        let Some(mut account) = self.store.account(&notice.account).await? else { return Ok(None) };
        let tomorrow = days_after(self.clock.today(), 1);
        if account.next_review.is_some_and(|day| day <= tomorrow) {
            return Ok(None);
        }
        let version = account.version;
        account.review_by(tomorrow);
        account.version = version + 1;
        Ok(Some((account, version)))
    }
}

fn news(carried: Carried, now: Timestamp) -> News {
    match carried {
        Carried::Taken(reference) => News { reference, ..News::of(NoticeState::Sent, now) },
        Carried::Delivered(reference) => {
            News { reference, ..News::of(NoticeState::Delivered, now) }
        }
        Carried::Refused(reason) => News { reason, ..News::of(NoticeState::Bounced, now) },
    }
}
