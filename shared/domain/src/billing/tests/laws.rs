//! What holds for any history.

use super::*;
use crate::{calendar::days_after, invoice::TaxMode, period::BillDayChange, settings::Overrides};
use proptest::prelude::*;

const ORIGIN: &str = "2027-12-20"; // cycles run over a leap day and both changes of US clocks

/// A history without contradiction: events in order, suspend and resume in turn, at most one end.
fn history() -> impl Strategy<Value = Vec<ServiceEvent>> {
    let kind = (
        0_u8..10,
        1_u32..4,
        prop::sample::select(vec!["basic", "fast", "late", "quarter", "year"]),
    );
    proptest::collection::btree_map(1_u16..420, kind, 0..6).prop_map(|events| {
        let mut suspended = false;
        let mut out = Vec::new();
        for (offset, (kind, quantity, plan)) in events {
            let change = match kind {
                0..=3 => Change::Plan(plan.parse().unwrap()),
                4..=5 => Change::Quantity(quantity),
                9 => Change::End,
                _ => {
                    suspended = !suspended;
                    if suspended { Change::Suspend } else { Change::Resume }
                }
            };
            let end = change == Change::End;
            out.push(ServiceEvent { date: days_after(date(ORIGIN), offset), change });
            if end {
                break;
            }
        }
        out
    })
}

fn account_of(plan: &str, day: i8, history: Vec<ServiceEvent>) -> Account {
    let mut account = account(plan);
    account.bill_days[0].day = day.try_into().unwrap();
    account.subscriptions[0].start = date(ORIGIN);
    account.subscriptions[0].history = history;
    account.next_bill = account.cycle_from(date(ORIGIN));
    account
}

/// Corrections reach back over the whole test.
fn correcting(mut account: Account) -> Account {
    account.overrides = Overrides { correction_days: Some(730), ..account.overrides };
    account
}

fn taxed() -> Catalog {
    with_taxes(json!([
        { "code": "a", "name": "A", "rate": "8.25", "mode": "exclusive", "categories": ["internet"] },
        { "code": "b", "name": "B", "rate": "3.65", "mode": "embedded", "categories": ["internet"] },
    ]))
}

