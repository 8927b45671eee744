//! Late charges that are billed at once, as an invoice of their own.

use jiff::civil::Date;

use super::{Billed, BillingError, Context, book, issue, one_offs};
use crate::{
    account::{Account, OneOff},
    catalog::Catalog,
    delinquency::given_back,
    invoice::InvoiceKind,
};

/// Bills what an account was charged for being late and no cycle has billed yet. If some of that is given back, that
/// alone: what another invoice is charged for would use it up. Its next cycle stays. The account comes back as it is,
/// without an invoice, if there is nothing.
///
/// # Errors
/// As [`super::bill`].
pub fn bill_late(
    account: &Account,
    catalog: &Catalog,
    today: Date,
) -> Result<Billed, BillingError> {
    let mut after = account.clone();
    let given_back = given_back(account);
    let is_now = |one: &OneOff| {
        OneOff::late_with(&one.id)
            .is_some_and(|late| given_back.is_empty() || given_back.contains_key(late))
    };
    let (late, others): (Vec<_>, Vec<_>) = after.one_offs.drain(..).partition(is_now);
    if late.is_empty() {
        return Ok(Billed::only(account.clone()));
    }
    after.version += 1;
    after.one_offs = late;
    let context = Context::new(account, catalog, today)?;
    let mut lines = Vec::new();
    one_offs::bill(&context, &mut after, &mut lines)?;
    after.one_offs.extend(others);
    let mut invoice = issue(&context, lines)?;
    invoice.id.kind = InvoiceKind::Late;
    invoice.late_charged = None;
    invoice.number.push_str("-L");
    book(&context, after, invoice)
}
