//! toggle-service.

use mensal::stack::Ordered;
use mensal_domain::{enforcement::Enforced, network::Service};
use mensal_runtime::messages::{self, ReviewAccount};
use mensal_tests::date;

use crate::{
    functions::{assert_dead, batch_of, feed, review_account, sample, toggle_service},
    mailbox::Mailbox,
    paying::{Paying, account_id},
};

/// A sample, the dead letters that it leaves, and the accounts whose service it has suspended.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

pub(crate) const CASES: &[Case] = &[
    ("toggle-service/accounts.json", &[], &["1042", "1043"]),
    ("toggle-service/garbage.json", &["not JSON", "not JSON", "no version"], &[]),
    ("toggle-service/unknown-version.json", &["version 2: this function speaks version 1"], &[]),
    ("toggle-service/unknown-field.json", &["unknown field `service`"], &[]),
    ("toggle-service/missing-field.json", &["missing field `account`"], &[]),
    ("toggle-service/missing-account.json", &["account nobody does not exist"], &[]),
    ("toggle-service/not-an-account-id.json", &["`10#42` is not a valid account id"], &[]),
    ("toggle-service/not-a-message.json", &crate::NOT_A_MESSAGE, &[]),
    ("toggle-service/mixed.json", &["not JSON"], &["1042", "1043"]),
];
/// On the day after, the network is told again of what it has confirmed.
pub(crate) const SWEEP: &str = "toggle-service/sweep.json";

/// Both accounts are suspended, and the network knows nothing of it.
async fn suspended() -> Paying {
    let paying = Paying::cut_at_site().await;
    let mailbox = Mailbox::open().await;
    let function = review_account(&paying, &mailbox);
    for day in ["2026-11-25", "2026-11-30"] {
        for id in ["1042", "1043"] {
            let (account, through) = (account_id(id), date(day));
            let message = messages::write(&ReviewAccount { account, through }).unwrap();
            assert!(feed(&function, batch_of(&message)).await.is_empty());
        }
    }
    paying.on("2026-11-30");
    assert!(paying.account("1042").await.is_suspended());
    paying
}

/// What the network was told of a login.
fn told(paying: &Paying, login: &str) -> Vec<Service> {
    let of = |one: Ordered| (one.login.as_str() == login).then_some(one.service);
    paying.home.stack.ordered().unwrap().into_iter().filter_map(of).collect()
}

async fn enforced(paying: &Paying, account: &str) -> Option<Enforced> {
    paying.store.all_enforced(&account_id(account)).await.unwrap().into_iter().next()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_network_is_told_once_of_what_service_is_to_be_and_poison_lies_with_the_dead_letters() {
    for (file, dead, cut) in CASES {
        let paying = suspended().await;
        for _ in 0..2 {
            let mailbox = Mailbox::open().await;
            let function = toggle_service(&paying, &mailbox);
            let again = feed(&function, sample(file)).await;
            assert!(again.is_empty(), "{file}: {again:?}");
            assert_dead(file, &mailbox, dead);
        }
        for id in ["1042", "1043"] {
            let want: &[_] = if cut.contains(&id) { &[Service::Suspended] } else { &[] };
            assert_eq!(told(&paying, &format!("login-{id}")), want, "{file}: {id}");
            let known = enforced(&paying, id).await.and_then(|known| known.confirmed);
            assert_eq!(known, want.first().copied(), "{file}: {id}");
        }
    }
}

/// By what the account says then, whatever it said when the message was sent.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_paid_before_the_network_was_told_is_not_cut_and_a_sweep_repeats_what_stands() {
    let paying = suspended().await;
    let mailbox = Mailbox::open().await;
    let function = toggle_service(&paying, &mailbox);
    let cut = sample("toggle-service/accounts.json");
    let apply = crate::functions::apply_payment(&paying, &mailbox);
    let paid = crate::money::paid_by("1043", "2026-11-30");
    assert!(feed(&apply, batch_of(&paid)).await.is_empty());
    assert!(feed(&function, cut.clone()).await.is_empty());
    assert_eq!(told(&paying, "login-1043"), [], "it was never told of anything");
    assert_eq!(told(&paying, "login-1042"), [Service::Suspended]);

    // The access server may have lost it: each day it is told again, once.
    paying.on("2026-12-02");
    for _ in 0..2 {
        assert!(feed(&function, sample(SWEEP)).await.is_empty());
    }
    assert_eq!(told(&paying, "login-1042"), [Service::Suspended; 2]);

    // Back with the payment, in whichever order the two messages come.
    let paid = crate::money::paid_by("1042", "2026-12-02");
    assert!(feed(&apply, batch_of(&paid)).await.is_empty());
    for event in [cut.clone(), cut, sample(SWEEP)] {
        assert!(feed(&function, event).await.is_empty());
    }
    assert_eq!(told(&paying, "login-1042")[2..], [Service::Full]);
    assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
}

/// What was decided on the day before is done on a day that the calendar permits alone.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_not_cut_on_the_day_is_cut_by_the_sweep_of_a_permitted_one() {
    let paying = suspended().await;
    let mailbox = Mailbox::open().await;
    let function = toggle_service(&paying, &mailbox);
    paying.on("2026-12-02");
    for (file, want) in
        [("toggle-service/accounts.json", &[][..]), (SWEEP, &[Service::Suspended][..])]
    {
        assert!(feed(&function, sample(file)).await.is_empty());
        assert_eq!(told(&paying, "login-1042"), want, "{file}");
    }
}

/// A site that has no secret, or an access server that is down: it is tried again, and what is known
/// says why.
#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_is_not_reached_is_asked_again() {
    let paying = suspended().await;
    let mailbox = Mailbox::open().await;
    let mut account = paying.account("1042").await;
    account.subscriptions[0].site = "down".parse().ok();
    let was = account.version;
    account.version += 1;
    paying.store.commit_account(was, &account).await.unwrap();
    let function = toggle_service(&paying, &mailbox);
    let again = feed(&function, sample("toggle-service/accounts.json")).await;
    assert_eq!(again.len(), 1, "1042 comes again, and 1043 does not wait for it");
    let known = enforced(&paying, "1042").await.unwrap();
    assert_eq!(known.confirmed, None);
    assert!(known.busy_until.is_some(), "it may be done a moment later");
    assert!(known.fault.starts_with("not reached: "), "{}", known.fault);
    assert_eq!(told(&paying, "login-1043"), [Service::Suspended]);
    assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
}
