//! Payments by example.

use std::collections::BTreeSet;

use super::{
    super::{Fact, PaymentError, ReturnKind, spend_credit},
    Ledger, brl, named, returned,
};
use crate::settings::Overpaid;

/// What is open of each invoice and the credit after facts, one after the other.
fn after(mut ledger: Ledger, facts: &[Fact]) -> (Ledger, Vec<String>, String) {
    for fact in facts {
        assert!(ledger.hear(fact).unwrap(), "{fact:?}");
        assert!(!ledger.hear(fact).unwrap(), "heard twice: {fact:?}");
    }
    let (open, credit) = ledger.state();
    (ledger, open, credit)
}

#[test]
fn money_settles_the_invoice_it_names_then_the_oldest_and_the_rest_is_credit() {
    let owing = Ledger::owing(&["100.00", "50.00", "30.00"]);
    let on = "2026-10-20";
    let cases: [(&str, usize, [&str; 3], &str); 5] = [
        ("30.00", 2, ["100.00", "50.00", "0.00"], "0.00"),
        ("20.00", 1, ["100.00", "30.00", "30.00"], "0.00"),
        ("40.00", 2, ["90.00", "50.00", "0.00"], "0.00"),
        ("160.00", 1, ["0.00", "0.00", "20.00"], "0.00"),
        ("200.00", 0, ["0.00", "0.00", "0.00"], "20.00"),
    ];
    for (amount, invoice, want, credit) in cases {
        let fact = owing.paid("m1", amount, invoice, on);
        let (_, open, left) = after(owing.clone(), &[fact]);
        assert_eq!((open, left.as_str()), (want.map(str::to_owned).to_vec(), credit), "{amount}");
    }
}

#[test]
fn what_a_bank_adds_for_being_late_is_revenue_as_far_as_its_terms_explain_it() {
    // 2 % and ten days of 1 % a month of 100.00: 2.34.
    let owing = Ledger::owing(&["100.00"]);
    let cases = [
        ("102.34", "2026-10-30", None, "2.34", "0.00"),
        ("103.00", "2026-10-30", None, "2.34", "0.66"),
        ("102.34", "2026-10-20", None, "0.00", "2.34"),
        ("102.34", "2026-10-20", Some("2.34"), "2.34", "0.00"),
        ("100.00", "2026-10-30", None, "0.00", "0.00"),
    ];
    for (amount, on, told, late, credit) in cases {
        let mut fact = owing.paid("m1", amount, 0, on);
        if let Fact::Received(receipt) = &mut fact {
            receipt.late = told.map(brl);
        }
        let (ledger, open, left) = after(owing.clone(), &[fact]);
        assert_eq!((open[0].as_str(), left.as_str()), ("0.00", credit), "{amount} on {on}");
        assert_eq!(ledger.payments[0].late_charge().unwrap(), brl(late), "{amount} on {on}");
    }
}

#[test]
fn a_second_payment_is_credit_or_is_held_to_be_given_back() {
    let owing = Ledger::owing(&["100.00"]);
    let (pix, boleto) = (
        owing.paid("pix", "100.00", 0, "2026-10-20"),
        owing.paid("bol", "100.00", 0, "2026-10-21"),
    );
    let (_, _, credit) = after(owing.clone(), &[pix.clone(), boleto.clone()]);
    assert_eq!(credit, "100.00");

    let refunding = Ledger { overpaid: Overpaid::Refund, ..owing };
    let (mut ledger, open, credit) = after(refunding, &[pix, boleto]);
    assert_eq!((open[0].as_str(), credit.as_str()), ("0.00", "0.00"));
    let held = ledger.payments[1].held.clone().unwrap();
    assert_eq!(held.amount, brl("100.00"));
    // It could not be given back: then it is credit after all.
    let mut failed = ledger.clone();
    let key = held.key.as_str();
    assert!(failed.hear(&returned("bol", key, ReturnKind::RefundFailed, "100.00")).unwrap());
    assert_eq!(failed.state().1, "100.00");
    // It was: then all is as if it had not come.
    assert!(ledger.hear(&returned("bol", "r1", ReturnKind::Refund, "100.00")).unwrap());
    assert_eq!(ledger.state().1, "0.00");
    assert_eq!(ledger.payments[1].held, None);
}

/// A second payment of 100.00, held to be given back.
fn held() -> Ledger {
    let owing = Ledger { overpaid: Overpaid::Refund, ..Ledger::owing(&["100.00"]) };
    let facts = ["pix", "bol"].map(|money| owing.paid(money, "100.00", 0, "2026-10-20"));
    after(owing, &facts).0
}

