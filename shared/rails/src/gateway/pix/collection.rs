//! Collections by Pix Automático: `cobr`, sent ten to two days ahead, and tried again on other days
//! where the payer has allowed that.
//!
//! The first order of an invoice makes a collection. An order with a higher serial, due within the
//! seven days after an earlier one of the same amount, is another try of that one: the scheme wants
//! no second collection within a cycle. All tries of a collection are told of by its first key.

use jiff::civil::Date;
use mensal_domain::{charge::ChargeKey, payment::Receipt, rail::Rail, reference::Reference};
use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{
    Pix,
    config::Automatic,
    problem::Said,
    requests,
    windows::{self, OutOfTime, RETRIES, RETRY_DAYS},
    wire::{self, AttemptStatus, CollectionStatus},
};
use crate::{
    gateway::{Collected, Collection, Decline, Fault, Standing, Unreadable},
    pix::Txid,
};

/// What this gateway does not do without an account for Pix Automático.
const NOT_SERVED: Fault = Fault::Unsupported("serve Pix Automático as it is set up");

impl Pix {
    /// What Pix Automático is set up with.
    pub(super) fn automatic(&self) -> Result<&Automatic, Fault> {
        self.settings.automatic.as_ref().ok_or(NOT_SERVED)
    }

    pub(super) async fn collect_now(&self, order: &Collection) -> Result<Collected, Fault> {
        let automatic = self.automatic()?;
        let recurrence = recurrence_of(order.method.token.as_ref())?;
        if let Some(collected) = self.tried_again(order, &recurrence).await? {
            return Ok(collected);
        }
        let txid = Txid::of(&order.key);
        let never = match windows::may_send(order.due, order.today) {
            Ok(()) => {
                let body = self.told(order, &recurrence, automatic)?;
                let path = format!("cobr/{txid}");
                match self.session.ask(Method::PUT, &path, &[], Some(&body)).await? {
                    Said::Done(answer) => return self.outcome(&answer.json()?, order.due),
                    Said::Refused(fault) => Err(fault),
                    Said::Missing => Err(Fault::Refused("it does not know the recurrence".into())),
                }
            }
            Err(OutOfTime::TooLate(_)) => Ok(Collected::NotMade),
            Err(why) => Err(Fault::Refused(why.to_string())),
        };
        // Sent before, and heard nothing of: no matter what day it is now.
        match self.look(&txid).await? {
            Some(found) => self.outcome(&found, order.due),
            None => never,
        }
    }

    /// What the bank is told of a collection. Nothing of the payer: it knows who has authorised.
    fn told(
        &self,
        order: &Collection,
        recurrence: &str,
        automatic: &Automatic,
    ) -> Result<Value, Fault> {
        let mut account = Map::new();
        account.insert("conta".into(), automatic.account.clone().into());
        account.insert("tipoConta".into(), json!(automatic.account_kind));
        if let Some(branch) = &automatic.branch {
            account.insert("agencia".into(), branch.clone().into());
        }
        Ok(json!({
            "idRec": recurrence,
            "infoAdicional": requests::note(&self.settings, &order.payer),
            "calendario": { "dataDeVencimento": order.due.to_string() },
            "valor": { "original": requests::in_reais(order.amount)? },
            "ajusteDiaUtil": automatic.business_days,
            "recebedor": account,
        }))
    }

    /// Tries an earlier collection of the same invoice again, if the order is for that.
    async fn tried_again(
        &self,
        order: &Collection,
        recurrence: &str,
    ) -> Result<Option<Collected>, Fault> {
        for serial in (1..order.key.serial).rev().take(RETRIES) {
            let txid = Txid::of(&ChargeKey { serial, ..order.key.clone() });
            let Some(earlier) = self.look(&txid).await? else { continue };
            if !is_of(&earlier, order, recurrence) {
                return Ok(None);
            }
            return match earlier.status {
                // Paid meanwhile: the same money is not collected twice.
                CollectionStatus::Done => self.outcome(&earlier, order.due).map(Some),
                CollectionStatus::Active => self.retry(order, &txid, &earlier).await.map(Some),
                _ => Ok(None),
            };
        }
        Ok(None)
    }

    async fn retry(
        &self,
        order: &Collection,
        txid: &Txid,
        earlier: &wire::Collection,
    ) -> Result<Collected, Fault> {
        let under_way = Collected::UnderWay(Some(txid.to_reference()));
        let attempts = earlier.tentativas.as_deref().unwrap_or_default();
        // Asked for before, and heard nothing of.
        if is_tried(earlier, order.due) {
            return Ok(under_way);
        }
        if attempts.iter().any(is_live) {
            return Err(Fault::Unavailable("an earlier try is still under way".into()));
        }
        // Tried before, and told of since.
        let failures = self.reader.failures(earlier).map_err(|why| unreadable(&why))?;
        if let Some(failed) = failures.into_iter().find(|failed| failed.on >= order.due) {
            let decline = Decline { code: failed.code, advice: failed.advice };
            return Err(Fault::Declined(decline));
        }
        let tried: Vec<Date> = attempts.iter().map(|attempt| attempt.on).collect();
        let due = due_of(earlier).unwrap_or(order.due);
        match windows::may_retry(due, &tried, order.due, order.today) {
            Err(OutOfTime::NotToCome) => return Ok(Collected::NotMade),
            Err(why) => return Err(Fault::Refused(why.to_string())),
            Ok(()) => {}
        }
        let path = format!("cobr/{txid}/retentativa/{}", order.due);
        match self.session.ask(Method::POST, &path, &[], None).await? {
            Said::Done(answer) => answer.json::<wire::Collection>().map(|_| under_way),
            // Somebody else may have asked for it at the same moment.
            Said::Refused(fault) => match self.look(txid).await? {
                Some(now) if is_tried(&now, order.due) => Ok(under_way),
                _ => Err(fault),
            },
            Said::Missing => Err(Fault::Conflict("there is no such collection".into())),
        }
    }

