//! Which debts service is cut for, and which of them give it back.

use serde_json::json;

use super::world::{World, date};
use crate::{
    delinquency::{News, NoticeAbout, NoticeState, too_little},
    ids::SubscriptionId,
};

/// Nothing is cut for less than 10.00.
fn with_minimum(more: &serde_json::Value) -> World {
    let mut settings = json!({
        "ladder": "+1:email:vencida +5:email:aviso:legal", "legal_notice_days": 15, "cut_minimum": "10",
        "suspend_after_days": { "days": 10 }, "cut_weekdays": "Mo Tu We Th Fr",
    });
    for (name, value) in more.as_object().unwrap() {
        settings[name] = value.clone();
    }
    World::new(settings)
}

fn cuts(world: &mut World, from: &str, through: &str) -> Vec<String> {
    let told = world.live(from, through);
    told.into_iter().filter(|line| line.ends_with("cut")).collect()
}

/// November's rest of 5.00 could be cut for by its age; December's bill has its own grace and its own notice.
#[test]
fn what_is_too_little_to_be_cut_for_is_not_made_enough_by_a_bill_that_has_its_own_day() {
    let mut world = with_minimum(&json!({}));
    world.issue("2026-11-10");
    world.pay(0, "95.00 BRL", "2026-11-25");
    world.issue("2026-12-10");
    // Due on the 20th, delinquent on the 25th; noticed on the 25th, which takes 15 days.
    assert_eq!(cuts(&mut world, "2026-11-10", "2027-01-31"), ["2027-01-11 cut"]);
}

#[test]
fn the_day_of_a_bill_comes_though_nothing_else_of_the_ladder_does() {
    let mut world = with_minimum(&json!({ "ladder": "+1:email:aviso:legal" }));
    world.issue("2026-11-10");
    world.pay(0, "95.00 BRL", "2026-11-25");
    world.issue("2026-12-10");
    assert_eq!(cuts(&mut world, "2026-11-10", "2027-01-31").len(), 1);
}

/// November's rest may be suspended for by its age, and is too little; December's bill may be slowed down for.
#[test]
fn what_is_too_little_to_be_suspended_for_is_slowed_down_for_with_a_bill_that_may_be() {
    let mut world = with_minimum(&json!({
        "throttle_after_days": { "days": 5 }, "suspend_after_days": { "days": 30 },
    }));
    world.issue("2026-11-10");
    world.pay(0, "95.00 BRL", "2026-11-25");
    world.issue("2026-12-10");
    let told = world.live("2026-11-10", "2027-01-31");
    let held: Vec<_> =
        told.iter().filter(|line| line.ends_with("slow") || line.ends_with("cut")).collect();
    assert_eq!(held, ["2027-01-11 slow", "2027-01-25 cut"]);
}

/// The notice of the first came late, so that it may be suspended for at once; the second may be slowed down for.
#[test]
fn what_may_be_suspended_for_counts_for_slowing_down() {
    let mut world = with_minimum(&json!({
        "throttle_after_days": { "days": 5 }, "suspend_after_days": { "days": 30 }, "cut_minimum": "150",
    }));
    world.issue("2026-11-10");
    world.issue("2026-11-24");
    world.delivers = false;
    world.live("2026-11-10", "2026-12-09");
    for (place, day) in [(0, "2026-12-10"), (1, "2026-12-10")] {
        let about = NoticeAbout::Invoice(world.invoices[place].id);
        let legal = world.notices.iter_mut().find(|one| one.legal && one.id.about == about);
        let at = format!("{day}T12:00:00Z").parse().unwrap();
        legal.unwrap().hear(&News::of(NoticeState::Delivered, at));
    }
    world.account.review_by(date("2026-12-28"));
    let told = world.live("2026-12-28", "2027-01-31");
    let held: Vec<_> =
        told.iter().filter(|line| line.ends_with("slow") || line.ends_with("cut")).collect();
    // The first is due on 11-20, delinquent on 11-25, and may be suspended for from 12-25 on; the second two weeks later.
    assert_eq!(held, ["2026-12-28 slow", "2027-01-08 cut"]);
}

