//! Webhooks (page "Eventos para cobranças"): an event, and the payment as it stands. They come at
//! least once, and in any order if the ISP has chosen so.

use jiff::civil::{Date, DateTime};
use mensal_domain::{
    payment::{About, Advice, Fact, Failed},
    rail::Rail,
};
use serde::Deserialize;
use serde_json::Value;

use super::{facts, own::Own, wire::Payment};
use crate::gateway::Unreadable;

/// What a webhook's body is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(rename = "event")]
    name: String,
    date_created: Option<DateTime>,
    /// Read when the event is known: others have other things in it.
    payment: Option<Value>,
}

/// What an event is about.
#[derive(Clone, Copy)]
enum Kind {
    Received,
    Returned,
    Unmarked,
    Failed(Advice),
}

/// What the events mean that mean something; the others say nothing of money.
const EVENTS: [(&str, Kind); 13] = [
    ("PAYMENT_CONFIRMED", Kind::Received),
    ("PAYMENT_RECEIVED", Kind::Received),
    ("PAYMENT_DUNNING_RECEIVED", Kind::Received),
    ("PAYMENT_REFUNDED", Kind::Returned),
    ("PAYMENT_PARTIALLY_REFUNDED", Kind::Returned),
    ("PAYMENT_REFUND_IN_PROGRESS", Kind::Returned),
    ("PAYMENT_REFUND_DENIED", Kind::Returned),
    ("PAYMENT_CHARGEBACK_REQUESTED", Kind::Returned),
    ("PAYMENT_CHARGEBACK_DISPUTE", Kind::Returned),
    ("PAYMENT_AWAITING_CHARGEBACK_REVERSAL", Kind::Returned),
    ("PAYMENT_RECEIVED_IN_CASH_UNDONE", Kind::Unmarked),
    ("PAYMENT_CREDIT_CARD_CAPTURE_REFUSED", Kind::Failed(Advice::RetryLater)),
    ("PAYMENT_REPROVED_BY_RISK_ANALYSIS", Kind::Failed(Advice::AskCustomer)),
];

/// What a body says.
pub(super) fn facts(body: &[u8]) -> Result<Vec<Fact>, Unreadable> {
    let event: Event = serde_json::from_slice(body).map_err(|why| {
        Unreadable(format!("no event at line {}, column {}", why.line(), why.column()))
    })?;
    let Some((name, kind)) = EVENTS.into_iter().find(|(name, _)| *name == event.name) else {
        return Ok(Vec::new());
    };
    let payment = event.payment.ok_or_else(|| Unreadable(format!("{name} without a payment")))?;
    let payment: Payment = serde_json::from_value(payment)
        .map_err(|_| Unreadable(format!("{name} with a payment that cannot be read")))?;
    let on = event.date_created.map(DateTime::date);
    let day = || on.ok_or_else(|| Unreadable(format!("{name} without a date")));
    match kind {
        Kind::Received => {
            // A dispute that was won ends with the money being received again.
            let mut all = facts::received(&payment)?;
            if payment.chargeback.is_some() {
                all.extend(facts::returned(&payment, day()?)?);
            }
            Ok(all)
        }
        Kind::Returned => facts::returned(&payment, day()?),
        Kind::Unmarked => facts::unmarked(&payment, day()?),
        Kind::Failed(advice) => Ok(failed(&payment, name, advice, day()?)),
    }
}

/// That a collection has failed. A payer who is storing a card sees it on the page.
fn failed(payment: &Payment, event: &str, advice: Advice, on: Date) -> Vec<Fact> {
    match facts::own(payment) {
        Some(Own::Charge(key)) if key.rail == Rail::Card => {
            let code = event.trim_start_matches("PAYMENT_").to_lowercase();
            vec![Fact::NotCollected(Failed { about: About::Charge(key), code, advice, on })]
        }
        _ => Vec::new(),
    }
}
