//! A deployed stack: found by its outputs, driven and read through AWS's own interfaces; and
//! what stands for AWS where there is no account: ministack, with microburst in front of it.

mod deployed;
mod emulator;
mod faults;
mod listener;
mod python;
mod sam;
mod server;

pub use deployed::{DeadLetter, Deployed, Depth};
pub use emulator::Emulator;
pub use faults::{Fault, Faults};
pub use listener::Listener;
pub use python::{Missing, Tools};
pub use sam::{Built, architecture, deploy};

/// What went wrong, in words.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
