//! What is charged at once for being late.

use super::*;

#[test]
fn what_is_late_is_billed_at_once_and_the_next_cycle_stays() {
    let mut account = account("basic");
    (account.balance, account.last_balance) = (money("100.00"), money("100.00"));
    account.next_bill = Some(date("2026-12-10"));
    account.one_offs = serde_json::from_value(json!([
        { "id": "router", "date": "2026-11-24", "text": "Router", "qty": "1", "unit": "90.00", "cat": "e" },
        { "id": "late.2026-11-10-cycle.1", "date": "2026-11-24", "text": "Late charges", "qty": "1",
          "unit": "2.13", "cat": "late-charge" },
    ]))
    .unwrap();
    let today = date("2026-11-24");
    let billed = bill_late(&account, &catalog(), today).unwrap();
    let invoice = billed.invoice.unwrap();
    assert_eq!(
        (invoice.id.to_string(), invoice.number.as_str()),
        ("2026-11-24-late".into(), "1042-261124-L")
    );
    assert_eq!(lines(Some(&invoice)), ["2.13 Late charges"]);
    let after = billed.account;
    assert_eq!((after.version, after.balance), (8, money("102.13")));
    assert_eq!((after.next_bill, &after.one_offs[..]), (account.next_bill, &account.one_offs[..1]));
    let again = bill_late(&after, &catalog(), today).unwrap();
    assert_eq!((again.invoice, again.account), (None, after));
}
