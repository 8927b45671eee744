//! Charges: what is registered at a gateway so that one invoice can be paid on one rail.
//!
//! All charges of an invoice are one item, which changes as a whole at its version: a step is
//! noted before it is taken, so that a process that ends in between leaves a step that is known
//! to have been begun, and is asked for before it is taken again.

mod key;
mod plan;
mod terms;

pub use key::{ChargeKey, InvalidChargeKey};
pub use plan::{Desired, Next, desired, plan};
pub use terms::{LateTerms, Payer, Terms};

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    calendar::days_after,
    collection::{Attempt, AttemptState},
    ids::{AccountId, GatewayCode},
    invoice::{Invoice, InvoiceId},
    rail::Rail,
    reference::Reference,
};

/// What a payer needs to pay a charge, as printed and shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentCodes {
    /// The text of a Pix code (BR Code), to be scanned as a QR or copied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pix: Option<String>,
    /// The boleto.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boleto: Option<BoletoCodes>,
    /// A page of the gateway on which it can be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// A boleto as it is printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoletoCodes {
    /// The 44 digits of the barcode.
    pub barcode: Barcode,
    /// The same as the 47 digits that people type, with dots and blanks.
    pub line: String,
    /// The bank's number with its check digit: `341-7`.
    pub bank: String,
    /// The bank's name.
    pub bank_name: String,
    /// Branch and beneficiary as the bank prints them ("agência/código do beneficiário").
    pub beneficiary: String,
    /// The bank's number of the boleto as printed ("nosso número").
    pub our_number: String,
    /// The portfolio that it is registered in ("carteira"), if the bank prints one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub wallet: String,
}

/// The 44 digits of a boleto's barcode. What they say, and whether they are right, is for the
/// rails; that they are digits, and so many, holds here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Barcode(Box<str>);

/// Not 44 digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no barcode of a boleto: it has 44 digits")]
pub struct InvalidBarcode(String);

impl Barcode {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Barcode {
    type Err = InvalidBarcode;
    fn from_str(text: &str) -> Result<Self, InvalidBarcode> {
        if text.len() == 44 && text.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(Self(text.into()));
        }
        Err(InvalidBarcode(text.chars().take(60).collect()))
    }
}

impl std::fmt::Display for Barcode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a charge stands at its gateway, as far as we know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeState {
    /// A step has been begun and its outcome is not known: it is asked for, or begun again with
    /// the same key, which does nothing twice.
    Pending(Step),
    /// The payer can pay it.
    Registered,
    /// The gateway has taken it back at our word, or was never told of it.
    Cancelled,
    /// The gateway says that it was paid: the money may still be on its way to the books.
    Paid,
    /// The books have the money.
    Settled,
    /// The gateway says that it can be paid no more.
    Expired,
    /// The gateway refuses it as it is: people have to look at it.
    Refused(String),
}

/// A step that brings a gateway nearer to what an invoice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Tell the gateway of the charge.
    Register,
    /// Tell it other terms.
    Amend,
    /// Take it back.
    Cancel,
}

/// A charge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// The rail.
    pub rail: Rail,
    /// The gateway.
    pub gateway: GatewayCode,
    /// Counts the charges of this invoice on this rail: one that cannot be amended is cancelled,
    /// and the next one takes its place.
    #[serde(rename = "n")]
    pub serial: u8,
    /// The terms that the gateway was told last, or is being told.
    pub terms: Terms,
    /// How it stands.
    pub state: ChargeState,
    /// What the gateway calls it by.
    #[serde(rename = "ref", default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<Reference>,
    /// What the payer needs.
    #[serde(default, skip_serializing_if = "PaymentCodes::is_empty")]
    pub codes: PaymentCodes,
}

