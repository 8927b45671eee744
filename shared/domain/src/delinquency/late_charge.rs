//! What is charged for an invoice that is paid late, or not yet.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    account::Account,
    calendar::{Calendar, NoPermittedDay, Weekdays, days_after, first_permitted},
    charge::LateTerms,
    invoice::{Invoice, LateCharged, Line, TaxLine, TaxMode},
    money::{Currency, Money, MoneyError},
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
    /// Nothing is charged for what is late if it is no more than this, which was charged for being late before.
    pub bears_none: Decimal,
}

impl LateCharging {
    /// Whether what an account is charged is billed on its day: where no cycle comes any more, nothing waits for it.
    #[must_use]
    pub fn is_billed_at_once(self, account: &Account) -> bool {
        self == Self::AtOnce || account.next_bill.is_none()
    }

    /// What an invoice bears that is issued while this holds: whoever pays it late is charged, also if that is
    /// heard of once it is paid.
    #[must_use]
    pub fn at_issue(self, currency: Currency) -> Option<LateCharged> {
        let nothing = LateCharged { amount: Money::zero(currency), times: 0, done: false };
        (self != Self::ByGateway).then_some(nothing)
    }
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
            bears_none: Decimal::ZERO,
        }
    }

    /// As they hold for a bill of these lines: nobody is charged for being late with what was charged for being
    /// late before. The fine and the interest are of what is left without it, as a percentage of the whole, for
    /// banks take no other; so is the least that is charged for. A bill that is for nothing else, or of which no
    /// more than that is late, bears none, nor a fee. (Brazil: Decreto 22.626/1933, art. 4º, no interest on interest; Lei 8.078/1990,
    /// art. 52, § 1º, the fine is of the instalment. USA: 16 CFR 444.4 forbids creditors to pyramid late charges.)
    #[must_use]
    pub fn on(self, bill: &[Line], taxes: &[TaxLine]) -> Self {
        let late = late_part(bill);
        if late.is_zero() {
            return self;
        }
        let all: Decimal = bill.iter().map(|line| line.amount.amount()).sum();
        let share = (all - late).max(Decimal::ZERO).checked_div(all).unwrap_or_default();
        let minimum_open = self.minimum_open.checked_div(share).unwrap_or(Decimal::MAX);
        let fee = if share.is_zero() { Decimal::ZERO } else { self.fee };
        let (terms, bears_none) = (self.terms.on_share(share), with_taxes(late, taxes));
        Self { fee, terms, minimum_open, bears_none, ..self }
    }
}

/// What of a bill is for being late before. What was taken back makes nothing dearer.
fn late_part(bill: &[Line]) -> Decimal {
    let late = bill.iter().filter(|line| line.is_late_charge());
    let late: Decimal = late.map(|line| line.amount.amount()).sum();
    late.max(Decimal::ZERO)
}

/// What it comes to with all the taxes that a bill adds on top, should it bear them.
pub(super) fn with_taxes(late: Decimal, taxes: &[TaxLine]) -> Decimal {
    let on_top = taxes.iter().filter(|tax| tax.mode == TaxMode::Exclusive);
    let rates: Decimal = on_top.map(|tax| tax.rate).sum();
    late + late * rates / Decimal::ONE_HUNDRED
}

/// What a gateway adds to what is open of an invoice if it is paid late; nothing if no more is open of it than
/// what was charged for being late before.
#[must_use]
pub fn late_terms(invoice: &Invoice, open: Money) -> LateTerms {
    let terms = invoice.offers.as_ref().map(|offers| offers.late).unwrap_or_default();
    let bears_none = with_taxes(late_part(&invoice.lines), &invoice.taxes);
    if open.amount() <= bears_none { LateTerms::default() } else { terms }
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
    let too_little = all_late.amount() <= rules.bears_none;
    if !all_late.is_positive() || too_little || all_late.amount() < rules.minimum_open {
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
    use crate::payment::most_added;

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

    /// As many lines as amounts, each with what it is from: `plan`, or `late` for being late before.
    fn bill(lines: &[(&str, &str)]) -> Vec<Line> {
        let of = |(from, amount): &(&str, &str)| {
            let source = match *from {
                "late" => json!({ "one_off": "late.2026-10-10-cycle.1" }),
                _ => json!({ "one_off": "router" }),
            };
            json!({ "src": source, "text": from, "cat": "x", "amt": amount })
        };
        serde_json::from_value(lines.iter().map(of).collect()).unwrap()
    }

    #[test]
    fn nobody_is_charged_for_being_late_with_late_charges() {
        let both = LateRules { minimum_open: decimal("10"), fee: decimal("5"), ..brazil() };
        // Percent of the whole bill, as banks are told, the fee, and the least that is charged for.
        let cases: [(&[(&str, &str)], _); 7] = [
            (&[("plan", "100.00 BRL")], ("2", "1", "5", "10")),
            (&[("plan", "90.00 BRL"), ("late", "10.00 BRL")], ("1.8", "0.9", "5", "11.11")),
            // 1.9539 and 0.9769: never more than the law allows of the rest.
            (&[("plan", "100.00 BRL"), ("late", "2.36 BRL")], ("1.95", "0.97", "5", "10.24")),
            (&[("late", "2.36 BRL")], ("0", "0", "0", "the most")),
            (&[("plan", "5.00 BRL"), ("late", "-2.36 BRL")], ("2", "1", "5", "10")),
            (&[("plan", "-5.00 BRL"), ("late", "2.36 BRL")], ("0", "0", "0", "the most")),
            (&[("plan", "-2.36 BRL"), ("late", "2.36 BRL")], ("0", "0", "0", "the most")),
        ];
        for (lines, want) in cases {
            let on = both.clone().on(&bill(lines), &[]);
            let text = |amount: Decimal| amount.round_dp(2).normalize().to_string();
            let least = Some(on.minimum_open).filter(|least| *least < Decimal::MAX);
            let least = least.map_or("the most".into(), text);
            let (fine, interest) = (on.terms.fine_percent, on.terms.interest_percent);
            let got = (text(fine), text(interest), text(on.fee), least);
            assert_eq!((&*got.0, &*got.1, &*got.2, &*got.3), want, "{lines:?}");
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

        /// What was charged for being late before adds nothing to what is charged now, but for the cents of
        /// two roundings.
        #[test]
        fn late_charges_bear_none(
            cents in 1_i64..10_000_000, before in 0_i64..1_000_000, days in 1_u16..400,
        ) {
            let money = |cents| Money::rounded(Decimal::new(cents, 2), Currency::BRL).unwrap().to_string();
            let charged = |asked, lines: &[_]| {
                let due = date("2026-11-20");
                let rules = brazil().on(&bill(lines), &[]);
                let invoice = invoice(&money(asked), "0.00 BRL");
                late_charge(&invoice, &[], due, days_after(due, days), &rules, Credit::InTime).unwrap().amount()
            };
            let (plan, late) = (money(cents), money(before));
            let alone = charged(cents, &[("plan", plan.as_str())]);
            let both = charged(cents + before, &[("plan", &plan), ("late", &late)]);
            prop_assert!(both <= alone + decimal("0.01"), "{both}, {alone} without");
        }
    }
}
