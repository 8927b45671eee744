//! What is asked of access servers, by example.

use serde_json::{Value, json};

use super::*;

pub(crate) fn account(hold: &Value, subscription: &Value) -> Account {
    let mut sub = json!({
        "id": "1", "plan": "fibra-500", "start": "2026-01-10", "site": "centro", "login": "ana",
    });
    for (name, value) in subscription.as_object().unwrap() {
        sub[name] = value.clone();
    }
    serde_json::from_value(json!({
        "id": "1042", "ver": 1, "type": "residencial", "cust": { "name": "Ana" }, "locale": "pt-BR",
        "cur": "BRL", "days": [{ "date": "2026-01-01", "day": 10 }], "bal": "0.00 BRL",
        "last": "0.00 BRL", "cred": "0.00 BRL", "hold": hold, "subs": [sub],
    }))
    .unwrap()
}

pub(crate) fn hold(kind: &str) -> Value {
    let debt = json!({ "amt": "10.00 BRL", "invoices": ["2026-11-10-cycle"] });
    json!({ "kind": kind, "since": "2026-11-30", "begun": "2026-11-30", "subs": ["1"], "debt": debt })
}

fn next(wanted: &Wanted, known: Option<&Enforced>, occasion: Occasion, now: Timestamp) -> Step {
    let known: Vec<_> = known.into_iter().cloned().collect();
    let known = KnownOf::wanted(&known, wanted);
    Enforced::next(&"1042".parse().unwrap(), wanted, &known, occasion, now)
}

#[test]
fn it_is_asked_for_until_it_is_confirmed_by_one_at_a_time_and_again_by_each_days_sweep() {
    let now: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
    let (day, day_after) = ("2026-12-02".parse().ok(), "2026-12-03".parse().ok());
    let cut = Occasion { sweep: None, may_cut: true };
    let sweep = |sweep| Occasion { sweep, may_cut: false };
    let of = |kind: &str, cuts: Value| {
        let account = account(&hold(kind), &json!({ "cuts": cuts }));
        wanted(&account, "2026-12-01".parse().unwrap()).unwrap().remove(0)
    };
    let suspended = of("suspended", json!([{ "from": "2026-11-30" }]));
    let Step::Ask(asking) = next(&suspended, None, cut, now) else { panic!() };
    let until = now + Enforced::LEASE;
    assert_eq!(next(&suspended, Some(&asking), cut, now), Step::Wait(until));
    let later = now + SignedDuration::from_mins(1);
    let step = next(&suspended, Some(&asking), cut, later);
    assert!(matches!(step, Step::Ask(_)), "whoever asked has never come back");
    let refused = asking.clone().refused("no".into());
    assert!(matches!(next(&suspended, Some(&refused), cut, now), Step::Ask(_)));
    let silent = asking.clone().unanswered("silence".into());
    assert_eq!(next(&suspended, Some(&silent), cut, now), Step::Wait(until));
    assert!(matches!(next(&suspended, Some(&silent), cut, until), Step::Ask(_)));
    let done = asking.confirmed(Service::Suspended, now);
    assert_eq!(next(&suspended, Some(&done), cut, now), Step::Settled);
    let Step::Ask(swept) = next(&suspended, Some(&done), sweep(day), now) else { panic!() };
    let swept = swept.confirmed(Service::Suspended, now);
    assert_eq!(next(&suspended, Some(&swept), sweep(day), now), Step::Settled);
    assert!(matches!(next(&suspended, Some(&swept), sweep(day_after), now), Step::Ask(_)));
    let moved = Wanted { site: "norte".parse().unwrap(), ..suspended };
    assert!(matches!(next(&moved, Some(&swept), cut, now), Step::Ask(_)));
}

