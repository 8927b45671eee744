//! What the end-to-end tests share: a stack on a folder of its own, and what to look at.

pub mod cloud;
pub mod customer;
pub mod timing;

use std::path::Path;

use jiff::civil::Date;
use mensal::{
    audit::{Audit, Pdfs, audit},
    importing::import_generated,
    running::bill_through,
    stack::{Error, Options, Stack},
    summary::Summary,
};
use mensal_importer::generate::Generator;
use tempfile::TempDir;

/// A stack and the folder that it lives in; both go with this value.
pub struct Home {
    /// The stack.
    pub stack: Stack,
    folder: TempDir,
}

impl Home {
    /// A stack on an empty folder.
    ///
    /// # Errors
    /// The stack's.
    pub async fn new(options: Options) -> Result<Self, Error> {
        Self::on(tempfile::tempdir()?, options).await
    }

    /// A stack on a folder in which something lies already.
    ///
    /// # Errors
    /// The stack's.
    pub async fn on(folder: TempDir, options: Options) -> Result<Self, Error> {
        Ok(Self { stack: Stack::start(folder.path(), options).await?, folder })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Imports generated accounts whose first cycle is in November 2026.
    ///
    /// # Errors
    /// The stack's.
    pub async fn generate(&self, accounts: u64) -> Result<(), Error> {
        let generator = Generator { seed: 1, accounts, start: date("2026-11-01"), gateway: None };
        import_generated(self.stack.store(), &generator, |_| ()).await?;
        Ok(())
    }

    /// The same accounts, whose gateway is the sandbox bank.
    ///
    /// # Errors
    /// The stack's.
    pub async fn generate_at_bank(&self, accounts: u64) -> Result<(), Error> {
        let gateway = Some(mensal::bank::CODE.parse()?);
        let generator = Generator { seed: 1, accounts, start: date("2026-11-01"), gateway };
        import_generated(self.stack.store(), &generator, |_| ()).await?;
        Ok(())
    }

    /// Bills every cycle up to a date.
    ///
    /// # Errors
    /// The stack's.
    pub async fn bill(&self, until: &str) -> Result<Summary, Error> {
        bill_through(&self.stack, date(until), |_| ()).await
    }

    /// What must always hold.
    ///
    /// # Errors
    /// The stack's.
    pub async fn audit(&self) -> Result<Audit, Error> {
        audit(self.stack.store(), &Pdfs::Folder(self.stack.bucket_path())).await
    }
}

/// A date.
///
/// # Panics
/// If it is none.
#[must_use]
#[allow(clippy::expect_used)]
pub fn date(text: &str) -> Date {
    text.parse().expect("a date of the test")
}

/// That every account has one invoice, one PDF each, and everything holds.
///
/// # Panics
/// If not.
pub fn assert_each_billed_once(found: &Audit, summary: &Summary, accounts: u64) {
    assert_eq!(found.violations, Vec::<String>::new());
    assert_eq!((found.accounts, found.invoices), (accounts, accounts));
    assert!(found.per_account.values().all(|count| *count == 1));
    assert_eq!(summary.pdfs, accounts);
    assert!(summary.books.parked.is_empty() && summary.dead.is_empty(), "{summary:?}");
}
