//! A page of Stripe's (a checkout session) on which one invoice is paid by card.

use mensal_domain::{
    charge::{ChargeKey, PaymentCodes},
    rail::Rail,
    reference::Reference,
};

use super::{
    Stripe, amount,
    api::{Form, Trouble},
    id, named,
    objects::Session,
};
use crate::gateway::{Fault, Order, Registered, Standing};

/// Where pages are.
pub(super) const SESSIONS: &str = "v1/checkout/sessions";

impl Stripe {
    /// Opens a page. The same order under the same key: the same page.
    pub(super) async fn open_page(&self, order: &Order) -> Result<Registered, Fault> {
        if order.key.rail != Rail::Card {
            return Err(Fault::Unsupported("open a page for another rail than cards"));
        }
        let key = format!("mensal/page/{}", order.key);
        let session: Session = self.api.post(SESSIONS, &key, &self.page(order)?).await?;
        registered(&session)
    }

    fn page(&self, order: &Order) -> Result<Form, Fault> {
        let Order { key, terms, payer, .. } = order;
        Ok(Form::default()
            .with("mode", "payment")
            .with("payment_method_types[0]", "card")
            .with("line_items[0][quantity]", 1)
            .with("line_items[0][price_data][currency]", amount::code(terms.amount.currency()))
            .with("line_items[0][price_data][unit_amount]", amount::counted(terms.amount)?)
            .with("line_items[0][price_data][product_data][name]", &payer.invoice_number)
            // What the invoice asks for is what comes in, in its own currency.
            .with("adaptive_pricing[enabled]", false)
            .with_some("customer_email", &payer.email)
            .with("success_url", &self.return_to)
            .with("client_reference_id", key)
            .with("metadata[mensal_charge]", key)
            .with("payment_intent_data[metadata][mensal_charge]", key)
            .with("payment_intent_data[metadata][mensal_purpose]", "page")
            .with("payment_intent_data[metadata][mensal_invoice]", &payer.invoice_number))
    }

    /// Takes a page back, so that it cannot be paid any more.
    pub(super) async fn close_page(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        let standing = self.look_at_page(key, reference).await?;
        let (Standing::Registered { .. }, Some(reference)) = (&standing, reference) else {
            return Ok(standing);
        };
        // Noted first: Stripe itself does not tell a page that was closed from one that ran out.
        let page = id(reference)?;
        let note = Form::default().with("metadata[mensal_cancelled]", true);
        let (path, order) = (format!("{SESSIONS}/{page}"), format!("mensal/cancel/{page}"));
        let _: Session = self.api.post(&path, &order, &note).await?;
        let (path, order) = (format!("{path}/expire"), format!("mensal/expire/{page}"));
        match self.api.post::<Session>(&path, &order, &Form::default()).await {
            Ok(session) => stands(&session),
            // It was paid, or has run out, in between.
            Err(Trouble::Denied(_)) => self.look_at_page(key, Some(reference)).await,
            Err(Trouble::Fault(fault)) => Err(fault),
        }
    }

    /// How a page stands.
    pub(super) async fn look_at_page(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        let Some(reference) = reference else { return Ok(Standing::Missing) };
        let path = format!("{SESSIONS}/{}", id(reference)?);
        let session: Session = match self.api.get(&path, &[]).await {
            Ok(session) => session,
            Err(Trouble::Denied(denial)) if denial.is_missing() => return Ok(Standing::Missing),
            Err(trouble) => return Err(trouble.into()),
        };
        if session.metadata.charge != Some(key.to_string()) {
            return Ok(Standing::Missing);
        }
        stands(&session)
    }
}

fn stands(session: &Session) -> Result<Standing, Fault> {
    Ok(match (session.status.as_deref(), session.payment_status.as_str()) {
        (Some("open"), _) => {
            let told = session.amount_total.zip(session.currency.as_deref());
            let amount = told.and_then(|(units, currency)| amount::told(units, currency));
            let unread = || Fault::Unknown("its answer has no amount".into());
            let amount = amount.ok_or_else(unread)?;
            Standing::Registered { charge: registered(session)?, amount, due: None }
        }
        // The payer has done all, and the money is on its way.
        (Some("complete"), "unpaid") => Standing::InWork,
        (Some("complete"), _) => Standing::Paid,
        (Some("expired"), _) if session.metadata.cancelled.is_some() => Standing::Cancelled,
        (Some("expired"), _) => Standing::Expired,
        _ => return Err(Fault::Unknown("its answer has a status that is not known".into())),
    })
}

fn registered(session: &Session) -> Result<Registered, Fault> {
    let unread = || Fault::Unknown("its answer has no address of a page".into());
    let link = session.url.clone().ok_or_else(unread)?;
    Ok(Registered {
        reference: Some(named(&session.id)?),
        called_by_reference: false,
        codes: PaymentCodes { link: Some(link), ..PaymentCodes::default() },
    })
}
