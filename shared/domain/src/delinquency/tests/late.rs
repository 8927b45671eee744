//! What Mensal itself charges for being late, and takes back.

use rust_decimal::Decimal;

use super::world::{World, date};
use crate::{
    delinquency::{LateCharging, late_terms},
    invoice::Invoice,
    money::Money,
};

/// Charged by Mensal, for an invoice of 100.00 that is due on 2026-11-20: a holiday, a Friday, so that it is
/// in time through Monday.
fn world(mode: &str) -> World {
    let mut world = World::new(serde_json::json!({
        "late_charges": mode, "late_fine_percent": "2", "late_interest_percent": "1",
    }));
    world.issue("2026-11-10");
    world
}

fn charged(world: &mut World, from: &str, through: &str) -> Vec<String> {
    let mut told = world.live(from, through);
    told.retain(|line| line.contains("late."));
    told
}

#[test]
fn a_late_charge_is_a_line_of_the_next_invoice_once_for_each_day_of_it() {
    let late = |mode: &str| {
        let mut world = world(mode);
        let mut told = charged(&mut world, "2026-11-10", "2026-12-14");
        world.pay(0, "100.00 BRL", "2026-12-15");
        told.extend(charged(&mut world, "2026-12-15", "2027-01-31"));
        told
    };
    assert_eq!(late("by_gateway"), [""; 0]);
    // 2.00 and 19 days of 1/30 %; then 6 more.
    assert_eq!(
        late("next_invoice"),
        ["2026-12-09 late.2026-11-10-cycle.1 2.63", "2026-12-16 late.2026-11-10-cycle.2 0.20"]
    );
    assert_eq!(
        late("at_once"),
        [
            "2026-11-24 late.2026-11-10-cycle.1 2.13",
            "2026-12-09 late.2026-11-10-cycle.2 0.50",
            "2026-12-16 late.2026-11-10-cycle.3 0.20"
        ]
    );
}

/// A yearly customer's invoice of a month may be for nothing but that: it would be charged for each month, for ever.
#[test]
fn an_invoice_of_late_charges_is_charged_for_no_more() {
    for (of_it, want) in [("60.00 BRL", Some("1.05")), ("100.00 BRL", None)] {
        let mut world = world("next_invoice");
        let line = |source: &str, amount: &str| serde_json::json!({ "src": { "one_off": source }, "text": "x", "cat": "x", "amt": amount });
        let late = line("late.2026-10-10-cycle.1", of_it);
        let lines = serde_json::json!([late, line("router", "40.00 BRL")]);
        world.invoices[0].lines = serde_json::from_value(lines).unwrap();
        world.invoices[0].lines.truncate(want.map_or(1, |_| 2));
        let told = charged(&mut world, "2026-11-10", "2026-12-14");
        let want = want.map(|amount| format!("2026-12-09 late.2026-11-10-cycle.1 {amount}"));
        assert_eq!(told, Vec::from_iter(want), "{of_it}");
    }
}

/// The rule goes and comes again, or comes before it is paid.
#[test]
fn what_counts_is_who_charged_when_it_was_paid() {
    let charged_for = |issued: &str, paid: &str| {
        let mut world = world(issued);
        let rule = |mode: &str| serde_json::from_value(mode.into()).unwrap();
        world.live("2026-11-10", "2026-11-23");
        world.settings.late_charges = rule(paid);
        world.account.review_by(date("2026-11-24"));
        world.live("2026-11-24", "2026-11-24");
        world.pay(0, "100.00 BRL", "2026-11-30");
        world.live("2026-11-30", "2026-12-05");
        world.settings.late_charges = rule("next_invoice");
        world.account.review_by(date("2026-12-06"));
        world.live("2026-12-06", "2027-01-31");
        world.account.one_offs.iter().filter(|one| one.is_late_charge()).count()
    };
    assert_eq!(charged_for("next_invoice", "by_gateway"), 0);
    assert_eq!(charged_for("by_gateway", "by_gateway"), 0);
    assert_eq!(charged_for("by_gateway", "next_invoice"), 1);
    assert_eq!(charged_for("next_invoice", "next_invoice"), 1);
}

/// Each month they pay for their plan, in time, and never the fee of once: it would be charged anew for ever.
#[test]
fn who_leaves_no_more_open_than_late_charges_is_charged_for_no_more() {
    for (paid, want) in [("94.99 BRL", 1), ("95.00 BRL", 0)] {
        let mut world =
            World::new(serde_json::json!({ "late_charges": "next_invoice", "late_fee": "5" }));
        world.issue("2026-11-10");
        let line = |source: &str, amount: &str| serde_json::json!({ "src": { "one_off": source }, "text": "x", "cat": "x", "amt": amount });
        let late = line("late.2026-10-10-cycle.1", "5.00 BRL");
        let lines = serde_json::json!([line("router", "95.00 BRL"), late]);
        world.invoices[0].lines = serde_json::from_value(lines).unwrap();
        let offers = serde_json::json!({
            "rails": ["pix@banco"], "from": "2026-11-10", "days": 60, "late": { "fine_percent": "2" },
        });
        world.invoices[0].offers = serde_json::from_value(offers).unwrap();
        world.pay(0, paid, "2026-11-15");
        let late = charged(&mut world, "2026-11-15", "2026-12-14").len();
        let terms = late_terms(&world.invoices[0], world.invoices[0].open());
        assert_eq!((late, usize::from(!terms.is_none())), (want, want), "{paid}");
    }
}

