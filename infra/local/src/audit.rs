//! Checks what must always hold, on everything that the table and the bucket have.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::ErrorKind,
    path::PathBuf,
};

use jiff::civil::Date;
use mensal_cloud::Deployed;
use mensal_domain::{
    account::Account,
    events::Document,
    ids::{AccountId, SubscriptionId},
    invoice::{Invoice, LineReason, LineSource, TaxMode},
    money::Money,
    payment::Payment,
    reconciliation::books_of,
};
use mensal_store::Store;
use render_invoice::object_key;

use crate::stack::Error;

/// What was checked, and what does not hold.
#[derive(Clone, Debug, Default)]
pub struct Audit {
    /// Accounts.
    pub accounts: u64,
    /// Invoices of ours.
    pub invoices: u64,
    /// Payments.
    pub payments: u64,
    /// Invoices by account, for those who count them.
    pub per_account: HashMap<AccountId, u64>,
    /// What does not hold, in words.
    pub violations: Vec<String>,
}

/// Where the PDFs lie.
#[derive(Clone, Debug)]
pub enum Pdfs {
    /// In the folder of the local stack's bucket.
    Folder(PathBuf),
    /// In the bucket of a deployed stack.
    Bucket(Box<Deployed>),
    /// Nowhere yet: they are made when somebody asks for them.
    OnFirstView,
}

impl Pdfs {
    /// The bytes under a key; none if there are none.
    ///
    /// # Errors
    /// The bucket's.
    pub async fn read(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        match self {
            Self::Folder(folder) => match fs::read(folder.join(key)) {
                Ok(pdf) => Ok(Some(pdf)),
                Err(why) if why.kind() == ErrorKind::NotFound => Ok(None),
                Err(why) => Err(format!("{key}: {why}").into()),
            },
            Self::Bucket(deployed) => deployed.object(key).await,
            Self::OnFirstView => Ok(None),
        }
    }
}

/// Checks a table and its bucket.
///
/// # Errors
/// The table's, or the bucket's.
pub async fn audit(store: &Store, pdfs: &Pdfs) -> Result<Audit, Error> {
    let mut audit = Audit::default();
    let mut invoices: HashMap<AccountId, Vec<Invoice>> = HashMap::new();
    let mut payments: HashMap<AccountId, Vec<Payment>> = HashMap::new();
    let mut accounts = Vec::new();
    let mut page = store.scan(None).await?;
    while let Some(mut read) = page {
        for document in std::mem::take(&mut read.documents) {
            match document {
                Ok(Document::Account(account)) => accounts.push(*account),
                Ok(Document::Invoice(invoice)) => {
                    invoices.entry(invoice.account.clone()).or_default().push(*invoice);
                }
                Ok(Document::Payment(payment)) => {
                    payments.entry(payment.account.clone()).or_default().push(*payment);
                }
                Ok(Document::Charges(_) | Document::Notice(_) | Document::Suspension(_)) => {}
                Err(why) => audit.violations.push(why.to_string()),
            }
        }
        page = store.scan(Some(read)).await?;
    }
    for account in accounts {
        let own = invoices.remove(&account.id).unwrap_or_default();
        let paid = payments.remove(&account.id).unwrap_or_default();
        audit.account(&account, &own, &paid)?;
        for invoice in own.iter().filter(|invoice| invoice.id.kind.is_printed()) {
            audit.document(pdfs, invoice).await?;
        }
    }
    let orphans =
        invoices.keys().map(|id| format!("invoices of account {id}, which does not exist"));
    audit.violations.extend(orphans);
    let orphans = payments.keys();
    let orphans = orphans.map(|id| format!("payments of account {id}, which does not exist"));
    audit.violations.extend(orphans);
    Ok(audit)
}

impl Audit {
    fn account(
        &mut self,
        account: &Account,
        invoices: &[Invoice],
        payments: &[Payment],
    ) -> Result<(), Error> {
        self.accounts += 1;
        self.payments += u64::try_from(payments.len()).unwrap_or_default();
        let mut days: BTreeMap<(&SubscriptionId, Date), i64> = BTreeMap::new();
        for invoice in invoices {
            self.sums(invoice)?;
            count_days(invoice, &mut days);
            if invoice.id.kind.is_printed() {
                self.invoices += 1;
                *self.per_account.entry(account.id.clone()).or_default() += 1;
            }
        }
        let id = &account.id;
        let wrong = books_of(account, invoices, payments);
        let wrong = wrong.unwrap_or_else(|why| vec![why.to_string()]);
        self.violations.extend(wrong.into_iter().map(|why| format!("account {id}: {why}")));
        self.days(account, &days);
        Ok(())
    }

    /// Lines and exclusive taxes sum to the total.
    fn sums(&mut self, invoice: &Invoice) -> Result<(), Error> {
        let taxes = invoice.taxes.iter().filter(|tax| tax.mode == TaxMode::Exclusive);
        let sum = Money::sum(invoice.currency(), taxes.map(|tax| tax.amount))?;
        let sum = invoice.subtotal()?.plus(sum)?;
        if sum != invoice.total {
            let (number, total) = (&invoice.number, invoice.total);
            self.violations.push(format!("invoice {number}: total {total}, lines and taxes {sum}"));
        }
        Ok(())
    }

    /// Every day of a service is billed at most once, and credited at most as often as billed.
    fn days(&mut self, account: &Account, days: &BTreeMap<(&SubscriptionId, Date), i64>) {
        let mut billed: BTreeMap<&SubscriptionId, i64> = BTreeMap::new();
        for ((subscription, date), change) in days {
            let count = billed.entry(subscription).or_default();
            *count += change;
            if !(0..=1).contains(count) {
                let id = &account.id;
                self.violations
                    .push(format!("account {id}: {subscription} billed {count} times on {date}"));
            }
        }
    }

    /// Each invoice has its PDF, whole.
    async fn document(&mut self, pdfs: &Pdfs, invoice: &Invoice) -> Result<(), Error> {
        if matches!(pdfs, Pdfs::OnFirstView) {
            return Ok(());
        }
        let key = object_key(invoice);
        let whole = pdfs.read(&key).await?.is_some_and(|pdf| {
            pdf.starts_with(b"%PDF-") && pdf.trim_ascii_end().ends_with(b"%%EOF")
        });
        if !whole {
            self.violations.push(format!("invoice {}: no whole PDF at {key}", invoice.number));
        }
        Ok(())
    }
}

fn count_days<'a>(invoice: &'a Invoice, days: &mut BTreeMap<(&'a SubscriptionId, Date), i64>) {
    for line in &invoice.lines {
        let (LineSource::Recurring(id, _), Some(span)) = (&line.source, line.span) else {
            continue;
        };
        let sign = if line.reason == LineReason::Credit { -1 } else { 1 };
        *days.entry((id, span.start())).or_default() += sign;
        *days.entry((id, span.end())).or_default() -= sign;
    }
}
