//! Pix by the Central Bank's API, against a bank that keeps books: the suite that every gateway
//! passes, and what is this one's alone.
#![allow(clippy::unwrap_used, unreachable_pub)] // a program of its own: nothing is reached from elsewhere

#[path = "pix_gateway/automatic.rs"]
mod automatic;
#[path = "pix_gateway/bank/mod.rs"]
mod bank;
#[path = "pix_gateway/charges.rs"]
mod charges;
mod contract;
#[path = "pix_gateway/document.rs"]
mod document;
#[path = "pix_gateway/far.rs"]
mod far;
#[path = "pix_gateway/webhooks.rs"]
mod webhooks;

use bank::Style;
use far::Far;

/// Banks that write as Efí does, and banks that write as the document has it.
const STYLES: [Style; 2] = [Style::Efi, Style::Document];

#[tokio::test]
async fn charges_are_offered() {
    for style in STYLES {
        contract::offering(&Far::new(style).await).await;
    }
}

#[tokio::test]
async fn troubles_are_told_apart() {
    for style in STYLES {
        contract::troubled(&Far::new(style).await).await;
    }
}

#[tokio::test]
async fn money_is_given_back() {
    for style in STYLES {
        contract::refunding(&Far::new(style).await).await;
    }
}

#[tokio::test]
async fn webhooks_are_told_from_others() {
    for style in STYLES {
        contract::telling(&Far::new(style).await).await;
    }
}

#[tokio::test]
async fn recurrences_are_collected_from() {
    for style in STYLES {
        contract::collecting(&Far::new(style).await).await;
    }
}
