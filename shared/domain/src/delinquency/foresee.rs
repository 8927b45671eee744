//! What will happen to an account that pays nothing from a day on, and which rules say so: its reviews,
//! played forward. What is foreseen so is what would be done, since the same code decides both.

use std::collections::BTreeMap;

use jiff::{civil::Date, tz::TimeZone};

use super::{
    CustomerNotice, CutKind, CutStep, Known, News, NoticeAbout, NoticeId, NoticeState, Review,
    ReviewError, Suspension, Unsent, When,
    given_back::spend_given_back,
    review,
    review::{delinquent_on, is_on_its_way},
    unsent,
};
use crate::{
    account::{Account, OneOff},
    calendar::days_after,
    dates::{Explained, key_dates},
    invoice::{Invoice, InvoiceId},
    locale::Locale,
    payment::with_changed,
};

/// Something that will happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreseen {
    /// When.
    pub on: Date,
    /// What.
    pub what: Happening,
    /// The rules that say so, in the account's language.
    pub because: Vec<String>,
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    /// An invoice is to be paid through this day.
    Due(InvoiceId),
    /// It makes the account delinquent.
    Delinquent(InvoiceId),
    /// A notice is sent.
    Notice(CustomerNotice),
    /// The account is charged for being late.
    LateCharge(OneOff),
    /// Its service is slowed down, suspended or ended.
    Cut(CutKind),
    /// The notice that the law wants about an invoice does not reach it: until it does, nothing is cut for that.
    Unreached(NoticeId),
}

/// What happens from the day on that is known, through another, if nothing is paid, and notices are
/// delivered on the day on which they are sent, those that are on their way at once; in the order of time.
/// What is tried of stored methods gives nothing, what is on its way from a bank does not come, and invoices
/// that are not issued yet are not foreseen.
///
/// # Errors
/// [`ReviewError`] when the account's data contradicts itself.
pub fn foresee(known: Known<'_>, through: Date) -> Result<Vec<Foreseen>, ReviewError> {
    let none = BTreeMap::new();
    let mut world = World {
        account: known.account.clone(),
        invoices: known.invoices.to_vec(),
        notices: known.notices.to_vec(),
        suspension: known.suspension.cloned(),
        seen: Vec::new(),
    };
    world.arrive(known.today);
    for invoice in known.invoices.iter().filter(|invoice| invoice.is_open()) {
        world.seen.extend(dates(known, invoice)?);
    }
    // Looked at on the day itself: whatever was decided before is not decided again.
    world.account.review_by(known.today);
    while let Some(day) = world.account.next_review.map(|day| day.max(known.today)) {
        if day > through {
            break;
        }
        let done = review(Known {
            account: &world.account,
            invoices: &world.invoices,
            notices: &world.notices,
            suspension: world.suspension.as_ref(),
            charges: if day > known.today { &none } else { known.charges },
            today: day,
            ..known
        })?;
        world.take(done, day, known)?;
        // Nothing is paid: what is collected from now on fails.
        world.account.next_collection = None;
    }
    let mut seen = world.seen;
    seen.retain(|one| (known.today..=through).contains(&one.on));
    seen.sort_by_key(|one| one.on);
    Ok(seen)
}

/// The dates of an open invoice, with the rules that gave them, unless those have changed since.
fn dates(known: Known<'_>, invoice: &Invoice) -> Result<[Foreseen; 2], ReviewError> {
    let (settings, calendar) = (known.settings, known.calendar);
    let now = key_dates(invoice.id.cycle, settings, calendar, known.account.grace_until)?;
    let locale = known.account.locale;
    let foreseen = |on: Date, what, by: &Explained| Foreseen {
        on,
        what,
        because: if by.date == on {
            by.because.iter().map(|rule| rule.text(locale)).collect()
        } else {
            vec![locale.pick("como na emissão", "as when it was issued").into()]
        },
    };
    let delinquent = delinquent_on(known, invoice)?;
    let by = if delinquent.because.is_empty() { &now.delinquent } else { &delinquent };
    Ok([
        foreseen(invoice.due, Happening::Due(invoice.id), &now.due),
        foreseen(delinquent.date, Happening::Delinquent(invoice.id), by),
    ])
}

