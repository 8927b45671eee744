//! What is not there: a debtor who was forgotten, money that one of two has.

use mensal_domain::{
    calendar::days_after,
    ids::AccountId,
    payment::{About, Fact, Notice},
};
use serde_json::json;

use super::*;
use crate::simulation::mirror::Mirror;

/// Whoever is to be reminded, or cut, and is not.
pub(super) fn who_is_forgotten_is_named_in_two_weeks() -> BTreeSet<Rule> {
    let mut settings = settings();
    settings.ladder = "+5:email:notice:legal +7:sms:late".parse().unwrap();
    let named = |changes: &[Tampered], from: &str, through: &str| -> Vec<(String, Rule)> {
        let (holdings, mut awaited) = (holdings(&with(cut(), changes)), Awaited::default());
        let (mut day, through, mut out) =
            (from.parse::<Date>().unwrap(), through.parse().unwrap(), Vec::new());
        while day <= through {
            let by = By { today: day, settings: &settings };
            awaited.look(&holdings, by, &mut Found::new(day, "1042", &mut out));
            day = days_after(day, 1);
        }
        out.into_iter().map(|one| (one.day.to_string(), one.rule)).collect()
    };
    let free = [
        ("/account/hold", Value::Null),
        ("/account/subs/0/cuts", json!([])),
        ("/suspensions", json!([])),
    ];
    // Fifteen days after the notice it was to be cut; what was sent of the ladder was sent.
    let told = named(&free, "2026-11-21", "2026-12-26");
    let late = ("2026-12-12".to_owned(), Rule::NotReminded);
    assert_eq!(told, [late.clone(), ("2026-12-26".to_owned(), Rule::NotCut)]);
    assert_eq!(named(&[], "2026-11-21", "2027-01-31")[..1], [late], "it is cut");
    for more in [
        ("/invoices/0/stl/pay", json!("100.00 BRL")),
        ("/account/grace", json!("2027-12-01")),
        ("/account/excused", json!(["2026-11-10-cycle"])),
        ("/notices/0/state", json!("bounced")),
        ("/account/subs/0/ended", json!("2026-12-01")),
    ] {
        let changes = [&free[..], std::slice::from_ref(&more)].concat();
        let told = named(&changes, "2026-11-21", "2026-12-26");
        assert!(!told.iter().any(|(_, rule)| *rule == Rule::NotCut), "{more:?}: {told:?}");
    }
    BTreeSet::from([Rule::NotReminded, Rule::NotCut])
}

/// What is wrong between the bank's books and ours.
pub(super) fn money_is_compared() -> BTreeSet<Rule> {
    let day: Date = "2027-01-12".parse().unwrap();
    let received = |money: &str, amount: &str| -> Notice {
        let fact: Fact = serde_json::from_value(json!({ "received": {
            "money": money, "about": "nothing", "rail": "pix", "amt": amount, "on": "2026-12-17",
        } }))
        .unwrap();
        Notice { gateway: "bank".parse().unwrap(), fact }
    };
    let compared = |facts: &[Notice], owners: &[&str]| -> BTreeSet<Rule> {
        let mut mirror = Mirror::default();
        for owner in owners {
            let id: AccountId = owner.parse().unwrap();
            mirror.of.insert(id, holdings(&holds()));
        }
        let mut books = BankBooks::default();
        for fact in facts {
            books.book(fact);
        }
        let mut out = Vec::new();
        books.compare(day, &mirror, &[], |_| true, |_| true, &mut out);
        out.into_iter().map(|one| one.rule).collect()
    };
    let (one, two) = (received("E1", "100.00 BRL"), received("E2", "100.00 BRL"));
    let both = [one.clone(), two.clone()];
    assert_eq!(compared(&both, &["1042"]), BTreeSet::new());
    let wrong = BTreeSet::from([Rule::BankInBooks]);
    assert_eq!(compared(&both[..1], &["1042"]), wrong, "E2 is at no gateway");
    assert_eq!(compared(&[one, received("E2", "99.00 BRL")], &["1042"]), wrong);
    let three = [&both[..], &[received("E3", "1.00 BRL")]].concat();
    assert_eq!(compared(&three, &["1042"]), wrong, "E3 is not in the books");
    assert_eq!(compared(&both, &["1042", "1043"]), BTreeSet::from([Rule::PaymentOnce]));
    let mut other = both.clone();
    if let Fact::Received(receipt) = &mut other[0].fact {
        receipt.about = About::Account("1043".parse().unwrap());
    }
    assert_eq!(compared(&other, &["1042"]), wrong, "E1 is another's");
    let went_back: Fact = serde_json::from_value(json!({ "returned": {
        "money": "E1", "id": "R1", "about": "nothing", "kind": "reversal", "amt": "100.00 BRL",
        "on": "2026-12-18",
    } }))
    .unwrap();
    let back = Notice { gateway: "bank".parse().unwrap(), fact: went_back };
    assert_eq!(compared(&[&both[..], &[back]].concat(), &["1042"]), wrong, "it went back");
    BTreeSet::from([Rule::BankInBooks, Rule::PaymentOnce])
}
