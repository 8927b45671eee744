//! Any number of accounts for load tests: the same from the same seed, a realistic mix, small.
//!
//! Account `i` depends on the seed and on `i` only, so that asking for more accounts keeps the
//! earlier ones.

mod catalog;
mod names;

use std::{fmt::Display, str::FromStr};

use jiff::civil::Date;
use mensal_domain::{
    account::{Account, Change, GivenDiscount, OneOff, ServiceEvent, Subscription},
    calendar::{days_after, months_after},
    catalog::Catalog,
    ids::{AccountId, GatewayCode},
    locale::Locale,
    method::{MethodState, PaymentMethod},
    money::{Currency, Money},
    period::BillDayChange,
    rail::Rail,
    settings::Overrides,
    usage::UsageDay,
};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use rust_decimal::Decimal;

use crate::{NewAccount, cell::as_written, plans::SINCE_EVER};

/// Makes accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator {
    /// Another seed makes other accounts.
    pub seed: u64,
    /// How many accounts there are: 0 to `accounts` - 1.
    pub accounts: u64,
    /// The first cycle of every account falls in the month of this day.
    pub start: Date,
    /// The gateway at which they pay: boletos, Pix, stored cards. None: they pay by hand.
    pub gateway: Option<GatewayCode>,
}

/// What kind of subscription an account is built around.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Monthly,
    Metered,
    Long,
}

impl Generator {
    /// What the accounts refer to.
    #[must_use]
    pub fn catalog(&self) -> Catalog {
        catalog::catalog(self.gateway.as_ref())
    }

    /// All accounts, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (NewAccount, Vec<UsageDay>)> + '_ {
        (0..self.accounts).map(|i| self.account(i))
    }

    /// Account `i`, and what was metered on it before its first cycle.
    #[must_use]
    pub fn account(&self, i: u64) -> (NewAccount, Vec<UsageDay>) {
        let mut dice = Dice::new(self.seed, i);
        let brazilian = dice.percent(75);
        let commercial = dice.percent(12);
        let (locale, currency) =
            if brazilian { (Locale::PtBr, Currency::BRL) } else { (Locale::EnUs, Currency::USD) };
        let first_day = self.start.first_of_month();
        let cycle = days_after(first_day, u16::try_from(i % 28).unwrap_or_default());
        let (customer, region, email) = names::customer(&mut dice, brazilian, commercial, i);
        let (main, usage) = main_subscription(&mut dice, brazilian, commercial, cycle);
        let mut subscriptions = vec![main];
        if dice.percent(30) {
            subscriptions.push(add_on(&mut dice, brazilian, cycle));
        }
        let zero = Money::zero(currency);
        let account = Account {
            id: name(&format!("{}", 1_000_001_u64.saturating_add(i))),
            version: 0,
            account_type: name(match (brazilian, commercial) {
                (true, false) => "residencial",
                (true, true) => "empresarial",
                (false, false) => "residential",
                (false, true) => "business",
            }),
            customer,
            email,
            phone: String::new(),
            region: Some(name(region)),
            locale,
            currency,
            overrides: overrides(&mut dice),
            bill_days: vec![BillDayChange { date: SINCE_EVER, day: bill_day(cycle) }],
            next_bill: Some(cycle),
            balance: zero,
            last_balance: zero,
            credit: zero,
            grace_until: None,
            exemptions: vec![],
            subscriptions,
            one_offs: one_off(&mut dice, brazilian, currency, cycle).into_iter().collect(),
            billed_one_offs: vec![],
            methods: vec![],
            next_collection: None,
            next_review: None,
            hold: None,
            lifted: None,
            promises: vec![],
            excused: vec![],
            excused_for: None,
            parked: None,
        };
        let opening = dice.percent(4).then(|| {
            let cents = i64::from(dice.up_to(20_000)) + 500;
            let cents = if dice.percent(30) { -cents } else { cents };
            (days_after(months_after(first_day, -1), 24), Decimal::new(cents, 2))
        });
        let opening = opening.and_then(|(date, amount)| {
            Money::rounded(amount, currency).ok().map(|money| (date, money))
        });
        let mut new = NewAccount { account, opening };
        if let Some(gateway) = &self.gateway {
            new.account.methods = stored(&mut dice, brazilian, gateway, &new.account.id);
        }
        (new, usage)
    }
}

/// What some have stored: in Brazil a Pix Automático, elsewhere a card; a few of them without money,
/// stolen, or disputed later.
fn stored(
    dice: &mut Dice,
    brazilian: bool,
    gateway: &GatewayCode,
    account: &AccountId,
) -> Vec<PaymentMethod> {
    if !dice.percent(if brazilian { 10 } else { 70 }) {
        return vec![];
    }
    let fate = match dice.up_to(100) {
        0..8 => "-broke",
        8..11 => "-stolen",
        11..14 => "-disputes",
        _ => "",
    };
    let (rail, label) = if brazilian {
        (Rail::PixAutomatico, "Pix Automático")
    } else {
        (Rail::Card, "Visa •••• 4242")
    };
    vec![PaymentMethod {
        id: name("1"),
        rail,
        gateway: gateway.clone(),
        state: MethodState::Active,
        token: Some(name(&format!("tok-{account}{fate}"))),
        label: label.to_owned(),
        expires: None,
        limit: None,
        instalments: 1,
        since: SINCE_EVER,
        warned: false,
    }]
}

/// The bill day of a cycle that is on one.
fn bill_day(cycle: Date) -> mensal_domain::period::BillDay {
    match cycle.day().try_into() {
        Ok(day) => day,
        Err(error) => unreachable!("a cycle lies on days 1 to 28: {error}"),
    }
}

