//! `promise`: a customer's word that they will pay, entered by whoever they asked: service is back until
//! then.

use mensal::promising::{NotPromised, enter};
use mensal_domain::delinquency::{PromiseBy, PromiseRefused};
use mensal_store::StoreError;

use super::{Failed, Opened, say};
use crate::cli::MakePromise;

pub(crate) async fn make_promise(options: &MakePromise) -> Result<(), Failed> {
    let opened = Opened::existing(&options.place).await?;
    let (id, today) = (&options.account, opened.business_day().await?);
    let entered = enter(opened.store(), id, today, PromiseBy::Staff, options.days).await;
    let promised = entered.map_err(|why| match why {
        NotPromised::NoAccount(_) => Failed::Nothing(why.to_string()),
        NotPromised::Refused(why) => refused(why),
        NotPromised::Rules(why) => Failed::Data(format!("mensal: {why}")),
        NotPromised::Store(StoreError::Moved) => {
            Failed::from("the account has just changed: type the command again")
        }
        NotPromised::Store(why) => why.into(),
    })?;
    if let Opened::Ours(stack) = &opened {
        stack.settle().await?;
    }
    let back = if promised.is_back { "service is back, and " } else { "" };
    let until = promised.promise.map(|promise| promise.until.to_string()).unwrap_or_default();
    say(&format!("account {id}: {back}nothing is cut through {until}\n"))?;
    Ok(())
}

/// Nothing to be done is told from what may not be.
fn refused(why: PromiseRefused) -> Failed {
    match why {
        PromiseRefused::NothingOverdue | PromiseRefused::Stands(_) => {
            Failed::Nothing(why.to_string())
        }
        other => Failed::Data(format!("mensal: {other}")),
    }
}
