//! Collection: when a stored payment method is charged for an invoice, how often, and what comes
//! after it has failed. A pure function of what was tried so far.

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    calendar::days_after,
    charge::{ChargeKey, Charges},
    ids::{GatewayCode, MethodId},
    invoice::{Invoice, InvoiceStatus},
    method::{MethodState, PaymentMethod},
    money::Money,
    payment::Advice,
    rail::Rail,
    reference::Reference,
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
const TOLD_WITHIN: u16 = 4;

/// One attempt to collect from a stored method. It is noted before it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The rail.
    pub rail: Rail,
    /// The gateway.
    pub gateway: GatewayCode,
    /// Counts what was asked for this invoice on this rail.
    #[serde(rename = "n")]
    pub serial: u8,
    /// From which method.
    pub method: MethodId,
    /// How much.
    #[serde(rename = "amt")]
    pub amount: Money,
    /// The business date on which it was made.
    pub on: Date,
    /// The day on which the money is to move.
    pub due: Date,
    /// How it stands.
    pub state: AttemptState,
}

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

/// How an attempt stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptState {
    /// It has been begun, and nobody knows what came of it: it is made again with the same key,
    /// which collects nothing twice.
    Pending,
    /// The gateway is at work on it, and will tell.
    UnderWay(Option<Reference>),
    /// The money is there.
    Received,
    /// It failed.
    Failed {
        /// The gateway's own code.
        code: String,
        /// What to do.
        advice: Advice,
    },
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
    let amount = invoice.open();
    if invoice.status != InvoiceStatus::Issued || !amount.is_positive() {
        return Collect::Nothing;
    }
    if let Some(begun) = charges.attempts.iter().find(|attempt| !attempt.is_over()) {
        // What nobody has told of by then is asked for, with the same key.
        let asked = days_after(begun.due.max(begun.on), TOLD_WITHIN);
        let waits = matches!(begun.state, AttemptState::UnderWay(_)) && today < asked;
        return if waits { Collect::Wait(asked) } else { Collect::Try(begun.clone()) };
    }
    let mut tried = false;
    for method in methods.iter().filter(|method| method.collects(amount, today)) {
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
    let own = || charges.attempts.iter().filter(|attempt| attempt.method == method.id);
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
    if last.state == AttemptState::Received {
        return Collect::Nothing; // the money is on its way to the invoice
    }
    let later = matches!(&last.state, AttemptState::Failed { advice: Advice::RetryLater, .. });
    let made = own().filter(|attempt| attempt.on >= method.since).count();
    if !later || made >= usize::from(tries) {
        return Collect::GiveUp;
    }
    let again = days_after(last.due.max(last.on), interval.max(1));
    if method.rail == Rail::PixAutomatico {
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

impl Attempt {
    /// Whether its outcome is known.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(self.state, AttemptState::Received | AttemptState::Failed { .. })
    }

    /// Its key.
    #[must_use]
    pub fn key(&self, charges: &Charges) -> ChargeKey {
        ChargeKey {
            account: charges.account.clone(),
            invoice: charges.invoice,
            rail: self.rail,
            serial: self.serial,
        }
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// Issued on 2026-11-10, due and charged on the 20th.
    fn invoice() -> Invoice {
        serde_json::from_value(json!({
            "account": "1042", "id": "2026-11-10-cycle", "number": "n", "locale": "pt-BR",
            "paper": "x", "to": { "name": "Ana" }, "issued": "2026-11-10", "due": "2026-11-20",
            "delinq": "2026-11-25", "autopay": "2026-11-20", "lines": [], "total": "100.00 BRL",
            "prev": "0.00 BRL", "paid": "0.00 BRL", "used": "0.00 BRL", "open": "100.00 BRL",
        }))
        .unwrap()
    }

    fn method(id: &str, rail: Rail) -> PaymentMethod {
        serde_json::from_value(json!({
            "id": id, "rail": rail, "gw": "banco", "state": "active", "token": "tok",
            "since": "2026-01-01",
        }))
        .unwrap()
    }

    /// Day by day from the issue on, each attempt failing with this advice: when it was tried from
    /// what, and when it was given up.
    fn played(
        methods: &[PaymentMethod],
        settings: &BillingSettings,
        advice: Advice,
    ) -> Vec<(String, String)> {
        let invoice = invoice();
        let mut charges = Charges::none("1042".parse().unwrap(), invoice.id, invoice.issued);
        let mut out = Vec::new();
        for day in 0..60 {
            let today = days_after(invoice.issued, day);
            match collect(&invoice, &charges, methods, settings, today) {
                Collect::Try(mut attempt) => {
                    let when = format!("{today} for {}", attempt.due);
                    out.push((when, attempt.method.to_string()));
                    attempt.state = AttemptState::Failed { code: "no".into(), advice };
                    charges.attempts.push(attempt);
                }
                Collect::GiveUp => {
                    out.push((today.to_string(), "given up".into()));
                    return out;
                }
                Collect::Wait(until) => assert!(until > today),
                Collect::Nothing => {}
            }
        }
        out
    }

    fn told(rows: &[(&str, &str)]) -> Vec<(String, String)> {
        rows.iter().map(|(when, what)| ((*when).into(), (*what).into())).collect()
    }

    #[test]
    fn a_card_is_tried_at_intervals_and_then_given_up() {
        let settings = BillingSettings { card_attempts: 3, ..BillingSettings::default() };
        let card = [method("visa", Rail::Card)];
        assert_eq!(
            played(&card, &settings, Advice::RetryLater),
            told(&[
                ("2026-11-20 for 2026-11-20", "visa"),
                ("2026-11-23 for 2026-11-23", "visa"),
                ("2026-11-26 for 2026-11-26", "visa"),
                ("2026-11-27", "given up"),
            ])
        );
        assert_eq!(
            played(&card, &settings, Advice::NeverAgain),
            told(&[("2026-11-20 for 2026-11-20", "visa"), ("2026-11-21", "given up")])
        );
    }

    #[test]
    fn pix_automatico_is_ordered_ten_days_ahead_and_tried_again_within_seven() {
        let mandate = [method("rec", Rail::PixAutomatico)];
        assert_eq!(
            played(&mandate, &BillingSettings::default(), Advice::RetryLater),
            told(&[
                ("2026-11-10 for 2026-11-20", "rec"),
                ("2026-11-11 for 2026-11-22", "rec"),
                ("2026-11-12 for 2026-11-24", "rec"),
                ("2026-11-13 for 2026-11-26", "rec"),
                ("2026-11-14", "given up"),
            ])
        );
    }

    #[test]
    fn another_method_is_tried_only_if_the_settings_say_so() {
        let both = [method("visa", Rail::Card), method("ach", Rail::BankDebit)];
        let settings =
            BillingSettings { card_attempts: 1, debit_attempts: 1, ..Default::default() };
        let alone = played(&both, &settings, Advice::RetryLater);
        assert_eq!(alone.len(), 2);
        let settings = BillingSettings { fallback: Fallback::NextMethod, ..settings };
        assert_eq!(
            played(&both, &settings, Advice::RetryLater),
            told(&[
                ("2026-11-20 for 2026-11-20", "visa"),
                ("2026-11-21 for 2026-11-21", "ach"),
                ("2026-11-22", "given up"),
            ])
        );
    }

    #[test]
    fn what_is_pending_is_made_again_and_what_is_under_way_is_left_alone() {
        let invoice = invoice();
        let mut charges = Charges::none("1042".parse().unwrap(), invoice.id, invoice.issued);
        let methods = [method("visa", Rail::Card)];
        let next = |charges: &Charges| {
            collect(&invoice, charges, &methods, &BillingSettings::default(), date("2026-11-21"))
        };
        let Collect::Try(attempt) = next(&charges) else { panic!("not tried") };
        charges.attempts.push(attempt.clone());
        assert_eq!(next(&charges), Collect::Try(attempt));
        charges.attempts[0].state = AttemptState::UnderWay(None);
        assert_eq!(next(&charges), Collect::Wait(date("2026-11-25")));
        let late = date("2026-11-25");
        let settings = BillingSettings::default();
        let asked = collect(&invoice, &charges, &methods, &settings, late);
        assert_eq!(asked, Collect::Try(charges.attempts[0].clone()));
        charges.attempts[0].state = AttemptState::Received;
        assert_eq!(next(&charges), Collect::Nothing);
    }

    #[test]
    fn nothing_is_collected_from_what_is_not_good() {
        let invoice = invoice();
        let charges = Charges::none("1042".parse().unwrap(), invoice.id, invoice.issued);
        let good = method("visa", Rail::Card);
        let none = |method: PaymentMethod| {
            let methods = [method];
            let settings = BillingSettings::default();
            let decided = collect(&invoice, &charges, &methods, &settings, date("2026-11-20"));
            assert_eq!(decided, Collect::Nothing, "{methods:?}");
        };
        none(PaymentMethod { state: MethodState::Pending, ..good.clone() });
        none(PaymentMethod { state: MethodState::Revoked, ..good.clone() });
        none(PaymentMethod { token: None, ..good.clone() });
        none(PaymentMethod { expires: "2026-10".parse().ok(), ..good.clone() });
        none(PaymentMethod { limit: "99.99 BRL".parse().ok(), ..good.clone() });
        let rail = Rail::PixAutomatico;
        let dollars = "100.00 USD".parse().unwrap();
        assert!(!PaymentMethod { rail, ..good.clone() }.collects(dollars, date("2026-11-20")));
        assert!(good.collects(dollars, date("2026-11-20")));
    }

    #[test]
    fn a_pix_automatico_is_told_of_by_its_first_key_and_the_day_says_which_try_it_was() {
        let invoice = invoice();
        let attempt = |rail, serial, due: &str| Attempt {
            rail,
            gateway: "banco".parse().unwrap(),
            serial,
            method: "m".parse().unwrap(),
            amount: invoice.total,
            on: invoice.issued,
            due: date(due),
            state: AttemptState::UnderWay(None),
        };
        let mut charges = Charges::none("1042".parse().unwrap(), invoice.id, invoice.issued);
        charges.attempts = vec![
            attempt(Rail::PixAutomatico, 1, "2026-11-20"),
            attempt(Rail::PixAutomatico, 2, "2026-11-22"),
            attempt(Rail::Card, 1, "2026-11-20"),
            attempt(Rail::Card, 2, "2026-11-23"),
        ];
        for (rail, serial, on, want) in [
            (Rail::PixAutomatico, 1, "2026-11-20", Some(1)),
            (Rail::PixAutomatico, 1, "2026-11-22", Some(2)),
            // Sunday: the bank has moved it.
            (Rail::PixAutomatico, 1, "2026-11-23", Some(2)),
            // It was refused before its day.
            (Rail::PixAutomatico, 1, "2026-11-12", Some(1)),
            (Rail::PixAutomatico, 2, "2026-11-22", Some(2)),
            (Rail::PixAutomatico, 3, "2026-11-21", None),
            (Rail::Card, 1, "2026-11-30", Some(1)),
        ] {
            let key =
                ChargeKey { account: "1042".parse().unwrap(), invoice: invoice.id, rail, serial };
            let mut charges = charges.clone();
            let noted = charges.note_outcome(&key, date(on), AttemptState::Received);
            let received = |one: &&Attempt| one.state == AttemptState::Received;
            let told = charges.attempts.iter().find(received).map(|one| one.serial);
            assert_eq!(noted, want.is_some(), "{rail} {serial} {on}");
            assert_eq!(told, want, "{rail} {serial} {on}");
        }
    }
}
