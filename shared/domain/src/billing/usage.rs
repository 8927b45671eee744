//! The lines of metered usage: always in arrears, by the difference to what was billed.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{BillingError, Context, tariff::overage, worth::plan};
use crate::{
    account::{Account, BilledUsage, Change, Subscription},
    calendar::{Span, days_after},
    catalog::{Catalog, Meter},
    history::{Stretch, stretches},
    ids::{MeterCode, PlanCode},
    invoice::{Line, LineReason, LineSource},
    locale::Locale,
    money::Money,
    period::{Interval, Period},
    usage::UsageDay,
};

/// Days whose usage is priced together: those of one period in which the plans of the
/// subscription had one interval.
#[derive(Clone, Copy)]
struct Metered {
    period: Period,
    days: Span,
}

/// The days whose usage [`super::bill`] wants to see; none if nothing of the account is metered.
///
/// # Errors
/// As [`super::bill`].
pub fn needed(account: &Account, catalog: &Catalog) -> Result<Option<Span>, BillingError> {
    let metered = |code: &PlanCode| catalog.plans.get(code).is_some_and(|p| !p.meters.is_empty());
    let has_meter = |subscription: &&Subscription| {
        let mut later = subscription.history.iter();
        let later = later.any(|event| matches!(&event.change, Change::Plan(code) if metered(code)));
        metered(&subscription.plan) || later
    };
    let floors = account.subscriptions.iter().filter(has_meter).map(floor);
    Ok(floors.min().zip(account.next_bill).and_then(|(from, cycle)| Span::new(from, cycle)))
}

/// The first day whose usage is not closed.
fn floor(subscription: &Subscription) -> Date {
    [subscription.billed_elsewhere_until, subscription.usage_closed_until]
        .into_iter()
        .flatten()
        .fold(subscription.start, Date::max)
}

/// Bills the usage of every period of a subscription that is over and not closed. What was billed
/// for days that are priced together no more is taken back.
pub(super) fn bill(
    context: &Context,
    subscription: &mut Subscription,
    usage: &[UsageDay],
    lines: &mut Vec<Line>,
) -> Result<(), BillingError> {
    let history = stretches(subscription)?;
    let codes = meters(context, subscription, &history)?;
    if codes.is_empty() {
        return Ok(());
    }
    let metered = metered(context, subscription, &history)?;
    let mut before = std::mem::take(&mut subscription.billed_usage);
    for code in &codes {
        for days in metered.iter().filter(|metered| metered.days.end() <= context.cycle) {
            let worth = worth(context, subscription, &history, usage, code, *days)?;
            let same = |billed: &BilledUsage| billed.meter == *code && billed.span == days.days;
            let billed = before.iter().position(same).map(|index| before.swap_remove(index));
            lines.extend(settle(context, subscription, &worth, billed.as_ref())?);
            if !worth.amount.is_zero() {
                let Worth { code, span, amount, .. } = worth;
                subscription.billed_usage.push(BilledUsage { meter: code, span, amount });
            }
        }
    }
    before.sort_by(|a, b| (&a.meter, a.span).cmp(&(&b.meter, b.span)));
    for gone in before {
        let worth = Worth::nothing(context, gone.meter.clone(), gone.span);
        lines.extend(settle(context, subscription, &worth, Some(&gone))?);
    }
    close(context, subscription, &metered);
    Ok(())
}

/// The meters of all plans that the subscription had, and of what was billed for it.
fn meters(
    context: &Context,
    subscription: &Subscription,
    history: &[Stretch],
) -> Result<Vec<MeterCode>, BillingError> {
    let billed = subscription.billed_usage.iter().map(|billed| billed.meter.clone());
    let mut codes: Vec<_> = billed.collect();
    for stretch in history {
        let plan = plan(context, subscription, stretch)?;
        codes.extend(plan.meters.iter().map(|meter| meter.code.clone()));
    }
    codes.sort_unstable();
    codes.dedup();
    Ok(codes)
}

/// The days that are priced together, from the first that is not closed to those of the cycle.
fn metered(
    context: &Context,
    subscription: &Subscription,
    history: &[Stretch],
) -> Result<Vec<Metered>, BillingError> {
    let mut runs: Vec<(Span, Interval)> = Vec::new();
    for stretch in history {
        let interval = plan(context, subscription, stretch)?.interval;
        match runs.last_mut() {
            Some((run, same)) if *same == interval && run.end() == stretch.span.start() => {
                *run = Span::new(run.start(), stretch.span.end()).unwrap_or(*run);
            }
            _ => runs.push((stretch.span, interval)),
        }
    }
    let mut out = Vec::new();
    let Some(open) = Span::new(floor(subscription), days_after(context.cycle, 1)) else {
        return Ok(out);
    };
    for (run, interval) in runs {
        let Some(looked_at) = run.intersect(open) else { continue };
        for period in context.account.grid(subscription.start, interval).periods(looked_at) {
            let days = period.span.intersect(run);
            let days = days.and_then(|days| Span::new(days.start().max(open.start()), days.end()));
            out.extend(days.map(|days| Metered { period, days }));
        }
    }
    Ok(out)
}

