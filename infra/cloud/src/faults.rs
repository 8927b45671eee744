//! microburst: what breaks between the functions and AWS.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    Error,
    python::Tools,
    server::{Server, free_port},
};

/// What goes wrong with a request.
#[derive(Clone, Debug)]
pub struct Fault {
    /// As microburst's rules name it: `dynamodb`, `sqs`, `s3`, `events`.
    pub service: &'static str,
    /// One operation of it, or all.
    pub operation: Option<&'static str>,
    /// Of a hundred requests, so many.
    pub percent: u8,
    /// How it goes wrong, as a rule of microburst tells it.
    pub how: Value,
}

impl Fault {
    /// The request is done and nobody is told: the connection ends before the answer.
    #[must_use]
    pub fn lost_acknowledgement(service: &'static str, operation: &'static str) -> Self {
        Self::of(service, Some(operation), json!({ "response": { "abort_bytes": 1 } }))
    }

    /// The service refuses with an error of its own.
    #[must_use]
    pub fn error(service: &'static str, operation: Option<&'static str>, error: &Value) -> Self {
        Self::of(service, operation, json!({ "error": error }))
    }

    /// The connection ends before the request is done.
    #[must_use]
    pub fn reset(service: &'static str) -> Self {
        Self::of(service, None, json!({ "reset": true }))
    }

    /// The answer takes so many milliseconds.
    #[must_use]
    pub fn latency(service: &'static str, milliseconds: u64) -> Self {
        Self::of(service, None, json!({ "latency": milliseconds }))
    }

    fn of(service: &'static str, operation: Option<&'static str>, how: Value) -> Self {
        Self { service, operation, percent: 20, how }
    }

    /// As often as that.
    #[must_use]
    pub fn percent(self, percent: u8) -> Self {
        Self { percent, ..self }
    }

    fn rule(&self) -> Value {
        let mut rule = self.how.clone();
        rule["service"] = json!(self.service);
        if let Some(operation) = self.operation {
            rule["operation"] = json!(operation);
        }
        rule["probability"] = json!(f64::from(self.percent) / 100.0);
        rule
    }
}

/// A running microburst in front of an emulator; without faults it passes everything on.
#[derive(Debug)]
pub struct Faults {
    server: Server,
}

impl Faults {
    /// Starts it on a free port of loopback.
    ///
    /// # Errors
    /// When it does not start.
    pub fn before(tools: &Tools, upstream: &str, folder: &Path) -> Result<Self, Error> {
        let port = free_port()?;
        let mut command = tools.emulator("microburst");
        command.args(["--upstream", upstream, "--host", "127.0.0.1", "--no-resign"]);
        command.args(["--port", &port.to_string()]);
        let server = Server::start(&mut command, port, &folder.join("microburst.log"))
            .map_err(|why| format!("microburst: {why}"))?;
        Ok(Self { server })
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// From now on these go wrong, and no others.
    ///
    /// # Errors
    /// When it refuses them.
    pub fn set(&self, faults: &[Fault]) -> Result<(), Error> {
        let rules: Vec<Value> = faults.iter().map(Fault::rule).collect();
        ureq::post(format!("{}/_microburst/rules", self.url()))
            .content_type("application/json")
            .send(Value::from(rules).to_string())?;
        Ok(())
    }

    /// How many requests have gone wrong so far.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn count(&self) -> Result<u64, Error> {
        let mut answer = ureq::get(format!("{}/_microburst/stats", self.url())).call()?;
        let stats: Value = serde_json::from_str(&answer.body_mut().read_to_string()?)?;
        Ok(stats["requests"]["faulted"].as_u64().ok_or("microburst counts no faults")?)
    }
}