impl PaymentCodes {
    /// Whether there is nothing to be shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// All charges of one invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charges {
    /// Whose.
    pub account: AccountId,
    /// Of which invoice.
    pub invoice: InvoiceId,
    /// Grows by one with each change.
    #[serde(rename = "ver")]
    pub version: u64,
    /// The charges, those before that were replaced among them.
    #[serde(rename = "list", default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<Charge>,
    /// Attempts to collect from stored methods.
    #[serde(rename = "tries", default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// The business date on which they were last looked at.
    #[serde(rename = "on")]
    pub looked_at: Date,
    /// Until then somebody may be ordering an attempt: whether one that is pending was ordered, a
    /// gateway cannot say before.
    #[serde(rename = "busy", default, skip_serializing_if = "Option::is_none")]
    pub busy_until: Option<Timestamp>,
    /// Whether the gateways have been brought to what the invoice was, once at least, if only since
    /// there was nothing to be done: its document waits for that.
    #[serde(rename = "conv", default, skip_serializing_if = "std::ops::Not::not")]
    pub converged: bool,
}

impl Charges {
    /// None yet.
    #[must_use]
    pub fn none(account: AccountId, invoice: InvoiceId, on: Date) -> Self {
        Self {
            account,
            invoice,
            version: 0,
            charges: Vec::new(),
            attempts: Vec::new(),
            looked_at: on,
            busy_until: None,
            converged: false,
        }
    }

    /// None yet, of an invoice. One that asked for nothing when it was issued has its document, which
    /// waits for no charges: should it ask for something later, what they add is a change.
    #[must_use]
    pub fn of(invoice: &Invoice, on: Date) -> Self {
        let converged = !invoice.asked.is_positive();
        Self { converged, ..Self::none(invoice.account.clone(), invoice.id, on) }
    }

    /// Whether somebody may be ordering an attempt.
    #[must_use]
    pub fn is_busy(&self, now: Timestamp) -> bool {
        self.busy_until.is_some_and(|until| now < until)
    }

    /// The key of one of them.
    #[must_use]
    pub fn key(&self, charge: &Charge) -> ChargeKey {
        ChargeKey {
            account: self.account.clone(),
            invoice: self.invoice,
            rail: charge.rail,
            serial: charge.serial,
        }
    }

    /// What the payer needs: the codes of all that can be paid now.
    #[must_use]
    pub fn codes(&self) -> PaymentCodes {
        let mut all = PaymentCodes::default();
        for charge in self.charges.iter().filter(|charge| charge.is_payable()) {
            let codes = charge.codes.clone();
            all.pix = codes.pix.or(all.pix);
            all.boleto = codes.boleto.or(all.boleto);
            all.link = codes.link.or(all.link);
        }
        all
    }

    /// The serial of what is asked next on a rail.
    #[must_use]
    pub fn next_serial(&self, rail: Rail) -> u8 {
        let charges = self.charges.iter().map(|charge| (charge.rail, charge.serial));
        let attempts = self.attempts.iter().map(|attempt| (attempt.rail, attempt.serial));
        let last = charges.chain(attempts).filter(|(of, _)| *of == rail).map(|(_, n)| n).max();
        last.unwrap_or(0).saturating_add(1)
    }

    /// Notes a charge: in the place of the one of its rail and serial, or beside the others.
    pub fn note(&mut self, charge: Charge) {
        let same = |one: &&mut Charge| (one.rail, one.serial) == (charge.rail, charge.serial);
        match self.charges.iter_mut().find(same) {
            Some(one) => *one = charge,
            None => self.charges.push(charge),
        }
    }

    /// Notes an attempt, likewise.
    pub fn note_attempt(&mut self, attempt: Attempt) {
        let same = |one: &&mut Attempt| (one.rail, one.serial) == (attempt.rail, attempt.serial);
        match self.attempts.iter_mut().find(same) {
            Some(one) => *one = attempt,
            None => self.attempts.push(attempt),
        }
    }

    /// Notes what has become of the attempt that a gateway tells of by a key, on a day. A Pix Automático
    /// that is tried again goes on under the key of its first try: the day says which try it was.
    /// False if there is none, or if that was known; one whose money is there has not failed,
    /// whatever is told late.
    pub fn note_outcome(&mut self, key: &ChargeKey, on: Date, state: AttemptState) -> bool {
        let serial = match key.rail {
            Rail::PixAutomatico => {
                let tries = self.attempts.iter().filter(|one| one.rail == key.rail);
                let due = tries.filter(|one| one.serial >= key.serial && one.due <= on);
                due.map(|one| one.serial).max().unwrap_or(key.serial)
            }
            _ => key.serial,
        };
        let told = |one: &&mut Attempt| (one.rail, one.serial) == (key.rail, serial);
        let Some(attempt) = self.attempts.iter_mut().find(told) else { return false };
        let had = match attempt.state {
            AttemptState::Settled => true,
            AttemptState::Received => state != AttemptState::Settled,
            _ => attempt.state == state,
        };
        if had {
            return false;
        }
        attempt.state = state;
        true
    }

