//! The lines of single charges.

use super::{BillingError, Context};
use crate::{
    account::Account,
    ids::CategoryCode,
    invoice::{Line, LineReason, LineSource},
    money::Money,
};

/// Bills the single charges that are due on the cycle, and notes that they have been billed.
pub(super) fn bill(
    context: &Context,
    after: &mut Account,
    lines: &mut Vec<Line>,
) -> Result<(), BillingError> {
    let (mut due, later): (Vec<_>, Vec<_>) =
        after.one_offs.drain(..).partition(|charge| charge.date <= context.cycle);
    after.one_offs = later;
    due.sort_by(|a, b| (a.date, &a.id).cmp(&(b.date, &b.id)));
    for charge in due {
        let price = charge.unit.checked_mul(charge.quantity);
        let price = price.ok_or(crate::money::MoneyError::TooLarge(charge.unit))?;
        let amount = Money::rounded(price, context.currency())
            .map_err(|why| BillingError::Amount { part: format!("charge {}", charge.id), why })?;
        after.billed_one_offs.push(charge.id.clone());
        lines.push(Line {
            source: LineSource::OneOff(charge.id),
            reason: if amount.is_negative() { LineReason::Credit } else { LineReason::Charge },
            description: charge.description,
            span: None,
            taxed_on: None,
            part_of_days: None,
            quantity: charge.quantity.normalize(),
            unit_price: Some(charge.unit),
            category: charge.category,
            amount,
        });
    }
    Ok(())
}

/// The category of a balance brought along: no tax names it, since the money was taxed when it
/// was first billed.
pub(super) fn opening_category() -> Result<CategoryCode, BillingError> {
    Ok("opening-balance".parse()?)
}
