//! Whoever does not pay is reminded, suspended on a permitted day, and back with the payment, on the
//! local stack: real handlers, a real table, day by day.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use mensal::{bank::CODE, importing::import, running::live_a_day, stack::Options};
use mensal_domain::{
    account::Account,
    calendar::days_after,
    delinquency::{Channel, CutKind, LiftedBy, NoticeState},
    ids::AccountId,
    money::Money,
    network::Service,
    payment::{About, Fact, Notice, Receipt},
    rail::Rail,
};
use mensal_importer::{Dataset, NewAccount, generate::Generator};
use mensal_tests::{Home, date};
use serde_json::json;

fn account() -> Account {
    serde_json::from_value(json!({
        "id": "1042", "ver": 0, "type": "residencial", "locale": "pt-BR", "cur": "BRL",
        "mail": "ana@customer.example", "tel": "+5545999990000",
        "cust": { "name": "Ana Exemplo" }, "days": [{ "date": "2020-01-01", "day": 10 }],
        "next": "2026-11-10", "bal": "0.00 BRL", "last": "0.00 BRL", "cred": "0.00 BRL",
        "subs": [{ "id": "1", "plan": "fibra-500", "start": "2026-01-10", "bill_from": "2026-11-10",
            "site": "centro", "login": "ana" }],
        "own": {
            "ladder": "+1:sms:overdue suspended:sms:suspended restored:email:restored", "calendar": "none",
            "suspend_after_days": { "days": 3 }, "rails": [],
        },
    }))
    .unwrap()
}

/// Cash at the till, for all that is owed.
async fn pays(home: &Home, id: &AccountId, receipt: &str, on: &str) {
    let owed = home.stack.store().account(id).await.unwrap().unwrap().balance;
    let receipt = Receipt {
        money: receipt.parse().unwrap(),
        about: About::Account(id.clone()),
        rail: Rail::Cash,
        amount: owed,
        late: Some(Money::zero(owed.currency())),
        paid_on: date(on),
        recalled_by_name: false,
    };
    let notice = Notice { gateway: "till".parse().unwrap(), fact: Fact::Received(receipt) };
    home.stack.enter(notice).unwrap();
    home.stack.settle().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unpaid_invoice_is_reminded_of_cut_for_and_back_once_paid_and_lost_days_are_not_billed()
{
    let home = Home::new(Options::default()).await.unwrap();
    let (start, gateway) = (date("2026-11-01"), CODE.parse().ok());
    let catalog = Generator { seed: 1, accounts: 0, start, gateway }.catalog();
    let accounts = vec![NewAccount { account: account(), opening: None }];
    let data = Dataset { catalog, accounts, usage: [].into() };
    import(home.stack.store(), &data, start, true).await.unwrap();
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
    pays(&home, &id, "1", "2026-12-03").await;
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
            pays(&home, &id, "2", "2026-12-15").await;
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
