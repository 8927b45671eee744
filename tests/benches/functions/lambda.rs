//! A function's process and the runtime API that feeds it, as Lambda does.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path as Parameters, State},
    http::StatusCode,
    response::{AppendHeaders, IntoResponse},
    routing::{get, post},
};
use mensal::stack::Error;
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{
        Mutex,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
};

/// A function that has not answered after so long never will.
const PATIENCE: Duration = Duration::from_mins(1);
/// The memory that the template gives to a function, in MB.
const MEMORY: &str = "256";

/// What Lambda itself puts into a function's environment, where it says anything to a program.
pub(crate) fn as_lambda_sets() -> Vec<(&'static str, String)> {
    let set = [
        ("AWS_LAMBDA_FUNCTION_NAME", "benchmark"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", MEMORY),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_provided.al2023"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "local"),
        ("AWS_SECRET_ACCESS_KEY", "local"),
        ("AWS_SESSION_TOKEN", "local"),
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
    ];
    set.map(|(name, value)| (name, value.to_owned())).to_vec()
}

/// A running function. Its process ends with this value.
pub(crate) struct Lambda {
    process: Child,
    started: Instant,
    events: UnboundedSender<Value>,
    answers: UnboundedReceiver<Result<Value, String>>,
}

impl Lambda {
    /// Starts a function's program with this environment and nothing else in it.
    pub(crate) async fn start(
        program: &Path,
        environment: &[(&str, String)],
    ) -> Result<Self, Error> {
        let (events, waiting) = unbounded_channel();
        let (answered, answers) = unbounded_channel();
        let api = serve(Api { waiting: Mutex::new(waiting), answered }).await?;
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", api)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let started = Instant::now();
        Ok(Self { process: command.spawn()?, started, events, answers })
    }

    /// How long ago its process was started.
    pub(crate) fn age(&self) -> Duration {
        self.started.elapsed()
    }

    /// Sends one event and waits for the answer to it.
    pub(crate) async fn invoke(&mut self, event: Value) -> Result<Value, Error> {
        self.events.send(event)?;
        let answer = tokio::time::timeout(PATIENCE, self.answers.recv()).await;
        let answer = answer.map_err(|_| "the function does not answer")?;
        Ok(answer.ok_or("the runtime API has ended")??)
    }

    /// The most memory that the process has had at any time, in bytes.
    pub(crate) fn peak_memory(&self) -> Result<u64, Error> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = peak.and_then(|text| text.trim().strip_suffix("kB"));
        let kilobytes: u64 = kilobytes.ok_or("the system tells no VmHWM")?.trim().parse()?;
        Ok(kilobytes * 1024)
    }

    /// The time that its threads have spent on a processor so far.
    pub(crate) fn busy(&self) -> Result<Duration, Error> {
        let mut nanoseconds = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.process.id()))? {
            let told = std::fs::read_to_string(thread?.path().join("schedstat"))?;
            nanoseconds += told.split(' ').next().unwrap_or_default().parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanoseconds))
    }
}

impl Drop for Lambda {
    fn drop(&mut self) {
        // One that has ended by itself cannot be ended again, which is as well.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

struct Api {
    waiting: Mutex<UnboundedReceiver<Value>>,
    answered: UnboundedSender<Result<Value, String>>,
}

/// Serves the runtime API for one process on a free port of loopback; says where.
async fn serve(api: Api) -> Result<String, Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let runtime = "/2018-06-01/runtime";
    let app = Router::new()
        .route(&format!("{runtime}/invocation/next"), get(next))
        .route(&format!("{runtime}/invocation/{{id}}/response"), post(response))
        .route(&format!("{runtime}/invocation/{{id}}/error"), post(failure))
        .route(&format!("{runtime}/init/error"), post(failure))
        .with_state(Arc::new(api));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

/// The next event, once there is one.
async fn next(State(api): State<Arc<Api>>) -> impl IntoResponse {
    let Some(event) = api.waiting.lock().await.recv().await else {
        return Err(StatusCode::GONE);
    };
    let deadline = std::time::SystemTime::now() + PATIENCE;
    let deadline = deadline.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("Lambda-Runtime-Aws-Request-Id", "00000000-0000-4000-8000-000000000001".to_owned()),
        ("Lambda-Runtime-Deadline-Ms", deadline.as_millis().to_string()),
        (
            "Lambda-Runtime-Invoked-Function-Arn",
            "arn:aws:lambda:us-east-1:000000000000:function:benchmark".to_owned(),
        ),
    ];
    Ok((AppendHeaders(headers), event.to_string()))
}

async fn response(
    State(api): State<Arc<Api>>,
    Parameters(_): Parameters<String>,
    body: Bytes,
) -> StatusCode {
    answer(&api, serde_json::from_slice(&body).map_err(|why| why.to_string()))
}

async fn failure(State(api): State<Arc<Api>>, body: Bytes) -> StatusCode {
    answer(&api, Err(String::from_utf8_lossy(&body).into_owned()))
}

fn answer(api: &Api, answer: Result<Value, String>) -> StatusCode {
    match api.answered.send(answer) {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::GONE, // nobody waits any more
    }
}
