//! `pay` and `reverse`: what came in at the till, by cheque or by wire, entered by hand, and what of
//! it came back.

use jiff::{ToSpan, civil::Date};
use mensal_domain::{
    ids::{AccountId, GatewayCode},
    money::{LIMIT, Money},
    payment::{About, PaymentId},
};
use mensal_store::StoreError;

use super::{Failed, Opened, say};
use mensal::{
    stack::Letter,
    till::{Entry, TILL, reversal},
};

use crate::cli::{Pay, Reverse};

/// What is older is not entered any more: its day's report was read long ago.
const LATEST_DAYS: i64 = 366;

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
    let paid_on = day(&opened, options.on).await?;
    let gateway = till()?;
    let payment = PaymentId { gateway, money: options.receipt.clone() };
    let entered = async || {
        let payment = opened.store().payment(id, &payment).await?;
        Ok::<_, StoreError>(payment.and_then(|payment| Some((payment.received?, payment.returned))))
    };
    let receipt = &options.receipt;
    if let Some((before, returned)) = entered().await? {
        let told = format!("receipt {receipt} of account {id} was entered before, with");
        let (was, on, by) = (before.amount, before.paid_on, before.rail);
        if let Some(back) = returned.first() {
            return Err(Failed::Data(format!(
                "mensal: {told} {was}, and taken off on {}: give this payment a receipt of its own, \
                 such as {receipt}-2",
                back.on
            )));
        }
        if (was, by) == (amount, options.rail) && options.on.is_none_or(|day| day == on) {
            say(&format!("{told} the same amount, of {on}: it counts once\n"))?;
            return Ok(());
        }
        return Err(Failed::Data(format!(
            "mensal: {told} {was} by {by}, of {on}: give this payment a receipt of its own, such \
             as {receipt}-2"
        )));
    }
    let entry = Entry { receipt: receipt.clone(), about, rail: options.rail, amount, paid_on };
    let notice = entry.notice().map_err(|why| why.to_string())?;
    opened.enter(&options.place, notice).await?;
    let what = format!("{amount} of account {id} by {}, receipt {}", options.rail, options.receipt);
    if let Opened::Ours(stack) = &opened {
        stack.settle().await?;
        if entered().await?.is_none() {
            let lies =
                |(_, letter): &(String, Letter)| letter.body.contains(options.receipt.as_str());
            let dead = stack.dead_letters().into_iter().rev().find(lies);
            let why = dead.and_then(|(_, letter)| letter.reason);
            let why = why.unwrap_or_else(|| "see `unmatched list`".into());
            return Err(Failed::Data(format!("mensal: {what}: not applied: {why}")));
        }
        say(&format!("{what}: applied{}\n", balance(&opened, id).await?))?;
    } else {
        say(&format!("{what}: entered, and applied within seconds\n"))?;
    }
    Ok(())
}

/// Takes all of a payment off the books again. Once: what has come back is told, and left.
pub(crate) async fn reverse(options: &Reverse) -> Result<(), Failed> {
    let opened = Opened::existing(&options.place).await?;
    let (id, receipt, gateway) = (&options.account, &options.receipt, till()?);
    let payment = PaymentId { gateway, money: receipt.clone() };
    let payment = opened.store().payment(id, &payment).await?;
    let Some((received, returned)) = payment.and_then(|one| Some((one.received?, one.returned)))
    else {
        return Err(Failed::Nothing(format!(
            "no receipt {receipt} of account {id} was entered by hand"
        )));
    };
    let what = format!("{} of account {id}, receipt {receipt}", received.amount);
    if let Some(before) = returned.first() {
        say(&format!("{what}: taken off before, on {}\n", before.on))?;
        return Ok(());
    }
    let on = day(&opened, options.on).await?;
    if on < received.paid_on {
        return Err(Failed::Data(format!(
            "mensal: --on {on} is before it was paid: use {} or later",
            received.paid_on
        )));
    }
    let notice = reversal(id, receipt.clone(), received.amount, on)?;
    opened.enter(&options.place, notice).await?;
    if let Opened::Ours(stack) = &opened {
        stack.settle().await?;
        say(&format!("{what}: taken off{}\n", balance(&opened, id).await?))?;
    } else {
        say(&format!("{what}: entered, and taken off within seconds\n"))?;
    }
    Ok(())
}

fn till() -> Result<GatewayCode, Failed> {
    Ok(TILL.parse().map_err(|_| "no till")?)
}

/// A day that was given, or today. One to come is a slip, and so is one of another year, in whose
/// reports nobody looks any more.
async fn day(opened: &Opened, given: Option<Date>) -> Result<Date, Failed> {
    let Some(day) = given else { return Ok(opened.today().await?) };
    let today = opened.business_day().await?;
    let first = today.saturating_sub(LATEST_DAYS.days());
    if day > today || day < first {
        let wrong = if day > today { "still to come" } else { "too long ago" };
        return Err(Failed::Data(format!(
            "mensal: --on {day} is {wrong}: use the day on which it was, {first} to {today}"
        )));
    }
    Ok(day)
}

/// What an account's balance is now, as the end of a sentence.
async fn balance(opened: &Opened, id: &AccountId) -> Result<String, Failed> {
    let account = opened.store().account(id).await?;
    Ok(account.map(|account| format!("; its balance is {}", account.balance)).unwrap_or_default())
}
