//! The invoice: an issued document, its lines and taxes, and what they sum to.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    account::{Customer, OneOff},
    calendar::Span,
    charge::LateTerms,
    collection::Collected,
    ids::{
        AccountId, CategoryCode, ChargeId, DiscountCode, GatewayCode, InvalidId, MeterCode,
        PlanCode, SubscriptionId, TaxCode,
    },
    locale::Locale,
    money::{Currency, Money, MoneyError},
    rail::{Rail, UnknownRail},
};

/// What a document is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InvoiceKind {
    /// The bill of one cycle; with a total below zero, a credit note.
    Cycle,
    /// The balance that an account brought along from another system; never printed.
    Opening,
    /// What is charged at once for being late.
    Late,
    /// What services come to that were disconnected, up to their end.
    Final,
}

impl InvoiceKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Cycle, Self::Opening, Self::Late, Self::Final];

    /// Whether it is a document of ours, which is printed and told of. A balance brought along is not.
    #[must_use]
    pub fn is_printed(self) -> bool {
        self != Self::Opening
    }
}

/// The id of an invoice within its account, derived: cycle date and kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InvoiceId {
    /// The cycle that it bills.
    pub cycle: Date,
    /// What it is for.
    pub kind: InvoiceKind,
}

/// Not of the form `2026-11-10-cycle`.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no invoice id: write 2026-11-10-cycle")]
pub struct InvalidInvoiceId(String);

impl std::fmt::Display for InvoiceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            InvoiceKind::Cycle => "cycle",
            InvoiceKind::Opening => "opening",
            InvoiceKind::Late => "late",
            InvoiceKind::Final => "final",
        };
        write!(f, "{}-{kind}", self.cycle)
    }
}

impl std::str::FromStr for InvoiceId {
    type Err = InvalidInvoiceId;
    fn from_str(text: &str) -> Result<Self, InvalidInvoiceId> {
        let invalid = || InvalidInvoiceId(text.chars().take(40).collect());
        let (cycle, kind) = text.split_at_checked(10).ok_or_else(invalid)?;
        let kind = match kind {
            "-cycle" => InvoiceKind::Cycle,
            "-opening" => InvoiceKind::Opening,
            "-late" => InvoiceKind::Late,
            "-final" => InvoiceKind::Final,
            _ => return Err(invalid()),
        };
        Ok(Self { cycle: cycle.parse().map_err(|_| invalid())?, kind })
    }
}

/// Where a line comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineSource {
    /// A plan or an add-on for a span of days.
    Recurring(SubscriptionId, PlanCode),
    /// A discount on a subscription for a span of days.
    Discount(SubscriptionId, DiscountCode),
    /// Metered usage of a subscription in a period.
    Usage(SubscriptionId, MeterCode),
    /// A one-off charge (or, below zero, a credit given by hand).
    OneOff(ChargeId),
    /// The balance brought along from another system.
    Opening,
}

/// Why a recurring line stands on the invoice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LineReason {
    /// It is what the service is worth.
    #[default]
    Charge,
    /// It takes back what was billed and is no longer due.
    Credit,
}

impl LineReason {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    fn is_charge(&self) -> bool {
        *self == Self::Charge
    }
}

/// One line of an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Where it comes from.
    #[serde(rename = "src")]
    pub source: LineSource,
    /// Charge or credit.
    #[serde(rename = "why", default, skip_serializing_if = "LineReason::is_charge")]
    pub reason: LineReason,
    /// What people read: the name in the catalog.
    #[serde(rename = "text")]
    pub description: String,
    /// The days that it is for, if it is for days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
    /// The day whose tax rates it bears, if not its first: the first of its period, so that what is
    /// credited in mid-period takes back the tax that was charged.
    #[serde(rename = "taxed", default, skip_serializing_if = "Option::is_none")]
    pub taxed_on: Option<Date>,
    /// The days of the full period when `span` is only a part of one.
    #[serde(rename = "of", default, skip_serializing_if = "Option::is_none")]
    pub part_of_days: Option<i32>,
    /// How many.
    #[serde(rename = "qty", default = "one", skip_serializing_if = "is_one")]
    pub quantity: Decimal,
    /// The price of one for a full period; for usage, the average of the tiers is not printed
    /// and this is absent.
    #[serde(rename = "unit", default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Decimal>,
    /// What decides its taxes.
    #[serde(rename = "cat")]
    pub category: CategoryCode,
    /// What it adds to the total, before exclusive taxes.
    #[serde(rename = "amt")]
    pub amount: Money,
}

impl Line {
    /// Whether it is for having been late with another invoice.
    #[must_use]
    pub fn is_late_charge(&self) -> bool {
        matches!(&self.source, LineSource::OneOff(id) if OneOff::is_late(id))
    }

    /// The invoice that it is for having been late with.
    pub(crate) fn late_with(&self) -> Option<&str> {
        if let LineSource::OneOff(id) = &self.source { OneOff::late_with(id) } else { None }
    }
}

