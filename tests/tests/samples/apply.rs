//! apply-payment.

use mensal_domain::{
    collection::{Attempt, AttemptState},
    method::MethodState,
    payment::{About, Advice, Fact},
    rail::Rail,
};
use mensal_runtime::{
    messages::{self, ApplyNotice},
    metrics::{Metric, counted},
};
use mensal_tests::date;

use crate::{
    functions::{apply_payment, assert_dead, batch_of, feed, sample},
    mailbox::Mailbox,
    paying::{Paying, account_id},
};

/// A sample and what comes of it.
pub(crate) struct Case {
    pub(crate) file: &'static str,
    /// The dead letters that it leaves.
    dead: &'static [&'static str],
    /// Why some of it is kept for people.
    unmatched: &'static [&'static str],
    /// What 1042 owes and has to its credit afterwards, and what 1043 owes.
    books: [&'static str; 3],
}

/// Nothing was paid.
const UNPAID: [&str; 3] = ["109.90 BRL", "0.00 BRL", "109.90 BRL"];

const fn applied(file: &'static str, books: [&'static str; 3]) -> Case {
    Case { file, dead: &[], unmatched: &[], books }
}

const fn kept(file: &'static str, unmatched: &'static [&'static str]) -> Case {
    Case { file, dead: &[], unmatched, books: UNPAID }
}

const fn poison(file: &'static str, dead: &'static [&'static str]) -> Case {
    Case { file, dead, unmatched: &[], books: UNPAID }
}

const UNKNOWN: &str = "it names nothing that we know";

pub(crate) const CASES: &[Case] = &[
    applied(PAYMENTS, ["0.00 BRL", "0.00 BRL", "0.00 BRL"]),
    applied("apply-payment/short.json", ["49.90 BRL", "0.00 BRL", "109.90 BRL"]),
    applied("apply-payment/over.json", ["0.00 BRL", "20.00 BRL", "109.90 BRL"]),
    // What the bank has added is revenue, no credit.
    applied("apply-payment/late.json", ["0.00 BRL", "0.00 BRL", "109.90 BRL"]),
    applied("apply-payment/second-payment.json", ["0.00 BRL", "0.00 BRL", "109.90 BRL"]),
    applied("apply-payment/by-account.json", ["59.90 BRL", "0.00 BRL", "109.90 BRL"]),
    // The bank speaks of the money by its own name for it before it has said whose it is.
    applied("apply-payment/refund-first.json", UNPAID),
    applied("apply-payment/reversed.json", UNPAID),
    // Heard of in the wrong order: what has ended is not opened again.
    applied("apply-payment/dispute-won.json", ["0.00 BRL", "0.00 BRL", "109.90 BRL"]),
    applied(METHOD, UNPAID),
    applied(NOT_COLLECTED, UNPAID),
    kept("apply-payment/out-of-the-blue.json", &[UNKNOWN]),
    kept("apply-payment/out-of-the-blue-again.json", &[UNKNOWN]),
    kept("apply-payment/unknown-reference.json", &[UNKNOWN]),
    kept("apply-payment/unknown-account.json", &["there is no account nobody"]),
    kept("apply-payment/other-currency.json", &["the account is in BRL, the money in USD"]),
    poison("apply-payment/garbage.json", &["not JSON", "not JSON", "no version"]),
    poison("apply-payment/unknown-version.json", &["version 2: this function speaks version 1"]),
    poison("apply-payment/unknown-field.json", &["unknown field `priority`"]),
    poison("apply-payment/missing-field.json", &["missing field `notice`"]),
    poison("apply-payment/unknown-fact.json", &["unknown variant `rumour`"]),
    poison("apply-payment/not-an-amount.json", &["`109,90` is no amount of money"]),
    poison("apply-payment/nothing-paid.json", &["an amount of 0.00 BRL is no payment"]),
    poison("apply-payment/not-a-message.json", &crate::NOT_A_MESSAGE),
    Case {
        file: "apply-payment/mixed.json",
        dead: &["not JSON"],
        unmatched: &["there is no account nobody"],
        books: ["0.00 BRL", "0.00 BRL", "0.00 BRL"],
    },
];

const PAYMENTS: &str = "apply-payment/payments.json";
const METHOD: &str = "apply-payment/method-added.json";
const NOT_COLLECTED: &str = "apply-payment/not-collected.json";

#[tokio::test(flavor = "multi_thread")]
async fn payments_count_once_strays_are_kept_and_poison_lies_with_the_dead_letters() {
    for Case { file, dead, unmatched, books } in CASES {
        let paying = Paying::issued().await;
        // All at once, and everything a second time: the same books.
        for first in [true, false] {
            let mailbox = Mailbox::open().await;
            let function = apply_payment(&paying, &mailbox);
            let (again, counts) = counted(feed(&function, sample(file))).await;
            assert!(again.is_empty(), "{file}: {again:?}");
            assert_dead(file, &mailbox, dead);
            let applied = counts.numbers.get(&Metric::NoticesApplied).copied();
            assert!(first || applied.is_none(), "{file}: applied once, {applied:?}");
            let kept = paying.unmatched().await;
            assert_eq!(kept.len(), unmatched.len(), "{file}: {kept:?}");
            for (kept, want) in kept.iter().zip(*unmatched) {
                assert!(kept.contains(want), "{file}: {kept}");
            }
            let found = [
                paying.invoice("1042").await.open(),
                paying.account("1042").await.credit,
                paying.invoice("1043").await.open(),
            ];
            assert_eq!(found.map(|amount| amount.to_string()), *books, "{file}");
        }
    }
}

/// One piece of money counts for one account, whoever says that it is whose.
#[tokio::test(flavor = "multi_thread")]
async fn money_that_is_told_of_for_two_accounts_counts_for_the_first() {
    let paying = Paying::issued().await;
    let mailbox = Mailbox::open().await;
    let function = apply_payment(&paying, &mailbox);
    for _ in 0..2 {
        for account in ["1042", "1043"] {
            let message = format!(
                r#"{{"v":1,"notice":{{"gateway":"sandbox","fact":{{"received":{{"money":"E1","rail":"pix","amt":"60.00 BRL","on":"2026-11-18","about":{{"account":"{account}"}}}}}}}}}}"#
            );
            assert!(feed(&function, batch_of(&message)).await.is_empty());
        }
    }
    assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
    let open = [paying.invoice("1042").await.open(), paying.invoice("1043").await.open()];
    assert_eq!(open.map(|open| open.to_string()), ["49.90 BRL", "109.90 BRL"]);
    assert_eq!(paying.unmatched().await, ["the books have it for account 1042"]);
}

/// The second payment of one invoice is the customer's credit.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_on_two_rails_is_credit() {
    let paying = Paying::issued().await;
    let mailbox = Mailbox::open().await;
    let function = apply_payment(&paying, &mailbox);
    for file in [PAYMENTS, "apply-payment/second-payment.json"] {
        assert!(feed(&function, sample(file)).await.is_empty(), "{file}");
    }
    assert!(paying.invoice("1042").await.open().is_zero());
    assert_eq!(paying.account("1042").await.credit.to_string(), "109.90 BRL");
}

/// A stray is told of once, however often it is tried again.
#[tokio::test(flavor = "multi_thread")]
async fn a_stray_is_counted_when_it_comes_and_not_when_it_is_tried_again() {
    let paying = Paying::issued().await;
    let mailbox = Mailbox::open().await;
    let function = apply_payment(&paying, &mailbox);
    for (file, want) in [
        ("apply-payment/out-of-the-blue.json", Some(1)),
        ("apply-payment/out-of-the-blue-again.json", None),
    ] {
        let (again, counts) = counted(feed(&function, sample(file))).await;
        assert!(again.is_empty(), "{file}: {again:?}");
        assert_eq!(counts.numbers.get(&Metric::NoticesUnmatched).copied(), want, "{file}");
    }
    let kept = paying.store.unmatched().await.unwrap();
    assert_eq!((kept.len(), kept[0].since), (1, date("2026-11-10")));
}

/// Once people have said whose a stray is, it stays theirs: its gateway, which does not know, may
/// tell of it again, of its refund, and under a name that we have given to nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_people_have_assigned_stays_assigned() {
    let paying = Paying::issued().await;
    let mailbox = Mailbox::open().await;
    let function = apply_payment(&paying, &mailbox);
    for file in ["out-of-the-blue.json", "unknown-reference.json"] {
        let file = format!("apply-payment/{file}");
        assert!(feed(&function, sample(&file)).await.is_empty());
        let [stray] = &paying.store.unmatched().await.unwrap()[..] else { panic!("{file}") };
        let before = paying.account("1042").await.balance;
        let told = About::Account(account_id("1042"));
        let mut assigned = stray.notice.clone().told_of(told);
        let Fact::Received(receipt) = &mut assigned.fact else { panic!("{assigned:?}") };
        receipt.recalled_by_name = true;
        let amount = receipt.amount;
        let message = messages::write(&ApplyNotice::of(assigned)).unwrap();
        assert!(feed(&function, batch_of(&message)).await.is_empty());
        paying.store.forget_unmatched(&stray.notice).await.unwrap();
        let after = paying.account("1042").await;
        assert_eq!(after.balance, before.minus(amount).unwrap());
        assert!(feed(&function, sample(&file)).await.is_empty());
        assert_eq!(paying.unmatched().await, Vec::<String>::new());
        assert_eq!(paying.account("1042").await, after);
    }
    assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_speaks_for_one_gateway_does_not_speak_for_the_others() {
    let paying = Paying::issued().await;
    paying.charged_at("outro").await;
    let mailbox = Mailbox::open().await;
    let function = apply_payment(&paying, &mailbox);
    assert!(feed(&function, sample(PAYMENTS)).await.is_empty());
    assert_eq!(paying.unmatched().await, ["it is about a charge of another gateway's"]);
    assert_eq!(paying.invoice("1042").await.open().to_string(), "109.90 BRL");
    assert!(paying.invoice("1043").await.open().is_zero());
}

#[tokio::test(flavor = "multi_thread")]
async fn news_of_a_method_and_of_an_attempt_are_noted() {
    let paying = Paying::with_cards().await;
    let mut charges = paying.charges("1042").await;
    charges.note_attempt(Attempt {
        rail: Rail::Card,
        gateway: "sandbox".parse().unwrap(),
        serial: 1,
        method: "card".parse().unwrap(),
        amount: "109.90 BRL".parse().unwrap(),
        on: date("2026-11-20"),
        due: date("2026-11-20"),
        state: AttemptState::UnderWay(None),
    });
    paying.store.put_charges(&charges, &[]).await.unwrap();
    let mailbox = Mailbox::open().await;
    let function = apply_payment(&paying, &mailbox);
    for file in [METHOD, NOT_COLLECTED] {
        assert!(feed(&function, sample(file)).await.is_empty(), "{file}");
    }
    let methods = paying.account("1042").await.methods;
    let told: Vec<_> = methods.iter().map(|one| (one.id.as_str(), one.state)).collect();
    assert_eq!(told, [("card", MethodState::Active), ("visa", MethodState::Active)]);
    let attempts = paying.attempts("1042").await;
    let [attempt] = &attempts[..] else { panic!("{attempts:?}") };
    let (code, advice) = ("insufficient_funds".to_owned(), Advice::RetryLater);
    assert_eq!(attempt.state, AttemptState::Failed { code, advice });
}
