//! `audit`: what must always hold.

use super::{Failed, Opened};
use crate::cli::Audit;

pub(crate) async fn audit(options: &Audit) -> Result<(), Failed> {
    let opened = Opened::open(&options.data.folder).await?;
    let found = mensal::audit::audit(opened.store(), &opened.bucket(&options.data.folder)).await?;
    println!("{} accounts, {} invoices", found.accounts, found.invoices);
    if found.violations.is_empty() {
        println!("everything holds");
        return Ok(());
    }
    Err(Failed::Data(found.violations.join("\n")))
}
