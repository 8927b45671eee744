//! `audit`: what must always hold.

use super::{Failed, Opened, say};
use crate::cli::Audit;

pub(crate) async fn audit(options: &Audit) -> Result<(), Failed> {
    let opened = Opened::existing(&options.data.folder).await?;
    let found = mensal::audit::audit(opened.store(), &opened.bucket(&options.data.folder)).await?;
    say(&format!("{} accounts, {} invoices\n", found.accounts, found.invoices))?;
    if found.violations.is_empty() {
        say("everything holds\n")?;
        return Ok(());
    }
    Err(Failed::Data(found.violations.join("\n")))
}
