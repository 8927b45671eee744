//! Viewing an invoice: its PDF over HTTP, made now if it was not made before.

use mensal_domain::{
    ids::AccountId,
    invoice::{Invoice, InvoiceId},
};
use mensal_runtime::{
    Failure, http,
    metrics::{self, Metric},
};
use mensal_store::telling::without_values;
use serde_json::Value;
use tracing::Instrument;

use crate::{Drawn, RenderInvoice, object_key};

impl RenderInvoice {
    /// Answers `GET /accounts/{account}/invoices/{invoice}`.
    pub(crate) async fn answer(&self, request: &http::Request) -> Value {
        self.view(request).await.unwrap_or_else(|problem| problem)
    }

    async fn view(&self, request: &http::Request) -> Result<Value, Value> {
        let account: AccountId = request.parameter("account")?;
        let id: InvoiceId = request.parameter("invoice")?;
        let span = tracing::error_span!("view", %account, invoice = %id);
        async {
            let invoice = self.store.invoice(&account, id).await;
            let invoice = invoice.map_err(|error| problem(error.into()))?.ok_or_else(|| {
                let detail = format!("account {account} has no invoice {id}");
                http::problem(404, "There is no such invoice", &detail)
            })?;
            let pdf = self.kept_or_made(&invoice).await.map_err(problem)?;
            metrics::count(Metric::DocumentsViewed, 1);
            let name = format!("{}.pdf", invoice.number);
            Ok(http::pdf(&pdf, &name, &object_key(&invoice)))
        }
        .instrument(span)
        .await
    }

    /// The PDF as the bucket keeps it. If it is not there, or the bucket does not give it, it is
    /// made: the bytes are the same. If the bucket does not take it either, the next view makes
    /// it again; and so it does while the codes to pay with are still to come.
    async fn kept_or_made(&self, invoice: &Invoice) -> Result<Vec<u8>, Failure> {
        let key = object_key(invoice);
        match self.bucket.get_pdf(&key).await {
            Ok(Some(pdf)) => return Ok(pdf),
            Ok(None) => tracing::debug!("not made before"),
            Err(why) => tracing::warn!(why, "the bucket does not give a document: it is made"),
        }
        let Drawn { pdf, whole } = self.draw(invoice).await?;
        if !whole {
            return Ok(pdf);
        }
        match self.bucket.put_pdf(key, pdf.clone()).await {
            Ok(()) => metrics::count(Metric::DocumentsMade, 1),
            Err(why) => tracing::warn!(%why, "the bucket does not take a document"),
        }
        Ok(pdf)
    }
}

/// What whoever views hears of a failure; the log hears all of it.
fn problem(failure: Failure) -> Value {
    match failure {
        Failure::Retry(why) | Failure::Early { why, .. } => {
            tracing::warn!(why, "a document is not answered");
            http::problem(503, "The document cannot be had at this moment", "ask again in a while")
        }
        Failure::Poison(why) => {
            let why = without_values(&why);
            tracing::error!(why, "a document cannot be made");
            http::problem(500, "The document cannot be made", &why)
        }
    }
}
