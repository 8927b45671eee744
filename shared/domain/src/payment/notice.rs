//! Notices: what a gateway, or a person at the till, says has happened to money. One vocabulary
//! for all gateways; it names charges, money and methods, never a person.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    charge::ChargeKey,
    ids::{AccountId, GatewayCode, MethodId},
    invoice::{InvoiceId, content_hash},
    method::Expiry,
    money::Money,
    rail::Rail,
    reference::Reference,
};

/// The id of a payment: derived from who had the money and what they call it by, so that hearing
/// of it twice is hearing of the same.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PaymentId {
    /// The gateway.
    pub gateway: GatewayCode,
    /// What it calls the money by: an end-to-end id, a payment intent.
    pub money: Reference,
}

impl std::fmt::Display for PaymentId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}#{}", self.gateway, self.money)
    }
}

/// Something that a gateway says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Which gateway.
    pub gateway: GatewayCode,
    /// What it says.
    pub fact: Fact,
}

impl Notice {
    /// The same whenever the same is said: what a notice is kept by while nobody knows whom it is
    /// about.
    #[must_use]
    pub fn id(&self) -> String {
        content_hash(self)
    }

    /// The money that it is about, if it is about money.
    #[must_use]
    pub fn about_money(&self) -> Option<&Reference> {
        match &self.fact {
            Fact::Received(receipt) => Some(&receipt.money),
            Fact::Returned(returned) => Some(&returned.money),
            Fact::NotCollected(_) | Fact::Method(_) => None,
        }
    }

    /// The same, told of something else: once somebody knows what it is about.
    #[must_use]
    pub fn told_of(mut self, about: About) -> Self {
        match &mut self.fact {
            Fact::Received(receipt) => receipt.about = about,
            Fact::Returned(returned) => returned.about = about,
            Fact::NotCollected(failed) => failed.about = about,
            Fact::Method(news) => news.about = about,
        }
        self
    }

    /// What it says that it is about.
    #[must_use]
    pub fn about(&self) -> &About {
        match &self.fact {
            Fact::Received(receipt) => &receipt.about,
            Fact::Returned(returned) => &returned.about,
            Fact::NotCollected(failed) => &failed.about,
            Fact::Method(news) => &news.about,
        }
    }
}

/// What has happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Money came in.
    Received(Receipt),
    /// Some of it did not stay.
    Returned(Return),
    /// An attempt to collect from a stored method has failed.
    NotCollected(Failed),
    /// A stored method or a mandate has come, gone or changed.
    Method(MethodNews),
}

/// What money is about, as far as the gateway says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A charge that was registered for an invoice.
    Charge(ChargeKey),
    /// An invoice.
    Invoice(AccountId, InvoiceId),
    /// An account, and none of its invoices.
    Account(AccountId),
    /// What the gateway calls a charge by, where it carries no key of ours.
    Reference(Reference),
    /// Nothing that we know: a transfer out of the blue.
    Nothing,
}

impl About {
    /// The account, where it is named.
    #[must_use]
    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Self::Charge(key) => Some(&key.account),
            Self::Invoice(account, _) | Self::Account(account) => Some(account),
            Self::Reference(_) | Self::Nothing => None,
        }
    }

    /// The invoice, where it is named.
    #[must_use]
    pub fn invoice(&self) -> Option<InvoiceId> {
        match self {
            Self::Charge(key) => Some(key.invoice),
            Self::Invoice(_, invoice) => Some(*invoice),
            _ => None,
        }
    }
}

/// Money that came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// What the gateway calls it by.
    pub money: Reference,
    /// What it is about.
    pub about: About,
    /// On which rail it came.
    pub rail: Rail,
    /// How much, above zero.
    #[serde(rename = "amt")]
    pub amount: Money,
    /// How much of it the gateway says that it has added for being late (fine and interest); none
    /// if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<Money>,
    /// The day on which the payer paid, in the gateway's place: what lateness is counted by.
    #[serde(rename = "on")]
    pub paid_on: Date,
    /// Whether the gateway will speak of returns of this money by its own name for it alone, so
    /// that the name has to be remembered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recalled_by_name: bool,
}

/// Money that did not stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// The money that it is a part of.
    pub money: Reference,
    /// What the gateway calls the return by: unique among those of the same money.
    pub id: Reference,
    /// Whose money, where the gateway says.
    pub about: About,
    /// Why, and how it stands.
    pub kind: ReturnKind,
    /// How much of it, above zero.
    #[serde(rename = "amt")]
    pub amount: Money,
    /// When.
    pub on: Date,
}

/// Why money did not stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnKind {
    /// We gave it back.
    Refund,
    /// We wanted to give it back, and it could not be: it is here again.
    RefundFailed,
    /// The bank took it back: a returned debit, a bounced cheque.
    Reversal,
    /// The payer disputes it at their card's bank, which holds it meanwhile (a chargeback).
    DisputeOpened,
    /// We won: it is here again.
    DisputeWon,
    /// We lost.
    DisputeLost,
}

impl ReturnKind {
    /// Whether the money is away.
    #[must_use]
    pub fn takes(self) -> bool {
        !matches!(self, Self::RefundFailed | Self::DisputeWon)
    }

    /// Which of two kinds said of one return is the later one, whatever the order in which we hear
    /// of them: what has ended is not opened again.
    #[must_use]
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Refund | Self::DisputeOpened)
    }
}

/// What a decline means for whether to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Advice {
    /// The same may go through another day: no funds, a bank that is out of reach.
    RetryLater,
    /// The payer has to do something first: an expired card, an authentication.
    AskCustomer,
    /// Never with this method: stolen, closed, revoked.
    NeverAgain,
}

/// An attempt that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Which attempt.
    pub about: About,
    /// What the gateway says of it: its own code.
    pub code: String,
    /// What to do.
    pub advice: Advice,
    /// When.
    pub on: Date,
}

/// News of a stored method or a mandate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodNews {
    /// Whose; by what the gateway calls it, where it does not carry our key.
    pub about: About,
    /// Our id of it, where the gateway carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<MethodId>,
    /// What the gateway calls it by: what is collected with.
    pub token: Reference,
    /// What has become of it.
    pub change: MethodChange,
}

/// What has become of a stored method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MethodChange {
    /// It can be collected with.
    Active {
        /// The rail.
        rail: Rail,
        /// As shown: `Visa •••• 4242`. No card number.
        label: String,
        /// The last month in which it is good.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<Expiry>,
    },
    /// The payer, or their bank, has refused or withdrawn it.
    Revoked,
    /// It has run out.
    Expired,
}
