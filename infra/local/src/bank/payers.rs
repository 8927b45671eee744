//! Invented payers: what each does about an invoice follows from its key and a seed, so that the
//! same customers do the same whenever they are played.

use jiff::{ToSpan, civil::Date};
use mensal_domain::{
    calendar::days_after,
    fnv::{OFFSET, fnv1a},
    money::Money,
    payment::{About, Receipt, most_added},
    rail::Rail,
};
use rust_decimal::Decimal;

use super::ledger::{Charged, Ledger};
use crate::stack::Error;

/// What a payer does about an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Pays within the last days before it is due.
    OnTime,
    /// Pays late, with what the bank adds.
    Late,
    /// Pays six tenths of it.
    Short,
    /// Pays ten more than it says.
    Over,
    /// Pays on both rails on one day.
    Twice,
    /// Sends a wire that says nothing of what it is for.
    Stray,
    /// Does not pay.
    Never,
}

/// What payers do, in percent of invoices; who does none of it pays on time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payers {
    /// Another seed gives each invoice another fate.
    pub seed: u64,
    /// Percent that are paid late.
    pub late: u8,
    /// Percent that are paid short.
    pub short: u8,
    /// Percent that are paid over.
    pub over: u8,
    /// Percent that are paid twice.
    pub twice: u8,
    /// Percent that are paid by a wire out of the blue.
    pub stray: u8,
    /// Percent that are not paid.
    pub never: u8,
    /// The longest delay of who pays late, in days after the due date.
    pub delay: u16,
}

impl Default for Payers {
    fn default() -> Self {
        Self { seed: 1, late: 14, short: 4, over: 3, twice: 3, stray: 1, never: 5, delay: 20 }
    }
}

impl Payers {
    /// Payers who do nothing by themselves: somebody else says who pays what.
    pub const NOBODY: Self =
        Self { seed: 0, late: 0, short: 0, over: 0, twice: 0, stray: 0, never: 100, delay: 0 };

    /// What is done about an invoice.
    #[must_use]
    pub fn fate(&self, invoice: &str) -> Fate {
        let mut roll = hash(self.seed, invoice) % 100;
        let fates = [
            (self.late, Fate::Late),
            (self.short, Fate::Short),
            (self.over, Fate::Over),
            (self.twice, Fate::Twice),
            (self.stray, Fate::Stray),
            (self.never, Fate::Never),
        ];
        for (percent, fate) in fates {
            match roll.checked_sub(u64::from(percent)) {
                None => return fate,
                Some(left) => roll = left,
            }
        }
        Fate::OnTime
    }

    /// The day on which an invoice is paid that is due on another.
    fn payday(&self, fate: Fate, invoice: &str, due: Date) -> Option<Date> {
        let roll = hash(self.seed ^ 0xDA7E, invoice);
        match fate {
            Fate::Never => None,
            Fate::Late => {
                let days = roll % u64::from(self.delay.max(1)) + 1;
                Some(days_after(due, u16::try_from(days).unwrap_or(1)))
            }
            _ => {
                let days = i64::try_from(roll % 5).unwrap_or_default();
                Some(due.saturating_sub(days.days()))
            }
        }
    }

    /// Lets the payer of an invoice do what is to be done by a day.
    pub(super) fn pay(
        &self,
        ledger: &Ledger,
        invoice: &str,
        charges: &[Charged],
        day: Date,
    ) -> Result<(), Error> {
        let Some(first) = charges.first() else { return Ok(()) };
        // Who has paid a part pays the rest when it is asked for.
        let again = charges.iter().any(|charge| charge.key.serial > 1);
        let fate = match self.fate(invoice) {
            Fate::Never => return Ok(()),
            _ if again => Fate::OnTime,
            fate => fate,
        };
        let payday = if again { Some(day) } else { self.payday(fate, invoice, first.terms.due) };
        if payday.is_none_or(|payday| payday > day) {
            return Ok(());
        }
        let chosen = match charges {
            [first, second, ..] if hash(self.seed, invoice).is_multiple_of(3) => {
                (second, Some(first))
            }
            [first, second, ..] => (first, Some(second)),
            [first] => (first, None),
            [] => return Ok(()),
        };
        pay_charge(ledger, chosen.0, fate, day)?;
        match chosen.1 {
            Some(other) if fate == Fate::Twice => pay_charge(ledger, other, fate, day),
            _ => Ok(()),
        }
    }
}

pub(super) fn pay_charge(
    ledger: &Ledger,
    charge: &Charged,
    fate: Fate,
    on: Date,
) -> Result<(), Error> {
    let terms = &charge.terms;
    let currency = terms.amount.currency();
    let late = most_added(terms.amount, terms.late, terms.due, on)?;
    let amount = match fate {
        Fate::Short => {
            let part = terms.amount.amount() * Decimal::new(6, 1);
            Money::rounded(part, currency)?
        }
        Fate::Over => terms.amount.plus(Money::rounded(Decimal::TEN, currency)?)?,
        _ => terms.amount.plus(late)?,
    };
    if !amount.is_positive() {
        return Ok(());
    }
    let stray = fate == Fate::Stray;
    let told = !late.is_zero() && charge.rail() == Rail::Pix && fate != Fate::Short;
    let receipt = Receipt {
        money: format!("E{:016x}", hash(7, charge.key.to_string())).parse()?,
        about: if stray { About::Nothing } else { About::Charge(charge.key.clone()) },
        rail: if stray { Rail::Wire } else { charge.rail() },
        amount,
        late: told.then_some(late),
        paid_on: on,
        recalled_by_name: false,
    };
    if stray {
        let id = receipt.money.to_string();
        return ledger.book(&id, on, &mensal_domain::payment::Fact::Received(receipt));
    }
    ledger.pay(&charge.key, receipt)
}

/// FNV-1a of a text, from a seed; folded, so that the low digits depend on all of it.
pub(crate) fn hash(seed: u64, text: impl AsRef<[u8]>) -> u64 {
    let hash = fnv1a(OFFSET ^ seed.wrapping_mul(0x9E37_79B9_7F4A_7C15), text.as_ref());
    (hash ^ (hash >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fates_come_as_often_as_they_are_set() {
        let payers = Payers::default();
        let count = |fate| {
            let of = |n: u32| payers.fate(&format!("{}/2026-11-10-cycle", 1_000_000 + n)) == fate;
            (0..10_000).filter(|n| of(*n)).count()
        };
        for (fate, percent) in [
            (Fate::Late, 14),
            (Fate::Short, 4),
            (Fate::Twice, 3),
            (Fate::Never, 5),
            (Fate::OnTime, 70),
        ] {
            let found = count(fate);
            assert!(found.abs_diff(percent * 100) < percent * 20 + 30, "{fate:?}: {found}");
        }
    }
}
