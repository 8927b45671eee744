//! Delinquency: what happens to an account that does not pay, on which day, and which rule says so.

mod cut;
mod ladder;
mod late_charge;
mod restore;

pub use cut::{CutDates, CutRules, LegalNotice, cut_dates};
pub use ladder::{Channel, InvalidStep, Step, UnknownChannel, step_date};
pub use late_charge::{LateRules, late_charge};
pub use restore::{Debt, RestoreRule, to_restore};
