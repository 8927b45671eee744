//! What a quantity of usage costs: allowance and graduated tiers.

use rust_decimal::Decimal;

use crate::{calendar::Span, catalog::Meter, period::Period};

/// The quantity beyond the allowance, and what it costs, not rounded.
pub(super) struct Overage {
    pub(super) allowance: Decimal,
    pub(super) quantity: Decimal,
    pub(super) price: Decimal,
}

/// So many decimals a share of an allowance has.
const DECIMALS: u32 = 3;

/// Prices what was used in some days of a period. The allowance is for the full period, and
/// holds pro rata for a part of one. Tiers are graduated: each unit is priced by the step that it
/// falls in. None if the tiers end before the usage does.
pub(super) fn overage(meter: &Meter, period: Period, days: Span, used: Decimal) -> Option<Overage> {
    let share = Decimal::from(days.days()) / Decimal::from(period.full.days());
    // Rounded, so that the quantity beyond it can be written out and checked.
    let share = (meter.allowance * share).round_dp(DECIMALS);
    let allowance = if days == period.full { meter.allowance } else { share };
    let quantity = (used - allowance).max(Decimal::ZERO);
    let (mut price, mut reached) = (Decimal::ZERO, Decimal::ZERO);
    for tier in &meter.tiers {
        let top = tier.up_to.map_or(quantity, |up_to| up_to.min(quantity)).max(reached);
        price += (top - reached) * tier.price;
        reached = top;
    }
    (reached == quantity).then_some(Overage { allowance, quantity, price })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Tier;
    use jiff::civil::date;

    #[test]
    fn usage_is_priced_by_allowance_and_graduated_tiers() {
        let tier = |up_to: Option<i64>, cents| Tier {
            up_to: up_to.map(Decimal::from),
            price: Decimal::new(cents, 2),
        };
        let meter = |tiers| Meter {
            code: "data".parse().unwrap(),
            name: "Data".into(),
            unit: "GB".into(),
            category: "internet".parse().unwrap(),
            allowance: Decimal::from(100),
            tiers,
        };
        let full = Span::new(date(2026, 11, 1), date(2026, 12, 1)).unwrap();
        let half = Span::new(date(2026, 11, 1), date(2026, 11, 16)).unwrap();
        let graduated = meter(vec![tier(Some(50), 100), tier(Some(150), 50), tier(None, 10)]);
        let cases = [
            (full, 99, "0", "0"),
            (full, 100, "0", "0"),
            (full, 130, "30", "30"),   // 30 × 1.00
            (full, 200, "100", "75"),  // 50 × 1.00 + 50 × 0.50
            (full, 300, "200", "105"), // 50 × 1.00 + 100 × 0.50 + 50 × 0.10
            (half, 60, "10", "10"),    // the allowance of half a month is 50
        ];
        for (days, used, quantity, price) in cases {
            let period = Period { span: full, full };
            let got = overage(&graduated, period, days, Decimal::from(used)).unwrap();
            assert_eq!(got.quantity, quantity.parse().unwrap());
            assert_eq!(got.price, price.parse().unwrap());
        }
        let ends = meter(vec![tier(Some(50), 100)]);
        let period = Period { span: full, full };
        assert!(overage(&ends, period, full, Decimal::from(151)).is_none());
    }
}
