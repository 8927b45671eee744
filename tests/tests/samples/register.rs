//! register-charge.

use mensal_domain::{events::Document, tasks::tasks_between};
use mensal_rails::gateway::Standing;
use mensal_runtime::metrics::{Metric, counted};

use crate::{
    functions::{apply_payment, assert_dead, feed, register_charge, sample},
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
    ("register-charge/missing-account.json", &["an invoice of nobody does not exist"], &[]),
    ("register-charge/missing-invoice.json", &["an invoice of 1042 does not exist"], &[]),
    ("register-charge/not-an-invoice-id.json", &["`2026-11-10` is no invoice id"], &[]),
    ("register-charge/not-a-message.json", &crate::NOT_A_MESSAGE, &[]),
    ("register-charge/mixed.json", &["not JSON", "an invoice of nobody does not exist"], BOTH),
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
    assert_eq!(paying.registered("1042").await, ["pix/1 Paid", "boleto/1 Cancelled"]);
    assert_eq!(paying.registered("1043").await, ["pix/1 Cancelled", "boleto/1 Paid"]);
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
