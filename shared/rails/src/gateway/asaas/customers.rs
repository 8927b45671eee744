//! Payers: Asaas wants each to be a customer of its own, and a stored card belongs to one.

use mensal_domain::{charge::Payer, ids::AccountId, reference::Reference};

use super::{
    api::{self, Api},
    wire::{Customer, CustomerOrder},
};
use crate::{gateway::Fault, payer::TaxNumber};

/// The customer that an account is at Asaas, told anew if its name, number or address has changed,
/// and made if there is none. It is found by the account's id in `externalReference`.
///
/// # Errors
/// [`Fault`]; [`Fault::Refused`] if the payer has no CPF or CNPJ, or a wrong one.
pub(super) async fn customer(
    api: &Api,
    account: &AccountId,
    payer: &Payer,
) -> Result<Reference, Fault> {
    let number = TaxNumber::of(payer).map_err(|lacking| Fault::Refused(lacking.to_string()))?;
    let order = CustomerOrder {
        name: &payer.customer.name,
        cpf_cnpj: number.as_str(),
        email: &payer.email,
        external_reference: account.as_str(),
        notification_disabled: true,
    };
    let filters = [("externalReference", account.as_str())];
    let known: Vec<Customer> = api.list("v3/customers", &filters).await?;
    // Two may have been made at once: the same one is taken each time, since cards belong to it.
    let known = known.into_iter().filter(|one| one.deleted != Some(true));
    match known.min_by(|one, other| one.id.cmp(&other.id)) {
        Some(known) if is_told(&known, &order) => Ok(known.id),
        Some(known) => Ok(api.put::<Customer>(&api::customer(&known.id)?, &order).await?.id),
        None => Ok(api.post::<Customer>("v3/customers", &order).await?.id),
    }
}

/// Whether Asaas has what we would tell it. An address that is not told is left as it is.
fn is_told(known: &Customer, order: &CustomerOrder<'_>) -> bool {
    known.name.as_deref() == Some(order.name)
        && known.cpf_cnpj.as_deref() == Some(order.cpf_cnpj)
        && (order.email.is_empty() || known.email.as_deref() == Some(order.email))
}
