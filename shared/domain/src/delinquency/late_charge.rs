//! What is charged for an invoice that is paid late, or not yet.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Calendar, NoPermittedDay, Weekdays, days_after, first_permitted},
    charge::LateTerms,
    invoice::Invoice,
    money::{Money, MoneyError},
    payment::{Payment, added},
    settings::BillingSettings,
};

/// When Mensal itself charges for being late.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateCharging {
    /// Never: what banks add by themselves is all.
    #[default]
    ByGateway,
    /// As a line of the next invoice.
    NextInvoice,
    /// As an invoice of its own.
    AtOnce,
}

/// The most that something may be. Amounts are in the currency of the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cap {
    /// There is none.
    #[default]
    None,
    /// So much.
    At(Decimal),
}

/// What an account is charged for being late. Amounts are in its currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LateRules {
    /// A fee, once, whatever is open.
    pub fee: Decimal,
    /// A fine once, and interest by the day, on what is open: as gateways add it by themselves.
    pub terms: LateTerms,
    /// Nothing is charged for less than this.
    pub minimum_open: Decimal,
    /// No charge is more than this.
    pub cap: Cap,
}

impl LateRules {
    /// Those of an account's settings.
    #[must_use]
    pub fn of(settings: &BillingSettings) -> Self {
        let terms = LateTerms {
            fine_percent: settings.late_fine_percent,
            interest_percent: settings.late_interest_percent,
        };
        Self {
            fee: settings.late_fee,
            terms,
            minimum_open: settings.late_minimum,
            cap: settings.late_cap,
        }
    }
}

/// The last day on which an invoice is paid in time: what is due on a day on which no bank is open may
/// be paid on the next on which they are (Brazil: Lei 7.089/1983, art. 1º), and some days more, if the
/// settings say so.
///
/// # Errors
/// [`NoPermittedDay`] when the calendar leaves no day of a year.
pub fn in_time_until(
    due: Date,
    late_after_days: u16,
    calendar: &Calendar,
) -> Result<Date, NoPermittedDay> {
    let (open, _) = first_permitted(due, Weekdays::MONDAY_TO_FRIDAY, calendar)?;
    Ok(open.max(days_after(due, late_after_days)))
}

/// When the account's credit has settled what it has of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credit {
    /// In time.
    InTime,
    /// On the day, which is too late.
    Late,
}

