//! Charges that payers pay: one payment of Asaas each, found again by their key in
//! `externalReference`.
//!
//! Asaas has no key that makes a request safe to repeat: its page on payments says to look the
//! payment up first. Should two be made of one key at the same moment all the same, both bear the
//! key, so that what is paid on either settles the invoice, and taking the charge back removes both.

use mensal_domain::{
    charge::ChargeKey,
    money::{Currency, Money},
    rail::Rail,
    reference::Reference,
};

use super::{
    Asaas, api,
    api::Trouble,
    customers::customer,
    own::Own,
    wire::{BillingType, Fine, Interest, LateOrder, Payment, PaymentOrder, Removed, Status},
};
use crate::{
    amount::Amount,
    gateway::{Fault, Order, Registered, Standing},
};

impl Asaas {
    pub(super) async fn register_charge(&self, order: &Order) -> Result<Registered, Fault> {
        let mut asked = payment_order(order)?;
        let payment = match first(self.of_key(&order.key).await?) {
            Some(known) if known.status.is_open() => known,
            Some(_) => return Err(Fault::Conflict("it is no longer to be paid".into())),
            None => {
                let account = &order.key.account;
                asked.customer = Some(customer(&self.api, account, &order.payer).await?);
                self.api.post("v3/payments", &asked).await?
            }
        };
        self.registered(&payment, order.key.rail).await
    }

    pub(super) async fn amend_charge(
        &self,
        order: &Order,
        reference: Option<&Reference>,
    ) -> Result<Registered, Fault> {
        let asked = payment_order(order)?;
        let known = self.find(&order.key, reference).await?;
        let open = known.filter(|known| known.deleted != Some(true) && known.status.is_open());
        let open = open.ok_or_else(|| Fault::Conflict("there is none to be paid".into()))?;
        let payment = self.api.put(&api::payment(&open.id, "")?, &asked).await?;
        self.registered(&payment, order.key.rail).await
    }

    pub(super) async fn cancel_charge(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        let mut known = self.of_key(key).await?;
        // What is removed is in no list: it is asked for by its name. What could not be removed
        // counts more, and what was paid most.
        known.sort_by_key(|known| known.status.is_paid());
        let mut name = reference.cloned();
        for one in known {
            if one.status.is_open() && self.remove(&one.id).await? {
                name.get_or_insert(one.id);
            } else {
                name = Some(one.id);
            }
        }
        self.standing(key, name.as_ref()).await
    }

    /// Removes a payment. False if it stands otherwise by now: paid, or removed by somebody else.
    async fn remove(&self, id: &Reference) -> Result<bool, Fault> {
        match self.api.delete::<Removed>(&api::payment(id, "")?).await {
            Ok(removed) => Ok(removed.deleted),
            Err(Trouble::Refusal(refusal)) if refusal.is_missing() || refusal.is_conflict() => {
                Ok(false)
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// How a charge stands.
    pub(super) async fn standing(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        let Some(known) = self.find(key, reference).await? else { return Ok(Standing::Missing) };
        match known.status {
            _ if known.deleted == Some(true) => Ok(Standing::Cancelled),
            status if status.is_paid() => Ok(Standing::Paid),
            status if status.is_in_work() => Ok(Standing::InWork),
            // A boleto whose registration has ended.
            Status::Overdue if known.can_be_paid_after_due_date == Some(false) => {
                Ok(Standing::Expired)
            }
            status if status.is_open() => Ok(Standing::Registered {
                amount: Some(reais(known.value)?)
                    .filter(|amount| amount.is_positive())
                    .ok_or_else(|| {
                        Fault::Unknown("it tells an amount that is none to be paid".into())
                    })?,
                due: known.due_date,
                charge: self.registered(&known, key.rail).await?,
            }),
            _ => Err(Fault::Unknown("it stands in a way that this version does not know".into())),
        }
    }

    /// A charge's payment: by its name, else the one that counts of those that bear its key.
    async fn find(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Option<Payment>, Fault> {
        let Some(reference) = reference else { return Ok(first(self.of_key(key).await?)) };
        match self.api.get::<Payment>(&api::payment(reference, "")?).await {
            Ok(known) => {
                let own = known.external_reference.as_deref() == Some(key.to_string().as_str());
                Ok(own.then_some(known))
            }
            Err(Trouble::Refusal(refusal)) if refusal.is_missing() => Ok(None),
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// All payments that bear a key and are not removed.
    pub(super) async fn of_key(&self, key: &ChargeKey) -> Result<Vec<Payment>, Fault> {
        self.of_own(&Own::Charge(key.clone())).await
    }

    /// All payments that we call so and that are not removed.
    pub(super) async fn of_own(&self, own: &Own) -> Result<Vec<Payment>, Fault> {
        let own = own.to_string();
        let filters = [("externalReference", own.as_str())];
        let known: Vec<Payment> = self.api.list("v3/payments", &filters).await?;
        Ok(known.into_iter().filter(|known| known.deleted != Some(true)).collect())
    }
}

/// The one that counts of payments of one key: one that was paid, else the same each time.
pub(super) fn first(known: Vec<Payment>) -> Option<Payment> {
    known.into_iter().min_by_key(|known| (!known.status.is_paid(), known.id.clone()))
}

/// An amount of Asaas, which knows reais alone.
pub(super) fn reais(amount: Amount) -> Result<Money, Fault> {
    let money = amount.money(Currency::BRL);
    money.map_err(|_| Fault::Unknown("it tells an amount that is none of money".into()))
}

/// An amount of ours, for Asaas.
pub(super) fn in_reais(amount: Money) -> Result<Amount, Fault> {
    if amount.currency() == Currency::BRL && amount.is_positive() {
        return Ok(amount.into());
    }
    Err(Fault::Refused("Asaas takes amounts in BRL above zero".into()))
}

/// A charge as Asaas is told of it. Whom it is for is told once, when it is made.
fn payment_order(order: &Order) -> Result<PaymentOrder, Fault> {
    let billing_type = match order.key.rail {
        Rail::Boleto => BillingType::Boleto,
        Rail::Pix => BillingType::Pix,
        _ => return Err(Fault::Unsupported("register charges of this rail")),
    };
    let terms = &order.terms;
    let fine = Fine { value: terms.late.fine_percent.into(), kind: "PERCENTAGE" };
    let interest = Interest { value: terms.late.interest_percent.into() };
    Ok(PaymentOrder {
        customer: None,
        billing_type,
        value: Some(in_reais(terms.amount)?),
        // Asaas takes no date that has passed.
        due_date: terms.due.max(order.today),
        description: format!("Fatura {}", order.payer.invoice_number),
        external_reference: order.key.to_string(),
        late: Some(LateOrder { fine, interest }),
        // Of a boleto alone: a Pix charge can be paid for a year, unless it is taken back.
        days_after_due_date: (order.key.rail == Rail::Boleto).then_some(terms.payable_days),
        card: None,
        callback: None,
    })
}
