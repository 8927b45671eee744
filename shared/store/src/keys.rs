//! Keys: what is kept under which name. The one place that spells them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::civil::Date;
use mensal_domain::{
    account::Account,
    delinquency::NoticeId,
    fnv::{OFFSET, fnv1a},
    ids::{AccountId, GatewayCode, MeterCode, SiteCode, SubscriptionId},
    invoice::InvoiceId,
    network::Login,
    payment::{Notice, Payment, PaymentId},
    reference::Reference,
};

pub(crate) const PK: &str = "PK";
pub(crate) const SK: &str = "SK";
/// The attributes and the index of a run's agenda: sparse, so that it has only who is due some
/// day.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AgendaKeys {
    pub(crate) index: &'static str,
    pub(crate) shard: &'static str,
    pub(crate) on: &'static str,
    /// Begins the names of shards, and of the run.
    prefix: &'static str,
    run: &'static str,
}

pub(crate) const BILL: AgendaKeys = AgendaKeys {
    index: "agenda-bill",
    shard: "bill_shard",
    on: "bill_on",
    prefix: "BILL",
    run: "billing",
};
pub(crate) const REVIEW: AgendaKeys = AgendaKeys {
    index: "agenda-review",
    shard: "review_shard",
    on: "review_on",
    prefix: "REVIEW",
    run: "collection",
};

impl AgendaKeys {
    pub(crate) fn run_pk(self, date: Date) -> String {
        format!("RUN#{}#{date}", self.run)
    }

    pub(crate) fn run_shard(self, date: Date, shard: u8) -> Key {
        Key { pk: self.run_pk(date), sk: format!("SHARD#{shard:02}") }
    }

    pub(crate) fn shard_of(self, shard: u8) -> String {
        format!("{}#{shard:02}", self.prefix)
    }

    /// The place of an account on it.
    fn place(self, account: &AccountId, on: Date) -> [(&'static str, AttributeValue); 2] {
        [
            (self.shard, text(self.shard_of(shard_of(account)))),
            (self.on, text(format!("{on}#{account}"))),
        ]
    }
}
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
    let hash = fnv1a(OFFSET, account.as_str().as_bytes());
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

pub(crate) const CHARGES_PREFIX: &str = "CHG#";

pub(crate) fn charges(account: &AccountId, id: InvoiceId) -> Key {
    Key { pk: account_pk(account), sk: format!("{CHARGES_PREFIX}{id}") }
}

pub(crate) const PAYMENT_PREFIX: &str = "PAY#";

pub(crate) fn payment(account: &AccountId, id: &PaymentId) -> Key {
    Key { pk: account_pk(account), sk: format!("{PAYMENT_PREFIX}{id}") }
}

pub(crate) const NOTICE_PREFIX: &str = "NOT#";

pub(crate) fn notice(account: &AccountId, id: &NoticeId) -> Key {
    Key { pk: account_pk(account), sk: format!("{NOTICE_PREFIX}{id}") }
}

pub(crate) const SUSPENSION_PREFIX: &str = "SUS#";

pub(crate) fn suspension(account: &AccountId, begun: Date) -> Key {
    Key { pk: account_pk(account), sk: format!("{SUSPENSION_PREFIX}{begun}") }
}

pub(crate) const ENFORCED_PREFIX: &str = "LOGIN#";

pub(crate) fn enforced(account: &AccountId, site: &SiteCode, login: &Login) -> Key {
    Key { pk: account_pk(account), sk: format!("{ENFORCED_PREFIX}{site}#{login}") }
}

/// What a gateway calls something by, where it carries no key of ours.
pub(crate) fn reference(gateway: &GatewayCode, reference: &Reference) -> Key {
    Key { pk: format!("R#{gateway}#{reference}"), sk: "REF".into() }
}

/// Whose a piece of money is, by its gateway's name for it: it counts for one account alone.
pub(crate) fn money(id: &PaymentId) -> Key {
    Key { pk: format!("M#{}#{}", id.gateway, id.money), sk: "WHOSE".into() }
}

pub(crate) const UNMATCHED_PK: &str = "UNMATCHED";

/// Notices of one piece of money lie together.
pub(crate) fn unmatched(notice: &Notice) -> Key {
    let of = unmatched_prefix(&notice.gateway, notice.about_money());
    Key { pk: UNMATCHED_PK.into(), sk: format!("{of}{}", notice.id()) }
}

pub(crate) fn unmatched_prefix(gateway: &GatewayCode, money: Option<&Reference>) -> String {
    let money = money.map(Reference::as_str).unwrap_or_default();
    format!("{gateway}#{money}#")
}

/// What one gateway received on one day lies in so many partitions: on the day on which most
/// customers pay, one of them alone would be too slow.
pub(crate) const JOURNAL_PARTS: u8 = 16;

pub(crate) fn journal_pk(date: Date, gateway: &GatewayCode, part: u8) -> String {
    format!("DAY#{date}#{gateway}#{part:02}")
}

pub(crate) fn journal(date: Date, payment: &Payment) -> Key {
    let part = shard_of(&payment.account) % JOURNAL_PARTS;
    let pk = journal_pk(date, &payment.id.gateway, part);
    Key { pk, sk: format!("{}#{}", account_pk(&payment.account), payment.id.money) }
}

/// How far a gateway's lists have been gone through.
pub(crate) fn looked(gateway: &GatewayCode) -> Key {
    Key { pk: format!("LISTS#{gateway}"), sk: "LOOKED".into() }
}

pub(crate) fn report_pk(date: Date) -> String {
    format!("REPORT#{date}")
}

pub(crate) fn report(date: Date, gateway: &GatewayCode) -> Key {
    Key { pk: report_pk(date), sk: format!("RECONCILIATION#{gateway}") }
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

/// Sorts after every place on an agenda of the date.
pub(crate) fn through(date: Date) -> String {
    format!("{date}#~")
}

/// The places of an account on the agendas. One that is parked is not billed, and goes on paying.
pub(crate) fn agendas(account: &Account) -> Vec<(&'static str, AttributeValue)> {
    let bill = account.next_bill.filter(|_| account.parked.is_none());
    let bill = bill.map(|on| BILL.place(&account.id, on));
    let review = account.next_look().map(|on| REVIEW.place(&account.id, on));
    bill.into_iter().chain(review).flatten().collect()
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
