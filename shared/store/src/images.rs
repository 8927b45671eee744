//! Items as they come through the stream.

use mensal_domain::{events::Document, ids::AccountId, invoice::InvoiceId};
use serde_dynamo::Item;

use crate::{
    StoreError,
    keys::{
        ACCOUNT_SK, CHARGES_PREFIX, INVOICE_PREFIX, NOTICE_PREFIX, PAYMENT_PREFIX,
        SUSPENSION_PREFIX, account_of_pk,
    },
};

/// What an item is about, by its key: whose it is, and which invoice, if either.
#[must_use]
pub fn about(pk: &str, sk: &str) -> (Option<AccountId>, Option<InvoiceId>) {
    let invoice = sk.strip_prefix(INVOICE_PREFIX).or_else(|| sk.strip_prefix(CHARGES_PREFIX));
    (account_of_pk(pk), invoice.and_then(|id| id.parse().ok()))
}

/// The document that a stream image is; none for items whose changes nobody is told of.
///
/// # Errors
/// [`StoreError::Unreadable`] if the image has the key of a document and is none.
pub fn document(sk: &str, image: Item) -> Result<Option<Document>, StoreError> {
    let unreadable = |why| StoreError::unreadable(sk, why);
    if sk == ACCOUNT_SK {
        let account = serde_dynamo::from_item(image).map_err(unreadable)?;
        return Ok(Some(Document::Account(Box::new(account))));
    }
    if sk.starts_with(INVOICE_PREFIX) {
        let invoice = serde_dynamo::from_item(image).map_err(unreadable)?;
        return Ok(Some(Document::Invoice(Box::new(invoice))));
    }
    if sk.starts_with(CHARGES_PREFIX) {
        let charges = serde_dynamo::from_item(image).map_err(unreadable)?;
        return Ok(Some(Document::Charges(Box::new(charges))));
    }
    if sk.starts_with(PAYMENT_PREFIX) {
        let payment = serde_dynamo::from_item(image).map_err(unreadable)?;
        return Ok(Some(Document::Payment(Box::new(payment))));
    }
    if sk.starts_with(NOTICE_PREFIX) {
        let notice = serde_dynamo::from_item(image).map_err(unreadable)?;
        return Ok(Some(Document::Notice(Box::new(notice))));
    }
    if sk.starts_with(SUSPENSION_PREFIX) {
        let kept = serde_dynamo::from_item(image).map_err(unreadable)?;
        return Ok(Some(Document::Suspension(Box::new(kept))));
    }
    Ok(None)
}
