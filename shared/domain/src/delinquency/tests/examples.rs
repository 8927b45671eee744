//! Accounts that do not pay, day by day.

use serde_json::{Value, json};

use super::world::{World, date};
use crate::{
    delinquency::{CutKind, Happening, LiftedBy, foresee},
    method::PaymentMethod,
};

fn brazil() -> Value {
    json!({
        "ladder": "issued:email:nova -3:email:lembrete +1:sms:atraso +5:email:aviso:legal \
                   suspended:sms:cortado restored:sms:voltou disconnected:email:fim",
        "cut_weekdays": "Mo Tu We Th", "legal_notice_days": 15, "suspend_after_days": { "days": 10 },
        "disconnect_after_days": { "days": 60 },
    })
}

#[test]
fn who_never_pays_is_reminded_noticed_suspended_and_disconnected() {
    let mut world = World::new(brazil());
    world.issue("2026-11-10");
    let told = world.live("2026-11-10", "2027-03-31");
    assert_eq!(
        told,
        [
            "2026-11-10 2026-11-10-cycle:issued:email",
            "2026-11-17 2026-11-10-cycle:-3:email",
            // Due on a holiday; notices may go on the Saturday after it.
            "2026-11-21 2026-11-10-cycle:+1:sms",
            "2026-11-25 2026-11-10-cycle:+5:email",
            // Fifteen days after the notice.
            "2026-12-10 2026-12-10:suspended:sms",
            "2026-12-10 cut",
            "2027-02-08 2026-12-10:disconnected:email",
            "2027-02-08 over",
        ]
    );
    let kept = &world.suspensions[0];
    let proof = kept.notice.as_ref().unwrap();
    assert_eq!(proof.notice.to_string(), "2026-11-10-cycle:+5:email");
    assert_eq!(
        kept.steps[0].because,
        [
            "10 dias após a inadimplência (suspend_after_days)",
            "15 dias após o aviso legal, entregue em 25/11/2026 (legal_notice_days)",
        ]
    );
    assert_eq!(world.account.subscriptions[0].disconnected_on, Some(date("2027-02-08")));
}

/// A contract that is ended does not come back: grace that is given to whom is suspended puts that off.
#[test]
fn grace_that_is_given_to_whom_is_suspended_puts_the_end_off() {
    let mut world = World::new(brazil());
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-12-31");
    world.account.grace_until = Some(date("2027-03-13"));
    let told = world.live("2027-01-01", "2027-03-31");
    // The Monday after that Saturday.
    assert_eq!(told, ["2027-03-15 2026-12-10:disconnected:email", "2027-03-15 over"]);
}

/// What is foreseen is what happens.
#[test]
fn what_is_foreseen_of_an_account_that_does_not_pay_is_what_happens_to_it() {
    let mut world = World::new(brazil());
    world.issue("2026-11-10");
    let seen = foresee(world.known(date("2026-11-10")), date("2027-03-31")).unwrap();
    let told = seen.iter().filter_map(|one| match &one.what {
        Happening::Notice(notice) => Some(format!("{} {}", one.on, notice.id)),
        Happening::Cut(CutKind::Suspended) => Some(format!("{} cut", one.on)),
        Happening::Cut(_) => Some(format!("{} over", one.on)),
        _ => None,
    });
    let mut told: Vec<_> = told.collect();
    let mut lived = world.live("2026-11-10", "2027-03-31");
    told.sort();
    lived.sort();
    assert_eq!(told, lived);
    let cut = seen.iter().find(|one| one.what == Happening::Cut(CutKind::Suspended)).unwrap();
    assert_eq!(
        cut.because[1],
        "15 dias após o aviso legal, entregue em 25/11/2026 (legal_notice_days)"
    );
    let due = &seen.iter().find(|one| matches!(one.what, Happening::Due(_))).unwrap();
    assert_eq!(due.because, ["10 dias após a emissão (due_days)"]);
}

