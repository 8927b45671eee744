//! Amounts as Stripe counts them: whole numbers of a currency's smallest unit, as Stripe sees it.
//!
//! Stripe's manual, "Supported currencies": most are as in ISO 4217; the Icelandic króna and the
//! Ugandan shilling have no cents and are counted in hundredths all the same, the ariary is counted
//! in whole ones; and amounts of three decimals end in a zero.

use mensal_domain::money::{Currency, Money};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use crate::gateway::Fault;

/// How many decimals Stripe counts in.
fn digits(currency: Currency) -> u32 {
    match currency.code() {
        "ISK" | "UGX" => 2,
        "MGA" => 0,
        _ => currency.digits(),
    }
}

/// The amount as Stripe is told.
///
/// # Errors
/// [`Fault::Refused`] if it is not above zero, or has decimals that Stripe does not take.
pub(super) fn counted(money: Money) -> Result<i64, Fault> {
    let digits = digits(money.currency());
    let units = money.amount() * Decimal::from(10_u32.pow(digits));
    let fits = units.is_integer() && (digits < 3 || (units % Decimal::TEN).is_zero());
    let units = units.to_i64().filter(|units| fits && *units > 0);
    units.ok_or_else(|| Fault::Refused(format!("Stripe does not take an amount of {money}")))
}

/// The code of a currency as Stripe is told.
pub(super) fn code(currency: Currency) -> String {
    currency.code().to_ascii_lowercase()
}

/// An amount that Stripe tells; none if it is not above zero, or in no currency that we know.
pub(super) fn told(units: i64, currency: &str) -> Option<Money> {
    let currency = currency.to_ascii_uppercase().parse().ok()?;
    let amount = Decimal::new(units, digits(currency));
    Money::exact(amount, currency).ok().filter(|money| money.is_positive())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_counted_as_stripe_does_and_back() {
        let cases = [
            ("109.90 USD", 10_990, "usd"),
            ("0.50 BRL", 50, "brl"),
            ("500 JPY", 500, "jpy"),
            ("1500 ISK", 150_000, "isk"),
            ("5000 UGX", 500_000, "ugx"),
            ("12000.00 MGA", 12_000, "mga"),
            ("5.120 KWD", 5_120, "kwd"),
        ];
        for (text, units, code_of_it) in cases {
            let money: Money = text.parse().unwrap();
            assert_eq!(counted(money), Ok(units), "{text}");
            assert_eq!(code(money.currency()), code_of_it);
            assert_eq!(told(units, code_of_it), Some(money), "{text}");
        }
    }

    #[test]
    fn what_stripe_does_not_take_is_refused_before_it_is_asked() {
        for text in ["0.00 USD", "-1.00 USD", "5.125 KWD", "12000.20 MGA"] {
            let fault = counted(text.parse().unwrap()).unwrap_err();
            assert!(fault.to_string().contains(text), "{fault}");
        }
        for (units, currency) in [(0, "usd"), (-5, "usd"), (100, "xxx"), (150_050, "isk")] {
            assert_eq!(told(units, currency), None, "{units} {currency}");
        }
    }
}
