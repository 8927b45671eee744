//! `methods`: the payment methods that an account has stored.

use jiff::civil::Date;
use mensal_domain::{
    account::Account,
    charge::Payer,
    ids::{AccountId, MethodId},
    method::{MethodState, PaymentMethod, make_default},
    rail::Rail,
};
use mensal_rails::gateway::Enrollment;
use mensal_store::StoreError;

use super::{Failed, Opened, say};
use crate::cli::{AddMethod, MethodCommand, OneMethod, Place};

pub(crate) async fn methods(command: &MethodCommand) -> Result<(), Failed> {
    match command {
        MethodCommand::List { account, place } => list(account, place).await,
        MethodCommand::Add(options) => add(options).await,
        MethodCommand::Default(one) => default(one).await,
        MethodCommand::Instalments { one, parts } => instalments(one, *parts).await,
        MethodCommand::Revoke(one) => revoke(one).await,
    }
}

async fn account(opened: &Opened, id: &AccountId) -> Result<Account, Failed> {
    let account = opened.store().account(id).await?;
    account.ok_or_else(|| Failed::Nothing(format!("there is no account {id}")))
}

fn no_method(account: &AccountId, method: &MethodId) -> Failed {
    Failed::Nothing(format!("account {account} has no method {method}"))
}

async fn list(id: &AccountId, place: &Place) -> Result<(), Failed> {
    let opened = Opened::existing(place).await?;
    let account = account(&opened, id).await?;
    if account.methods.is_empty() {
        say("no method is stored\n")?;
    }
    for method in &account.methods {
        let state = match method.state {
            MethodState::Pending => "asked",
            MethodState::Active => "active",
            MethodState::Expired => "expired",
            MethodState::Revoked => "revoked",
        };
        let expires = method.expires.map(|expiry| format!(", until {expiry}")).unwrap_or_default();
        let parts = method.instalments;
        let parts = if parts > 1 { format!(", in {parts} instalments") } else { String::new() };
        let (id, rail, gateway, label) = (&method.id, method.rail, &method.gateway, &method.label);
        say(&format!(
            "{id}  {rail} at {gateway}  {label}  {state} since {}{expires}{parts}\n",
            method.since
        ))?;
    }
    Ok(())
}

/// Asks the gateway for a page or a code by which the payer stores a method. What comes of it, a
/// webhook tells.
async fn add(options: &AddMethod) -> Result<(), Failed> {
    let opened = Opened::existing(&options.place).await?;
    let mut account = account(&opened, &options.account).await?;
    if account.methods.iter().any(|method| method.id == options.method) {
        let (account, method) = (&options.account, &options.method);
        return Err(Failed::Data(format!(
            "mensal: account {account} has a method {method} already"
        )));
    }
    let connected = opened.gateway(&options.place, &options.gateway).await?;
    if !connected.serves(options.rail) || !options.rail.is_collected() {
        let (gateway, rail) = (&options.gateway, options.rail);
        let offers =
            Rail::ALL.into_iter().filter(|one| one.is_collected() && connected.serves(*one));
        let offers: Vec<_> = offers.map(Rail::as_str).collect();
        let right = if offers.is_empty() {
            "none is stored there: use another gateway".to_owned()
        } else {
            format!("use {}", offers.join(" or "))
        };
        return Err(Failed::Data(format!(
            "mensal: gateway {gateway} collects nothing by {rail}: {right}"
        )));
    }
    let return_to = match (&options.return_to, options.rail) {
        (Some(address), _) => address.clone(),
        (None, Rail::PixAutomatico) => String::new(),
        (None, _) => {
            return Err(Failed::Data(
                "mensal: the gateway's page has to send the customer on: say where with --return-to, \
                 like https://provedor.example/obrigado"
                    .into(),
            ));
        }
    };
    let today: Date = opened.today().await?;
    let enrollment = Enrollment {
        account: account.id.clone(),
        method: options.method.clone(),
        rail: options.rail,
        payer: Payer {
            customer: account.customer.clone(),
            email: account.email.clone(),
            region: account.region.clone(),
            invoice_number: String::new(),
        },
        locale: account.locale,
        return_to,
        starts_on: today,
        limit: None,
    };
    let enrolled = connected.enroll(&enrollment).await.map_err(|why| why.to_string())?;
    let was = account.version;
    account.version += 1;
    account.methods.push(PaymentMethod {
        id: options.method.clone(),
        rail: options.rail,
        gateway: options.gateway.clone(),
        state: MethodState::Pending,
        token: enrolled.reference.clone(),
        label: String::new(),
        expires: None,
        limit: None,
        instalments: 1,
        since: today,
        warned: false,
    });
    match &enrolled.reference {
        Some(token) => {
            let done = opened.store().commit_method(was, &account, &options.gateway, token).await;
            done.map_err(moved)?;
        }
        None => commit(&opened, was, &account).await?,
    }
    for (what, text) in [("open", &enrolled.link), ("authorise with Pix", &enrolled.pix)] {
        if let Some(text) = text {
            say(&format!("{what}: {text}\n"))?;
        }
    }
    opened.told().await?;
    let (method, account) = (&options.method, &options.account);
    say(&format!("method {method} of account {account} is active once the gateway says so\n"))?;
    Ok(())
}

