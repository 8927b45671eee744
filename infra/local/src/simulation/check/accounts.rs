//! An account once all is still: its service is what its debts say, and no run has left it behind.

use mensal_domain::{
    account::Account,
    delinquency::{Hold, HoldKind, RestoreRule},
    invoice::{Invoice, InvoiceKind},
};
use rust_decimal::Decimal;

use super::{By, Found, Rule, amounts::open, cuts::overdue};
use crate::simulation::mirror::Holdings;

/// Nobody is left behind by a run.
pub(in crate::simulation) fn agendas(account: &Account, by: By<'_>, found: &mut Found<'_>) {
    let today = by.today;
    if let Some(cycle) = account.next_bill.filter(|next| *next <= today) {
        found.not(Rule::Billed, format!("its cycle {cycle} is not billed"));
    }
    for (what, next) in [("review", account.next_review), ("collection", account.next_collection)] {
        if let Some(next) = next.filter(|next| *next < today) {
            found.not(Rule::Agenda, format!("its {what} was to be on {next}"));
        }
    }
    if let Some(why) = &account.parked {
        found.not(Rule::Parked, why.clone());
    }
}

/// Its service.
pub(super) fn service(account: &Account, holdings: &Holdings, by: By<'_>, found: &mut Found<'_>) {
    let open_cuts =
        account.subscriptions.iter().filter(|one| one.cuts.iter().any(|cut| cut.until.is_none()));
    let without: Vec<_> = open_cuts.map(|one| one.id.clone()).collect();
    let lasting: Vec<_> =
        holdings.suspensions.values().filter(|kept| kept.lifted.is_none()).collect();
    let Some(hold) = &account.hold else {
        if !without.is_empty() || !lasting.is_empty() {
            let begun: Vec<_> = lasting.iter().map(|kept| kept.begun.to_string()).collect();
            found.not(Rule::CutKept, format!("no hold; cut {without:?}, kept {begun:?}"));
        }
        return;
    };
    let suspended = hold.kind == HoldKind::Suspended;
    let same = if suspended { without == hold.services } else { without.is_empty() };
    if !same || !matches!(&lasting[..], [one] if one.begun == hold.begun) {
        found.not(Rule::CutKept, format!("held since {}; cut {without:?}", hold.since));
    }
    if account.promises.iter().any(|one| one.on <= by.today && by.today <= one.until) {
        found.not(Rule::Restored, "held while a promise stands".to_owned());
    }
    if let Some(why) = is_paid(hold, holdings, by) {
        found.not(Rule::Restored, format!("held since {}, and {why}", hold.since));
    }
}

/// Whether what gives service back is paid.
fn is_paid(hold: &Hold, holdings: &Holdings, by: By<'_>) -> Option<String> {
    let zero = Decimal::ZERO;
    let of_debt =
        || holdings.invoices.values().filter(|invoice| hold.debt.invoices.contains(&invoice.id));
    let left: Decimal = overdue(holdings, by.today).into_iter().map(open).sum();
    if left > zero && left < by.settings.cut_minimum {
        return Some(format!("only {left} is overdue"));
    }
    match by.settings.restore {
        RestoreRule::AllOverdue => {
            let mut overdue = holdings.invoices.values().filter(|one| one.due < by.today);
            overdue.all(|one| open(one) <= zero).then(|| "nothing is overdue".to_owned())
        }
        RestoreRule::LatestInvoice => {
            let is_bill = |one: &Invoice| one.id.kind != InvoiceKind::Late;
            let latest = of_debt().max_by_key(|one| (is_bill(one), one.due, one.id))?;
            (open(latest) <= zero).then(|| format!("invoice {} is paid", latest.id))
        }
        RestoreRule::Share(_) => {
            let percent = by.settings.restore.to_string();
            let percent: Decimal = percent.trim_end_matches('%').parse().ok()?;
            let debt = hold.debt.amount.amount();
            let still: Decimal = of_debt().map(|invoice| open(invoice).max(zero)).sum();
            // Rounded to the cent: up to one of those may be missing, and no more.
            let share = debt * percent / Decimal::ONE_HUNDRED + Decimal::new(1, 2);
            (debt - still >= share.min(debt)).then(|| format!("{} of {debt} is paid", debt - still))
        }
    }
}
