//! Starts the function.

use lambda_runtime::Error;
use mensal_runtime::{
    clients::Clients, config, dead_letters::DeadLetters, queue::Queue, start::run, watch::Watch,
};
use mensal_store::Store;
use plan_run::PlanRun;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let clients = Clients::from_env();
    let store = Store::new(clients.dynamodb(), config::required(config::TABLE)?);
    let watch = Watch::new(env!("CARGO_PKG_NAME"), &clients).table(&store);
    let function = PlanRun {
        store,
        plan_queue: Queue::new(clients.sqs(), config::required(config::PLAN_QUEUE)?),
        bill_queue: Queue::new(clients.sqs(), config::required(config::BILL_QUEUE)?),
        review_queue: Queue::new(clients.sqs(), config::required(config::REVIEW_QUEUE)?),
        dead_letters: DeadLetters::new(clients.sqs(), config::required(config::DEAD_LETTERS)?),
        time_zone: config::time_zone()?,
    };
    run(function, watch).await
}
