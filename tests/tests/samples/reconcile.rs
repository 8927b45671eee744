//! reconcile-charges.

use mensal::bank::CODE;
use mensal_domain::{payment::Fact, reconciliation::Difference};
use mensal_runtime::{
    messages::{self, ApplyNotice},
    metrics::{Metric, counted},
    start::Function,
};
use mensal_tests::date;
use serde_json::json;

use crate::{
    functions::{apply_payment, feed, reconcile_charges, sample},
    mailbox::Mailbox,
    paying::Paying,
};

pub(crate) const SCHEDULE: &str = "reconcile-charges/schedule.json";
pub(crate) const REPORT: &str = "reconcile-charges/schedule-report.json";

/// Schedules that begin nothing: the whole invocation fails, and Lambda keeps it.
pub(crate) const REFUSED: &[(&str, &str)] = &[
    ("reconcile-charges/schedule-unknown-version.json", "version 2"),
    ("reconcile-charges/schedule-unknown-run.json", "unknown variant `audit`"),
    ("reconcile-charges/schedule-without-time.json", "failed to parse"),
    ("reconcile-charges/schedule-of-another.json", "Billing is no run of this function"),
];

/// A payment that the bank has, and of which no webhook has come.
fn untold() -> Fact {
    serde_json::from_value(json!({ "received": {
        "money": "E2026111812000000000001", "about": { "charge": "1042/2026-11-10-cycle/pix/1" },
        "rail": "pix", "amt": "109.90 BRL", "on": "2026-11-18",
    }}))
    .unwrap()
}

async fn begun(paying: &Paying, file: &str) -> (Mailbox, Option<u64>, Option<u64>) {
    let mailbox = Mailbox::open().await;
    let function = reconcile_charges(paying, &mailbox);
    let (done, counts) = counted(function.handle(sample(file))).await;
    // The other bank is out of reach. It keeps the bank from nothing, and the run comes again.
    let why = done.unwrap_err().to_string();
    assert!(why.contains("gateway outro"), "{file}: {why}");
    let of = |metric| counts.numbers.get(&metric).copied();
    (mailbox, of(Metric::NoticesMissed), of(Metric::Differences))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_webhook_has_brought_is_handed_on_until_it_is_known() {
    let paying = Paying::issued().await;
    paying.home.stack.bank().book("E1", date("2026-11-18"), &untold()).unwrap();
    let (mailbox, missed, _) = begun(&paying, SCHEDULE).await;
    let told = mailbox.bodies("payment");
    let told: Vec<ApplyNotice> = told.iter().map(|body| messages::read(body).unwrap()).collect();
    let [one] = &told[..] else { panic!("{told:?}") };
    assert_eq!((&one.notice.fact, one.again, missed), (&untold(), false, Some(1)));
    let apply = apply_payment(&paying, &mailbox);
    assert!(feed(&apply, sample("apply-payment/payments.json")).await.is_empty());
    let (mailbox, missed, _) = begun(&paying, SCHEDULE).await;
    assert_eq!((mailbox.bodies("payment").len(), missed), (0, Some(0)));
}

/// After days on which nothing could be asked, all of them are, each once.
#[tokio::test(flavor = "multi_thread")]
async fn after_an_outage_all_that_was_missed_is_handed_on() {
    let paying = Paying::issued().await;
    let bank = CODE.parse().unwrap();
    paying.store.note_looked(&bank, "2026-11-12T15:20:00Z".parse().unwrap()).await.unwrap();
    for day in ["2026-11-09", "2026-11-12", "2026-11-15"] {
        let mut fact = untold();
        if let Fact::Received(receipt) = &mut fact {
            (receipt.money, receipt.paid_on) = (format!("E{day}").parse().unwrap(), date(day));
        }
        paying.home.stack.bank().book(day, date(day), &fact).unwrap();
    }
    let (mailbox, _, _) = begun(&paying, SCHEDULE).await;
    let told = mailbox.bodies("payment");
    let missed = |day| told.iter().filter(|body| body.contains(&format!("E{day}"))).count();
    assert_eq!(missed("2026-11-09"), 0, "it was asked for that day: {told:?}");
    // The bank's books know no hours, so that the days before and after one are told with it.
    assert!(missed("2026-11-12") >= 1 && missed("2026-11-15") >= 1, "{told:?}");
    let looked = paying.store.looked_through(&bank).await.unwrap();
    assert_eq!(looked, "2026-11-18T15:20:00Z".parse().ok());
    // The next time only the last hours are looked through.
    let (mailbox, _, _) = begun(&paying, SCHEDULE).await;
    assert_eq!(mailbox.bodies("payment"), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_could_match_is_tried_again() {
    let paying = Paying::issued().await;
    let mailbox = Mailbox::open().await;
    let apply = apply_payment(&paying, &mailbox);
    assert!(feed(&apply, sample("apply-payment/out-of-the-blue.json")).await.is_empty());
    let (mailbox, ..) = begun(&paying, SCHEDULE).await;
    let told = mailbox.bodies("payment");
    let [told] = &told[..] else { panic!("{told:?}") };
    let message: ApplyNotice = messages::read(told).unwrap();
    assert!(message.again);
    assert_eq!(message.notice, paying.store.unmatched().await.unwrap()[0].notice);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_reported_and_what_differs_is_named() {
    let paying = Paying::issued().await;
    paying.home.stack.bank().book("E1", date("2026-11-18"), &untold()).unwrap();
    let (mailbox, _, different) = begun(&paying, REPORT).await;
    // What the hourly looks have missed is not only named.
    assert_eq!(mailbox.bodies("payment").len(), 1);
    let report = async || {
        let reports = paying.store.reports(date("2026-11-18")).await.unwrap();
        reports.into_iter().find(|report| report.gateway.as_str() == "sandbox").unwrap()
    };
    let before = report().await;
    assert_eq!((before.told, before.noted, before.different), (1, 0, 1));
    let [Difference::NotNoted { money, amount }] = &before.differences[..] else {
        panic!("{before:?}")
    };
    assert_eq!((money.as_str(), amount.as_str()), ("E2026111812000000000001", "109.90 BRL"));
    assert!(different.is_some_and(|different| different > 0), "{different:?}");

    // Its webhook comes late. 1043's payment of that day is on our books and not on the bank's.
    let mailbox = Mailbox::open().await;
    let apply = apply_payment(&paying, &mailbox);
    assert!(feed(&apply, sample("apply-payment/payments.json")).await.is_empty());
    begun(&paying, REPORT).await;
    let after = report().await;
    assert_eq!((after.told, after.noted, after.different), (1, 2, 1));
    let [Difference::NotAtGateway { account, .. }] = &after.differences[..] else {
        panic!("{after:?}")
    };
    assert_eq!(account.as_ref().unwrap().as_str(), "1043");
    assert_eq!(paying.unmatched().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_that_cannot_be_read_fails_as_a_whole() {
    let paying = Paying::imported().await;
    for (file, reason) in REFUSED {
        let mailbox = Mailbox::open().await;
        let error = reconcile_charges(&paying, &mailbox).handle(sample(file)).await.unwrap_err();
        assert!(error.to_string().contains(reason), "{file}: {error}");
        assert!(mailbox.bodies("payment").is_empty(), "{file}");
    }
}
