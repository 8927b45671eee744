//! Payments: what was heard of money and the books that it changes, in one transaction.

use aws_sdk_dynamodb::types::{Put, ReturnConsumedCapacity, TransactWriteItem};
use jiff::civil::Date;
use mensal_domain::{
    account::Account,
    charge::ChargeKey,
    ids::{AccountId, GatewayCode},
    money::Money,
    payment::{Applied, Fact, Notice, Payment, PaymentId},
    reconciliation::Report,
    reference::Reference,
};
use serde::{Deserialize, Serialize};

use crate::{
    Decided, Store, StoreError,
    accounts::{read, to_item},
    issue::built,
    keys::{self, JOURNAL_PARTS},
};

/// What goes with the books when something is applied to them.
#[derive(Clone, Copy, Debug)]
pub struct Settled<'a> {
    /// What was applied.
    pub notice: &'a Notice,
    /// Whether it lay with what nobody could match, and does no more.
    pub was_unmatched: bool,
    /// Whether the gateway will speak of this money by its own name for it alone.
    pub recalled_by_name: bool,
    /// What goes with an account whose service comes back.
    pub decided: Decided<'a>,
}

/// A payment in the journal of its day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Whose.
    pub account: AccountId,
    /// What the gateway calls it by.
    pub money: Reference,
    /// How much came in.
    #[serde(rename = "amt")]
    pub amount: Money,
}

#[derive(Serialize)]
struct Whose<'a> {
    account: &'a AccountId,
}

/// What lies under a gateway's own name for something: whose it is, or which charge.
#[derive(Deserialize)]
#[serde(untagged)]
enum Called {
    By { account: AccountId },
    Charge { is: ChargeKey },
}

impl Store {
    /// A payment of an account; none if nothing was heard of it.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if the item is none, or the table's.
    pub async fn payment(
        &self,
        account: &AccountId,
        id: &PaymentId,
    ) -> Result<Option<Payment>, StoreError> {
        let key = keys::payment(account, id);
        self.item(key.clone()).await?.map(|item| read(&key, item)).transpose()
    }

    /// All payments of an account.
    ///
    /// # Errors
    /// As [`Store::payment`].
    pub async fn payments(&self, account: &AccountId) -> Result<Vec<Payment>, StoreError> {
        let items = self.partition(&keys::account_pk(account), keys::PAYMENT_PREFIX).await?;
        let key = keys::account(account);
        items.into_iter().map(|item| read(&key, item)).collect()
    }

    /// Stores what applying something came to: account, invoices, payment, the journal of the day,
    /// and what goes with them, if the account is still at the version that it was applied to.
    ///
    /// # Errors
    /// [`StoreError::Moved`] if the account has changed meanwhile, or the table's.
    pub async fn commit_payment(
        &self,
        at_version: u64,
        applied: &Applied,
        settled: Settled<'_>,
    ) -> Result<(), StoreError> {
        let Applied { account, invoices, payment } = applied;
        let mut writes = vec![self.put_at(account, at_version)?];
        let key = keys::payment(&account.id, &payment.id);
        writes.push(self.put(to_item(&key, payment)?)?);
        for invoice in invoices {
            let key = keys::invoice(&invoice.account, invoice.id);
            writes.push(self.put(to_item(&key, invoice)?)?);
        }
        writes.extend(self.journalled(payment)?);
        writes.push(self.claimed(payment)?);
        writes.extend(self.decided(account, settled.decided)?);
        if settled.recalled_by_name {
            writes.push(self.named(&payment.id.gateway, &payment.id.money, account)?);
        }
        if settled.was_unmatched {
            writes.push(self.gone(keys::unmatched(settled.notice))?);
        }
        self.all_or_none(writes).await
    }

    /// Stores an account that something other than money has changed.
    ///
    /// # Errors
    /// As [`Store::commit_payment`].
    pub async fn commit_account(
        &self,
        at_version: u64,
        account: &Account,
    ) -> Result<(), StoreError> {
        self.all_or_none(vec![self.put_at(account, at_version)?]).await
    }

    /// As [`Store::commit_account`], and remembers whose method it is that a gateway speaks of by
    /// its own name for it.
    ///
    /// # Errors
    /// As [`Store::commit_payment`].
    pub async fn commit_method(
        &self,
        at_version: u64,
        account: &Account,
        gateway: &GatewayCode,
        token: &Reference,
    ) -> Result<(), StoreError> {
        let named = self.named(gateway, token, account)?;
        self.all_or_none(vec![self.put_at(account, at_version)?, named]).await
    }

