//! `pay`: what came in at the till, by cheque or by wire, entered by hand.

use mensal_domain::{
    money::Money,
    payment::{About, Fact, Notice, Receipt},
};

use super::{Failed, Opened, say};
use crate::cli::Pay;

/// The gateway of what is entered by hand.
pub(crate) const TILL: &str = "till";

pub(crate) async fn pay(options: &Pay) -> Result<(), Failed> {
    let opened = Opened::existing(&options.place).await?;
    let id = &options.account;
    let account = opened.store().account(id).await?;
    let account = account.ok_or_else(|| Failed::Nothing(format!("there is no account {id}")))?;
    let amount = Money::exact(options.amount, account.currency)
        .ok()
        .filter(|amount| amount.is_positive())
        .ok_or_else(|| {
            let (digits, currency) = (account.currency.digits(), account.currency);
            let amount = options.amount;
            Failed::Data(format!(
                "mensal: --amount {amount} is no payment in {currency}: use more than 0, with at \
                 most {digits} decimals"
            ))
        })?;
    let about = match options.invoice {
        Some(invoice) => {
            if opened.store().invoice(id, invoice).await?.is_none() {
                return Err(Failed::Nothing(format!("account {id} has no invoice {invoice}")));
            }
            About::Invoice(id.clone(), invoice)
        }
        None => About::Account(id.clone()),
    };
    let paid_on = match options.on {
        Some(day) => day,
        None => opened.today().await?,
    };
    let receipt = Receipt {
        money: options.receipt.clone(),
        about,
        rail: options.rail,
        amount,
        late: None,
        paid_on,
        recalled_by_name: false,
    };
    let notice =
        Notice { gateway: TILL.parse().map_err(|_| "no till")?, fact: Fact::Received(receipt) };
    opened.enter(&options.place, notice).await?;
    let what = format!("{amount} of account {id} by {}, receipt {}", options.rail, options.receipt);
    if let Opened::Ours(stack) = &opened {
        stack.settle().await?;
        let balance = stack.store().account(id).await?.map(|account| account.balance);
        let balance =
            balance.map(|balance| format!("; its balance is {balance}")).unwrap_or_default();
        say(&format!("{what}: applied{balance}\n"))?;
    } else {
        say(&format!("{what}: entered, and applied within seconds\n"))?;
    }
    Ok(())
}
