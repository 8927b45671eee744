//! Examples of when what is collected.

use serde_json::json;

use super::*;
use crate::{charge::ChargeKey, settings::RegisterDays};

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

/// Issued on 2026-11-10, due and charged on the 20th.
fn invoice() -> Invoice {
    serde_json::from_value(json!({
        "account": "1042", "id": "2026-11-10-cycle", "number": "n", "locale": "pt-BR",
        "paper": "x", "to": { "name": "Ana" }, "issued": "2026-11-10", "due": "2026-11-20",
        "delinq": "2026-11-25", "autopay": "2026-11-20", "lines": [], "total": "100.00 BRL",
        "prev": "0.00 BRL", "paid": "0.00 BRL", "used": "0.00 BRL", "open": "100.00 BRL",
    }))
    .unwrap()
}

fn method(id: &str, rail: Rail) -> PaymentMethod {
    serde_json::from_value(json!({
        "id": id, "rail": rail, "gw": "banco", "state": "active", "token": "tok",
        "since": "2026-01-01",
    }))
    .unwrap()
}

/// Day by day from the issue on, each attempt failing with this advice: when it was tried from
/// what, and when it was given up.
fn played(
    methods: &[PaymentMethod],
    settings: &BillingSettings,
    advice: Advice,
) -> Vec<(String, String)> {
    let invoice = invoice();
    let mut charges = Charges::none("1042".parse().unwrap(), invoice.id, invoice.issued);
    let mut out = Vec::new();
    for day in 0..60 {
        let today = days_after(invoice.issued, day);
        match collect(&invoice, &charges, methods, settings, today) {
            Collect::Try(mut attempt) => {
                let when = format!("{today} for {}", attempt.due);
                out.push((when, attempt.method.to_string()));
                attempt.state = AttemptState::Failed { code: "no".into(), advice };
                charges.attempts.push(attempt);
            }
            Collect::GiveUp => {
                out.push((today.to_string(), "given up".into()));
                return out;
            }
            Collect::Wait(until) => assert!(until > today),
            Collect::Nothing | Collect::NeverMade(_) => {}
        }
    }
    out
}

fn told(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(when, what)| ((*when).into(), (*what).into())).collect()
}

#[test]
fn a_card_is_tried_at_intervals_and_then_given_up() {
    let settings = BillingSettings { card_attempts: 3, ..BillingSettings::default() };
    let card = [method("visa", Rail::Card)];
    assert_eq!(
        played(&card, &settings, Advice::RetryLater),
        told(&[
            ("2026-11-20 for 2026-11-20", "visa"),
            ("2026-11-23 for 2026-11-23", "visa"),
            ("2026-11-26 for 2026-11-26", "visa"),
            ("2026-11-27", "given up"),
        ])
    );
    assert_eq!(
        played(&card, &settings, Advice::NeverAgain),
        told(&[("2026-11-20 for 2026-11-20", "visa"), ("2026-11-21", "given up")])
    );
}

#[test]
fn pix_automatico_is_ordered_ten_days_ahead_and_tried_again_within_seven() {
    let mandate = [method("rec", Rail::PixAutomatico)];
    assert_eq!(
        played(&mandate, &BillingSettings::default(), Advice::RetryLater),
        told(&[
            ("2026-11-10 for 2026-11-20", "rec"),
            ("2026-11-11 for 2026-11-22", "rec"),
            ("2026-11-12 for 2026-11-24", "rec"),
            ("2026-11-13 for 2026-11-26", "rec"),
            ("2026-11-14", "given up"),
        ])
    );
}

