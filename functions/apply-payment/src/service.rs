//! Service that comes back with a payment: in the transaction that books it, at any hour.

use std::collections::BTreeMap;

use jiff::civil::Date;
use mensal_domain::{
    catalog::Rules,
    delinquency::{
        CustomerNotice, Known, LateCharging, NoticeAbout, Suspension, restore_on_payment,
    },
    ids::AccountId,
    payment::{Applied, Payment, with_changed},
};
use mensal_runtime::{Failure, conflict::Stop};

use crate::ApplyPayment;

/// What goes with the books.
#[derive(Default)]
pub(crate) struct ServiceBack {
    pub(crate) notices: Vec<CustomerNotice>,
    pub(crate) suspension: Option<Suspension>,
}

impl ApplyPayment {
    /// Gives the account its service back, if what it was held for is paid; and has it reviewed, where
    /// money that came late is charged for.
    pub(crate) async fn service(
        &self,
        applied: &mut Applied,
        rules: Option<&Rules>,
        today: Date,
    ) -> Result<ServiceBack, Stop> {
        let Some(Rules { settings, calendar, follows }) = rules else {
            return Ok(ServiceBack::default());
        };
        let charges_itself = settings.late_charges != LateCharging::ByGateway;
        if charges_itself && applied.invoices.iter().any(|invoice| invoice.due < today) {
            applied.account.review_by(today);
        }
        let Some(begun) = applied.account.hold.as_ref().map(|hold| hold.begun) else {
            return Ok(ServiceBack::default());
        };
        let id = &applied.account.id;
        let invoices = with_changed(self.store.invoices(id).await?, &applied.invoices);
        let payments = if charges_itself {
            self.payments_with(&applied.payment, id).await?
        } else {
            Vec::new()
        };
        let suspension = self.store.suspension(id, begun).await?;
        let notices = self.store.notices_about(id, NoticeAbout::Suspension(begun)).await?;
        let known = Known {
            account: &applied.account,
            invoices: &invoices,
            charges: &BTreeMap::new(),
            notices: &notices,
            payments: &payments,
            suspension: suspension.as_ref(),
            network: &[],
            settings,
            rules: follows,
            calendar,
            today,
        };
        let restored = restore_on_payment(known);
        let restored = restored.map_err(|why| Failure::Poison(why.to_string()))?;
        let Some(restored) = restored else { return Ok(ServiceBack::default()) };
        applied.account = restored.account;
        tracing::info!("service is back");
        Ok(ServiceBack { notices: restored.notices, suspension: restored.suspension })
    }

    /// The payments of an account, with one as it is now.
    async fn payments_with(
        &self,
        now: &Payment,
        account: &AccountId,
    ) -> Result<Vec<Payment>, Stop> {
        let mut payments = self.store.payments(account).await?;
        payments.retain(|payment| payment.id != now.id);
        payments.push(now.clone());
        Ok(payments)
    }
}
