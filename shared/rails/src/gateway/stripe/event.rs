//! What Stripe tells: its events, as webhooks bring them and as its list has them.
//!
//! Other events say nothing new. `charge.refunded` and `charge.failed` say of a charge what those
//! of its refund and its intent say, and name neither; `checkout.session.completed` says of a page
//! what that of its payment says, or of a method, without naming it; `payment_method.attached` says
//! what that of its setup says, without naming whose it is with us.
//!
//! A debit of a bank account that comes back after it had succeeded is told as a dispute, which is
//! final (Stripe's manual, "ACH Direct Debit"); the same is said of it when it is closed. One of a
//! card that merely inquires takes no money, and is not told.

use mensal_domain::{
    ids::{AccountId, MethodId},
    payment::{About, Fact, Failed, MethodChange, MethodNews, Notice, Return, ReturnKind},
    rail::Rail,
    reference::Reference,
};
use serde::de::DeserializeOwned;

use super::{
    Stripe, amount,
    collect::about,
    decline::Reason,
    method,
    objects::{Dispute, Event, Mandate, PaymentIntent, PaymentMethod, Refund, SetupIntent},
};
use crate::{gateway::Unreadable, signature::Verified};

/// The events that say something of money or methods: what a webhook is to be set up for. Stripe
/// lists by at most twenty names.
pub const EVENTS: [&str; 14] = [
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
    "mandate.updated",
    "payment_intent.canceled",
    "payment_intent.payment_failed",
    "payment_intent.succeeded",
    "payment_method.automatically_updated",
    "payment_method.detached",
    "payment_method.updated",
    "refund.created",
    "refund.failed",
    "refund.updated",
    "setup_intent.succeeded",
];

impl Stripe {
    /// What a webhook says.
    pub(super) fn hear(&self, webhook: Verified<'_>) -> Result<Vec<Notice>, Unreadable> {
        let event: Event = serde_json::from_slice(webhook.bytes()).map_err(|why| {
            // Where, not what: an event has people in it.
            let (line, column) = (why.line(), why.column());
            Unreadable(format!("it is no event at line {line}, column {column}"))
        })?;
        // Of another tenant: one platform's webhook hears of all its accounts.
        if event.account != self.api.account {
            return Ok(Vec::new());
        }
        self.notices(&event)
    }

    /// What an event of ours says.
    pub(super) fn notices(&self, event: &Event) -> Result<Vec<Notice>, Unreadable> {
        if event.livemode != self.live {
            return Ok(Vec::new());
        }
        let fact = match event.kind.as_str() {
            "payment_intent.succeeded" => self.received(event)?,
            "payment_intent.payment_failed" | "payment_intent.canceled" => self.failed(event)?,
            "refund.created" | "refund.updated" | "refund.failed" => self.refunded(event)?,
            "charge.dispute.created"
            | "charge.dispute.funds_withdrawn"
            | "charge.dispute.closed" => self.disputed(event)?,
            "setup_intent.succeeded" => set_up(event)?,
            "payment_method.updated" | "payment_method.automatically_updated" => shown(event)?,
            "payment_method.detached" => detached(event)?,
            "mandate.updated" => withdrawn(event)?,
            _ => None,
        };
        Ok(fact.map(|fact| Notice { gateway: self.code.clone(), fact }).into_iter().collect())
    }

    fn received(&self, event: &Event) -> Result<Option<Fact>, Unreadable> {
        let intent: PaymentIntent = object(event)?;
        if about(&intent).is_none() {
            return Ok(None);
        }
        let receipt = self.receipt(&intent).ok_or_else(|| lacks(event, "amount, id or day"))?;
        Ok(Some(Fact::Received(receipt)))
    }

    /// Only of what we have tried: a payer who mistypes a card on a page tries again by themselves.
    fn failed(&self, event: &Event) -> Result<Option<Fact>, Unreadable> {
        let intent: PaymentIntent = object(event)?;
        let Some(about) = about(&intent) else { return Ok(None) };
        if intent.metadata.purpose.as_deref() != Some("collection") {
            return Ok(None);
        }
        let given_up = || Reason { decline_code: intent.cancellation_reason.clone(), ..canceled() };
        let reason = match event.kind.as_str() {
            "payment_intent.canceled" => given_up(),
            _ => intent.last_payment_error.clone().unwrap_or_default(),
        };
        let decline = reason.decline();
        let on = self.day(event.created).ok_or_else(|| lacks(event, "day"))?;
        let failed = Failed { about, code: decline.code, advice: decline.advice, on };
        Ok(Some(Fact::NotCollected(failed)))
    }

