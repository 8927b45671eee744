//! Whoever does not pay is reminded, suspended on a permitted day, and back with the payment, on the
//! local stack: real handlers, a real table, day by day.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use mensal::{running::live_a_day, stack::Options};
use mensal_domain::{
    account::Account,
    calendar::days_after,
    catalog::Catalog,
    delinquency::{After, Channel, CutKind, LiftedBy, NoticeState},
    ids::AccountId,
    network::Service,
    rail::Rail,
};
use mensal_runtime::{
    Failure,
    catalogs::Catalogs,
    messages::{self, ReviewAccount},
};
use mensal_tests::{
    Home,
    customer::{account, join, join_on, pays, pays_late},
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

/// Their bank adds for being late what Mensal has charged by an invoice that is overdue by then, too.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_bank_has_charged_for_being_late_already_keeps_nobody_off_line() {
    let home = Home::new(Options::default()).await.unwrap();
    let own = json!({
        "calendar": "none", "suspend_after_days": { "days": 0 }, "rails": [],
        "late_charges": "at_once", "late_fine_percent": "2", "late_interest_percent": "0",
    });
    join(&home, vec![account("1042", &own, &[]).unwrap()]).await.unwrap();
    let (store, id): (_, AccountId) = (home.stack.store(), "1042".parse().unwrap());
    let now = async || store.account(&id).await.unwrap().unwrap();
    // Due on the 20th, charged on the 21st, due on 1 December.
    for day in 0..=22 {
        live_a_day(&home.stack, days_after(date("2026-11-10"), day)).await.unwrap();
    }
    assert!(now().await.is_suspended());
    let invoices = store.invoices(&id).await.unwrap();
    let [bill, late] = &invoices[..] else { panic!("{invoices:?}") };
    assert_eq!((late.id.to_string(), late.due), ("2026-11-21-late".into(), date("2026-12-01")));
    pays_late(&home, bill, late.total, "E1", "2026-12-02").await.unwrap();
    assert_eq!(now().await.hold, None, "in the transaction that books the payment");

    live_a_day(&home.stack, date("2026-12-03")).await.unwrap();
    let invoices = store.invoices(&id).await.unwrap();
    let [_, charged, back] = &invoices[..] else { panic!("{invoices:?}") };
    assert!(!charged.is_open(), "{charged:?}");
    assert_eq!(back.total.to_string(), format!("-{}", charged.total));
    let after = now().await;
    assert_eq!((after.hold, after.balance.is_zero(), after.credit.is_zero()), (None, true, true));
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

/// Imports reach who owes something: other rules of their type, and a login for what is cut already. Nobody
/// waits for the next invoice to be looked at.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_import_changes_for_whom_is_late_holds_from_the_next_run_on() {
    let home = Home::new(Options::default()).await.unwrap();
    let cut = json!({ "ladder": "", "calendar": "none", "suspend_after_days": { "days": 3 }, "rails": [] });
    let typed = json!({ "ladder": "", "calendar": "none", "rails": [] });
    let mut unknown = account("1042", &cut, &[]).unwrap();
    (unknown.subscriptions[0].site, unknown.subscriptions[0].login) = (None, None);
    let mut other = account("1043", &typed, &[]).unwrap();
    other.subscriptions[0].login = "rui".parse().ok();
    let suspended = |after: After| {
        move |catalog: &mut Catalog| {
            let residential = catalog.account_types.get_mut(&"residencial".parse().unwrap());
            residential.unwrap().settings.suspend_after_days = after;
        }
    };
    join_on(&home, "2026-11-01", vec![unknown, other.clone()], suspended(After::Never))
        .await
        .unwrap();
    let now =
        async |id: &str| home.stack.store().account(&id.parse().unwrap()).await.unwrap().unwrap();
    for day in 0..=21 {
        live_a_day(&home.stack, days_after(date("2026-11-10"), day)).await.unwrap();
    }
    assert!(now("1042").await.is_suspended());
    assert_eq!((now("1043").await.hold, now("1043").await.next_review), (None, None));
    assert_eq!(home.stack.ordered().unwrap(), []);

    let known = account("1042", &cut, &[]).unwrap();
    let customers = vec![known, other];
    let done =
        join_on(&home, "2026-12-02", customers.clone(), suspended(After::Days(0))).await.unwrap();
    assert_eq!((done.changed, done.unchanged), (1, 1));
    home.stack.settle().await.unwrap();
    assert_eq!(home.stack.ordered().unwrap(), [], "nobody knows whether it may be, that day");
    live_a_day(&home.stack, date("2026-12-02")).await.unwrap();
    assert!(now("1043").await.is_suspended());
    let mut ordered: Vec<_> = home.stack.ordered().unwrap();
    ordered.sort_by(|one, other| one.login.cmp(&other.login));
    let ordered: Vec<_> = ordered.iter().map(|one| (one.login.as_str(), one.service)).collect();
    assert_eq!(ordered, [("ana", Service::Suspended), ("rui", Service::Suspended)]);

    // Once more, and nothing is to be looked at.
    let before = (now("1042").await, now("1043").await);
    let done = join_on(&home, "2026-12-02", customers, suspended(After::Days(0))).await.unwrap();
    assert_eq!((done.changed, done.unchanged), (0, 2));
    assert_eq!((now("1042").await, now("1043").await), before);
}

