//! The agenda and the progress of a run.

use mensal::stack::Options;
use mensal_domain::ids::AccountId;
use mensal_store::{Parked, Progress, Run, SHARDS, ShardPlan, Store, shard_of};
use mensal_tests::{Home, date};

use crate::given::{account, id, raw};

const SHARD: u8 = 7;

/// Account ids of one shard, in order.
fn of_one_shard(count: usize) -> Vec<AccountId> {
    let ids = (1_000_u32..).map(|n| id(&n.to_string()));
    ids.filter(|id| shard_of(id) == SHARD).take(count).collect()
}

async fn put(store: &Store, id: &AccountId, next: Option<&str>) {
    let mut account = account(id.as_str());
    account.next_bill = next.map(date);
    store.put_account(&account, None).await.unwrap();
}

/// All that is due, read in pages of a size.
async fn due(store: &Store, on: &str, limit: i32) -> Vec<AccountId> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let page = store.agenda(Run::Billing, date(on), SHARD, after, limit).await.unwrap();
        assert!(page.accounts.len() <= usize::try_from(limit).unwrap());
        all.extend(page.accounts);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agenda_names_who_is_due_the_longest_overdue_first() {
    let home = Home::new(Options::default()).await.unwrap();
    let store = home.stack.store();
    assert_eq!(store.earliest_cycle().await.unwrap(), None);
    let ids = of_one_shard(7);
    let [a, b, c, d, never, parked, other] = ids.as_slice() else { unreachable!() };
    put(store, a, Some("2026-11-10")).await;
    put(store, b, Some("2026-09-30")).await;
    put(store, c, Some("2026-11-10")).await;
    put(store, d, Some("2026-11-11")).await;
    put(store, never, None).await;
    put(store, parked, Some("2020-01-01")).await;
    let since = date("2026-11-01");
    store.park(&Parked { account: parked.clone(), reason: "x".into(), since }, None).await.unwrap();
    assert_eq!(shard_of(other), SHARD);

    for (on, want) in [
        ("2026-09-29", vec![]),
        ("2026-09-30", vec![b]),
        ("2026-11-09", vec![b]),
        ("2026-11-10", vec![b, a, c]),
        ("2026-11-11", vec![b, a, c, d]),
        ("9999-12-31", vec![b, a, c, d]),
    ] {
        for limit in [1, 2, 1_000] {
            let found = due(store, on, limit).await;
            assert_eq!(found.iter().collect::<Vec<_>>(), want, "{on} by {limit}");
        }
        let count = u64::try_from(want.len()).unwrap();
        assert_eq!(store.due_count(Run::Billing, date(on)).await.unwrap(), count, "{on}");
    }
    assert_eq!(store.earliest_cycle().await.unwrap(), Some(date("2026-09-30")));

    // A page goes on after its last account, even if that has been billed meanwhile.
    let first = store.agenda(Run::Billing, date("2026-11-10"), SHARD, None, 1).await.unwrap();
    assert_eq!(first.accounts.as_slice(), std::slice::from_ref(b));
    let mut billed = store.account(b).await.unwrap().unwrap();
    (billed.version, billed.next_bill) = (1, Some(date("2026-12-30")));
    store.put_account(&billed, Some(0)).await.unwrap();
    let rest = store.agenda(Run::Billing, date("2026-11-10"), SHARD, first.next, 10).await.unwrap();
    assert_eq!((rest.accounts, rest.next), (vec![a.clone(), c.clone()], None));
    // Another shard has its own agenda.
    let page = store.agenda(Run::Billing, date("9999-12-31"), SHARD + 1, None, 10).await.unwrap();
    assert_eq!((page.accounts, page.next), (vec![], None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_sealed_only_grows() {
    let home = Home::new(Options::default()).await.unwrap();
    let store = home.stack.store();
    let on = date("2026-11-10");
    for (planned, want) in [(3, 3), (3, 3), (1, 3), (0, 3), (10, 10), (9, 10)] {
        store.seal(Run::Billing, on, ShardPlan { shard: SHARD, planned }).await.unwrap();
        assert_eq!(
            store.progress(Run::Billing, on).await.unwrap().planned,
            want,
            "sealed {planned}"
        );
    }
    // The table forgets it 400 days later: 2027-12-15T00:00:00Z.
    let item = raw(&home, "RUN#billing#2026-11-10", &format!("SHARD#{SHARD:02}")).await.unwrap();
    assert_eq!(item["expires"].as_n().unwrap(), "1828828800");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_done_when_every_shard_is_sealed_and_nobody_is_left() {
    let home = Home::new(Options::default()).await.unwrap();
    let store = home.stack.store();
    let (on, ids) = (date("2026-11-10"), of_one_shard(2));
    put(store, &ids[0], Some("2026-11-10")).await;
    put(store, &ids[1], Some("2026-11-11")).await;
    let progress = store.progress(Run::Billing, on).await.unwrap();
    assert_eq!(progress, Progress { sealed: 0, planned: 0, left: 1 });

    for shard in 0..SHARDS {
        let planned = u64::from(shard == SHARD);
        assert!(!store.progress(Run::Billing, on).await.unwrap().is_done());
        store.seal(Run::Billing, on, ShardPlan { shard, planned }).await.unwrap();
    }
    let progress = store.progress(Run::Billing, on).await.unwrap();
    assert_eq!(progress, Progress { sealed: 64, planned: 1, left: 1 });
    assert!(!progress.is_done());

    let mut billed = store.account(&ids[0]).await.unwrap().unwrap();
    (billed.version, billed.next_bill) = (1, Some(date("2026-12-10")));
    store.put_account(&billed, Some(0)).await.unwrap();
    let progress = store.progress(Run::Billing, on).await.unwrap();
    assert_eq!(progress, Progress { sealed: 64, planned: 1, left: 0 });
    assert!(progress.is_done());
    // The run of another day knows nothing of it.
    let other = store.progress(Run::Billing, date("2026-11-11")).await.unwrap();
    assert_eq!(other, Progress { sealed: 0, planned: 0, left: 1 });
}