/// A pending attempt may never have been made: it is not made for what was paid otherwise meanwhile.
#[test]
fn what_is_pending_for_more_than_is_open_waits_for_word_of_it_and_is_decided_anew() {
    let mut invoice = invoice();
    let mut charges = Charges::none("1042".parse().unwrap(), invoice.id, invoice.issued);
    let methods = [method("visa", Rail::Card)];
    let settings = BillingSettings::default();
    let next = |invoice: &Invoice, charges: &Charges, day: &str| {
        collect(invoice, charges, &methods, &settings, date(day))
    };
    let Collect::Try(attempt) = next(&invoice, &charges, "2026-11-20") else { panic!("not tried") };
    charges.attempts.push(attempt.clone());
    let part = json!({ "pay": "30.00 BRL", "cred": "0.00 BRL", "n": 1 });
    invoice.settled = Some(serde_json::from_value(part).unwrap());
    assert_eq!(next(&invoice, &charges, "2026-11-21"), Collect::Wait(date("2026-11-24")));
    assert_eq!(next(&invoice, &charges, "2026-11-24"), Collect::NeverMade(attempt));
    charges.attempts[0].state = AttemptState::TakenBack;
    let Collect::Try(rest) = next(&invoice, &charges, "2026-11-25") else { panic!("not tried") };
    assert_eq!((rest.amount, rest.serial), (invoice.open(), 2));
}

#[test]
fn another_method_is_tried_only_if_the_settings_say_so() {
    let both = [method("visa", Rail::Card), method("ach", Rail::BankDebit)];
    let settings = BillingSettings { card_attempts: 1, debit_attempts: 1, ..Default::default() };
    let alone = played(&both, &settings, Advice::RetryLater);
    assert_eq!(alone.len(), 2);
    let settings = BillingSettings { fallback: Fallback::NextMethod, ..settings };
    assert_eq!(
        played(&both, &settings, Advice::RetryLater),
        told(&[
            ("2026-11-20 for 2026-11-20", "visa"),
            ("2026-11-21 for 2026-11-21", "ach"),
            ("2026-11-22", "given up"),
        ])
    );
}

#[test]
fn what_is_pending_is_made_again_and_what_is_under_way_is_left_alone() {
    let invoice = invoice();
    let mut charges = Charges::none("1042".parse().unwrap(), invoice.id, invoice.issued);
    let methods = [method("visa", Rail::Card)];
    let next = |charges: &Charges| {
        collect(&invoice, charges, &methods, &BillingSettings::default(), date("2026-11-21"))
    };
    let Collect::Try(attempt) = next(&charges) else { panic!("not tried") };
    charges.attempts.push(attempt.clone());
    assert_eq!(next(&charges), Collect::Try(attempt));
    charges.attempts[0].state = AttemptState::UnderWay(None);
    assert_eq!(next(&charges), Collect::Wait(date("2026-11-25")));
    let late = date("2026-11-25");
    let settings = BillingSettings::default();
    let asked = collect(&invoice, &charges, &methods, &settings, late);
    assert_eq!(asked, Collect::Try(charges.attempts[0].clone()));
    charges.attempts[0].state = AttemptState::Received;
    assert_eq!(next(&charges), Collect::Wait(date("2026-11-22")));
}

#[test]
fn nothing_is_collected_from_what_is_not_good() {
    let invoice = invoice();
    let charges = Charges::none("1042".parse().unwrap(), invoice.id, invoice.issued);
    let good = method("visa", Rail::Card);
    let none = |method: PaymentMethod| {
        let methods = [method];
        let settings = BillingSettings::default();
        let decided = collect(&invoice, &charges, &methods, &settings, date("2026-11-20"));
        assert_eq!(decided, Collect::Nothing, "{methods:?}");
    };
    none(PaymentMethod { state: MethodState::Pending, ..good.clone() });
    none(PaymentMethod { state: MethodState::Revoked, ..good.clone() });
    none(PaymentMethod { token: None, ..good.clone() });
    none(PaymentMethod { expires: "2026-10".parse().ok(), ..good.clone() });
    none(PaymentMethod { limit: "99.99 BRL".parse().ok(), ..good.clone() });
    let rail = Rail::PixAutomatico;
    let dollars = "100.00 USD".parse().unwrap();
    assert!(!PaymentMethod { rail, ..good.clone() }.collects(dollars, date("2026-11-20")));
    assert!(good.collects(dollars, date("2026-11-20")));
}