#[test]
fn nothing_is_cut_before_the_notice_was_delivered() {
    let mut world = World::new(brazil());
    world.delivers = false;
    world.issue("2026-11-10");
    let told = world.live("2026-11-10", "2027-03-31");
    assert!(!told.iter().any(|line| line.contains("cut")), "{told:?}");
}

#[test]
fn who_pays_is_back_at_once_without_a_day_lost_or_billed() {
    let mut world = World::new(brazil());
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-12-12");
    world.pay(0, "40.00 BRL", "2026-12-13");
    assert!(world.account.is_suspended(), "a part is not all that is overdue");
    world.pay(0, "100.00 BRL", "2026-12-14");
    assert_eq!(world.account.hold, None);
    let cut = world.account.subscriptions[0].cuts[0];
    assert_eq!((cut.from, cut.until), (date("2026-12-10"), Some(date("2026-12-14"))));
    assert_eq!(world.notices.last().unwrap().id.to_string(), "2026-12-10:restored:sms");
    assert_eq!(world.live("2026-12-14", "2027-03-31"), [""; 0]);
}

#[test]
fn who_pays_on_the_day_of_the_cut_has_lost_no_day() {
    let mut world = World::new(brazil());
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-12-10");
    assert!(world.account.is_suspended());
    world.pay(0, "100.00 BRL", "2026-12-10");
    assert_eq!(world.account.subscriptions[0].cuts, []);
}

#[test]
fn nobody_is_reminded_of_what_is_paid() {
    // A suspension mail after a recorded cheque is what others had.
    let mut world = World::new(brazil());
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-11-24");
    world.pay(0, "100.00 BRL", "2026-11-24");
    assert_eq!(world.live("2026-11-25", "2027-03-31"), [""; 0]);
}

#[test]
fn a_promise_gives_service_back_and_breaking_it_takes_it_again() {
    let mut settings = brazil();
    settings["promise_by"] = "customer".into();
    let mut world = World::new(settings);
    world.issue("2026-11-10");
    assert_eq!(
        world.promise("2026-11-12").unwrap_err(),
        "nothing is overdue: there is nothing to promise"
    );
    world.live("2026-11-10", "2026-12-11");
    world.promise("2026-12-11").unwrap();
    assert_eq!(world.account.hold, None);
    assert_eq!(
        world.promise("2026-12-12").unwrap_err(),
        "a promise stands already, through 2026-12-14"
    );
    let told = world.live("2026-12-12", "2026-12-31");
    assert_eq!(told, ["2026-12-15 2026-12-15:suspended:sms", "2026-12-15 cut"]);
    assert_eq!(
        world.promise("2026-12-16").unwrap_err(),
        "1 promises in 30 days are as many as there may be; the next may be made on 2027-01-10"
    );
    assert!(
        world.suspensions[1].steps[0]
            .because
            .contains(&"promessa de pagamento não cumprida, até 14/12/2026".to_owned())
    );
}

#[test]
fn a_promise_that_was_kept_is_not_held_against_a_later_invoice() {
    let mut settings = brazil();
    settings["promise_by"] = "customer".into();
    let mut world = World::new(settings);
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-12-11");
    world.promise("2026-12-11").unwrap();
    world.pay(0, "100.00 BRL", "2026-12-12");
    world.issue("2027-01-10");
    let told = world.live("2026-12-13", "2027-02-28");
    assert!(told.iter().any(|line| line.ends_with("cut")), "{told:?}");
    let why = &world.suspensions[1].steps[0].because;
    assert!(!why.iter().any(|rule| rule.contains("promessa")), "{why:?}");
}

#[test]
fn service_is_slowed_down_first_where_the_type_says_so() {
    let mut settings = brazil();
    settings["throttle_after_days"] = json!({ "days": 0 });
    settings["legal_notice_days"] = 0.into();
    let mut world = World::new(settings);
    world.issue("2026-11-10");
    let told = world.live("2026-11-10", "2026-12-31");
    let holds: Vec<_> =
        told.iter().filter(|line| line.ends_with("slow") || line.ends_with("cut")).collect();
    // The notice has to be delivered first, on the 25th; the 5th and 6th are a weekend, the 7th is Monday.
    assert_eq!(holds, ["2026-11-26 slow", "2026-12-07 cut"]);
    assert_eq!(world.suspensions.len(), 1);
    assert_eq!(world.account.subscriptions[0].cuts[0].from, date("2026-12-07"));
}

