//! What a gateway adds by itself to a charge that is paid late.

use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::{
    calendar::days_between,
    charge::LateTerms,
    money::{Money, MoneyError},
};

/// A month of interest that is counted by the day has so many ("pro rata die").
const DAYS_OF_MONTH: i64 = 30;

/// The most that a gateway may have added to an amount that was due on a day and paid on another:
/// the fine once, and simple interest for each calendar day in between. Each part is rounded up to
/// the smallest unit, since gateways round each as they like, and by no more than that.
///
/// # Errors
/// [`MoneyError::TooLarge`] beyond any invoice.
pub fn most_added(
    amount: Money,
    terms: LateTerms,
    due: Date,
    paid_on: Date,
) -> Result<Money, MoneyError> {
    let currency = amount.currency();
    let up = |part: Decimal| {
        part.round_dp_with_strategy(currency.digits(), RoundingStrategy::AwayFromZero)
    };
    let [fine, interest] = added(amount, terms, due, paid_on);
    Money::rounded(up(fine) + up(interest), currency)
}

/// What terms add to an amount that was due on a day and paid on another, not rounded: the fine, and
/// the interest. Nothing to what is paid in time.
pub(crate) fn added(amount: Money, terms: LateTerms, due: Date, paid_on: Date) -> [Decimal; 2] {
    let days = days_between(due, paid_on);
    if days <= 0 || !amount.is_positive() {
        return [Decimal::ZERO; 2];
    }
    let percent = amount.amount() / Decimal::ONE_HUNDRED;
    // Divided last: a day is no exact part of a month.
    let interest = percent * terms.interest_percent * Decimal::from(days);
    [percent * terms.fine_percent, interest / Decimal::from(DAYS_OF_MONTH)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fine_once_and_interest_by_the_day() {
        let terms = LateTerms {
            fine_percent: "2".parse().unwrap(),
            interest_percent: "1".parse().unwrap(),
        };
        let cases = [
            ("2026-11-20", "0.00 BRL"),
            ("2026-11-19", "0.00 BRL"),
            // 2 % of 100.00, and 1/30 % a day.
            ("2026-11-21", "2.04 BRL"),
            ("2026-11-30", "2.34 BRL"),
            ("2026-12-20", "3.00 BRL"),
        ];
        for (paid_on, want) in cases {
            let (due, paid_on) = ("2026-11-20".parse().unwrap(), paid_on.parse().unwrap());
            let got = most_added("100.00 BRL".parse().unwrap(), terms, due, paid_on).unwrap();
            assert_eq!(got.to_string(), want, "{paid_on}");
        }
    }
}
