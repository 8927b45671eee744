//! What must always hold (section 6 of the design), checked on everything that there is, day by day.
//!
//! A check counts for itself: it reads amounts, days and states as they are stored, and asks none of
//! the code that has decided them. What it needs of rules, it reads as data. (Of a stored method and of a
//! notice it takes their own word for whether the one may be charged, and the other has arrived.)

mod accounts;
mod amounts;
mod awaited;
mod bank;
mod billed;
mod cuts;
mod late;
mod network;
mod notices;
mod permitted;
#[cfg(test)]
mod tests;

use std::fmt;

use jiff::civil::Date;
use mensal_domain::{
    events::Document,
    settings::{BillingSettings, Exclusions},
};

pub(super) use accounts::agendas;
pub(super) use awaited::Awaited;
pub(super) use bank::BankBooks;
pub(super) use network::{serves, told};

use super::mirror::Holdings;

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A day of a service is billed at most once.
    BilledOnce,
    /// Who is due has been billed.
    Billed,
    /// What was issued stays as it is.
    IssuedStays,
    /// Lines and taxes sum to the total.
    Sums,
    /// The balance is the sum of the documents.
    Balance,
    /// What payments say that they settle is what invoices say that was settled.
    Settled,
    /// A payment counts once.
    PaymentOnce,
    /// What the bank has is in the books, and the other way round.
    BankInBooks,
    /// Nobody is cut on a day that is not permitted.
    CutDay,
    /// Nobody is cut before their time.
    CutEarly,
    /// Nobody is cut before the days of the legal notice have passed.
    CutBeforeNotice,
    /// Nobody is cut while a payment is in flight.
    CutInFlight,
    /// Nobody is cut who is paid up.
    CutPaidUp,
    /// Nobody is cut while a promise stands.
    CutPromised,
    /// What was paid ahead for longer than a month is not cut for other debts.
    CutPaidAhead,
    /// Whoever has paid what gives service back has it back.
    Restored,
    /// Whoever has service is on line: the network was told so.
    BackOnLine,
    /// Whoever has none is not.
    OffLine,
    /// What is kept of a cut and the service itself say the same.
    CutKept,
    /// Days without service are not billed, nor caught up later.
    LostDays,
    /// No notice is sent twice for one step.
    NoticeOnce,
    /// Nobody is told of what is paid, or is so no more.
    RemindedPaid,
    /// Whoever is to be reminded is.
    NotReminded,
    /// Whoever is to be cut is, in some days.
    NotCut,
    /// An invoice is charged for being late once, and not more than the rules say.
    LateOnce,
    /// Nothing lies with the dead letters.
    DeadLetter,
    /// Nobody is parked.
    Parked,
    /// No account is left behind on an agenda.
    Agenda,
    /// The stream has told all that the table has.
    Stream,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `CutEarly` as `cut-early`.
        for (place, letter) in format!("{self:?}").chars().enumerate() {
            if letter.is_uppercase() && place > 0 {
                write!(f, "-")?;
            }
            write!(f, "{}", letter.to_ascii_lowercase())?;
        }
        Ok(())
    }
}

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// The day on which it was seen.
    pub day: Date,
    /// Whose; empty if it is nobody's alone.
    pub account: String,
    /// What must hold.
    pub rule: Rule,
    /// What is there instead.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { day, account, rule, what } = self;
        let account = if account.is_empty() { "-" } else { account };
        write!(f, "{day} {account} {rule}: {what}")
    }
}

/// What is found, of one account on one day.
pub(super) struct Found<'a> {
    day: Date,
    account: String,
    out: &'a mut Vec<Violation>,
}

impl<'a> Found<'a> {
    pub(super) fn new(day: Date, account: &str, out: &'a mut Vec<Violation>) -> Self {
        Self { day, account: account.to_owned(), out }
    }

    pub(super) fn not(&mut self, rule: Rule, what: impl Into<String>) {
        let (day, account) = (self.day, self.account.clone());
        self.out.push(Violation { day, account, rule, what: what.into() });
    }
}

/// What an account is checked by: the day, and its settings, read as data.
#[derive(Clone, Copy)]
pub(super) struct By<'a> {
    pub(super) today: Date,
    pub(super) settings: &'a BillingSettings,
}

/// Whether service may be cut on the day.
pub(super) fn may_be_cut(by: By<'_>) -> bool {
    permitted::may_cut(by.today, &by.settings.cut_weekdays.to_string(), by.calendar())
}

impl By<'_> {
    /// The name of the calendar that excludes days.
    fn calendar(&self) -> &str {
        match &self.settings.calendar {
            Exclusions::None => "",
            Exclusions::Calendar(code) => code.as_str(),
        }
    }
}

/// Checks what has changed, against what there was before and all that there is after it.
pub(super) fn changed(
    holdings: &Holdings,
    before: Option<&Document>,
    after: &Document,
    by: By<'_>,
    found: &mut Found<'_>,
) {
    match (before, after) {
        (Some(Document::Invoice(before)), Document::Invoice(after)) => {
            billed::stays(before, after, found);
        }
        (before, Document::Notice(after)) => {
            let before = match before {
                Some(Document::Notice(before)) => Some(&**before),
                _ => None,
            };
            notices::told(holdings, before, after, found);
        }
        (before, Document::Suspension(after)) => {
            let steps = match before {
                Some(Document::Suspension(before)) => before.steps.len(),
                _ => 0,
            };
            for step in after.steps.iter().skip(steps) {
                cuts::cut(holdings, after, step, by, found);
            }
        }
        _ => {}
    }
}

/// Checks all that there is of an account at the end of a day, once all is still.
pub(super) fn stands(holdings: &Holdings, by: By<'_>, found: &mut Found<'_>) {
    let Some(account) = &holdings.account else {
        found.not(Rule::Stream, "documents of an account that does not exist");
        return;
    };
    amounts::invoices(holdings, found);
    amounts::account(account, holdings, found);
    billed::days(holdings, found);
    billed::gaps(account, holdings, by, found);
    billed::lost_days(holdings, by, found);
    accounts::service(account, holdings, by, found);
    notices::once(holdings, found);
    late::charges(account, holdings, by, found);
}
