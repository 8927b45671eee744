//! Usage: one item per subscription, meter and month; the latest word about a day counts.

use mensal::stack::Options;
use mensal_domain::{calendar::Span, usage::UsageDay};
use mensal_tests::{Home, date};
use rust_decimal::Decimal;

use crate::given::id;

fn day(subscription: &str, meter: &str, on: &str, quantity: i64) -> UsageDay {
    UsageDay {
        subscription: subscription.parse().unwrap(),
        meter: meter.parse().unwrap(),
        date: date(on),
        quantity: Decimal::new(quantity, 2),
    }
}

fn span(from: &str, to: &str) -> Span {
    Span::new(date(from), date(to)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_twice_changes_nothing_and_a_day_is_replaced() {
    let home = Home::new(Options::default()).await.unwrap();
    let store = home.stack.store();
    let first = [
        day("1", "data", "2026-10-31", 100),
        day("1", "data", "2026-11-01", 200),
        day("1", "data", "2026-11-30", 300),
        day("1", "minutes", "2026-11-01", 400),
        day("2", "data", "2026-11-01", 500),
    ];
    for (what, records, changed) in [
        ("October, and November of two meters and two subscriptions", &first[..], 4),
        ("the same again", &first[..], 0),
        ("a part of it", &first[1..2], 0),
        ("nothing", &[], 0),
        ("a day corrected", &[day("1", "data", "2026-11-01", 250)], 1),
        (
            "a day more, beside one that is known",
            &[day("2", "data", "2026-11-02", 600), first[4].clone()],
            1,
        ),
    ] {
        assert_eq!(store.record_usage(&id("1042"), records).await.unwrap(), changed, "{what}");
    }

    let quantities = async |from: &str, to: &str| {
        let mut found = store.usage(&id("1042"), span(from, to)).await.unwrap();
        found.sort();
        found.iter().map(|day| day.quantity.mantissa()).collect::<Vec<_>>()
    };
    for (from, to, want) in [
        ("2026-10-01", "2027-01-01", &[100, 250, 300, 400, 500, 600][..]),
        ("2026-11-01", "2026-11-30", &[250, 400, 500, 600]), // the end is exclusive
        ("2026-11-01", "2026-12-01", &[250, 300, 400, 500, 600]),
        ("2026-10-31", "2026-11-02", &[100, 250, 400, 500]),
        ("2026-12-01", "2026-12-31", &[]),
        ("2025-11-01", "2025-12-01", &[]),
    ] {
        assert_eq!(quantities(from, to).await, want, "{from} to {to}");
    }
    let other = store.usage(&id("1043"), span("2026-10-01", "2027-01-01")).await.unwrap();
    assert_eq!(other, [], "of another account");
}
