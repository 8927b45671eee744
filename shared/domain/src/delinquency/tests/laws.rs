//! What holds in any settings, whatever the customer does.

use jiff::civil::Date;
use proptest::{collection::vec, option, prelude::*};
use serde_json::json;

use super::world::{World, date};
use crate::{calendar::days_after, delinquency::HoldKind};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Nobody is held on an excluded day, before their notice, while a promise stands, or when paid up;
    /// whoever pays is back; and a second look on the same day does nothing.
    #[test]
    fn nobody_is_held_who_may_not_be_and_whoever_pays_is_back(
        weekdays in 1_u8..128, notice in 0_u16..20, slow in option::of(0_u16..15), suspend in 0_u16..20,
        end in option::of(20_u16..90), paid in vec(option::of(0_u16..120), 3), promised in option::of(0_u16..100),
        delivers in any::<bool>(), legal in any::<bool>(), skipped in vec(0_u16..150, 0..40),
    ) {
        let days = |days: Option<u16>| days.map_or(json!("never"), |days| json!({ "days": days }));
        let weekdays = crate::calendar::Weekdays::of_bits(weekdays.try_into().unwrap());
        let ladder = if legal { "+1:email:a +2:sms:b:legal" } else { "+1:email:a" };
        let mut world = World::new(json!({
            "ladder": ladder, "cut_weekdays": weekdays, "legal_notice_days": notice,
            "throttle_after_days": days(slow), "suspend_after_days": { "days": suspend },
            "disconnect_after_days": days(end), "promise_by": "customer",
        }));
        world.delivers = delivers;
        let start = date("2026-10-10");
        for day in 0..150 {
            let today = days_after(start, day);
            for (place, cycle) in [0, 31, 61].into_iter().enumerate() {
                if cycle == day {
                    world.issue(&today.to_string());
                }
                if paid[place] == Some(day.saturating_sub(cycle)) && day >= cycle {
                    world.pay(place, "100.00 BRL", &today.to_string());
                }
            }
            if promised == Some(day) {
                let _refused = world.promise(&today.to_string());
            }
            let before = world.account.hold.as_ref().map(|hold| (hold.kind, hold.since));
            if !skipped.contains(&day) {
                world.day(today);
                let again = world.account.clone();
                world.account.next_review = Some(today);
                world.day(today);
                world.account.next_review = again.next_review;
                prop_assert_eq!(&world.account, &again, "a second look changes nothing");
            }
            let now = world.account.hold.clone();
            if let Some(hold) = now.filter(|hold| before != Some((hold.kind, hold.since))) {
                prop_assert!(weekdays.contains(today.weekday()), "{today}");
                prop_assert_eq!(world.calendar.excluded(today), None);
                prop_assert!(world.account.promise_on(today).is_none());
                prop_assert!(hold.debt.amount.is_positive());
                let earliest = world.invoices.iter().map(|one| one.delinquent).min().unwrap();
                prop_assert!(today >= earliest);
                if legal || notice > 0 {
                    let told = |day: Date| world.notices.iter().any(|one| one.legal
                        && one.delivered.is_some_and(|at| days_after(at.to_zoned(jiff::tz::TimeZone::UTC).date(), notice) <= day));
                    prop_assert!(delivers && legal && told(today), "{today}");
                }
                if hold.kind == HoldKind::Suspended {
                    prop_assert!(world.account.subscriptions[0].cuts.last().unwrap().until.is_none());
                }
            }
            let owed = world.invoices.iter().any(|one| one.is_open() && one.due < today);
            prop_assert!(owed || world.account.hold.is_none(), "held on {today} though paid up");
        }
        let mut steps: Vec<_> = world.notices.iter().map(|notice| notice.id).collect();
        steps.sort();
        steps.dedup();
        prop_assert_eq!(steps.len(), world.notices.len(), "each step once");
    }
}
