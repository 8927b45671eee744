//! Importing over what is there: what people decide comes from the files, what billing has
//! written stays.

use jiff::civil::Date;
use mensal_domain::{
    account::{Account, Subscription},
    calendar::{days_after, months_after},
    ids::ChargeId,
    method::PaymentMethod,
    period::BillDayChange,
};

use crate::fault::{Fault, Faults};

/// What importing `new` over `old` leaves; none if nothing changes.
///
/// What billing has written stays: version, balances, credit, the next cycle, what has been
/// billed, the bill days that were, stored payment methods, late charges, how service is held and what was promised, and
/// whether the account is parked. The rest is taken from `new`. Another bill day holds from the date that the files give for it, else from `as_of`, but
/// never from before the next cycle.
///
/// # Errors
/// What contradicts documents that exist: another currency, another start of a subscription
/// that has been billed, or such a subscription gone from the files.
pub fn merge(old: &Account, new: Account, as_of: Date) -> Result<Option<Account>, Faults> {
    let mut faults = Vec::new();
    if new.currency != old.currency && may_have_documents(old) {
        let wrong = format!("account {} may have documents in {}", old.id, old.currency);
        let right = "keep the currency, or open another account".to_owned();
        let fault = Fault::of_file("accounts.csv", wrong, right).quoting(new.currency.code());
        faults.push(Fault { column: "currency".to_owned(), ..fault });
    }
    let mut merged = new;
    let first_cycle = merged.next_bill;
    merged.version = old.version;
    merged.next_bill = old.next_bill;
    if merged.currency == old.currency {
        (merged.balance, merged.last_balance, merged.credit) =
            (old.balance, old.last_balance, old.credit);
    }
    merged.billed_one_offs = remembered(old, &merged);
    merged.one_offs.retain(|one_off| !old.billed_one_offs.contains(&one_off.id));
    merged.one_offs.extend(old.one_offs.iter().filter(|one| one.is_late_charge()).cloned());
    merged.parked.clone_from(&old.parked);
    merged.methods = methods(old, merged.methods);
    merged.next_collection = old.next_collection;
    merged.next_review = old.next_review;
    merged.hold.clone_from(&old.hold);
    merged.lifted = old.lifted;
    merged.promises.clone_from(&old.promises);
    merged.excused.clone_from(&old.excused);
    merged.excused_for.clone_from(&old.excused_for);
    subscriptions(old, &mut merged, &mut faults);
    bill_days(old, &mut merged, as_of);
    // An account whose services are all over is billed no more, until there is something again:
    // then after the day of the import, since the cycle of that day may have been its last.
    let more = merged.subscriptions != old.subscriptions || merged.one_offs != old.one_offs;
    if old.next_bill.is_none() && more {
        merged.next_bill = merged.cycle_from(days_after(as_of, 1)).or(first_cycle);
    }
    match Faults::new(faults) {
        Some(faults) => Err(faults),
        None => Ok((merged != *old).then_some(merged)),
    }
}

/// The methods as they have become since they were first imported, and those that are new.
fn methods(old: &Account, new: Vec<PaymentMethod>) -> Vec<PaymentMethod> {
    let is_new = |method: &PaymentMethod| old.methods.iter().all(|known| known.id != method.id);
    old.methods.iter().cloned().chain(new.into_iter().filter(is_new)).collect()
}

/// Whether there may be documents: a paid invoice leaves no other trace than the version.
fn may_have_documents(account: &Account) -> bool {
    let moved = [account.balance, account.last_balance, account.credit];
    account.version > 0
        || moved.iter().any(|money| !money.is_zero())
        || !account.billed_one_offs.is_empty()
        || account.subscriptions.iter().any(is_billed)
}

fn is_billed(subscription: &Subscription) -> bool {
    !subscription.billed.is_empty()
        || !subscription.billed_usage.is_empty()
        || subscription.usage_closed_until.is_some()
}

