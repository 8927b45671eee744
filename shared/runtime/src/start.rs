//! Starting a function: logs, then the runtime's loop.

use std::{future::Future, pin::Pin, sync::Arc};

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

/// A function: what all of them are to the runtime and to the local stack.
pub trait Function: Send + Sync + 'static {
    /// Handles one event, as AWS writes it, and gives the answer that AWS reads.
    ///
    /// # Errors
    /// Only when the whole invocation is to be tried again.
    fn handle(&self, event: Value) -> impl Future<Output = Result<Value, Error>> + Send;
}

type Handled = Pin<Box<dyn Future<Output = Result<Value, Error>> + Send>>;

/// Runs a function until the runtime ends it.
///
/// # Errors
/// The runtime's.
pub async fn run(function: impl Function) -> Result<(), Error> {
    log();
    let function = Arc::new(function);
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let function = function.clone();
        // Boxed: the future of a whole batch is deeper than the compiler likes to look.
        let handled: Handled = Box::pin(async move { function.handle(event.payload).await });
        handled
    }))
    .await
}

/// Structured logs on standard output, where Lambda takes them from. `RUST_LOG` sets the level.
fn log() {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let built = fmt().json().with_env_filter(filter).without_time().with_target(false).try_init();
    drop(built); // a second subscriber in one process is the test's, and stays
}