/// A review that was under way when an import began goes by rules that are over soon; those that come with it
/// have their own.
#[tokio::test(flavor = "multi_thread")]
async fn a_review_amid_an_import_leaves_the_account_to_the_rules_that_come() {
    let home = Home::new(Options::default()).await.unwrap();
    let typed = json!({ "ladder": "", "calendar": "none", "rails": [] });
    join(&home, vec![account("1042", &typed, &[]).unwrap()]).await.unwrap();
    let (store, id): (_, AccountId) = (home.stack.store(), "1042".parse().unwrap());
    for day in 0..=21 {
        live_a_day(&home.stack, days_after(date("2026-11-10"), day)).await.unwrap();
    }
    // The import has changed it, and is not over.
    let head = store.head().await.unwrap();
    let mut catalog = store.catalog(head.version).await.unwrap();
    let residential = catalog.account_types.get_mut(&"residencial".parse().unwrap()).unwrap();
    residential.settings.suspend_after_days = After::Days(0);
    let version = store.begin_import(&catalog, false).await.unwrap().unwrap();
    let mut changed = store.account(&id).await.unwrap().unwrap();
    let today = date("2026-12-01");
    changed.review_by(today);
    changed.version += 1;
    store.commit_account(changed.version - 1, &changed).await.unwrap();
    let message = messages::write(&ReviewAccount { account: id.clone(), through: today }).unwrap();
    home.stack.send_to_review_queue(&message);
    home.stack.settle().await.unwrap();
    let after = store.account(&id).await.unwrap().unwrap();
    assert_eq!((after.version, after.next_review), (changed.version + 1, Some(today)));
    // Of a type that only the import brings nothing is done before it is there; of one that nobody has, never.
    let catalogs = Catalogs::new(store.clone());
    let of = |code: &str| Account { account_type: code.parse().unwrap(), ..after.clone() };
    let rules = async |code| catalogs.rules(&of(code)).await.map(|found| found.importing);
    assert_eq!(rules("residencial").await, Ok(true));
    assert!(matches!(rules("novo").await, Err(Failure::Retry(_))));
    store.end_import(&catalog, version).await.unwrap();
    assert_eq!(rules("residencial").await, Ok(false));
    assert!(matches!(rules("novo").await, Err(Failure::Poison(_))));
    live_a_day(&home.stack, date("2026-12-02")).await.unwrap();
    assert!(store.account(&id).await.unwrap().unwrap().is_suspended());
    assert!(home.stack.dead_letters().is_empty(), "{:?}", home.stack.dead_letters());
}
