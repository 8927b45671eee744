//! Every sample event of `events/`, fed to the function that it is for; and what the bus carries,
//! against the schemas.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails
#![allow(clippy::large_futures)] // a test has room for a batch on its stack

#[path = "samples/apply.rs"]
mod apply;
#[path = "samples/bus.rs"]
mod bus;
#[path = "samples/collect.rs"]
mod collect;
#[path = "samples/functions.rs"]
mod functions;
mod given;
#[path = "samples/issue.rs"]
mod issue;
#[path = "samples/mailbox.rs"]
mod mailbox;
#[path = "samples/money.rs"]
mod money;
#[path = "samples/notice.rs"]
mod notice;
#[path = "samples/paying.rs"]
mod paying;
#[path = "samples/plan.rs"]
mod plan;
#[path = "samples/publish.rs"]
mod publish;
#[path = "samples/reconcile.rs"]
mod reconcile;
#[path = "samples/register.rs"]
mod register;
#[path = "samples/render.rs"]
mod render;
#[path = "samples/review.rs"]
mod review;
#[path = "samples/schema.rs"]
mod schema;
#[path = "samples/toggle.rs"]
mod toggle;
#[path = "samples/view.rs"]
mod view;
#[path = "samples/webhook.rs"]
mod webhook;

use std::{collections::BTreeSet, fs};

use functions::events;

/// The reasons of `not-a-message.json`: what S3 would send, a body that is no text, and a word.
const NOT_A_MESSAGE: [&str; 3] = [
    "not JSON",
    "not an SQS message: invalid type: map",
    "not an SQS message: invalid type: string",
];

#[test]
fn every_sample_is_used_by_a_test() {
    let mut used: BTreeSet<&str> = [plan::SCHEDULE, plan::CHECK, view::VIEW].into();
    used.extend([plan::COLLECTION, plan::COLLECTION_SHARDS, collect::REFUND, webhook::NO_REQUEST]);
    used.extend([collect::DAY_AFTER, reconcile::SCHEDULE, reconcile::REPORT]);
    used.extend(plan::BATCHES.iter().map(|case| case.0));
    used.extend(plan::REFUSED.iter().map(|case| case.0));
    used.extend(issue::CASES.iter().map(|case| case.0));
    used.extend(render::CASES.iter().map(|case| case.0));
    used.extend(view::REFUSED.iter().map(|case| case.0));
    used.extend(publish::CASES.iter().map(|case| case.0));
    used.extend(register::CASES.iter().map(|case| case.0));
    used.extend(review::CASES.iter().map(|case| case.0));
    used.extend(notice::CASES.iter().map(|case| case.0));
    used.extend([notice::DELIVERED, notice::BOUNCED, notice::NOTHING]);
    used.extend(toggle::CASES.iter().map(|case| case.0));
    used.extend([toggle::SWEEP]);
    used.extend(collect::CASES.iter().map(|case| case.0));
    used.extend(webhook::CASES.iter().map(|case| case.0));
    used.extend(apply::CASES.iter().map(|case| case.file));
    used.extend(reconcile::REFUSED.iter().map(|case| case.0));
    let mut there = BTreeSet::new();
    for folder in fs::read_dir(events()).unwrap() {
        let folder = folder.unwrap();
        // Schemas are no samples: they have a test of their own.
        if folder.file_type().unwrap().is_dir() && folder.file_name() != "schemas" {
            for file in fs::read_dir(folder.path()).unwrap() {
                let file = file.unwrap().file_name();
                let (folder, file) = (folder.file_name(), file);
                there.insert(format!("{}/{}", folder.to_str().unwrap(), file.to_str().unwrap()));
            }
        }
    }
    let there: BTreeSet<&str> = there.iter().map(String::as_str).collect();
    assert_eq!(there, used, "left: samples in events/; right: samples that a test feeds");
}
