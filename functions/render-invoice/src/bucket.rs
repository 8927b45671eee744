//! The bucket of documents.

use aws_sdk_s3::{Client, error::ProvideErrorMetadata, primitives::ByteStream};
use mensal_domain::invoice::Invoice;
use mensal_runtime::Failure;
use mensal_store::telling::failed_request;

/// The bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    client: Client,
    name: String,
}

/// How S3 says that there is no such object, and how it says so to whoever may not list.
const NOT_THERE: [&str; 2] = ["NoSuchKey", "AccessDenied"];

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
        let put = put.send().await.map(drop);
        put.map_err(|why| Failure::Retry(failed_request(&why)))
    }

    /// A PDF; none if it is not there. Says why the bucket does not give it.
    pub(crate) async fn get_pdf(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        let got = self.client.get_object().bucket(&self.name).key(key).send().await;
        match got {
            Ok(object) => match object.body.collect().await {
                Ok(pdf) => Ok(Some(pdf.to_vec())),
                Err(why) => Err(format!("it broke off: {why}")),
            },
            Err(error) if NOT_THERE.contains(&error.code().unwrap_or_default()) => Ok(None),
            Err(error) => Err(failed_request(&error)),
        }
    }
}
