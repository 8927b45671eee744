//! How accounts are asked for: together, in time, and one at a time for each login.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod given;

use given::World;
use mensal_domain::{enforcement::Enforced, network::Service};

/// None is answered before all of them are there: asked one after the other, none would ever be.
#[tokio::test]
async fn all_logins_of_a_batch_are_asked_together() {
    let world = World::answering(4).await;
    let ids = ["1042", "1043"];
    world.suspended(&ids, "centro").await;
    assert_eq!(world.told(&ids, None).await, 0);
    for id in ids {
        let confirmed: Vec<_> = world.known(id).await.iter().map(|one| one.confirmed).collect();
        assert_eq!(confirmed, [Some(Service::Suspended); 2], "{id}");
    }
}

#[tokio::test]
async fn a_site_that_is_down_keeps_no_other_account_of_the_batch_waiting() {
    let world = World::answering(2).await;
    world.suspended(&["1042"], "down").await;
    world.suspended(&["1043"], "centro").await;
    assert_eq!(world.told(&["1042", "1043"], None).await, 1);
    assert!(world.known("1043").await.iter().all(|one| one.confirmed.is_some()));
}

/// What was not answered may be done all the same, until its lease is over, which begins when it is asked.
/// Whoever comes meanwhile asks nobody, and comes again right after.
#[tokio::test]
async fn an_order_without_an_answer_keeps_its_lease_and_whoever_meets_it_comes_again_soon() {
    let world = World::answering(1).await;
    world.suspended(&["1042"], "down").await;
    assert_eq!(world.told(&["1042"], None).await, 1);
    let secret_at = world.asked.lock().unwrap().secret_at.unwrap();
    let known = world.known("1042").await;
    assert_eq!(known.len(), 2);
    for one in &known {
        assert!(one.fault.starts_with("not reached: "), "{}", one.fault);
        assert!(one.busy_until.unwrap() >= secret_at + Enforced::LEASE, "{one:?}");
    }
    assert_eq!(world.asked.lock().unwrap().kept_back, [0; 0], "it comes again by itself");

    assert_eq!(world.told(&["1042"], None).await, 1);
    assert_eq!(world.known("1042").await, known, "nobody has asked");
    let kept_back = world.asked.lock().unwrap().kept_back.clone();
    let [seconds] = kept_back[..] else { panic!("{kept_back:?}") };
    assert!((1..=51).contains(&seconds), "{seconds}");
}

/// A site that says no has answered: it may be asked again at once, by the same key. A further order has a
/// higher one.
#[tokio::test]
async fn the_key_of_an_order_stays_until_it_is_confirmed() {
    let world = World::answering(1).await;
    world.suspended(&["1042"], "centro").await;
    world.asked.lock().unwrap().answers.extend([403, 403]);
    let days = [None, Some("2026-12-01"), Some("2026-12-02")];
    for (day, again) in days.into_iter().zip([1, 0, 0]) {
        assert_eq!(world.told(&["1042"], day).await, again, "{day:?}");
    }
    let orders = world.asked.lock().unwrap().orders.clone();
    let of_first = orders.iter().filter(|(_, order)| order["subscription"] == "1");
    let keys: Vec<_> = of_first.map(|(key, order)| (key.as_str(), &order["id"])).collect();
    assert!(keys.iter().all(|(key, id)| key == id), "{keys:?}");
    let keys: Vec<_> = keys.into_iter().map(|(key, _)| key).collect();
    let (of, numbers): (Vec<_>, Vec<_>) =
        keys.iter().map(|key| key.rsplit_once('/').unwrap()).unzip();
    assert_eq!(numbers, ["1", "1", "5"]);
    assert!(of.iter().all(|one| one.starts_with("1042/1/") && *one == of[0]), "{of:?}");
}

/// One that has read the account before it was paid, and waits for a secret; another one that reads it after.
/// Whichever comes last, nobody is cut who has paid.
#[tokio::test]
async fn who_pays_while_the_secret_is_on_its_way_is_not_cut() {
    let world = World::answering(1).await;
    world.suspended(&["1042"], "centro").await;
    let mut paid = world.store.account(&"1042".parse().unwrap()).await.unwrap().unwrap();
    paid.version += 1;
    paid.subscriptions.iter_mut().for_each(|one| one.history.clear());
    world.asked.lock().unwrap().meanwhile = Some(paid);
    for _ in 0..2 {
        assert_eq!(world.told(&["1042"], None).await, 0);
        assert_eq!(world.asked.lock().unwrap().orders, [], "nobody was ever told");
    }
    let confirmed = world.known("1042").await.iter().filter(|one| one.confirmed.is_some()).count();
    assert_eq!(confirmed, 0);
}

/// To be told once more may end a session that has begun since.
#[tokio::test]
async fn a_server_that_has_confirmed_is_not_told_again_while_another_one_refuses() {
    let world = World::answering(1).await;
    world.suspended(&["1042"], "half").await;
    let day = "2026-12-02";
    for (sweep, orders) in [(None, 2), (None, 2), (Some(day), 4), (Some(day), 4)] {
        assert_eq!(world.told(&["1042"], sweep).await, 1, "{sweep:?}");
        assert_eq!(world.asked.lock().unwrap().orders.len(), orders, "{sweep:?}");
    }
    for one in world.known("1042").await {
        assert_eq!(one.fault, "refused: server 2: it answered 403 Forbidden");
        assert_eq!((one.confirmed, one.asked.unwrap().told.len()), (None, 1));
    }
}