/// Paid late while their bank charged for that, or nobody did.
#[test]
fn what_was_paid_under_other_rules_is_not_charged_for_since_they_have_changed() {
    let mut world = world("by_gateway");
    world.pay(0, "100.00 BRL", "2026-12-01");
    world.settings.late_charges = LateCharging::AtOnce;
    world.issue("2026-12-10");
    let told = charged(&mut world, "2026-12-01", "2026-12-31");
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("2026-12-10-cycle"), "{told:?}");
}

/// The bank goes by the same terms: it adds to the boleto what the next invoice has charged already.
#[test]
fn what_a_bank_has_added_is_given_back_if_it_was_charged_before() {
    for (mode, back) in [("next_invoice", "-2.63"), ("at_once", "-2.63")] {
        let mut world = world(mode);
        charged(&mut world, "2026-11-10", "2026-12-14");
        world.pay_at_bank(0, "100.00 BRL", "2.83 BRL", "2026-12-15", "2026-12-15");
        let told = charged(&mut world, "2026-12-15", "2027-01-31");
        let [told] = &told[..] else { panic!("{told:?}") };
        assert!(told.starts_with("2026-12-16 late.") && told.ends_with(back), "{mode}: {told}");
        let late = world.invoices[0].late_charged.unwrap();
        assert_eq!((late.amount.to_string(), late.done), ("0.00 BRL".into(), true), "{mode}");
        let text = &world.account.one_offs.last().unwrap().description;
        assert!(text.starts_with("Devolução de multa e juros"), "{text}");
    }
}

/// Paid at the bank in time, and told of on the next working day, when it was charged for already.
#[test]
fn whoever_turns_out_to_have_paid_in_time_is_charged_nothing() {
    let mut world = world("at_once");
    let told = charged(&mut world, "2026-11-10", "2026-11-24");
    assert_eq!(told, ["2026-11-24 late.2026-11-10-cycle.1 2.13"]);
    world.pay_at_bank(0, "100.00 BRL", "0.00 BRL", "2026-11-23", "2026-11-24");
    let told = charged(&mut world, "2026-11-25", "2027-01-31");
    assert_eq!(told, ["2026-11-25 late.2026-11-10-cycle.2 -2.13"]);
}

/// Suspended for a bill and for two invoices for being late with it; the next bill is due on 2026-12-20, a Sunday.
fn suspended() -> World {
    let mut world = World::new(serde_json::json!({
        "late_charges": "at_once", "late_fine_percent": "2", "late_interest_percent": "1",
        "ladder": "", "legal_notice_days": 0, "suspend_after_days": { "days": 20 },
        "cut_weekdays": "Mo Tu We Th",
    }));
    world.issue("2026-11-10");
    charged(&mut world, "2026-11-10", "2026-11-24");
    world.bill_late("2026-11-24");
    charged(&mut world, "2026-11-25", "2026-12-09");
    world.bill_late("2026-12-09");
    world.issue("2026-12-10");
    assert_eq!(world.live("2026-12-10", "2026-12-20"), ["2026-12-15 cut"]);
    world
}

/// At their bank, which adds for being late what stands on invoices of its own, with a tax or without.
#[test]
fn who_pays_what_a_bank_has_added_is_back_at_once() {
    let taxed = |invoice: &mut Invoice| {
        let asked = invoice.asked.amount() * Decimal::new(110, 2);
        let tax = serde_json::json!([{ "code": "vat", "name": "VAT", "rate": "10", "mode": "exclusive", "base": "0.00 BRL", "amt": "0.00 BRL" }]);
        invoice.asked = Money::rounded(asked, invoice.currency()).unwrap();
        invoice.taxes = serde_json::from_value(tax).unwrap();
    };
    for (added, back) in [("3.50 BRL", true), ("2.00 BRL", false), ("0.00 BRL", false)] {
        for tax in [false, true] {
            let mut world = suspended();
            world.invoices[1..3].iter_mut().filter(|_| tax).for_each(taxed);
            world.pay_at_bank(0, "100.00 BRL", added, "2026-12-21", "2026-12-21");
            assert_eq!(world.account.hold.is_none(), back, "{added}, taxed {tax}");
        }
    }
}

/// On the day after, when the next bill is late, what that is charged for does not use up what is given back.
#[test]
fn who_is_back_is_not_cut_for_what_was_given_back() {
    let mut world = suspended();
    world.pay_at_bank(0, "100.00 BRL", "3.50 BRL", "2026-12-21", "2026-12-21");
    let told = world.live("2026-12-22", "2027-01-09");
    let charges = ["late.2026-11-10-cycle.3 -2.63", "late.2026-12-10-cycle.1 2.07"];
    assert_eq!(told, charges.map(|charge| format!("2026-12-22 {charge}")));
    assert!(world.invoices[1..3].iter().all(|late| !late.is_open()), "{:?}", world.invoices);
}

