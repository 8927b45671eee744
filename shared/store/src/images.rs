//! Items as they come through the stream.

use mensal_domain::events::Document;
use serde_dynamo::Item;

use crate::{
    StoreError,
    keys::{ACCOUNT_SK, INVOICE_PREFIX},
};

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
    Ok(None)
}
