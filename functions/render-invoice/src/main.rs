//! Starts the function.

use lambda_runtime::Error;
use mensal_runtime::{
    clients::Clients, config, dead_letters::DeadLetters, start::run, watch::Watch,
};
use mensal_store::Store;
use render_invoice::{Bucket, RenderInvoice};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let clients = Clients::from_env();
    let store = Store::new(clients.dynamodb(), config::required(config::TABLE)?);
    let watch = Watch::new(env!("CARGO_PKG_NAME"), &clients).table(&store);
    let function = RenderInvoice::new(
        store,
        Bucket::new(clients.s3(), config::required(config::BUCKET)?),
        DeadLetters::new(clients.sqs(), config::required(config::DEAD_LETTERS)?),
    );
    run(function, watch).await
}