#[test]
fn of_what_is_held_only_what_is_still_here_is_given_back() {
    let disputed = |kind| returned("bol", "d1", kind, "60.00");
    let refund = |id: &str, amount| returned("bol", id, ReturnKind::Refund, amount);
    let opened = disputed(ReturnKind::DisputeOpened);
    let failed = returned("bol", "r1", ReturnKind::RefundFailed, "100.00");
    // What was heard, what is held then, and the credit.
    let cases: [(Vec<Fact>, Option<&str>, &str); 8] = [
        (vec![opened.clone()], Some("40.00"), "0.00"),
        (vec![opened.clone(), disputed(ReturnKind::DisputeLost)], Some("40.00"), "0.00"),
        (vec![opened.clone(), disputed(ReturnKind::DisputeWon)], Some("40.00"), "60.00"),
        (vec![refund("r1", "30.00"), refund("r2", "70.00")], None, "0.00"),
        (vec![opened, refund("r1", "40.00")], None, "0.00"),
        (vec![failed.clone()], None, "100.00"),
        (vec![failed.clone(), refund("r1", "100.00")], None, "100.00"),
        (vec![refund("r1", "100.00"), failed], None, "100.00"),
    ];
    for (facts, left, credit) in cases {
        let mut ledger = held();
        for fact in &facts {
            ledger.hear(fact).unwrap();
        }
        let held = ledger.payments[1].held.as_ref().map(|held| held.amount);
        assert_eq!((held, ledger.state().1.as_str()), (left.map(brl), credit), "{facts:?}");
    }
}

#[test]
fn a_refund_that_we_took_for_refused_and_was_done_takes_the_credit_back() {
    let mut ledger = held();
    let held = ledger.payments[1].held.clone().unwrap();
    let (key, refusal) = (held.key.as_str(), held.refusal().unwrap());
    assert_eq!(refusal, named(&format!("{key}-refused")));
    let refused = returned("bol", refusal.as_str(), ReturnKind::RefundFailed, "100.00");
    assert!(ledger.hear(&refused).unwrap());
    assert_eq!(ledger.state().1, "100.00");
    assert!(ledger.hear(&returned("bol", key, ReturnKind::Refund, "100.00")).unwrap());
    assert_eq!(ledger.state().1, "0.00");
}

#[test]
fn what_a_credit_note_leaves_pays_what_is_open_the_oldest_first() {
    let owing = Ledger::owing(&["100.00", "50.00"]);
    let cases: [(&str, [&str; 2], &str); 4] = [
        ("0.00", ["100.00", "50.00"], "0.00"),
        ("30.00", ["70.00", "50.00"], "0.00"),
        ("120.00", ["0.00", "30.00"], "0.00"),
        ("160.00", ["0.00", "0.00"], "10.00"),
    ];
    for (credit, want, left) in cases {
        let mut ledger = owing.clone();
        ledger.account.credit = brl(credit);
        ledger.account.balance = ledger.account.balance.minus(brl(credit)).unwrap();
        let (account, changed) =
            spend_credit(&ledger.account, &ledger.invoices, &BTreeSet::new()).unwrap();
        assert_eq!(account.balance, ledger.account.balance, "{credit}");
        assert_eq!(account.version, ledger.account.version, "{credit}");
        ledger.account = account;
        for one in changed {
            let place = ledger.invoices.iter().position(|before| before.id == one.id).unwrap();
            ledger.invoices[place] = one;
        }
        assert_eq!(ledger.state(), (want.map(str::to_owned).to_vec(), left.to_owned()));
        let again = spend_credit(&ledger.account, &ledger.invoices, &BTreeSet::new()).unwrap();
        assert_eq!(again, (ledger.account, Vec::new()), "{credit}");
    }
}

/// A gateway that says both that we have lost and that we have won means what it has said of the later
/// day, whatever comes first, and however often.
#[test]
fn of_two_ends_of_a_dispute_the_later_one_counts() {
    let owing = Ledger::owing(&["100.00"]);
    let paid = owing.paid("m1", "100.00", 0, "2026-10-20");
    let end = |kind, on: &str| {
        let Fact::Returned(mut fact) = returned("m1", "d1", kind, "100.00") else { unreachable!() };
        fact.on = on.parse().unwrap();
        Fact::Returned(fact)
    };
    let lost = end(ReturnKind::DisputeLost, "2026-11-01");
    let won = end(ReturnKind::DisputeWon, "2026-11-20");
    for order in [[&lost, &won, &lost], [&won, &lost, &won], [&won, &lost, &lost]] {
        let mut ledger = owing.clone();
        ledger.hear(&paid).unwrap();
        for fact in order {
            ledger.hear(fact).unwrap();
        }
        assert_eq!(ledger.state(), (vec!["0.00".to_owned()], "0.00".to_owned()));
    }
}

