//! Notices that do not arrive, and what follows from that.

use jiff::Timestamp;
use serde_json::json;

use super::world::{World, date};
use crate::delinquency::{CustomerNotice, HoldKind, News, NoticeState, Unsent};

const LEGAL: &str = "2026-11-10-cycle:+5:email";

/// An account with an address, whose notice is due on 2026-11-25 and, once it has arrived, is
/// suspended fifteen days later.
fn world() -> World {
    let mut world = World::new(json!({
        "ladder": "-3:email:lembrete +5:email:aviso:legal suspended:email:cortado",
        "cut_weekdays": "Mo Tu We Th", "legal_notice_days": 15, "suspend_after_days": { "days": 10 },
    }));
    world.account.email = "ana@customer.example".into();
    world.delivers = false;
    world.issue("2026-11-10");
    world
}

fn at(text: &str) -> Timestamp {
    format!("{text}T12:00:00Z").parse().unwrap()
}

/// The notice that the law wants, as it lies.
fn legal(world: &mut World) -> &mut CustomerNotice {
    world.notices.iter_mut().find(|one| one.id.to_string() == LEGAL).unwrap()
}

/// It is sent to the address of now, and these become of it.
fn carried(world: &mut World, on: &str, told: &[(NoticeState, bool)]) {
    let to = world.account.email.clone();
    let notice = legal(world);
    notice.begin("Aviso".into(), &to, at(on));
    for (state, passing) in told {
        let news = News { passing: *passing, ..News::of(*state, at(on)) };
        notice.hear(&news);
    }
    // Whoever hears it has the account looked at on the day after.
    world.account.review_by(crate::calendar::days_after(date(on), 1));
}

/// The days on which it is asked for again through a day, and those on which people are told.
fn live(world: &mut World, from: &str, through: &str) -> (Vec<String>, usize) {
    let (mut day, mut again, mut told) = (date(from), Vec::new(), 0);
    while day <= date(through) {
        if let Some(done) = world.day(day) {
            again.extend(done.again.iter().map(|one| format!("{day} {}", one.notice.id)));
            told += done.unreached.len();
        }
        day = crate::calendar::days_after(day, 1);
    }
    (again, told)
}

/// What the review gives back has paid it.
#[test]
fn nobody_is_reminded_of_what_their_own_credit_pays_on_that_day() {
    let mut world = world();
    let mut found = None;
    let mut day = date("2026-11-10");
    while found.is_none() {
        found = world.day(day).filter(|done| !done.notices.is_empty());
        day = crate::calendar::days_after(day, 1);
    }
    let review = found.unwrap();
    let open = review.clone().without_paid(&world.invoices);
    assert_eq!(open.notices, review.notices);
    world.pay(0, "100.00 BRL", "2026-11-17");
    assert_eq!(review.without_paid(&world.invoices).notices, []);
}

#[test]
fn what_comes_after_a_delivery_takes_the_proof_only_if_there_is_no_such_address() {
    use NoticeState::{Bounced, Complained, Delivered, Sent};
    let cases = [
        (&[(Sent, false), (Delivered, false)][..], true),
        (&[(Delivered, false), (Bounced, true)], true),
        (&[(Bounced, true), (Delivered, false)], true),
        (&[(Delivered, false), (Complained, false)], true),
        (&[(Delivered, false), (Bounced, true), (Complained, false)], true),
        (&[(Delivered, false), (Bounced, false)], false),
        (&[(Bounced, false), (Delivered, false)], false),
        (&[(Sent, false), (Bounced, true)], false),
    ];
    for (told, want) in cases {
        let mut world = world();
        live(&mut world, "2026-11-10", "2026-11-25");
        carried(&mut world, "2026-11-25", told);
        live(&mut world, "2026-11-26", "2026-12-10");
        let cut = world.account.hold.as_ref().map(|hold| hold.kind);
        assert_eq!(cut == Some(HoldKind::Suspended), want, "{told:?}");
        if want {
            let proof = world.suspensions[0].notice.as_ref().unwrap();
            assert_eq!((proof.delivered, proof.text.as_str()), (at("2026-11-25"), "Aviso"));
        }
    }
}

