//! Watching a function: what each invocation did, on standard output, where CloudWatch reads it.

use std::{
    io::{self, Write},
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use futures_util::FutureExt;
use lambda_runtime::Error;
use mensal_store::{Meter, Store, telling::without_values};
use serde_json::Value;

use crate::{
    clients::Clients,
    config,
    emf::{Report, Usage, emf},
    metrics::{Counts, counted},
    requests::Requests,
};

/// What is watched of a function, and how it was at the last look.
#[derive(Debug)]
pub struct Watch {
    function: &'static str,
    /// None where nobody reads metrics: beside a local stack.
    stack: Option<String>,
    memory_mb: Option<u64>,
    requests: Requests,
    meter: Option<Arc<Meter>>,
    last: Mutex<Usage>,
}

impl Watch {
    /// Watches a function and the clients that it uses. Of which stack it is, is said by the
    /// environment; where it says nothing, nothing is written.
    #[must_use]
    pub fn new(function: &'static str, clients: &Clients) -> Self {
        Self {
            function,
            stack: config::optional(config::STACK),
            memory_mb: config::optional(config::MEMORY).and_then(|memory| memory.parse().ok()),
            requests: clients.requests().clone(),
            meter: None,
            last: Mutex::default(),
        }
    }

    /// And the table that it uses.
    #[must_use]
    pub fn table(self, store: &Store) -> Self {
        Self { meter: Some(store.meter().clone()), ..self }
    }

    /// The name of the function.
    #[must_use]
    pub fn function(&self) -> &'static str {
        self.function
    }

    /// Handles one invocation and writes what it did. A panic is an error of the invocation, and
    /// the process goes on.
    ///
    /// # Errors
    /// Those of the handler.
    pub async fn over(
        &self,
        request: &str,
        handling: impl Future<Output = Result<Value, Error>>,
    ) -> Result<Value, Error> {
        let begun = Instant::now();
        let (answer, counts) = counted(AssertUnwindSafe(handling).catch_unwind()).await;
        let lines = self.lines(request, begun, counts);
        // In one piece: lines of the log that are written meanwhile come before or after. Where
        // standard output is closed, nobody is there to be told.
        drop(io::stdout().lock().write_all(lines.as_bytes()));
        answer.unwrap_or_else(|panic| Err(fault(&*panic).into()))
    }

    fn lines(&self, request: &str, begun: Instant, counts: Counts) -> String {
        let Some(stack) = &self.stack else { return String::new() };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let report = Report {
            at: now.as_millis().try_into().unwrap_or_default(),
            stack,
            function: self.function,
            request,
            memory_mb: self.memory_mb,
            duration: begun.elapsed(),
            counts,
            usage: self.usage(),
        };
        emf(&report).unwrap_or_default()
    }

    /// What was asked of AWS since the last look.
    fn usage(&self) -> Usage {
        let units = self.meter.as_ref().map(|meter| meter.units()).unwrap_or_default();
        let now = Usage { requests: self.requests.counts(), units };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let more = now.since(&last);
        *last = now;
        more
    }
}

/// What a panic says, without values: a slip in the middle of a text quotes the text.
pub(crate) fn fault(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("panic");
    format!("a fault of Mensal: {}", without_values(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Metric, count};

    fn watch(stack: Option<&str>) -> Watch {
        let clients = Clients::local("http://127.0.0.1:1", Requests::default());
        Watch { stack: stack.map(str::to_owned), ..Watch::new("test", &clients) }
    }

    #[tokio::test]
    async fn a_panic_fails_its_invocation_and_tells_no_value() {
        let watch = watch(Some("mensal"));
        let name = "São Paulo";
        let broken = watch.over("R1", async move { Ok(Value::from(&name[..2])) }).await;
        let error = broken.unwrap_err().to_string();
        assert!(error.starts_with("a fault of Mensal: "), "{error}");
        assert!(!error.contains("Paulo"), "{error}");
        let done = watch.over("R2", async { Ok(Value::from(1)) }).await;
        assert_eq!(done.unwrap(), 1, "the next one is done");
    }

    #[tokio::test]
    async fn requests_are_told_once_and_nothing_where_there_is_no_stack() {
        let watched = watch(Some("mensal"));
        watched.requests.count("S3", "PutObject");
        let ((), counts) = counted(async { count(Metric::DocumentsMade, 1) }).await;
        let first = watched.lines("R1", Instant::now(), counts.clone());
        assert!(first.contains(r#""requests":{"S3.PutObject":1}"#), "{first}");
        assert!(first.contains(r#""Stack":"mensal","Function":"test""#), "{first}");
        let second = watched.lines("R2", Instant::now(), Counts::default());
        assert!(second.contains(r#""requests":{}"#), "{second}");
        assert_eq!(watch(None).lines("R1", Instant::now(), counts), "");
    }
}
