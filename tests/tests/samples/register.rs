//! register-charge.

use mensal_domain::{collection::AttemptState, events::Document, tasks::tasks_between};
use mensal_rails::gateway::Standing;
use mensal_runtime::{
    messages::{self, MoveMoney},
    metrics::{Metric, counted},
};
use mensal_tests::date;
use serde_json::json;

use crate::{
    functions::{
        apply_payment, assert_dead, batch_of, collect_payment, feed, register_charge, sample,
    },
    mailbox::Mailbox,
    paying::{Paying, account_id, cycle},
};

/// A sample, the dead letters that it leaves, and the accounts whose invoices can be paid at the
/// bank afterwards.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

const BOTH: &[&str] = &["1042", "1043"];

pub(crate) const CASES: &[Case] = &[
    ("register-charge/invoices.json", &[], BOTH),
    ("register-charge/garbage.json", &["not JSON", "not JSON", "no version"], &[]),
    ("register-charge/unknown-version.json", &["version 2: this function speaks version 1"], &[]),
    ("register-charge/unknown-field.json", &["unknown field `priority`"], &[]),
    ("register-charge/missing-field.json", &["missing field `invoice`"], &[]),
    ("register-charge/missing-account.json", &["account nobody does not exist"], &[]),
    (
        "register-charge/missing-invoice.json",
        &["account 1042 has no invoice 2026-10-10-cycle"],
        &[],
    ),
    ("register-charge/not-an-invoice-id.json", &["`2026-11-10` is no invoice id"], &[]),
    ("register-charge/not-a-message.json", &crate::NOT_A_MESSAGE, &[]),
    ("register-charge/mixed.json", &["not JSON", "account nobody does not exist"], BOTH),
];

const INVOICES: &str = "register-charge/invoices.json";

#[tokio::test(flavor = "multi_thread")]
async fn invoices_are_charged_once_on_each_rail_and_poison_lies_with_the_dead_letters() {
    for (file, dead, charged) in CASES {
        let paying = Paying::issued().await;
        for first in [true, false] {
            let mailbox = Mailbox::open().await;
            let function = register_charge(&paying, &mailbox);
            let (again, counts) = counted(feed(&function, sample(file))).await;
            assert!(again.is_empty(), "{file}: {again:?}");
            let steps = counts.numbers.get(&Metric::ChargeSteps).copied().unwrap_or_default();
            let want = if first { 2 * charged.len() } else { 0 };
            assert_eq!(steps, u64::try_from(want).unwrap(), "{file}: asked for once");
            assert_dead(file, &mailbox, dead);
        }
        for account in BOTH {
            let registered = paying.registered(account).await;
            let is_charged = charged.contains(account);
            let both: &[&str] = &["pix/1 Registered", "boleto/1 Registered"];
            let want = if is_charged { both } else { &[] };
            assert_eq!(registered, want, "{file}: {account}");
        }
        let at_bank = paying.at_bank("pix/1").await;
        let is_there = matches!(at_bank, Standing::Registered { .. });
        assert_eq!(is_there, charged.contains(&"1042"), "{file}: {at_bank:?}");
    }
}

/// What was paid on one rail can be paid on the other no more, as soon as the invoice is looked at
/// again.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_paid_on_one_rail_is_taken_back_on_the_other() {
    let paying = Paying::issued().await;
    let mailbox = Mailbox::open().await;
    let register = register_charge(&paying, &mailbox);
    assert!(feed(&register, sample(INVOICES)).await.is_empty());
    let apply = apply_payment(&paying, &mailbox);
    assert!(feed(&apply, sample("apply-payment/payments.json")).await.is_empty());
    assert!(feed(&register, sample(INVOICES)).await.is_empty());
    assert_eq!(paying.registered("1042").await, ["pix/1 Settled", "boleto/1 Cancelled"]);
    assert_eq!(paying.registered("1043").await, ["pix/1 Cancelled", "boleto/1 Settled"]);
    assert_eq!(paying.at_bank("boleto/1").await, Standing::Cancelled);
    assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
}

/// An invoice that was issued so late that it can be paid at the bank no more, or that was paid at
/// once, waits for nothing: that there is nothing to register is noted, and so its document is made.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_charged_any_more_is_noted() {
    let paying = Paying::issued().await;
    paying.on("2027-06-01");
    for _ in 0..2 {
        let mailbox = Mailbox::open().await;
        let function = register_charge(&paying, &mailbox);
        assert!(feed(&function, sample(INVOICES)).await.is_empty());
        assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
        let charges = paying.store.charges(&account_id("1042"), cycle()).await.unwrap().unwrap();
        assert_eq!((charges.version, charges.charges.len()), (1, 0));
        let noted = Document::Charges(Box::new(charges));
        assert_eq!(tasks_between(None, Some(&noted)).len(), 1, "its document");
    }
}

/// A gateway that has no secret any more keeps no other from its work, and comes again.
#[tokio::test(flavor = "multi_thread")]
async fn one_gateway_that_cannot_be_asked_does_not_stop_the_others() {
    let paying = Paying::issued().await;
    paying.charged_at("fechado").await;
    let mailbox = Mailbox::open().await;
    let register = register_charge(&paying, &mailbox);
    for _ in 0..2 {
        assert_eq!(feed(&register, sample(INVOICES)).await.len(), 1, "1042 comes again");
        assert_eq!(paying.registered("1042").await, ["pix/1 Registered", "boleto/1 Registered"]);
        assert_eq!(paying.registered("1043").await, ["pix/1 Registered", "boleto/1 Registered"]);
    }
    assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
}

/// A Pix Automático that was ordered ahead is taken back when the invoice is paid otherwise: it is
/// not paid twice.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_ordered_ahead_of_an_invoice_that_is_paid_is_taken_back() {
    let paying = Paying::issued().await;
    let mut account = paying.account("1042").await;
    let mandate = json!({
        "id": "rec", "rail": "pix_automatico", "gw": mensal::bank::CODE, "state": "active",
        "label": "Pix Automático", "token": "tok-1042-rec", "since": "2026-01-01",
    });
    account.methods.push(serde_json::from_value(mandate).unwrap());
    account.version += 1;
    paying.store.commit_account(account.version - 1, &account).await.unwrap();
    let mailbox = Mailbox::open().await;
    let collect = collect_payment(&paying, &mailbox);
    let (of, through) = (account_id("1042"), date("2026-11-12"));
    let look = messages::write(&MoveMoney::Collect { account: of, through }).unwrap();
    assert!(feed(&collect, batch_of(&look)).await.is_empty());
    let states = async || -> Vec<AttemptState> {
        paying.attempts("1042").await.into_iter().map(|one| one.state).collect()
    };
    assert_eq!(states().await, [AttemptState::UnderWay(None)]);
    let apply = apply_payment(&paying, &mailbox);
    assert!(feed(&apply, sample("apply-payment/payments.json")).await.is_empty());
    paying.on("2026-11-19");
    let register = register_charge(&paying, &mailbox);
    for _ in 0..2 {
        assert!(feed(&register, sample(INVOICES)).await.is_empty());
        assert_eq!(states().await, [AttemptState::TakenBack]);
    }
    let bank = paying.home.stack.bank();
    bank.pass_day(date("2026-11-30"), "http://127.0.0.1:9/").await.unwrap();
    assert_eq!(bank.taken().unwrap().payments, 0);
    assert!(feed(&collect, batch_of(&look)).await.is_empty());
    assert_eq!(states().await, [AttemptState::TakenBack]);
    assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
}
