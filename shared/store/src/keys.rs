//! Keys: what is kept under which name. The one place that spells them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::civil::Date;
use mensal_domain::{
    account::Account,
    ids::{AccountId, MeterCode, SubscriptionId},
    invoice::InvoiceId,
};

pub(crate) const PK: &str = "PK";
pub(crate) const SK: &str = "SK";
/// The sparse index of accounts by the date of their next cycle.
pub(crate) const BILL_INDEX: &str = "agenda-bill";
pub(crate) const BILL_SHARD: &str = "bill_shard";
pub(crate) const BILL_ON: &str = "bill_on";
/// The version of an account: what a decision is conditional on.
pub(crate) const VERSION: &str = "ver";
pub(crate) const PARKED_REASON: &str = "parked";
/// When the table forgets an item, in seconds of 1970.
pub(crate) const EXPIRES: &str = "expires";

/// Into so many shards the agenda is cut. A fact of the data: it cannot change without moving
/// every account.
pub const SHARDS: u8 = 64;

/// The shard of an account: FNV-1a of its id, the same for ever and everywhere.
#[must_use]
pub fn shard_of(account: &AccountId) -> u8 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = account.as_str().bytes().fold(0xcbf2_9ce4_8422_2325, step);
    // Folded: the last character reaches the low bits and the highest, but not those between.
    u8::try_from((hash ^ (hash >> 32)) % u64::from(SHARDS)).unwrap_or_default()
}

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The key of an item.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    pub(crate) fn into_item(self) -> Item {
        HashMap::from([(PK.into(), text(self.pk)), (SK.into(), text(self.sk))])
    }
}

pub(crate) fn account_pk(id: &AccountId) -> String {
    format!("A#{id}")
}

pub(crate) fn account_of_pk(pk: &str) -> Option<AccountId> {
    pk.strip_prefix("A#")?.parse().ok()
}

pub(crate) const ACCOUNT_SK: &str = "ACCOUNT";
pub(crate) const INVOICE_PREFIX: &str = "INV#";

pub(crate) fn account(id: &AccountId) -> Key {
    Key { pk: account_pk(id), sk: ACCOUNT_SK.into() }
}

pub(crate) fn invoice(account: &AccountId, id: InvoiceId) -> Key {
    Key { pk: account_pk(account), sk: format!("{INVOICE_PREFIX}{id}") }
}

pub(crate) fn parked(id: &AccountId) -> Key {
    Key { pk: PARKED_PK.into(), sk: account_pk(id) }
}

pub(crate) const PARKED_PK: &str = "PARKED";

/// Usage is kept by calendar month, so that a new bill day moves nothing.
pub(crate) fn usage_month(date: Date) -> String {
    format!("USE#{:04}-{:02}#", date.year(), date.month())
}

pub(crate) fn usage(
    account: &AccountId,
    date: Date,
    subscription: &SubscriptionId,
    meter: &MeterCode,
) -> Key {
    let sk = format!("{}{subscription}#{meter}", usage_month(date));
    Key { pk: account_pk(account), sk }
}

/// A version of the catalog is a partition of its own: it comes into force as a whole.
pub(crate) fn catalog_pk(version: u64) -> String {
    format!("CATALOG#{version:08}")
}

pub(crate) fn catalog_head() -> Key {
    Key { pk: "CATALOG".into(), sk: "HEAD".into() }
}

pub(crate) fn stationery(hash: &str) -> Key {
    Key { pk: "SETTINGS".into(), sk: format!("STATIONERY#{hash}") }
}

pub(crate) fn run_pk(date: Date) -> String {
    format!("RUN#billing#{date}")
}

pub(crate) fn run_shard(date: Date, shard: u8) -> Key {
    Key { pk: run_pk(date), sk: format!("SHARD#{shard:02}") }
}

pub(crate) fn bill_shard(shard: u8) -> String {
    format!("BILL#{shard:02}")
}

/// Sorts after every `bill_on` of the date.
pub(crate) fn through(date: Date) -> String {
    format!("{date}#~")
}

/// The place of an account on the billing agenda; none if nothing is to be billed.
pub(crate) fn agenda(account: &Account) -> Option<[(&'static str, AttributeValue); 2]> {
    let next = account.next_bill.filter(|_| account.parked.is_none())?;
    Some([
        (BILL_SHARD, text(bill_shard(shard_of(&account.id)))),
        (BILL_ON, text(format!("{next}#{}", account.id))),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_stable_and_even() {
        let shard = |id: &str| shard_of(&id.parse().unwrap());
        assert_eq!([shard("1"), shard("1042"), shard("customer-77")], SEEN);
        let mut counts = [0_u32; SHARDS as usize];
        for n in 0..64_000 {
            counts[usize::from(shard(&format!("{n}")))] += 1;
        }
        assert!(counts.iter().all(|count| (800..1200).contains(count)), "{counts:?}");
    }

    /// Written down when the first account was stored: they must never change.
    const SEEN: [u8; 3] = [48, 22, 2];
}
