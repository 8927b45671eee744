//! What customers read in notices: from a template, a language, a channel and facts to a subject, a
//! text and a page of HTML. `docs/notices.md` tells ISPs how to write their own.
//!
//! Pure: no I/O, no clock, nothing that waits. What a template says is checked when it is imported,
//! with the fullest and the leanest facts that a notice of its step may have; a name that does not
//! exist is a fault there, and never an empty hole in a letter to a customer.

mod builtin;
mod check;
mod engine;
mod example;
mod gather;
mod html;
mod letter;
mod sms;
mod templates;
mod variables;
mod wording;

pub use builtin::{builtin, builtins};
pub use check::{LONGEST_SMS, MAX_SUBJECT, MAX_TEXT, check};
pub use engine::Fault;
pub use example::{example, examples};
pub use gather::{Contradiction, Sources, asked_invoice};
pub use letter::{Bill, Letter, Overdue, OverdueInvoice, ServiceFacts};
pub use sms::{Alphabet, Segments, segments};
pub use templates::{Email, Message, Templates, Uncomposed};
pub use variables::VARIABLES;
