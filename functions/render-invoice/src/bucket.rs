//! The bucket of documents.

use aws_sdk_s3::{Client, error::DisplayErrorContext, primitives::ByteStream};
use mensal_domain::invoice::Invoice;
use mensal_runtime::Failure;

/// The bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    client: Client,
    name: String,
}

/// Where the PDF of an invoice is: `invoices/2026-11/1042-261110.pdf`.
#[must_use]
pub fn object_key(invoice: &Invoice) -> String {
    let cycle = invoice.id.cycle;
    format!("invoices/{:04}-{:02}/{}.pdf", cycle.year(), cycle.month(), invoice.number)
}

impl Bucket {
    /// The bucket of a name.
    #[must_use]
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    pub(crate) async fn put_pdf(&self, key: String, pdf: Vec<u8>) -> Result<(), Failure> {
        let put = self.client.put_object().bucket(&self.name).key(key);
        let put = put.content_type("application/pdf").body(ByteStream::from(pdf));
        put.send()
            .await
            .map(drop)
            .map_err(|why| Failure::Retry(DisplayErrorContext(why).to_string()))
    }
}