fn one() -> Decimal {
    Decimal::ONE
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_one(quantity: &Decimal) -> bool {
    *quantity == Decimal::ONE
}

/// How a tax stands to the price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaxMode {
    /// Added on top: US sales tax.
    Exclusive,
    /// Contained in the price, with the rate on the price without it: European VAT.
    Inclusive,
    /// Contained in the price, with the rate on the price itself: Brazilian ICMS, ISS, PIS and
    /// COFINS "por dentro" (Lei Complementar 87/1996, art. 13, § 1º, I).
    Embedded,
}

/// One tax of an invoice, over all lines that bear it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxLine {
    /// The tax.
    pub code: TaxCode,
    /// Its name as printed.
    pub name: String,
    /// The rate in percent.
    pub rate: Decimal,
    /// Whether it adds to the total.
    pub mode: TaxMode,
    /// The sum of the lines that bear it.
    pub base: Money,
    /// The tax.
    #[serde(rename = "amt")]
    pub amount: Money,
}

/// What becomes of the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InvoiceStatus {
    /// It stands.
    #[default]
    Issued,
    /// It was taken back as a whole.
    Void,
}

impl InvoiceStatus {
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    fn is_issued(&self) -> bool {
        *self == Self::Issued
    }
}

/// An issued invoice, with all that its PDF needs but the stationery that it names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// The account that pays.
    pub account: AccountId,
    /// Its id within the account.
    pub id: InvoiceId,
    /// The number that people read, derived from account and cycle.
    pub number: String,
    /// Whether it stands.
    #[serde(default, skip_serializing_if = "InvoiceStatus::is_issued")]
    pub status: InvoiceStatus,
    /// Language and formats.
    pub locale: Locale,
    /// The stationery that it is printed on: [`crate::stationery::Stationery::hash`].
    #[serde(rename = "paper")]
    pub stationery: String,
    /// Who pays, as of the day of issue.
    #[serde(rename = "to")]
    pub customer: Customer,
    /// The date that it bears.
    pub issued: Date,
    /// To be paid until this day, inclusive.
    pub due: Date,
    /// The account counts as delinquent from this day if it is still open.
    #[serde(rename = "delinq")]
    pub delinquent: Date,
    /// When the stored payment method is charged.
    pub autopay: Date,
    /// The stored method that was going to be charged when it was issued; none if the customer pays
    /// by themselves.
    #[serde(rename = "by", default, skip_serializing_if = "Option::is_none")]
    pub collected: Option<Collected>,
    /// The days from the earliest to the latest that is charged; none on a pure credit note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Span>,
    /// What is billed.
    pub lines: Vec<Line>,
    /// The taxes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<TaxLine>,
    /// Lines plus exclusive taxes. Below zero: a credit note.
    pub total: Money,
    /// The balance after the previous document (positive: owed).
    #[serde(rename = "prev")]
    pub previous_balance: Money,
    /// What was received since, as a positive amount.
    #[serde(rename = "paid")]
    pub payments: Money,
    /// How much of the total the account's credit covered.
    #[serde(rename = "used")]
    pub credit_used: Money,
    /// What of the total was to be paid when it was issued; zero for a credit note.
    #[serde(rename = "open")]
    pub asked: Money,
    /// What of that has been settled since; none if nothing ever was.
    #[serde(rename = "stl", default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Settled>,
    /// How it can be paid at a gateway; none if only by hand.
    #[serde(rename = "ways", default, skip_serializing_if = "Option::is_none")]
    pub offers: Option<Offers>,
    /// What was charged elsewhere for its being late; none if nothing ever was.
    #[serde(rename = "late", default, skip_serializing_if = "Option::is_none")]
    pub late_charged: Option<LateCharged>,
    /// What the customer is told on it besides: equipment to return.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What was charged for an invoice being late, on other invoices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LateCharged {
    /// How much in all.
    #[serde(rename = "amt")]
    pub amount: Money,
    /// How often: what tells the charges apart; never yet, if Mensal charged for being late when the invoice was
    /// issued.
    #[serde(rename = "n")]
    pub times: u32,
    /// It was paid since, and nothing more is charged, whatever becomes of the rules.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

/// What has settled an invoice since it was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// Payments, less what of them did not stay.
    #[serde(rename = "pay")]
    pub by_payments: Money,
    /// The account's credit. Below zero: credit that the invoice had used when it was issued, and
    /// that was taken back since.
    #[serde(rename = "cred")]
    pub by_credit: Money,
    /// How often that has changed: what tells two events of one amount apart.
    #[serde(rename = "n")]
    pub changes: u32,
    /// The last day on which it was to be paid again after it had been paid; none if it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened: Option<Date>,
}

/// How an invoice can be paid, as the settings were when it was issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offers {
    /// The rails, each with the gateway that serves it.
    pub rails: Vec<Offer>,
    /// From this day on, charges are registered.
    #[serde(rename = "from")]
    pub register_on: Date,
    /// For so many days after the due date they can be paid.
    #[serde(rename = "days")]
    pub payable_days: u16,
    /// What is added when they are paid late.
    #[serde(default, skip_serializing_if = "LateTerms::is_none")]
    pub late: LateTerms,
}

