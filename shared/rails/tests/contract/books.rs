//! The books of a far side: what a bank knows of charges and of money.

use std::collections::BTreeMap;

use jiff::civil::Date;
use mensal_domain::money::Money;

/// How a charge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    Paid,
    Cancelled,
}

/// A charge.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What the far side calls it by.
    pub reference: String,
    /// What we call it by, as far as the wire carries that.
    pub own: String,
    pub amount: Money,
    pub due: Option<Date>,
    pub state: State,
    /// The request that made it, for what the wire asks back.
    pub asked: serde_json::Value,
}

/// Money that came in.
#[derive(Clone, Debug)]
pub struct Paid {
    /// What the far side calls it by.
    pub id: String,
    /// The charge that it is for.
    pub reference: String,
    pub amount: Money,
    pub on: Date,
    /// Refunds, by the key that they were ordered with.
    pub refunds: BTreeMap<String, Money>,
}

/// Charges, by what the far side calls them, and money.
#[derive(Clone, Debug, Default)]
pub struct Books {
    pub charges: BTreeMap<String, Entry>,
    pub payments: Vec<Paid>,
    /// Whatever else a wire format has to remember.
    pub other: BTreeMap<String, serde_json::Value>,
}

impl Books {
    /// The charge that we call so.
    pub fn by_own(&self, own: &str) -> Option<&Entry> {
        self.charges.values().find(|entry| entry.own == own)
    }

    /// Somebody pays a charge; what the money is called by.
    pub fn pay(&mut self, reference: &str, id: &str, amount: Money, on: Date) -> Paid {
        let entry = self.charges.get_mut(reference).unwrap();
        entry.state = State::Paid;
        let reference = reference.to_owned();
        let paid = Paid { id: id.to_owned(), reference, amount, on, refunds: BTreeMap::new() };
        self.payments.push(paid.clone());
        paid
    }
}