/// What is charged in all for an invoice being late, as of a day: for each part of it that was paid too
/// late, by the day on which it was paid, and for what is open still; less what gateways have added to
/// those payments by themselves. The fine and the interest of each part are rounded each by itself, as
/// they are printed. What was charged for it before is for the caller to take off.
///
/// What was settled by the account's credit counts as paid in time, or on the day: nobody knows since when there
/// was enough of it.
///
/// # Errors
/// [`MoneyError::TooLarge`] beyond any invoice.
pub fn late_charge(
    invoice: &Invoice,
    payments: &[Payment],
    in_time_until: Date,
    on: Date,
    rules: &LateRules,
    credit: Credit,
) -> Result<Money, MoneyError> {
    let currency = invoice.currency();
    let zero = Money::zero(currency);
    let (mut late, mut told) = (Vec::new(), zero);
    for payment in payments {
        let Some(received) = &payment.received else { continue };
        if received.invoice == Some(invoice.id) {
            told = told.plus(payment.late_charge()?)?;
        }
        let of_invoice = payment.allocations.iter().filter(|one| one.invoice == invoice.id);
        late.extend(of_invoice.map(|one| (one.amount, received.paid_on)));
    }
    if let (Credit::Late, Some(settled)) = (credit, invoice.settled) {
        late.push((settled.by_credit, on));
    }
    late.push((if invoice.is_open() { invoice.open() } else { zero }, on));
    late.retain(|(amount, paid_on)| *paid_on > in_time_until && amount.is_positive());
    let all_late = Money::sum(currency, late.iter().map(|(amount, _)| *amount))?;
    if !all_late.is_positive() || all_late.amount() < rules.minimum_open {
        return Ok(zero);
    }
    let mut charged = Money::rounded(rules.fee, currency)?;
    for (amount, paid_on) in late {
        for part in added(amount, rules.terms, invoice.due, paid_on) {
            charged = charged.plus(Money::rounded(part, currency)?)?;
        }
    }
    if let Cap::At(cap) = rules.cap {
        charged = charged.at_most(Money::rounded(cap, currency)?)?;
    }
    let rest = charged.minus(told)?;
    Ok(if rest.is_negative() { zero } else { rest })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::{money::Currency, payment::most_added};

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn brazil() -> LateRules {
        let terms = LateTerms { fine_percent: decimal("2"), interest_percent: decimal("1") };
        LateRules { terms, ..LateRules::default() }
    }

    fn usa() -> LateRules {
        LateRules { fee: decimal("5"), minimum_open: decimal("10"), ..LateRules::default() }
    }

    /// An invoice that was due on 2026-11-20, of which so much was paid.
    fn invoice(asked: &str, paid: &str) -> Invoice {
        let (_, currency) = asked.split_once(' ').unwrap();
        let zero = format!("0.00 {currency}");
        serde_json::from_value(json!({
            "account": "1042", "id": "2026-11-10-cycle", "number": "1042-1", "locale": "pt-BR",
            "paper": "x", "to": { "name": "Ana" }, "issued": "2026-11-10", "due": "2026-11-20",
            "delinq": "2026-11-25", "autopay": "2026-11-20", "lines": [], "total": asked,
            "prev": zero, "paid": zero, "used": zero, "open": asked,
            "stl": { "pay": paid, "cred": zero, "n": 1 },
        }))
        .unwrap()
    }

    /// So much of it, paid on a day, of which so much was added by the gateway.
    fn paid(amount: &str, on: &str, late: &str) -> Payment {
        let (_, currency) = amount.split_once(' ').unwrap();
        serde_json::from_value(json!({
            "account": "1042", "id": { "gateway": "banco", "money": format!("E{on}") },
            "cur": currency, "cred": format!("0.00 {currency}"),
            "in": { "amt": amount, "rail": "pix", "inv": "2026-11-10-cycle", "late": late, "on": on },
            "for": [{ "inv": "2026-11-10-cycle", "amt": amount }],
        }))
        .unwrap()
    }

    #[test]
    fn what_is_open_is_charged_a_fee_or_a_fine_and_interest_by_the_day() {
        let capped = LateRules { cap: Cap::At(decimal("2.50")), ..brazil() };
        let cases = [
            (&brazil(), "109.90 BRL", "2026-11-20", "0.00 BRL"),
            // 2.198 and 0.0366: each is rounded by itself.
            (&brazil(), "109.90 BRL", "2026-11-21", "2.24 BRL"),
            (&brazil(), "109.90 BRL", "2026-12-20", "3.30 BRL"),
            (&capped, "109.90 BRL", "2026-11-21", "2.24 BRL"),
            (&capped, "109.90 BRL", "2026-12-20", "2.50 BRL"),
            (&usa(), "59.95 USD", "2026-11-20", "0.00 USD"),
            (&usa(), "59.95 USD", "2026-11-21", "5.00 USD"),
            (&usa(), "59.95 USD", "2027-11-21", "5.00 USD"),
            (&usa(), "9.99 USD", "2026-11-21", "0.00 USD"),
            (&usa(), "0.00 USD", "2026-11-21", "0.00 USD"),
            (&LateRules::default(), "59.95 USD", "2026-12-20", "0.00 USD"),
        ];
        for (rules, open, on, want) in cases {
            let (_, currency) = open.split_once(' ').unwrap();
            let invoice = invoice(open, &format!("0.00 {currency}"));
            let charged =
                late_charge(&invoice, &[], date("2026-11-20"), date(on), rules, Credit::InTime)
                    .unwrap();
            assert_eq!(charged.to_string(), want, "{open} on {on}");
        }
    }

    #[test]
    fn each_part_is_charged_by_its_own_day_and_what_a_bank_has_added_counts() {
        let charged = |payments: &[Payment], open: &str| {
            let paid = if open == "0" { "100.00 BRL" } else { "60.00 BRL" };
            let invoice = invoice("100.00 BRL", paid);
            let until = date("2026-11-20");
            late_charge(&invoice, payments, until, date("2026-12-20"), &brazil(), Credit::InTime)
                .unwrap()
                .to_string()
        };
        let none = "0.00 BRL";
        assert_eq!(charged(&[paid("100.00 BRL", "2026-11-20", none)], "0"), "0.00 BRL");
        // 2 % and ten days of 1 %/month: 2.00 and 0.33.
        assert_eq!(charged(&[paid("100.00 BRL", "2026-11-30", none)], "0"), "2.33 BRL");
        assert_eq!(charged(&[paid("100.00 BRL", "2026-11-30", "2.33 BRL")], "0"), "0.00 BRL");
        // 60.00 in time, 40.00 open for thirty days.
        assert_eq!(charged(&[paid("60.00 BRL", "2026-11-19", none)], "40"), "1.20 BRL");
        assert_eq!(charged(&[paid("60.00 BRL", "2026-11-30", none)], "40"), "2.60 BRL");
    }

    #[test]
    fn what_is_due_on_a_holiday_or_a_weekend_may_be_paid_on_the_next_working_day() {
        let mut calendar = Calendar::default();
        calendar.exclude("holidays:BR".parse().unwrap(), "");
        let cases = [
            // A Friday that is a national holiday.
            ("2026-11-20", 0, "2026-11-23"),
            ("2026-11-19", 0, "2026-11-19"),
            ("2026-11-21", 0, "2026-11-23"),
            ("2026-11-19", 3, "2026-11-22"),
        ];
        for (due, more, want) in cases {
            assert_eq!(in_time_until(date(due), more, &calendar).unwrap(), date(want), "{due}");
        }
    }

    proptest! {
        /// What a bank adds by the same terms is never less than what we would charge: nobody is
        /// charged for a rest of a cent.
        #[test]
        fn it_grows_with_the_days_and_is_no_more_than_a_gateway_may_add(
            cents in 1_i64..10_000_000, days in 0_u16..400, fine in 0_u32..=200, interest in 0_u32..=100,
        ) {
            let open = Money::rounded(Decimal::new(cents, 2), Currency::BRL).unwrap();
            let terms = LateTerms {
                fine_percent: Decimal::new(fine.into(), 2), interest_percent: Decimal::new(interest.into(), 2),
            };
            let rules = LateRules { terms, ..LateRules::default() };
            let invoice = invoice(&open.to_string(), "0.00 BRL");
            let due = date("2026-11-20");
            let charged = |days| late_charge(&invoice, &[], due, days_after(due, days), &rules, Credit::InTime).unwrap();
            prop_assert!(charged(days).amount() <= charged(days + 1).amount());
            let most = most_added(open, terms, due, days_after(due, days)).unwrap();
            prop_assert!(charged(days).amount() <= most.amount());
        }
    }
}
