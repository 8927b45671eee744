//! `pay`: what came in at the till, by cheque or by wire, entered by hand.

use mensal_domain::{
    ids::GatewayCode,
    money::{LIMIT, Money},
    payment::{About, Fact, Notice, PaymentId, Receipt},
};
use mensal_store::StoreError;

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
                "mensal: --amount {amount} is no payment in {currency}: use more than 0 and at \
                 most {LIMIT}, with at most {digits} decimals"
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
        // The days of a local stack are those that it is told of.
        Some(day) if matches!(opened, Opened::Deployed(_)) => {
            let today = opened.today().await?;
            if day > today {
                return Err(Failed::Data(format!(
                    "mensal: --on {day} is still to come: use the day on which it was paid, \
                     {today} or before"
                )));
            }
            day
        }
        Some(day) => day,
        None => opened.today().await?,
    };
    let gateway: GatewayCode = TILL.parse().map_err(|_| "no till")?;
    let payment = PaymentId { gateway: gateway.clone(), money: options.receipt.clone() };
    let entered = async || {
        let payment = opened.store().payment(id, &payment).await?;
        Ok::<_, StoreError>(payment.and_then(|payment| payment.received))
    };
    let receipt = &options.receipt;
    if let Some(before) = entered().await? {
        let told = format!("receipt {receipt} of account {id} was entered before, with");
        let (was, on, by) = (before.amount, before.paid_on, before.rail);
        if (was, by) == (amount, options.rail) && options.on.is_none_or(|day| day == on) {
            say(&format!("{told} the same amount, of {on}: it counts once\n"))?;
            return Ok(());
        }
        return Err(Failed::Data(format!(
            "mensal: {told} {was} by {by}, of {on}: give this payment a receipt of its own, such \
             as {receipt}-2"
        )));
    }
    let receipt = Receipt {
        money: receipt.clone(),
        about,
        rail: options.rail,
        amount,
        // Nobody has added anything: what is more than was owed is the customer's.
        late: Some(Money::zero(account.currency)),
        paid_on,
        recalled_by_name: false,
    };
    let notice = Notice { gateway, fact: Fact::Received(receipt) };
    opened.enter(&options.place, notice).await?;
    let what = format!("{amount} of account {id} by {}, receipt {}", options.rail, options.receipt);
    if let Opened::Ours(stack) = &opened {
        stack.settle().await?;
        if entered().await?.is_none() {
            return Err(Failed::Data(format!("mensal: {what}: not applied, see `unmatched list`")));
        }
        let balance = stack.store().account(id).await?.map(|account| account.balance);
        let balance =
            balance.map(|balance| format!("; its balance is {balance}")).unwrap_or_default();
        say(&format!("{what}: applied{balance}\n"))?;
    } else {
        say(&format!("{what}: entered, and applied within seconds\n"))?;
    }
    Ok(())
}
