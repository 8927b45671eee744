//! The catalog: kept by version, each a partition of its own, of which one is in force.
//!
//! An import writes the next version where nobody looks, then the accounts, and at the end makes
//! the version the one in force. Until then the head says that an import is under way, and no run
//! plans: nothing is billed from half an import, and starting it again finishes it.

use aws_sdk_dynamodb::types::{PutRequest, ReturnConsumedCapacity, WriteRequest};
use mensal_domain::{
    calendar::Calendar,
    catalog::{AccountType, Catalog, Discount, Plan, Tax},
    delinquency::WordingKey,
    ids::CalendarCode,
    invoice::content_hash,
    stationery::{Seller, Stationery},
};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError,
    accounts::{read, text_of, to_item},
    issue::built,
    keys::{self, Item, Key},
};

/// Which catalog is in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its version; 0 before the first import.
    pub version: u64,
    /// The hash of its content.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hash: String,
    /// The hash of the catalog of an import that has begun and not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub importing: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Isp {
    seller: Seller,
    time_zone: String,
}

#[derive(Serialize, Deserialize)]
struct NamedCalendar {
    code: CalendarCode,
    days: Calendar,
}

/// One text of a notice: an item of its own, since all of them may be more than one item holds.
#[derive(Serialize, Deserialize)]
struct Wording {
    key: WordingKey,
    text: String,
}

impl Store {
    /// Which catalog is in force.
    ///
    /// # Errors
    /// The table's.
    pub async fn head(&self) -> Result<Head, StoreError> {
        let key = keys::catalog_head();
        let item = self.item(key.clone()).await?;
        Ok(item.map(|item| read(&key, item)).transpose()?.unwrap_or_default())
    }

    /// A version of the catalog.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if it is not there or not whole, or the table's.
    pub async fn catalog(&self, version: u64) -> Result<Catalog, StoreError> {
        let pk = keys::catalog_pk(version);
        let items = self.whole_partition(&pk).await?;
        let mut catalog = None;
        let mut parts = Vec::new();
        for item in items {
            let sk = text_of(&item, keys::SK).unwrap_or_default().to_owned();
            if sk == "ISP" {
                let Isp { seller, time_zone } = read(&Key { pk: pk.clone(), sk }, item)?;
                catalog = Some(Catalog {
                    seller,
                    time_zone,
                    plans: [].into(),
                    discounts: [].into(),
                    taxes: Vec::new(),
                    account_types: [].into(),
                    calendars: [].into(),
                    notices: [].into(),
                });
            } else {
                parts.push((Key { pk: pk.clone(), sk }, item));
            }
        }
        let mut catalog = catalog.ok_or_else(|| StoreError::unreadable(&pk, "it has no ISP"))?;
        for (key, item) in parts {
            add(&mut catalog, &key, item)?;
        }
        Ok(catalog)
    }

    /// Says that an import has begun, and writes the version that it will bring into force, with
    /// the stationery that its invoices name. Nothing changes for anybody yet. Returns the version
    /// (the one in force if the catalog is the same); none if an import of another catalog has
    /// begun and not ended, which may go on at this moment. `takes_over` says that it does not.
    ///
    /// # Errors
    /// The table's; [`StoreError::Moved`] if another import was faster just now.
    pub async fn begin_import(
        &self,
        catalog: &Catalog,
        takes_over: bool,
    ) -> Result<Option<u64>, StoreError> {
        let head = self.head().await?;
        let hash = content_hash(catalog);
        if !takes_over && head.importing.as_ref().is_some_and(|other| *other != hash) {
            return Ok(None);
        }
        self.change_head(&head, &Head { importing: Some(hash.clone()), ..head.clone() }).await?;
        if hash == head.hash {
            return Ok(Some(head.version));
        }
        let version = head.version + 1;
        let pk = keys::catalog_pk(version);
        let stale = self.whole_partition(&pk).await?; // of an import that did not end
        let items = items(&pk, catalog)?;
        let fresh: Vec<_> = items.iter().filter_map(|item| text_of(item, keys::SK)).collect();
        for old in &stale {
            let sk = text_of(old, keys::SK).unwrap_or_default();
            if !fresh.contains(&sk) {
                self.delete(Key { pk: pk.clone(), sk: sk.into() }).await?;
            }
        }
        self.write(items).await?;
        let stationery =
            catalog.all_stationery().map(|one| to_item(&keys::stationery(&one.hash()), &one));
        self.write(stationery.collect::<Result<_, _>>()?).await?;
        Ok(Some(version))
    }

    /// Brings the version of an import into force and ends the import. One of the same catalog
    /// that went on beside it may have done so already.
    ///
    /// # Errors
    /// The table's; [`StoreError::Moved`] if another import has taken over.
    pub async fn end_import(&self, catalog: &Catalog, version: u64) -> Result<(), StoreError> {
        let ended = Head { version, hash: content_hash(catalog), importing: None };
        let head = self.head().await?;
        if head == ended {
            return Ok(());
        }
        if head.importing.as_ref() != Some(&ended.hash) {
            return Err(StoreError::Moved);
        }
        self.change_head(&head, &ended).await
    }

