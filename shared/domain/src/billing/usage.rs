//! The lines of metered usage: always in arrears, by the difference to what was billed.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{BillingError, Context, tariff::overage, worth::plan};
use crate::{
    account::{Account, BilledUsage, Change, Subscription},
    calendar::Span,
    catalog::{Catalog, Meter},
    history::{Stretch, stretches},
    ids::{MeterCode, PlanCode},
    invoice::{Line, LineReason, LineSource},
    money::Money,
    period::Period,
    usage::UsageDay,
};

/// The days whose usage [`super::bill`] wants to see; none if no plan of the account is metered.
///
/// # Errors
/// As [`super::bill`].
pub fn needed(account: &Account, catalog: &Catalog) -> Result<Option<Span>, BillingError> {
    let metered =
        |code: &PlanCode| catalog.plans.get(code).is_some_and(|plan| !plan.meters.is_empty());
    let has_meter = |subscription: &Subscription| {
        let later = subscription.history.iter().any(|event| match &event.change {
            Change::Plan(code) => metered(code),
            _ => false,
        });
        metered(&subscription.plan) || later
    };
    let Some(cycle) = account.next_bill else { return Ok(None) };
    if !account.subscriptions.iter().any(has_meter) {
        return Ok(None);
    }
    // A period that ends after the cutoff begins up to a year before it.
    let cutoff = Context::new(account, catalog, cycle)?.cutoff;
    Ok(Span::new(crate::calendar::months_after(cutoff, -12), cycle))
}

/// Bills the usage of every period of a subscription that is over and not closed.
pub(super) fn bill(
    context: &Context,
    subscription: &mut Subscription,
    usage: &[UsageDay],
    lines: &mut Vec<Line>,
) -> Result<(), BillingError> {
    let history = stretches(subscription)?;
    let mut metered = false;
    for code in meters(context, subscription, &history)? {
        metered = true;
        let mut done: Vec<Period> = Vec::new();
        for stretch in &history {
            for period in closed_periods(context, subscription, stretch, &history)? {
                if done.iter().any(|seen| seen.span.intersect(period.span).is_some()) {
                    continue;
                }
                done.push(period);
                let worth = worth(context, subscription, &history, usage, &code, period)?;
                lines.extend(settle(subscription, &code, period, &worth)?);
            }
        }
    }
    if metered {
        close(context, subscription);
    }
    Ok(())
}

/// The meters of all plans that the subscription had.
fn meters(
    context: &Context,
    subscription: &Subscription,
    history: &[Stretch],
) -> Result<Vec<MeterCode>, BillingError> {
    let mut codes = Vec::new();
    for stretch in history {
        let plan = plan(context, subscription, stretch)?;
        codes.extend(plan.meters.iter().map(|meter| meter.code.clone()));
    }
    codes.sort_unstable();
    codes.dedup();
    Ok(codes)
}

/// The periods of a stretch that are over on the cycle, and whose usage is not closed.
fn closed_periods(
    context: &Context,
    subscription: &Subscription,
    stretch: &Stretch,
    history: &[Stretch],
) -> Result<Vec<Period>, BillingError> {
    let interval = plan(context, subscription, stretch)?.interval;
    let end = history.last().map_or(subscription.start, |last| last.span.end());
    let from = floor(context, subscription).max(stretch.span.start());
    let Some(span) = Span::new(from, context.cycle.min(stretch.span.end())) else {
        return Ok(Vec::new());
    };
    let grid = context.account.grid(subscription.start, interval);
    let over = |period: &Period| period.span.end() <= context.cycle || end <= context.cycle;
    Ok(grid.periods(span).filter(over).collect())
}

/// Usage before it is closed: billed elsewhere, corrected no more, or forgotten.
fn floor(context: &Context, subscription: &Subscription) -> Date {
    [subscription.billed_elsewhere_until, subscription.usage_closed_until]
        .into_iter()
        .flatten()
        .fold(context.cutoff, Date::max)
}

/// What the usage of a meter in a period is worth, with the line's text and what is beyond the
/// allowance.
struct Worth<'a> {
    meter: Option<&'a Meter>,
    quantity: Decimal,
    amount: Money,
}

fn worth<'a>(
    context: &Context<'a>,
    subscription: &Subscription,
    history: &[Stretch],
    usage: &[UsageDay],
    code: &MeterCode,
    period: Period,
) -> Result<Worth<'a>, BillingError> {
    let mut total =
        Worth { meter: None, quantity: Decimal::ZERO, amount: Money::zero(context.currency()) };
    let mut price = Decimal::ZERO;
    let from = subscription.billed_elsewhere_until.unwrap_or(subscription.start);
    for stretch in history {
        let days = stretch.span.intersect(period.span);
        let days = days.and_then(|days| Span::new(days.start().max(from), days.end()));
        let Some(days) = days else { continue };
        let plan = plan(context, subscription, stretch)?;
        let Some(meter) = plan.meters.iter().find(|meter| meter.code == *code) else { continue };
        let of_days = usage.iter().filter(|day| {
            day.subscription == subscription.id && day.meter == *code && days.contains(day.date)
        });
        let used: Decimal = of_days.map(|day| day.quantity).sum();
        let over = overage(meter, period, days, used)
            .ok_or_else(|| BillingError::TiersEnd(code.clone(), plan.code.clone()))?;
        total.meter = Some(meter);
        total.quantity += over.quantity;
        price += over.price;
    }
    total.amount = Money::rounded(price, context.currency())?;
    Ok(total)
}

/// The line of what a period's usage is worth beyond what was billed for it.
fn settle(
    subscription: &mut Subscription,
    code: &MeterCode,
    period: Period,
    worth: &Worth,
) -> Result<Option<Line>, BillingError> {
    let Some(meter) = worth.meter else { return Ok(None) };
    let same = |billed: &BilledUsage| {
        billed.meter == *code && billed.span.intersect(period.span).is_some()
    };
    let currency = worth.amount.currency();
    let before = subscription.billed_usage.iter().filter(|billed| same(billed));
    let before = Money::sum(currency, before.map(|billed| billed.amount))?;
    let amount = worth.amount.minus(before)?;
    if amount.is_zero() {
        return Ok(None);
    }
    subscription.billed_usage.retain(|billed| !same(billed));
    subscription.billed_usage.push(BilledUsage {
        meter: code.clone(),
        span: period.span,
        amount: worth.amount,
    });
    Ok(Some(Line {
        source: LineSource::Usage(subscription.id.clone(), code.clone()),
        reason: if amount.is_negative() { LineReason::Credit } else { LineReason::Charge },
        description: format!("{} ({})", meter.name, meter.unit),
        span: Some(period.span),
        part_of_days: None,
        quantity: worth.quantity.normalize(),
        unit_price: None,
        category: meter.category.clone(),
        amount,
    }))
}

/// Forgets what cannot be corrected any more, and notes that it is closed.
fn close(context: &Context, subscription: &mut Subscription) {
    let cutoff = context.cutoff;
    if subscription.billed_usage.iter().any(|billed| billed.span.end() <= cutoff) {
        subscription.billed_usage.retain(|billed| billed.span.end() > cutoff);
        subscription.usage_closed_until = Some(cutoff);
    }
}
