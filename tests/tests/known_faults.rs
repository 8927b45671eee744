//! Faults that other billing systems are known for, each looked for on the local stack. (That a day on
//! which clocks change is billed once is held by `calendar` in the domain.)

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use mensal::{
    running::live_a_day,
    stack::{Mischief, Options},
};
use mensal_domain::{
    account::Account, calendar::days_after, ids::AccountId, invoice::InvoiceKind, money::Money,
    network::Service, period::Interval, rail::Rail,
};
use mensal_tests::{
    Home,
    customer::{account, join, join_with, pays},
    date,
};
use rust_decimal::Decimal;
use serde_json::json;

async fn live(home: &Home, from: &str, through: &str) {
    let mut day = date(from);
    while day <= date(through) {
        live_a_day(&home.stack, day).await.unwrap();
        day = days_after(day, 1);
    }
}

async fn now(home: &Home, id: &AccountId) -> Account {
    home.stack.store().account(id).await.unwrap().unwrap()
}

/// Of whoever has paid by cheque on the day before, no mail says that they are suspended.
#[tokio::test(flavor = "multi_thread")]
async fn a_cheque_that_was_recorded_keeps_suspension_and_its_mail_away() {
    let home = Home::new(Options::default()).await.unwrap();
    let own = json!({
        "ladder": "+5:email:overdue suspended:email:suspended", "calendar": "none",
        "suspend_after_days": { "days": 0 }, "rails": [],
    });
    let (paid, not): (AccountId, AccountId) = ("1042".parse().unwrap(), "1043".parse().unwrap());
    let accounts = [&paid, &not].map(|id| account(id.as_str(), &own, &[]).unwrap());
    join(&home, accounts.into()).await.unwrap();
    // Due on the 20th, delinquent on Wednesday the 25th.
    live(&home, "2026-11-10", "2026-11-24").await;
    pays(&home, &paid, Rail::Cheque, "cheque-77", "2026-11-24").await.unwrap();
    live(&home, "2026-11-25", "2026-12-09").await;
    assert_eq!(now(&home, &paid).await.hold, None);
    assert!(now(&home, &not).await.is_suspended());
    let told = async |id: &AccountId| {
        let notices = home.stack.store().notices(id).await.unwrap();
        notices.iter().map(|one| (one.id.to_string(), one.state)).collect::<Vec<_>>()
    };
    assert_eq!(told(&paid).await, []);
    assert_eq!(told(&not).await.len(), 2, "{:?}", told(&not).await);
    assert_eq!(home.stack.posted().unwrap().len(), 2);
}

/// The fine is charged once, though the job of each day runs twice, and each message comes twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_charge_comes_once_though_the_job_runs_twice() {
    let charged = async |options, times| {
        let home = Home::new(options).await.unwrap();
        let own = json!({
            "calendar": "none", "rails": [], "late_charges": "at_once", "late_fine_percent": "2",
            "late_interest_percent": "0",
        });
        let id: AccountId = "1042".parse().unwrap();
        join(&home, vec![account(id.as_str(), &own, &[]).unwrap()]).await.unwrap();
        for day in 0..25 {
            for _ in 0..times {
                live_a_day(&home.stack, days_after(date("2026-11-10"), day)).await.unwrap();
            }
        }
        let invoices = home.stack.store().invoices(&id).await.unwrap();
        let [bill, late] = &invoices[..] else { panic!("{invoices:?}") };
        assert_eq!((bill.id.kind, late.id.kind), (InvoiceKind::Cycle, InvoiceKind::Late));
        let fine = bill.total.amount() * Decimal::new(2, 2);
        assert_eq!(late.total, Money::rounded(fine, bill.currency()).unwrap(), "two percent");
        late.clone()
    };
    let once = charged(Options::default(), 1).await;
    let mischief = Mischief { twice: true, shuffled: None };
    assert_eq!(charged(Options { mischief, ..Options::default() }, 2).await, once);
}

/// A year that was paid ahead goes on while another service of the account is suspended.
#[tokio::test(flavor = "multi_thread")]
async fn a_year_that_was_paid_ahead_is_not_cut_for_another_service() {
    let home = Home::new(Options::default()).await.unwrap();
    let own = json!({
        "calendar": "none", "suspend_after_days": { "days": 0 }, "rails": [],
    });
    let year = json!({
        "id": "2", "plan": "anual", "start": "2026-11-10", "site": "centro", "login": "ana-fazenda",
    });
    let id: AccountId = "1042".parse().unwrap();
    let accounts = vec![account(id.as_str(), &own, &[year]).unwrap()];
    let imported = join_with(&home, accounts, |catalog| {
        let mut plan = catalog.plans[&"fibra-500".parse().unwrap()].clone();
        (plan.code, plan.interval) = ("anual".parse().unwrap(), Interval::Yearly);
        catalog.plans.insert(plan.code.clone(), plan);
    });
    imported.await.unwrap();
    live(&home, "2026-11-10", "2026-11-15").await;
    pays(&home, &id, Rail::Cash, "1", "2026-11-15").await.unwrap();
    live(&home, "2026-11-16", "2026-12-31").await;
    let account = now(&home, &id).await;
    let hold = account.hold.as_ref().unwrap();
    assert_eq!(hold.services, ["1".parse().unwrap()]);
    let ordered = home.stack.ordered().unwrap();
    assert!(ordered.iter().any(|one| one.service == Service::Suspended));
    let farm = ordered.iter().filter(|one| one.login.as_str() == "ana-fazenda");
    assert!(farm.clone().all(|one| one.service == Service::Full), "{:?}", farm.collect::<Vec<_>>());
    let checked = home.audit().await.unwrap();
    assert!(checked.violations.is_empty(), "{:?}", checked.violations);
}
