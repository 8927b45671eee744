//! The lines of plans, add-ons and discounts.

use rust_decimal::Decimal;

use super::{
    BillingError, Context,
    difference::{Delta, difference},
    worth::{floor, seen_until, worth},
};
use crate::{
    account::Subscription,
    calendar::Span,
    history::stretches,
    invoice::{Line, LineReason, LineSource},
};

/// So many stretches of billed days are kept for a subscription: beyond it, those that are
/// settled are forgotten, so that an account does not grow for ever.
const MAX_BILLED: usize = 24;

/// Bills a subscription's days, and notes on it what has been billed.
pub(super) fn bill(
    context: &Context,
    subscription: &mut Subscription,
    lines: &mut Vec<Line>,
) -> Result<(), BillingError> {
    let history = stretches(subscription)?;
    let floor = floor(context, subscription);
    let worth = worth(context, subscription, &history, floor)?;
    let (start, account) = (subscription.start, context.account);
    let (deltas, billed) =
        difference(&worth, &subscription.billed, floor, |interval| account.grid(start, interval));
    subscription.billed = billed;
    // What is settled is not opened again.
    subscription.seen_until = Some(seen_until(context, subscription, &history)?.max(floor));
    for delta in deltas {
        lines.extend(line(context, subscription, delta)?);
    }
    if subscription.billed.len() > MAX_BILLED {
        forget_settled(subscription, floor);
    }
    Ok(())
}

/// What was billed before the floor is not looked at again, and the floor stays where it is.
fn forget_settled(subscription: &mut Subscription, floor: jiff::civil::Date) {
    subscription.billed.retain_mut(|piece| {
        let kept = Span::new(piece.span.start().max(floor), piece.span.end());
        piece.span = kept.unwrap_or(piece.span);
        kept.is_some()
    });
    subscription.forgotten_until = Some(floor);
}

/// The line of a difference; none if it comes to nothing.
fn line(
    context: &Context,
    subscription: &Subscription,
    delta: Delta,
) -> Result<Option<Line>, BillingError> {
    let Delta { period, span, rate, reason } = delta;
    let worth = period.worth(span, rate.price(), context.currency())?;
    if worth.is_zero() {
        return Ok(None);
    }
    let id = subscription.id.clone();
    let plan = context
        .catalog
        .plans
        .get(&rate.plan)
        .ok_or_else(|| BillingError::UnknownPlan(id.clone(), rate.plan.clone()))?;
    let (source, description) = match rate.discount {
        None => (LineSource::Recurring(id, rate.plan), plan.name.clone()),
        Some(code) => {
            let discount = context.catalog.discounts.get(&code);
            let name = discount.map_or_else(|| code.to_string(), |discount| discount.name.clone());
            (LineSource::Discount(id, code), name)
        }
    };
    Ok(Some(Line {
        source,
        reason,
        description,
        span: Some(span),
        taxed_on: Some(period.span.start()).filter(|first| *first != span.start()),
        part_of_days: (span != period.full).then(|| period.full.days()),
        quantity: Decimal::from(rate.quantity),
        unit_price: Some(rate.unit),
        category: plan.category.clone(),
        amount: match reason {
            LineReason::Charge => worth,
            LineReason::Credit => -worth,
        },
    }))
}