/// Puts a method in front, unless it is over: nothing is tried from it. The run tries it for what is due.
async fn default(one: &OneMethod) -> Result<(), Failed> {
    let opened = Opened::existing(&one.place).await?;
    let account = account(&opened, &one.account).await?;
    let method = account.methods.iter().find(|method| method.id == one.method);
    let over = match method.map(|method| method.state) {
        Some(MethodState::Revoked) => "revoked",
        Some(MethodState::Expired) => "expired",
        _ => {
            let today = opened.today().await?;
            let put_in_front = |to: &mut Account| {
                let found = make_default(&mut to.methods, &one.method);
                if found {
                    to.collect_by(today);
                }
                found
            };
            return change(one, put_in_front).await;
        }
    };
    let (method, account) = (&one.method, &one.account);
    Err(Failed::Data(format!(
        "mensal: method {method} of account {account} is {over}: use one that is active"
    )))
}

async fn change(one: &OneMethod, change: impl FnOnce(&mut Account) -> bool) -> Result<(), Failed> {
    let opened = Opened::existing(&one.place).await?;
    let mut account = account(&opened, &one.account).await?;
    let was = account.version;
    if !change(&mut account) {
        return Err(no_method(&one.account, &one.method));
    }
    account.version += 1;
    commit(&opened, was, &account).await?;
    say(&format!("done: method {} of account {}\n", one.method, one.account))?;
    Ok(())
}

/// In how many parts a card is charged; nothing else is charged in parts.
async fn instalments(one: &OneMethod, parts: u8) -> Result<(), Failed> {
    let opened = Opened::existing(&one.place).await?;
    let account = account(&opened, &one.account).await?;
    let method = account.methods.iter().find(|method| method.id == one.method);
    if let Some(rail) =
        method.map(|method| method.rail).filter(|rail| *rail != Rail::Card && parts > 1)
    {
        return Err(Failed::Data(format!(
            "mensal: method {} of account {} is a {rail}: only cards are charged in instalments",
            one.method, one.account
        )));
    }
    change(one, |account| {
        let method = account.methods.iter_mut().find(|method| method.id == one.method);
        method.is_some_and(|method| {
            method.instalments = parts;
            true
        })
    })
    .await
}

/// Ends a method at its gateway, then here: what is over there and not here is declined, and tried
/// no more.
async fn revoke(one: &OneMethod) -> Result<(), Failed> {
    let opened = Opened::existing(&one.place).await?;
    let mut account = account(&opened, &one.account).await?;
    let (was, today) = (account.version, opened.today().await?);
    let method = account.methods.iter_mut().find(|method| method.id == one.method);
    let method = method.ok_or_else(|| no_method(&one.account, &one.method))?;
    let gateway = opened.gateway(&one.place, &method.gateway).await?;
    gateway.revoke(method).await.map_err(|why| why.to_string())?;
    (method.state, method.since) = (MethodState::Revoked, today);
    account.version += 1;
    // What was to be charged to it is to be paid otherwise.
    account.collect_by(today);
    commit(&opened, was, &account).await?;
    say(&format!("method {} of account {} is revoked\n", one.method, one.account))?;
    Ok(())
}

async fn commit(opened: &Opened, was: u64, account: &Account) -> Result<(), Failed> {
    opened.store().commit_account(was, account).await.map_err(moved)
}

fn moved(error: StoreError) -> Failed {
    match error {
        StoreError::Moved => Failed::from("the account has just changed: type the command again"),
        other => other.into(),
    }
}
