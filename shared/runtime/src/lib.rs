//! What all functions share: configuration, clients, the batch loop, failures, logs, metrics.
//!
//! A handler is: parse one record, load, call the domain, commit one transaction. All else is
//! here, once.

pub mod batch;
pub mod catalogs;
pub mod clients;
pub mod clock;
pub mod config;
pub mod conflict;
pub mod dead_letters;
pub mod emf;
mod emulated;
pub mod failure;
pub mod gateways;
pub mod http;
pub mod log;
pub mod messages;
pub mod metrics;
pub mod plain;
pub mod queue;
pub mod requests;
pub mod signed;
pub mod start;
pub mod watch;

pub use failure::Failure;
