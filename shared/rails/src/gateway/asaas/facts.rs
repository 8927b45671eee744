//! What a payment of Asaas says has happened to money: pure, and the same whether it came by a
//! webhook or was read from a list.
//!
//! A payment's id is the money's name: confirmed today and received when it is credited, it is
//! the same money and the same receipt. What was marked as received in cash is no money at Asaas,
//! can be unmarked, and has a name of its own.

use jiff::civil::Date;
use mensal_domain::{
    money::{Currency, Money},
    payment::{About, Fact, MethodChange, MethodNews, Receipt, Return, ReturnKind},
    rail::Rail,
    reference::Reference,
};

use super::{
    own::Own,
    wire::{BillingType, ChargebackStatus, CreditCard, Payment, Refund, RefundStatus, Status},
};
use crate::{amount::Amount, gateway::Unreadable};

/// What the description of a refund begins with that we have ordered; its key follows.
const REFUND: &str = "Estorno Mensal ";
/// A refund of the whole that Asaas has written no entry for.
const WHOLE: &str = "whole";
/// A payment has one chargeback at most.
const CHARGEBACK: &str = "chargeback";
/// A mark of cash can be taken back as a whole only.
const UNMARKED: &str = "unmarked";

/// How a refund of ours is described.
pub(super) fn refund_description(key: &Reference) -> String {
    format!("{REFUND}{key}")
}

/// That money came in; none if the payment is not ours.
pub(super) fn receipt(payment: &Payment) -> Result<Option<Receipt>, Unreadable> {
    let Some(own) = own(payment) else { return Ok(None) };
    let days = payment.client_payment_date.or(payment.confirmed_date).or(payment.credited_date);
    let paid_on = days.ok_or_else(|| Unreadable("its payment has no day of payment".into()))?;
    let amount = above_zero(payment.value)?;
    Ok(Some(Receipt {
        money: money(payment)?,
        about: about(&own),
        rail: rail(payment, &own),
        amount,
        late: late(payment, amount)?,
        paid_on,
        recalled_by_name: false,
    }))
}

/// That money came in, and the card with it that was stored by it.
pub(super) fn received(payment: &Payment) -> Result<Vec<Fact>, Unreadable> {
    let mut facts: Vec<_> = receipt(payment)?.map(Fact::Received).into_iter().collect();
    if let (Some(Own::Card(account, method)), Some(card)) = (own(payment), &payment.credit_card)
        && let Some(token) = &card.token
    {
        facts.push(Fact::Method(MethodNews {
            about: About::Account(account),
            method: Some(method),
            token: token.clone(),
            change: MethodChange::Active { rail: Rail::Card, label: label(card), expires: None },
        }));
    }
    Ok(facts)
}

/// What of the money did not stay. `on` is the day on which it is said, for what has none itself.
pub(super) fn returned(payment: &Payment, on: Date) -> Result<Vec<Fact>, Unreadable> {
    let Some(own) = own(payment) else { return Ok(Vec::new()) };
    let refunds = payment.refunds().iter().map(|refund| given_back(payment, &own, refund));
    let mut all: Vec<_> = refunds.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    all.extend(disputed(payment, &own, on)?);
    if payment.status == Status::Refunded
        && payment.refunds().is_empty()
        && payment.chargeback.is_none()
    {
        all.push(whole(payment, &own, WHOLE, ReturnKind::Refund, on)?);
    }
    Ok(all.into_iter().map(Fact::Returned).collect())
}

/// That a mark of cash was taken back.
pub(super) fn unmarked(payment: &Payment, on: Date) -> Result<Vec<Fact>, Unreadable> {
    let Some(own) = own(payment) else { return Ok(Vec::new()) };
    let back = whole(payment, &own, UNMARKED, ReturnKind::Reversal, on)?;
    Ok(vec![Fact::Returned(Return { money: in_cash(payment)?, ..back })])
}

/// What the payment is for; none if somebody else made it.
pub(super) fn own(payment: &Payment) -> Option<Own> {
    payment.external_reference.as_deref()?.parse().ok()
}

/// A refund that was carried out, or was not; nothing of one that waits.
fn given_back(payment: &Payment, own: &Own, refund: &Refund) -> Result<Option<Return>, Unreadable> {
    let kind = match refund.status {
        RefundStatus::Done => ReturnKind::Refund,
        RefundStatus::Cancelled => ReturnKind::RefundFailed,
        RefundStatus::Waiting => return Ok(None),
    };
    let amount = above_zero(refund.value)?;
    let on = refund.date_created.date();
    Ok(Some(Return { amount, id: refund_id(refund)?, ..whole(payment, own, WHOLE, kind, on)? }))
}

/// What a refund is called by: our key, else the second in which it was made, and how much it is,
/// which is all that Asaas says of a refund that somebody ordered on its pages.
fn refund_id(refund: &Refund) -> Result<Reference, Unreadable> {
    let described = refund.description.as_deref().and_then(|text| text.strip_prefix(REFUND));
    if let Some(key) = described.and_then(|key| key.parse().ok()) {
        return Ok(key);
    }
    let made = refund.date_created.strftime("%Y%m%d%H%M%S");
    named(&format!("{made}-{}", reais(refund.value)?.amount()))
}

