//! The table as its stream tells it, account by account, kept in memory: what a check of every day
//! reads in place of the whole table. Now and then it is compared with that.

use std::collections::BTreeMap;

use jiff::civil::Date;
use mensal_domain::{
    account::Account,
    charge::Charges,
    delinquency::{CustomerNotice, NoticeId, Suspension},
    events::Document,
    ids::AccountId,
    invoice::{Invoice, InvoiceId},
    payment::{Payment, PaymentId},
};
use mensal_store::{Store, document};
use serde::Deserialize;
use serde_json::Value;

use crate::stack::Error;

/// What the table has of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Holdings {
    /// The account; none before it was imported.
    pub account: Option<Account>,
    /// Its invoices.
    pub invoices: BTreeMap<InvoiceId, Invoice>,
    /// Their charges.
    pub charges: BTreeMap<InvoiceId, Charges>,
    /// Its payments.
    pub payments: BTreeMap<PaymentId, Payment>,
    /// What it was told, or is to be.
    pub notices: BTreeMap<NoticeId, CustomerNotice>,
    /// The times that its service was held, by the day on which each began.
    pub suspensions: BTreeMap<Date, Suspension>,
}

impl Holdings {
    /// Takes a document in the place of the one that there was; gives that one back.
    pub(super) fn take(&mut self, document: Document) -> Option<Document> {
        match document {
            Document::Account(one) => {
                self.account.replace(*one).map(|old| Document::Account(Box::new(old)))
            }
            Document::Invoice(one) => {
                let old = self.invoices.insert(one.id, *one);
                old.map(|old| Document::Invoice(Box::new(old)))
            }
            Document::Charges(one) => {
                let old = self.charges.insert(one.invoice, *one);
                old.map(|old| Document::Charges(Box::new(old)))
            }
            Document::Payment(one) => {
                let old = self.payments.insert(one.id.clone(), *one);
                old.map(|old| Document::Payment(Box::new(old)))
            }
            Document::Notice(one) => {
                let old = self.notices.insert(one.id, *one);
                old.map(|old| Document::Notice(Box::new(old)))
            }
            Document::Suspension(one) => {
                let old = self.suspensions.insert(one.begun, *one);
                old.map(|old| Document::Suspension(Box::new(old)))
            }
        }
    }
}

/// Whose a document is.
fn owner(document: &Document) -> &AccountId {
    match document {
        Document::Account(one) => &one.id,
        Document::Invoice(one) => &one.account,
        Document::Charges(one) => &one.account,
        Document::Payment(one) => &one.account,
        Document::Notice(one) => &one.account,
        Document::Suspension(one) => &one.account,
    }
}

/// A document that has changed.
#[derive(Clone, Debug)]
pub(super) struct Changed {
    pub(super) account: AccountId,
    pub(super) before: Option<Document>,
    pub(super) after: Document,
}

#[derive(Deserialize)]
struct Record {
    dynamodb: Images,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Images {
    keys: serde_dynamo::Item,
    #[serde(default)]
    new_image: Option<serde_dynamo::Item>,
}

/// The table, as far as its stream has told it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mirror {
    pub(super) of: BTreeMap<AccountId, Holdings>,
}

impl Mirror {
    /// Takes a record of the stream; what it has changed, if it is a document.
    pub(super) fn hear(&mut self, record: Value) -> Result<Option<Changed>, Error> {
        let Record { dynamodb: Images { keys, new_image } } = serde_json::from_value(record)?;
        let sk = match keys.get("SK") {
            Some(serde_dynamo::AttributeValue::S(sk)) => sk.clone(),
            _ => String::new(),
        };
        let Some(image) = new_image else { return Ok(None) };
        let Some(document) = document(&sk, image)? else { return Ok(None) };
        Ok(Some(self.take(document)))
    }

    fn take(&mut self, document: Document) -> Changed {
        let account = owner(&document).clone();
        let after = document.clone();
        let before = self.of.entry(account.clone()).or_default().take(document);
        Changed { account, before, after }
    }

    /// The whole table, as it lies there.
    pub(super) async fn read(store: &Store) -> Result<Self, Error> {
        let mut mirror = Self::default();
        let mut page = store.scan(None).await?;
        while let Some(mut read) = page {
            for document in std::mem::take(&mut read.documents) {
                mirror.take(document?);
            }
            page = store.scan(Some(read)).await?;
        }
        Ok(mirror)
    }
}
