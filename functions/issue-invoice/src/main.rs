//! Starts the function.

use issue_invoice::IssueInvoice;
use lambda_runtime::Error;
use mensal_runtime::{
    catalogs::Catalogs, clients::Clients, config, dead_letters::DeadLetters, start::run,
    watch::Watch,
};
use mensal_store::Store;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let clients = Clients::from_env();
    let store = Store::new(clients.dynamodb(), config::required(config::TABLE)?);
    let watch = Watch::new(env!("CARGO_PKG_NAME"), &clients).table(&store);
    let function = IssueInvoice {
        catalogs: Catalogs::new(store.clone()),
        store,
        dead_letters: DeadLetters::new(clients.sqs(), config::required(config::DEAD_LETTERS)?),
    };
    run(function, watch).await
}