/// What the usage of a meter is worth in days that are priced together.
struct Worth<'a> {
    code: MeterCode,
    span: Span,
    meter: Option<&'a Meter>,
    used: Decimal,
    included: Decimal,
    beyond: Decimal,
    amount: Money,
}

impl Worth<'_> {
    fn nothing(context: &Context, code: MeterCode, span: Span) -> Self {
        let (used, included, beyond) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
        let amount = Money::zero(context.currency());
        Self { code, span, meter: None, used, included, beyond, amount }
    }
}

fn worth<'a>(
    context: &Context<'a>,
    subscription: &Subscription,
    history: &[Stretch],
    usage: &[UsageDay],
    code: &MeterCode,
    metered: Metered,
) -> Result<Worth<'a>, BillingError> {
    let mut total = Worth::nothing(context, code.clone(), metered.days);
    let mut price = Decimal::ZERO;
    for stretch in history {
        let Some(days) = stretch.span.intersect(metered.days) else { continue };
        let plan = plan(context, subscription, stretch)?;
        let Some(meter) = plan.meters.iter().find(|meter| meter.code == *code) else { continue };
        let of_days = usage.iter().filter(|day| {
            day.subscription == subscription.id && day.meter == *code && days.contains(day.date)
        });
        let used: Decimal = of_days.map(|day| day.quantity).sum();
        let over = overage(meter, metered.period, days, used)
            .ok_or_else(|| BillingError::TiersEnd(code.clone(), plan.code.clone()))?;
        total.meter = Some(meter);
        total.used += used;
        total.included += over.allowance;
        total.beyond += over.quantity;
        price += over.price;
    }
    total.amount = Money::rounded(price, context.currency()).map_err(|why| {
        let (id, days) = (&subscription.id, metered.days);
        BillingError::Amount {
            part: format!("usage of {code} of subscription {id} in {days}"),
            why,
        }
    })?;
    Ok(total)
}

/// The line of what usage is worth beyond what was billed for it; none if that is nothing.
fn settle(
    context: &Context,
    subscription: &Subscription,
    worth: &Worth,
    billed: Option<&BilledUsage>,
) -> Result<Option<Line>, BillingError> {
    let amount = match billed {
        Some(billed) => worth.amount.minus(billed.amount)?,
        None => worth.amount,
    };
    if amount.is_zero() {
        return Ok(None);
    }
    let meter = worth.meter.map_or_else(|| known(context.catalog, &worth.code), Ok)?;
    Ok(Some(Line {
        source: LineSource::Usage(subscription.id.clone(), worth.code.clone()),
        reason: if amount.is_negative() { LineReason::Credit } else { LineReason::Charge },
        description: description(meter, worth, context.account.locale),
        span: Some(worth.span),
        taxed_on: None,
        part_of_days: None,
        quantity: worth.beyond.normalize(),
        unit_price: None,
        category: meter.category.clone(),
        amount,
    }))
}

/// A meter that no plan of the subscription has any more.
fn known<'a>(catalog: &'a Catalog, code: &MeterCode) -> Result<&'a Meter, BillingError> {
    let mut all = catalog.plans.values().flat_map(|plan| &plan.meters);
    all.find(|meter| meter.code == *code).ok_or_else(|| BillingError::UnknownMeter(code.clone()))
}

/// What was used and how much of it the plan includes, so that the customer can check the line:
/// `Data: 170 GB, 100 included`.
fn description(meter: &Meter, worth: &Worth, locale: Locale) -> String {
    let [used, included] = [worth.used, worth.included].map(|n| locale.number(n.normalize()));
    let what = locale.pick("incluídos", "included");
    format!("{}: {used} {}, {included} {what}", meter.name, meter.unit)
}

/// Closes what cannot be corrected any more: days that have been looked at, and that end before
/// the cutoff. It is closed where days priced together begin, so that none of them are torn.
fn close(context: &Context, subscription: &mut Subscription, metered: &[Metered]) {
    let open = metered.iter().find(|metered| metered.days.end() > context.cutoff);
    let closed = open.map(|metered| metered.days.start());
    let closed = closed.or(metered.last().map(|metered| metered.days.end()));
    let closed = closed.unwrap_or_else(|| floor(subscription));
    subscription.billed_usage.retain(|billed| billed.span.end() > closed);
    subscription.usage_closed_until = Some(closed);
}
