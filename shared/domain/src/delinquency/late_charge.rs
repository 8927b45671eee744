//! What is charged for an invoice that is paid late, or not yet.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::{
    charge::LateTerms,
    money::{Money, MoneyError},
    payment::added,
};

/// What an account is charged for being late. Amounts are in its currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LateRules {
    /// A fee, once, whatever is open.
    pub fee: Decimal,
    /// A fine once, and interest by the day, on what is open: as gateways add it by themselves.
    pub terms: LateTerms,
    /// Nothing is charged for less than this.
    pub minimum_open: Decimal,
    /// No charge is more than this; none: no limit.
    pub cap: Option<Decimal>,
}

/// What is charged in all for so much of an invoice that was due on a day and was paid on another,
/// or is open still: zero until the day after it was due. The fine and the interest are rounded each
/// by itself, as they are printed.
///
/// What of it was charged before, or was added by a gateway, is for the caller to take off.
///
/// # Errors
/// [`MoneyError::TooLarge`] beyond any invoice.
pub fn late_charge(
    open: Money,
    due: Date,
    on: Date,
    rules: &LateRules,
) -> Result<Money, MoneyError> {
    let currency = open.currency();
    if on <= due || !open.is_positive() || open.amount() < rules.minimum_open {
        return Ok(Money::zero(currency));
    }
    let parts = [rules.fee].into_iter().chain(added(open, rules.terms, due, on));
    let parts = parts.map(|part| Money::rounded(part, currency));
    let all = parts.collect::<Result<Vec<_>, _>>()?;
    let all = Money::sum(currency, all)?;
    match rules.cap {
        Some(cap) => all.at_most(Money::rounded(cap, currency)?),
        None => Ok(all),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{calendar::days_after, money::Currency, payment::most_added};

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

    #[test]
    fn a_fee_or_a_fine_and_interest_by_the_day() {
        let capped = LateRules { cap: Some(decimal("2.50")), ..brazil() };
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
            let due = date("2026-11-20");
            let charged = late_charge(open.parse().unwrap(), due, date(on), rules).unwrap();
            assert_eq!(charged.to_string(), want, "{open} on {on}");
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
            let due = date("2026-11-20");
            let charged = |days| late_charge(open, due, days_after(due, days), &rules).unwrap();
            prop_assert!(charged(days).amount() <= charged(days + 1).amount());
            let most = most_added(open, terms, due, days_after(due, days)).unwrap();
            prop_assert!(charged(days).amount() <= most.amount());
        }
    }
}
