//! What a subscription's history is worth, day by day, up to the horizon of a cycle.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{BillingError, Context};
use crate::{
    account::{Piece, Rate, Subscription},
    calendar::Span,
    catalog::{DiscountTerm, DiscountValue, Plan, Timing},
    history::{Service, Stretch},
    ids::DiscountCode,
    period::Grid,
    settings::SuspendedDays,
};

/// The days of a subscription at the rates that they are worth: first its plans, then each
/// discount. Pieces of one plan or one discount do not overlap and are in order.
pub(super) fn worth(
    context: &Context,
    subscription: &Subscription,
    history: &[Stretch],
    floor: Date,
) -> Result<Vec<Piece>, BillingError> {
    let end = history.last().map_or(subscription.start, |last| last.span.end());
    let mut pieces = Vec::new();
    let soon = context.account.cycle_from(crate::calendar::days_after(context.cycle, 1));
    let begun = |stretch: &&Stretch| soon.is_none_or(|soon| stretch.span.start() < soon);
    let latest = history.iter().rfind(begun).map(|stretch| &stretch.plan);
    // A change of plan from the next cycle on is billed from that cycle on.
    let known = history.iter().take_while(|one| begun(one) || Some(&one.plan) == latest);
    for stretch in known.filter(|stretch| charged(context, stretch)) {
        let plan = plan(context, subscription, stretch)?;
        let grid = context.account.grid(subscription.start, plan.interval);
        let billable = horizon(context, plan, &grid, end)
            .and_then(|horizon| Span::new(floor, horizon))
            .and_then(|span| span.intersect(stretch.span));
        let Some(billable) = billable else { continue };
        for period in grid.periods(billable) {
            let own = subscription.own_price.filter(|_| stretch.plan == subscription.plan);
            let unit = own.unwrap_or_else(|| plan.price_on(period.span.start()));
            let rate = Rate {
                plan: plan.code.clone(),
                discount: None,
                unit: unit.normalize(),
                quantity: stretch.quantity,
                interval: plan.interval,
            };
            pieces.extend(period.span.intersect(billable).map(|span| Piece { span, rate }));
        }
    }
    merge(&mut pieces);
    let discounts = discounts(context, subscription, history, &pieces)?;
    pieces.extend(discounts);
    Ok(pieces)
}

pub(super) fn plan<'a>(
    context: &Context<'a>,
    subscription: &Subscription,
    stretch: &Stretch,
) -> Result<&'a Plan, BillingError> {
    let unknown = || BillingError::UnknownPlan(subscription.id.clone(), stretch.plan.clone());
    let plan = context.catalog.plans.get(&stretch.plan).ok_or_else(unknown)?;
    if plan.currency == context.currency() {
        return Ok(plan);
    }
    Err(BillingError::OtherCurrency {
        subscription: subscription.id.clone(),
        plan: plan.code.clone(),
        priced: plan.currency,
        pays: context.currency(),
    })
}

/// The first day that this cycle looks at: the cutoff, or the first day that no cycle has looked
/// at yet if that is earlier; never what was billed elsewhere or is forgotten.
pub(super) fn floor(context: &Context, subscription: &Subscription) -> Date {
    let seen = subscription.seen_until.unwrap_or(subscription.start);
    [subscription.billed_elsewhere_until, subscription.forgotten_until]
        .into_iter()
        .flatten()
        .fold(context.cutoff.min(seen), Date::max)
}

/// The first day whose worth this cycle could not tell yet.
pub(super) fn seen_until(
    context: &Context,
    subscription: &Subscription,
    history: &[Stretch],
) -> Result<Date, BillingError> {
    let end = history.last().map_or(subscription.start, |last| last.span.end());
    for stretch in history {
        let plan = plan(context, subscription, stretch)?;
        let grid = context.account.grid(subscription.start, plan.interval);
        let later = context.settings.suspended_days == SuspendedDays::ChargedOnReturn
            && !charged(context, stretch);
        let horizon = horizon(context, plan, &grid, end).filter(|_| !later);
        let seen = horizon.unwrap_or(stretch.span.start());
        if seen < stretch.span.end() {
            return Ok(seen.max(stretch.span.start()));
        }
    }
    Ok(end)
}

/// Whether the days of a stretch cost anything.
fn charged(context: &Context, stretch: &Stretch) -> bool {
    match (stretch.service, context.settings.suspended_days) {
        (Service::Active, _) | (_, SuspendedDays::Charged) => true,
        (_, SuspendedDays::Free) | (Service::SuspendedStill, _) => false,
        // A return that is known, but lies ahead, is no return yet.
        (Service::SuspendedOnce(back), SuspendedDays::ChargedOnReturn) => back <= context.cycle,
    }
}

