//! `methods.csv`: payment methods that customers have stored elsewhere, by what the gateway calls
//! each. Never a card number.

use std::collections::{BTreeMap, BTreeSet};

use mensal_domain::{
    ids::{AccountId, MethodId},
    method::{MethodState, PaymentMethod},
    money::Money,
    rail::Rail,
    reference::Reference,
};
use rust_decimal::Decimal;

use crate::{
    accounts::Accounts,
    cell::{Parsed, amount, named, text, whole, wrong},
    table::{Context, Row, Spec, Table},
};

/// The longest label.
pub const MAX_LABEL: usize = 60;
/// The most methods of an account.
pub const MAX_METHODS: usize = 20;
/// The most instalments of a card.
pub const MAX_INSTALMENTS: u32 = 24;

const METHODS: Spec = Spec {
    file: "methods.csv",
    needed: false,
    required: &["account", "id", "rail", "gateway", "token", "since"],
    optional: &["label", "expires", "limit", "instalments"],
};

/// Adds the methods to their accounts, in the order of the rows: the first is tried first.
pub(crate) fn read(context: &Context<'_>, accounts: &mut Accounts) {
    let mut seen: BTreeMap<AccountId, BTreeSet<MethodId>> = BTreeMap::new();
    for row in Table::read(context, &METHODS).rows() {
        let account = accounts.index.refer(&row, "account");
        let id = row.need("id", named::<MethodId>);
        if let Some((account, id)) = account.as_ref().zip(id.as_ref()) {
            let known = seen.entry(account.clone()).or_default();
            if known.len() == MAX_METHODS {
                let wrong = format!("account {account} has too many methods");
                row.fault("account", wrong, format!("use at most {MAX_METHODS}"));
            }
            if !known.insert(id.clone()) {
                let wrong = format!("account {account} has it twice");
                row.fault("id", wrong, "give each method of an account a name of its own");
            }
        }
        let new = account.and_then(|account| accounts.by_id.get_mut(&account));
        let currency = new.as_ref().map(|new| new.account.currency);
        let limit = row.may("limit", |given| {
            let limit = amount(currency, given)?;
            if limit > Decimal::ZERO {
                Ok(limit)
            } else {
                Err(wrong("is no limit", "use more than 0"))
            }
        });
        let method = method(&row, id);
        if let Some((new, method)) = new.zip(method) {
            let limit = limit.and_then(|limit| Money::exact(limit, new.account.currency).ok());
            new.account.methods.push(PaymentMethod { limit, ..method });
        }
    }
}

fn method(row: &Row<'_>, id: Option<MethodId>) -> Option<PaymentMethod> {
    let rail = row.need("rail", collected);
    let gateway = row.need("gateway", named);
    let token = row.need("token", token);
    let since = row.need_date("since");
    let label = row.may("label", |given| text(MAX_LABEL, given));
    let expires = row.may("expires", named);
    let instalments = row.may("instalments", |given| whole(1..=MAX_INSTALMENTS, given));
    if instalments.is_some_and(|parts| parts > 1) && rail.is_some_and(|rail| rail != Rail::Card) {
        row.fault("instalments", "are of cards alone", "leave it empty, or write 1");
    }
    Some(PaymentMethod {
        id: id?,
        rail: rail?,
        gateway: gateway?,
        state: MethodState::Active,
        token: Some(token?),
        label: label.unwrap_or_default(),
        expires,
        limit: None,
        instalments: instalments.and_then(|parts| u8::try_from(parts).ok()).unwrap_or(1),
        since: since?,
        warned: false,
    })
}

fn collected(text: &str) -> Parsed<Rail> {
    let right = "use card, bank_debit or pix_automatico: what is collected from by itself";
    match text.parse::<Rail>() {
        Ok(rail) if rail.is_collected() => Ok(rail),
        Ok(_) => Err(wrong("is paid by the customer", right)),
        Err(_) => Err(wrong("is no rail", right)),
    }
}

/// What a gateway calls a method by. No card number: none is to lie in a table.
fn token(text: &str) -> Parsed<Reference> {
    let token: Reference = named(text)?;
    if is_card_number(text) {
        let right = "use what the gateway calls the card by, and tell nobody its number";
        return Err(wrong("is the number of a card", right));
    }
    Ok(token)
}

/// Thirteen to nineteen digits whose last is right (ISO/IEC 7812-1, annex B).
fn is_card_number(text: &str) -> bool {
    if !(13..=19).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return false;
    }
    let digits = text.bytes().rev().map(|b| u32::from(b - b'0'));
    let doubled = |(place, digit): (usize, u32)| match (place % 2, digit * 2) {
        (0, _) => digit,
        (_, twice) => twice / 10 + twice % 10,
    };
    digits.enumerate().map(doubled).sum::<u32>() % 10 == 0
}
