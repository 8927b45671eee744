//! plan-run.

use mensal_runtime::{messages, start::Function};
use mensal_tests::date;

use crate::{
    functions::{assert_dead, feed, plan_run, sample},
    given::{catalog, home},
    mailbox::Mailbox,
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
    ("plan-run/not-a-message.json", &crate::NOT_A_MESSAGE, &[], 0),
    ("plan-run/mixed.json", &["not JSON", "shard 99"], &["1042", "1043"], 2),
];

/// Schedules that begin nothing: the whole invocation fails, and Lambda keeps it.
pub(crate) const REFUSED: &[(&str, &str)] = &[
    ("plan-run/schedule-unknown-version.json", "version 2"),
    ("plan-run/schedule-unknown-run.json", "unknown variant `collection`"),
    ("plan-run/schedule-without-time.json", "failed to parse"),
];

pub(crate) const SCHEDULE: &str = "plan-run/schedule.json";

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_becomes_one_message_per_shard_on_the_date_of_the_isp() {
    let home = home().await;
    for (zone, business_date) in [
        ("America/Sao_Paulo", "2026-11-10"), // five past midnight there
        ("America/Manaus", "2026-11-09"),    // still the evening before
        ("UTC", "2026-11-10"),
    ] {
        let mailbox = Mailbox::open().await;
        plan_run(&home, &mailbox, zone).handle(sample(SCHEDULE)).await.unwrap();
        let shard =
            |n| format!(r#"{{"v":1,"run":"billing","date":"{business_date}","shard":{n}}}"#);
        let mut want: Vec<_> = (0..64).map(shard).collect();
        want.sort();
        assert_eq!(mailbox.bodies("plan"), want, "{zone}");
    }
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
        let again = feed(&plan_run(&home, &mailbox, "UTC"), sample(file)).await;
        assert!(again.is_empty(), "{file}: {again:?}");
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
        let progress = home.stack.store().progress(date("2026-11-10")).await.unwrap();
        assert_eq!(progress.planned, *planned, "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn while_an_import_is_under_way_shards_come_again_and_poison_does_not() {
    let home = home().await;
    home.stack.store().begin_import(&catalog()).await.unwrap();
    let mailbox = Mailbox::open().await;
    let event = sample("plan-run/mixed.json");
    let mut again = feed(&plan_run(&home, &mailbox, "UTC"), event.clone()).await;
    let id = |n: usize| event["Records"][n]["messageId"].as_str().unwrap().to_owned();
    let mut shards = [id(0), id(3)];
    again.sort();
    shards.sort();
    assert_eq!(again, shards);
    assert_dead("mixed", &mailbox, &["not JSON", "shard 99"]);
    assert!(mailbox.bodies("bill").is_empty());
}
