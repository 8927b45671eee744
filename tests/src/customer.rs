//! A customer of the tests of delinquency: billed on the tenth, on a network, with rules of their own.

use mensal::{
    bank::CODE,
    importing::{Imported, import},
    stack::Error,
};
use mensal_domain::{
    account::Account,
    catalog::Catalog,
    ids::AccountId,
    invoice::Invoice,
    money::Money,
    payment::{About, Fact, Notice, Receipt},
    rail::Rail,
};
use mensal_importer::{Dataset, NewAccount, generate::Generator};
use serde_json::{Value, json};

use crate::{Home, date};

/// The account of a customer of `fibra-500`, whose first cycle is that of 2026-11-10, with these
/// settings, and these subscriptions besides the first.
///
/// # Errors
/// When the settings or subscriptions are none.
pub fn account(id: &str, own: &Value, others: &[Value]) -> Result<Account, Error> {
    let mut subscriptions = vec![json!({
        "id": "1", "plan": "fibra-500", "start": "2026-01-10", "bill_from": "2026-11-10",
        "site": "centro", "login": "ana",
    })];
    subscriptions.extend_from_slice(others);
    Ok(serde_json::from_value(json!({
        "id": id, "ver": 0, "type": "residencial", "locale": "pt-BR", "cur": "BRL",
        "mail": "ana@customer.example", "tel": "+5545999990000",
        "cust": { "name": "Ana Exemplo" }, "days": [{ "date": "2020-01-01", "day": 10 }],
        "next": "2026-11-10", "bal": "0.00 BRL", "last": "0.00 BRL", "cred": "0.00 BRL",
        "subs": subscriptions, "own": own,
    }))?)
}

/// Imports customers under the catalog of generated ones.
///
/// # Errors
/// The stack's.
pub async fn join(home: &Home, accounts: Vec<Account>) -> Result<Imported, Error> {
    join_with(home, accounts, |_| ()).await
}

/// Imports customers under a catalog that is changed first.
///
/// # Errors
/// The stack's.
pub async fn join_with(
    home: &Home,
    accounts: Vec<Account>,
    change: impl FnOnce(&mut Catalog),
) -> Result<Imported, Error> {
    join_on(home, START, accounts, change).await
}

/// The day from which on they are customers.
const START: &str = "2026-11-01";

/// As [`join_with`], on a day.
///
/// # Errors
/// The stack's.
pub async fn join_on(
    home: &Home,
    day: &str,
    accounts: Vec<Account>,
    change: impl FnOnce(&mut Catalog),
) -> Result<Imported, Error> {
    let (start, gateway) = (date(START), CODE.parse().ok());
    let mut catalog = Generator { seed: 1, accounts: 0, start, gateway }.catalog();
    change(&mut catalog);
    let accounts =
        accounts.into_iter().map(|account| NewAccount { account, opening: None }).collect();
    let data = Dataset { catalog, accounts, usage: [].into() };
    import(home.stack.store(), &data, date(day), true).await
}

/// All that is owed, at the till.
///
/// # Errors
/// The stack's, and when there is no such account.
pub async fn pays(
    home: &Home,
    id: &AccountId,
    rail: Rail,
    receipt: &str,
    on: &str,
) -> Result<(), Error> {
    let account = home.stack.store().account(id).await?.ok_or("there is no such account")?;
    let late = Money::zero(account.currency);
    receive(home, About::Account(id.clone()), rail, receipt, (account.balance, late), on).await
}

/// All that is open of an invoice, by Pix at a bank that adds something for being late.
///
/// # Errors
/// The stack's.
pub async fn pays_late(
    home: &Home,
    invoice: &Invoice,
    added: Money,
    receipt: &str,
    on: &str,
) -> Result<(), Error> {
    let about = About::Invoice(invoice.account.clone(), invoice.id);
    let amount = invoice.open().plus(added)?;
    receive(home, about, Rail::Pix, receipt, (amount, added), on).await
}

/// Money comes in, with what was added for being late.
async fn receive(
    home: &Home,
    about: About,
    rail: Rail,
    receipt: &str,
    (amount, late): (Money, Money),
    on: &str,
) -> Result<(), Error> {
    let receipt = Receipt {
        money: receipt.parse()?,
        about,
        rail,
        amount,
        late: Some(late),
        paid_on: date(on),
        recalled_by_name: false,
    };
    home.stack.enter(Notice { gateway: "till".parse()?, fact: Fact::Received(receipt) })?;
    home.stack.settle().await
}
