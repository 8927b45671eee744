//! Delinquency: what happens to an account that does not pay, on which day, and which rule says so.

mod cut;
mod foresee;
mod given_back;
mod hold;
mod ladder;
mod late_charge;
mod news;
mod notice;
mod promise;
mod quiet;
mod restore;
mod review;
mod sending;
mod step;
#[cfg(test)]
mod tests;
mod wording;

pub use cut::{After, CutDates, CutRules, LegalNotice, cut_dates};
pub use foresee::{Foreseen, Happening, foresee};
pub(crate) use given_back::{charged_for, given_back};
pub use hold::{
    CutKind, CutStep, Hold, HoldKind, Lifted, LiftedBy, Proof, Suspension, runs, services_to_cut,
};
pub use ladder::{InvalidLadder, Ladder, step_date};
pub use late_charge::{
    Cap, Credit, LateCharging, LateRules, in_time_until, late_charge, late_terms,
};
pub use news::News;
pub use notice::{CustomerNotice, InvalidNoticeId, NoticeAbout, NoticeId, NoticeState};
pub use promise::{Promise, PromiseBy, PromiseRefused, promise};
pub use quiet::{InvalidHours, QuietHours};
pub use restore::{
    Debt, Enough, Percent, RestoreRule, UnknownRestoreRule, overdue_as_of, to_restore,
};
pub use review::{
    Again, Known, Restored, Review, ReviewError, first_review, lift, restore_on_payment, review,
    too_little,
};
pub use sending::{Unsent, awaited_for, recipient, unsent};
pub use step::{Channel, InvalidStep, Step, UnknownChannel, UnknownWhen, When};
pub use wording::{InvalidWordingKey, WordingKey};