/// A name written in this crate, or made of digits: a test reads all of them.
fn name<T: FromStr<Err: Display>>(text: &str) -> T {
    match text.parse() {
        Ok(name) => name,
        Err(error) => unreachable!("names of the generator are valid: {error}"),
    }
}

fn subscription(id: &str, plan: &str, start: Date) -> Subscription {
    Subscription {
        id: name(id),
        plan: name(plan),
        quantity: 1,
        start,
        site: None,
        login: None,
        billed_elsewhere_until: None,
        own_price: None,
        discounts: vec![],
        history: vec![],
        billed: vec![],
        billed_usage: vec![],
        seen_until: None,
        forgotten_until: None,
        usage_closed_until: None,
        cuts: vec![],
        disconnected_on: None,
        equipment: None,
    }
}

fn main_subscription(
    dice: &mut Dice,
    brazilian: bool,
    commercial: bool,
    cycle: Date,
) -> (Subscription, Vec<UsageDay>) {
    let kind = match dice.up_to(100) {
        0..10 => Kind::Metered,
        10..13 => Kind::Long,
        _ => Kind::Monthly,
    };
    let plans = catalog::plans_for(brazilian, commercial, kind);
    let plan = dice.pick(plans);
    let months = i32::try_from(dice.up_to(4)).unwrap_or_default();
    let mut main = match kind {
        // Whole periods before the cycle, so that one begins on it.
        Kind::Long => subscription("1", plan, months_after(cycle, -12 * (months + 1))),
        // In arrears: the month before the cycle is billed on it, with what was used in it.
        Kind::Metered => subscription("1", plan, months_after(cycle, -1 - months)),
        // A customer who is new in the month before the first cycle: a stub.
        Kind::Monthly if dice.percent(4) => {
            let days = u16::try_from(dice.up_to(27)).unwrap_or_default();
            subscription("1", plan, days_after(months_after(cycle, -1), days))
        }
        Kind::Monthly => {
            let days = u16::try_from(dice.up_to(900)).unwrap_or_default();
            subscription("1", plan, days_after(months_after(cycle, -36), days))
        }
    };
    let billed = match kind {
        Kind::Metered => months_after(cycle, -1),
        _ => cycle,
    };
    if main.start < months_after(cycle, -1) {
        main.billed_elsewhere_until = Some(billed);
    }
    if dice.percent(10) {
        let from = main.start.max(months_after(cycle, -1));
        main.discounts.push(GivenDiscount { code: name(dice.pick(&catalog::DISCOUNTS)), from });
    }
    history(dice, &mut main, plans, cycle);
    let usage = if kind == Kind::Metered { usage(dice, cycle) } else { vec![] };
    (main, usage)
}

/// What happens in the months after the first cycle.
fn history(dice: &mut Dice, main: &mut Subscription, plans: &[&'static str], cycle: Date) {
    let days = |dice: &mut Dice| u16::try_from(3 + dice.up_to(80)).unwrap_or_default();
    let date = days_after(cycle, days(dice));
    let mut event = |date, change| main.history.push(ServiceEvent { date, change });
    match dice.up_to(1000) {
        0..20 => {
            let other = dice.pick(plans);
            event(date, Change::Plan(name(other)));
        }
        20..30 => {
            event(date, Change::Suspend);
            event(days_after(date, 9), Change::Resume);
        }
        30..35 => event(date, Change::Suspend),
        35..40 => event(date, Change::End),
        40..45 => event(date, Change::Quantity(2)),
        _ => {}
    }
}

fn add_on(dice: &mut Dice, brazilian: bool, cycle: Date) -> Subscription {
    let plan = dice.pick(catalog::add_ons(brazilian));
    let start = months_after(cycle, -1 - i32::try_from(dice.up_to(20)).unwrap_or_default());
    let mut add_on = subscription("2", plan, start);
    add_on.billed_elsewhere_until = Some(cycle);
    add_on
}

fn one_off(dice: &mut Dice, brazilian: bool, currency: Currency, cycle: Date) -> Option<OneOff> {
    if !dice.percent(2) {
        return None;
    }
    let unit = as_written(Some(currency), Decimal::new(if brazilian { 12_000 } else { 7_500 }, 2));
    Some(OneOff {
        id: name("visit-1"),
        date: days_after(months_after(cycle, -1), 9),
        description: (if brazilian { "Visita técnica" } else { "Technician visit" }).to_owned(),
        quantity: Decimal::ONE,
        unit,
        category: name("service"),
    })
}

fn overrides(dice: &mut Dice) -> Overrides {
    let due_days = dice.percent(2).then_some(15);
    Overrides { due_days, ..Overrides::default() }
}

/// Six records of gigabytes in the month before the cycle.
fn usage(dice: &mut Dice, cycle: Date) -> Vec<UsageDay> {
    let first = months_after(cycle, -1);
    let day = |week: u16| UsageDay {
        subscription: name("1"),
        meter: name("data"),
        date: days_after(first, week * 4),
        quantity: Decimal::new(i64::from(dice.up_to(6_000)), 2).normalize(),
    };
    (0..6).map(day).collect()
}

/// Chance that repeats.
struct Dice(ChaCha8Rng);

impl Dice {
    fn new(seed: u64, account: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(account);
        Self(rng)
    }

    /// A number below `limit`.
    fn up_to(&mut self, limit: u32) -> u32 {
        let scaled = (u64::from(self.0.next_u32()) * u64::from(limit)) >> 32;
        u32::try_from(scaled).unwrap_or_default()
    }

    fn percent(&mut self, chance: u32) -> bool {
        self.up_to(100) < chance
    }

    /// One of some texts, none of none.
    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        let limit = u32::try_from(from.len()).unwrap_or(u32::MAX);
        let index = usize::try_from(self.up_to(limit)).unwrap_or_default();
        from.get(index).copied().unwrap_or_default()
    }
}
