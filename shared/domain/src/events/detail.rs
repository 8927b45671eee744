//! What others learn of what happened: names and amounts, never a person.

use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use crate::{
    charge::ChargeKey,
    delinquency::{Channel, NoticeId},
    ids::{AccountId, GatewayCode, MethodId, SubscriptionId, TemplateCode},
    invoice::InvoiceId,
    method::{Expiry, MethodState},
    money::Money,
    payment::{Allocation, ReturnKind},
    rail::Rail,
    reference::Reference,
};

/// What an event is about. It names things and amounts, never a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Detail {
    /// An invoice.
    Invoice(InvoiceDetail),
    /// An account.
    Account(AccountDetail),
    /// A charge, or an attempt to collect.
    Charge(ChargeDetail),
    /// A payment.
    Payment(PaymentDetail),
    /// A stored method.
    Method(MethodDetail),
    /// The service of an account.
    Service(ServiceDetail),
    /// A notice to a customer.
    Notice(NoticeDetail),
}

/// What others learn of a notice to a customer: not what it said, nor where it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NoticeDetail {
    /// To whom.
    pub account: AccountId,
    /// Which.
    pub notice: NoticeId,
    /// What it is about, if that is an invoice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invoice: Option<InvoiceId>,
    /// By which way.
    pub channel: Channel,
    /// The template of what it says.
    pub template: TemplateCode,
    /// Whether it is the notice that the law wants before service is cut.
    pub legal: bool,
    /// What whoever delivers it calls it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// When that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Why it was not delivered, if it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What others learn of services that are held for what is not paid, or are back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServiceDetail {
    /// Whose.
    pub account: AccountId,
    /// The version of the account after what happened.
    pub version: u64,
    /// Which.
    pub services: Vec<SubscriptionId>,
    /// What was overdue when it was held.
    pub debt: Money,
}

/// What others learn of a charge, or of an attempt to collect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChargeDetail {
    /// Its key.
    pub charge: ChargeKey,
    /// The gateway.
    pub gateway: GatewayCode,
    /// How much.
    pub amount: Money,
    /// By when, or when it is collected.
    pub due: Date,
    /// Why it failed, if it did: the gateway's own code or words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What others learn of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PaymentDetail {
    /// Whose.
    pub account: AccountId,
    /// The gateway.
    pub gateway: GatewayCode,
    /// What the gateway calls it by.
    pub payment: Reference,
    /// On which rail it came, if it has come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rail: Option<Rail>,
    /// How much came, or what did not stay.
    pub amount: Money,
    /// When.
    pub on: Date,
    /// What it settles.
    pub allocations: Vec<AllocationDetail>,
    /// How much of it became credit.
    pub credited: Money,
    /// How much of it was added for being late.
    pub late_charge: Money,
    /// Why money did not stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ReturnKind>,
}

/// What others learn of what a payment settles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AllocationDetail {
    /// The invoice.
    pub invoice: InvoiceId,
    /// How much of it.
    pub amount: Money,
}

impl From<&Allocation> for AllocationDetail {
    fn from(of: &Allocation) -> Self {
        Self { invoice: of.invoice, amount: of.amount }
    }
}

/// What others learn of a stored method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MethodDetail {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub method: MethodId,
    /// The rail.
    pub rail: Rail,
    /// The gateway.
    pub gateway: GatewayCode,
    /// How it stands.
    pub state: MethodState,
    /// The last month in which it is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Expiry>,
}

/// What others learn of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvoiceDetail {
    /// Who pays.
    pub account: AccountId,
    /// Which invoice.
    pub invoice: InvoiceId,
    /// The number that people read.
    pub number: String,
    /// The date that it bears.
    pub issued: Date,
    /// To be paid until this day.
    pub due: Date,
    /// Its total; below zero for a credit note.
    pub total: Money,
    /// What is still to be paid.
    pub open: Money,
}

/// What others learn of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountDetail {
    /// Which account.
    pub account: AccountId,
    /// Its version after what happened.
    pub version: u64,
    /// Why it is parked, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
