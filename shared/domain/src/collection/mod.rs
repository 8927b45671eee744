//! Collection: when a stored payment method is charged for an invoice, how often, and what comes
//! after it has failed. A pure function of what was tried so far.

mod attempt;
#[cfg(test)]
mod tests;

pub use attempt::{Attempt, AttemptState};

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    calendar::days_after,
    charge::Charges,
    invoice::Invoice,
    method::{MethodState, PaymentMethod},
    money::Money,
    payment::Advice,
    rail::Rail,
    settings::{BillingSettings, Fallback},
};

/// A Pix Automático is ordered at least and at most so many days before it is charged (Banco
/// Central do Brasil, Regulamento do Pix: "agendamento").
pub const PIX_AUTOMATICO_AHEAD: std::ops::RangeInclusive<u16> = 2..=10;
/// A Pix Automático that was not paid is tried again up to three times within seven days, on days
/// on which it was not tried yet ("`PERMITE_3R_7D`").
const PIX_AUTOMATICO_TRIES: u8 = 4;
const PIX_AUTOMATICO_WITHIN: u16 = 7;

/// A gateway tells what has come of an attempt within so many days of the day on which the money was
/// to move; an ACH debit is returned within two banking days (Nacha, Operating Rules).
pub(crate) const TOLD_WITHIN: u16 = 4;

/// What an invoice says of the method that it is going to be charged to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collected {
    /// The rail.
    pub rail: Rail,
    /// The method as shown: `Visa •••• 4242`; empty if nobody said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The day on which the money is to move.
    pub on: Date,
}

impl Collected {
    /// What an amount will be charged to that is asked for on a day of issue, with this autopay
    /// date; none if no method is good for it.
    #[must_use]
    pub fn expected(
        methods: &[PaymentMethod],
        amount: Money,
        issued: Date,
        autopay: Date,
    ) -> Option<Self> {
        let method = methods.iter().find(|method| method.collects(amount, autopay))?;
        let expected = |method: &PaymentMethod| Self {
            rail: method.rail,
            label: method.label.clone(),
            on: charged_on(method.rail, autopay, issued),
        };
        amount.is_positive().then(|| expected(method))
    }
}

/// The day on which money moves for the first time if that is asked for today.
fn charged_on(rail: Rail, autopay: Date, today: Date) -> Date {
    match rail {
        Rail::PixAutomatico => autopay.max(days_after(today, *PIX_AUTOMATICO_AHEAD.start())),
        _ => autopay.max(today),
    }
}

/// What is to be done about an invoice by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collect {
    /// Nothing.
    Nothing,
    /// Nothing before this day.
    Wait(Date),
    /// This attempt is to be noted, then made; or made again, if it was noted before.
    Try(Attempt),
    /// This attempt is to be noted as one that was never made.
    NeverMade(Attempt),
    /// Every method has failed for good: the customer is to be asked.
    GiveUp,
}

/// What is to be done about an invoice on a day.
///
/// The methods are tried in their order, the next one only if the settings say so and the one
/// before has failed for good. A card and a bank account are charged from the invoice's autopay
/// date on; a Pix Automático is ordered ahead of it, as early as may be.
#[must_use]
pub fn collect(
    invoice: &Invoice,
    charges: &Charges,
    methods: &[PaymentMethod],
    settings: &BillingSettings,
    today: Date,
) -> Collect {
    if !invoice.is_open() {
        return Collect::Nothing;
    }
    let amount = invoice.open();
    let tomorrow = days_after(today, 1);
    if let Some(begun) = charges.attempts.iter().find(|attempt| !attempt.is_over()) {
        if is_too_much(begun, amount, today) {
            return Collect::Wait(tomorrow); // it is being taken back
        }
        // It would collect what was paid otherwise meanwhile, should it not have been made: whether it
        // was, its gateway tells by then.
        if begun.state == AttemptState::Pending && begun.amount > amount {
            let told = days_after(begun.on, TOLD_WITHIN);
            return if today < told {
                Collect::Wait(told)
            } else {
                Collect::NeverMade(begun.clone())
            };
        }
        // What nobody has told of by then is asked for, with the same key.
        let asked = days_after(begun.due.max(begun.on), TOLD_WITHIN);
        let waits = matches!(begun.state, AttemptState::UnderWay(_)) && today < asked;
        return if waits { Collect::Wait(asked) } else { Collect::Try(begun.clone()) };
    }
    // From whichever method: what is on its way to the invoice is not charged beside.
    if charges.attempts.iter().any(|attempt| attempt.state == AttemptState::Received) {
        return Collect::Wait(tomorrow);
    }
    let (settled, mut tried) = (charges.attempts.iter().filter(|one| one.is_settled()), false);
    let settled = settled.map(|attempt| attempt.on).max();
    for method in methods.iter().filter(|method| method.collects(amount, today)) {
        // What was collected and has gone again was returned or disputed: only a method that the
        // customer has stored since may be charged for it.
        if settled.is_some_and(|on| method.since <= on) {
            tried = true;
            continue;
        }
        match from(method, invoice, charges, settings, today) {
            Collect::GiveUp => tried = true,
            decided => return decided,
        }
        if settings.fallback == Fallback::None {
            break;
        }
    }
    if tried { Collect::GiveUp } else { Collect::Nothing }
}