    /// As [`Store::commit_account`] for news of a method, which may come by its name alone the next
    /// time; forgets them among what nobody could match.
    ///
    /// # Errors
    /// As [`Store::commit_payment`].
    pub async fn commit_news(
        &self,
        at_version: u64,
        account: &Account,
        heard: &Notice,
    ) -> Result<(), StoreError> {
        let mut writes = vec![self.put_at(account, at_version)?];
        if let Fact::Method(news) = &heard.fact {
            writes.push(self.named(&heard.gateway, &news.token, account)?);
        }
        writes.push(self.gone(keys::unmatched(heard))?);
        self.all_or_none(writes).await
    }

    /// Notes whose a piece of money is, unless it is another's: told of two accounts, or assigned to two
    /// by people at one moment, it counts once.
    fn claimed(&self, payment: &Payment) -> Result<TransactWriteItem, StoreError> {
        let item = to_item(&keys::money(&payment.id), &Whose { account: &payment.account })?;
        let put = Put::builder()
            .table_name(&*self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(PK) OR account = :account")
            .expression_attribute_values(":account", keys::text(payment.account.as_str()));
        Ok(TransactWriteItem::builder().put(built(put.build())?).build())
    }

    /// Whose a piece of money is that the books have; none if they have none of that name.
    ///
    /// # Errors
    /// As [`Store::payment`].
    pub async fn owner(&self, money: &PaymentId) -> Result<Option<AccountId>, StoreError> {
        #[derive(Deserialize)]
        struct Owned {
            account: AccountId,
        }
        let key = keys::money(money);
        let item = self.item(key.clone()).await?;
        let owned = item.map(|item| read::<Owned>(&key, item)).transpose()?;
        Ok(owned.map(|owned| owned.account))
    }

    /// Remembers whose it is that a gateway has a name of its own for.
    fn named(
        &self,
        gateway: &GatewayCode,
        name: &Reference,
        account: &Account,
    ) -> Result<TransactWriteItem, StoreError> {
        let whose = Whose { account: &account.id };
        self.put(to_item(&keys::reference(gateway, name), &whose)?)
    }

    fn journalled(&self, payment: &Payment) -> Result<Option<TransactWriteItem>, StoreError> {
        let Some(received) = &payment.received else { return Ok(None) };
        let entry = Entry {
            account: payment.account.clone(),
            money: payment.id.money.clone(),
            amount: received.amount,
        };
        let key = keys::journal(received.paid_on, payment);
        self.put(to_item(&key, &entry)?).map(Some)
    }

    /// What a gateway's payers paid on a day, as we know it.
    ///
    /// # Errors
    /// As [`Store::payment`].
    pub async fn journal(
        &self,
        date: Date,
        gateway: &GatewayCode,
    ) -> Result<Vec<Entry>, StoreError> {
        let mut out = Vec::new();
        for part in 0..JOURNAL_PARTS {
            let pk = keys::journal_pk(date, gateway, part);
            let key = keys::Key { pk: pk.clone(), sk: String::new() };
            for item in self.partition(&pk, "A#").await? {
                out.push(read(&key, item)?);
            }
        }
        Ok(out)
    }

    /// Keeps the report of a gateway's day; a later one of the same day takes its place.
    ///
    /// # Errors
    /// The table's.
    pub async fn put_report(&self, report: &Report) -> Result<(), StoreError> {
        let key = keys::report(report.date, &report.gateway);
        let put = self.client.put_item().table_name(&*self.table);
        let put = put.set_item(Some(to_item(&key, report)?));
        let done = put.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await?;
        self.meter.wrote(done.consumed_capacity());
        Ok(())
    }

    /// The reports of a day, a gateway each.
    ///
    /// # Errors
    /// As [`Store::payment`].
    pub async fn reports(&self, date: Date) -> Result<Vec<Report>, StoreError> {
        let pk = keys::report_pk(date);
        let key = keys::Key { pk: pk.clone(), sk: String::new() };
        let items = self.whole_partition(&pk).await?;
        items.into_iter().map(|item| read(&key, item)).collect()
    }

    /// Whose money, or whose method, it is that a gateway speaks of by its own name for it; none if
    /// nobody told us yet.
    ///
    /// # Errors
    /// As [`Store::payment`].
    pub async fn whose(
        &self,
        gateway: &GatewayCode,
        name: &Reference,
    ) -> Result<Option<AccountId>, StoreError> {
        let key = keys::reference(gateway, name);
        let item = self.item(key.clone()).await?;
        let called = item.map(|item| read::<Called>(&key, item)).transpose()?;
        Ok(called.map(
            |(Called::By { account } | Called::Charge { is: ChargeKey { account, .. } })| account,
        ))
    }
}