/// Up to where a plan is billed on this cycle: through the period that has begun if in advance,
/// through the one that is over if in arrears; nothing before the service has begun.
fn horizon(context: &Context, plan: &Plan, grid: &Grid, end: Date) -> Option<Date> {
    let period = grid.period_at(context.cycle)?;
    Some(match plan.timing {
        Timing::Advance => period.span.end(),
        Timing::Arrears if end <= context.cycle => context.cycle,
        Timing::Arrears => period.span.start(),
    })
}

/// What discounts take off each piece of the plans. Together never more than the price: where
/// several apply, they take from what is left, in the order of their codes.
fn discounts(
    context: &Context,
    subscription: &Subscription,
    history: &[Stretch],
    plans: &[Piece],
) -> Result<Vec<Piece>, BillingError> {
    let mut out: Vec<Piece> = Vec::new();
    if subscription.discounts.is_empty() {
        return Ok(out);
    }
    let windows = windows(context, subscription, history)?;
    for piece in plans {
        // A discount that begins or ends within a piece cuts it in two.
        let inner = windows.iter().flat_map(|(_, window)| [window.start(), window.end()]);
        let mut cuts = vec![piece.span.start(), piece.span.end()];
        cuts.extend(inner.filter(|date| piece.span.contains(*date)));
        cuts.sort_unstable();
        cuts.dedup();
        for pair in cuts.windows(2) {
            let Some(span) = Span::new(pair[0], pair[1]) else { continue };
            let mut left = piece.rate.price();
            for (code, _) in windows.iter().filter(|(_, window)| window.contains(span.start())) {
                let value = discount(context, subscription, code)?.value;
                let off = match value {
                    DiscountValue::Percent(percent) => {
                        piece.rate.price() * percent / Decimal::ONE_HUNDRED
                    }
                    DiscountValue::Fixed(amount) => amount,
                };
                let off = off.min(left);
                left -= off;
                let rate = Rate {
                    discount: Some(code.clone()),
                    unit: (-off).normalize(),
                    quantity: 1,
                    ..piece.rate.clone()
                };
                out.push(Piece { span, rate });
            }
        }
    }
    out.sort_by(|a, b| (&a.rate.discount, a.span).cmp(&(&b.rate.discount, b.span)));
    merge(&mut out);
    Ok(out)
}

fn discount<'a>(
    context: &Context<'a>,
    subscription: &Subscription,
    code: &DiscountCode,
) -> Result<&'a crate::catalog::Discount, BillingError> {
    let unknown = || BillingError::UnknownDiscount(subscription.id.clone(), code.clone());
    context.catalog.discounts.get(code).ok_or_else(unknown)
}

/// The days of each given discount, in the order of codes. One that is given again while it
/// lasts goes on after it: given twice, it lasts twice as long.
fn windows(
    context: &Context,
    subscription: &Subscription,
    history: &[Stretch],
) -> Result<Vec<(DiscountCode, Span)>, BillingError> {
    let mut given = subscription.discounts.clone();
    given.sort_unstable();
    let mut out: Vec<(DiscountCode, Span)> = Vec::new();
    for one in given {
        let before = out.last().filter(|(code, _)| *code == one.code).map(|(_, span)| span.end());
        let from = one.from.max(before.unwrap_or(one.from)).max(subscription.start);
        let end = match discount(context, subscription, &one.code)?.term {
            DiscountTerm::Always => Date::MAX,
            DiscountTerm::Until(last) => crate::calendar::days_after(last, 1),
            DiscountTerm::Cycles(count) => {
                // The interval is that of the plan on the day from which the discount holds.
                // Not of what is billed now: what was billed long ago must not move its end.
                let at = history.partition_point(|stretch| stretch.span.end() <= from);
                let Some(stretch) = history.get(at).or(history.last()) else { continue };
                let interval = plan(context, subscription, stretch)?.interval;
                let grid = context.account.grid(subscription.start, interval);
                after_full_periods(&grid, from, count)
            }
        };
        out.extend(Span::new(from, end).map(|span| (one.code, span)));
    }
    Ok(out)
}

fn after_full_periods(grid: &Grid, from: Date, count: u16) -> Date {
    let (mut date, mut left) = (from, count);
    while left > 0 {
        let Some(period) = grid.period_at(date) else { return date };
        if period.span == period.full && period.span.start() >= from {
            left -= 1;
        }
        date = period.span.end();
    }
    date
}

/// Joins neighbours of one rate. The pieces of one plan or discount stand together, in order.
pub(super) fn merge(pieces: &mut Vec<Piece>) {
    pieces.dedup_by(|next, piece| {
        let joins = piece.rate == next.rate && piece.span.end() == next.span.start();
        if joins && let Some(span) = Span::new(piece.span.start(), next.span.end()) {
            piece.span = span;
        }
        joins
    });
}
