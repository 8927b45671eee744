//! `methods.csv`: payment methods that customers have stored elsewhere, by what the gateway calls
//! each. Never a card number.

use std::collections::{BTreeMap, BTreeSet};

use mensal_domain::{
    ids::{AccountId, MethodId},
    method::{MethodState, PaymentMethod},
    money::Money,
    rail::Rail,
};

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
        let limit = row.may("limit", |given| amount(currency, given));
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
    let token = row.need("token", named);
    let since = row.need_date("since");
    let label = row.may("label", |given| text(MAX_LABEL, given));
    let expires = row.may("expires", named);
    let instalments = row.may("instalments", |given| whole(1..=MAX_INSTALMENTS, given));
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
    let rail: Rail = named(text)?;
    if rail.is_collected() {
        return Ok(rail);
    }
    let right = "use card, bank_debit or pix_automatico: what is collected from by itself";
    Err(wrong("is paid by the customer", right))
}