#[test]
fn what_is_passed_over_since_it_is_too_little_is_told() {
    let mut world = with_minimum(&json!({}));
    world.issue("2026-11-10");
    world.pay(0, "95.00 BRL", "2026-11-25");
    world.issue("2026-12-10");
    world.live("2026-11-10", "2027-01-10");
    let on = |day| too_little(world.known(date(day))).unwrap().map(|money| money.to_string());
    assert_eq!(on("2026-12-01"), None, "its notice is too young");
    assert_eq!(on("2026-12-22").as_deref(), Some("5.00 BRL"));
    assert_eq!(on("2027-01-11"), None, "with December it is enough");
}

#[test]
fn what_is_excused_is_not_cut_for_when_something_small_is_overdue() {
    let mut world = with_minimum(&json!({ "restore": "50%" }));
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-12-31");
    assert!(world.account.is_suspended());
    world.pay(0, "60.00 BRL", "2026-12-31");
    assert_eq!((world.account.hold.is_none(), world.account.excused.len()), (true, 1));
    world.issue("2027-01-10");
    world.pay(1, "97.00 BRL", "2027-01-12");
    assert_eq!(cuts(&mut world, "2027-01-12", "2027-04-30"), [""; 0]);
}

#[test]
fn who_leaves_less_than_anything_is_cut_for_is_back() {
    let mut world = with_minimum(&json!({}));
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-12-20");
    assert!(world.account.is_suspended());
    world.pay(0, "90.00 BRL", "2026-12-20");
    assert!(world.account.is_suspended(), "10.00 is not less than 10.00");
    world.pay(0, "90.01 BRL", "2026-12-20");
    assert!(world.account.hold.is_none());
    assert_eq!(cuts(&mut world, "2026-12-20", "2027-02-28"), [""; 0]);
}

/// The fee for being late is an invoice of its own, and due later than what it is for.
#[test]
fn the_latest_invoice_is_the_latest_bill_and_not_what_was_charged_for_being_late() {
    let mut world = with_minimum(&json!({ "restore": "latest_invoice" }));
    world.issue("2026-11-10");
    world.issue("2026-11-23");
    world.invoices[1].id = "2026-11-23-late".parse().unwrap();
    world.live("2026-11-10", "2026-12-31");
    assert!(world.account.is_suspended());
    world.pay(1, "100.00 BRL", "2026-12-31");
    assert!(world.account.is_suspended());
    world.pay(0, "100.00 BRL", "2026-12-31");
    assert!(world.account.hold.is_none());
}

/// The 20th of December is a Sunday: a bill that is due then is paid in time on Monday.
#[test]
fn what_may_still_be_paid_in_time_keeps_nobody_off_line() {
    let mut world = with_minimum(&json!({}));
    world.issue("2026-11-10");
    world.issue("2026-12-10");
    world.live("2026-11-10", "2026-12-20");
    assert!(world.account.is_suspended());
    world.pay(0, "100.00 BRL", "2026-12-21");
    assert!(world.account.hold.is_none());
    assert_eq!(world.account.excused, []);
}

/// It was sent when the rules had 15 days of notice.
#[test]
fn nobody_is_cut_before_the_day_that_a_delivered_notice_says() {
    let mut world = with_minimum(&json!({ "legal_notice_days": 1 }));
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-11-26");
    let legal = world.notices.iter_mut().find(|notice| notice.legal).unwrap();
    legal.announced = Some(date("2026-12-12"));
    assert_eq!(cuts(&mut world, "2026-11-27", "2026-12-31"), ["2026-12-14 cut"]);
    let why = &world.suspensions[0].steps[0].because;
    assert!(why.contains(&"o aviso entregue diz 12/12/2026".to_owned()), "{why:?}");
}

#[test]
fn what_was_paid_of_a_debt_counts_when_service_is_held_on_for_it() {
    let mut world = with_minimum(&json!({
        "restore": "50%", "throttle_after_days": { "days": 5 }, "suspend_after_days": { "days": 30 },
    }));
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-12-14");
    assert!(world.account.hold.is_some() && !world.account.is_suspended());
    world.pay(0, "40.00 BRL", "2026-12-14");
    world.live("2026-12-15", "2026-12-31");
    assert!(world.account.is_suspended());
    // What is kept says what was owed on the day; what gives service back is half of what it was held for.
    assert_eq!(world.suspensions.last().unwrap().debt.amount.to_string(), "60.00 BRL");
    world.pay(0, "50.00 BRL", "2026-12-31");
    assert!(world.account.hold.is_none());
}

