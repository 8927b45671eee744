//! Invoices that nothing is cut for, since enough of a debt was paid for service to come back; and that they
//! are so only as long as it stays paid.

use serde_json::json;

use super::world::World;

/// Suspended for November's and December's invoice, which were due on 2026-11-20 and 2026-12-20, and back by
/// the rule since 2027-01-12.
fn back(rule: &str, paid: usize, amount: &str) -> World {
    let mut world = World::new(json!({
        "ladder": "+5:email:aviso:legal", "legal_notice_days": 15, "suspend_after_days": { "days": 30 },
        "cut_weekdays": "Mo Tu We Th Fr", "restore": rule,
    }));
    world.issue("2026-11-10");
    world.issue("2026-12-10");
    world.live("2026-11-10", "2027-01-11");
    assert!(world.account.is_suspended());
    world.pay(paid, amount, "2027-01-12");
    assert!(world.account.hold.is_none());
    assert!(!world.account.excused.is_empty());
    world
}

#[test]
fn a_cheque_for_the_rest_that_bounces_takes_nothing_from_who_has_paid_what_the_rule_asks_for() {
    for (rule, paid, amount) in [("latest_invoice", 1, "100.00 BRL"), ("50%", 1, "100.00 BRL")] {
        let mut world = back(rule, paid, amount);
        world.pay(0, "20.00 BRL", "2027-01-20");
        world.take_back(0, "2027-01-25");
        let told = world.live("2027-01-25", "2027-03-31");
        assert!(!told.iter().any(|line| line.ends_with("cut")), "{rule}: {told:?}");
    }
}

/// They have done nothing since, and hear of nothing.
#[test]
fn another_rule_takes_nothing_from_who_is_back_by_the_one_of_then() {
    for rule in ["all_overdue", "100%"] {
        let mut world = back("latest_invoice", 1, "100.00 BRL");
        world.settings.restore = rule.parse().unwrap();
        world.account.review_by("2027-01-20".parse().unwrap());
        let told = world.live("2027-01-20", "2027-03-31");
        assert!(!told.iter().any(|line| line.ends_with("cut")), "{rule}: {told:?}");
    }
}

#[test]
fn who_has_that_payment_charged_back_is_cut_for_the_rest_and_not_if_the_dispute_is_lost_for_the_bank()
 {
    let mut world = back("latest_invoice", 1, "100.00 BRL");
    world.take_back(1, "2027-01-20");
    let mut disputed = world.invoices.clone();
    let told = world.live("2027-01-20", "2027-01-22");
    assert_eq!(told.last().map(String::as_str), Some("2027-01-20 cut"), "{told:?}");

    let mut world = back("latest_invoice", 1, "100.00 BRL");
    std::mem::swap(&mut world.invoices, &mut disputed);
    world.pay(1, "100.00 BRL", "2027-01-20"); // the same day
    let told = world.live("2027-01-20", "2027-03-31");
    assert!(!told.iter().any(|line| line.ends_with("cut")), "{told:?}");
}

/// Some days lie between two promises, and the first is counted no more.
#[test]
fn a_promise_after_a_promise_is_for_what_service_was_held_for() {
    let mut world = World::new(json!({
        "ladder": "+5:email:aviso:legal", "legal_notice_days": 15, "suspend_after_days": { "days": 30 },
        "cut_weekdays": "Mo", "restore": "latest_invoice", "promise_by": "customer",
        "promise_days": 7, "promise_times": 1, "promise_within_days": 5,
    }));
    world.issue("2026-11-10");
    world.issue("2026-12-10");
    world.live("2026-11-10", "2027-01-12");
    assert!(world.account.is_suspended());
    world.promise("2027-01-12").unwrap();
    world.live("2027-01-13", "2027-01-20");
    world.promise("2027-01-20").unwrap();
    world.pay(1, "100.00 BRL", "2027-01-22");
    let told = world.live("2027-01-22", "2027-03-31");
    assert!(!told.iter().any(|line| line.ends_with("cut")), "{told:?}");
    assert_eq!(world.account.excused, [world.invoices[0].id]);
}

#[test]
fn what_may_be_cut_on_the_due_date_itself_is_cut_on_the_day_after() {
    let mut world = World::new(json!({
        "legal_notice_days": 0, "suspend_after_days": { "days": 0 },
        "cut_weekdays": "Mo Tu We Th Fr Sa Su",
    }));
    world.issue("2026-11-01");
    world.invoices[0].delinquent = world.invoices[0].due;
    world.calendar = crate::calendar::Calendar::default();
    assert_eq!(world.live("2026-11-01", "2026-12-31"), ["2026-11-12 cut"]);
}
