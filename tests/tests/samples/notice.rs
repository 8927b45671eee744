//! send-notice.

use mensal_domain::delinquency::{CustomerNotice, News, NoticeState};
use mensal_runtime::messages::{self, ReviewAccount};
use mensal_store::StoreError;
use mensal_tests::date;
use send_notice::SendNotices;
use serde_json::{Value, json};

use crate::{
    functions::{assert_dead, batch_of, feed, review_account, sample, send_notice},
    mailbox::Mailbox,
    money::{lies, story},
    paying::{Paying, account_id},
};

/// A sample, the dead letters that it leaves, and the accounts that are sent their notice.
type Case = (&'static str, &'static [&'static str], &'static [&'static str]);

pub(crate) const CASES: &[Case] = &[
    ("send-notice/notices.json", &[], &["1042", "1043"]),
    ("send-notice/garbage.json", &["not JSON", "not JSON", "no version"], &[]),
    ("send-notice/unknown-version.json", &["version 2: this function speaks version 1"], &[]),
    ("send-notice/unknown-field.json", &["unknown field `priority`"], &[]),
    ("send-notice/missing-field.json", &["missing field `notice`"], &[]),
    ("send-notice/missing-notice.json", &["notice 2026-11-10-cycle:+9:email does not exist"], &[]),
    ("send-notice/not-a-notice-id.json", &["`2026-11-10-cycle` is no id of a notice"], &[]),
    ("send-notice/no-event.json", &["neither a message of ours"], &[]),
    ("send-notice/not-a-message.json", &crate::NOT_A_MESSAGE, &[]),
    ("send-notice/mixed.json", &["not JSON"], &["1042", "1043"]),
    ("send-notice/of-others.json", &[], &[]),
];
/// A notice is delivered; bounces; is to be sent to whom has paid.
pub(crate) const DELIVERED: &str = "send-notice/delivered.json";
pub(crate) const BOUNCED: &str = "send-notice/bounced.json";
pub(crate) const NOTHING: &str = "send-notice/nothing-to-send.json";

/// What `notice-sent.json` tells.
pub(crate) const TOLD: &[&str] = &["mensal.notice.sent.v1", "mensal.notice.delivered.v1"];
/// What `notice-failed.json` tells.
pub(crate) const FAILED: &[&str] = &["mensal.notice.bounced.v1", "mensal.notice.complained.v1"];
/// What `notice-dropped.json` tells.
pub(crate) const DROPPED: &[&str] = &["mensal.notice.dropped.v1"];

const NOTICE: &str = "NOT#2026-11-10-cycle:+1:email";

/// Both accounts have a notice that is to be sent.
async fn decided() -> Paying {
    decided_by(Paying::reminded().await).await
}

async fn decided_by(paying: Paying) -> Paying {
    let mailbox = Mailbox::open().await;
    let function = review_account(&paying, &mailbox);
    for id in ["1042", "1043"] {
        let (account, through) = (account_id(id), date("2026-11-21"));
        let message = messages::write(&ReviewAccount { account, through }).unwrap();
        assert!(feed(&function, batch_of(&message)).await.is_empty());
    }
    paying.on("2026-11-21");
    paying
}

async fn notice(paying: &Paying, account: &str) -> CustomerNotice {
    let notices = paying.store.notices(&account_id(account)).await.unwrap();
    notices.into_iter().next().unwrap()
}

/// The records of the stream: a notice is decided, sent, delivered; another bounces and is complained
/// of; another is dropped.
pub(crate) async fn true_samples() -> Vec<(&'static str, Value)> {
    let paying = decided().await;
    let mailbox = Mailbox::open().await;
    let function = send_notice(&paying, &mailbox);
    let planned = lies(&paying, NOTICE).await;
    let decided = story(NOTICE, &[None, planned.clone()]);
    assert!(feed(&function, sample("send-notice/notices.json")).await.is_empty());
    let mut images = vec![planned.clone(), lies(&paying, NOTICE).await];
    let sent = images[1].clone();
    assert!(feed(&function, sample(DELIVERED)).await.is_empty());
    images.push(lies(&paying, NOTICE).await);
    let told = story(NOTICE, &images);

    let paying = self::decided().await;
    let function = send_notice(&paying, &mailbox);
    assert!(feed(&function, sample("send-notice/notices.json")).await.is_empty());
    assert!(feed(&function, sample(BOUNCED)).await.is_empty());
    let bounced = lies(&paying, NOTICE).await;
    let mut complained = bounced.clone();
    complained.as_mut().unwrap()["state"]["S"] = "complained".into();
    complained.as_mut().unwrap()["reason"]["S"] = "complaint abuse".into();
    let failed = story(NOTICE, &[sent, bounced, complained]);

    let paying = self::decided().await;
    let apply = crate::functions::apply_payment(&paying, &mailbox);
    assert!(feed(&apply, sample("apply-payment/payments.json")).await.is_empty());
    let function = send_notice(&paying, &mailbox);
    assert!(feed(&function, sample(NOTHING)).await.is_empty());
    let dropped = story(NOTICE, &[planned, lies(&paying, NOTICE).await]);
    assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
    vec![
        ("notice-decided", decided),
        ("notice-sent", told),
        ("notice-failed", failed),
        ("notice-dropped", dropped),
    ]
}

/// Each notice is sent once, however often its message comes.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_sent_once_and_poison_lies_with_the_dead_letters() {
    for (file, dead, sent) in CASES {
        let paying = decided().await;
        let posted = Mailbox::open().await;
        for _ in 0..2 {
            let mailbox = Mailbox::open().await;
            let function = SendNotices {
                dead_letters: mailbox.dead_letters(),
                ..send_notice(&paying, &posted)
            };
            let again = feed(&function, sample(file)).await;
            assert!(again.is_empty(), "{file}: {again:?}");
            assert_dead(file, &mailbox, dead);
        }
        let mails = posted.to("mail");
        assert_eq!(mails.len(), sent.len(), "{file}");
        for id in ["1042", "1043"] {
            let state = notice(&paying, id).await.state;
            let want = if sent.contains(&id) { NoticeState::Sent } else { NoticeState::Planned };
            assert_eq!(state, want, "{file}: {id}");
        }
        for mail in mails {
            assert_eq!(mail["Destination"]["ToAddresses"], json!(["ana@customer.example"]));
            assert_eq!(mail["ConfigurationSetName"], "mensal-notices");
            let text = mail["Content"]["Simple"]["Body"]["Text"]["Data"].as_str().unwrap();
            assert!(text.contains("Ana") && text.contains("109,90"), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_it_is_noted_with_its_reason_and_what_it_said() {
    for (file, state, reason) in [
        (DELIVERED, NoticeState::Delivered, ""),
        (BOUNCED, NoticeState::Bounced, "bounce Permanent General 5.1.1"),
    ] {
        let paying = decided().await;
        let mailbox = Mailbox::open().await;
        let function = send_notice(&paying, &mailbox);
        assert!(feed(&function, sample("send-notice/notices.json")).await.is_empty());
        for _ in 0..2 {
            assert!(feed(&function, sample(file)).await.is_empty());
        }
        let told = notice(&paying, "1042").await;
        assert_eq!((told.state, told.reason.as_str()), (state, reason));
        assert!(told.reference.starts_with("mail-"), "{}", told.reference);
        assert!(told.text.contains("109,90"), "{}", told.text);
        assert_eq!(notice(&paying, "1043").await.state, NoticeState::Sent);
        assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
    }
}

/// A cheque is recorded between the decision and the sending: nothing is sent.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_paid_meanwhile_hears_nothing() {
    let paying = decided().await;
    let mailbox = Mailbox::open().await;
    let apply = crate::functions::apply_payment(&paying, &mailbox);
    assert!(feed(&apply, sample("apply-payment/payments.json")).await.is_empty());
    let function = send_notice(&paying, &mailbox);
    assert!(feed(&function, sample(NOTHING)).await.is_empty());
    assert!(mailbox.to("mail").is_empty());
    let dropped = notice(&paying, "1042").await;
    let want = (NoticeState::Dropped, "the invoice is paid, or void");
    assert_eq!((dropped.state, dropped.reason.as_str()), want);
}

/// On a set clock it is noon.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_woken_in_quiet_hours() {
    let paying = decided_by(Paying::reminded_outside("11:30-13:00").await).await;
    let mailbox = Mailbox::open().await;
    let function = send_notice(&paying, &mailbox);
    let again = feed(&function, sample(NOTHING)).await;
    assert_eq!(again.len(), 1, "it comes again");
    assert!(mailbox.to("mail").is_empty());
    assert_eq!(mailbox.to("notice")[0]["VisibilityTimeout"], 3600, "at one o'clock");
    assert_eq!(notice(&paying, "1042").await.state, NoticeState::Planned);
    assert!(mailbox.dead().is_empty(), "{:?}", mailbox.dead());
}

/// SES is asked once: where it says that it has not taken a mail, it is tried again; where nobody knows,
/// what it tells is awaited, and only after a while without news the mail is sent again.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_may_have_been_sent_is_not_sent_again_before_a_while_without_news() {
    let paying = decided().await;
    let mailbox = Mailbox::open().await;
    let function = send_notice(&paying, &mailbox);
    let asked = async |status: u16| {
        mailbox.mail_answers(status);
        let again = feed(&function, sample(NOTHING)).await;
        (again.len(), notice(&paying, "1042").await.state, mailbox.to("mail").len())
    };
    assert_eq!(asked(429).await, (1, NoticeState::Planned, 1));
    let away = mailbox.to("notice")[0]["VisibilityTimeout"].as_u64().unwrap();
    assert!((300..900).contains(&away), "SES is busy: it is put off for {away} s");
    assert_eq!(asked(500).await, (1, NoticeState::Sending, 2));
    assert_eq!(asked(200).await, (1, NoticeState::Sending, 2), "it is awaited");
    paying.on("2026-11-22");
    assert_eq!(asked(200).await, (0, NoticeState::Sent, 3));

    // News come before the second try: it was sent.
    let paying = decided().await;
    let function = send_notice(&paying, &mailbox);
    mailbox.mail_answers(500);
    assert_eq!(feed(&function, sample(NOTHING)).await.len(), 1);
    assert!(feed(&function, sample(DELIVERED)).await.is_empty());
    paying.on("2026-11-22");
    let before = mailbox.to("mail").len();
    assert!(feed(&function, sample(NOTHING)).await.is_empty());
    assert_eq!(mailbox.to("mail").len(), before);
    assert_eq!(notice(&paying, "1042").await.state, NoticeState::Delivered);
}

/// Its message lay with the dead letters, and was thrown away: the review asks for it, and once only.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_got_lost_is_asked_for_by_the_review_and_sent_once() {
    let paying = decided().await;
    let mailbox = Mailbox::open().await;
    let review = review_account(&paying, &mailbox);
    let reviewed = async |day: &str| {
        let (account, through) = (account_id("1042"), date(day));
        let message = messages::write(&ReviewAccount { account, through }).unwrap();
        assert!(feed(&review, batch_of(&message)).await.is_empty());
        notice(&paying, "1042").await
    };
    assert_eq!(reviewed("2026-11-22").await.asked, None, "it may be under way");
    let lost = reviewed("2026-11-23").await;
    assert_eq!((lost.state, lost.asked), (NoticeState::Planned, Some(date("2026-11-23"))));
    assert_eq!(reviewed("2026-11-23").await, lost);
    let function = send_notice(&paying, &mailbox);
    for _ in 0..2 {
        assert!(feed(&function, sample(NOTHING)).await.is_empty());
    }
    assert_eq!(mailbox.to("mail").len(), 1);
    assert_eq!(reviewed("2026-11-25").await.state, NoticeState::Sent);
}

/// Two hear something of one notice at one moment: neither is lost.
#[tokio::test(flavor = "multi_thread")]
async fn what_two_hear_at_one_moment_is_both_noted() {
    let paying = decided().await;
    let mailbox = Mailbox::open().await;
    let function = send_notice(&paying, &mailbox);
    assert!(feed(&function, sample("send-notice/notices.json")).await.is_empty());
    let before = notice(&paying, "1042").await;
    let heard = |state| {
        let mut after = before.clone();
        let at = "2026-11-21T12:00:03Z".parse().unwrap();
        let news = News { reason: "x".into(), ..News::of(state, at) };
        assert!(after.hear(&news));
        after
    };
    let (first, second) = (heard(NoticeState::Complained), heard(NoticeState::Delivered));
    paying.store.move_notice(&before, &first, None).await.unwrap();
    let moved = async |before: &CustomerNotice, after: &CustomerNotice| {
        let done = paying.store.move_notice(before, after, None).await;
        matches!(done, Err(StoreError::Moved))
    };
    assert!(moved(&before, &second).await);
    let mut both = first.clone();
    both.hear(&News::of(NoticeState::Delivered, second.delivered.unwrap()));
    paying.store.move_notice(&first, &both, None).await.unwrap();
    // The state is the same as before, and what it was delivered by is not lost.
    assert!(moved(&first, &first).await);
    assert!(notice(&paying, "1042").await.has_arrived());
}

/// A payment that is booked between the look at the account and the note that it is being sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_not_begun_once_its_account_has_changed() {
    let paying = decided().await;
    let id = "1042".parse().unwrap();
    let read = async || paying.store.account(&id).await.unwrap().unwrap();
    let (seen, planned) = (read().await, notice(&paying, "1042").await);
    let mut paid = seen.clone();
    paid.version += 1;
    paying.store.put_account(&paid, Some(seen.version)).await.unwrap();
    let mut begun = planned.clone();
    begun.begin("Olá".to_owned(), "ana@mail.example", "2026-11-21T12:00:00Z".parse().unwrap());
    let late = paying.store.begin_notice(&planned, &begun, &seen).await;
    assert!(matches!(late, Err(StoreError::Moved)), "{late:?}");
    assert_eq!(notice(&paying, "1042").await, planned);
    paying.store.begin_notice(&planned, &begun, &read().await).await.unwrap();
    assert_eq!(notice(&paying, "1042").await, begun);
}

/// An address that is none is noted, and people hear of it.
#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_none_is_a_bounce() {
    let paying = decided().await;
    let mailbox = Mailbox::open().await;
    mailbox.mail_answers(400);
    let function = send_notice(&paying, &mailbox);
    assert!(feed(&function, sample(NOTHING)).await.is_empty());
    let refused = notice(&paying, "1042").await;
    let want = (NoticeState::Bounced, "BadRequestException");
    assert_eq!((refused.state, refused.reason.as_str()), want);
}