#[test]
fn what_was_paid_under_a_promise_counts_when_it_is_broken() {
    let mut world = with_minimum(&json!({
        "restore": "50%", "promise_by": "customer", "promise_days": 5, "promise_times": 1,
        "promise_within_days": 90,
    }));
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-12-14");
    assert!(world.account.is_suspended());
    world.promise("2026-12-14").unwrap();
    world.pay(0, "40.00 BRL", "2026-12-15");
    world.live("2026-12-15", "2026-12-31");
    assert!(world.account.is_suspended());
    world.pay(0, "50.00 BRL", "2026-12-31");
    assert!(world.account.hold.is_none());
}

/// A year was paid in January. In December's bill the customer changes to a plan that is cheaper or dearer.
#[test]
fn a_year_that_was_paid_ahead_is_cut_for_a_bill_only_if_that_charges_more_for_it() {
    let line = |reason: &str, amount: &str| {
        json!({
            "src": { "recurring": ["ano", "fibra-ano"] }, "why": reason, "text": "Fibra", "cat": "internet",
            "span": "2026-12-05/2027-07-10", "amt": amount,
        })
    };
    for (charge, is_cut) in [("590.00 BRL", false), ("600.00 BRL", false), ("700.00 BRL", true)] {
        let mut world = with_minimum(&json!({}));
        let mut account = serde_json::to_value(&world.account).unwrap();
        account["subs"].as_array_mut().unwrap().push(json!({
            "id": "ano", "plan": "fibra-ano", "start": "2026-07-10",
            "billed": [{
                "span": "2026-07-10/2027-07-10",
                "rate": { "plan": "fibra-ano", "unit": "1200", "qty": 1, "mon": 12 },
            }],
        }));
        world.account = serde_json::from_value(account).unwrap();
        world.issue("2026-12-10");
        let mut invoice = serde_json::to_value(&world.invoices[0]).unwrap();
        invoice["lines"] = json!([line("credit", "-600.00 BRL"), line("charge", charge)]);
        world.invoices[0] = serde_json::from_value(invoice).unwrap();
        world.live("2026-12-10", "2027-01-31");
        let held = world.account.hold.as_ref().unwrap();
        let names: Vec<_> = held.services.iter().map(SubscriptionId::as_str).collect();
        let want = if is_cut { vec!["fibra", "ano"] } else { vec!["fibra"] };
        assert_eq!(names, want, "{charge}");
    }
}

/// The mailbox is gone, too: nobody is to mend it for that.
#[test]
fn who_has_no_service_any_more_is_not_told_that_it_will_be_cut() {
    for end in [None, Some("2026-11-22")] {
        let mut world = with_minimum(&json!({}));
        world.delivers = false;
        world.account.email.clear();
        world.account.subscriptions[0].disconnected_on = end.map(date);
        world.issue("2026-11-10");
        let told = world.live("2026-11-10", "2026-12-31");
        assert_eq!(told.iter().any(|line| line.contains("+5:email")), end.is_none(), "{told:?}");
        let next = world.account.next_review;
        assert_eq!(next.is_some(), end.is_none(), "looked at again on {next:?}");
    }
}

/// The network knows neither contract, so that nothing else has the account looked at.
#[test]
fn who_has_service_again_is_told_on_the_day_on_which_it_begins() {
    let mut world = with_minimum(&json!({}));
    world.issue("2026-11-10");
    let mut next = world.account.subscriptions[0].clone();
    (next.id, next.start) = ("fibra-2".parse().unwrap(), date("2026-12-07"));
    world.account.subscriptions[0].disconnected_on = Some(date("2026-11-22"));
    world.account.subscriptions.push(next);
    let told = world.live("2026-11-10", "2026-12-31");
    let told: Vec<_> =
        told.iter().filter(|line| line.contains("+5:email") || line.ends_with("cut")).collect();
    assert_eq!(told, ["2026-12-07 2026-11-10-cycle:+5:email", "2026-12-22 cut"]);
}