/// For a bill that stays open it is given back with the last review before the next one alone, which was before
/// the payment.
#[test]
fn what_the_next_review_does_not_give_back_restores_nothing() {
    let mut world = World::new(serde_json::json!({
        "late_charges": "at_once", "late_fine_percent": "2", "late_interest_percent": "1",
        "ladder": "", "legal_notice_days": 0, "suspend_after_days": { "days": 12 },
        "cut_weekdays": "Mo Tu We Th", "restore": "50%",
    }));
    world.issue("2026-11-10");
    charged(&mut world, "2026-11-10", "2026-11-24");
    world.bill_late("2026-11-24");
    assert_eq!(world.live("2026-11-25", "2026-12-09")[0], "2026-12-07 cut");
    world.bill_late("2026-12-09");
    // Of 102.13; in time, so that less was to be charged for.
    world.pay_at_bank(0, "50.00 BRL", "0.00 BRL", "2026-11-23", "2026-12-09");
    assert!(world.account.is_suspended());
}

/// Nor is it spent on the older bill that the latest one leaves open.
#[test]
fn what_is_given_back_is_spent_on_the_charge_itself() {
    let mut world = suspended();
    world.settings.restore = "latest_invoice".parse().unwrap();
    charged(&mut world, "2026-12-21", "2026-12-22");
    world.account.one_offs.retain(|one| one.id.as_str().contains("2026-12-10"));
    world.bill_late("2026-12-22");
    world.pay_at_bank(3, "100.00 BRL", "2.07 BRL", "2026-12-22", "2026-12-22");
    world.live("2026-12-23", "2026-12-23");
    let open: Vec<_> = world.invoices.iter().map(|one| one.open().to_string()).collect();
    assert_eq!(open, ["100.00 BRL", "2.13 BRL", "0.50 BRL", "0.00 BRL", "0.00 BRL"]);
}

/// The bill was paid in time, which is told on the day on which the charge for being late would be cut for.
#[test]
fn nobody_is_cut_for_what_is_given_back_on_that_day() {
    let told = |paid_in_time: bool| {
        let mut world = World::new(serde_json::json!({
            "late_charges": "at_once", "late_fee": "5", "ladder": "", "legal_notice_days": 0,
            "suspend_after_days": { "days": 0 }, "cut_weekdays": "Mo Tu We Th",
        }));
        world.issue("2026-11-10");
        charged(&mut world, "2026-11-10", "2026-11-24");
        world.bill_late("2026-11-24");
        world.account.grace_until = Some(date("2026-12-09"));
        let on = if paid_in_time { "2026-11-23" } else { "2026-12-08" };
        world.pay_at_bank(0, "100.00 BRL", "0.00 BRL", on, "2026-12-08");
        let told = world.live("2026-12-09", "2026-12-09");
        told.iter()
            .filter_map(|line| line.strip_prefix("2026-12-09 "))
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(told(true), "late.2026-11-10-cycle.2 -5.00");
    assert_eq!(told(false), "cut");
}

/// A cheque that was taken late, and came back.
fn came_back() -> World {
    let mut world = world("next_invoice");
    charged(&mut world, "2026-11-10", "2026-11-30");
    world.pay(0, "100.00 BRL", "2026-12-01");
    let told = charged(&mut world, "2026-12-01", "2026-12-02");
    assert_eq!(told, ["2026-12-02 late.2026-11-10-cycle.1 2.37"]);
    world.take_back(0, "2026-12-04");
    world
}

#[test]
fn what_is_owed_again_is_charged_for_again() {
    let mut world = came_back();
    let told = charged(&mut world, "2026-12-04", "2026-12-31");
    assert_eq!(told, ["2026-12-09 late.2026-11-10-cycle.2 0.26"]);
}

/// It came back, and was paid once more: at a bank, which has added for all of the days.
#[test]
fn what_is_paid_once_more_is_charged_for_once() {
    let mut world = came_back();
    world.pay_at_bank(0, "100.00 BRL", "2.57 BRL", "2026-12-07", "2026-12-07");
    let told = charged(&mut world, "2026-12-07", "2027-01-31");
    assert_eq!(told, ["2026-12-07 late.2026-11-10-cycle.2 -2.37"]);
}

/// A credit note is no payment: what was late before it was.
#[test]
fn nothing_is_given_back_for_what_credit_has_settled() {
    let mut world = world("next_invoice");
    charged(&mut world, "2026-11-10", "2026-12-14");
    for (paid, credit, on) in
        [("0.00 BRL", "40.00 BRL", "2026-12-15"), ("0.00 BRL", "100.00 BRL", "2026-12-20")]
    {
        let settled = serde_json::json!({ "pay": paid, "cred": credit, "n": 1 });
        world.invoices[0].settled = Some(serde_json::from_value(settled).unwrap());
        world.account.review_by(on.parse().unwrap());
        assert_eq!(charged(&mut world, on, "2027-01-31"), [""; 0], "{credit}");
    }
}