    fn refunded(&self, event: &Event) -> Result<Option<Fact>, Unreadable> {
        let refund: Refund = object(event)?;
        let Some(money) = &refund.payment_intent else { return Ok(None) };
        let (kind, at) = match refund.status.as_deref() {
            Some("failed" | "canceled") => (ReturnKind::RefundFailed, event.created),
            // It has left Stripe's balance, whether or not it has arrived.
            _ => (ReturnKind::Refund, refund.created),
        };
        let account = refund.metadata.account.as_ref().and_then(|account| account.parse().ok());
        let about = account.map_or(About::Nothing, About::Account);
        let amount = (refund.amount, refund.currency.as_str());
        let returned = self.returned(money, &refund.id, about, kind, amount, at);
        returned.map(Some).ok_or_else(|| lacks(event, "amount, id or day"))
    }

    fn disputed(&self, event: &Event) -> Result<Option<Fact>, Unreadable> {
        let dispute: Dispute = object(event)?;
        let Some(money) = &dispute.payment_intent else { return Ok(None) };
        let (kind, at) = match dispute.status.as_str() {
            "won" => (ReturnKind::DisputeWon, event.created),
            "needs_response" | "under_review" | "lost" if is_returned_debit(&dispute.reason) => {
                (ReturnKind::Reversal, dispute.created)
            }
            "lost" => (ReturnKind::DisputeLost, event.created),
            "needs_response" | "under_review" => (ReturnKind::DisputeOpened, dispute.created),
            _ => return Ok(None),
        };
        let amount = (dispute.amount, dispute.currency.as_str());
        let returned = self.returned(money, &dispute.id, About::Nothing, kind, amount, at);
        returned.map(Some).ok_or_else(|| lacks(event, "amount, id or day"))
    }

    fn returned(
        &self,
        money: &str,
        id: &str,
        about: About,
        kind: ReturnKind,
        (units, currency): (i64, &str),
        at: i64,
    ) -> Option<Fact> {
        let (money, id) = (money.parse().ok()?, id.parse().ok()?);
        let (amount, on) = (amount::told(units, currency)?, self.day(at)?);
        Some(Fact::Returned(Return { money, id, about, kind, amount, on }))
    }
}

fn canceled() -> Reason {
    Reason::coded("canceled")
}

/// Whether a dispute is a bank's return of a debit: the reasons that cards do not have.
fn is_returned_debit(reason: &str) -> bool {
    matches!(
        reason,
        "bank_cannot_process"
            | "check_returned"
            | "customer_initiated"
            | "debit_not_authorized"
            | "incorrect_account_details"
            | "insufficient_funds"
    )
}

/// A setup that has succeeded, if it was for us.
fn set_up(event: &Event) -> Result<Option<Fact>, Unreadable> {
    let setup: SetupIntent = object(event)?;
    let noted = &setup.metadata;
    let (Some(account), Some(method), Some(rail)) = (&noted.account, &noted.method, &noted.rail)
    else {
        return Ok(None);
    };
    let account: Option<AccountId> = account.parse().ok();
    let method: Option<MethodId> = method.parse().ok();
    let rail: Option<Rail> = rail.parse().ok();
    let (Some(account), Some(method), Some(rail)) = (account, method, rail) else {
        return Err(lacks(event, "account, method or rail in its metadata"));
    };
    let token = setup.payment_method.as_deref().and_then(|token| token.parse().ok());
    let change = MethodChange::Active { rail, label: String::new(), expires: None };
    Ok(Some(Fact::Method(MethodNews {
        about: About::Account(account),
        method: Some(method),
        token: token.ok_or_else(|| lacks(event, "method"))?,
        change,
    })))
}

/// A method with what is shown of it, if it is somebody's and of a kind that we serve.
fn shown(event: &Event) -> Result<Option<Fact>, Unreadable> {
    let method: PaymentMethod = object(event)?;
    let change = method::active(&method).filter(|_| method.customer.is_some());
    change.map(|change| news(event, &method.id, change)).transpose()
}

/// A method that was taken from its customer.
fn detached(event: &Event) -> Result<Option<Fact>, Unreadable> {
    let method: PaymentMethod = object(event)?;
    news(event, &method.id, MethodChange::Revoked).map(Some)
}

/// A mandate that holds no more.
fn withdrawn(event: &Event) -> Result<Option<Fact>, Unreadable> {
    let mandate: Mandate = object(event)?;
    let inactive = mandate.status == "inactive";
    inactive.then(|| news(event, &mandate.payment_method, MethodChange::Revoked)).transpose()
}

/// News of a method that Stripe names by its token alone.
fn news(event: &Event, token: &str, change: MethodChange) -> Result<Fact, Unreadable> {
    let token: Reference = token.parse().map_err(|_| lacks(event, "id of a method"))?;
    let about = About::Reference(token.clone());
    Ok(Fact::Method(MethodNews { about, method: None, token, change }))
}

/// The object that an event is about.
fn object<T: DeserializeOwned>(event: &Event) -> Result<T, Unreadable> {
    T::deserialize(&event.data.object).map_err(|_| lacks(event, "object of its kind"))
}

/// It quotes the kind, which is one of [`EVENTS`], and what we look for.
fn lacks(event: &Event, what: &str) -> Unreadable {
    Unreadable(format!("{} has no {what} that can be read", event.kind))
}
