//! The facts that a notice may tell.

use jiff::civil::Date;
use mensal_domain::{
    account::Customer, calendar::Span, charge::PaymentCodes, collection::Collected,
    delinquency::HoldKind, ids::AccountId, money::Money, stationery::Seller,
};

/// What a notice may tell: facts, which are written in the customer's language when it is composed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The ISP.
    pub seller: Seller,
    /// Who is written to.
    pub customer: Customer,
    /// The account.
    pub account: AccountId,
    /// The business date on which it is written.
    pub today: Date,
    /// The invoice that is asked for; none when none is.
    pub invoice: Option<Bill>,
    /// All that is overdue; none if nothing is.
    pub overdue: Option<Overdue>,
    /// What becomes of the service.
    pub service: ServiceFacts,
    /// The rules that the ISP follows, and their date; empty for its own.
    pub rules: String,
}

/// An invoice that is to be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// The number that people read.
    pub number: String,
    /// The date that it bears.
    pub issued: Date,
    /// The days that it charges for; none if it is for no days.
    pub period: Option<Span>,
    /// To be paid through this day.
    pub due: Date,
    /// What it comes to.
    pub total: Money,
    /// What is to be paid of it.
    pub open: Money,
    /// What a payer needs to pay it; nothing if no gateway has taken it.
    pub codes: PaymentCodes,
    /// The stored method that will be charged, and when; none if the customer pays by themselves.
    pub autopay: Option<Collected>,
}

/// All that is overdue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overdue {
    /// What is open of it in all.
    pub amount: Money,
    /// The invoices, the oldest first, never none.
    pub invoices: Vec<OverdueInvoice>,
}

/// An invoice that is overdue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverdueInvoice {
    /// The number that people read.
    pub number: String,
    /// The date that it bears.
    pub issued: Date,
    /// The days that it charges for; none if it is for no days.
    pub period: Option<Span>,
    /// It was to be paid through this day.
    pub due: Date,
    /// What is open of it.
    pub open: Money,
}

/// What becomes of the service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceFacts {
    /// The names of what it is about: plans and add-ons, as invoices have them.
    pub names: Vec<String>,
    /// How it is held, and since when; none if it is not.
    pub held: Option<(HoldKind, Date)>,
    /// What is still to be paid before it is back; none if nothing is.
    pub to_restore: Option<Money>,
    /// It is slowed down on this day if nothing is paid; none if it never is, or is already.
    pub slowed_on: Option<Date>,
    /// It is suspended on this day if nothing is paid; none if it never is, or is already.
    pub suspended_on: Option<Date>,
    /// The contract ends on this day if nothing is paid; none if it never does, or has already.
    pub ends_on: Option<Date>,
    /// The customer has promised to pay through this day.
    pub promised_until: Option<Date>,
}
