//! `unmatched`: what gateways have told and nobody could match, for people.

use mensal_domain::{
    money::Money,
    payment::{About, Fact, Notice},
};
use mensal_store::Unmatched;

use super::{Failed, Opened, say};
use crate::cli::{AssignUnmatched, Place, UnmatchedCommand};

pub(crate) async fn unmatched(command: &UnmatchedCommand) -> Result<(), Failed> {
    match command {
        UnmatchedCommand::List { place, json } => list(place, *json).await,
        UnmatchedCommand::Assign(options) => assign(options).await,
    }
}

async fn list(place: &Place, json: bool) -> Result<(), Failed> {
    let opened = Opened::existing(place).await?;
    let all = opened.store().unmatched().await?;
    if json {
        say(&format!(
            "{}\n",
            serde_json::to_string_pretty(&all.iter().map(told).collect::<Vec<_>>())?
        ))?;
        return Ok(());
    }
    if all.is_empty() {
        say("nothing is unmatched\n")?;
    }
    for one in &all {
        let amount = amount(&one.notice).map_or_else(|| "no money".into(), |it| it.to_string());
        let (id, gateway) = (one.notice.id(), &one.notice.gateway);
        say(&format!("{id}  {}  {gateway:<10} {amount:>16}  {}\n", one.since, one.reason))?;
    }
    Ok(())
}

fn told(one: &Unmatched) -> serde_json::Value {
    serde_json::json!({
        "id": one.notice.id(), "notice": one.notice, "reason": one.reason, "since": one.since,
    })
}

fn amount(notice: &Notice) -> Option<Money> {
    match &notice.fact {
        Fact::Received(receipt) => Some(receipt.amount),
        Fact::Returned(returned) => Some(-returned.amount),
        Fact::NotCollected(_) | Fact::Method(_) => None,
    }
}

/// Says whose it is. What is entered so is told again, about that account; only then is the old
/// word forgotten, so that nothing is lost in between, and nothing counts twice.
async fn assign(options: &AssignUnmatched) -> Result<(), Failed> {
    let opened = Opened::existing(&options.place).await?;
    let (id, account) = (&options.notice, &options.account);
    let Some(owner) = opened.store().account(account).await? else {
        return Err(Failed::Nothing(format!("there is no account {account}")));
    };
    if let Some(invoice) = options.invoice
        && opened.store().invoice(account, invoice).await?.is_none()
    {
        return Err(Failed::Nothing(format!("account {account} has no invoice {invoice}")));
    }
    let all = opened.store().unmatched().await?;
    let found = all.into_iter().find(|one| one.notice.id() == *id);
    let found = found.ok_or_else(|| {
        Failed::Nothing(format!("nothing unmatched has the id {id}: see `unmatched list`"))
    })?;
    let (money, owed) = (amount(&found.notice).map(Money::currency), owner.currency);
    if let Some(money) = money.filter(|money| *money != owed) {
        return Err(Failed::Data(format!(
            "mensal: {id} is in {money}, account {account} in {owed}: give it back at \
             the gateway, or change it and enter what it comes to by `pay`"
        )));
    }
    let about = match options.invoice {
        Some(invoice) => About::Invoice(account.clone(), invoice),
        None => About::Account(account.clone()),
    };
    let mut notice = found.notice.clone().told_of(about);
    if let Fact::Received(receipt) = &mut notice.fact {
        // Told again by its gateway, it is known whose it is.
        receipt.recalled_by_name = true;
    }
    // Two people may assign it at one moment: the first keeps it, and may go on where it was stopped.
    if let Some(other) = opened.store().assign_unmatched(&found, account).await? {
        return Err(Failed::Data(format!("mensal: {id} was just assigned to account {other}")));
    }
    opened.enter(&options.place, notice).await?;
    opened.store().forget_unmatched(&found.notice).await?;
    if let Opened::Ours(stack) = &opened {
        stack.settle().await?;
    }
    let amount = amount(&found.notice).map(|amount| format!(", {amount},")).unwrap_or_default();
    say(&format!("{id}{amount} is account {account}'s\n"))?;
    Ok(())
}
