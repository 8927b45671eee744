//! What holds whatever is heard, however often, in whichever order.

use proptest::{collection::vec, prelude::*, sample::subsequence};

use super::{
    super::{Fact, ReturnKind},
    Ledger, returned,
};
use crate::settings::Overpaid;

/// One payment and what becomes of it.
#[derive(Clone, Debug)]
struct Story {
    cents: i64,
    invoice: usize,
    day: u8,
    returns: Vec<(ReturnKind, i64)>,
}

fn amount(cents: i64) -> String {
    rust_decimal::Decimal::new(cents, 2).to_string()
}

fn story() -> impl Strategy<Value = Story> {
    let kinds = prop_oneof![
        Just(ReturnKind::Refund),
        Just(ReturnKind::Reversal),
        Just(ReturnKind::DisputeOpened),
        Just(ReturnKind::DisputeLost),
        Just(ReturnKind::DisputeWon),
    ];
    (1_i64..20_000, 0_usize..4, 1_u8..29, vec((kinds, 1_i64..10_000), 0..3))
        .prop_map(|(cents, invoice, day, returns)| Story { cents, invoice, day, returns })
}

fn facts(ledger: &Ledger, stories: &[Story]) -> Vec<Fact> {
    let mut all = Vec::new();
    for (n, story) in stories.iter().enumerate() {
        let money = format!("m{n}");
        let on = format!("2026-11-{:02}", story.day);
        all.push(ledger.paid(&money, &amount(story.cents), story.invoice, &on));
        for (i, (kind, cents)) in story.returns.iter().enumerate() {
            all.push(returned(&money, &format!("r{i}"), *kind, &amount(*cents)));
        }
    }
    all
}

fn deliveries() -> impl Strategy<Value = (Vec<Story>, Vec<usize>, Vec<usize>)> {
    vec(story(), 1..6).prop_flat_map(|stories| {
        let count: usize = stories.iter().map(|story| 1 + story.returns.len()).sum();
        // Each fact one to three times, in two orders.
        let times = move || {
            vec(1_usize..4, count).prop_flat_map(|times| {
                let all: Vec<usize> =
                    times.iter().enumerate().flat_map(|(i, n)| vec![i; *n]).collect();
                Just(all).prop_shuffle()
            })
        };
        (Just(stories), times(), times())
    })
}

fn owing(overpaid: Overpaid) -> Ledger {
    Ledger { overpaid, ..Ledger::owing(&["100.00", "50.00", "30.00", "80.00"]) }
}

proptest! {
    /// The checks of [`Ledger::check`] hold after each step; and which payments stand at how much,
    /// and so the balance, does not depend on order or repetition.
    #[test]
    fn the_books_balance_and_their_order_does_not_matter((stories, one, other) in deliveries()) {
        let hear = |order: &[usize]| {
            let mut ledger = owing(Overpaid::Credit);
            let facts = facts(&ledger, &stories);
            for i in order {
                ledger.hear(&facts[*i]).unwrap();
            }
            ledger.payments.sort_by(|a, b| a.id.cmp(&b.id));
            ledger
        };
        let (one, other) = (hear(&one), hear(&other));
        let away = |ledger: &Ledger| ledger.payments.iter().map(|one| one.away().unwrap()).collect::<Vec<_>>();
        prop_assert_eq!(away(&one), away(&other));
        let received = |ledger: &Ledger| {
            ledger.payments.iter().map(|one| one.received.as_ref().unwrap().amount).collect::<Vec<_>>()
        };
        prop_assert_eq!(received(&one), received(&other));
        // What is settled and what was late add up to what stands.
        for payment in one.payments.iter().chain(&other.payments) {
            let stands = payment.received.as_ref().unwrap().amount.minus(payment.away().unwrap()).unwrap();
            let known = payment.settles().unwrap().plus(payment.late_charge().unwrap()).unwrap();
            prop_assert!(known == stands || stands.is_negative());
        }
    }

    /// With second payments held to be given back, too.
    #[test]
    fn what_is_held_settles_nothing((stories, order, _) in deliveries()) {
        let mut ledger = owing(Overpaid::Refund);
        let facts = facts(&ledger, &stories);
        for i in &order {
            ledger.hear(&facts[*i]).unwrap();
        }
    }

    /// Hearing only some of it leaves books that balance, and hearing the rest later brings them
    /// to where they would have been.
    #[test]
    fn what_is_heard_late_is_heard((stories, order, _) in deliveries(), kept in subsequence((0..40).collect::<Vec<usize>>(), 20)) {
        let mut ledger = owing(Overpaid::Credit);
        let facts = facts(&ledger, &stories);
        for i in order.iter().filter(|i| kept.contains(i)).chain(&order) {
            ledger.hear(&facts[*i]).unwrap();
        }
        let count = facts.iter().filter(|fact| matches!(fact, Fact::Received(_))).count();
        prop_assert_eq!(ledger.payments.len(), count);
    }
}
