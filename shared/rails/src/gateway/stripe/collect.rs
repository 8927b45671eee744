//! Collecting from a stored method, by a payment intent that is confirmed at once, off session.

use mensal_domain::{
    charge::ChargeKey,
    payment::{About, Receipt},
    rail::Rail,
};

use super::{
    Stripe, amount,
    api::{Form, Trouble},
    decline::Reason,
    kind_of, named,
    objects::{List, PaymentIntent},
    rail_of,
};
use crate::gateway::{Collected, Collection, Fault};

/// Where payments are.
const INTENTS: &str = "v1/payment_intents";
/// So many of a customer's latest payments are looked through: years of monthly invoices.
const LATEST: &str = "100";

impl Stripe {
    /// Collects; what was collected before under the same key is told again.
    pub(super) async fn collect_once(&self, order: &Collection) -> Result<Collected, Fault> {
        let kind = kind_of(order.key.rail)?;
        if order.method.instalments > 1 {
            return Err(Fault::Unsupported("charge a stored card in instalments"));
        }
        let token = order.method.token.as_ref();
        let token = token.ok_or_else(|| Fault::Refused("the method has no token".into()))?;
        let stored = self.stored(token).await?;
        let Some(customer) = stored.and_then(|stored| stored.customer) else {
            // It may have been collected from before it was taken away.
            let earlier = self.searched(&order.key).await?;
            let gone = || Fault::Declined(Reason::coded("payment_method_detached").decline());
            return self.outcome(&earlier.ok_or_else(gone)?);
        };
        if let Some(earlier) = self.earlier(&customer, &order.key).await? {
            return self.outcome(&earlier);
        }
        // What Stripe has answered to a key it answers again for a day, an error of its own, too.
        // The day after, what it has of the key is looked up above.
        let key = format!("mensal/collection/{}/{}", order.key, order.today);
        let form = Form::default()
            .with("amount", amount::counted(order.amount)?)
            .with("currency", amount::code(order.amount.currency()))
            .with("customer", customer)
            .with("payment_method", token)
            .with("payment_method_types[0]", kind)
            .with("off_session", true)
            .with("confirm", true)
            .with("metadata[mensal_charge]", &order.key)
            .with("metadata[mensal_purpose]", "collection")
            .with("metadata[mensal_invoice]", &order.payer.invoice_number);
        match self.api.post::<PaymentIntent>(INTENTS, &key, &form).await {
            Ok(intent) => self.outcome(&intent),
            // It is not in the list yet: nothing is known of it.
            Err(Trouble::Denied(denial)) if denial.is_of_another_order() => {
                Err(Fault::Unknown(denial.to_string()))
            }
            Err(trouble) => Err(trouble.into()),
        }
    }

    /// What was ordered before under a key, among a customer's latest payments.
    async fn earlier(
        &self,
        customer: &str,
        key: &ChargeKey,
    ) -> Result<Option<PaymentIntent>, Fault> {
        let query = [("customer", customer), ("limit", LATEST)];
        let list: List<PaymentIntent> = self.api.get(INTENTS, &query).await?;
        Ok(of_key(list, key))
    }

    /// What was ordered before under a key, whoever's it was. Stripe's search is a minute behind.
    async fn searched(&self, key: &ChargeKey) -> Result<Option<PaymentIntent>, Fault> {
        let path = format!("{INTENTS}/search");
        let query = format!("metadata['mensal_charge']:'{key}'");
        let list: List<PaymentIntent> = self.api.get(&path, &[("query", &query)]).await?;
        Ok(of_key(list, key))
    }

    /// What has become of it.
    fn outcome(&self, intent: &PaymentIntent) -> Result<Collected, Fault> {
        let declined = |reason: &Reason| Err(Fault::Declined(reason.decline()));
        match intent.status.as_str() {
            "succeeded" => {
                let unread = || Fault::Unknown("its answer has no amount, day or key".into());
                self.receipt(intent).map(Collected::Received).ok_or_else(unread)
            }
            // A bank takes days.
            "processing" => Ok(Collected::UnderWay(Some(named(&intent.id)?))),
            "requires_payment_method" => {
                declined(&intent.last_payment_error.clone().unwrap_or_default())
            }
            // The payer would have to be there.
            "requires_action" => declined(&Reason::coded("authentication_required")),
            "canceled" => declined(&Reason::coded("canceled")),
            _ => Err(Fault::Unknown("its answer has a status that is not known".into())),
        }
    }

    /// Money that came in; none if it is not ours, or says too little.
    pub(super) fn receipt(&self, intent: &PaymentIntent) -> Option<Receipt> {
        let about = about(intent)?;
        let kind = intent.payment_method_types.first();
        let rail = match &about {
            About::Charge(key) => key.rail,
            _ => kind.and_then(|kind| rail_of(kind)).unwrap_or(Rail::Card),
        };
        Some(Receipt {
            money: intent.id.parse().ok()?,
            about,
            rail,
            amount: amount::told(
                intent.amount_received.unwrap_or(intent.amount),
                &intent.currency,
            )?,
            late: None,
            paid_on: self.day(intent.created)?,
            recalled_by_name: true,
        })
    }
}

/// What a payment is about; none if it is not ours. What says that it is ours, and of no charge
/// that can be, is money all the same.
pub(super) fn about(intent: &PaymentIntent) -> Option<About> {
    let noted = intent.metadata.charge.as_ref()?;
    Some(noted.parse().map_or(About::Nothing, About::Charge))
}

fn of_key(list: List<PaymentIntent>, key: &ChargeKey) -> Option<PaymentIntent> {
    let key = Some(key.to_string());
    list.data.into_iter().find(|intent| intent.metadata.charge == key)
}
