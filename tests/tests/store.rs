//! The store against the embedded `DynamoDB`, through the real SDK.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

#[path = "store/agenda.rs"]
mod agenda;
#[path = "store/catalog.rs"]
mod catalog;
mod given;
#[path = "store/issuing.rs"]
mod issuing;
#[path = "store/parking.rs"]
mod parking;
#[path = "store/sizes.rs"]
mod sizes;
#[path = "store/usage.rs"]
mod usage;
