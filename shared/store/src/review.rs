//! What comes of an account that does not pay: notices, and what is kept of each time that its service
//! was held. They change with the account, in its transaction; a notice also by itself, once it is sent.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::TransactWriteItem;
use jiff::civil::Date;
use mensal_domain::{
    account::{Account, Subscription},
    catalog::Rules,
    charge::Charges,
    delinquency::{Again, CustomerNotice, Known, LateCharging, NoticeAbout, NoticeId, Suspension},
    enforcement::Enforced,
    ids::AccountId,
    invoice::{Invoice, InvoiceId},
    payment::Payment,
};

use crate::{
    Store, StoreError,
    accounts::{read, to_item},
    keys,
};

/// What an account is reviewed by, as it lies in the table.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// All of its invoices.
    pub invoices: Vec<Invoice>,
    charges: BTreeMap<InvoiceId, Charges>,
    notices: Vec<CustomerNotice>,
    payments: Vec<Payment>,
    suspension: Option<Suspension>,
    /// What the network has confirmed of its logins.
    pub network: Vec<Enforced>,
}

impl Reviewed {
    /// What a review of the account on a day goes by.
    #[must_use]
    pub fn known<'a>(&'a self, account: &'a Account, rules: &'a Rules, today: Date) -> Known<'a> {
        Known {
            account,
            invoices: &self.invoices,
            charges: &self.charges,
            notices: &self.notices,
            payments: &self.payments,
            suspension: self.suspension.as_ref(),
            network: &self.network,
            settings: &rules.settings,
            rules: &rules.follows,
            calendar: &rules.calendar,
            today,
        }
    }
}

/// What goes with an account that changes since it does not pay, or has paid.
#[derive(Clone, Copy, Debug, Default)]
pub struct Decided<'a> {
    /// New invoices.
    pub issued: &'a [Invoice],
    /// Invoices that have changed.
    pub invoices: &'a [Invoice],
    /// New notices: one that is there already stays as it is.
    pub notices: &'a [CustomerNotice],
    /// Notices that are to be sent again, if they are still as they were.
    pub again: &'a [Again],
    /// What is kept of the time that service is held.
    pub suspension: Option<&'a Suspension>,
}

impl Store {
    /// The notices about an account's invoices and suspensions, in the order of what they are about.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if an item is none, or the table's.
    pub async fn notices(&self, account: &AccountId) -> Result<Vec<CustomerNotice>, StoreError> {
        self.notices_from(account, keys::NOTICE_PREFIX).await
    }

    /// The notices about one invoice or suspension.
    ///
    /// # Errors
    /// As [`Store::notices`].
    pub async fn notices_about(
        &self,
        account: &AccountId,
        about: NoticeAbout,
    ) -> Result<Vec<CustomerNotice>, StoreError> {
        self.notices_from(account, &format!("{}{about}:", keys::NOTICE_PREFIX)).await
    }

    /// What an account is reviewed by: of its notices and payments, only what its rules ask for.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if an item cannot be read, or the table's.
    pub async fn reviewed(&self, account: &Account, rules: &Rules) -> Result<Reviewed, StoreError> {
        let (id, settings) = (&account.id, &rules.settings);
        let invoices = self.invoices(id).await?;
        let mut charges = BTreeMap::new();
        for invoice in invoices.iter().filter(|invoice| invoice.is_open()) {
            let of_invoice = self.charges(id, invoice.id).await?;
            charges.extend(of_invoice.map(|of_invoice| (invoice.id, of_invoice)));
        }
        let notices = match settings.ladder.steps() {
            [] => Vec::new(),
            _ => self.notices(id).await?,
        };
        let payments = match settings.late_charges {
            LateCharging::ByGateway => Vec::new(),
            _ => self.payments(id).await?,
        };
        let suspension = match &account.hold {
            Some(hold) => self.suspension(id, hold.begun).await?,
            None => None,
        };
        let network = if account.subscriptions.iter().any(Subscription::is_on_network) {
            self.all_enforced(id).await?
        } else {
            Vec::new()
        };
        Ok(Reviewed { invoices, charges, notices, payments, suspension, network })
    }

    /// One notice; none if it was never decided.
    ///
    /// # Errors
    /// As [`Store::notices`].
    pub async fn notice(
        &self,
        account: &AccountId,
        id: &NoticeId,
    ) -> Result<Option<CustomerNotice>, StoreError> {
        let key = keys::notice(account, id);
        self.item(key.clone()).await?.map(|item| read(&key, item)).transpose()
    }

    /// What is kept of the time that began on a day; none if none did.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] if the item is none, or the table's.
    pub async fn suspension(
        &self,
        account: &AccountId,
        begun: Date,
    ) -> Result<Option<Suspension>, StoreError> {
        let key = keys::suspension(account, begun);
        self.item(key.clone()).await?.map(|item| read(&key, item)).transpose()
    }

    /// What is kept of every time that an account's service was held, the first at the front.
    ///
    /// # Errors
    /// As [`Store::suspension`].
    pub async fn suspensions(&self, account: &AccountId) -> Result<Vec<Suspension>, StoreError> {
        let pk = keys::account_pk(account);
        let items = self.partition(&pk, keys::SUSPENSION_PREFIX).await?;
        let key = keys::account(account);
        items.into_iter().map(|item| read(&key, item)).collect()
    }

    /// Stores an account with what goes with it, if it is still at a version.
    ///
    /// # Errors
    /// [`StoreError::Moved`] if it has changed meanwhile, or a notice that is to be sent again, or one
    /// of the new notices or invoices is there already; or the table's.
    pub async fn commit_review(
        &self,
        at_version: u64,
        account: &Account,
        decided: Decided<'_>,
    ) -> Result<(), StoreError> {
        let mut writes = vec![self.put_at(account, at_version)?];
        writes.extend(self.decided(account, decided)?);
        self.all_or_none(writes).await
    }

    /// The writes of what goes with an account.
    pub(crate) fn decided(
        &self,
        account: &Account,
        decided: Decided<'_>,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let mut writes = Vec::new();
        for invoice in decided.issued {
            let key = keys::invoice(&invoice.account, invoice.id);
            writes.push(self.put_if_at(to_item(&key, invoice)?, None)?);
        }
        for invoice in decided.invoices {
            let key = keys::invoice(&invoice.account, invoice.id);
            writes.push(self.put(to_item(&key, invoice)?)?);
        }
        for notice in decided.notices {
            let key = keys::notice(&notice.account, &notice.id);
            writes.push(self.put_if_at(to_item(&key, notice)?, None)?);
        }
        for Again { before, notice } in decided.again {
            writes.push(self.put_after(before, notice)?);
        }
        if let Some(kept) = decided.suspension {
            let key = keys::suspension(&account.id, kept.begun);
            writes.push(self.put(to_item(&key, kept)?)?);
        }
        Ok(writes)
    }
}
