//! Cards: stored on a page of Asaas by a first payment, and collected from by the token that came
//! of it. A card's number is typed there and never seen here.
//!
//! Asaas has no page that stores a card without charging it. So the payer pays a small amount on
//! the page of a payment (`invoiceUrl`), which the account has as credit, and the webhook of that
//! payment bears the token (`creditCard.creditCardToken`). A checkout or a payment link would do
//! the same, but makes a customer of its own, whose token is of no use for ours: "the token
//! belongs to the customer for whom it was made" (page on card payments).
//!
//! In instalments, each is a payment of its own, made and confirmed at once, while Asaas pays them
//! out month by month. The customer's debt is settled when they are confirmed: each is a receipt
//! of its part, and together they are the whole. Refunds and chargebacks are of parts, too.

use mensal_domain::{payment::Receipt, rail::Rail};

use super::{
    Asaas, Cards,
    api::Trouble,
    charges::{first, in_reais},
    customers::customer,
    decline::decline,
    facts,
    own::Own,
    wire::{BillingType, Callback, CardOrder, Payment, PaymentOrder},
};
use crate::gateway::{Collected, Collection, Enrolled, Enrollment, Fault};

/// The most instalments of any card (Visa and Mastercard; others have twelve).
const MOST_INSTALMENTS: u8 = 21;

impl Asaas {
    /// Collects from a stored card. If nobody knows whether it was done, Asaas may still be asking
    /// the card's bank: it is safe to ask again once the minute has passed that Asaas may take.
    pub(super) async fn collect_card(&self, collection: &Collection) -> Result<Collected, Fault> {
        let cards = self.cards(collection.key.rail)?;
        // Asaas charges a card anew for each request: it is asked first what there is already.
        if let Some(known) = first(self.of_key(&collection.key).await?) {
            return collected(&known);
        }
        let mut asked = collection_order(collection, cards)?;
        let account = &collection.key.account;
        asked.customer = Some(customer(&self.api, account, &collection.payer).await?);
        match self.api.capture::<Payment>("v3/payments", &asked).await {
            Ok(made) => collected(&made),
            Err(Trouble::Refusal(refusal)) => match decline(&refusal) {
                Some(decline) => Err(Fault::Declined(decline)),
                None => Err(Trouble::Refusal(refusal).into()),
            },
            Err(trouble) => Err(trouble.into()),
        }
    }

    pub(super) async fn enroll_card(&self, enrollment: &Enrollment) -> Result<Enrolled, Fault> {
        let cards = self.cards(enrollment.rail)?;
        let own = Own::Card(enrollment.account.clone(), enrollment.method.clone());
        let made = match first(self.of_own(&own).await?) {
            Some(known) if known.status.is_open() => known,
            Some(_) => return Err(Fault::Conflict("the card was stored before".into())),
            None => {
                let (account, payer) = (&enrollment.account, &enrollment.payer);
                let asked = PaymentOrder {
                    customer: Some(customer(&self.api, account, payer).await?),
                    billing_type: BillingType::CreditCard,
                    value: Some(in_reais(cards.first_payment)?),
                    due_date: enrollment.starts_on,
                    description: "Cadastro de cartão".into(),
                    external_reference: own.to_string(),
                    late: None,
                    days_after_due_date: None,
                    card: None,
                    callback: Some(Callback { success_url: enrollment.return_to.clone() }),
                };
                self.api.post("v3/payments", &asked).await?
            }
        };
        Ok(Enrolled { reference: Some(made.id), link: made.invoice_url, pix: None })
    }

    /// What is agreed about cards, for the rail of cards.
    fn cards(&self, rail: Rail) -> Result<&Cards, Fault> {
        let cards = self.cards.as_ref().filter(|_| rail == Rail::Card);
        cards.ok_or(Fault::Unsupported("collect on this rail"))
    }
}

/// What has become of a card's payment. Of instalments the webhooks tell one by one.
fn collected(payment: &Payment) -> Result<Collected, Fault> {
    if let Some(purchase) = &payment.installment {
        return Ok(Collected::UnderWay(Some(purchase.clone())));
    }
    if !payment.status.is_paid() {
        return Ok(Collected::UnderWay(Some(payment.id.clone())));
    }
    let receipt: Option<Receipt> =
        facts::receipt(payment).map_err(|why| Fault::Unknown(why.to_string()))?;
    let receipt = receipt.ok_or_else(|| Fault::Unknown("it bears another key".into()))?;
    Ok(Collected::Received(receipt))
}

fn collection_order(collection: &Collection, cards: &Cards) -> Result<PaymentOrder, Fault> {
    let method = &collection.method;
    let token = method.token.clone();
    let token = token.ok_or_else(|| Fault::Refused("the card has no token".into()))?;
    if method.instalments > MOST_INSTALMENTS {
        return Err(Fault::Refused(format!("more than {MOST_INSTALMENTS} instalments")));
    }
    let amount = in_reais(collection.amount)?;
    let in_parts = method.instalments > 1;
    Ok(PaymentOrder {
        customer: None,
        billing_type: BillingType::CreditCard,
        value: (!in_parts).then_some(amount),
        due_date: collection.due,
        description: format!("Fatura {}", collection.payer.invoice_number),
        external_reference: collection.key.to_string(),
        late: None,
        days_after_due_date: None,
        card: Some(CardOrder {
            credit_card_token: token,
            remote_ip: cards.remote_ip,
            installment_count: in_parts.then_some(method.instalments),
            total_value: in_parts.then_some(amount),
        }),
        callback: None,
    })
}
