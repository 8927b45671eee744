//! `promise`: a customer's word that they will pay, entered by whoever they asked: service is back until
//! then.

use mensal_domain::delinquency::{LiftedBy, PromiseBy, PromiseRefused, Restored, lift, promise};
use mensal_store::{Decided, StoreError};

use super::{Failed, Opened, say};
use crate::cli::MakePromise;

pub(crate) async fn make_promise(options: &MakePromise) -> Result<(), Failed> {
    let opened = Opened::existing(&options.place).await?;
    let (store, id) = (opened.store(), &options.account);
    let account = store.account(id).await?;
    let account = account.ok_or_else(|| Failed::Nothing(format!("there is no account {id}")))?;
    let catalog = store.catalog(store.head().await?.version).await?;
    let rules = catalog.rules_of(&account).map_err(|why| Failed::Data(format!("mensal: {why}")))?;
    let today = opened.business_day().await?;
    let read = store.reviewed(&account, &rules).await?;
    let by = PromiseBy::Staff;
    let promised = promise(&account, &read.invoices, &rules.settings, today, by, options.days);
    let mut after = promised.map_err(refused)?;
    let (mut notices, mut suspension) = (Vec::new(), None);
    if after.hold.is_some() {
        let restored = lift(&read.known(&account, &rules, today), &after, LiftedBy::Promise);
        Restored { account: after, notices, suspension } = restored;
    }
    let decided =
        Decided { notices: &notices, suspension: suspension.as_ref(), ..Decided::default() };
    store.commit_review(account.version, &after, decided).await.map_err(|why| match why {
        StoreError::Moved => Failed::from("the account has just changed: type the command again"),
        other => other.into(),
    })?;
    if let Opened::Ours(stack) = &opened {
        stack.settle().await?;
    }
    let back = if account.hold.is_some() { "service is back, and " } else { "" };
    let until = after.promise_on(today).map(|promise| promise.until.to_string());
    let until = until.unwrap_or_default();
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