/// A rail and the gateway that serves it. As text `pix@banco`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Offer {
    /// The rail.
    pub rail: Rail,
    /// The gateway.
    pub gateway: GatewayCode,
}

/// Not of the form `pix@banco`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is no rail at a gateway, like pix@banco: {why}")]
pub struct InvalidOffer {
    given: String,
    why: String,
}

impl std::fmt::Display for Offer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.rail, self.gateway)
    }
}

impl std::str::FromStr for Offer {
    type Err = InvalidOffer;
    fn from_str(text: &str) -> Result<Self, InvalidOffer> {
        let invalid = |why: String| InvalidOffer { given: text.chars().take(90).collect(), why };
        let (rail, gateway) = text.split_once('@').ok_or_else(|| invalid("it has no @".into()))?;
        Ok(Self {
            rail: rail.parse().map_err(|why: UnknownRail| invalid(why.to_string()))?,
            gateway: gateway.parse().map_err(|why: InvalidId| invalid(why.to_string()))?,
        })
    }
}

impl Invoice {
    /// The day from which its charges are registered; none if it is offered nowhere.
    #[must_use]
    pub fn registered_from(&self) -> Option<Date> {
        self.offers.as_ref().map(|offers| offers.register_on)
    }

    /// The last day on which it was to be paid again after it had been paid; none if it never was.
    #[must_use]
    pub fn reopened(&self) -> Option<Date> {
        self.settled.and_then(|settled| settled.reopened)
    }

    /// The currency, the same in all its amounts.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.total.currency()
    }

    /// Whether it gives money back instead of asking for some.
    #[must_use]
    pub fn is_credit_note(&self) -> bool {
        self.total.is_negative()
    }

    /// The sum of the lines.
    ///
    /// # Errors
    /// [`MoneyError`] only for an invoice that Mensal did not make.
    pub fn subtotal(&self) -> Result<Money, MoneyError> {
        Money::sum(self.currency(), self.lines.iter().map(|line| line.amount))
    }

    /// The balance of the account with this document (positive: owed).
    ///
    /// # Errors
    /// As [`Invoice::subtotal`].
    pub fn balance(&self) -> Result<Money, MoneyError> {
        self.previous_balance.minus(self.payments)?.plus(self.total)
    }

    /// What is still to be paid: what was asked for, less what has settled it since. Never below
    /// zero, and zero for a credit note.
    #[must_use]
    pub fn open(&self) -> Money {
        let settled = self.settled.map(|settled| settled.by_payments.plus(settled.by_credit));
        let open = settled.map(|settled| settled.and_then(|settled| self.asked.minus(settled)));
        // One currency in all, and what is settled is never more than what is asked: both hold by
        // the code that settles, `crate::payment`.
        open.and_then(Result::ok).unwrap_or(self.asked)
    }

    /// Whether it stands, and something of it is still to be paid.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.status == InvoiceStatus::Issued && self.open().is_positive()
    }

    /// The hash of the content as issued. Issuing again with the same input gives the same hash.
    #[must_use]
    pub fn hash(&self) -> String {
        content_hash(self)
    }
}

/// SHA-256 of the canonical JSON of a value, the first 16 bytes in hexadecimal: enough to tell
/// two contents apart, short enough to store with each.
///
/// # Panics
/// Never for the types of this crate, all of which can be written as JSON.
#[must_use]
pub fn content_hash(value: &impl Serialize) -> String {
    #[allow(clippy::expect_used)]
    let json = serde_json::to_vec(value).expect("domain types serialise");
    let digest = Sha256::digest(&json);
    hex(&digest[..16])
}

fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

crate::text::travels_as_text! {
    InvoiceId, InvalidInvoiceId;
    Offer, InvalidOffer;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Schemas of what the bus tells, and whether they tell of balances that were brought along.
    const SCHEMAS: [(&str, bool); 4] = [
        (include_str!("../../../events/schemas/mensal.invoice.issued.v1.json"), false),
        (include_str!("../../../events/schemas/mensal.invoice.paid.v1.json"), true),
        (include_str!("../../../events/schemas/mensal.charge.registered.v1.json"), true),
        (include_str!("../../../events/schemas/mensal.payment.received.v1.json"), true),
    ];

    #[test]
    fn the_bus_knows_every_kind_of_invoice() {
        for (schema, tells_of_opening) in SCHEMAS {
            let (_, kinds) = schema.split_once("-[0-9]{2}-(").unwrap();
            let kinds: Vec<&str> = kinds.split_once(')').unwrap().0.split('|').collect();
            for kind in InvoiceKind::ALL {
                let id = InvoiceId { cycle: Date::constant(2026, 11, 10), kind };
                let told = kind.is_printed() || tells_of_opening;
                let name = id.to_string().split_off(11);
                assert_eq!(kinds.contains(&name.as_str()), told, "{id}");
            }
        }
    }
}