#[test]
fn service_is_taken_away_on_permitted_days_alone_and_given_back_on_any() {
    use Service::{Full, Suspended, Throttled};
    let now: Timestamp = "2026-12-06T12:00:00Z".parse().unwrap(); // a Sunday
    let day = "2026-12-06".parse().unwrap();
    let of = |service, held| {
        let account = account(&Value::Null, &json!({}));
        Wanted { service, held, ..wanted(&account, day).unwrap().remove(0) }
    };
    let after = |confirmed: Option<Service>, asked: Service| {
        let ask = |known: Option<&Enforced>, service| {
            let may = Occasion { sweep: None, may_cut: true };
            let step = next(&of(service, true), known, may, now);
            let Step::Ask(asking) = step else { panic!("{step:?}") };
            asking
        };
        let known = confirmed.map(|one| ask(None, Suspended).confirmed(one, now));
        ask(known.as_ref(), asked).refused("down on the day that was permitted".into())
    };
    let done = |service| after(None, service).confirmed(service, now);
    let cases = [
        // Nobody was told, or it was down.
        (None, Suspended, true, false),
        (Some(after(None, Suspended)), Suspended, true, false),
        (Some(after(Some(Full), Suspended)), Suspended, true, false),
        (Some(after(Some(Throttled), Suspended)), Suspended, true, false),
        (Some(done(Throttled)), Suspended, true, false),
        // It is gone already; it is given back; its owner has asked for it.
        (Some(done(Suspended)), Suspended, true, true),
        (Some(done(Suspended)), Throttled, true, true),
        (Some(done(Suspended)), Full, false, true),
        (Some(after(Some(Suspended), Full)), Full, false, true),
        (None, Suspended, false, true),
    ];
    for (known, service, held, asks) in cases {
        let sweep = Occasion { sweep: Some(day), may_cut: false };
        let step = next(&of(service, held), known.as_ref(), sweep, now);
        assert_eq!(matches!(step, Step::Ask(_)), asks, "{known:?} {service} {held}");
        let may = Occasion { may_cut: true, ..sweep };
        let step = next(&of(service, held), known.as_ref(), may, now);
        assert!(matches!(step, Step::Ask(_)), "{known:?} {service} {held}");
    }
}

/// A webhook is down at the daily sweep of who is slowed down, whose sessions go on.
#[test]
fn a_sweep_that_is_not_confirmed_is_given_again_as_a_sweep() {
    let account = account(&hold("throttled"), &json!({}));
    let wanted = wanted(&account, "2026-12-01".parse().unwrap()).unwrap().remove(0);
    let now: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
    let slow = Before::Confirmed(Service::Throttled);
    let occasion = |sweep: Option<&str>| Occasion {
        sweep: sweep.map(|day| day.parse().unwrap()),
        may_cut: false,
    };
    let cut = Occasion { sweep: None, may_cut: true };
    let Step::Ask(first) = next(&wanted, None, cut, now) else { panic!() };
    assert_eq!(first.before(&KnownOf::default()), Before::AtWorst(Service::Full));
    let mut known = first.confirmed(Service::Throttled, now);
    for day in [Some("2026-12-01"), None, Some("2026-12-02")] {
        let step = next(&wanted, Some(&known), occasion(day), now);
        let Step::Ask(asking) = step else { panic!("{step:?}") };
        let all = [known];
        assert_eq!(asking.before(&KnownOf::wanted(&all, &wanted)), slow, "{day:?}");
        known = asking.refused("the webhook is down".into());
    }
    let full = Wanted { service: Service::Full, held: false, ..wanted };
    let Step::Ask(asking) = next(&full, Some(&known), cut, now) else { panic!() };
    let all = [known];
    let before = Before::AtWorst(Service::Throttled);
    assert_eq!(asking.before(&KnownOf::wanted(&all, &full)), before, "another order");
}

/// It had another login before, which had its service back.
#[test]
fn what_is_gone_is_asked_for_again_also_under_a_login_that_was_renamed() {
    let mut account = account(&hold("suspended"), &json!({ "cuts": [{ "from": "2026-11-30" }] }));
    let (id, day) = (account.id.clone(), "2026-12-05".parse().unwrap());
    let now: Timestamp = "2026-12-05T12:00:00Z".parse().unwrap();
    let friday = Occasion { sweep: None, may_cut: true };
    let asked = |wanted: &Wanted, all: &[Enforced], occasion, at| match Enforced::next(
        &id,
        wanted,
        &KnownOf::wanted(all, wanted),
        occasion,
        at,
    ) {
        Step::Ask(asking) => asking,
        step => panic!("{step:?}"),
    };
    let suspended = wanted(&account, day).unwrap().remove(0);
    let full = Wanted { service: Service::Full, held: false, ..suspended.clone() };
    let cut = asked(&suspended, &[], friday, now).confirmed(Service::Suspended, now);
    let back = asked(&full, &[cut], friday, now).confirmed(Service::Full, now);
    account.subscriptions[0].login = "ana-2".parse().ok();
    let renamed = wanted(&account, day).unwrap().remove(0);
    let all = [back.clone()];
    let gone = asked(&renamed, &all, friday, now).confirmed(Service::Suspended, now);
    let saturday = Occasion { sweep: Some(day), may_cut: false };
    let silent = asked(&renamed, &[back.clone(), gone], saturday, now).unanswered("silence".into());
    asked(&renamed, &[back, silent], saturday, now + Enforced::LEASE);
}

