//! Starts the function.

use jiff::tz::TimeZone;
use lambda_runtime::Error;
use mensal_runtime::{
    clients::Clients, clock::Clock, config, dead_letters::DeadLetters, queue::Queue, start::run,
    watch::Watch,
};
use mensal_store::Store;
use toggle_service::{Sites, ToggleService};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let clients = Clients::from_env();
    let store = Store::new(clients.dynamodb(), config::required(config::TABLE)?);
    let watch = Watch::new(env!("CARGO_PKG_NAME"), &clients).table(&store);
    let function = ToggleService {
        store,
        sites: Sites::new(clients.secrets(), config::required(config::NETWORK_SECRETS)?),
        clock: Clock::Wall(config::time_zone()?),
        leases: Clock::Wall(TimeZone::UTC),
        service_queue: Queue::new(clients.sqs(), config::required(config::SERVICE_QUEUE)?),
        dead_letters: DeadLetters::new(clients.sqs(), config::required(config::DEAD_LETTERS)?),
    };
    run(function, watch).await
}