/// The charges that are remembered as billed: those that the files still name, or importing them
/// again would bill them again, and the latest of the others.
fn remembered(old: &Account, new: &Account) -> Vec<ChargeId> {
    let all = &old.billed_one_offs;
    let latest = all.len().saturating_sub(Account::REMEMBERED_ONE_OFFS);
    let named = |id: &ChargeId| new.one_offs.iter().any(|one_off| one_off.id == *id);
    let kept = all.iter().enumerate().filter(|(index, id)| *index >= latest || named(id));
    kept.map(|(_, id)| id.clone()).collect()
}

fn subscriptions(old: &Account, merged: &mut Account, faults: &mut Vec<Fault>) {
    let mut fault = |column: &str, given: &str, wrong: String, right: &str| {
        let fault = Fault::of_file("subscriptions.csv", wrong, right).quoting(given);
        faults.push(Fault { column: column.to_owned(), ..fault });
    };
    for before in &old.subscriptions {
        let (account, id) = (&old.id, &before.id);
        let Some(now) = merged.subscriptions.iter_mut().find(|now| now.id == *id) else {
            if is_billed(before) {
                let wrong = format!("of account {account} is gone, but has been billed");
                let right = "put it back, and end it in history.csv";
                fault("id", id.as_str(), wrong, right);
            }
            continue;
        };
        if is_billed(before) && now.start != before.start {
            let wrong = format!(
                "is another start of subscription {id} of account {account}, which has been billed \
                 from {}",
                before.start
            );
            fault("start", &now.start.to_string(), wrong, "put the start back");
        }
        let first_day = |subscription: &Subscription| {
            subscription.billed_elsewhere_until.unwrap_or(subscription.start)
        };
        if is_billed(before) && first_day(now) != first_day(before) {
            let wrong = format!(
                "is another first day of subscription {id} of account {account}, which has been \
                 billed from {}",
                first_day(before)
            );
            fault("bill_from", &first_day(now).to_string(), wrong, "put bill_from back");
        }
        now.billed.clone_from(&before.billed);
        now.billed_usage.clone_from(&before.billed_usage);
        now.usage_closed_until = before.usage_closed_until;
        now.seen_until = before.seen_until;
        now.forgotten_until = before.forgotten_until;
        now.cuts.clone_from(&before.cuts);
        now.disconnected_on = before.disconnected_on;
    }
}

/// Takes over another bill day. It holds from after the last cycle that was billed, however early
/// it was asked for: so the next cycle stays, and no period that was billed is cut anew. A change
/// that holds only from after that cycle is no more than a plan, and gives way to another.
fn bill_days(old: &Account, merged: &mut Account, as_of: Date) {
    let asked = std::mem::replace(&mut merged.bill_days, old.bill_days.clone());
    let Some(wanted) = asked.last() else { return };
    let open = first_open_day(old).unwrap_or(as_of);
    // The first holds from the beginning of time, whatever its date.
    let holding = |(index, change): &(usize, &BillDayChange)| *index == 0 || change.date < open;
    let kept = old.bill_days.iter().enumerate().take_while(holding).count();
    let planned = old.bill_days.get(kept..).and_then(<[_]>::last);
    let planned = planned.filter(|planned| planned.day == wanted.day).map(|planned| planned.date);
    let named = (asked.len() > 1).then_some(wanted.date);
    let date = named.or(planned).unwrap_or(as_of).max(open);
    merged.bill_days.truncate(kept);
    if merged.bill_day() != Some(wanted.day) {
        merged.bill_days.push(BillDayChange { date, day: wanted.day });
    }
}

/// The day after the cycle before the next: the first whose bill day is open to change.
fn first_open_day(account: &Account) -> Option<Date> {
    let next = account.next_bill?;
    let mut day = months_after(next, -1);
    // A period has a month at most, and less between two bill days.
    while let Some(cycle) = account.cycle_from(day).filter(|cycle| *cycle < next) {
        day = days_after(cycle, 1);
    }
    Some(day)
}