/// Friday's cut is confirmed; on Saturday the router does not answer the sweep.
#[test]
fn what_is_gone_is_asked_for_again_on_any_day_until_it_is_confirmed_again() {
    let account = account(&hold("suspended"), &json!({ "cuts": [{ "from": "2026-11-30" }] }));
    let now: Timestamp = "2026-12-05T12:00:00Z".parse().unwrap();
    let wanted = wanted(&account, "2026-12-05".parse().unwrap()).unwrap().remove(0);
    let friday = Occasion { sweep: None, may_cut: true };
    let Step::Ask(asking) = next(&wanted, None, friday, now) else { panic!() };
    let gone = asking.clone().confirmed(Service::Suspended, now);
    for (before, asks) in [(gone, true), (asking.refused("no".into()), false)] {
        let saturday = Occasion { sweep: "2026-12-05".parse().ok(), may_cut: false };
        let step = next(&wanted, Some(&before), saturday, now);
        let Step::Ask(asking) = step else {
            assert_eq!((step, asks), (Step::Settled, false));
            continue;
        };
        let silent = asking.unanswered("silence".into());
        let sunday = Occasion { sweep: "2026-12-06".parse().ok(), may_cut: false };
        for occasion in [saturday, sunday] {
            let step = next(&wanted, Some(&silent), occasion, now + Enforced::LEASE);
            assert!(matches!(step, Step::Ask(_)), "{step:?}");
        }
    }
}

#[test]
fn who_has_confirmed_an_order_is_told_of_it_again_by_another_one_alone() {
    let account = account(&hold("suspended"), &json!({ "cuts": [{ "from": "2026-11-30" }] }));
    let now: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
    let suspended = wanted(&account, "2026-12-01".parse().unwrap()).unwrap().remove(0);
    let full = Wanted { service: Service::Full, held: false, ..suspended.clone() };
    let told = |wanted: &Wanted, known: Option<&Enforced>, sweep: Option<&str>| {
        let sweep = sweep.map(|day| day.parse().unwrap());
        let step = next(wanted, known, Occasion { sweep, may_cut: true }, now);
        let Step::Ask(asking) = step else { panic!("{step:?}") };
        (asking.asked.as_ref().unwrap().told.clone(), asking)
    };
    let cut = told(&suspended, None, None).1.confirmed(Service::Suspended, now);
    for (one, other, before) in [(&suspended, &full, None), (&full, &suspended, Some(&cut))] {
        let (none, asking) = told(one, before, None);
        assert_eq!(none, [""; 0]);
        let half = asking.told(vec!["a".into()]).refused("b says no".into());
        let (again, asking) = told(one, Some(&half), None);
        assert_eq!(again, ["a"]);
        assert_eq!(told(other, Some(&half), None).0, [""; 0], "another order");
        let done = asking.confirmed(one.service, now);
        assert_eq!(done.asked.unwrap().told, [""; 0]);
    }
    let half = told(&suspended, None, Some("2026-12-01")).1.told(vec!["a".into()]);
    let half = half.refused("b says no".into());
    assert_eq!(told(&suspended, Some(&half), Some("2026-12-01")).0, ["a"]);
    assert_eq!(told(&suspended, Some(&half), Some("2026-12-02")).0, [""; 0], "a may have lost it");
}

