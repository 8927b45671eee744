//! The charges of an invoice, and what gateways call them by.

use mensal_domain::{
    charge::{ChargeKey, Charges},
    ids::{AccountId, GatewayCode},
    invoice::InvoiceId,
    reference::Reference,
};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError,
    accounts::{read, to_item},
    keys,
};

/// Which charge a reference is of.
#[derive(Serialize)]
struct Named<'a> {
    is: &'a ChargeKey,
}

/// As it is read: a reference may be of something else.
#[derive(Deserialize)]
struct Called {
    is: Option<ChargeKey>,
}

impl Store {
    /// The charges of an invoice; none if none was ever registered or collected.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if the item is none, or the table's.
    pub async fn charges(
        &self,
        account: &AccountId,
        invoice: InvoiceId,
    ) -> Result<Option<Charges>, StoreError> {
        let key = keys::charges(account, invoice);
        self.item(key.clone()).await?.map(|item| read(&key, item)).transpose()
    }

    /// Stores the charges of an invoice at their next version, if they are still at the one that
    /// they bear, and gives them at that. With them, whose references are that gateways call
    /// charges by alone.
    ///
    /// # Errors
    /// [`StoreError::Moved`] if they have changed meanwhile, or the table's.
    pub async fn put_charges(
        &self,
        charges: &Charges,
        called: &[(GatewayCode, Reference, ChargeKey)],
    ) -> Result<Charges, StoreError> {
        let was = Some(charges.version).filter(|version| *version > 0);
        let next = Charges { version: charges.version + 1, ..charges.clone() };
        let key = keys::charges(&next.account, next.invoice);
        let mut writes = vec![self.put_if_at(to_item(&key, &next)?, was)?];
        for (gateway, reference, charge) in called {
            let key = keys::reference(gateway, reference);
            writes.push(self.put(to_item(&key, &Named { is: charge })?)?);
        }
        self.all_or_none(writes).await?;
        Ok(next)
    }

    /// The charge that a gateway calls by a reference; none if nobody has told us of it.
    ///
    /// # Errors
    /// As [`Store::charges`].
    pub async fn charge_called(
        &self,
        gateway: &GatewayCode,
        reference: &Reference,
    ) -> Result<Option<ChargeKey>, StoreError> {
        let key = keys::reference(gateway, reference);
        let item = self.item(key.clone()).await?;
        Ok(item.map(|item| read::<Called>(&key, item)).transpose()?.and_then(|called| called.is))
    }
}
