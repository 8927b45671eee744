//! render-invoice, asked over HTTP.

use std::fs;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::base64;
use mensal::stack::TABLE;
use mensal_runtime::{
    clients::Clients,
    metrics::{Metric, counted},
    requests::Requests,
    start::Function,
};
use mensal_store::Store;
use mensal_tests::Home;
use render_invoice::{Bucket, RenderInvoice};
use serde_json::Value;

use crate::{
    functions::{bucket, render_invoice, sample},
    given::{dynamodb, home},
    mailbox::Mailbox,
};

/// A sample, the status of its answer, and a part of what the answer says.
type Case = (&'static str, u64, &'static str);

pub(crate) const VIEW: &str = "render-invoice/view-invoice.json";

pub(crate) const REFUSED: &[Case] = &[
    ("render-invoice/view-missing-account.json", 404, "account nobody has no invoice 2026-11-10"),
    ("render-invoice/view-missing-invoice.json", 404, "account 1042 has no invoice 2026-10-10"),
    ("render-invoice/view-not-an-account-id.json", 400, "`10#42` is not a valid account id"),
    ("render-invoice/view-not-an-invoice-id.json", 400, "write 2026-11-10-cycle"),
    ("render-invoice/view-without-path.json", 400, "account in the path"),
];

/// Where the document of the sample lies.
const KEY: &str = "invoices/2026-11/1042-261110.pdf";

/// Where nobody listens.
const NOWHERE: &str = "http://127.0.0.1:1";

/// Views a sample; gives the answer and how many documents were made and viewed.
async fn view(function: &RenderInvoice, file: &str) -> (Value, u64, u64) {
    let (answer, counts) = counted(function.handle(sample(file))).await;
    let of = |metric| counts.numbers.get(&metric).copied().unwrap_or_default();
    (answer.unwrap(), of(Metric::DocumentsMade), of(Metric::DocumentsViewed))
}

fn pdf(answer: &Value) -> Vec<u8> {
    assert_eq!(answer["statusCode"], 200, "{answer}");
    assert_eq!(answer["headers"]["content-type"], "application/pdf");
    assert_eq!(answer["headers"]["content-disposition"], "inline; filename=\"1042-261110.pdf\"");
    assert_eq!(answer["headers"]["cache-control"], "private");
    assert_eq!(answer["isBase64Encoded"], true);
    base64::decode(answer["body"].as_str().unwrap()).unwrap()
}

/// What a problem says.
fn detail(answer: &Value, status: u64) -> String {
    assert_eq!(answer["statusCode"], status, "{answer}");
    assert_eq!(answer["headers"]["content-type"], "application/problem+json");
    let body: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(body["status"], status);
    body["detail"].as_str().unwrap().to_owned()
}

/// A function on other services than those of the stack.
fn function(store: Store, s3: &str, mailbox: &Mailbox) -> RenderInvoice {
    let s3 = Clients::local(s3, Requests::default()).s3();
    RenderInvoice::new(store, Bucket::new(s3, "samples"), mailbox.dead_letters())
}

async fn billed() -> (Home, Mailbox) {
    let home = home().await;
    home.bill("2026-11-10").await.unwrap();
    (home, Mailbox::open().await)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_made_on_its_first_view_and_kept() {
    let (home, mailbox) = billed().await;
    let function = render_invoice(&home, &mailbox);
    let (answer, made, viewed) = view(&function, VIEW).await;
    let first = pdf(&answer);
    assert!(first.starts_with(b"%PDF-"));
    assert_eq!((made, viewed), (1, 1));
    let kept = bucket(&home).join(KEY);
    assert_eq!(fs::read(&kept).unwrap(), first);
    assert_eq!(fs::read(home.stack.bucket_path().join(KEY)).unwrap(), first, "as if made at once");

    // What is kept is what is answered, whatever it is.
    let s3 = Clients::local(&home.stack.endpoints().s3, Requests::default()).s3();
    let put = s3.put_object().bucket("samples").key(KEY).body(b"kept".to_vec().into());
    put.send().await.unwrap();
    let (answer, made, viewed) = view(&function, VIEW).await;
    assert_eq!(pdf(&answer), b"kept");
    assert_eq!((made, viewed), (0, 1));

    // What has been changed behind the bucket's back is not what was put: it is made anew.
    fs::write(&kept, b"spoilt").unwrap();
    let (answer, made, viewed) = view(&function, VIEW).await;
    assert!(pdf(&answer) == first && fs::read(&kept).unwrap() == first);
    assert_eq!((made, viewed), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_viewed_says_why() {
    let (home, mailbox) = billed().await;
    let function = render_invoice(&home, &mailbox);
    for (file, status, says) in REFUSED {
        let (answer, made, viewed) = view(&function, file).await;
        let detail = detail(&answer, *status);
        assert!(detail.contains(says), "{file}: {detail}");
        assert_eq!((made, viewed), (0, 0), "{file}");
    }
    assert!(!bucket(&home).join("invoices").exists(), "nothing was made");
    assert!(mailbox.dead().is_empty(), "whoever asked has been told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_neither_gives_nor_takes_does_not_stop_a_view() {
    let (home, mailbox) = billed().await;
    let function = function(home.stack.store().clone(), NOWHERE, &mailbox);
    let (answer, made, viewed) = view(&function, VIEW).await;
    assert!(pdf(&answer).starts_with(b"%PDF-"));
    assert_eq!((made, viewed), (0, 1), "it is not kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_out_of_reach_and_an_invoice_that_cannot_be_drawn_are_told_apart() {
    let (home, mailbox) = billed().await;
    let s3 = &home.stack.endpoints().s3;
    let nowhere = Clients::local(NOWHERE, Requests::default()).dynamodb();
    let cut_off = function(Store::new(nowhere, TABLE), s3, &mailbox);
    let (answer, ..) = view(&cut_off, VIEW).await;
    assert_eq!(detail(&answer, 503), "ask again in a while");

    let text = |text: &str| AttributeValue::S(text.into());
    let update = dynamodb(&home).update_item().table_name(TABLE);
    let update = update.key("PK", text("A#1042")).key("SK", text("INV#2026-11-10-cycle"));
    let update = update.update_expression("SET paper = :gone");
    update.expression_attribute_values(":gone", text("gone")).send().await.unwrap();
    let (answer, ..) = view(&render_invoice(&home, &mailbox), VIEW).await;
    assert_eq!(detail(&answer, 500), "stationery gone is not in the table");
}
