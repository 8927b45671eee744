//! Whoever does not pay is reminded, suspended on a permitted day, and back with the payment, on the
//! local stack: real handlers, a real table, day by day.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use mensal::{running::live_a_day, stack::Options};
use mensal_domain::{
    calendar::days_after,
    delinquency::{Channel, CutKind, LiftedBy, NoticeState},
    ids::AccountId,
    network::Service,
    rail::Rail,
};
use mensal_tests::{
    Home,
    customer::{account, join, pays},
    date,
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn an_unpaid_invoice_is_reminded_of_cut_for_and_back_once_paid_and_lost_days_are_not_billed()
{
    let home = Home::new(Options::default()).await.unwrap();
    let own = json!({
        "ladder": "+1:sms:overdue suspended:sms:suspended restored:email:restored", "calendar": "none",
        "suspend_after_days": { "days": 3 }, "rails": [],
    });
    join(&home, vec![account("1042", &own, &[]).unwrap()]).await.unwrap();
    let (store, id): (_, AccountId) = (home.stack.store(), "1042".parse().unwrap());
    let now = async || store.account(&id).await.unwrap().unwrap();

    // Due on the 20th, delinquent on Wednesday the 25th, three days later is a Saturday: Monday.
    for day in 0..=19 {
        live_a_day(&home.stack, days_after(date("2026-11-10"), day)).await.unwrap();
    }
    assert_eq!(now().await.hold, None, "on the 29th, a Sunday");
    live_a_day(&home.stack, date("2026-11-30")).await.unwrap();
    let cut = now().await;
    assert!(cut.is_suspended());
    assert_eq!(cut.subscriptions[0].cuts[0].from, date("2026-11-30"));

    // The run of a day that comes twice, and its message too, does nothing more.
    live_a_day(&home.stack, date("2026-11-30")).await.unwrap();
    assert_eq!(now().await, cut);
    for day in 0..3 {
        live_a_day(&home.stack, days_after(date("2026-12-01"), day)).await.unwrap();
    }
    pays(&home, &id, Rail::Cash, "1", "2026-12-03").await.unwrap();
    assert_eq!(now().await.hold, None, "in the transaction that books the payment");
    let notices = store.notices(&id).await.unwrap();
    let told: Vec<_> = notices.iter().map(|one| (one.id.to_string(), one.state)).collect();
    let delivered = |id: &str| (id.to_owned(), NoticeState::Delivered);
    assert_eq!(
        told,
        [
            delivered("2026-11-10-cycle:+1:sms"),
            delivered("2026-11-30:restored:email"),
            delivered("2026-11-30:suspended:sms"),
        ]
    );
    let posted = home.stack.posted().unwrap();
    let ways: Vec<_> = posted.iter().map(|one| (one.channel, one.to.as_str())).collect();
    let phone = (Channel::Sms, "+5545999990000");
    assert_eq!(ways, [phone, phone, (Channel::Email, "ana@customer.example")]);
    // The network was told when it was cut, each day since whether it still is, and when it was paid.
    let ordered: Vec<_> = home
        .stack
        .ordered()
        .unwrap()
        .iter()
        .map(|one| (one.login.to_string(), one.service))
        .collect();
    let (cut, back) = (Service::Suspended, Service::Full);
    let want = [cut, cut, cut, cut, back].map(|service| ("ana".to_owned(), service));
    assert_eq!(ordered, want);
    let kept = &store.suspensions(&id).await.unwrap()[0];
    assert_eq!(kept.steps[0].kind, CutKind::Suspended);
    assert_eq!(kept.steps[0].because[0], "3 dias após a inadimplência (suspend_after_days)");
    let lifted = kept.lifted.unwrap();
    assert_eq!(lifted.why, LiftedBy::Payment);

    // The next invoice takes back the days without service, and no later one catches them up.
    for day in 0..=40 {
        let today = days_after(date("2026-12-10"), day);
        live_a_day(&home.stack, today).await.unwrap();
        if today == date("2026-12-15") {
            pays(&home, &id, Rail::Cash, "2", "2026-12-15").await.unwrap();
        }
    }
    let invoices = store.invoices(&id).await.unwrap();
    let credited: Vec<_> =
        invoices[1].lines.iter().filter(|line| line.amount.is_negative()).collect();
    let [credit] = &credited[..] else { panic!("{credited:?}") };
    let days = credit.span.unwrap();
    assert_eq!((days.start(), days.end()), (date("2026-11-30"), lifted.on));
    assert!(invoices[2].lines.iter().all(|line| line.span.unwrap().start() >= date("2027-01-10")));
    assert!(home.stack.dead_letters().is_empty(), "{:?}", home.stack.dead_letters());
    let checked = home.audit().await.unwrap();
    assert!(checked.violations.is_empty(), "{:?}", checked.violations);
}

/// The notice that the law wants goes to an address that is none, then to another one that people have
/// mended: it is delivered once, and service is cut as many days after that as it has to be.
#[tokio::test(flavor = "multi_thread")]
async fn the_notice_of_the_law_follows_its_customer_to_another_address() {
    let home = Home::new(Options::default()).await.unwrap();
    let own = json!({
        "ladder": "+5:email:suspension-notice:legal", "calendar": "none", "legal_notice_days": 3,
        "suspend_after_days": { "days": 0 }, "cut_weekdays": "Mo Tu We Th Fr Sa Su", "rails": [],
    });
    let mut customer = account("1042", &own, &[]).unwrap();
    customer.email = "bounce@customer.example".into();
    join(&home, vec![customer]).await.unwrap();
    let (store, id): (_, AccountId) = (home.stack.store(), "1042".parse().unwrap());
    let now = async || store.account(&id).await.unwrap().unwrap();
    let told = async || {
        let notices = store.notices(&id).await.unwrap();
        let told: Vec<_> = notices.iter().map(|one| (one.state, one.earlier.len())).collect();
        told
    };

    // Decided on the 25th; from then on it is in vain, whatever day comes.
    for day in 0..=20 {
        live_a_day(&home.stack, days_after(date("2026-11-10"), day)).await.unwrap();
    }
    assert_eq!(told().await, [(NoticeState::Bounced, 0)]);
    let mut mended = now().await;
    assert_eq!((&mended.hold, mended.next_review), (&None, Some(date("2026-12-01"))));
    mended.email = "ana@customer.example".into();
    mended.version += 1;
    store.commit_account(mended.version - 1, &mended).await.unwrap();
    for day in ["2026-12-01", "2026-12-02", "2026-12-03"] {
        live_a_day(&home.stack, date(day)).await.unwrap();
        assert_eq!(told().await, [(NoticeState::Delivered, 1)], "{day}");
    }
    assert_eq!(now().await.hold, None, "three days after the first, not before");
    live_a_day(&home.stack, date("2026-12-04")).await.unwrap();
    assert!(now().await.is_suspended());
    let posted = home.stack.posted().unwrap();
    let to: Vec<_> = posted.iter().map(|one| one.to.as_str()).collect();
    assert_eq!(to, ["bounce@customer.example", "ana@customer.example"]);
    let proof = store.suspensions(&id).await.unwrap().remove(0).notice.unwrap();
    assert_eq!(proof.notice.to_string(), "2026-11-10-cycle:+5:email");
    assert!(home.stack.dead_letters().is_empty(), "{:?}", home.stack.dead_letters());
}
