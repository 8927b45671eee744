//! What is foreseen of an account that is known with something under way.

use jiff::civil::Date;
use serde_json::json;

use super::world::{World, date};
use crate::delinquency::{CutKind, Happening, NoticeState, foresee};

/// By the Brazilian rules: the legal notice of an invoice that is due on 2026-11-20 goes on 2026-11-25, and
/// service is cut fifteen days after it has arrived.
fn world() -> World {
    let mut world = World::new(json!({
        "ladder": "+5:email:aviso:legal suspended:email:cortado", "legal_notice_days": 15,
        "suspend_after_days": { "days": 10 }, "cut_weekdays": "Mo Tu We Th",
    }));
    world.delivers = false;
    world.issue("2026-11-10");
    world
}

/// When service is cut, and how many notices of the law go before, as foreseen on a day.
fn cut(world: &World, on: &str) -> (Option<Date>, usize) {
    let seen = foresee(world.known(date(on)), date("2027-03-31")).unwrap();
    let suspended = |what: &Happening| *what == Happening::Cut(CutKind::Suspended);
    let on = seen.iter().find(|one| suspended(&one.what)).map(|one| one.on);
    let legal = |what: &Happening| matches!(what, Happening::Notice(notice) if notice.legal);
    (on, seen.iter().filter(|one| legal(&one.what)).count())
}

#[test]
fn a_legal_notice_that_is_on_its_way_is_not_sent_again_and_counts_from_today() {
    let mut world = world();
    let cut_on = Some(date("2026-12-10"));
    assert_eq!(cut(&world, "2026-11-12"), (cut_on, 1));
    world.live("2026-11-12", "2026-11-25");
    let sent = "2026-11-25T11:00:00Z".parse().unwrap();
    world.notices[0].begin("Aviso".into(), "ana@customer.example", sent);
    for state in [NoticeState::Planned, NoticeState::Sending, NoticeState::Sent] {
        world.notices[0].state = state;
        assert_eq!(cut(&world, "2026-11-25"), (cut_on, 0), "{state:?}");
    }
    world.notices[0].state = NoticeState::Bounced;
    assert_eq!(cut(&world, "2026-11-25"), (None, 0));
}

#[test]
fn an_account_that_no_notice_can_reach_is_not_said_to_be_cut_and_it_is_told_why() {
    let mut world = world();
    world.account.email.clear();
    let seen = foresee(world.known(date("2026-11-12")), date("2027-03-31")).unwrap();
    let [.., last] = &seen[..] else { panic!("{seen:?}") };
    assert!(matches!(last.what, Happening::Unreached(_)), "{seen:?}");
    assert_eq!(last.because, ["the account has no e-mail address"]);
    assert_eq!(cut(&world, "2026-11-12"), (None, 0));
}

#[test]
fn grace_that_was_given_since_is_the_reason_of_what_comes_later() {
    let mut world = world();
    world.account.grace_until = Some(date("2026-12-20"));
    let seen = foresee(world.known(date("2026-11-12")), date("2027-03-31")).unwrap();
    let why = |wanted: fn(&Happening) -> bool| {
        let one = seen.iter().find(|one| wanted(&one.what)).unwrap();
        (one.on.to_string(), one.because[0].clone())
    };
    let delinquent = why(|what| matches!(what, Happening::Delinquent(_)));
    let cut = why(|what| *what == Happening::Cut(CutKind::Suspended));
    assert_eq!(delinquent.0, "2026-12-21", "a Monday");
    assert_eq!(delinquent.1, cut.1);
    assert!(cut.1.contains("grace_until"), "{cut:?}");
}
