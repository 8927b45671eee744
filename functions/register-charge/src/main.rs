//! Starts the function.

use lambda_runtime::Error;
use mensal_runtime::{
    clients::Clients, clock::Clock, config, dead_letters::DeadLetters, gateways::Gateways,
    start::run, watch::Watch,
};
use mensal_store::Store;
use register_charge::RegisterCharge;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let clients = Clients::from_env();
    let store = Store::new(clients.dynamodb(), config::required(config::TABLE)?);
    let watch = Watch::new(env!("CARGO_PKG_NAME"), &clients).table(&store);
    let function = RegisterCharge {
        store,
        gateways: Gateways::from_env(&clients)?,
        clock: Clock::Wall(config::time_zone()?),
        dead_letters: DeadLetters::new(clients.sqs(), config::required(config::DEAD_LETTERS)?),
    };
    run(function, watch).await
}