struct World {
    account: Account,
    invoices: Vec<Invoice>,
    notices: Vec<CustomerNotice>,
    suspension: Option<Suspension>,
    seen: Vec<Foreseen>,
}

impl World {
    /// What is on its way to the customer arrives.
    fn arrive(&mut self, today: Date) {
        let mut notices = std::mem::take(&mut self.notices);
        for notice in notices.iter_mut().filter(|notice| is_on_its_way(notice, today)) {
            if self.unsent(notice, today).is_none() {
                deliver(notice, today.max(notice.asked.unwrap_or(notice.on)));
            }
        }
        self.notices = notices;
    }

    /// Why a notice does not go out.
    fn unsent(&self, notice: &CustomerNotice, day: Date) -> Option<Unsent> {
        unsent(notice, &self.account, notice.id.about.invoice(&self.invoices), day)
    }

    /// Goes on from what a day has brought.
    fn take(&mut self, mut done: Review, day: Date, known: Known<'_>) -> Result<(), ReviewError> {
        let locale = known.account.locale;
        let before = &self.account.one_offs;
        let is_new = |one: &&OneOff| before.iter().all(|other| other.id != one.id);
        for one in done.account.one_offs.iter().filter(is_new) {
            let because = vec![format!(
                "{} (late_charges)",
                locale.pick("multa e juros por atraso", "charged for being late")
            )];
            self.seen.push(Foreseen { on: day, what: Happening::LateCharge(one.clone()), because });
        }
        self.invoices = with_changed(std::mem::take(&mut self.invoices), &done.invoices);
        if done.gives_back {
            (done.account, self.invoices) = spend_given_back(&done.account, &self.invoices)?;
            done = done.without_paid(&self.invoices);
        }
        self.account = done.account;
        for again in &done.again {
            self.notices.retain(|one| one.id != again.notice.id);
        }
        for mut notice in done.again.into_iter().map(|one| one.notice).chain(done.notices) {
            if let Some(why) = self.unsent(&notice, day) {
                notice.drop_for(why);
            } else {
                self.seen.push(Foreseen {
                    on: day,
                    because: vec![why_sent(&notice, locale)],
                    what: Happening::Notice(notice.clone()),
                });
                deliver(&mut notice, day);
            }
            self.notices.push(notice);
            self.account.review_by(days_after(day, 1));
        }
        for id in done.unreached {
            let what = Happening::Unreached(id);
            if self.seen.iter().all(|one| one.what != what) {
                let notice = self.notices.iter().find(|one| one.id == id);
                let because = notice.into_iter().map(|one| one.reason.clone()).collect();
                self.seen.push(Foreseen { on: day, what, because });
            }
        }
        if let Some(kept) = done.suspension {
            let known_steps = self.suspension.as_ref().filter(|one| one.begun == kept.begun);
            let known_steps = known_steps.map_or(0, |one| one.steps.len());
            let cut = |step: &CutStep| Foreseen {
                on: step.on,
                what: Happening::Cut(step.kind),
                because: step.because.clone(),
            };
            self.seen.extend(kept.steps.iter().skip(known_steps).map(cut));
            self.suspension = Some(kept);
        }
        Ok(())
    }
}

/// Has a notice reach its customer on a day.
fn deliver(notice: &mut CustomerNotice, day: Date) {
    if let Ok(noon) = day.at(12, 0, 0, 0).to_zoned(TimeZone::UTC) {
        notice.hear(&News::of(NoticeState::Delivered, noon.timestamp()));
    }
}

fn why_sent(notice: &CustomerNotice, locale: Locale) -> String {
    let (when, channel, template) = (notice.id.when, notice.id.channel, &notice.template);
    let step = format!("{when}:{channel}:{template}");
    match (when, notice.id.about) {
        (When::Days(_) | When::Issued, NoticeAbout::Invoice(invoice)) => {
            format!("{} {invoice}, ladder {step}", locale.pick("fatura", "invoice"))
        }
        _ => format!("ladder {step}"),
    }
}
