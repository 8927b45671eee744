//! receive-webhook. The signature of a sample is true, and of the moment that its event names: as
//! it lies there it is too old. Those that are to be taken, or refused for another reason, are
//! signed anew by the same secret.

use aws_smithy_types::base64;
use jiff::Timestamp;
use mensal::bank::signature;
use mensal_rails::gateway::sandbox::SIGNATURE;
use mensal_runtime::{
    clients::Clients,
    messages::{self, ApplyNotice},
    metrics::{Metric, counted},
    queue::Queue,
    requests::Requests,
    start::Function,
};
use receive_webhook::{LARGEST, ReceiveWebhook};
use serde_json::{Value, json};

use crate::{
    functions::{receive_webhook, sample},
    mailbox::Mailbox,
    paying::{OTHER_SECRET, Paying},
};

/// What the bank signs by: the local stack's own.
const SECRET: &str = "sandbox-webhook-secret";

/// Whether a sample is signed anew before it is fed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signed {
    /// As it lies there.
    AsItIs,
    /// Now, over the body that it has.
    Now,
    /// Now, over the body that the bank had sent, which is another.
    NowAsSent,
    /// Now, by a secret of somebody else.
    NowBy(&'static str),
}
use Signed::{AsItIs, Now, NowAsSent, NowBy};

