//! Asaas: the suite that every gateway passes, and what is its own.

// A test that cannot go on fails; nothing here is for another crate.
#![allow(clippy::unwrap_used, unreachable_pub)]

mod asaas;
mod contract;

use asaas::Far;

#[tokio::test]
async fn offers_charges_as_every_gateway_does() {
    contract::offering(&Far::start().await).await;
}

#[tokio::test]
async fn says_of_each_trouble_whether_it_may_have_been_done() {
    contract::troubled(&Far::start().await).await;
}

#[tokio::test]
async fn gives_money_back_once_per_key() {
    contract::refunding(&Far::start().await).await;
}

#[tokio::test]
async fn believes_what_is_signed_and_reads_what_is_whole() {
    contract::telling(&Far::start().await).await;
}

#[tokio::test]
async fn collects_once_per_key() {
    contract::collecting(&Far::start().await).await;
}