    /// Looks a collection up.
    async fn look(&self, txid: &Txid) -> Result<Option<wire::Collection>, Fault> {
        match self.session.ask(Method::GET, &format!("cobr/{txid}"), &[], None).await? {
            Said::Done(answer) => answer.json().map(Some),
            Said::Missing => Ok(None),
            Said::Refused(fault) => Err(fault),
        }
    }

    /// What has become of a collection that was to be paid on a day. One that is active, and whose
    /// try of that day has failed, waits for another try and for nothing else.
    fn outcome(&self, collection: &wire::Collection, due: Date) -> Result<Collected, Fault> {
        match collection.status {
            CollectionStatus::Done => {
                if let Some(receipt) = self.money_of(collection)? {
                    return Ok(Collected::Received(receipt));
                }
            }
            CollectionStatus::Rejected
            | CollectionStatus::Expired
            | CollectionStatus::Cancelled => {
                let failure =
                    self.reader.failures(collection).map_err(|why| unreadable(&why))?.pop();
                let Some(failure) = failure else { return Ok(Collected::NotMade) };
                let decline = Decline { code: failure.code, advice: failure.advice };
                return Err(Fault::Declined(decline));
            }
            _ => {
                let failures = self.reader.failures(collection).map_err(|why| unreadable(&why))?;
                if let Some(failed) = failures.into_iter().find(|failed| failed.on >= due) {
                    let decline = Decline { code: failed.code, advice: failed.advice };
                    return Err(Fault::Declined(decline));
                }
            }
        }
        let reference: Option<Reference> = collection.txid.parse().ok();
        Ok(Collected::UnderWay(reference))
    }

    /// The money of a collection that has come.
    fn money_of(&self, collection: &wire::Collection) -> Result<Option<Receipt>, Fault> {
        let money = collection.pix.iter().flatten().next();
        let receipt = money.map(|pix| self.reader.receipt(pix, Rail::PixAutomatico));
        receipt.transpose().map_err(|why| Fault::Unknown(why.to_string()))
    }

    /// Takes a collection back. A bank does so until 22:00 of the day before it is due
    /// ([`windows::last_cancellation`]); later the answer is how it stands. Another try, which goes
    /// on under the key of an earlier one, none takes back any more.
    pub(super) async fn cancel_collection(&self, key: &ChargeKey) -> Result<Standing, Fault> {
        self.automatic()?;
        let body = json!({ "status": "CANCELADA" });
        for serial in (1..=key.serial).rev().take(RETRIES + 1) {
            let key = ChargeKey { serial, ..key.clone() };
            let path = format!("cobr/{}", Txid::of(&key));
            match self.session.ask(Method::PATCH, &path, &[], Some(&body)).await? {
                Said::Done(answer) => return Ok(standing(&answer.json()?)),
                Said::Missing => {}
                Said::Refused(_) => return self.fetch_collection(&key).await,
            }
        }
        Ok(Standing::Missing)
    }

    pub(super) async fn fetch_collection(&self, key: &ChargeKey) -> Result<Standing, Fault> {
        self.automatic()?;
        let found = self.look(&Txid::of(key)).await?;
        Ok(found.map_or(Standing::Missing, |collection| standing(&collection)))
    }
}

fn unreadable(why: &Unreadable) -> Fault {
    Fault::Unknown(why.to_string())
}

/// The id of a recurrence, as it stands in a path.
pub(super) fn recurrence_of(token: Option<&Reference>) -> Result<String, Fault> {
    let plain = |token: &&Reference| token.as_str().bytes().all(|b| b.is_ascii_alphanumeric());
    let token = token.filter(plain).map(|token| token.as_str().to_owned());
    token.ok_or_else(|| Fault::Refused("the method has no recurrence".into()))
}

/// Whether an order is for another try of a collection: the same recurrence and amount, within the
/// days after it was due.
fn is_of(earlier: &wire::Collection, order: &Collection, recurrence: &str) -> bool {
    let amount = earlier.valor.as_ref().map(|valor| valor.original.0);
    let after = due_of(earlier).map(|due| mensal_domain::calendar::days_between(due, order.due));
    earlier.recurrence.as_str() == recurrence
        && amount == Some(order.amount)
        && after.is_some_and(|after| (1..=RETRY_DAYS).contains(&after))
}

/// Whether a try of a collection is under way that was asked for a day. A bank moves a day without
/// banks to the next one with.
fn is_tried(collection: &wire::Collection, due: Date) -> bool {
    let attempts = collection.tentativas.as_deref().unwrap_or_default();
    attempts.iter().any(|attempt| is_live(attempt) && attempt.on >= due)
}

fn is_live(attempt: &wire::Attempt) -> bool {
    matches!(attempt.status, AttemptStatus::Asked | AttemptStatus::Scheduled)
}

fn due_of(collection: &wire::Collection) -> Option<Date> {
    collection.calendario.as_ref()?.due
}

/// How a collection stands. One that is under way can be paid by nobody but the payer's bank.
fn standing(collection: &wire::Collection) -> Standing {
    match collection.status {
        CollectionStatus::Created | CollectionStatus::Active | CollectionStatus::Other => {
            Standing::InWork
        }
        CollectionStatus::Done => Standing::Paid,
        CollectionStatus::Cancelled => Standing::Cancelled,
        CollectionStatus::Rejected | CollectionStatus::Expired => Standing::Expired,
    }
}