/// How a dispute about a card's payment stands.
fn disputed(payment: &Payment, own: &Own, on: Date) -> Result<Option<Return>, Unreadable> {
    let dispute = payment.chargeback.as_ref();
    let stands = dispute.and_then(|dispute| dispute.status);
    let kind = match (payment.status, stands) {
        // "Dispute won, waiting for transfer from the acquirer" (page "Payment events").
        (Status::AwaitingChargebackReversal, _) | (_, Some(ChargebackStatus::Reversed)) => {
            ReturnKind::DisputeWon
        }
        (_, Some(ChargebackStatus::DisputeLost | ChargebackStatus::Done))
        | (Status::Refunded, Some(_)) => ReturnKind::DisputeLost,
        (Status::ChargebackRequested | Status::ChargebackDispute, _) => ReturnKind::DisputeOpened,
        _ => return Ok(None),
    };
    let opened = dispute.and_then(|dispute| dispute.dispute_start_date);
    let day = if kind == ReturnKind::DisputeOpened { opened.unwrap_or(on) } else { on };
    let back = whole(payment, own, CHARGEBACK, kind, day)?;
    // Of an instalment, the value may be that of the whole purchase.
    let value = dispute.and_then(|dispute| dispute.value).map(reais).transpose()?;
    let part = value.filter(|value| value.is_positive() && *value < back.amount);
    Ok(Some(Return { amount: part.unwrap_or(back.amount), ..back }))
}

/// That all of a payment did not stay.
fn whole(
    payment: &Payment,
    own: &Own,
    id: &str,
    kind: ReturnKind,
    on: Date,
) -> Result<Return, Unreadable> {
    let amount = above_zero(payment.value)?;
    Ok(Return { money: money(payment)?, id: named(id)?, about: about(own), kind, amount, on })
}

fn money(payment: &Payment) -> Result<Reference, Unreadable> {
    if payment.status == Status::ReceivedInCash {
        return in_cash(payment);
    }
    Ok(payment.id.clone())
}

fn in_cash(payment: &Payment) -> Result<Reference, Unreadable> {
    named(&format!("{}.cash", payment.id))
}

fn about(own: &Own) -> About {
    match own {
        Own::Charge(key) => About::Charge(key.clone()),
        Own::Card(account, _) => About::Account(account.clone()),
    }
}

/// On which rail money came: a boleto may have been paid by the Pix code that Asaas prints on it.
fn rail(payment: &Payment, own: &Own) -> Rail {
    if payment.status == Status::ReceivedInCash {
        return Rail::Cash;
    }
    match payment.billing_type {
        _ if payment.pix_transaction.is_some() => Rail::Pix,
        BillingType::Boleto => Rail::Boleto,
        BillingType::Pix => Rail::Pix,
        BillingType::CreditCard | BillingType::DebitCard => Rail::Card,
        BillingType::Transfer | BillingType::Deposit => Rail::Wire,
        BillingType::Undefined => match own {
            Own::Charge(key) => key.rail,
            Own::Card(..) => Rail::Card,
        },
    }
}

/// What Asaas has added for being late: what was paid above what was to be paid.
fn late(payment: &Payment, amount: Money) -> Result<Option<Money>, Unreadable> {
    let added = match (payment.original_value, payment.interest_value) {
        (Some(original), _) => amount.minus(reais(original)?).ok(),
        (None, Some(interest)) => Some(reais(interest)?),
        (None, None) => None,
    };
    Ok(added.filter(|added| added.is_positive() && *added < amount))
}

/// A card as it is shown: `VISA •••• 8829`. What has not the form of a brand or of last digits is
/// left out, lest it be a number.
fn label(card: &CreditCard) -> String {
    let brand = card.brand.as_deref().filter(|brand| {
        *brand != "UNKNOWN" && brand.len() <= 20 && brand.bytes().all(|b| b.is_ascii_uppercase())
    });
    let last = card.last_digits.as_deref();
    let last = last.filter(|last| last.len() == 4 && last.bytes().all(|b| b.is_ascii_digit()));
    format!("{} •••• {}", brand.unwrap_or_default(), last.unwrap_or_default()).trim().into()
}

fn reais(amount: Amount) -> Result<Money, Unreadable> {
    amount.money(Currency::BRL).map_err(|_| Unreadable("an amount is none of money".into()))
}

/// Money that came in, or did not stay.
fn above_zero(amount: Amount) -> Result<Money, Unreadable> {
    let amount = reais(amount)?;
    if amount.is_positive() {
        Ok(amount)
    } else {
        Err(Unreadable("an amount is of nothing".into()))
    }
}

fn named(text: &str) -> Result<Reference, Unreadable> {
    text.parse().map_err(|_| Unreadable("an id is none".into()))
}
