//! Reconciliation: whether what gateways say that they have, what we have noted of it, and what
//! the invoices say that was settled by it, are the same.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    account::Account,
    ids::{AccountId, GatewayCode},
    invoice::{Invoice, InvoiceId},
    money::{Currency, Money, MoneyError},
    payment::Payment,
    reference::Reference,
};

/// So many differences of a day are told one by one; of the others, how many they are.
pub const MOST_TOLD: usize = 500;

/// Money as one side has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What the gateway calls it by.
    pub money: Reference,
    /// How much.
    pub amount: Money,
    /// Whose, where this side knows.
    pub account: Option<AccountId>,
}

/// Something that is not the same on all sides.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Difference {
    /// The gateway has it, and we do not.
    NotNoted {
        /// What the gateway calls it by.
        money: Reference,
        /// How much, as the gateway says.
        amount: String,
    },
    /// We have it, and the gateway does not.
    NotAtGateway {
        /// What the gateway calls it by.
        money: Reference,
        /// Whose.
        account: Option<AccountId>,
        /// How much, as we have noted it.
        amount: String,
    },
    /// Both have it, and not the same amount.
    Amount {
        /// What the gateway calls it by.
        money: Reference,
        /// As the gateway says.
        gateway: String,
        /// As we have noted it.
        noted: String,
    },
    /// We have noted it for two accounts.
    Twice {
        /// What the gateway calls it by.
        money: Reference,
        /// Whose.
        accounts: Vec<AccountId>,
        /// How much, each.
        amount: String,
    },
    /// The books of an account do not add up.
    Books {
        /// Whose.
        account: AccountId,
        /// What does not.
        why: String,
    },
}

/// One gateway's day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The day on which payers paid.
    pub date: Date,
    /// The gateway.
    pub gateway: GatewayCode,
    /// Payments that the gateway has.
    pub told: u64,
    /// Payments that we have noted.
    pub noted: u64,
    /// What those that we have noted come to, by currency.
    pub sums: BTreeMap<Currency, Decimal>,
    /// How many differences there are.
    pub different: u64,
    /// The first of them.
    pub differences: Vec<Difference>,
}

/// Compares what a gateway has of a day with what we have noted, and adds what is wrong with the
/// books of those accounts.
#[must_use]
pub fn report(
    date: Date,
    gateway: GatewayCode,
    told: &[Item],
    noted: &[Item],
    books: Vec<Difference>,
) -> Report {
    let by_name = |items: &[Item]| -> BTreeMap<Reference, Item> {
        items.iter().map(|item| (item.money.clone(), item.clone())).collect()
    };
    let (theirs, ours) = (by_name(told), by_name(noted));
    let mut differences = Vec::new();
    let mut owners: BTreeMap<&Reference, &Item> = BTreeMap::new();
    for item in noted {
        if let Some(first) = owners.insert(&item.money, item)
            && first.account != item.account
        {
            let accounts = [first, item].into_iter().filter_map(|one| one.account.clone());
            differences.push(Difference::Twice {
                money: item.money.clone(),
                accounts: accounts.collect(),
                amount: item.amount.to_string(),
            });
        }
    }
    for (money, item) in &theirs {
        match ours.get(money) {
            None => differences.push(Difference::NotNoted {
                money: money.clone(),
                amount: item.amount.to_string(),
            }),
            Some(own) if own.amount != item.amount => differences.push(Difference::Amount {
                money: money.clone(),
                gateway: item.amount.to_string(),
                noted: own.amount.to_string(),
            }),
            Some(_) => {}
        }
    }
    for (money, item) in ours.iter().filter(|(money, _)| !theirs.contains_key(money)) {
        differences.push(Difference::NotAtGateway {
            money: money.clone(),
            account: item.account.clone(),
            amount: item.amount.to_string(),
        });
    }
    differences.extend(books);
    let mut sums: BTreeMap<Currency, Decimal> = BTreeMap::new();
    for item in ours.values() {
        *sums.entry(item.amount.currency()).or_default() += item.amount.amount();
    }
    let different = differences.len().try_into().unwrap_or(u64::MAX);
    differences.truncate(MOST_TOLD);
    let count = |items: usize| items.try_into().unwrap_or(u64::MAX);
    Report {
        date,
        gateway,
        told: count(theirs.len()),
        noted: count(ours.len()),
        sums,
        different,
        differences,
    }
}

