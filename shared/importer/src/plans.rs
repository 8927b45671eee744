//! `plans.csv`, `prices.csv` and `meters.csv`: what is sold, and what it costs.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use mensal_domain::{
    catalog::{Meter, Plan, PlanKind, PriceFrom, Tier, Timing},
    ids::{MeterCode, PlanCode},
    money::Currency,
    period::Interval,
};
use rust_decimal::Decimal;

use crate::{
    cell::{MAX_DECIMALS, MAX_QUANTITY, named, not_negative, price, text, unit_price, word},
    index::Index,
    isp::MAX_NAME,
    table::{Context, Row, Spec, Table},
};

/// The longest unit of a meter.
pub const MAX_UNIT: usize = 12;

/// Stands for the beginning of time where the domain wants a date.
pub(crate) const SINCE_EVER: Date = date(1, 1, 1);

const PLANS: Spec = Spec {
    file: "plans.csv",
    needed: true,
    required: &["code", "name", "category", "price"],
    optional: &["kind", "currency", "interval", "timing"],
};
const PRICES: Spec =
    Spec { file: "prices.csv", needed: false, required: &["plan", "from", "price"], optional: &[] };
const METERS: Spec = Spec {
    file: "meters.csv",
    needed: false,
    required: &["plan", "meter", "name", "unit", "price"],
    optional: &["category", "allowance", "up_to"],
};
const KINDS: [(&str, PlanKind); 2] = [("plan", PlanKind::Plan), ("addon", PlanKind::AddOn)];
const TIMINGS: [(&str, Timing); 2] = [("advance", Timing::Advance), ("arrears", Timing::Arrears)];
const INTERVALS: [(&str, Interval); 4] = [
    ("1", Interval::Monthly),
    ("3", Interval::Quarterly),
    ("6", Interval::HalfYearly),
    ("12", Interval::Yearly),
];

/// The plans that could be read, and the codes of all.
pub(crate) struct Plans {
    pub(crate) by_code: BTreeMap<PlanCode, Plan>,
    pub(crate) index: Index<PlanCode>,
}

pub(crate) fn read(context: &Context<'_>, currency: Option<Currency>) -> Plans {
    let table = Table::read(context, &PLANS);
    let mut plans = Plans { by_code: BTreeMap::new(), index: Index::new("plan", &table) };
    for row in table.rows() {
        let code = plans.index.name(&row, "code");
        let first = code.as_ref().is_some_and(|code| plans.index.claim(&row, "code", code));
        if let Some(plan) = plan(&row, code, currency).filter(|_| first) {
            plans.by_code.insert(plan.code.clone(), plan);
        }
    }
    later_prices(context, &mut plans);
    meters(context, &mut plans);
    plans
}

fn plan(row: &Row<'_>, code: Option<PlanCode>, currency: Option<Currency>) -> Option<Plan> {
    let name = row.need("name", |given| text(MAX_NAME, given));
    let category = row.need("category", named);
    let currency =
        if row.text("currency").is_empty() { currency } else { row.need("currency", named) };
    let kind = row.may("kind", |given| word(&KINDS, given)).unwrap_or_default();
    let interval = row.may("interval", |given| word(&INTERVALS, given));
    let timing = row.may("timing", |given| word(&TIMINGS, given)).unwrap_or_default();
    let price = row.need("price", |given| price(currency, given));
    Some(Plan {
        code: code?,
        name: name?,
        kind,
        category: category?,
        currency: currency?,
        interval: interval.unwrap_or(Interval::Monthly),
        timing,
        prices: vec![PriceFrom { from: SINCE_EVER, price: price? }],
        meters: vec![],
    })
}

