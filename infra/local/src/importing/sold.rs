//! What has been sold does not change under its code.
//!
//! Billing corrects what it has billed when the worth of history changes. A plan's history is for
//! people to change; its price is not, or an edited cell would bill every customer again for the
//! last months.

use jiff::civil::Date;
use mensal_domain::catalog::{Catalog, Plan, PriceFrom};
use mensal_importer::Fault;

/// What has changed that had been sold before a date.
pub(super) fn changes(old: &Catalog, new: &Catalog, as_of: Date) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (code, was) in &old.plans {
        if let Some(now) = new.plans.get(code) {
            faults.extend(plan(was, now, as_of));
        }
    }
    for (code, was) in &old.discounts {
        let now = new.discounts.get(code);
        if now.is_some_and(|now| (now.value, now.term) != (was.value, was.term)) {
            let right = "give the changed discount a code of its own";
            faults.push(fault("discounts.csv", "value", code.as_str(), right));
        }
    }
    faults
}

fn plan(was: &Plan, now: &Plan, as_of: Date) -> Vec<Fault> {
    let code = was.code.as_str();
    let mut faults = Vec::new();
    let terms = |plan: &Plan| (plan.interval, plan.timing, plan.currency);
    if terms(was) != terms(now) {
        let right = "give the changed plan a code of its own";
        faults.push(fault("plans.csv", "interval", code, right));
    }
    if before(&was.prices, as_of) != before(&now.prices, as_of) {
        let right =
            "keep the price, and give the new one in prices.csv with the day from which it holds";
        faults.push(fault("plans.csv", "price", code, right));
    }
    if was.meters != now.meters && !was.meters.is_empty() {
        let right = "keep the meters, and give a plan with the new ones a code of its own";
        faults.push(fault("meters.csv", "price", code, right));
    }
    faults
}

/// The prices that held before a day.
fn before(prices: &[PriceFrom], day: Date) -> Vec<PriceFrom> {
    let mut held: Vec<_> = prices.iter().filter(|price| price.from < day).copied().collect();
    held.dedup_by_key(|price| price.price); // the same price again is no other price
    held
}

fn fault(file: &str, column: &str, code: &str, right: &str) -> Fault {
    Fault {
        file: file.into(),
        line: 0,
        column: column.into(),
        given: code.into(),
        wrong: "changes what has been sold: it would bill past periods again".into(),
        right: right.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mensal_domain::catalog::DiscountTerm;
    use mensal_importer::{Files, Options, read};

    fn catalog() -> Catalog {
        read(&Files::sample(), &Options::sample(0)).unwrap().catalog
    }

    #[test]
    fn a_price_changes_by_a_later_price_and_not_in_its_place() {
        let day: Date = "2026-11-21".parse().unwrap();
        let old = catalog();
        assert_eq!(changes(&old, &old, day), []);
        let plan = old.plans.values().find(|plan| plan.prices.len() == 1).unwrap();
        let mut raised = old.clone();
        let code = plan.code.clone();
        let prices = &mut raised.plans.get_mut(&code).unwrap().prices;
        prices.push(PriceFrom { from: "2026-12-01".parse().unwrap(), price: 1.into() });
        assert_eq!(changes(&old, &raised, day), []);
        raised.plans.get_mut(&code).unwrap().prices[0].price += rust_decimal::Decimal::ONE;
        let faults = changes(&old, &raised, day);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].to_string().contains("would bill past periods again"), "{}", faults[0]);
        let mut longer = old.clone();
        longer.discounts.values_mut().for_each(|discount| discount.term = DiscountTerm::Cycles(99));
        let faults = changes(&old, &longer, day);
        assert_eq!(faults.len(), old.discounts.len());
        assert!(faults[0].to_string().starts_with("discounts.csv: value"), "{}", faults[0]);
    }
}