#[test]
fn what_a_run_has_missed_does_not_come_all_at_once() {
    let mut world = World::new(brazil());
    world.issue("2026-11-10");
    // Nothing ran for two weeks: the last of each channel, and the notice that the law wants.
    assert_eq!(
        world.live("2026-11-25", "2026-11-25"),
        ["2026-11-25 2026-11-10-cycle:+5:email", "2026-11-25 2026-11-10-cycle:+1:sms"]
    );
}

#[test]
fn a_part_of_a_debt_restores_where_the_rule_says_so_and_the_rest_cuts_nothing_by_itself() {
    let mut settings = brazil();
    settings["restore"] = "50%".into();
    let mut world = World::new(settings);
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-12-11");
    world.pay(0, "50.00 BRL", "2026-12-11");
    assert_eq!(world.account.hold, None);
    assert_eq!(world.live("2026-12-12", "2027-01-09"), [""; 0]);
    // The next invoice becomes delinquent: then all of it counts.
    world.issue("2027-01-10");
    let told = world.live("2027-01-10", "2027-02-28");
    assert!(told.iter().any(|line| line.ends_with("cut")), "{told:?}");
    assert_eq!(world.account.hold.as_ref().unwrap().debt.amount.to_string(), "150.00 BRL");
}

/// "Desbloqueio de confiança": what would have given service back is enough to keep it.
#[test]
fn who_pays_under_a_promise_what_restores_is_not_cut_for_the_rest() {
    let mut settings = brazil();
    settings["restore"] = "50%".into();
    settings["promise_by"] = "customer".into();
    for (amount, cut) in [("49.99 BRL", true), ("50.00 BRL", false)] {
        let mut world = World::new(settings.clone());
        world.issue("2026-11-10");
        world.live("2026-11-10", "2026-12-11");
        world.promise("2026-12-11").unwrap();
        world.pay(0, amount, "2026-12-12");
        let told = world.live("2026-12-12", "2027-01-09");
        assert_eq!(told.iter().any(|line| line.ends_with("cut")), cut, "{amount} {told:?}");
        // A later promise has nothing to do with it.
        let left = world.account.promises.iter().filter(|promise| promise.debt.is_some());
        assert_eq!(left.count(), 0, "{amount}");
    }
}

/// The review of a day comes before what that day has collected. What has not been collected for days, since
/// its gateway is not there, keeps nobody waiting any more.
#[test]
fn nobody_is_reminded_on_the_day_on_which_their_card_is_charged() {
    let card = json!([{
        "id": "card-1", "rail": "card", "gw": "banco", "token": "tok_1", "label": "Visa 4242",
        "state": "active", "since": "2026-01-10",
    }]);
    let card: Vec<PaymentMethod> = serde_json::from_value(card).unwrap();
    let first = |collected: Option<&str>| {
        let mut world = World::new(brazil());
        world.account.methods.clone_from(&card);
        world.account.next_collection = collected.map(date);
        world.issue("2026-11-10");
        let seen = foresee(world.known(date("2026-11-21")), date("2027-03-31")).unwrap();
        let cut = seen.iter().any(|one| one.what == Happening::Cut(CutKind::Suspended));
        assert!(cut, "of what is foreseen nothing is collected: {collected:?}");
        let told = world.live("2026-11-18", "2027-01-31");
        assert!(told.iter().any(|line| line.ends_with("cut")), "{told:?}");
        told.into_iter().find(|line| line.ends_with(":sms")).unwrap()
    };
    assert_eq!(first(Some("2026-11-20")), "2026-11-25 2026-11-10-cycle:+1:sms");
    assert_eq!(first(Some("2026-11-25")), "2026-11-21 2026-11-10-cycle:+1:sms");
    assert_eq!(first(None), "2026-11-21 2026-11-10-cycle:+1:sms");
}

