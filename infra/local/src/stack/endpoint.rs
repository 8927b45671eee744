//! What the functions ask of SQS, `EventBridge`, Secrets Manager and those who carry notices, answered
//! over HTTP to the real SDKs.

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, routing};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Error, FaultKind,
    bus::Log,
    faults::Faults,
    network::{self, Network},
    post::{self, Post},
    queues::{Letter, Queues},
    secrets::Secrets,
};
use crate::loopback;

/// What stands behind it, and what goes wrong with it.
#[derive(Clone)]
pub(super) struct Services {
    pub(super) queues: Arc<Queues>,
    pub(super) bus: Arc<Log>,
    pub(super) secrets: Arc<Secrets>,
    pub(super) network: Arc<Network>,
    pub(super) post: Arc<Post>,
    pub(super) faults: Arc<Faults>,
}

type Answer = (StatusCode, String);

/// Serves them on a free port of loopback.
pub(super) async fn serve(services: Services) -> Result<String, Error> {
    let beside =
        post::routes(services.post.clone()).merge(network::routes(services.network.clone()));
    let app = Router::new().route("/", routing::post(answer)).with_state(services).merge(beside);
    loopback::serve(app, "the endpoint of the queues has ended").await
}

async fn answer(State(services): State<Services>, headers: HeaderMap, body: Bytes) -> Answer {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let target = target.unwrap_or_default();
    let strikes = |kind| target.starts_with("AmazonSQS") && services.faults.strikes(kind, &body);
    // Neither is tried again by whoever asks: they end half-way.
    let half_way = || {
        let answer = json!({ "__type": "AccessDenied", "message": "not this time" });
        (StatusCode::BAD_REQUEST, answer.to_string())
    };
    if strikes(FaultKind::QueueRefuses) {
        return half_way();
    }
    let silent = strikes(FaultKind::QueueSilent);
    let done = match target {
        "AmazonSQS.SendMessage" => send(&services.queues, &body),
        "AmazonSQS.SendMessageBatch" => send_batch(&services.queues, &body),
        "AmazonSQS.ChangeMessageVisibility" => keep_back(&services.queues, &body),
        "AWSEvents.PutEvents" => put_events(&services.bus, &body),
        "PinpointSMSVoiceV2.SendTextMessage" => return post::text(&services.post, &body),
        "secretsmanager.GetSecretValue" => return secret(&services, &headers, &body),
        other => Err(format!("the local stack does not know `{other}`").into()),
    };
    match done {
        Ok(_) if silent => half_way(),
        Ok(answer) => (StatusCode::OK, answer.to_string()),
        Err(why) => {
            let answer = json!({ "__type": "InvalidParameterValue", "message": why.to_string() });
            (StatusCode::BAD_REQUEST, answer.to_string())
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    #[serde(default)]
    id: String,
    #[serde(rename = "MessageBody")]
    body: String,
    #[serde(default, rename = "MessageAttributes")]
    attributes: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Send {
    queue_url: String,
    #[serde(flatten)]
    message: Message,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendBatch {
    queue_url: String,
    entries: Vec<Message>,
}

fn queue_of(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}

fn letter(message: Message) -> Letter {
    let reason = message.attributes["reason"]["StringValue"].as_str().map(str::to_owned);
    Letter { body: message.body, reason }
}

fn send(queues: &Queues, body: &[u8]) -> Result<Value, Error> {
    let request: Send = serde_json::from_slice(body)?;
    queues.send(queue_of(&request.queue_url), vec![letter(request.message)]);
    Ok(json!({ "MessageId": "local", "MD5OfMessageBody": "" }))
}

fn send_batch(queues: &Queues, body: &[u8]) -> Result<Value, Error> {
    let request: SendBatch = serde_json::from_slice(body)?;
    let sent = |message: &Message| json!({ "Id": message.id, "MessageId": "local", "MD5OfMessageBody": "" });
    let successful: Vec<_> = request.entries.iter().map(sent).collect();
    let letters = request.entries.into_iter().map(letter).collect();
    queues.send(queue_of(&request.queue_url), letters);
    Ok(json!({ "Successful": successful, "Failed": [] }))
}

fn keep_back(queues: &Queues, body: &[u8]) -> Result<Value, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Change {
        receipt_handle: String,
        visibility_timeout: u64,
    }
    let Change { receipt_handle, visibility_timeout } = serde_json::from_slice(body)?;
    let (number, _) = receipt_handle.split_once('-').ok_or("no such receipt")?;
    queues.keep_back(number.parse()?, Duration::from_secs(visibility_timeout));
    Ok(json!({}))
}

fn secret(services: &Services, headers: &HeaderMap, body: &[u8]) -> Answer {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let name = asked["SecretId"].as_str().unwrap_or_default();
    // Whoever asks here tells the network here, too.
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    let of_site = services.network.secret(name, &format!("http://{host}"));
    let Some(text) = of_site.or_else(|| services.secrets.named(name).map(str::to_owned)) else {
        let answer = json!({ "__type": "ResourceNotFoundException", "Message": "no such secret" });
        return (StatusCode::BAD_REQUEST, answer.to_string());
    };
    (StatusCode::OK, json!({ "Name": name, "SecretString": text }).to_string())
}

fn put_events(bus: &Log, body: &[u8]) -> Result<Value, Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Put {
        entries: Vec<Value>,
    }
    let request: Put = serde_json::from_slice(body)?;
    bus.put(&request.entries)?;
    let entries: Vec<_> = request.entries.iter().map(|_| json!({ "EventId": "local" })).collect();
    Ok(json!({ "FailedEntryCount": 0, "Entries": entries }))
}
