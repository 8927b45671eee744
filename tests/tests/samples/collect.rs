//! collect-payment.

use mensal_domain::{collection::AttemptState, method::MethodState, payment::Fact};
use mensal_runtime::{
    messages::{self, ApplyNotice, MoveMoney},
    metrics::{Metric, counted},
};
use mensal_tests::date;

use crate::{
    functions::{apply_payment, assert_dead, batch_of, collect_payment, feed, sample},
    mailbox::Mailbox,
    paying::{Paying, account_id},
};

/// A sample, the dead letters that it leaves, and how often each account is asked for money: whose
/// card is good, and who has none.
type Case = (&'static str, &'static [&'static str], [usize; 2]);

pub(crate) const CASES: &[Case] = &[
    ("collect-payment/accounts.json", &[], [1, 1]),
    ("collect-payment/nothing-due.json", &[], [0, 0]),
    ("collect-payment/garbage.json", &["not JSON", "not JSON", "no version"], [0, 0]),
    (
        "collect-payment/unknown-version.json",
        &["version 2: this function speaks version 1"],
        [0, 0],
    ),
    ("collect-payment/unknown-field.json", &["unknown field `priority`"], [0, 0]),
    ("collect-payment/missing-field.json", &["missing field `through`"], [0, 0]),
    ("collect-payment/unknown-task.json", &["unknown variant `pay`"], [0, 0]),
    ("collect-payment/missing-account.json", &["account nobody does not exist"], [0, 0]),
    ("collect-payment/missing-payment.json", &["account 1042 has no payment sandbox#E"], [0, 0]),
    ("collect-payment/not-an-account-id.json", &["`10#42` is not a valid account id"], [0, 0]),
    ("collect-payment/not-a-message.json", &crate::NOT_A_MESSAGE, [0, 0]),
    ("collect-payment/mixed.json", &["not JSON", "account 1042 has no payment"], [1, 1]),
];

pub(crate) const REFUND: &str = "collect-payment/refund.json";
pub(crate) const DAY_AFTER: &str = "collect-payment/day-after.json";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_due_is_collected_once_and_poison_lies_with_the_dead_letters() {
    for (file, dead, asked) in CASES {
        let paying = Paying::with_cards().await;
        for first in [true, false] {
            let mailbox = Mailbox::open().await;
            let function = collect_payment(&paying, &mailbox);
            let (again, counts) = counted(feed(&function, sample(file))).await;
            assert!(again.is_empty(), "{file}: {again:?}");
            assert_dead(file, &mailbox, dead);
            let attempts = counts.numbers.get(&Metric::Attempts).copied().unwrap_or_default();
            let want = if first { asked[0] + asked[1] } else { 0 };
            assert_eq!(attempts, u64::try_from(want).unwrap(), "{file}: asked for once");
            // Whose card is good has paid: the bank's answer goes the way of its webhooks.
            let told = if first { asked[0] } else { 0 };
            assert_eq!(mailbox.bodies("payment").len(), told, "{file}");
        }
        let [good, broke] = [paying.attempts("1042").await, paying.attempts("1043").await];
        assert_eq!([good.len(), broke.len()], *asked, "{file}");
        assert!(good.iter().all(|one| one.state == AttemptState::Received), "{file}: {good:?}");
        for one in broke {
            assert!(matches!(one.state, AttemptState::Failed { .. }), "{file}: {one:?}");
        }
    }
}

/// What the bank has answered settles the invoice, and whoever has no money is tried again on the
/// day that the settings say.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_collected_is_applied_and_what_is_declined_is_tried_again() {
    let paying = Paying::with_cards().await;
    let mailbox = Mailbox::open().await;
    let function = collect_payment(&paying, &mailbox);
    assert!(feed(&function, sample("collect-payment/accounts.json")).await.is_empty());
    let told = mailbox.bodies("payment");
    let [told] = &told[..] else { panic!("{told:?}") };
    let ApplyNotice { notice, again } = messages::read(told).unwrap();
    let Fact::Received(receipt) = &notice.fact else { panic!("{notice:?}") };
    assert_eq!((receipt.amount.to_string().as_str(), again), ("109.90 BRL", false));
    assert_eq!(notice.about().account().unwrap().as_str(), "1042");
    // The day after, whoever has not paid by card is offered the other rails; two days later the
    // card is tried again.
    assert_eq!(paying.account("1043").await.next_collection, Some(date("2026-11-21")));
    let later = sample(DAY_AFTER);
    assert!(feed(&function, later).await.is_empty());
    assert_eq!(
        mailbox.bodies("charge"),
        [r#"{"v":1,"account":"1043","invoice":"2026-11-10-cycle"}"#]
    );
    assert_eq!(paying.account("1043").await.next_collection, Some(date("2026-11-23")));
}

/// What was going to be charged to a card is offered on the other rails as soon as nobody will.
#[tokio::test(flavor = "multi_thread")]
async fn who_has_revoked_a_card_can_pay_otherwise_before_the_due_date() {
    let paying = Paying::with_cards().await;
    let mailbox = Mailbox::open().await;
    let function = collect_payment(&paying, &mailbox);
    let mut account = paying.account("1042").await;
    account.methods.iter_mut().for_each(|method| method.state = MethodState::Revoked);
    account.version += 1;
    paying.store.commit_account(account.version - 1, &account).await.unwrap();
    let (account, through) = (account_id("1042"), date("2026-11-15"));
    let message = MoveMoney::Collect { account: account.clone(), through };
    let message = messages::write(&message).unwrap();
    for times in 1..=2 {
        assert!(feed(&function, batch_of(&message)).await.is_empty());
        let asked = r#"{"v":1,"account":"1042","invoice":"2026-11-10-cycle"}"#;
        assert_eq!(mailbox.bodies("charge"), vec![asked; times], "its charges are there by then");
        let invoice = paying.store.invoices(&account).await.unwrap().remove(0);
        assert_eq!(invoice.registered_from(), Some(through));
    }
    assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
}

/// A second payment of an invoice that is to be given back is given back once.
#[tokio::test(flavor = "multi_thread")]
async fn money_that_nothing_asked_for_is_given_back_once() {
    let paying = Paying::giving_back().await;
    let mailbox = Mailbox::open().await;
    let apply = apply_payment(&paying, &mailbox);
    for file in ["apply-payment/payments.json", "apply-payment/second-payment.json"] {
        // The bank has it, as it has all that it tells.
        for notice in notices(file) {
            let Fact::Received(receipt) = &notice else { panic!("{notice:?}") };
            let bank = paying.home.stack.bank();
            bank.book(receipt.money.as_str(), receipt.paid_on, &notice).unwrap();
        }
        assert!(feed(&apply, sample(file)).await.is_empty(), "{file}");
    }
    assert!(paying.account("1042").await.credit.is_zero());
    let collect = collect_payment(&paying, &mailbox);
    for _ in 0..2 {
        assert!(feed(&collect, sample(REFUND)).await.is_empty());
    }
    let told = mailbox.bodies("payment");
    let told: Vec<ApplyNotice> = told.iter().map(|body| messages::read(body).unwrap()).collect();
    let [one, other] = &told[..] else { panic!("{told:?}") };
    assert_eq!(one, other, "told twice, and one refund");
    let taken = paying.home.stack.bank().taken().unwrap();
    let returned: Vec<_> = taken.returned.values().map(ToString::to_string).collect();
    assert_eq!(returned, ["109.90"]);
    assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
}

/// What the messages of a sample tell.
fn notices(file: &str) -> Vec<Fact> {
    let event = sample(file);
    let records = event["Records"].as_array().unwrap().iter();
    let fact = |record: &serde_json::Value| {
        let message: ApplyNotice = messages::read(record["body"].as_str().unwrap()).unwrap();
        message.notice.fact
    };
    records.map(fact).collect()
}
