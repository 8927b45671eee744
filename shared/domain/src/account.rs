//! The account: the customer who pays, what it subscribes to, and what has been billed for it.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::Span,
    delinquency::{Enough, Hold, Lifted, Promise},
    ids::{
        AccountId, AccountTypeCode, CategoryCode, ChargeId, DiscountCode, MeterCode, PlanCode,
        RegionCode, SiteCode, SubscriptionId, TaxCode,
    },
    invoice::InvoiceId,
    locale::Locale,
    method::PaymentMethod,
    money::{Currency, Money, MoneyError},
    network::Login,
    period::{BillDay, BillDayChange, Grid, Interval},
    settings::Overrides,
};

/// A postal address, in the lines in which it is printed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Address {
    /// From the street down; country last if it is abroad. At most 5 are printed.
    pub lines: Vec<String>,
}

/// Who pays, as printed on an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The name.
    pub name: String,
    /// Tax registration as printed, with its label: `CPF 322.300.988-88`.
    #[serde(rename = "tax", default, skip_serializing_if = "String::is_empty")]
    pub tax_id: String,
    /// Where invoices go to.
    #[serde(rename = "addr", default)]
    pub address: Address,
}

/// A tax that an account does not bear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exemption {
    /// The tax.
    pub tax: TaxCode,
    /// Through this day; for ever if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// A discount given to a subscription.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct GivenDiscount {
    /// The discount.
    pub code: DiscountCode,
    /// From this day.
    pub from: Date,
}

/// What happened to a service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Another plan from this day.
    Plan(PlanCode),
    /// Another quantity from this day.
    Quantity(u32),
    /// No service from this day.
    Suspend,
    /// Service again from this day.
    Resume,
    /// The day after the last of the subscription.
    End,
}

/// A change and the first day on which it holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ServiceEvent {
    /// The first day on which it holds.
    pub date: Date,
    /// What changes.
    pub change: Change,
}

/// What one day of a stretch was billed at. Enough to take the money back, to the cent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rate {
    /// The plan.
    pub plan: PlanCode,
    /// The discount, for what a discount took off.
    #[serde(rename = "disc", default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<DiscountCode>,
    /// The price of one for a full period; below zero for a discount.
    pub unit: Decimal,
    /// How many.
    #[serde(rename = "qty")]
    pub quantity: u32,
    /// The length of the full period.
    #[serde(rename = "mon")]
    pub interval: Interval,
}

impl Rate {
    /// What a full period is worth, not rounded.
    #[must_use]
    pub fn price(&self) -> Decimal {
        self.unit * Decimal::from(self.quantity)
    }
}

/// A stretch of days at one rate: of what a service is worth, or of what was billed for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Piece {
    /// The days.
    pub span: Span,
    /// What they are worth.
    pub rate: Rate,
}

/// What was billed for the usage of one meter in one period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BilledUsage {
    /// The meter.
    pub meter: MeterCode,
    /// The days.
    pub span: Span,
    /// What was billed in all.
    #[serde(rename = "amt")]
    pub amount: Money,
}

/// A plan or an add-on on an account, with its history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// Unique within the account.
    pub id: SubscriptionId,
    /// The plan at the start.
    pub plan: PlanCode,
    /// The site whose access servers know it; none: the network is not told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteCode>,
    /// What they know it by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<Login>,
    /// The quantity at the start.
    #[serde(rename = "qty", default = "one", skip_serializing_if = "is_one")]
    pub quantity: u32,
    /// The first day of service.
    pub start: Date,
    /// The first day that Mensal bills, when an earlier system has billed the days before.
    #[serde(rename = "bill_from", default, skip_serializing_if = "Option::is_none")]
    pub billed_elsewhere_until: Option<Date>,
    /// A price of its own for a full period of its plan, in place of the catalog's.
    #[serde(rename = "price", default, skip_serializing_if = "Option::is_none")]
    pub own_price: Option<Decimal>,
    /// Discounts.
    #[serde(rename = "discs", default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<GivenDiscount>,
    /// What happened since the start, in the order of dates.
    #[serde(rename = "hist", default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<ServiceEvent>,
    /// What has been billed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub billed: Vec<Piece>,
    /// What usage has been billed.
    #[serde(rename = "used", default, skip_serializing_if = "Vec::is_empty")]
    pub billed_usage: Vec<BilledUsage>,
    /// The first day that no cycle has looked at yet: it may be billed however long ago it was.
    #[serde(rename = "seen", default, skip_serializing_if = "Option::is_none")]
    pub seen_until: Option<Date>,
    /// What was billed before this day is forgotten: it is not looked at again.
    #[serde(rename = "gone", default, skip_serializing_if = "Option::is_none")]
    pub forgotten_until: Option<Date>,
    /// Usage before this day is closed: it is not looked at again.
    #[serde(rename = "closed", default, skip_serializing_if = "Option::is_none")]
    pub usage_closed_until: Option<Date>,
    /// When it was suspended for what was not paid, in the order of dates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cuts: Vec<Cut>,
    /// The day after the last of a contract that was ended for what was not paid.
    #[serde(rename = "ended", default, skip_serializing_if = "Option::is_none")]
    pub disconnected_on: Option<Date>,
    /// What is lent to the customer with it, as people call it, to be returned at its end.
    #[serde(rename = "lent", default, skip_serializing_if = "Option::is_none")]
    pub equipment: Option<String>,
}

