//! `import`: an ISP's own data.

use std::collections::BTreeSet;

use mensal::importing;
use mensal_importer::{Dataset, Files, Options as Reading, read};

use super::{Failed, Opened, say, today};
use crate::cli::Import;

pub(crate) async fn import(options: &Import) -> Result<(), Failed> {
    let as_of = options.as_of.unwrap_or_else(today);
    let folder = options.files.display();
    let files = Files::from_dir(&options.files)
        .map_err(|why| format!("cannot read the folder {folder}: {why}"))?;
    let data = read(&files, &Reading::new(as_of))?;
    if options.check {
        let compared = match Opened::existing(&options.place).await {
            Ok(opened) => {
                warn_of_gateways(&opened, &data);
                opened.has_time_zone(&data.catalog.time_zone)?;
                importing::fits(opened.store(), &data, as_of).await?;
                ", nor against what is there"
            }
            Err(Failed::Nothing(_)) => "", // no table yet
            Err(failed) => return Err(failed),
        };
        say(&format!("{folder}: no fault in {} accounts{compared}\n", data.accounts.len()))?;
        return Ok(());
    }
    let opened = Opened::open(&options.place).await?;
    warn_of_gateways(&opened, &data);
    opened.has_time_zone(&data.catalog.time_zone)?;
    // A folder that this process holds has no other import. What others reach may have.
    let takes_over = options.take_over || matches!(opened, Opened::Ours(_));
    let done = importing::import(opened.store(), &data, as_of, takes_over).await?;
    let catalog = if done.catalog { "new" } else { "unchanged" };
    say(&format!(
        "imported: {} accounts new, {} changed, {} unchanged; usage of {} months new or changed; plans, prices, rules and \
         calendars {catalog}\n",
        done.added, done.changed, done.unchanged, done.usage_months
    ))?;
    Ok(())
}

/// Tells of gateways that the files name and nobody has connected. They may be connected later, so that
/// this is no fault of the files; until then nothing is registered or collected there.
fn warn_of_gateways(opened: &Opened, data: &Dataset) {
    let types = data.catalog.account_types.values().map(|one| &one.settings.rails);
    let own = data.accounts.iter().filter_map(|new| new.account.overrides.rails.as_ref());
    let offered = types.chain(own).flatten().map(|offer| &offer.gateway);
    let methods = data.accounts.iter().flat_map(|new| &new.account.methods);
    let named: BTreeSet<_> = offered.chain(methods.map(|method| &method.gateway)).collect();
    for code in named.into_iter().filter(|code| opened.knows(code) == Some(false)) {
        eprintln!(
            "mensal: gateway {code} is named by account types, accounts or methods, and not connected here: \
             until it is, nothing is registered or collected there, and the PDFs of its invoices wait (see \
             docs/gateways.md)"
        );
    }
}
