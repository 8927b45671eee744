//! A page of Stripe's on which one invoice is paid by card: a payment link that is good for one
//! payment. It stands until it is paid or taken back, as what is printed has to; a checkout session
//! runs out after a day, and one is opened whenever somebody follows the link.

use mensal_domain::{
    charge::{ChargeKey, PaymentCodes},
    rail::Rail,
    reference::Reference,
};

use super::{
    Stripe, amount,
    api::{Form, Trouble},
    id, named,
    objects::{List, Named, PaymentLink, Session},
};
use crate::gateway::{Fault, Order, Registered, Standing};

/// Where pages are opened that are to be filled in at once.
pub(super) const SESSIONS: &str = "v1/checkout/sessions";
/// Where links are.
const LINKS: &str = "v1/payment_links";
/// A link is opened by many at most so many hundred times a day.
const MOST_OPEN: usize = 5;
/// Where prices are: a link asks for one.
const PRICES: &str = "v1/prices";

impl Stripe {
    /// Makes a link. The same order under the same key: the same link.
    pub(super) async fn open_page(&self, order: &Order) -> Result<Registered, Fault> {
        if order.key.rail != Rail::Card {
            return Err(Fault::Unsupported("open a page for another rail than cards"));
        }
        let Order { key, terms, payer, today } = order;
        let price = Form::default()
            .with("currency", amount::code(terms.amount.currency()))
            .with("unit_amount", amount::counted(terms.amount)?)
            .with("product_data[name]", &payer.invoice_number);
        let price: Named =
            self.api.post(PRICES, &format!("mensal/price/{key}/{today}"), &price).await?;
        let link = Form::default()
            .with("line_items[0][price]", &price.id)
            .with("line_items[0][quantity]", 1)
            .with("payment_method_types[0]", "card")
            .with("restrictions[completed_sessions][limit]", 1)
            .with("after_completion[type]", "redirect")
            .with("after_completion[redirect][url]", &self.return_to)
            .with("metadata[mensal_charge]", key)
            .with("payment_intent_data[metadata][mensal_charge]", key)
            .with("payment_intent_data[metadata][mensal_purpose]", "page")
            .with("payment_intent_data[metadata][mensal_invoice]", &payer.invoice_number);
        registered(&self.api.post(LINKS, &format!("mensal/page/{key}/{today}"), &link).await?)
    }

    /// Takes a link back, so that it cannot be paid any more, by those who have it open either.
    pub(super) async fn close_page(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        let standing = self.look_at_page(key, reference).await?;
        let (Standing::Registered { .. } | Standing::Cancelled, Some(reference)) =
            (&standing, reference)
        else {
            return Ok(standing);
        };
        let link = id(reference)?;
        let path = format!("{LINKS}/{link}");
        let _: Named = self.api.change(&path, &Form::default().with("active", false)).await?;
        for _ in 0..MOST_OPEN {
            let open = self.sessions(link, "open").await?;
            if open.is_empty() {
                return self.look_at_page(key, Some(reference)).await;
            }
            for session in open {
                let path = format!("{SESSIONS}/{}/expire", id(&named(&session.id)?)?);
                match self.api.change::<Named>(&path, &Form::default()).await {
                    // It was paid, or has run out, in between.
                    Ok(_) | Err(Trouble::Denied(_)) => {}
                    Err(Trouble::Fault(fault)) => return Err(fault),
                }
            }
        }
        Err(Fault::Unknown("there are pages of its link that do not close".into()))
    }

    /// How a link stands.
    pub(super) async fn look_at_page(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        let Some(reference) = reference else { return Ok(Standing::Missing) };
        let path = format!("{LINKS}/{}", id(reference)?);
        let link: PaymentLink = match self.api.get(&path, &[("expand[]", "line_items")]).await {
            Ok(link) => link,
            Err(Trouble::Denied(denial)) if denial.is_missing() => return Ok(Standing::Missing),
            Err(trouble) => return Err(trouble.into()),
        };
        if link.metadata.charge != Some(key.to_string()) {
            return Ok(Standing::Missing);
        }
        let done = self.sessions(&link.id, "complete").await?;
        if done.iter().any(|session| session.payment_status != "unpaid") {
            return Ok(Standing::Paid);
        }
        // The payer has done all, and the money is on its way.
        if !done.is_empty() {
            return Ok(Standing::InWork);
        }
        if !link.active {
            return Ok(Standing::Cancelled);
        }
        let asked = link.line_items.iter().flat_map(|items| &items.data).next();
        let amount = asked.and_then(|item| amount::told(item.amount_total, &item.currency));
        let unread = || Fault::Unknown("its answer has no amount".into());
        let amount = amount.ok_or_else(unread)?;
        Ok(Standing::Registered { charge: registered(&link)?, amount, due: None })
    }

    /// The pages that were opened by a link and stand so.
    async fn sessions(&self, link: &str, status: &str) -> Result<Vec<Session>, Fault> {
        let query = [("payment_link", link), ("status", status), ("limit", "100")];
        let list: List<Session> = self.api.get(SESSIONS, &query).await?;
        Ok(list.data)
    }
}

fn registered(link: &PaymentLink) -> Result<Registered, Fault> {
    Ok(Registered {
        reference: Some(named(&link.id)?),
        called_by_reference: false,
        codes: PaymentCodes { link: Some(link.url.clone()), ..PaymentCodes::default() },
    })
}
