//! Late charges that are billed at once, as an invoice of their own.

use jiff::civil::Date;

use super::{Billed, BillingError, Context, book, issue, one_offs};
use crate::{
    account::{Account, OneOff},
    catalog::Catalog,
    invoice::InvoiceKind,
};

/// Bills what an account was charged for being late and no cycle has billed yet. Its next cycle stays. The
/// account comes back as it is, without an invoice, if there is nothing.
///
/// # Errors
/// As [`super::bill`].
pub fn bill_late(
    account: &Account,
    catalog: &Catalog,
    today: Date,
) -> Result<Billed, BillingError> {
    let mut after = account.clone();
    let (late, others): (Vec<_>, Vec<_>) =
        after.one_offs.drain(..).partition(OneOff::is_late_charge);
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
    invoice.number.push_str("-L");
    book(&context, after, invoice)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_late_is_billed_at_once_and_the_next_cycle_stays() {
        let account: Account = serde_json::from_value(json!({
            "id": "1042", "ver": 4, "type": "res", "cust": { "name": "Ana" }, "locale": "pt-BR",
            "cur": "BRL", "days": [{ "date": "2026-01-10", "day": 10 }], "bal": "100.00 BRL",
            "last": "100.00 BRL", "cred": "0.00 BRL", "next": "2026-12-10",
            "ones": [
                { "id": "router", "date": "2026-11-24", "text": "Roteador", "qty": "1", "unit": "90.00", "cat": "e" },
                { "id": "late.2026-11-10-cycle.1", "date": "2026-11-24", "text": "Multa", "qty": "1",
                  "unit": "2.13", "cat": "late-charge" },
            ],
        }))
        .unwrap();
        let catalog: Catalog = serde_json::from_value(json!({
            "seller": { "name": "ISP", "tax": "", "addr": [], "contact": "", "logo": [], "color": "#0a3d8f" },
            "time_zone": "America/Sao_Paulo", "plans": {}, "discounts": {}, "taxes": [], "calendars": {},
            "account_types": { "res": { "code": "res", "name": "Residencial", "settings": {} } },
        }))
        .unwrap();
        let billed = bill_late(&account, &catalog, "2026-11-24".parse().unwrap()).unwrap();
        let invoice = billed.invoice.unwrap();
        assert_eq!(invoice.id.to_string(), "2026-11-24-late");
        assert_eq!(
            (invoice.number.as_str(), invoice.total.to_string()),
            ("1042-261124-L", "2.13 BRL".into())
        );
        let after = billed.account;
        assert_eq!((after.version, after.balance.to_string()), (5, "102.13 BRL".into()));
        assert_eq!(after.next_bill, account.next_bill);
        assert_eq!(after.one_offs, account.one_offs[..1]);
        let again = bill_late(&after, &catalog, "2026-11-24".parse().unwrap()).unwrap();
        assert_eq!((again.invoice, again.account), (None, after));
    }
}