/// An invoice that was going to be collected from a stored method, and that none is good for any more: it can be
/// paid otherwise as early as if there had never been one. None if that is so anyway.
#[must_use]
pub fn offered_instead(
    invoice: &Invoice,
    settings: &BillingSettings,
    today: Date,
) -> Option<Invoice> {
    invoice.collected.as_ref().filter(|_| invoice.is_open())?;
    let from = settings.register_days.from(invoice.issued, invoice.due).max(today);
    let mut after = invoice.clone();
    let offers = after.offers.as_mut().filter(|offers| offers.register_on > from)?;
    offers.register_on = from;
    Some(after)
}

/// Attempts that were ordered ahead, for more than is still to be paid of an invoice: they are to be
/// taken back while that can be done.
#[must_use]
pub fn to_take_back(invoice: &Invoice, charges: &Charges, today: Date) -> Vec<Attempt> {
    let open = if invoice.is_open() { invoice.open() } else { Money::zero(invoice.currency()) };
    let too_much = |one: &&Attempt| !one.is_over() && is_too_much(one, open, today);
    charges.attempts.iter().filter(too_much).cloned().collect()
}

/// Whether an attempt was ordered ahead, for more than so much, and no money has moved yet.
fn is_too_much(attempt: &Attempt, open: Money, today: Date) -> bool {
    attempt.rail == Rail::PixAutomatico && attempt.amount > open && attempt.due > today
}

/// What is to be done with one method.
fn from(
    method: &PaymentMethod,
    invoice: &Invoice,
    charges: &Charges,
    settings: &BillingSettings,
    today: Date,
) -> Collect {
    let (tries, interval) = match method.rail {
        Rail::Card => (settings.card_attempts, settings.card_interval_days),
        Rail::BankDebit => (settings.debit_attempts, settings.debit_interval_days),
        _ => (PIX_AUTOMATICO_TRIES, PIX_AUTOMATICO_WITHIN / u16::from(PIX_AUTOMATICO_TRIES - 1)),
    };
    let own = || {
        let counts = |one: &&Attempt| one.method == method.id && !one.is_taken_back();
        charges.attempts.iter().filter(counts)
    };
    let attempt = |due| {
        Collect::Try(Attempt {
            rail: method.rail,
            gateway: method.gateway.clone(),
            serial: charges.next_serial(method.rail),
            method: method.id.clone(),
            amount: invoice.open(),
            on: today,
            due,
            state: AttemptState::Pending,
        })
    };
    let Some(last) = own().max_by_key(|attempt| attempt.serial) else {
        return first(method.rail, invoice, today, attempt);
    };
    // A method that has changed since, a card that was typed in anew, begins anew.
    if method.since > last.on {
        return first(method.rail, invoice, today, attempt);
    }
    let later = matches!(&last.state, AttemptState::Failed { advice: Advice::RetryLater, .. });
    let made = own().filter(|attempt| attempt.on >= method.since).count();
    if !later || made >= usize::from(tries) {
        return Collect::GiveUp;
    }
    let again = days_after(last.due.max(last.on), interval.max(1));
    if method.rail == Rail::PixAutomatico {
        // Another try is for the same amount, and a bank takes no second order for one cycle.
        if last.amount != invoice.open() {
            return Collect::GiveUp;
        }
        let window =
            days_after(own().map(|one| one.due).min().unwrap_or(last.due), PIX_AUTOMATICO_WITHIN);
        let day = again.max(days_after(today, 1));
        return if day <= window { attempt(day) } else { Collect::GiveUp };
    }
    if today < again { Collect::Wait(again) } else { attempt(today) }
}

/// The first attempt of a method: on its day, or ordered ahead of it.
fn first(rail: Rail, invoice: &Invoice, today: Date, attempt: impl Fn(Date) -> Collect) -> Collect {
    let from = collected_from(rail, invoice);
    if today < from {
        return Collect::Wait(from);
    }
    attempt(charged_on(rail, invoice.autopay, today))
}

/// The first day on which something is to be done to collect an invoice on a rail.
#[must_use]
pub fn collected_from(rail: Rail, invoice: &Invoice) -> Date {
    if rail != Rail::PixAutomatico {
        return invoice.autopay;
    }
    let ahead = i64::from(*PIX_AUTOMATICO_AHEAD.end());
    invoice.autopay.saturating_sub(ahead.days()).max(invoice.issued)
}

/// The first day on which the daily run is to look at an invoice that is issued: to collect it from
/// a stored method, or to register charges that were not registered at once; none if nothing is
/// to be done by itself.
#[must_use]
pub fn first_look(invoice: &Invoice, methods: &[PaymentMethod]) -> Option<Date> {
    if !invoice.open().is_positive() {
        return None;
    }
    let collected = methods.iter().filter(|method| method.state == MethodState::Active);
    let collected = collected.map(|method| collected_from(method.rail, invoice)).min();
    let offered = invoice.offers.as_ref().map(|offers| offers.register_on);
    let registered = offered.filter(|from| *from > invoice.issued);
    collected.into_iter().chain(registered).min()
}

impl PaymentMethod {
    /// Whether so much can be collected from it on a day.
    #[must_use]
    pub fn collects(&self, amount: Money, on: Date) -> bool {
        let good = self.expires.is_none_or(|expiry| on <= expiry.last_day());
        let within = self.limit.is_none_or(|limit| amount <= limit);
        let taken = self.rail.takes(amount.currency());
        self.state == MethodState::Active && self.token.is_some() && good && within && taken
    }
}