#[test]
fn what_is_confirmed_is_told_of_while_it_is_less_than_all_and_what_is_not_until_it_is() {
    use Service::{Ended, Full, Suspended};
    let now: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
    let day = "2026-12-01".parse().unwrap();
    let suspended = json!({ "hist": [{ "date": "2026-11-20", "change": "suspend" }] });
    let back = json!({ "hist": [
        { "date": "2026-11-20", "change": "suspend" }, { "date": "2026-12-01", "change": "resume" },
    ] });
    let ended = |date: &str| json!({ "hist": [{ "date": date, "change": "end" }] });
    let cases = [
        (None, &json!({}), false),
        (None, &suspended, true),
        (Some(Suspended), &suspended, true),
        (Some(Suspended), &back, true), // its day has come
        (Some(Full), &back, false),
        (None, &ended("2026-12-01"), true),
        (None, &ended("2026-11-24"), true),
        (None, &ended("2026-11-23"), false), // somebody else may have the login
        (Some(Suspended), &ended("2026-11-01"), true),
        (Some(Ended), &ended("2026-12-01"), false),
    ];
    for (confirmed, subscription, want) in cases {
        let account = account(&Value::Null, subscription);
        let known = confirmed.map(|service| {
            let wanted = Wanted { service, ..wanted(&account, day).unwrap().remove(0) };
            Enforced::asking(&account.id, &wanted, &KnownOf::default(), None, now)
                .confirmed(service, now)
        });
        let known: Vec<_> = known.into_iter().collect();
        let told = is_to_be_told(&account, &known, day).unwrap();
        assert_eq!(told, want, "{confirmed:?} {subscription}");
    }
}

/// What was asked for and how it ended: confirmed, refused or silence. What was before the next order
/// then, and whether that order has the number of the one before.
#[test]
fn an_order_knows_what_was_before_and_keeps_its_number_until_it_is_confirmed() {
    use Before::{AtWorst, Confirmed};
    use Service::{Full, Suspended, Throttled};
    #[derive(Clone, Copy)]
    enum End {
        Done,
        Not,
    }
    use End::{Done, Not};
    type History = &'static [(Service, End)];
    let now: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
    let cut = Occasion { sweep: None, may_cut: true };
    let of = |service, plan: &str| {
        let account = account(&Value::Null, &json!({ "plan": plan }));
        let wanted = wanted(&account, "2026-12-01".parse().unwrap()).unwrap().remove(0);
        Wanted { service, ..wanted }
    };
    let cases: [(History, Service, &str, Before, bool); 9] = [
        (&[], Suspended, "fibra-500", AtWorst(Full), false),
        (&[(Suspended, Not)], Suspended, "fibra-500", AtWorst(Suspended), true),
        (&[(Suspended, Not)], Suspended, "fibra-900", AtWorst(Suspended), false),
        (&[(Suspended, Not)], Full, "fibra-500", AtWorst(Suspended), false),
        (&[(Suspended, Done)], Full, "fibra-500", Confirmed(Suspended), false),
        (&[(Suspended, Done), (Full, Not)], Full, "fibra-500", AtWorst(Suspended), true),
        (&[(Suspended, Done), (Full, Done)], Throttled, "fibra-500", Confirmed(Full), false),
        (&[(Throttled, Not)], Throttled, "fibra-500", AtWorst(Throttled), true),
        (&[(Throttled, Not), (Full, Not)], Throttled, "fibra-500", AtWorst(Throttled), false),
    ];
    for (history, service, plan, before, same) in cases {
        let mut known: Option<Enforced> = None;
        for (asked, end) in history {
            let wanted = of(*asked, "fibra-500");
            let step = next(&wanted, known.as_ref(), cut, now);
            let Step::Ask(asking) = step else { panic!("{step:?}") };
            known = Some(match end {
                Done => asking.confirmed(*asked, now),
                Not => asking.refused("no".into()),
            });
        }
        let wanted = of(service, plan);
        assert_eq!(
            KnownOf { login: known.as_ref(), renamed: None }.before(),
            before,
            "{service} {plan}"
        );
        let step = next(&wanted, known.as_ref(), cut, now);
        let Step::Ask(asking) = step else { panic!("{step:?}") };
        let number = |of: &Enforced| of.asked.as_ref().map(|asked| asked.number);
        let last = known.as_ref().and_then(number);
        assert_eq!(last.is_some() && last == number(&asking), same, "{service} {plan}");
        assert!(number(&asking) >= last, "{service} {plan}");
    }
}
