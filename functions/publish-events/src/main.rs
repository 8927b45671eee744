//! Starts the function.

use lambda_runtime::Error;
use mensal_runtime::{
    clients::Clients, config, dead_letters::DeadLetters, queue::Queue, start::run, watch::Watch,
};
use publish_events::{Bus, PublishEvents};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let clients = Clients::from_env();
    let watch = Watch::new(env!("CARGO_PKG_NAME"), &clients);
    let function = PublishEvents {
        bus: Bus::new(clients.eventbridge(), config::required(config::BUS)?),
        charge_queue: Queue::new(clients.sqs(), config::required(config::CHARGE_QUEUE)?),
        collect_queue: Queue::new(clients.sqs(), config::required(config::COLLECT_QUEUE)?),
        document_queue: Queue::new(clients.sqs(), config::required(config::DOCUMENT_QUEUE)?),
        notice_queue: Queue::new(clients.sqs(), config::required(config::NOTICE_QUEUE)?),
        service_queue: Queue::new(clients.sqs(), config::required(config::SERVICE_QUEUE)?),
        documents: config::documents()?,
        dead_letters: DeadLetters::new(clients.sqs(), config::required(config::DEAD_LETTERS)?),
    };
    run(function, watch).await
}
