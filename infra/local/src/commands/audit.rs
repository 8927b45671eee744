//! `audit`: what must always hold.

use super::{Failed, Opened, say};
use crate::cli::Audit;

pub(crate) async fn audit(options: &Audit) -> Result<(), Failed> {
    let opened = Opened::existing(&options.place).await?;
    let pdfs = opened.pdfs(&options.place, options.on_first_view);
    let found = mensal::audit::audit(opened.store(), &pdfs).await?;
    say(&format!("{} accounts, {} invoices\n", found.accounts, found.invoices))?;
    if found.violations.is_empty() {
        say("everything holds\n")?;
        return Ok(());
    }
    Err(Failed::Data(found.violations.join("\n")))
}
