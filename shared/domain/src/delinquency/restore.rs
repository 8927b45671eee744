//! What has to be paid before a service that was suspended comes back.

use std::{fmt, str::FromStr};

use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Calendar, NoPermittedDay, Weekdays, days_after, last_permitted},
    invoice::{Invoice, InvoiceId, InvoiceKind},
    money::{Money, MoneyError},
};

/// What has to be paid. As text `all_overdue`, `latest_invoice`, `50%`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum RestoreRule {
    /// All that is overdue.
    #[default]
    AllOverdue,
    /// Of what was overdue when it was suspended, the bill that was due last. An invoice for being late is none.
    LatestInvoice,
    /// So much of what was overdue when it was suspended.
    Share(Percent),
}

/// Whole percent, 1 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percent(u8);

impl Percent {
    /// So many percent; none if that is not 1 to 100.
    #[must_use]
    pub fn new(percent: u8) -> Option<Self> {
        (1..=100).contains(&percent).then_some(Self(percent))
    }
}

/// Not a rule for what has to be paid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` does not say what restores a service: use all_overdue, latest_invoice or a share like 50%"
)]
pub struct UnknownRestoreRule(String);

impl FromStr for RestoreRule {
    type Err = UnknownRestoreRule;
    fn from_str(text: &str) -> Result<Self, UnknownRestoreRule> {
        let share = || {
            let digits = text.strip_suffix('%')?;
            let plain = digits.bytes().all(|b| b.is_ascii_digit());
            Percent::new(digits.parse().ok().filter(|_| plain)?).map(Self::Share)
        };
        match text {
            "all_overdue" => Ok(Self::AllOverdue),
            "latest_invoice" => Ok(Self::LatestInvoice),
            _ => share().ok_or_else(|| UnknownRestoreRule(text.chars().take(40).collect())),
        }
    }
}

impl fmt::Display for RestoreRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllOverdue => f.write_str("all_overdue"),
            Self::LatestInvoice => f.write_str("latest_invoice"),
            Self::Share(percent) => write!(f, "{}%", percent.0),
        }
    }
}

crate::text::travels_as_text! {
    RestoreRule, UnknownRestoreRule;
}

/// What a service was suspended for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Debt {
    /// The invoices that were overdue, never none.
    pub invoices: Vec<InvoiceId>,
    /// What was open of them in all.
    #[serde(rename = "amt")]
    pub amount: Money,
}

/// By which rule enough of a debt was paid for service to come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enough {
    /// The debt.
    #[serde(flatten)]
    pub debt: Debt,
    /// The rule of then: another one that the settings have since takes nothing back.
    pub rule: RestoreRule,
}

impl Enough {
    /// Whether it still is, as of a day: what was paid of the debt may have gone back.
    ///
    /// # Errors
    /// [`MoneyError`] beyond any invoice.
    pub fn stands(&self, invoices: &[Invoice], day: Date) -> Result<bool, MoneyError> {
        Ok(!to_restore(&self.debt, invoices, self.rule, day)?.is_positive())
    }
}

impl Debt {
    /// What of some invoices was due before a day, and is open; none if nothing is.
    ///
    /// # Errors
    /// [`MoneyError`] beyond any invoice.
    pub fn on(day: Date, invoices: &[Invoice]) -> Result<Option<Self>, MoneyError> {
        let overdue: Vec<&Invoice> = overdue(day, invoices).collect();
        let Some(first) = overdue.first() else { return Ok(None) };
        let amount = Money::sum(first.currency(), overdue.iter().map(|one| one.open()))?;
        Ok(Some(Self { invoices: overdue.iter().map(|one| one.id).collect(), amount }))
    }

    /// This debt, for which service is held on, with what has become overdue since: what was paid of it since
    /// stays paid of it.
    ///
    /// # Errors
    /// [`MoneyError`] beyond any invoice.
    pub fn and_since(&self, now: &Self, invoices: &[Invoice]) -> Result<Self, MoneyError> {
        let mut all = self.clone();
        let since = invoices.iter().filter(|one| now.invoices.contains(&one.id));
        for invoice in since.filter(|one| !self.invoices.contains(&one.id)) {
            all.invoices.push(invoice.id);
            all.amount = all.amount.plus(invoice.open())?;
        }
        Ok(all)
    }
}

