//! Stored methods, as they are shown.

use mensal_domain::{method::Expiry, payment::MethodChange, rail::Rail};

use super::{
    objects::{BankAccount, Card, PaymentMethod},
    rail_of,
};
use crate::gateway::shown::can_be_shown;

/// A method that can be collected with; none if it is of a kind that we do not serve, or does not
/// say enough.
pub(super) fn active(method: &PaymentMethod) -> Option<MethodChange> {
    let rail = rail_of(&method.kind)?;
    match rail {
        Rail::Card => card(method.card.as_ref()?),
        _ => Some(account(method.us_bank_account.as_ref()?)),
    }
}

fn card(card: &Card) -> Option<MethodChange> {
    let brand = match card.brand.as_str() {
        "amex" => "American Express",
        "cartes_bancaires" => "Cartes Bancaires",
        "diners" => "Diners Club",
        "discover" => "Discover",
        "elo" => "Elo",
        "jcb" => "JCB",
        "mastercard" => "Mastercard",
        "unionpay" => "UnionPay",
        "visa" => "Visa",
        _ => "",
    };
    Some(MethodChange::Active {
        rail: Rail::Card,
        label: label(brand, Some(&card.last4)),
        expires: Some(Expiry::new(card.exp_year, card.exp_month)?),
    })
}

fn account(account: &BankAccount) -> MethodChange {
    // The name is the bank's own, or whatever else stands in its place.
    let bank = account.bank_name.as_deref().filter(|name| can_be_shown(name)).unwrap_or_default();
    let bank: String = bank.chars().take(40).collect();
    let label = label(&bank, account.last4.as_deref());
    MethodChange::Active { rail: Rail::BankDebit, label, expires: None }
}

/// `Visa •••• 4242`. Whatever is not four digits is left out: no number gets through here.
fn label(name: &str, last: Option<&str>) -> String {
    let four = |text: &&str| text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    match last.filter(four) {
        Some(last) => format!("{name} •••• {last}").trim_start().to_owned(),
        None => name.to_owned(),
    }
}