proptest! {
    #[test]
    fn lines_and_taxes_sum_to_the_total_and_documents_to_the_balance(
        plan in prop::sample::select(vec!["basic", "late", "year"]), day in 1_i8..=28, history in history(),
    ) {
        let mut account = account_of(plan, day, history);
        let mut sum = money("0.00");
        let mut open = money("0.00");
        for _ in 0..16 {
            let Some(invoice) = next(&mut account, &taxed(), &[]) else { continue };
            let mut total = invoice.subtotal().unwrap();
            for tax in invoice.taxes.iter().filter(|tax| tax.mode == TaxMode::Exclusive) {
                total = total.plus(tax.amount).unwrap();
            }
            prop_assert_eq!(total, invoice.total);
            sum = sum.plus(total).unwrap();
            open = open.plus(invoice.asked).unwrap();
            prop_assert_eq!(invoice.balance().unwrap(), sum);
        }
        prop_assert_eq!(account.balance, sum);
        prop_assert_eq!(account.balance, open.minus(account.credit).unwrap());
    }

    /// Whoever learns of the changes as they happen is billed the same in the end as whoever
    /// knew them from the start, and as whoever learns of all of them at the end.
    #[test]
    fn it_does_not_matter_when_changes_become_known(day in 1_i8..=28, history in history()) {
        let knew = correcting(account_of("basic", day, history.clone()));
        let learnt = correcting(account_of("basic", day, Vec::new()));
        let (mut knew, mut as_it_goes, mut late) = (knew, learnt.clone(), learnt);
        for cycle in 0..16 {
            let Some(today) = as_it_goes.next_bill else { break };
            as_it_goes.subscriptions[0].history =
                history.iter().filter(|event| event.date <= today || cycle == 15).cloned().collect();
            next(&mut as_it_goes, &catalog(), &[]);
            if cycle == 15 {
                late.subscriptions[0].history.clone_from(&history);
            }
            next(&mut late, &catalog(), &[]);
            next(&mut knew, &catalog(), &[]);
        }
        prop_assert_eq!(as_it_goes.balance, late.balance);
        if knew.next_bill == late.next_bill {
            prop_assert_eq!(knew.balance, late.balance);
            prop_assert_eq!(&knew.subscriptions[0].billed, &late.subscriptions[0].billed);
        }
    }

    /// How far corrections reach back is of no matter where there is nothing to correct.
    #[test]
    fn what_is_known_from_the_start_is_billed_in_full(
        day in 1_i8..=28, history in history(), discount in prop::sample::select(vec!["half", "three"]),
    ) {
        let balance = |days| {
            let account = with_discount(account_of("basic", day, history.clone()), discount, ORIGIN);
            let own = Overrides { correction_days: Some(days), ..Overrides::default() };
            let mut account = Account { overrides: own, ..account };
            (0..30).for_each(|_| drop(next(&mut account, &catalog(), &[])));
            account.balance
        };
        let full = balance(730);
        prop_assert_eq!(balance(100), full);
        prop_assert_eq!(balance(31), full);
    }

    #[test]
    fn billing_twice_bills_nothing(day in 1_i8..=28, history in history()) {
        let mut account = account_of("basic", day, history);
        for _ in 0..6 {
            let cycle = account.next_bill;
            next(&mut account, &catalog(), &[]);
            let again = Account { next_bill: cycle, ..account.clone() };
            prop_assert_eq!(bill(&again, &catalog(), &[]).unwrap().invoice, None);
        }
    }

    #[test]
    fn the_order_of_input_does_not_matter(
        day in 1_i8..=28, history in history(), seed in any::<prop::sample::Index>(),
    ) {
        let mut one = account_of("metered", day, history);
        one.subscriptions.push(crate::account::Subscription { id: "b".parse().unwrap(), ..one.subscriptions[0].clone() });
        one.one_offs = serde_json::from_value(json!([
            { "id": "x", "date": ORIGIN, "text": "X", "qty": "1", "unit": "1", "cat": "internet" },
            { "id": "y", "date": ORIGIN, "text": "Y", "qty": "1", "unit": "2", "cat": "internet" },
        ])).unwrap();
        let mut other = one.clone();
        other.subscriptions.reverse();
        other.one_offs.reverse();
        for subscription in &mut other.subscriptions {
            let length = subscription.history.len();
            if length > 0 {
                subscription.history.rotate_left(seed.index(length));
            }
        }
        let mut usage: Vec<_> = (0..40).map(|n| UsageDay {
            date: days_after(date(ORIGIN), n), ..used(ORIGIN, i64::from(n))
        }).collect();
        for _ in 0..6 {
            let first = next(&mut one, &taxed(), &usage);
            usage.reverse();
            prop_assert_eq!(first, next(&mut other, &taxed(), &usage));
        }
    }

    /// Every day of service is billed once: at 1 a day, the bill is the number of days.
    #[test]
    fn every_day_is_billed_once_whatever_the_bill_day(
        day in 1_i8..=28, new_day in 1_i8..=28, change in 0_u16..200,
    ) {
        let mut account = account_of("basic", day, Vec::new());
        account.next_bill = account.cycle_from(date(ORIGIN));
        let mut days = 0;
        for cycle in 0..10 {
            if cycle == 2 {
                let today = account.next_bill.unwrap();
                let date = days_after(today, change);
                account.bill_days.push(BillDayChange { date, day: new_day.try_into().unwrap() });
            }
            let invoice = next(&mut account, &catalog(), &[]).unwrap();
            days += invoice.lines.iter().map(|line| line.span.unwrap().days()).sum::<i32>();
        }
        let billed = &account.subscriptions[0].billed;
        prop_assert_eq!(billed.len(), 1);
        prop_assert_eq!(billed[0].span.start(), date(ORIGIN));
        prop_assert_eq!(billed[0].span.days(), days);
    }
}