/// The day as of which is counted on a day what is overdue: what was due on days on which no bank was open is
/// paid in time on the next on which they are, as by [`in_time_until`](super::in_time_until).
///
/// # Errors
/// [`NoPermittedDay`] when the calendar leaves no day of a year.
pub fn overdue_as_of(day: Date, calendar: &Calendar) -> Result<Date, NoPermittedDay> {
    let yesterday = day.saturating_sub(1.day());
    Ok(days_after(last_permitted(yesterday, Weekdays::MONDAY_TO_FRIDAY, calendar)?, 1))
}

fn overdue(day: Date, invoices: &[Invoice]) -> impl Iterator<Item = &Invoice> {
    invoices.iter().filter(move |invoice| invoice.is_open() && invoice.due < day)
}

/// What is still to be paid before a service comes back that was suspended for a debt, with what was due
/// before a day: zero if it may.
///
/// Whatever the rule, nobody is asked for more than is open of what they were suspended for and of
/// what has become overdue since.
///
/// # Errors
/// [`MoneyError`] beyond any invoice.
pub fn to_restore(
    debt: &Debt,
    invoices: &[Invoice],
    rule: RestoreRule,
    day: Date,
) -> Result<Money, MoneyError> {
    let currency = debt.amount.currency();
    let of_debt = invoices.iter().filter(|invoice| debt.invoices.contains(&invoice.id));
    match rule {
        RestoreRule::AllOverdue => Money::sum(currency, overdue(day, invoices).map(Invoice::open)),
        RestoreRule::LatestInvoice => {
            let is_bill = |invoice: &Invoice| invoice.id.kind != InvoiceKind::Late;
            let latest = of_debt.max_by_key(|one| (is_bill(one), one.due, one.id));
            let open = latest.filter(|latest| latest.is_open()).map(Invoice::open);
            Ok(open.unwrap_or_else(|| Money::zero(currency)))
        }
        RestoreRule::Share(percent) => {
            let open = Money::sum(
                currency,
                of_debt.filter(|invoice| invoice.is_open()).map(Invoice::open),
            )?;
            let share = debt.amount.amount() * Decimal::from(percent.0) / Decimal::ONE_HUNDRED;
            let share = Money::rounded(share, currency)?.at_most(debt.amount)?;
            let missing = share.minus(debt.amount.minus(open)?)?;
            let missing = if missing.is_negative() { Money::zero(currency) } else { missing };
            missing.at_most(open)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};
    use serde_json::json;

    use super::*;
    use crate::invoice::InvoiceStatus;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// An invoice that was due on a day, with so much asked and so much of it paid.
    fn invoice(due: &str, asked: &str, paid: &str) -> Invoice {
        serde_json::from_value(json!({
            "account": "1042", "id": format!("{due}-cycle"), "number": "1042-1", "locale": "pt-BR",
            "paper": "x", "to": { "name": "Ana" }, "issued": due, "due": due, "delinq": due,
            "autopay": due, "lines": [], "total": format!("{asked} BRL"), "prev": "0.00 BRL",
            "paid": "0.00 BRL", "used": "0.00 BRL", "open": format!("{asked} BRL"),
            "stl": { "pay": format!("{paid} BRL"), "cred": "0.00 BRL", "n": 1 },
        }))
        .unwrap()
    }

    #[test]
    fn a_debt_is_what_is_open_after_its_due_date() {
        let mut void = invoice("2026-08-10", "50.00", "0.00");
        void.status = InvoiceStatus::Void;
        let all = [
            void,
            invoice("2026-09-10", "100.00", "100.00"),
            invoice("2026-10-10", "100.00", "40.00"),
            invoice("2026-11-10", "100.00", "0.00"),
        ];
        let debt = |day| Debt::on(date(day), &all).unwrap();
        assert_eq!(debt("2026-10-10"), None, "the due date itself is in time");
        assert_eq!(debt("2026-10-11").unwrap().amount.to_string(), "60.00 BRL");
        let both = debt("2026-11-11").unwrap();
        assert_eq!((both.amount.to_string(), both.invoices.len()), ("160.00 BRL".into(), 2));
    }

    #[test]
    fn what_is_asked_for_goes_by_the_rule() {
        let suspended =
            [invoice("2026-09-10", "100.00", "0.00"), invoice("2026-10-10", "100.00", "0.00")];
        let debt = Debt::on(date("2026-10-20"), &suspended).unwrap().unwrap();
        let (all, latest) = (RestoreRule::AllOverdue, RestoreRule::LatestInvoice);
        let half: RestoreRule = "50%".parse().unwrap();
        // What was paid of the first and of the second, and whether a third is overdue since.
        let cases = [
            (all, "0.00", "0.00", false, "200.00 BRL"),
            (all, "100.00", "30.00", false, "70.00 BRL"),
            (all, "100.00", "100.00", false, "0.00 BRL"),
            (all, "100.00", "100.00", true, "80.00 BRL"),
            (latest, "0.00", "0.00", true, "100.00 BRL"),
            (latest, "100.00", "0.00", false, "100.00 BRL"),
            (latest, "0.00", "100.00", true, "0.00 BRL"),
            (half, "0.00", "0.00", true, "100.00 BRL"),
            (half, "40.00", "0.00", false, "60.00 BRL"),
            (half, "70.00", "50.00", false, "0.00 BRL"),
        ];
        for (rule, first, second, third, want) in cases {
            let mut now = vec![
                invoice("2026-09-10", "100.00", first),
                invoice("2026-10-10", "100.00", second),
            ];
            now.extend(third.then(|| invoice("2026-11-10", "80.00", "0.00")));
            let asked = to_restore(&debt, &now, rule, date("2026-11-15")).unwrap();
            assert_eq!(asked.to_string(), want, "{rule:?} {first} {second} {third}");
        }
    }

    #[test]
    fn a_rule_reads_back_what_it_writes() {
        for text in ["all_overdue", "latest_invoice", "1%", "100%"] {
            assert_eq!(text.parse::<RestoreRule>().unwrap().to_string(), text);
        }
        for text in ["", "all", "0%", "101%", "50", "+5%", "%"] {
            assert!(text.parse::<RestoreRule>().is_err(), "{text}");
        }
    }

    proptest! {
        /// Paying what is asked for restores, and whoever is paid up is never asked for anything.
        #[test]
        fn who_pays_what_is_asked_for_is_back(
            asked in vec(1_i64..50_000, 1..5), percent in 1_u8..=100, rule in 0..3,
        ) {
            let money = |cents: i64| Decimal::new(cents, 2).to_string();
            let rule = match rule {
                0 => RestoreRule::AllOverdue,
                1 => RestoreRule::LatestInvoice,
                _ => RestoreRule::Share(Percent::new(percent).unwrap()),
            };
            let named = |paid: &[i64]| -> Vec<Invoice> {
                let each = asked.iter().zip(paid).enumerate();
                each.map(|(n, (asked, paid))| invoice(&format!("2026-0{}-10", n + 1), &money(*asked), &money(*paid))).collect()
            };
            let open = named(&vec![0; asked.len()]);
            let day = date("2026-12-01");
            let debt = Debt::on(day, &open).unwrap().unwrap();
            let missing = to_restore(&debt, &open, rule, day).unwrap();
            prop_assert!(!missing.is_negative() && missing.amount() <= debt.amount.amount());
            // The latest first: that counts by every rule.
            let mut left = (missing.amount() * Decimal::ONE_HUNDRED).normalize().try_into().unwrap_or(0_i64);
            let mut paid = vec![0; asked.len()];
            for (paid, asked) in paid.iter_mut().zip(&asked).rev() {
                *paid = left.min(*asked);
                left -= *paid;
            }
            prop_assert_eq!(left, 0);
            let after = to_restore(&debt, &named(&paid), rule, day).unwrap();
            prop_assert!(after.is_zero(), "{after}");
            let settled = to_restore(&debt, &named(&asked), rule, day).unwrap();
            prop_assert!(settled.is_zero());
        }
    }
}