impl Subscription {
    /// Whether the network is told of it: by a login, at the access servers of a site.
    #[must_use]
    pub fn is_on_network(&self) -> bool {
        self.site.is_some() && self.login.is_some()
    }
}

/// Days on which a service was suspended for what was not paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// The first day without service.
    pub from: Date,
    /// The first day with service again; none while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

fn one() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_one(quantity: &u32) -> bool {
    *quantity == 1
}

/// A single charge, or below zero a credit given by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneOff {
    /// Unique within the account, for ever.
    pub id: ChargeId,
    /// Billed on the first cycle on or after this day.
    pub date: Date,
    /// As printed.
    #[serde(rename = "text")]
    pub description: String,
    /// How many.
    #[serde(rename = "qty")]
    pub quantity: Decimal,
    /// The price of one.
    pub unit: Decimal,
    /// What decides its taxes.
    #[serde(rename = "cat")]
    pub category: CategoryCode,
}

impl OneOff {
    /// What the ids begin with of those that Mensal itself adds, for an invoice that is late.
    pub const LATE: &'static str = "late.";

    /// Whether Mensal itself has added it.
    #[must_use]
    pub fn is_late_charge(&self) -> bool {
        Self::is_late(&self.id)
    }

    /// Whether an id is one of those.
    #[must_use]
    pub fn is_late(id: &ChargeId) -> bool {
        id.as_str().starts_with(Self::LATE)
    }

    /// The invoice that an id is for being late with; none if it is none of those.
    #[must_use]
    pub fn late_with(id: &ChargeId) -> Option<&str> {
        let (invoice, _times) = id.as_str().strip_prefix(Self::LATE)?.rsplit_once('.')?;
        Some(invoice)
    }
}

