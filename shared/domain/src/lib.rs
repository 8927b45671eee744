//! What Mensal knows about billing, without a word about where it runs.
//!
//! Everything here is a pure function of its arguments: no clock, no randomness, no I/O, no
//! AWS. Today's date comes in as an argument, and the same input gives the same output, to the
//! byte. `ARCHITECTURE.md` says how the other rooms lean on this one.

pub mod account;
pub mod billing;
pub mod calendar;
pub mod catalog;
pub mod charge;
pub mod collection;
pub mod dates;
pub mod delinquency;
pub mod enforcement;
pub mod events;
pub mod fnv;
pub mod history;
pub mod ids;
pub mod invoice;
pub mod locale;
pub mod method;
pub mod money;
pub mod network;
pub mod payment;
pub mod period;
pub mod rail;
pub mod reconciliation;
pub mod reference;
pub mod settings;
pub mod stationery;
pub mod suggest;
pub mod tasks;
mod text;
pub mod usage;
