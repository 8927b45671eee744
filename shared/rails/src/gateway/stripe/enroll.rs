//! Storing a method on a page of Stripe's, looking at it, and ending it.

use mensal_domain::{
    locale::Locale, method::PaymentMethod as Stored, payment::MethodChange, reference::Reference,
};

use super::{
    Stripe,
    api::{Form, Trouble},
    id, kind_of, method, named,
    objects::{Named, PaymentMethod, Session},
    page::SESSIONS,
};
use crate::gateway::{Enrolled, Enrollment, Fault};

impl Stripe {
    /// Opens a page on which the payer stores a method. It lives for 24 hours.
    pub(super) async fn open_enrollment(&self, order: &Enrollment) -> Result<Enrolled, Fault> {
        let Enrollment { account, method, rail, payer, .. } = order;
        let kind = kind_of(*rail)?;
        let customer = Form::default()
            .with_some("name", &payer.customer.name)
            .with_some("email", &payer.email)
            .with("metadata[mensal_account]", account);
        let key = format!("mensal/customer/{account}/{method}");
        let customer: Named = self.api.post("v1/customers", &key, &customer).await?;
        let language = match order.locale {
            Locale::PtBr => "pt-BR",
            Locale::EnUs => "en",
        };
        let page = Form::default()
            .with("mode", "setup")
            .with("customer", &customer.id)
            .with("payment_method_types[0]", kind)
            .with("locale", language)
            .with("success_url", &order.return_to)
            .with("cancel_url", &order.return_to)
            .with("setup_intent_data[metadata][mensal_account]", account)
            .with("setup_intent_data[metadata][mensal_method]", method)
            .with("setup_intent_data[metadata][mensal_rail]", rail);
        let key = format!("mensal/enrollment/{account}/{method}");
        let session: Session = self.api.post(SESSIONS, &key, &page).await?;
        Ok(Enrolled { reference: Some(named(&session.id)?), link: session.url, pix: None })
    }

    /// What is shown of a method; revoked if it is nobody's any more.
    pub(super) async fn look_at_method(&self, token: &Reference) -> Result<MethodChange, Fault> {
        match self.stored(token).await? {
            Some(stored) if stored.customer.is_some() => method::active(&stored)
                .ok_or_else(|| Fault::Refused("the method is of no kind that is served".into())),
            _ => Ok(MethodChange::Revoked),
        }
    }

    /// A method as Stripe has it; none if it is not there.
    pub(super) async fn stored(&self, token: &Reference) -> Result<Option<PaymentMethod>, Fault> {
        let path = format!("v1/payment_methods/{}", id(token)?);
        match self.api.get(&path, &[]).await {
            Ok(method) => Ok(Some(method)),
            Err(Trouble::Denied(denial)) if denial.is_missing() => Ok(None),
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// Takes a method from its customer: it cannot be collected with any more, by anybody.
    pub(super) async fn detach(&self, method: &Stored) -> Result<(), Fault> {
        // Never stored: there is nothing to end.
        let Some(token) = &method.token else { return Ok(()) };
        let path = format!("v1/payment_methods/{}/detach", id(token)?);
        let key = format!("mensal/detach/{token}");
        match self.api.post::<Named>(&path, &key, &Form::default()).await {
            Ok(_) => Ok(()),
            // Stripe refuses what is nobody's already, or was never there.
            Err(Trouble::Denied(denial)) => match self.stored(token).await? {
                Some(stored) if stored.customer.is_some() => Err(Trouble::Denied(denial).into()),
                _ => Ok(()),
            },
            Err(Trouble::Fault(fault)) => Err(fault),
        }
    }
}
