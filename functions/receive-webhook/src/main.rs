//! Starts the function.

use lambda_runtime::Error;
use mensal_runtime::{
    clients::Clients, config, gateways::Gateways, queue::Queue, start::run, watch::Watch,
};
use receive_webhook::ReceiveWebhook;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let clients = Clients::from_env();
    let watch = Watch::new(env!("CARGO_PKG_NAME"), &clients);
    let function = ReceiveWebhook {
        gateways: Gateways::from_env(&clients)?,
        payment_queue: Queue::new(clients.sqs(), config::required(config::PAYMENT_QUEUE)?),
    };
    run(function, watch).await
}