    /// The stationery of a hash; none if no import has stored it.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`], or the table's.
    pub async fn stationery(&self, hash: &str) -> Result<Option<Stationery>, StoreError> {
        let key = keys::stationery(hash);
        self.item(key.clone()).await?.map(|item| read(&key, item)).transpose()
    }

    /// Changes the head, on the condition that it is still what was read.
    async fn change_head(&self, was: &Head, head: &Head) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&*self.table);
        let put = put.set_item(Some(to_item(&keys::catalog_head(), head)?));
        let put = if *was == Head::default() {
            put.condition_expression("attribute_not_exists(PK)")
        } else {
            let put = put.expression_attribute_values(":version", keys::number(was.version));
            let same = "version = :version AND ";
            match &was.importing {
                None => put.condition_expression(format!("{same} attribute_not_exists(importing)")),
                Some(hash) => put
                    .condition_expression(format!("{same} importing = :importing"))
                    .expression_attribute_values(":importing", keys::text(hash.clone())),
            }
        };
        let done = put.return_consumed_capacity(ReturnConsumedCapacity::Total).send().await?;
        self.meter.wrote(done.consumed_capacity());
        Ok(())
    }

    async fn delete(&self, key: Key) -> Result<(), StoreError> {
        let request = self.client.delete_item().table_name(&*self.table);
        request.set_key(Some(key.into_item())).send().await?;
        Ok(())
    }

    /// Puts many items, 25 at a time, until all are taken.
    pub(crate) async fn write(&self, items: Vec<Item>) -> Result<(), StoreError> {
        const AT_ONCE: usize = 25; // the most that BatchWriteItem takes
        for chunk in items.chunks(AT_ONCE) {
            let request = |item: &Item| {
                let put = built(PutRequest::builder().set_item(Some(item.clone())).build())?;
                Ok(WriteRequest::builder().put_request(put).build())
            };
            let mut left = chunk.iter().map(request).collect::<Result<Vec<_>, StoreError>>()?;
            while !left.is_empty() {
                let done = self
                    .client
                    .batch_write_item()
                    .request_items(&*self.table, left)
                    .return_consumed_capacity(ReturnConsumedCapacity::Total)
                    .send()
                    .await?;
                self.meter.wrote(done.consumed_capacity());
                left = done
                    .unprocessed_items
                    .unwrap_or_default()
                    .remove(&*self.table)
                    .unwrap_or_default();
            }
        }
        Ok(())
    }
}

fn items(pk: &str, catalog: &Catalog) -> Result<Vec<Item>, StoreError> {
    let key = |sk: String| Key { pk: pk.into(), sk };
    let isp = Isp { seller: catalog.seller.clone(), time_zone: catalog.time_zone.clone() };
    let mut out = vec![to_item(&key("ISP".into()), &isp)?];
    for (code, plan) in &catalog.plans {
        out.push(to_item(&key(format!("PLAN#{code}")), plan)?);
    }
    for (code, discount) in &catalog.discounts {
        out.push(to_item(&key(format!("DISCOUNT#{code}")), discount)?);
    }
    for (index, tax) in catalog.taxes.iter().enumerate() {
        out.push(to_item(&key(format!("TAX#{index:04}")), tax)?);
    }
    for (code, account_type) in &catalog.account_types {
        out.push(to_item(&key(format!("TYPE#{code}")), account_type)?);
    }
    for (code, days) in &catalog.calendars {
        let calendar = NamedCalendar { code: code.clone(), days: days.clone() };
        out.push(to_item(&key(format!("CAL#{code}")), &calendar)?);
    }
    for (of, text) in &catalog.notices {
        let wording = Wording { key: of.clone(), text: text.clone() };
        out.push(to_item(&key(format!("NOTICE#{of}")), &wording)?);
    }
    Ok(out)
}

fn add(catalog: &mut Catalog, key: &Key, item: Item) -> Result<(), StoreError> {
    match key.sk.split_once('#') {
        Some(("PLAN", _)) => {
            let plan: Plan = read(key, item)?;
            catalog.plans.insert(plan.code.clone(), plan);
        }
        Some(("DISCOUNT", _)) => {
            let discount: Discount = read(key, item)?;
            catalog.discounts.insert(discount.code.clone(), discount);
        }
        Some(("TAX", _)) => catalog.taxes.push(read::<Tax>(key, item)?),
        Some(("TYPE", _)) => {
            let account_type: AccountType = read(key, item)?;
            catalog.account_types.insert(account_type.code.clone(), account_type);
        }
        Some(("CAL", _)) => {
            let calendar: NamedCalendar = read(key, item)?;
            catalog.calendars.insert(calendar.code, calendar.days);
        }
        Some(("NOTICE", _)) => {
            let wording: Wording = read(key, item)?;
            catalog.notices.insert(wording.key, wording.text);
        }
        _ => return Err(StoreError::unreadable(&key.sk, "nothing of a catalog has such a key")),
    }
    Ok(())
}
