//! How long the functions wait for a service that says nothing.

use std::time::Duration;

use mensal::stack::Error;
use mensal_runtime::{clients::Clients, requests::Requests};
use tokio::{net::TcpListener, time::Instant};

/// The clock runs ahead whenever all wait, so that this takes no seconds.
#[tokio::test(start_paused = true)]
async fn a_service_that_hangs_is_asked_four_times_and_given_up_in_time() -> Result<(), Error> {
    let silent = TcpListener::bind("127.0.0.1:0").await?; // takes connections, says nothing
    let endpoint = format!("http://{}", silent.local_addr()?);
    let clients = Clients::local(&endpoint, Requests::default());

    let begun = Instant::now();
    let queues = clients.sqs().list_queues().send().await;
    let waited = begun.elapsed();

    assert!(queues.is_err());
    assert_eq!(clients.requests().counts()["SQS.ListQueues"], 4);
    // A function has 30 seconds, and is to tell which records failed before they are over.
    assert!(waited < Duration::from_secs(22), "{waited:?}");
    Ok(())
}