/// What does not add up in the books of one account, in words: the balance is the sum of its
/// documents and payments; what an invoice says that payments have settled is what payments say
/// that they settle of it.
///
/// # Errors
/// [`MoneyError`] for amounts that Mensal did not write.
pub fn books_of(
    account: &Account,
    invoices: &[Invoice],
    payments: &[Payment],
) -> Result<Vec<String>, MoneyError> {
    let zero = Money::zero(account.currency);
    let sum = |amounts: &mut dyn Iterator<Item = Money>| Money::sum(account.currency, amounts);
    let totals = sum(&mut invoices.iter().map(|invoice| invoice.total))?;
    let open = sum(&mut invoices.iter().map(Invoice::open))?;
    let mut settles = zero;
    let mut allocated: BTreeMap<InvoiceId, Money> = BTreeMap::new();
    let mut wrong = Vec::new();
    for payment in payments {
        let (should, does) = (payment.settles()?, payment.settled()?);
        settles = settles.plus(should)?;
        if should != does {
            wrong.push(format!("payment {} should settle {should} and settles {does}", payment.id));
        }
        if let Some(received) = payment.received.as_ref().map(|received| received.amount)
            && payment.away()? > received
        {
            let (id, away) = (&payment.id, payment.away()?);
            wrong.push(format!("payment {id}: {away} was given back of {received}"));
        }
        for one in &payment.allocations {
            let so_far = allocated.entry(one.invoice).or_insert(zero);
            *so_far = so_far.plus(one.amount)?;
        }
    }
    let balance = account.balance;
    if totals.minus(settles)? != balance {
        wrong.push(format!("balance {balance}, documents {totals}, payments {settles}"));
    }
    if open.minus(account.credit)? != balance {
        let credit = account.credit;
        wrong.push(format!("balance {balance}, open {open}, credit {credit}"));
    }
    for invoice in invoices {
        let settled = invoice.settled.map_or(zero, |settled| settled.by_payments);
        let by_payments = allocated.remove(&invoice.id).unwrap_or(zero);
        if settled != by_payments {
            let number = &invoice.number;
            wrong.push(format!("invoice {number}: {settled} settled, {by_payments} by payments"));
        }
        if invoice.open().is_negative() {
            wrong.push(format!("invoice {}: {} is open", invoice.number, invoice.open()));
        }
    }
    let missing: BTreeSet<_> = allocated.into_keys().collect();
    wrong.extend(
        missing.into_iter().map(|id| format!("a payment settles invoice {id}, which is not there")),
    );
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(money: &str, amount: &str) -> Item {
        Item {
            money: money.parse().unwrap(),
            amount: format!("{amount} BRL").parse().unwrap(),
            account: "1042".parse().ok(),
        }
    }

    #[test]
    fn what_one_side_lacks_or_has_otherwise_is_told() {
        let told = [item("a", "1.00"), item("b", "2.00"), item("c", "3.00")];
        let noted = [item("a", "1.00"), item("b", "2.50"), item("d", "4.00")];
        let day = "2026-11-10".parse().unwrap();
        let gateway: GatewayCode = "banco".parse().unwrap();
        let report = report(day, gateway.clone(), &told, &noted, Vec::new());
        let names: Vec<_> = report
            .differences
            .iter()
            .map(|one| serde_json::to_value(one).unwrap()["what"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["amount", "not_noted", "not_at_gateway"]);
        assert_eq!((report.told, report.noted, report.different), (3, 3, 3));
        assert_eq!(report.sums[&Currency::BRL].to_string(), "7.50");
        let mut twice = told.to_vec();
        twice.push(Item { account: "1043".parse().ok(), ..told[0].clone() });
        let twice = super::report(day, gateway.clone(), &told, &twice, Vec::new());
        let twice = serde_json::to_value(&twice.differences).unwrap();
        assert_eq!(twice[0]["accounts"], serde_json::json!(["1042", "1043"]));
        let same = super::report(day, gateway, &told, &told, Vec::new());
        assert_eq!((same.different, same.differences), (0, vec![]));
    }
}
