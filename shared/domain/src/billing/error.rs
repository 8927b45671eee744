//! Why an account cannot be billed.

use crate::{
    calendar::NoPermittedDay,
    history::HistoryError,
    ids::{AccountTypeCode, CalendarCode, DiscountCode, MeterCode, PlanCode, SubscriptionId},
    money::{Currency, Money, MoneyError},
};

/// Why an account cannot be billed: its data contradicts itself, or the catalog. The account is
/// parked with this text, and people look at it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BillingError {
    /// The catalog lacks the account type.
    #[error("account type {0} is not in the catalog")]
    UnknownAccountType(AccountTypeCode),
    /// The catalog lacks the calendar of the settings.
    #[error("calendar {0} of the billing settings is not in the catalog")]
    UnknownCalendar(CalendarCode),
    /// The catalog lacks a plan.
    #[error("subscription {0}: plan {1} is not in the catalog")]
    UnknownPlan(SubscriptionId, PlanCode),
    /// The catalog lacks a discount.
    #[error("subscription {0}: discount {1} is not in the catalog")]
    UnknownDiscount(SubscriptionId, DiscountCode),
    /// A plan is sold in another currency than the account's.
    #[error(
        "subscription {subscription}: plan {plan} is priced in {priced}, the account pays in {pays}"
    )]
    OtherCurrency {
        /// The subscription.
        subscription: SubscriptionId,
        /// Its plan.
        plan: PlanCode,
        /// The currency of the plan.
        priced: Currency,
        /// The currency of the account.
        pays: Currency,
    },
    /// The service history contradicts itself.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The catalog lacks a meter that was billed.
    #[error("meter {0} was billed and is in no plan of the catalog")]
    UnknownMeter(MeterCode),
    /// A usage price whose tiers end.
    #[error(
        "meter {0} of plan {1} has no price for all of the usage: its last tier must have no end"
    )]
    TiersEnd(MeterCode, PlanCode),
    /// What some part of the account comes to is no amount of money.
    #[error("{part}: {why}: correct it, import again, then unpark the account")]
    Amount {
        /// Which part: a subscription's usage, a charge, …
        part: String,
        /// Why.
        why: MoneyError,
    },
    /// No bill day.
    #[error("the account has no bill day")]
    NoBillDay,
    /// Credit below zero.
    #[error("the account's credit is {0}, below zero")]
    NegativeCredit(Money),
    /// More lines than an invoice can hold.
    #[error("{0} lines on one invoice, more than the {max} that it can hold", max = super::MAX_LINES)]
    TooManyLines(usize),
    /// Currencies that do not match, or an amount beyond the limit.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The settings permit no day.
    #[error(transparent)]
    NoPermittedDay(#[from] NoPermittedDay),
    /// A name that Mensal made and does not accept: a fault of Mensal.
    #[error(transparent)]
    Id(#[from] crate::ids::InvalidId),
}