    /// The gateway of a charge or an attempt; none if there is none of that key.
    #[must_use]
    pub fn gateway_of(&self, key: &ChargeKey) -> Option<&GatewayCode> {
        let charges = self.charges.iter().map(|one| (one.rail, one.serial, &one.gateway));
        let attempts = self.attempts.iter().map(|one| (one.rail, one.serial, &one.gateway));
        let mut all = charges.chain(attempts);
        all.find(|(rail, serial, _)| (*rail, *serial) == (key.rail, key.serial)).map(|one| one.2)
    }

    /// Whether an invoice is still to get the codes by which it can be paid: what is printed of it
    /// before is to be printed again.
    #[must_use]
    pub fn are_awaited(invoice: &Invoice, charges: Option<&Self>) -> bool {
        let offered = invoice.offers.as_ref().is_some_and(|offers| {
            let last = days_after(invoice.due, offers.payable_days);
            !desired(invoice, last).is_empty()
        });
        offered && charges.is_none_or(|charges| charges.charges.is_empty() || charges.is_pending())
    }

    /// Whether the outcome of some step is not known.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.charges.iter().any(|charge| matches!(charge.state, ChargeState::Pending(_)))
    }
}

impl Charge {
    /// Whether the payer can pay it: registered, and not being taken back.
    #[must_use]
    pub fn is_payable(&self) -> bool {
        matches!(self.state, ChargeState::Registered | ChargeState::Pending(Step::Amend))
    }
}

crate::text::travels_as_text! {
    Barcode, InvalidBarcode;
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn invoice(open: &str, ways: &Value) -> Invoice {
        serde_json::from_value(json!({
            "account": "1042", "id": "2026-11-10-cycle", "number": "1042-261110", "locale": "pt-BR",
            "paper": "x", "to": { "name": "Ana" }, "issued": "2026-11-10", "due": "2026-11-20",
            "delinq": "2026-11-25", "autopay": "2026-11-20", "lines": [], "total": "10.00 BRL",
            "prev": "0.00 BRL", "paid": "0.00 BRL", "used": "0.00 BRL", "open": open, "ways": ways,
        }))
        .unwrap()
    }

    fn charges(state: &Value) -> Charges {
        let terms = json!({ "amt": "10.00 BRL", "due": "2026-11-20", "days": 30 });
        serde_json::from_value(json!({
            "account": "1042", "invoice": "2026-11-10-cycle", "ver": 1, "on": "2026-11-10",
            "list": [{ "rail": "pix", "gateway": "banco", "n": 1, "terms": terms, "state": state }],
        }))
        .unwrap()
    }

    #[test]
    fn codes_are_awaited_from_the_issue_until_each_step_has_come_to_something() {
        let ways = |rail: &str| json!({ "rails": [rail], "from": "2026-11-18", "days": 30 });
        let offered = invoice("10.00 BRL", &ways("pix@banco"));
        let pending = charges(&json!({ "pending": "register" }));
        assert!(Charges::are_awaited(&offered, None));
        assert!(Charges::are_awaited(&offered, Some(&pending)));
        for settled in [json!("registered"), json!({ "refused": "no such key" }), json!("paid")] {
            assert!(!Charges::are_awaited(&offered, Some(&charges(&settled))), "{settled}");
        }
        for other in [
            invoice("0.00 BRL", &ways("pix@banco")),
            invoice("10.00 BRL", &ways("cash@till")),
            invoice("10.00 BRL", &Value::Null),
        ] {
            assert!(!Charges::are_awaited(&other, None), "{other:?}");
        }
    }
}