#[test]
fn a_pix_automatico_is_told_of_by_its_first_key_and_the_day_says_which_try_it_was() {
    let invoice = invoice();
    let attempt = |rail, serial, due: &str| Attempt {
        rail,
        gateway: "banco".parse().unwrap(),
        serial,
        method: "m".parse().unwrap(),
        amount: invoice.total,
        on: invoice.issued,
        due: date(due),
        state: AttemptState::UnderWay(None),
    };
    let mut charges = Charges::none("1042".parse().unwrap(), invoice.id, invoice.issued);
    charges.attempts = vec![
        attempt(Rail::PixAutomatico, 1, "2026-11-20"),
        attempt(Rail::PixAutomatico, 2, "2026-11-22"),
        attempt(Rail::Card, 1, "2026-11-20"),
        attempt(Rail::Card, 2, "2026-11-23"),
    ];
    for (rail, serial, on, want) in [
        (Rail::PixAutomatico, 1, "2026-11-20", Some(1)),
        (Rail::PixAutomatico, 1, "2026-11-22", Some(2)),
        // Sunday: the bank has moved it.
        (Rail::PixAutomatico, 1, "2026-11-23", Some(2)),
        // It was refused before its day.
        (Rail::PixAutomatico, 1, "2026-11-12", Some(1)),
        (Rail::PixAutomatico, 2, "2026-11-22", Some(2)),
        (Rail::PixAutomatico, 3, "2026-11-21", None),
        (Rail::Card, 1, "2026-11-30", Some(1)),
    ] {
        let key = ChargeKey { account: "1042".parse().unwrap(), invoice: invoice.id, rail, serial };
        let mut charges = charges.clone();
        let noted = charges.note_outcome(&key, date(on), AttemptState::Received);
        let received = |one: &&Attempt| one.state == AttemptState::Received;
        let told = charges.attempts.iter().find(received).map(|one| one.serial);
        assert_eq!(noted, want.is_some(), "{rail} {serial} {on}");
        assert_eq!(told, want, "{rail} {serial} {on}");
    }
}

#[test]
fn a_pix_automatico_that_has_failed_is_tried_again_for_the_same_amount_only() {
    let mut invoice = invoice();
    let mut charges = Charges::none("1042".parse().unwrap(), invoice.id, invoice.issued);
    let methods = [method("rec", Rail::PixAutomatico)];
    let next = |invoice: &Invoice, charges: &Charges, today: &str| {
        collect(invoice, charges, &methods, &BillingSettings::default(), date(today))
    };
    let Collect::Try(attempt) = next(&invoice, &charges, "2026-11-10") else { panic!("not tried") };
    let (code, advice) = ("AM04".into(), Advice::RetryLater);
    charges.attempts.push(Attempt { state: AttemptState::Failed { code, advice }, ..attempt });
    assert!(matches!(next(&invoice, &charges, "2026-11-21"), Collect::Try(_)));
    invoice.settled =
        serde_json::from_value(json!({ "pay": "40.00 BRL", "cred": "0.00 BRL", "n": 1 })).unwrap();
    assert_eq!(next(&invoice, &charges, "2026-11-21"), Collect::GiveUp);
}

#[test]
fn money_on_its_way_keeps_every_method_from_being_charged() {
    let invoice = invoice();
    let mut charges = Charges::none("1042".parse().unwrap(), invoice.id, invoice.issued);
    let methods = [method("visa", Rail::Card), method("ach", Rail::BankDebit)];
    let settings = BillingSettings { fallback: Fallback::NextMethod, ..Default::default() };
    let next = |charges: &Charges, methods: &[PaymentMethod]| {
        collect(&invoice, charges, methods, &settings, date("2026-11-21"))
    };
    let Collect::Try(attempt) = next(&charges, &methods) else { panic!("not tried") };
    charges.attempts.push(Attempt { state: AttemptState::Received, ..attempt });
    let typed_in_anew = PaymentMethod { since: date("2026-11-22"), ..method("visa", Rail::Card) };
    for methods in [&methods[..], std::slice::from_ref(&typed_in_anew), &methods[1..]] {
        assert_eq!(next(&charges, methods), Collect::Wait(date("2026-11-22")), "{methods:?}");
    }
    // It came, and has gone again: disputed, perhaps.
    charges.attempts[0].state = AttemptState::Settled;
    assert_eq!(next(&charges, &methods), Collect::GiveUp);
    assert_eq!(next(&charges, &methods[1..]), Collect::GiveUp);
    assert!(matches!(next(&charges, &[typed_in_anew]), Collect::Try(_)));
}

