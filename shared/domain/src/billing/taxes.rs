//! The taxes of an invoice.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{BillingError, Context};
use crate::{
    calendar::Span,
    catalog::Tax,
    invoice::{Line, TaxLine, TaxMode},
    money::Money,
};

/// One line per tax and rate, in the order of the catalog, over all lines that bear it.
///
/// A line bears the rates of the first day of its period. So what is credited later takes back the tax at the
/// rate at which it was charged, even if the rate has changed in between.
pub(super) fn taxes(context: &Context, lines: &[Line]) -> Result<Vec<TaxLine>, BillingError> {
    let mut out = Vec::new();
    for tax in &context.catalog.taxes {
        if tax.region.is_some() && tax.region != context.account.region {
            continue;
        }
        let bearing = lines.iter().filter(|line| bears(context, tax, line));
        let base = Money::sum(context.currency(), bearing.map(|line| line.amount))?;
        let amount = Money::rounded(base.amount() * share(tax), context.currency())?;
        if !amount.is_zero() {
            let Tax { code, name, rate, mode, .. } = tax.clone();
            out.push(TaxLine { code, name, rate, mode, base, amount });
        }
    }
    Ok(out)
}

/// The tax in one unit of price.
fn share(tax: &Tax) -> Decimal {
    let rate = tax.rate / Decimal::ONE_HUNDRED;
    match tax.mode {
        TaxMode::Exclusive | TaxMode::Embedded => rate,
        TaxMode::Inclusive => rate / (Decimal::ONE + rate),
    }
}

fn bears(context: &Context, tax: &Tax, line: &Line) -> bool {
    let date = line.taxed_on.or(line.span.map(Span::start)).unwrap_or(context.cycle);
    let in_force = |tax: &Tax| {
        tax.from.is_none_or(|from| from <= date) && tax.until.is_none_or(|until| date <= until)
    };
    tax.categories.contains(&line.category) && in_force(tax) && !exempt(context, tax, date)
}

fn exempt(context: &Context, tax: &Tax, date: Date) -> bool {
    context.account.exemptions.iter().any(|exemption| {
        exemption.tax == tax.code && exemption.until.is_none_or(|until| date <= until)
    })
}