#[test]
fn the_notice_of_the_law_goes_to_the_new_address_and_people_are_told_until_there_is_one() {
    let mut world = world();
    live(&mut world, "2026-11-10", "2026-11-25");
    carried(&mut world, "2026-11-25", &[(NoticeState::Bounced, false)]);
    let (again, told) = live(&mut world, "2026-11-26", "2026-11-30");
    assert_eq!((again, told), (vec![], 5), "day by day");
    world.account.email = "ana@elsewhere.example".into();
    let (again, told) = live(&mut world, "2026-12-01", "2026-12-01");
    assert_eq!((again, told), (vec![format!("2026-12-01 {LEGAL}")], 0));
    carried(&mut world, "2026-12-01", &[(NoticeState::Delivered, false)]);
    let (again, told) = live(&mut world, "2026-12-02", "2026-12-15");
    assert_eq!((again, told), (vec![], 0), "what was delivered is not sent again");
    assert_eq!(world.account.hold, None);
    live(&mut world, "2026-12-16", "2026-12-16");
    assert!(world.account.is_suspended(), "fifteen days after it has arrived");
}

#[test]
fn a_notice_of_the_law_is_sent_again_only_where_it_may_arrive() {
    use NoticeState::{Bounced, Complained, Sent};
    let first = |on: &str| vec![format!("{on} {LEGAL}")];
    // What was told, whether the address changes, when it is first sent again, and how often people
    // are told by then or through 2026-12-03.
    let cases = [
        (Bounced, false, false, vec![], 8),
        (Bounced, true, false, first("2026-11-28"), 2),
        (Bounced, false, true, first("2026-11-26"), 0),
        (Sent, false, false, vec![], 6),
        (Sent, false, true, first("2026-11-28"), 0),
        (Complained, false, false, vec![], 8),
    ];
    for (state, passing, moves, want, people) in cases {
        let mut world = world();
        live(&mut world, "2026-11-10", "2026-11-25");
        carried(&mut world, "2026-11-25", &[(state, passing)]);
        if moves {
            world.account.email = "ana@elsewhere.example".into();
        }
        let through = if want.is_empty() { "2026-12-03" } else { "2026-11-28" };
        let (mut again, told) = live(&mut world, "2026-11-26", through);
        again.truncate(1);
        assert_eq!((again, told), (want, people), "{state:?} {passing} {moves}");
    }
}

#[test]
fn what_was_dropped_is_sent_once_there_is_an_address_or_the_invoice_is_open_again() {
    for why in [Unsent::NoEmail, Unsent::Paid] {
        let mut world = world();
        live(&mut world, "2026-11-10", "2026-11-25");
        let to = std::mem::take(&mut world.account.email);
        legal(&mut world).drop_for(why);
        if why == Unsent::Paid {
            world.account.email.clone_from(&to);
        } else {
            world.account.review_by(date("2026-11-26"));
            let (again, told) = live(&mut world, "2026-11-26", "2026-11-26");
            assert_eq!((again, told), (vec![], 1), "{why}");
            world.account.email = to;
        }
        world.account.review_by(date("2026-11-27"));
        let (again, told) = live(&mut world, "2026-11-27", "2026-11-27");
        assert_eq!((again, told), (vec![format!("2026-11-27 {LEGAL}")], 0), "{why}");
    }
}

/// Its message lay with the dead letters, or was never sent.
#[test]
fn what_got_lost_is_asked_for_every_other_day_a_reminder_only_while_it_is_of_use() {
    let mut world = world();
    let reminder = |day: &str| format!("{day} 2026-11-10-cycle:-3:email");
    let (again, _) = live(&mut world, "2026-11-10", "2026-11-24");
    assert_eq!(again, [reminder("2026-11-19")], "due on the 20th");
    let (again, told) = live(&mut world, "2026-11-25", "2026-12-05");
    let days = ["2026-11-27", "2026-11-29", "2026-12-01", "2026-12-03", "2026-12-05"];
    let want: Vec<_> = days.iter().map(|day| format!("{day} {LEGAL}")).collect();
    assert_eq!((again, told), (want, 0), "it is under way");
    assert_eq!(world.notices.len(), 2, "each step once");
    assert_eq!(legal(&mut world).state, NoticeState::Planned);
}
