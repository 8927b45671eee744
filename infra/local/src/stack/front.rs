//! A thread of its own for what is to be answered at once, whatever everything behind it is at: the
//! front door, and the services that keep what it takes in. Elsewhere an answer would wait for its
//! turn among all that is being billed, drawn and applied. In the cloud these are other machines.

use tokio::runtime::{Builder, Handle, Runtime};

use super::Error;

/// The thread. It ends with this value.
pub(super) struct Front(Option<Runtime>);

impl Front {
    pub(super) fn new() -> Result<Self, Error> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("front")
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    /// Does something there, and waits for it.
    ///
    /// # Errors
    /// Those of what is done.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Result<T, Error> {
        let handle = self.0.as_ref().map_or_else(Handle::current, |own| own.handle().clone());
        handle.spawn(work).await?
    }
}

impl Drop for Front {
    /// At once: whoever ends the stack may be on a thread that must not wait.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
