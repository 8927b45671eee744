//! Starting a function: logs, then the runtime's loop.

use std::{future::Future, pin::Pin, sync::Arc};

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::Value;

use crate::{log, watch::Watch};

/// A function: what all of them are to the runtime and to the local stack.
pub trait Function: Send + Sync + 'static {
    /// Handles one event, as AWS writes it, and gives the answer that AWS reads.
    ///
    /// # Errors
    /// Only when the whole invocation is to be tried again.
    fn handle(&self, event: Value) -> impl Future<Output = Result<Value, Error>> + Send;
}

type Handled = Pin<Box<dyn Future<Output = Result<Value, Error>> + Send>>;

/// Runs a function until the runtime ends it, and tells what each invocation did.
///
/// # Errors
/// The runtime's.
pub async fn run(function: impl Function, watch: Watch) -> Result<(), Error> {
    log::start(watch.function());
    let watched = Arc::new((function, watch));
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let watched = watched.clone();
        // Boxed: the future of a whole batch is deeper than the compiler likes to look.
        let handled: Handled = Box::pin(async move {
            let (function, watch) = &*watched;
            watch.over(&event.context.request_id, function.handle(event.payload)).await
        });
        handled
    }))
    .await
}
