//! Payments: money that came in, what it settled, and what of it did not stay.
//!
//! A payment is what its facts come to, in whichever order they are heard and however often: what
//! was received, less what was returned. [`apply()`] brings the books from what a payment has
//! settled so far to what it should settle now, and so does nothing where nothing is new.

mod apply;
mod books;
mod late;
mod notice;
#[cfg(test)]
mod tests;

pub use apply::{Applied, Known, Outcome, PaymentError, apply, spend_credit, with_changed};
pub(crate) use late::added;
pub use late::most_added;
pub use notice::{
    About, Advice, Fact, Failed, MethodChange, MethodNews, Notice, PaymentId, Receipt, Return,
    ReturnKind,
};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    ids::AccountId,
    invoice::InvoiceId,
    money::{Currency, Money, MoneyError},
    rail::Rail,
    reference::{InvalidReference, Reference},
};

/// A payment of an account, with all that was heard of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Whose.
    pub account: AccountId,
    /// Its id.
    pub id: PaymentId,
    /// The currency of the account, and of all its amounts.
    #[serde(rename = "cur")]
    pub currency: Currency,
    /// What came in; none while only a return of it was heard of.
    #[serde(rename = "in", default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Received>,
    /// What of it did not stay, or came back.
    #[serde(rename = "out", default, skip_serializing_if = "Vec::is_empty")]
    pub returned: Vec<Returned>,
    /// Nothing has asked for it: it is to be given back, and settles nothing meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// What it settles.
    #[serde(rename = "for", default, skip_serializing_if = "Vec::is_empty")]
    pub allocations: Vec<Allocation>,
    /// How much of it became the account's credit.
    #[serde(rename = "cred")]
    pub credited: Money,
}

/// What came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// How much.
    #[serde(rename = "amt")]
    pub amount: Money,
    /// On which rail.
    pub rail: Rail,
    /// The invoice that it named.
    #[serde(rename = "inv", default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<InvoiceId>,
    /// How much of it was added for being late: revenue, no credit.
    pub late: Money,
    /// When the payer paid.
    #[serde(rename = "on")]
    pub paid_on: Date,
}

/// A part that did not stay, or came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// What the gateway calls it by.
    pub id: Reference,
    /// Why, and how it stands.
    pub kind: ReturnKind,
    /// How much.
    #[serde(rename = "amt")]
    pub amount: Money,
    /// When.
    pub on: Date,
}

/// Money that is to be given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The key that the gateway is told to give it back under.
    pub key: Reference,
    /// How much.
    #[serde(rename = "amt")]
    pub amount: Money,
}

/// What a payment settles of one invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocation {
    /// The invoice.
    #[serde(rename = "inv")]
    pub invoice: InvoiceId,
    /// How much; above zero.
    #[serde(rename = "amt")]
    pub amount: Money,
}

impl Held {
    /// What the word is called by that a gateway refuses to give it back. It is ours: a refund that
    /// was done all the same is told of by another name, and is heard.
    ///
    /// # Errors
    /// Never of a key that money was held under.
    pub fn refusal(&self) -> Result<Reference, InvalidReference> {
        format!("{}-refused", self.key).parse()
    }

    fn is_refusal(&self, id: &Reference) -> bool {
        self.refusal().is_ok_and(|refusal| refusal == *id)
    }
}

impl Payment {
    /// A payment of which nothing was heard yet.
    #[must_use]
    pub fn new(account: AccountId, id: PaymentId, currency: Currency) -> Self {
        Self {
            account,
            id,
            currency,
            received: None,
            returned: Vec::new(),
            held: None,
            allocations: Vec::new(),
            credited: Money::zero(currency),
        }
    }

    /// How much of it is away: given back, taken back, in dispute.
    ///
    /// # Errors
    /// [`MoneyError`] only for amounts that no gateway has.
    pub fn away(&self) -> Result<Money, MoneyError> {
        let away = self.returned.iter().filter(|one| one.kind.takes());
        Money::sum(self.currency, away.map(|one| one.amount))
    }

    /// How much of it is late-charge revenue. What is given back is taken from that first: it is
    /// the customer's debt that a refund leaves settled for longest.
    ///
    /// # Errors
    /// As [`Payment::away`].
    pub fn late_charge(&self) -> Result<Money, MoneyError> {
        let zero = Money::zero(self.currency);
        let Some(received) = &self.received else { return Ok(zero) };
        let left = received.late.minus(self.away()?)?;
        Ok(if left.is_negative() { zero } else { left })
    }

    /// How much of it settles what the account owes: all that came, less what is away, is to be
    /// given back, or was added for being late.
    ///
    /// # Errors
    /// As [`Payment::away`].
    pub fn settles(&self) -> Result<Money, MoneyError> {
        let zero = Money::zero(self.currency);
        let Some(received) = &self.received else { return Ok(zero) };
        let mut stands = received.amount.minus(self.away()?)?.minus(self.late_charge()?)?;
        if let Some(held) = &self.held {
            stands = stands.minus(held.amount)?;
        }
        Ok(if stands.is_negative() { zero } else { stands })
    }

    /// How much it has settled so far: invoices and credit.
    ///
    /// # Errors
    /// As [`Payment::away`].
    pub fn settled(&self) -> Result<Money, MoneyError> {
        let allocated = self.allocations.iter().map(|one| one.amount);
        Money::sum(self.currency, allocated)?.plus(self.credited)
    }
}
