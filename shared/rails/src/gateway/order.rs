//! What a gateway is asked to do, and what it answers.

use jiff::civil::Date;
use mensal_domain::{
    charge::{ChargeKey, Payer, PaymentCodes, Terms},
    ids::{AccountId, MethodId},
    locale::Locale,
    method::PaymentMethod,
    money::Money,
    payment::Receipt,
    rail::Rail,
    reference::Reference,
};

/// A charge to be registered, or told other terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Its key.
    pub key: ChargeKey,
    /// Its terms.
    pub terms: Terms,
    /// Who pays.
    pub payer: Payer,
    /// Today, at the ISP: a boleto cannot be due before it.
    pub today: Date,
}

/// A charge as the gateway has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registered {
    /// What the gateway calls it by.
    pub reference: Option<Reference>,
    /// Whether its webhooks call it by that alone, so that it has to be remembered whose it is.
    pub called_by_reference: bool,
    /// What the payer needs.
    pub codes: PaymentCodes,
}

/// How a charge stands at the gateway.
#[allow(clippy::large_enum_variant)] // one at a time, and most are registered
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is none of that key.
    Missing,
    /// It can be paid, on these terms.
    Registered {
        /// The charge.
        charge: Registered,
        /// The amount to be paid by the due date, as the gateway has it.
        amount: Money,
        /// The due date, as the gateway has it; none if it has none.
        due: Option<Date>,
    },
    /// The gateway is still at work on it: ask again later.
    InWork,
    /// It was paid.
    Paid,
    /// It was taken back.
    Cancelled,
    /// Its time is over.
    Expired,
}

/// Money to be collected from a stored method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collection {
    /// The key: its serial counts the attempts for this invoice on this rail.
    pub key: ChargeKey,
    /// The method; it has a token.
    pub method: PaymentMethod,
    /// How much.
    pub amount: Money,
    /// When it is to be charged, where the rail wants to be told ahead (Pix Automático); today
    /// elsewhere.
    pub due: Date,
    /// Today, at the ISP: how far ahead a rail is told is counted from it.
    pub today: Date,
    /// Who pays.
    pub payer: Payer,
}

/// What has become of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collected {
    /// The money is there.
    Received(Receipt),
    /// The gateway has taken the order; a webhook will tell.
    UnderWay(Option<Reference>),
    /// No money moves by it: it was taken back, or it was never ordered, and for that day it can be
    /// ordered no more.
    NotMade,
}

/// Money to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundOrder {
    /// The money, as the gateway calls it.
    pub money: Reference,
    /// The rail on which it came.
    pub rail: Rail,
    /// Whose.
    pub account: AccountId,
    /// The key of the refund: unique among those of the same money, at most 35 letters and digits.
    pub key: Reference,
    /// How much.
    pub amount: Money,
}

/// What has become of a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refunded {
    /// It was given back; the gateway calls the refund by this.
    Done(Reference),
    /// It will be; a webhook will tell of it by this.
    UnderWay(Reference),
}

/// A payer is to store a method, or to authorise a recurrence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrollment {
    /// Whose.
    pub account: AccountId,
    /// Our id of the method.
    pub method: MethodId,
    /// The rail.
    pub rail: Rail,
    /// Who.
    pub payer: Payer,
    /// The language of pages.
    pub locale: Locale,
    /// Where the payer's browser goes afterwards, where there is a page.
    pub return_to: String,
    /// The first day of a recurrence.
    pub starts_on: Date,
    /// The most that one collection may come to; none for no limit.
    pub limit: Option<Money>,
}

/// How a payer stores a method.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enrolled {
    /// What the gateway calls it by meanwhile.
    pub reference: Option<Reference>,
    /// A page of the gateway, where cards are typed in.
    pub link: Option<String>,
    /// A Pix code that authorises a recurrence.
    pub pix: Option<String>,
}
