//! SQS, `EventBridge` and SES as a function under test sees them: they keep what they are sent.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU16, Ordering},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use mensal_runtime::{
    clients::Clients, dead_letters::DeadLetters, queue::Queue, requests::Requests,
};
use publish_events::Bus;
use send_notice::{Carriers, Email, Hook};
use serde_json::{Value, json};
use tokio::net::TcpListener;

type Sent = Arc<Mutex<Vec<(String, Value)>>>;

/// What a function has sent, and where to.
pub(crate) struct Mailbox {
    endpoint: String,
    sent: Sent,
    /// What SES answers.
    mail_answers: Arc<AtomicU16>,
}

impl Mailbox {
    pub(crate) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let sent = Sent::default();
        let mail_answers = Arc::new(AtomicU16::new(200));
        let app = Router::new()
            .route("/", post(keep))
            .with_state(sent.clone())
            .route("/v2/email/outbound-emails", post(mail))
            .with_state((sent.clone(), mail_answers.clone()));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { endpoint, sent, mail_answers }
    }

    /// What SES answers from now on.
    pub(crate) fn mail_answers(&self, status: u16) {
        self.mail_answers.store(status, Ordering::Relaxed);
    }

    pub(crate) fn carriers(&self) -> Carriers {
        let (from, set) = ("billing@isp.example".to_owned(), Some("mensal-notices".to_owned()));
        let hook =
            Hook::new(self.clients().secrets(), self.clients().plain(), "mensal-notices/local/");
        Carriers { email: Some(Email::new(self.clients().ses(), from, set)), sms: None, hook }
    }

    fn clients(&self) -> Clients {
        Clients::local(&self.endpoint, Requests::default())
    }

    pub(crate) fn queue(&self, name: &str) -> Queue {
        Queue::new(self.clients().sqs(), format!("{}/{name}", self.endpoint))
    }

    pub(crate) fn dead_letters(&self) -> DeadLetters {
        DeadLetters::new(self.clients().sqs(), format!("{}/dead", self.endpoint))
    }

    pub(crate) fn bus(&self) -> Bus {
        Bus::new(self.clients().eventbridge(), "bus")
    }

    pub(crate) fn to(&self, queue: &str) -> Vec<Value> {
        let sent = self.sent.lock().unwrap();
        sent.iter().filter(|(to, _)| to == queue).map(|(_, message)| message.clone()).collect()
    }

    /// The bodies that a queue was sent, sorted: a batch is handled in no order.
    pub(crate) fn bodies(&self, queue: &str) -> Vec<String> {
        let body = |message: &Value| message["MessageBody"].as_str().unwrap().to_owned();
        let mut bodies: Vec<_> = self.to(queue).iter().map(body).collect();
        bodies.sort();
        bodies
    }

    /// The dead letters as `reason <- body`, sorted.
    pub(crate) fn dead(&self) -> Vec<String> {
        let text = |letter: &Value| {
            let reason = letter["MessageAttributes"]["reason"]["StringValue"].as_str().unwrap();
            format!("{reason} <- {}", letter["MessageBody"].as_str().unwrap())
        };
        let mut dead: Vec<_> = self.to("dead").iter().map(text).collect();
        dead.sort();
        dead
    }

    /// What the bus was told: detail type and detail, in order.
    pub(crate) fn told(&self) -> Vec<(String, Value)> {
        let read = |entry: &Value| {
            let detail = serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap();
            (entry["DetailType"].as_str().unwrap().to_owned(), detail)
        };
        self.to("bus").iter().map(read).collect()
    }
}

async fn keep(State(sent): State<Sent>, headers: HeaderMap, body: Bytes) -> Json<Value> {
    let request: Value = serde_json::from_slice(&body).unwrap();
    let queue = request["QueueUrl"].as_str().and_then(|url| url.rsplit('/').next());
    let queue = queue.unwrap_or("bus").to_owned();
    let target = headers["x-amz-target"].to_str().unwrap().to_owned();
    let one = vec![request.clone()];
    let entries = request["Entries"].as_array().unwrap_or(&one).clone();
    let successful: Vec<_> = entries
        .iter()
        .map(|entry| json!({ "Id": entry["Id"], "MessageId": "x", "MD5OfMessageBody": "" }))
        .collect();
    sent.lock().unwrap().extend(entries.into_iter().map(|entry| (queue.clone(), entry)));
    Json(match target.as_str() {
        "AmazonSQS.SendMessage" => json!({ "MessageId": "x", "MD5OfMessageBody": "" }),
        "AmazonSQS.SendMessageBatch" => json!({ "Successful": successful, "Failed": [] }),
        _ => json!({ "FailedEntryCount": 0, "Entries": [] }),
    })
}

/// A mail, as SES answers it.
async fn mail(
    State((sent, answers)): State<(Sent, Arc<AtomicU16>)>,
    body: Bytes,
) -> (StatusCode, [(&'static str, &'static str); 1], Json<Value>) {
    let request: Value = serde_json::from_slice(&body).unwrap();
    let mut sent = sent.lock().unwrap();
    // The same for the same, in whichever order they come.
    let id = format!("mail-{}", request["EmailTags"][0]["Value"].as_str().unwrap());
    sent.push(("mail".into(), request));
    let status = StatusCode::from_u16(answers.load(Ordering::Relaxed)).unwrap();
    let error = match status.as_u16() {
        400 => "BadRequestException",
        429 => "TooManyRequestsException",
        _ => "InternalServiceErrorException",
    };
    (status, [("x-amzn-errortype", error)], Json(json!({ "MessageId": id })))
}