fn later_prices(context: &Context<'_>, plans: &mut Plans) {
    let mut seen: BTreeMap<(PlanCode, Date), u64> = BTreeMap::new();
    for row in Table::read(context, &PRICES).rows() {
        let code = plans.index.refer(&row, "plan");
        let from = row.need_date("from");
        let plan = code.and_then(|code| plans.by_code.get_mut(&code));
        let price = row.need("price", |given| price(plan.as_ref().map(|p| p.currency), given));
        let Some((plan, (from, price))) = plan.zip(from.zip(price)) else { continue };
        match seen.insert((plan.code.clone(), from), row.line) {
            Some(first) => {
                let wrong = format!("the plan has a price from this day already, on line {first}");
                row.fault("from", wrong, "leave one of the two out");
            }
            None => plan.prices.push(PriceFrom { from, price }),
        }
    }
    for plan in plans.by_code.values_mut() {
        plan.prices.sort();
    }
}

/// A meter with its tiers, each with the line of its own.
struct Draft {
    line: u64,
    meter: Meter,
    tiers: Vec<(u64, Tier)>,
}

fn meters(context: &Context<'_>, plans: &mut Plans) {
    let table = Table::read(context, &METERS);
    let mut drafts: BTreeMap<(PlanCode, MeterCode), Draft> = BTreeMap::new();
    for row in table.rows() {
        let plan = plans.index.refer(&row, "plan").and_then(|code| plans.by_code.get(&code));
        let quantity = |given: &str| not_negative(MAX_QUANTITY, MAX_DECIMALS, given);
        let up_to = row.may("up_to", quantity);
        let price = row.need("price", |given| unit_price(plan.map(|p| p.currency), given));
        let meter = meter(&row, plan);
        let Some((plan, (meter, price))) = plan.zip(meter.zip(price)) else { continue };
        let draft = drafts
            .entry((plan.code.clone(), meter.code.clone()))
            .or_insert_with(|| Draft { line: row.line, meter: meter.clone(), tiers: vec![] });
        if draft.meter != meter {
            let wrong =
                format!("differs from the tier on line {} in more than its price", draft.line);
            row.fault("meter", wrong, "give all tiers the same name, unit, category and allowance");
        }
        same_step(&row, draft, up_to);
        draft.tiers.push((row.line, Tier { up_to, price }));
    }
    for ((code, _), mut draft) in drafts {
        // However the rows lie, the steps follow each other, the open one last.
        draft.tiers.sort_by_key(|(_, tier)| (tier.up_to.is_none(), tier.up_to));
        let open = draft.tiers.last().is_some_and(|(_, tier)| tier.up_to.is_none());
        if !open && let Some(row) = table.rows().find(|row| row.line == draft.line) {
            let wrong = "the last tier has an end";
            row.fault("up_to", wrong, "leave up_to empty in the last tier");
        }
        draft.meter.tiers = draft.tiers.into_iter().map(|(_, tier)| tier).collect();
        if let Some(plan) = plans.by_code.get_mut(&code) {
            plan.meters.push(draft.meter);
        }
    }
}

fn meter(row: &Row<'_>, plan: Option<&Plan>) -> Option<Meter> {
    let code = row.need("meter", named::<MeterCode>);
    let name = row.need("name", |given| text(MAX_NAME, given));
    let unit = row.need("unit", |given| text(MAX_UNIT, given));
    let category = row.may("category", named).or_else(|| Some(plan?.category.clone()));
    let allowance = row.may("allowance", |given| not_negative(MAX_QUANTITY, MAX_DECIMALS, given));
    Some(Meter {
        code: code?,
        name: name?,
        unit: unit?,
        category: category?,
        allowance: allowance.unwrap_or(Decimal::ZERO).normalize(),
        tiers: vec![],
    })
}

fn same_step(row: &Row<'_>, draft: &Draft, up_to: Option<Decimal>) {
    if up_to.is_some_and(|up_to| up_to.is_zero()) {
        row.fault("up_to", "is an empty step", "use more than 0, or leave it empty for no end");
    }
    if let Some((line, _)) = draft.tiers.iter().find(|(_, tier)| tier.up_to == up_to) {
        let wrong = format!("ends where the tier on line {line} ends");
        row.fault(
            "up_to",
            wrong,
            "let each tier end higher than the one before; the last is empty",
        );
    }
}