#[test]
fn what_is_returned_reopens_what_it_had_settled() {
    let owing = Ledger::owing(&["100.00", "50.00"]);
    let paid = owing.paid("m1", "130.00", 0, "2026-10-20");
    let refund = |amount| returned("m1", "r1", ReturnKind::Refund, amount);
    let cases: [(Vec<Fact>, [&str; 2], &str); 6] = [
        (vec![paid.clone()], ["0.00", "20.00"], "0.00"),
        (vec![paid.clone(), refund("10.00")], ["0.00", "30.00"], "0.00"),
        (vec![paid.clone(), refund("130.00")], ["100.00", "50.00"], "0.00"),
        (
            vec![paid.clone(), returned("m1", "v1", ReturnKind::Reversal, "130.00")],
            ["100.00", "50.00"],
            "0.00",
        ),
        (
            vec![
                paid.clone(),
                returned("m1", "d1", ReturnKind::DisputeOpened, "130.00"),
                returned("m1", "d1", ReturnKind::DisputeWon, "130.00"),
            ],
            ["0.00", "20.00"],
            "0.00",
        ),
        (
            vec![
                paid.clone(),
                returned("m1", "d1", ReturnKind::DisputeOpened, "130.00"),
                returned("m1", "d1", ReturnKind::DisputeLost, "130.00"),
            ],
            ["100.00", "50.00"],
            "0.00",
        ),
    ];
    for (mut facts, want, credit) in cases {
        let want = want.map(str::to_owned).to_vec();
        let last = facts.last().cloned();
        if matches!(&last, Some(Fact::Returned(one)) if one.kind == ReturnKind::DisputeLost) {
            // Lost changes the state of the dispute, not the books: they were changed before.
            let mut ledger = owing.clone();
            for fact in &facts {
                ledger.hear(fact).unwrap();
            }
            assert_eq!(ledger.state(), (want, credit.to_owned()));
            continue;
        }
        let (_, open, left) = after(owing.clone(), &facts);
        assert_eq!((open, left.as_str()), (want.clone(), credit));
        // The refund is heard of before the payment: all ends the same.
        facts.reverse();
        let mut ledger = owing.clone();
        for fact in &facts {
            ledger.hear(fact).unwrap();
        }
        assert_eq!(ledger.state(), (want, credit.to_owned()));
    }
}

#[test]
fn credit_that_was_spent_is_taken_back_from_what_it_was_spent_on() {
    let owing = Ledger::owing(&["100.00"]);
    let paid = owing.paid("m1", "150.00", 0, "2026-10-20");
    let (mut ledger, _, credit) = after(owing, &[paid]);
    assert_eq!(credit, "50.00");
    // The next invoice uses the credit as it is issued.
    let mut next = Ledger::owing(&["0.00", "80.00"]).invoices.remove(1);
    (next.credit_used, next.asked) = (brl("50.00"), brl("30.00"));
    ledger.account.balance = ledger.account.balance.plus(brl("80.00")).unwrap();
    ledger.account.credit = brl("0.00");
    ledger.invoices.push(next);
    ledger.check();
    ledger.hear(&returned("m1", "d1", ReturnKind::DisputeOpened, "150.00")).unwrap();
    assert_eq!(ledger.state().0, ["100.00", "80.00"]);
    ledger.hear(&returned("m1", "d1", ReturnKind::DisputeWon, "150.00")).unwrap();
    assert_eq!(ledger.state(), (vec!["0.00".into(), "30.00".into()], "0.00".into()));
}

#[test]
fn a_late_fee_that_is_given_back_leaves_the_invoice_settled() {
    let owing = Ledger::owing(&["100.00"]);
    let paid = owing.paid("m1", "102.34", 0, "2026-10-30");
    let (mut ledger, ..) = after(owing, &[paid]);
    ledger.hear(&returned("m1", "r1", ReturnKind::Refund, "2.34")).unwrap();
    assert_eq!(ledger.state(), (vec!["0.00".into()], "0.00".into()));
    assert_eq!(ledger.payments[0].late_charge().unwrap(), brl("0.00"));
}

#[test]
fn what_cannot_be_applied_says_why_and_changes_nothing() {
    let mut ledger = Ledger::owing(&["100.00"]);
    let paid = ledger.paid("m1", "100.00", 0, "2026-10-20");
    let with = |amount: &str| {
        let mut fact = paid.clone();
        if let Fact::Received(receipt) = &mut fact {
            receipt.amount = amount.parse().unwrap();
        }
        fact
    };
    assert!(ledger.hear(&paid).unwrap());
    let cases = [
        (with("100.00 USD"), "the account is in BRL, the money in USD"),
        (with("0.00 BRL"), "is to be above zero"),
        (with("-5.00 BRL"), "is to be above zero"),
        (with("99.00 BRL"), "was 100.00 BRL before and is 99.00 BRL now"),
    ];
    for (fact, want) in cases {
        let before = ledger.state();
        let error: PaymentError = ledger.hear(&fact).unwrap_err();
        assert!(error.to_string().contains(want), "{error}");
        assert_eq!(ledger.state(), before);
    }
}