#[test]
fn a_contract_that_the_customer_has_ended_is_not_ended_once_more() {
    let mut world = World::new(brazil());
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-12-11");
    assert!(world.account.is_suspended());
    let end = json!([{ "date": "2026-12-20", "change": "end" }]);
    world.account.subscriptions[0].history = serde_json::from_value(end).unwrap();
    world.account.review_by(date("2026-12-20"));
    assert_eq!(world.live("2026-12-12", "2027-03-31"), ["2026-12-20 over"]);
    assert_eq!(world.account.subscriptions[0].disconnected_on, None);
    let lifted = world.suspensions[0].lifted.unwrap();
    assert_eq!((lifted.on, lifted.why), (date("2026-12-20"), LiftedBy::End));
    // Nor does it come back with a payment.
    world.pay(0, "100.00 BRL", "2027-04-01");
    assert!(!world.notices.iter().any(|notice| notice.id.to_string().contains("restored")));
}

/// They have moved, and have another contract since the day on which the one ended that was suspended.
#[test]
fn what_is_held_after_a_contract_has_ended_is_held_anew_and_both_are_kept() {
    let two = |amount: Option<&str>| {
        let mut settings = brazil();
        settings["restore"] = "50%".into();
        let mut world = World::new(settings);
        world.issue("2026-11-10");
        world.live("2026-11-10", "2026-12-13");
        let mut second = world.account.subscriptions[0].clone();
        (second.id, second.start, second.cuts) =
            ("outra".parse().unwrap(), date("2026-12-14"), Vec::new());
        let end = json!([{ "date": "2026-12-14", "change": "end" }]);
        world.account.subscriptions[0].history = serde_json::from_value(end).unwrap();
        world.account.subscriptions.push(second);
        world.account.review_by(date("2026-12-14"));
        if let Some(amount) = amount {
            world.pay(0, amount, "2026-12-14");
        }
        world.live("2026-12-14", "2026-12-31");
        let kept = world
            .suspensions
            .iter()
            .map(|one| (one.begun.to_string(), one.lifted.map(|how| how.why)));
        kept.collect::<Vec<_>>()
    };
    let first = ("2026-12-10".to_owned(), Some(LiftedBy::End));
    assert_eq!(two(None), [first.clone(), ("2026-12-15".to_owned(), None)]);
    assert_eq!(two(Some("50.00 BRL")), [first], "what is left is excused");
}

#[test]
fn a_promise_that_was_kept_excuses_nothing_that_was_not_overdue_then() {
    let mut settings = brazil();
    settings["restore"] = "50%".into();
    settings["promise_by"] = "customer".into();
    let mut world = World::new(settings);
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-12-11");
    world.promise("2026-12-11").unwrap();
    world.issue("2026-12-02"); // due on the 12th
    world.pay(0, "50.00 BRL", "2026-12-14");
    world.live("2026-12-12", "2026-12-20");
    assert_eq!(world.account.excused, [world.invoices[0].id]);
}

#[test]
fn who_has_paid_and_owes_again_is_told_anew_before_service_is_cut() {
    let mut world = World::new(brazil());
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-11-30");
    world.pay(0, "100.00 BRL", "2026-12-01");
    world.live("2026-12-01", "2027-01-19");
    world.take_back(0, "2027-01-20");
    let notice = "2026-11-10-cycle:+5:email";
    let asked = |world: &World| {
        let legal = world.notices.iter().find(|one| one.id.to_string() == notice).unwrap();
        (legal.asked, legal.arrived_on(world.invoices[0].reopened()))
    };
    assert_eq!(asked(&world), (None, None), "what was told of it before counts no more");
    let told = world.live("2027-01-20", "2027-02-28");
    assert_eq!(asked(&world), (Some(date("2027-01-20")), Some(date("2027-01-20"))));
    // Fifteen days after the new notice; the 8th to the 10th are Carnival, and before it is a weekend.
    assert_eq!(told, ["2027-02-04 2027-02-04:suspended:sms", "2027-02-04 cut"]);
}

