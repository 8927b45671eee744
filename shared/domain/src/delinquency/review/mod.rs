//! What a day brings to an account: notices, charges for being late, service that is slowed down, cut,
//! ended or given back. A pure function of what is known.

mod again;
mod cutting;
mod late;
mod reminding;
mod restoring;

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{CustomerNotice, NoticeId, Suspension};
use crate::{
    account::Account,
    calendar::{Calendar, NoPermittedDay, days_after},
    charge::{ChargeState, Charges},
    collection::{Attempt, AttemptState, Collect, TOLD_WITHIN, collect},
    enforcement::{Enforced, is_to_be_told, next_change},
    history::HistoryError,
    ids::{InvalidId, SubscriptionId},
    invoice::{Invoice, InvoiceId},
    money::MoneyError,
    payment::{Payment, PaymentError},
    settings::BillingSettings,
};

pub use again::Again;
pub(super) use again::is_on_its_way;
pub(super) use cutting::delinquent_on;
pub use cutting::too_little;
pub use reminding::first_review;
pub use restoring::{Restored, lift, restore_on_payment};

/// What a review goes by.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The account.
    pub account: &'a Account,
    /// All of its invoices.
    pub invoices: &'a [Invoice],
    /// The charges of those that are open.
    pub charges: &'a BTreeMap<InvoiceId, Charges>,
    /// What was sent about those.
    pub notices: &'a [CustomerNotice],
    /// Its payments, where Mensal itself charges for being late; else none.
    pub payments: &'a [Payment],
    /// What is kept of the hold that it is in, if it is in one.
    pub suspension: Option<&'a Suspension>,
    /// What the network has confirmed of its logins.
    pub network: &'a [Enforced],
    /// Its settings.
    pub settings: &'a BillingSettings,
    /// The name of the rules that they follow, with their date; empty for an ISP's own.
    pub rules: &'a str,
    /// The days on which nothing unpleasant happens.
    pub calendar: &'a Calendar,
    /// The day.
    pub today: Date,
}

/// What a review leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// The account, at the version that it had; the day of its next review among it.
    pub account: Account,
    /// Invoices that have changed.
    pub invoices: Vec<Invoice>,
    /// Notices that are to be sent.
    pub notices: Vec<CustomerNotice>,
    /// Notices that were to be sent, and are again.
    pub again: Vec<Again>,
    /// Notices that the law wants and that do not reach the customer: people have to mend an address.
    pub unreached: Vec<NoticeId>,
    /// What is to be kept of a hold that has begun, changed or ended.
    pub suspension: Option<Suspension>,
    /// Services that have ended today since they were not paid.
    pub disconnected: Vec<SubscriptionId>,
    /// Whether it gives back what a credit note of the day says: once that is spent, another review of that day
    /// decides on service. Nobody is cut, or kept off line, for what they are owed.
    pub gives_back: bool,
}

/// The most invoices and notices that a review changes: all that it does is one transaction, which takes a
/// hundred items. The others come with the next day.
const MOST_CHANGED: usize = 60;

impl Review {
    /// Of an account to which the day brings nothing.
    pub(crate) fn of(account: &Account) -> Self {
        Self {
            account: account.clone(),
            invoices: Vec::new(),
            notices: Vec::new(),
            again: Vec::new(),
            unreached: Vec::new(),
            suspension: None,
            disconnected: Vec::new(),
            gives_back: false,
        }
    }

    /// The same without the notices of invoices that are paid as they have changed: what the review itself gives
    /// back may have paid them.
    #[must_use]
    pub fn without_paid(mut self, changed: &[Invoice]) -> Self {
        let is_paid = |notice: &CustomerNotice| {
            notice.id.about.invoice(changed).is_some_and(|one| !one.open().is_positive())
        };
        self.notices.retain(|notice| !is_paid(notice));
        self.again.retain(|again| !is_paid(&again.notice));
        self
    }

    /// Whether it takes one thing more; the account is looked at again tomorrow if it does not.
    fn has_room(&mut self, today: Date) -> bool {
        let changed = self.invoices.len() + self.notices.len() + self.again.len();
        let room = changed < MOST_CHANGED;
        if !room {
            self.account.review_by(days_after(today, 1));
        }
        room
    }
}

/// Why an account cannot be reviewed: its data contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// No day is left.
    #[error(transparent)]
    NoPermittedDay(#[from] NoPermittedDay),
    /// Money beyond any invoice.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// What is given back cannot be spent.
    #[error(transparent)]
    Payment(#[from] PaymentError),
    /// The service history contradicts itself.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// A derived id that is none.
    #[error(transparent)]
    Id(#[from] InvalidId),
}

/// What a day brings to an account. Reviewing it again on the same day, with what came of the first
/// time, brings nothing more, but where the first has given something back ([`Review::gives_back`]).
///
/// # Errors
/// [`ReviewError`] when its data contradicts itself.
pub fn review(known: Known<'_>) -> Result<Review, ReviewError> {
    let mut review = Review::of(known.account);
    review.account.next_review = None;
    reminding::remind(known, &mut review)?;
    late::charge(known, &mut review)?;
    // Of whom is parked nothing is billed.
    review.gives_back = known.account.parked.is_none() && late::gives_back(known, &review.account);
    if review.gives_back {
        review.account.review_by(known.today);
    } else {
        if let Some(restored) = restoring::restore(known, &review.account)? {
            review.account = restored.account;
            review.notices.extend(restored.notices);
            review.suspension = restored.suspension;
        }
        cutting::cut(known, &mut review)?;
    }
    again::find_of_service(known, &mut review);
    if !review.notices.is_empty() {
        again::follow(&mut review.account, known.today);
    }
    // The network is asked day by day whether it does what it is to do, and what lies ahead of it has its
    // day.
    let today = known.today;
    if is_to_be_told(&review.account, known.network, today)? {
        review.account.review_by(days_after(today, 1));
    }
    if let Some(day) = next_change(&review.account, today)? {
        review.account.review_by(day);
    }
    Ok(review)
}

/// Whether money is on its way to an invoice: an attempt is under way, or is to be made today, or a bank says
/// that it was paid and the books do not know it yet.
fn is_in_flight(known: Known<'_>, invoice: &Invoice) -> bool {
    let none = Charges::of(invoice, known.today);
    let charges = known.charges.get(&invoice.id).unwrap_or(&none);
    let paid = charges.charges.iter().any(|charge| charge.state == ChargeState::Paid);
    let moving = |state: &AttemptState| {
        matches!(state, AttemptState::Pending | AttemptState::UnderWay(_) | AttemptState::Received)
    };
    // A Pix Automático is ordered ahead of its day: until then no money moves.
    let today = |one: &Attempt| one.due <= known.today;
    let next = || collect(invoice, charges, &known.account.methods, known.settings, known.today);
    paid || charges.attempts.iter().any(|one| moving(&one.state) && today(one))
        || is_being_collected(known) && matches!(next(), Collect::Try(one) if today(&one))
}

/// Whether the day has collected what is due of the account, after this review. It has not succeeded for so
/// long if its day is older than that: nobody waits for it then.
fn is_being_collected(known: Known<'_>) -> bool {
    let waits =
        |since: &Date| *since <= known.today && known.today <= days_after(*since, TOLD_WITHIN);
    known.account.next_collection.as_ref().is_some_and(waits)
}