/// A customer's account. One item of the table: it changes as a whole, at its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The account number.
    pub id: AccountId,
    /// Grows by one with each change.
    #[serde(rename = "ver")]
    pub version: u64,
    /// Whose settings hold.
    #[serde(rename = "type")]
    pub account_type: AccountTypeCode,
    /// Who pays.
    #[serde(rename = "cust")]
    pub customer: Customer,
    /// Where invoices are mailed to; empty for paper only.
    #[serde(rename = "mail", default, skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// Where text messages go to, in the form of E.164: `+5545999990000`; empty for none.
    #[serde(rename = "tel", default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
    /// Where the service is taxed.
    #[serde(rename = "reg", default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
    /// Language and formats.
    pub locale: Locale,
    /// The currency of all its documents.
    #[serde(rename = "cur")]
    pub currency: Currency,
    /// Settings of its own, field by field.
    #[serde(rename = "own", default, skip_serializing_if = "Overrides::is_empty")]
    pub overrides: Overrides,
    /// The bill day, and what it was before: in the order of dates, never empty.
    #[serde(rename = "days")]
    pub bill_days: Vec<BillDayChange>,
    /// The cycle to be billed next; none when all is over.
    #[serde(rename = "next", default, skip_serializing_if = "Option::is_none")]
    pub next_bill: Option<Date>,
    /// The sum of its documents (positive: owed).
    #[serde(rename = "bal")]
    pub balance: Money,
    /// The balance after its last invoice.
    #[serde(rename = "last")]
    pub last_balance: Money,
    /// Money of the customer that no invoice has used yet; never below zero.
    #[serde(rename = "cred")]
    pub credit: Money,
    /// Not delinquent before this day, whatever the settings say.
    #[serde(rename = "grace", default, skip_serializing_if = "Option::is_none")]
    pub grace_until: Option<Date>,
    /// Taxes that it does not bear.
    #[serde(rename = "exempt", default, skip_serializing_if = "Vec::is_empty")]
    pub exemptions: Vec<Exemption>,
    /// What it subscribes to.
    #[serde(rename = "subs", default, skip_serializing_if = "Vec::is_empty")]
    pub subscriptions: Vec<Subscription>,
    /// Single charges to be billed.
    #[serde(rename = "ones", default, skip_serializing_if = "Vec::is_empty")]
    pub one_offs: Vec<OneOff>,
    /// Single charges that have been billed. An import forgets those that its files do not name any
    /// more, but for the latest [`Account::REMEMBERED_ONE_OFFS`].
    #[serde(rename = "done", default, skip_serializing_if = "Vec::is_empty")]
    pub billed_one_offs: Vec<ChargeId>,
    /// What it is collected from by itself, the one that is tried first at the front.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<PaymentMethod>,
    /// The day on which something is to be collected or registered next, by the daily run; none if
    /// nothing is to happen by itself.
    #[serde(rename = "look", default, skip_serializing_if = "Option::is_none")]
    pub next_collection: Option<Date>,
    /// The day on which the same run is to review it next: notices, late charges, its service.
    #[serde(rename = "rev", default, skip_serializing_if = "Option::is_none")]
    pub next_review: Option<Date>,
    /// How its service is held for what is not paid; none if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// How the last hold ended; none while there is one, or never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifted: Option<Lifted>,
    /// The promises to pay that still count: the one that stands, and those that limit the next.
    #[serde(rename = "proms", default, skip_serializing_if = "Vec::is_empty")]
    pub promises: Vec<Promise>,
    /// Overdue invoices that nothing is cut for, since what was paid of a debt was enough for the
    /// service to come back.
    #[serde(rename = "excused", default, skip_serializing_if = "Vec::is_empty")]
    pub excused: Vec<InvoiceId>,
    /// Of which debt, and by which rule: they are excused as long as that much of it is paid.
    #[serde(rename = "exfor", default, skip_serializing_if = "Option::is_none")]
    pub excused_for: Option<Enough>,
    /// Why the account is parked, if it is: nothing is billed until people have looked at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parked: Option<String>,
}

impl Account {
    /// So many one-offs are remembered as billed, so that importing them again bills nothing.
    pub const REMEMBERED_ONE_OFFS: usize = 200;

    /// The grid of periods of a service of this account.
    #[must_use]
    pub fn grid(&self, start: Date, interval: Interval) -> Grid {
        Grid::new(start, &self.bill_days, interval)
    }

    /// Has it reviewed by the run of a day, if not before.
    pub fn review_by(&mut self, day: Date) {
        self.next_review = self.next_review.into_iter().chain([day]).min();
    }

    /// Has what is due collected and registered by the run of a day, if not before.
    pub fn collect_by(&mut self, day: Date) {
        self.next_collection = self.next_collection.into_iter().chain([day]).min();
    }

    /// Both.
    pub fn look_by(&mut self, day: Date) {
        self.review_by(day);
        self.collect_by(day);
    }

    /// The day on which the daily run is to look at it next, for whichever reason.
    #[must_use]
    pub fn next_look(&self) -> Option<Date> {
        self.next_collection.into_iter().chain(self.next_review).min()
    }

    /// Whether some document is still to be paid while there is credit to pay it with: what a
    /// credit note leaves.
    ///
    /// # Errors
    /// [`MoneyError`] beyond any invoice.
    pub fn has_credit_to_spend(&self) -> Result<bool, MoneyError> {
        // The balance is what is open, less the credit.
        let open = self.balance.plus(self.credit)?;
        Ok(self.credit.is_positive() && open.is_positive())
    }

    /// The bill day that holds in the end.
    #[must_use]
    pub fn bill_day(&self) -> Option<BillDay> {
        self.bill_days.last().map(|change| change.day)
    }

    /// The first cycle date on or after a date.
    #[must_use]
    pub fn cycle_from(&self, date: Date) -> Option<Date> {
        let first = self.bill_days.first()?;
        // The grid of cycles starts on a bill day at or before the date, so that it has no stub.
        let back = crate::calendar::months_after(first.day.on_or_after(date), -1);
        let origin = self.bill_days.get(1).map_or(back, |change| {
            back.min(crate::calendar::months_after(first.day.on_or_after(change.date), -1))
        });
        Some(self.grid(origin, Interval::Monthly).boundary_from(date))
    }
}
