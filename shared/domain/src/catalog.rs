//! The catalog: what is sold, what it costs, and which taxes it bears; and the account types
//! whose rules say how it is billed.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    account::Account,
    billing::BillingError,
    calendar::Calendar,
    delinquency::WordingKey,
    ids::{
        AccountTypeCode, CalendarCode, CategoryCode, DiscountCode, MeterCode, PlanCode, RegionCode,
        TaxCode,
    },
    invoice::TaxMode,
    locale::Locale,
    money::Currency,
    period::Interval,
    settings::{BillingSettings, Exclusions},
    stationery::{Seller, Stationery},
};

/// Whether a period is billed when it begins or when it is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Timing {
    /// When it begins.
    #[default]
    Advance,
    /// When it is over.
    Arrears,
}

/// Whether a plan stands by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanKind {
    /// It does.
    #[default]
    Plan,
    /// It comes on top of a plan.
    AddOn,
}

/// A price for periods that begin on or after a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PriceFrom {
    /// The day.
    pub from: Date,
    /// The price of one for a full period.
    pub price: Decimal,
}

/// One step of a usage price: it holds for the quantity beyond the step before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Up to this much beyond the allowance; the last tier has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Decimal>,
    /// The price of one unit in this step.
    pub price: Decimal,
}

/// What is metered on a plan, and at which price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    /// Its code in usage records.
    pub code: MeterCode,
    /// As printed.
    pub name: String,
    /// The unit, as printed: `GB`, `min`.
    pub unit: String,
    /// What decides its taxes.
    pub category: CategoryCode,
    /// So much of each full period is included in the plan's price.
    pub allowance: Decimal,
    /// The steps beyond it, in order; never empty.
    pub tiers: Vec<Tier>,
}

/// What is sold by the period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its code.
    pub code: PlanCode,
    /// As printed.
    pub name: String,
    /// Plan or add-on.
    #[serde(default)]
    pub kind: PlanKind,
    /// What decides its taxes.
    pub category: CategoryCode,
    /// The currency of its prices.
    pub currency: Currency,
    /// The length of a full period.
    pub interval: Interval,
    /// Billed in advance or in arrears.
    #[serde(default)]
    pub timing: Timing,
    /// Prices by the day from which they hold, in order, never empty; the first holds for
    /// earlier periods too.
    pub prices: Vec<PriceFrom>,
    /// What is metered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meters: Vec<Meter>,
}

impl Plan {
    /// The price of a period that begins on a day.
    #[must_use]
    pub fn price_on(&self, date: Date) -> Decimal {
        let later = self.prices.partition_point(|price| price.from <= date);
        self.prices.get(later.saturating_sub(1)).map_or(Decimal::ZERO, |price| price.price)
    }
}

/// How much a discount takes off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DiscountValue {
    /// So many percent of the price, 0 to 100.
    Percent(Decimal),
    /// So much of each full period's price, at most all of it.
    Fixed(Decimal),
}

/// How long a discount lasts, once given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DiscountTerm {
    /// To the end of the subscription.
    Always,
    /// For the first so many full periods; a stub before them comes on top.
    Cycles(u16),
    /// Through this day.
    Until(Date),
}

/// A discount or promotion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    /// Its code.
    pub code: DiscountCode,
    /// As printed.
    pub name: String,
    /// How much.
    pub value: DiscountValue,
    /// How long.
    pub term: DiscountTerm,
}

/// A tax on lines of some categories.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tax {
    /// Its code. Several entries may share one: a rate and the rate that follows it.
    pub code: TaxCode,
    /// As printed.
    pub name: String,
    /// In percent.
    pub rate: Decimal,
    /// On top of the price or in it.
    pub mode: TaxMode,
    /// The categories whose lines bear it.
    pub categories: Vec<CategoryCode>,
    /// Only for accounts of this region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<RegionCode>,
    /// For lines that begin on or after this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// For lines that begin through this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// A kind of customers, with the rules that hold for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountType {
    /// Its code.
    pub code: AccountTypeCode,
    /// As staff read it.
    pub name: String,
    /// Its rules.
    pub settings: BillingSettings,
    /// What they follow, and as of which day: `br 2025-09-01`; empty for an ISP's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub follows: String,
    /// The message on its invoices, by language.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub messages: BTreeMap<Locale, String>,
}

/// Everything that accounts refer to: one ISP's catalog, taxes, account types and calendars.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// The ISP.
    pub seller: Seller,
    /// The IANA time zone in which its days begin.
    pub time_zone: String,
    /// Plans and add-ons.
    pub plans: BTreeMap<PlanCode, Plan>,
    /// Discounts.
    pub discounts: BTreeMap<DiscountCode, Discount>,
    /// Taxes, in the order in which invoices list them.
    pub taxes: Vec<Tax>,
    /// Account types.
    pub account_types: BTreeMap<AccountTypeCode, AccountType>,
    /// Calendars of excluded days.
    pub calendars: BTreeMap<CalendarCode, Calendar>,
    /// The ISP's own texts of notices, as its files have them; what has none here is said in the words
    /// that Mensal brings.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub notices: BTreeMap<WordingKey, String>,
}

/// The rules of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Those of its type, with what it has otherwise.
    pub settings: BillingSettings,
    /// The days on which nothing unpleasant happens; none excluded if the settings name no calendar.
    pub calendar: Calendar,
    /// What its type follows, and as of which day.
    pub follows: String,
}

impl Catalog {
    /// The rules of an account.
    ///
    /// # Errors
    /// [`BillingError::UnknownAccountType`], [`BillingError::UnknownCalendar`].
    pub fn rules_of(&self, account: &Account) -> Result<Rules, BillingError> {
        let code = &account.account_type;
        let account_type = self.account_types.get(code);
        let account_type =
            account_type.ok_or_else(|| BillingError::UnknownAccountType(code.clone()))?;
        let settings = account_type.settings.with(&account.overrides);
        let calendar = self.calendar_of(&settings)?.clone();
        Ok(Rules { settings, calendar, follows: account_type.follows.clone() })
    }

    /// The days that settings exclude.
    ///
    /// # Errors
    /// [`BillingError::UnknownCalendar`].
    pub fn calendar_of(&self, settings: &BillingSettings) -> Result<&Calendar, BillingError> {
        let Exclusions::Calendar(code) = &settings.calendar else { return Ok(Calendar::NONE) };
        let calendar = self.calendars.get(code);
        calendar.ok_or_else(|| BillingError::UnknownCalendar(code.clone()))
    }

    /// What is printed around an invoice of an account type in a language on a paper.
    #[must_use]
    pub fn stationery(
        &self,
        account_type: &AccountType,
        locale: Locale,
        paper: crate::stationery::Paper,
    ) -> Stationery {
        Stationery {
            account_type: account_type.code.clone(),
            locale,
            paper,
            seller: self.seller.clone(),
            message: account_type.messages.get(&locale).cloned().unwrap_or_default(),
        }
    }

    /// Every stationery that an invoice of this catalog can name.
    pub fn all_stationery(&self) -> impl Iterator<Item = Stationery> + '_ {
        use crate::stationery::Paper;
        self.account_types.values().flat_map(move |account_type| {
            [Locale::PtBr, Locale::EnUs].into_iter().flat_map(move |locale| {
                [Paper::A4, Paper::Letter]
                    .into_iter()
                    .map(move |paper| self.stationery(account_type, locale, paper))
            })
        })
    }
}