/// Theirs was another ladder when they were reminded: now that reminder is the notice that the law wants.
#[test]
fn what_becomes_the_notice_of_the_law_is_sent_again_as_such() {
    let mut settings = brazil();
    settings["ladder"] = "+5:email:atraso".into();
    let mut world = World::new(settings);
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-11-30");
    assert_eq!((world.notices.len(), world.notices[0].legal), (1, false));
    world.settings = serde_json::from_value(brazil()).unwrap();
    world.account.review_by(date("2026-12-01"));
    let told = world.live("2026-12-01", "2026-12-31");
    assert!(told.contains(&"2026-12-16 cut".to_owned()), "{told:?}");
    let legal = &world.notices.iter().find(|one| one.legal).unwrap();
    assert_eq!((legal.template.as_str(), legal.asked), ("aviso", Some(date("2026-12-01"))));
    assert_eq!(world.suspensions[0].notice.as_ref().unwrap().notice, legal.id);
}

#[test]
fn a_hundred_open_invoices_are_told_of_in_days_and_not_in_one_transaction() {
    let mut world = World::new(brazil());
    for day in 0..100 {
        world.issue(&crate::calendar::days_after(date("2026-01-01"), day).to_string());
    }
    let (mut day, mut most) = (date("2026-11-10"), 0);
    while day < date("2026-11-20") {
        if let Some(done) = world.day(day) {
            most = most.max(done.notices.len() + done.again.len());
        }
        day = crate::calendar::days_after(day, 1);
    }
    let told = world.notices.iter().filter(|notice| notice.legal).count();
    assert_eq!((told, most), (100, 60));
}

/// Paid and cut again on one day: what is kept of the first time is kept by its day.
#[test]
fn nobody_is_cut_twice_on_a_day() {
    let mut world = World::new(brazil());
    world.issue("2026-11-10");
    world.live("2026-11-10", "2026-12-10");
    assert!(world.account.is_suspended());
    world.pay(0, "100.00 BRL", "2026-12-10");
    let lifted = world.account.lifted.unwrap();
    assert_eq!((lifted.on, lifted.why), (date("2026-12-10"), LiftedBy::Payment));
    world.take_back(0, "2026-12-10");
    // Told before, on the day itself, as far as anybody knows.
    let legal = world.notices.iter_mut().find(|one| one.legal).unwrap();
    legal.delivered = Some("2026-12-10T10:00:00Z".parse().unwrap());
    world.settings.legal_notice_days = 0;
    assert_eq!(world.live("2026-12-10", "2026-12-10"), [""; 0]);
    assert_eq!(world.live("2026-12-11", "2026-12-14").last().unwrap(), "2026-12-14 cut");
    assert_eq!(world.suspensions.len(), 2);
}

/// A year that the system before Mensal has billed is as good as paid, unless what it brought along is not.
#[test]
fn what_was_paid_ahead_elsewhere_is_not_cut_for_another_service() {
    let held = |from: &str, opening: bool| {
        let mut world = World::new(brazil());
        let mut year = world.account.subscriptions[0].clone();
        year.id = "fazenda".parse().unwrap();
        year.billed_elsewhere_until = Some(date(from));
        world.account.subscriptions.push(year);
        world.issue("2026-11-10");
        if opening {
            world.invoices[0].id = "2026-11-10-opening".parse().unwrap();
        }
        world.live("2026-11-10", "2026-12-31");
        let hold = world.account.hold.unwrap();
        hold.services.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(held("2027-03-10", false), ["fibra"]);
    assert_eq!(held("2027-03-10", true), ["fibra", "fazenda"]);
    // A month that runs out soon is no year.
    assert_eq!(held("2027-01-10", false), ["fibra", "fazenda"]);
}