#[test]
fn what_was_ordered_for_more_than_is_open_is_taken_back_and_ordered_anew() {
    let mut invoice = invoice();
    let mut charges = Charges::none("1042".parse().unwrap(), invoice.id, invoice.issued);
    let methods = [method("rec", Rail::PixAutomatico)];
    let settings = BillingSettings::default();
    let next = |invoice: &Invoice, charges: &Charges, today: &str| {
        collect(invoice, charges, &methods, &settings, date(today))
    };
    let Collect::Try(attempt) = next(&invoice, &charges, "2026-11-10") else { panic!("not tried") };
    charges.attempts.push(Attempt { state: AttemptState::UnderWay(None), ..attempt.clone() });
    assert!(to_take_back(&invoice, &charges, date("2026-11-12")).is_empty());
    for (paid, left) in [("40.00 BRL", true), ("100.00 BRL", false)] {
        invoice.settled =
            serde_json::from_value(json!({ "pay": paid, "cred": "0.00 BRL", "n": 1 })).unwrap();
        let wanted = to_take_back(&invoice, &charges, date("2026-11-12"));
        assert_eq!(wanted, charges.attempts, "{paid}");
        // It is being charged: nobody can take it back.
        assert!(to_take_back(&invoice, &charges, attempt.due).is_empty(), "{paid}");
        let waits = if left { Collect::Wait(date("2026-11-13")) } else { Collect::Nothing };
        assert_eq!(next(&invoice, &charges, "2026-11-12"), waits, "{paid}");
        let mut charges = charges.clone();
        charges.attempts[0].state = AttemptState::TakenBack;
        match next(&invoice, &charges, "2026-11-12") {
            Collect::Try(again) if left => {
                assert_eq!((again.serial, again.due), (2, attempt.due));
                assert_eq!(again.amount, "60.00 BRL".parse().unwrap());
            }
            other => assert_eq!(other, Collect::Nothing, "{paid}"),
        }
    }
}

#[test]
fn what_no_method_is_good_for_any_more_can_be_paid_otherwise_as_early_as_without_one() {
    let settings = |days| BillingSettings { register_days: days, ..BillingSettings::default() };
    let (at_issue, late) = (settings(RegisterDays::AtIssue), settings(RegisterDays::BeforeDue(3)));
    let mut collected = invoice();
    collected.collected =
        Some(Collected { rail: Rail::Card, label: String::new(), on: collected.autopay });
    collected.offers = Some(
        serde_json::from_value(json!({ "rails": ["pix@banco"], "from": "2026-11-21", "days": 60 }))
            .unwrap(),
    );
    let from = |invoice: &Invoice, settings: &BillingSettings, today: &str| {
        let instead = offered_instead(invoice, settings, date(today));
        instead.and_then(|after| after.registered_from()).map(|day| day.to_string())
    };
    for (settings, today, want) in [
        (&at_issue, "2026-11-12", Some("2026-11-12")),
        (&late, "2026-11-12", Some("2026-11-17")),
        (&late, "2026-11-20", Some("2026-11-20")),
        (&late, "2026-11-21", None),
    ] {
        assert_eq!(from(&collected, settings, today).as_deref(), want, "{today}");
    }
    let by_hand = Invoice { collected: None, ..collected };
    assert_eq!(from(&by_hand, &at_issue, "2026-11-12"), None, "it says when");
}
