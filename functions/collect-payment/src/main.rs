//! Starts the function.

use collect_payment::CollectPayment;
use lambda_runtime::Error;
use mensal_runtime::{
    catalogs::Catalogs, clients::Clients, config, dead_letters::DeadLetters, gateways::Gateways,
    queue::Queue, start::run, watch::Watch,
};
use mensal_store::Store;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let clients = Clients::from_env();
    let store = Store::new(clients.dynamodb(), config::required(config::TABLE)?);
    let watch = Watch::new(env!("CARGO_PKG_NAME"), &clients).table(&store);
    let function = CollectPayment {
        catalogs: Catalogs::new(store.clone()),
        store,
        gateways: Gateways::from_env(&clients)?,
        charge_queue: Queue::new(clients.sqs(), config::required(config::CHARGE_QUEUE)?),
        payment_queue: Queue::new(clients.sqs(), config::required(config::PAYMENT_QUEUE)?),
        dead_letters: DeadLetters::new(clients.sqs(), config::required(config::DEAD_LETTERS)?),
    };
    run(function, watch).await
}
