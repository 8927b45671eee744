//! plan-run.

use mensal_runtime::{
    messages,
    metrics::{Metric, counted},
    start::Function,
};
use mensal_store::{Parked, Run, ShardPlan};
use mensal_tests::{Home, date};

use crate::{
    functions::{assert_dead, feed, plan_run, planning, sample},
    given::{catalog, home, id},
    mailbox::Mailbox,
    paying::Paying,
};

/// A sample, the dead letters that it leaves, the accounts that it sends to be billed, and how
/// many the run counts as planned.
type Case = (&'static str, &'static [&'static str], &'static [&'static str], u64);

pub(crate) const BATCHES: &[Case] = &[
    ("plan-run/shards.json", &[], &["1042", "1043"], 2),
    // An earlier message has planned 20,000 accounts up to 1042; nobody comes after that.
    ("plan-run/shard-continued.json", &[], &[], 20_000),
    ("plan-run/garbage.json", &["not JSON", "not JSON", "no version"], &[], 0),
    ("plan-run/unknown-version.json", &["version 2: this function speaks version 1"], &[], 0),
    ("plan-run/unknown-field.json", &["unknown field `priority`"], &[], 0),
    ("plan-run/missing-field.json", &["missing field `shard`"], &[], 0),
    ("plan-run/no-such-shard.json", &["shard 64: there are 64, from 0"], &[], 0),
    (
        "plan-run/check-by-shard.json",
        &["only a billing run and a collection run have shards"],
        &[],
        0,
    ),
    ("plan-run/not-a-message.json", &crate::NOT_A_MESSAGE, &[], 0),
    ("plan-run/mixed.json", &["not JSON", "shard 99"], &["1042", "1043"], 2),
];

/// Schedules that begin nothing: the whole invocation fails, and Lambda keeps it.
pub(crate) const REFUSED: &[(&str, &str)] = &[
    ("plan-run/schedule-unknown-version.json", "version 2"),
    ("plan-run/schedule-unknown-run.json", "unknown variant `suspension`"),
    ("plan-run/schedule-of-another.json", "Reconciliation is no run of this function"),
    ("plan-run/schedule-without-time.json", "failed to parse"),
];

pub(crate) const SCHEDULE: &str = "plan-run/schedule.json";
pub(crate) const CHECK: &str = "plan-run/schedule-check.json";
pub(crate) const COLLECTION: &str = "plan-run/schedule-collection.json";
pub(crate) const COLLECTION_SHARDS: &str = "plan-run/collection-shards.json";

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_becomes_one_message_per_shard_on_the_date_of_the_isp() {
    let home = home().await;
    for (zone, business_date) in [
        ("America/Sao_Paulo", "2026-11-10"), // five past midnight there
        ("America/Manaus", "2026-11-09"),    // still the evening before
        ("UTC", "2026-11-10"),
    ] {
        let mailbox = Mailbox::open().await;
        let function = plan_run(&home, &mailbox, zone);
        let (begun, counts) = counted(function.handle(sample(SCHEDULE))).await;
        begun.unwrap();
        assert_eq!(counts.numbers, [(Metric::RunsBegun, 1)].into(), "{zone}");
        let shard =
            |n| format!(r#"{{"v":1,"run":"billing","date":"{business_date}","shard":{n}}}"#);
        let mut want: Vec<_> = (0..64).map(shard).collect();
        want.sort();
        assert_eq!(mailbox.bodies("plan"), want, "{zone}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_becomes_shards_and_those_one_message_per_account_to_be_looked_at() {
    let paying = Paying::with_cards().await;
    let mailbox = Mailbox::open().await;
    let function = planning(paying.store.clone(), &mailbox, "America/Sao_Paulo");
    let (begun, counts) = counted(function.handle(sample(COLLECTION))).await;
    begun.unwrap();
    assert_eq!(counts.numbers, [(Metric::CollectionsBegun, 1)].into(), "and no billing run");
    let shard = |n| format!(r#"{{"v":1,"run":"collection","date":"2026-11-20","shard":{n}}}"#);
    let mut want: Vec<_> = (0..64).map(shard).collect();
    want.sort();
    assert_eq!(mailbox.bodies("plan"), want);

    assert!(feed(&function, sample(COLLECTION_SHARDS)).await.is_empty());
    let look = |account: &str| {
        let (account, through) = (id(account), date("2026-11-20"));
        messages::write(&messages::ReviewAccount { account, through }).unwrap()
    };
    assert_eq!(mailbox.bodies("review"), [look("1042"), look("1043")]);
    assert!(mailbox.bodies("bill").is_empty() && mailbox.dead().is_empty());
    let progress = paying.store.progress(Run::Collection, date("2026-11-20")).await.unwrap();
    assert_eq!((progress.sealed, progress.planned, progress.left), (2, 2, 2));
    let billing = paying.store.progress(Run::Billing, date("2026-11-20")).await.unwrap();
    assert_eq!((billing.sealed, billing.planned), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_that_cannot_be_read_fails_as_a_whole() {
    let home = home().await;
    for (file, reason) in REFUSED {
        let mailbox = Mailbox::open().await;
        let error = plan_run(&home, &mailbox, "UTC").handle(sample(file)).await.unwrap_err();
        assert!(error.to_string().contains(reason), "{file}: {error}");
        assert!(mailbox.bodies("plan").is_empty(), "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shards_become_one_message_per_account_that_is_due() {
    for (file, dead, accounts, planned) in BATCHES {
        let home = home().await;
        let mailbox = Mailbox::open().await;
        let function = plan_run(&home, &mailbox, "UTC");
        let (again, counts) = counted(feed(&function, sample(file))).await;
        assert!(again.is_empty(), "{file}: {again:?}");
        for (metric, want) in
            [(Metric::DeadLetters, dead.len()), (Metric::AccountsPlanned, accounts.len())]
        {
            let told = counts.numbers.get(&metric).copied().unwrap_or_default();
            assert_eq!(told, u64::try_from(want).unwrap(), "{file}: {metric:?}");
        }
        assert_dead(file, &mailbox, dead);
        let bill = |account: &&str| {
            let message = messages::BillAccount {
                account: account.parse().unwrap(),
                through: date("2026-11-10"),
                catalog: 1,
            };
            messages::write(&message).unwrap()
        };
        assert_eq!(mailbox.bodies("bill"), accounts.iter().map(bill).collect::<Vec<_>>(), "{file}");
        let progress = home.stack.store().progress(Run::Billing, date("2026-11-10")).await.unwrap();
        assert_eq!(progress.planned, *planned, "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_an_import_is_under_way_shards_come_again_and_poison_does_not() {
    let home = home().await;
    home.stack.store().begin_import(&catalog(), false).await.unwrap();
    let mailbox = Mailbox::open().await;
    let event = sample("plan-run/mixed.json");
    let function = plan_run(&home, &mailbox, "UTC");
    let (mut again, mut counts) = counted(feed(&function, event.clone())).await;
    let id = |n: usize| event["Records"][n]["messageId"].as_str().unwrap().to_owned();
    let mut shards = [id(0), id(3)];
    again.sort();
    shards.sort();
    assert_eq!(again, shards);
    let age = counts.numbers.remove(&Metric::OldestMessage);
    assert!(age.is_some_and(|seconds| seconds < 3_600_000_000), "{age:?}");
    let told = [(Metric::Messages, 4), (Metric::Retries, 2), (Metric::DeadLetters, 2)];
    assert_eq!(counts.numbers, told.into());
    assert_dead("mixed", &mailbox, &["not JSON", "shard 99"]);
    assert!(mailbox.bodies("bill").is_empty());
}

/// What a check says: whether the run is unfinished, accounts left, and accounts parked.
async fn checked(home: &Home) -> [u64; 3] {
    let mailbox = Mailbox::open().await;
    let function = plan_run(home, &mailbox, "UTC");
    let (done, counts) = counted(function.handle(sample(CHECK))).await;
    done.unwrap();
    assert!(mailbox.bodies("plan").is_empty() && mailbox.bodies("bill").is_empty());
    let told = [Metric::RunUnfinished, Metric::AccountsLeft, Metric::ParkedAccounts];
    assert_eq!(counts.numbers.len(), told.len(), "all three, if zero: {counts:?}");
    told.map(|metric| counts.numbers[&metric])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_tells_how_far_the_run_of_its_day_is_and_changes_nothing() {
    let home = home().await;
    let store = home.stack.store();
    let day = date("2026-11-10");
    assert_eq!(checked(&home).await, [1, 2, 0], "nobody has planned it");
    assert_eq!(store.progress(Run::Billing, day).await.unwrap().sealed, 0, "nor has the check");
    home.bill("2026-11-10").await.unwrap();
    assert_eq!(checked(&home).await, [0, 0, 0]);
    for account in ["1042", "1043"] {
        assert!(store.park(&parked(account), None).await.unwrap());
    }
    assert_eq!(checked(&home).await, [0, 0, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_on_which_nobody_is_due_is_unfinished_only_while_it_is_planned() {
    let home = home().await;
    home.bill("2026-11-09").await.unwrap();
    home.stack.store().park(&parked("1042"), None).await.unwrap();
    home.stack.store().park(&parked("1043"), None).await.unwrap();
    assert_eq!(checked(&home).await, [0, 0, 2], "no run, and none is missed");
    for shard in 0..mensal_store::SHARDS {
        let last = shard + 1 == mensal_store::SHARDS;
        let plan = ShardPlan { shard, planned: 0 };
        home.stack.store().seal(Run::Billing, date("2026-11-10"), plan).await.unwrap();
        if shard == 0 || last {
            assert_eq!(checked(&home).await, [u64::from(!last), 0, 2], "shard {shard}");
        }
    }
}

fn parked(account: &str) -> Parked {
    Parked { account: id(account), reason: "x".into(), since: date("2026-11-10") }
}
