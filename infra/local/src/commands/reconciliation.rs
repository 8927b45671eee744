//! `reconciliation`: whether gateways, payments and invoices agreed on a day.

use mensal_domain::reconciliation::{MOST_TOLD, Report};

use super::{Failed, Opened, say};
use crate::cli::Reconciliation;

pub(crate) async fn reconciliation(options: &Reconciliation) -> Result<(), Failed> {
    let opened = Opened::existing(&options.place).await?;
    let reports = opened.store().reports(options.date).await?;
    if reports.is_empty() {
        let date = options.date;
        return Err(Failed::Nothing(format!(
            "there is no report of {date}: it comes at 07:00 of the day after"
        )));
    }
    if options.json {
        say(&format!("{}\n", serde_json::to_string_pretty(&reports)?))?;
        return Ok(());
    }
    for Report { gateway, told, noted, sums, different, differences, .. } in reports {
        let sums: Vec<_> = sums.iter().map(|(currency, sum)| format!("{sum} {currency}")).collect();
        let sums = if sums.is_empty() { "nothing".into() } else { sums.join(", ") };
        say(&format!(
            "{gateway}: {told} at the gateway, {noted} noted, {sums}; {different} different\n"
        ))?;
        for difference in &differences {
            say(&format!("  {}\n", serde_json::to_string(difference)?))?;
        }
        if differences.len() == MOST_TOLD {
            say("  …\n")?;
        }
    }
    Ok(())
}
