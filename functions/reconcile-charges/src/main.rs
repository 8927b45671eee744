//! Starts the function.

use lambda_runtime::Error;
use mensal_runtime::{
    clients::Clients, config, gateways::Gateways, queue::Queue, start::run, watch::Watch,
};
use mensal_store::Store;
use reconcile_charges::ReconcileCharges;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let clients = Clients::from_env();
    let store = Store::new(clients.dynamodb(), config::required(config::TABLE)?);
    let watch = Watch::new(env!("CARGO_PKG_NAME"), &clients).table(&store);
    let function = ReconcileCharges {
        store,
        gateways: Gateways::from_env(&clients)?,
        payment_queue: Queue::new(clients.sqs(), config::required(config::PAYMENT_QUEUE)?),
        time_zone: config::time_zone()?,
    };
    run(function, watch).await
}
