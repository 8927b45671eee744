//! `notice again`: sends a notice that did not reach its customer once more, after whatever kept it from
//! that was mended.

use mensal_domain::delinquency::unsent;
use mensal_store::StoreError;

use super::{Failed, Opened, say};
use crate::cli::SendAgain;

pub(crate) async fn again(options: &SendAgain) -> Result<(), Failed> {
    let opened = Opened::existing(&options.place).await?;
    let (store, account, id) = (opened.store(), &options.account, &options.notice);
    let before = store.notice(account, id).await?;
    let before = before.ok_or_else(|| {
        Failed::Nothing(format!("account {account} has no notice {id}: see `explain {account}`"))
    })?;
    let nothing = |why: &str| Err(Failed::Nothing(format!("notice {id} {why}")));
    if before.has_arrived() {
        return nothing("has reached the customer: each is delivered once");
    }
    if before.state.is_to_be_sent() {
        return nothing(
            "is still to be sent: see the dead letters of notices if it waits for long",
        );
    }
    let today = opened.business_day().await?;
    let (of, rules, read) = opened.reviewed(account).await?;
    let mut notice = before.clone();
    notice.renew(today);
    notice.adopt(&rules.settings.ladder, &rules.follows);
    if let Some(why) = unsent(&notice, &of, id.about.invoice(&read.invoices), today) {
        return nothing(&format!("is not to be sent any more: {why}"));
    }
    store.move_notice(&before, &notice, None).await.map_err(|why| match why {
        StoreError::Moved => Failed::from("the notice has just changed: type the command again"),
        other => other.into(),
    })?;
    if let Opened::Ours(stack) = &opened {
        stack.settle().await?;
    }
    say(&format!("notice {id} to account {account} is sent again\n"))?;
    Ok(())
}
