//! What Mensal itself charges for invoices that are late.

use jiff::ToSpan;
use rust_decimal::Decimal;

use super::{
    super::{Credit, LateCharging, LateRules, given_back, in_time_until, late_charge},
    Known, Review, ReviewError, is_in_flight,
};
use crate::{
    account::{Account, OneOff},
    calendar::days_after,
    ids::CategoryCode,
    invoice::{Invoice, InvoiceKind, LateCharged},
    money::Money,
    payment::Payment,
};

/// What Mensal itself charges for invoices that are late, as single charges of the account. What an
/// invoice was charged for before is taken off, and what was paid is charged for once more, for the
/// last time: below zero, if a bank has added to the payment what was charged for already, or it turns out
/// that it was made in time.
pub(super) fn charge(known: Known<'_>, review: &mut Review) -> Result<(), ReviewError> {
    let (settings, today) = (known.settings, known.today);
    let is_bill =
        |invoice: &&Invoice| matches!(invoice.id.kind, InvoiceKind::Cycle | InvoiceKind::Final);
    let bills = known.invoices.iter().filter(is_bill);
    if settings.late_charges == LateCharging::ByGateway {
        bills.for_each(|invoice| forgo(known, review, invoice));
        return Ok(());
    }
    for invoice in bills {
        let before = invoice.late_charged;
        let open = invoice.is_open();
        let settled = match before {
            Some(before) => before.done || (before.times == 0 && !was_late(known, invoice)),
            // It was not Mensal that charged for it: what is paid is not charged for since the rules are others.
            None => true,
        };
        if !open && settled {
            continue;
        }
        if before.is_none() && review.has_room(today) {
            let at_issue = settings.late_charges.at_issue(invoice.currency());
            note(review, invoice, at_issue);
        }
        let in_time = in_time_until(invoice.due, settings.late_after_days, known.calendar)?;
        if open && today <= in_time {
            review.account.review_by(days_after(in_time, 1));
            continue;
        }
        // What is on its way may have been paid in time; what a day cannot take comes with the next.
        if open && is_in_flight(known, invoice) {
            review.account.review_by(days_after(today, 1));
            continue;
        }
        if !review.has_room(today) {
            continue;
        }
        // The last review before the next invoice; one that is missed leaves it to the one after.
        let last = known.account.next_bill.map(|next| next.saturating_sub(1.day()));
        let first = settings.late_charges == LateCharging::AtOnce
            && before.is_none_or(|before| before.times == 0);
        if open {
            last.filter(|day| *day > today)
                .into_iter()
                .for_each(|day| review.account.review_by(day));
        }
        if open && !first && last != Some(today) {
            continue;
        }
        let charged = before.map_or(Money::zero(invoice.currency()), |before| before.amount);
        let rules = LateRules::of(settings).on(&invoice.lines, &invoice.taxes);
        let charge = |credit| late_charge(invoice, known.payments, in_time, today, &rules, credit);
        let mut all = charge(Credit::InTime)?;
        if all.amount() < charged.amount() {
            // For what is given back there is a payment: nobody is for having been given credit.
            let owed = if is_paid_of(known, invoice) { charge(Credit::Late)? } else { charged };
            all = owed.at_most(charged)?;
        }
        let rest = all.minus(charged)?;
        let differs = !rest.is_zero();
        let times = before.map_or(0, |before| before.times) + u32::from(differs);
        let after = LateCharged { amount: all, times, done: !open };
        if differs {
            review.account.one_offs.push(one_off(known, invoice, times, rest)?);
        }
        if before != Some(after) && (differs || !open) {
            note(review, invoice, Some(after));
        }
    }
    Ok(())
}

/// Whether some is given back that a credit note of the day says.
pub(super) fn gives_back(known: Known<'_>, account: &Account) -> bool {
    known.settings.late_charges.is_billed_at_once(account) && !given_back(account).is_empty()
}

/// What is paid while banks alone charge for being late is not charged for once Mensal does again.
fn forgo(known: Known<'_>, review: &mut Review, invoice: &Invoice) {
    let before = invoice.late_charged.filter(|before| !before.done && !invoice.is_open());
    if let Some(before) = before.filter(|_| review.has_room(known.today)) {
        note(review, invoice, Some(LateCharged { done: true, ..before }));
    }
}

/// Notes what an invoice was charged for being late.
fn note(review: &mut Review, invoice: &Invoice, late: Option<LateCharged>) {
    review.invoices.retain(|other| other.id != invoice.id);
    review.invoices.push(Invoice { late_charged: late, ..invoice.clone() });
}

/// Whether money for an invoice came after its due date.
fn was_late(known: Known<'_>, invoice: &Invoice) -> bool {
    known.payments.iter().any(|payment| {
        let late = payment.received.as_ref().is_some_and(|money| money.paid_on > invoice.due);
        late && payment.allocations.iter().any(|one| one.invoice == invoice.id)
    })
}

/// Whether any payment is for an invoice.
fn is_paid_of(known: Known<'_>, invoice: &Invoice) -> bool {
    let is_for = |payment: &Payment| {
        let named = payment.received.as_ref().is_some_and(|one| one.invoice == Some(invoice.id));
        named || payment.allocations.iter().any(|one| one.invoice == invoice.id)
    };
    known.payments.iter().any(is_for)
}

fn one_off(
    known: Known<'_>,
    invoice: &Invoice,
    times: u32,
    amount: Money,
) -> Result<OneOff, ReviewError> {
    let locale = known.account.locale;
    let text = if amount.is_negative() {
        locale.pick(
            "Devolução de multa e juros por atraso, fatura",
            "Late charges taken back, invoice",
        )
    } else {
        locale.pick("Multa e juros por atraso, fatura", "Late charges, invoice")
    };
    Ok(OneOff {
        id: format!("{}{}.{times}", OneOff::LATE, invoice.id).parse()?,
        date: known.today,
        description: format!("{text} {}", invoice.number),
        quantity: Decimal::ONE,
        unit: amount.amount(),
        category: "late-charge".parse::<CategoryCode>()?,
    })
}
