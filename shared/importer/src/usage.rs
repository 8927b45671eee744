//! `charges.csv` and `usage.csv`: what is billed once, and what was metered.

use std::collections::{BTreeMap, BTreeSet};

use mensal_domain::{
    account::OneOff,
    ids::{AccountId, ChargeId, MeterCode},
    suggest::nearest,
    usage::UsageDay,
};
use rust_decimal::Decimal;

use crate::{
    accounts::Accounts,
    cell::{
        MAX_DECIMALS, MAX_PRICE, MAX_QUANTITY, as_written, named, not_negative, number, text, wrong,
    },
    plans::Plans,
    subscriptions::Subscriptions,
    table::{Context, Row, Spec, Table},
};

/// The longest description of a one-off charge.
pub const MAX_DESCRIPTION: usize = 200;
/// The most one-off charges of an account.
pub const MAX_CHARGES: usize = 1000;

const CHARGES: Spec = Spec {
    file: "charges.csv",
    needed: false,
    required: &["account", "id", "date", "description", "price", "category"],
    optional: &["quantity"],
};
const USAGE: Spec = Spec {
    file: "usage.csv",
    needed: false,
    required: &["account", "subscription", "meter", "date", "quantity"],
    optional: &[],
};

pub(crate) fn charges(context: &Context<'_>, accounts: &mut Accounts) {
    let mut seen: BTreeMap<AccountId, BTreeMap<ChargeId, u64>> = BTreeMap::new();
    for row in Table::read(context, &CHARGES).rows() {
        let account = accounts.index.refer(&row, "account");
        let id = row.need("id", named::<ChargeId>);
        if id.as_ref().is_some_and(OneOff::is_late) {
            let right = format!("choose an id that does not begin with {}", OneOff::LATE);
            row.fault("id", "is what Mensal calls its own late charges", right);
        }
        if let Some((account, id)) = account.as_ref().zip(id.as_ref()) {
            let known = seen.entry(account.clone()).or_default();
            if let Some(first) = known.get(id) {
                let wrong = format!("account {account} has it twice (first on line {first})");
                row.fault("id", wrong, "leave one of the two out, or give it a name of its own");
            } else if known.len() == MAX_CHARGES {
                let wrong = format!("account {account} has too many charges");
                row.fault("account", wrong, format!("use at most {MAX_CHARGES}"));
            }
            known.entry(id.clone()).or_insert(row.line);
        }
        let new = account.and_then(|account| accounts.by_id.get_mut(&account));
        let currency = new.as_ref().map(|new| new.account.currency);
        let unit = row.need("price", |given| {
            number(MAX_PRICE, MAX_DECIMALS, given).map(|price| as_written(currency, price))
        });
        if let Some((new, one_off)) = new.zip(one_off(&row, id, unit)) {
            new.account.one_offs.push(one_off);
        }
    }
    for new in accounts.by_id.values_mut() {
        new.account.one_offs.sort_by(|a, b| (a.date, &a.id).cmp(&(b.date, &b.id)));
    }
}

fn one_off(row: &Row<'_>, id: Option<ChargeId>, unit: Option<Decimal>) -> Option<OneOff> {
    let date = row.need_date("date");
    let description = row.need("description", |given| text(MAX_DESCRIPTION, given));
    let quantity = row.may("quantity", |given| {
        let quantity = not_negative(MAX_QUANTITY, MAX_DECIMALS, given)?;
        if quantity.is_zero() {
            return Err(wrong("is no quantity", "use more than 0; a credit has a price below 0"));
        }
        Ok(quantity.normalize())
    });
    let category = row.need("category", named);
    Some(OneOff {
        id: id?,
        date: date?,
        description: description?,
        quantity: quantity.unwrap_or(Decimal::ONE),
        unit: unit?,
        category: category?,
    })
}

pub(crate) fn usage(
    context: &Context<'_>,
    accounts: &Accounts,
    plans: &Plans,
    subscriptions: &Subscriptions,
) -> BTreeMap<AccountId, Vec<UsageDay>> {
    let mut all: BTreeMap<AccountId, BTreeSet<UsageDay>> = BTreeMap::new();
    let mut lines = BTreeMap::new();
    for row in Table::read(context, &USAGE).rows() {
        let key = subscriptions.key(&row, accounts);
        let meter = row.need("meter", named::<MeterCode>);
        let date = row.need_date("date");
        let quantity = row.need("quantity", |given| {
            not_negative(MAX_QUANTITY, MAX_DECIMALS, given).map(|quantity| quantity.normalize())
        });
        let Some((key, ((meter, date), quantity))) = key.zip(meter.zip(date).zip(quantity)) else {
            continue;
        };
        if let Some(first) = lines.insert((key.clone(), meter.clone(), date), row.line) {
            let wrong = format!("is there twice for this meter (first on line {first})");
            row.fault("date", wrong, "write one row per day, with the sum of the day");
        }
        if let Some(stretches) = subscriptions.stretches.get(&key) {
            match stretches.iter().find(|stretch| stretch.span.contains(date)) {
                Some(stretch) => metered(&row, &meter, &stretch.plan, plans),
                None => row.fault(
                    "date",
                    "is a day without service",
                    "use a day from the start of the subscription to its end",
                ),
            }
        }
        let (account, subscription) = key;
        let day = UsageDay { subscription, meter, date, quantity };
        all.entry(account).or_default().insert(day);
    }
    all.into_iter().map(|(account, days)| (account, days.into_iter().collect())).collect()
}

/// Tells a fault if the plan of that day does not meter it.
fn metered(row: &Row<'_>, meter: &MeterCode, plan: &mensal_domain::ids::PlanCode, plans: &Plans) {
    let Some(plan) = plans.by_code.get(plan) else { return };
    if plan.meters.iter().any(|known| known.code == *meter) {
        return;
    }
    let names = plan.meters.iter().map(|known| known.code.as_str());
    let right = match nearest(meter.as_str(), names) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "add it to meters.csv, or leave the row out".to_owned(),
    };
    row.fault("meter", format!("is not metered on plan {}", plan.code), right);
}