/// A sample, how it is signed, the status of its answer, and how many notices are kept.
pub(crate) type Case = (&'static str, Signed, u64, usize);

pub(crate) const CASES: &[Case] = &[
    (PAYMENT, Now, 200, 1),
    ("receive-webhook/several.json", Now, 200, 4),
    ("receive-webhook/base64.json", Now, 200, 4),
    ("receive-webhook/nothing.json", Now, 200, 0),
    // A week, or however long it is, too late: sent again by somebody else.
    (PAYMENT, AsItIs, 401, 0),
    ("receive-webhook/unsigned.json", AsItIs, 401, 0),
    ("receive-webhook/signed-by-a-word.json", AsItIs, 401, 0),
    ("receive-webhook/forged.json", NowBy("a-guess"), 401, 0),
    ("receive-webhook/of-another-bank.json", NowBy(OTHER_SECRET), 401, 0),
    ("receive-webhook/to-another-gateway.json", Now, 401, 0),
    ("receive-webhook/changed.json", NowAsSent, 401, 0),
    ("receive-webhook/truncated.json", NowAsSent, 401, 0),
    ("receive-webhook/emptied.json", NowAsSent, 401, 0),
    ("receive-webhook/to-the-till.json", Now, 401, 0),
    ("receive-webhook/unknown-gateway.json", Now, 404, 0),
    ("receive-webhook/not-a-gateway.json", Now, 404, 0),
    ("receive-webhook/without-path.json", Now, 404, 0),
    ("receive-webhook/garbage.json", Now, 400, 0),
    ("receive-webhook/unknown-field.json", Now, 400, 0),
    ("receive-webhook/missing-field.json", Now, 400, 0),
    ("receive-webhook/not-base64.json", AsItIs, 400, 0),
];

const PAYMENT: &str = "receive-webhook/payment.json";
pub(crate) const NO_REQUEST: &str = "receive-webhook/not-a-request.json";

/// The bytes of an event's body.
fn body(event: &Value) -> Vec<u8> {
    let text = event["body"].as_str().unwrap();
    if event["isBase64Encoded"] == true {
        base64::decode(text).unwrap()
    } else {
        text.as_bytes().to_vec()
    }
}

/// A sample, signed as it is said.
fn signed(file: &str, signed: Signed) -> Value {
    let mut event = sample(file);
    let (over, by) = match signed {
        AsItIs => return event,
        Now => (body(&event), SECRET),
        NowAsSent => (body(&sample(PAYMENT)), SECRET),
        NowBy(secret) => (body(&event), secret),
    };
    event["headers"][SIGNATURE] = signature(&over, Timestamp::now(), by).into();
    event
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rightly_signed_is_kept_and_nothing_of_all_the_rest() {
    let paying = Paying::imported().await;
    for (file, how, status, notices) in CASES {
        let mailbox = Mailbox::open().await;
        let function = receive_webhook(&paying, &mailbox);
        let (answer, counts) = counted(function.handle(signed(file, *how))).await;
        let answer = answer.unwrap();
        assert_eq!(answer["statusCode"], *status, "{file}: {answer}");
        assert_eq!(answer["headers"]["cache-control"], "no-store", "{file}");
        let kept = mailbox.bodies("payment");
        assert_eq!(kept.len(), *notices, "{file}");
        let metric = match status {
            200 => Metric::WebhooksAccepted,
            _ => Metric::WebhooksRefused,
        };
        assert_eq!(counts.numbers, [(metric, 1)].into(), "{file}");
        for message in kept {
            let ApplyNotice { notice, again } = messages::read(&message).unwrap();
            assert_eq!((notice.gateway.as_str(), again), ("sandbox", false), "{file}");
        }
        says_nothing(file, &answer);
    }
}

/// Whoever sent it learns a status, and nothing of why.
fn says_nothing(file: &str, answer: &Value) {
    let told = answer["body"].as_str().unwrap();
    for leak in ["Ana", "E2026", "1042", "secret", "v1=", "109.90", "expected", "column", "field"] {
        assert!(!told.contains(leak), "{file}: {told}");
    }
}

/// The samples say what they seem to: each signature is right, of the moment of its event, but for
/// those whose fault it is.
#[test]
fn signatures_of_samples_are_those_of_their_bank_and_their_moment() {
    for (file, how, ..) in CASES {
        let event = sample(file);
        let moment = event["requestContext"]["timeEpoch"].as_i64().unwrap();
        let moment = Timestamp::from_millisecond(moment).unwrap();
        let (over, by) = match how {
            AsItIs if *file != PAYMENT => continue,
            AsItIs | Now => (body(&event), SECRET),
            NowAsSent => (body(&sample(PAYMENT)), SECRET),
            NowBy(secret) => (body(&event), *secret),
        };
        assert_eq!(event["headers"][SIGNATURE], signature(&over, moment, by).as_str(), "{file}");
    }
}

/// The largest that is taken, and one byte more; said as text and as Base64.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_large_is_not_read() {
    let paying = Paying::imported().await;
    let mailbox = Mailbox::open().await;
    let function = receive_webhook(&paying, &mailbox);
    for (more, status) in [(0, 200), (1, 413)] {
        let mut large = body(&sample(PAYMENT));
        large.resize(LARGEST + more, b' ');
        for encoded in [false, true] {
            let mut event = sample(PAYMENT);
            event["headers"][SIGNATURE] = signature(&large, Timestamp::now(), SECRET).into();
            event["isBase64Encoded"] = encoded.into();
            let text = String::from_utf8(large.clone()).unwrap();
            event["body"] = if encoded { base64::encode(&large) } else { text }.into();
            let answer = function.handle(event).await.unwrap();
            assert_eq!(answer["statusCode"], status, "{more} more, in Base64: {encoded}");
        }
    }
}

/// What is no request fails as a whole: it is nobody's webhook.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_is_refused() {
    let paying = Paying::imported().await;
    let mailbox = Mailbox::open().await;
    let function = receive_webhook(&paying, &mailbox);
    let error = function.handle(sample(NO_REQUEST)).await.unwrap_err();
    assert!(error.to_string().contains("no request over HTTP"), "{error}");
    let mut event = sample(PAYMENT);
    event["headers"] = json!(7);
    let answer = function.handle(event).await.unwrap();
    assert_eq!(answer["statusCode"], 400);
    assert!(mailbox.bodies("payment").is_empty());
}

/// A webhook that cannot be kept, or whose gateway has no secret yet, is to come again.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_at_this_moment_is_asked_for_again() {
    let paying = Paying::imported().await;
    let nowhere = Clients::local("http://127.0.0.1:1", Requests::default()).sqs();
    let cut_off = ReceiveWebhook {
        gateways: paying.gateways(),
        payment_queue: Queue::new(nowhere, "http://127.0.0.1:1/payment"),
    };
    let answer = cut_off.handle(signed(PAYMENT, Now)).await.unwrap();
    assert_eq!(answer["statusCode"], 503);
    says_nothing(PAYMENT, &answer);

    let mailbox = Mailbox::open().await;
    let without_secret = ReceiveWebhook {
        gateways: paying.gateways_and(&["nobody"]),
        payment_queue: mailbox.queue("payment"),
    };
    let file = "receive-webhook/unknown-gateway.json";
    let (answer, counts) = counted(without_secret.handle(signed(file, Now))).await;
    let answer = answer.unwrap();
    assert_eq!(answer["statusCode"], 503);
    says_nothing(file, &answer);
    assert_eq!(counts.numbers, [(Metric::GatewayLockouts, 1)].into(), "somebody is told");
    assert!(mailbox.bodies("payment").is_empty());
}
