//! A table that throttles, conflicts, or does what it is asked for and does not say so: what stands
//! between the functions and the database while that is tried.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use reqwest::Client;
use serde_json::{Value, json};

use super::{Error, FaultKind, faults::Faults};
use crate::loopback;

/// As much as the service takes.
const LARGEST: usize = 16 * 1024 * 1024;
/// What writes.
const WRITES: [&str; 3] = ["PutItem", "DeleteItem", "TransactWriteItems"];

struct Between {
    faults: Arc<Faults>,
    client: Client,
    behind: String,
}

/// Serves what is behind an address on a free port of loopback, with faults in between.
pub(super) async fn serve(behind: &str, faults: Arc<Faults>) -> Result<String, Error> {
    let client = loopback::client().no_proxy().build()?;
    let between = Arc::new(Between { faults, client, behind: behind.to_owned() });
    let app =
        Router::new().fallback(answer).layer(DefaultBodyLimit::max(LARGEST)).with_state(between);
    loopback::serve(app, "what stands before the table has ended").await
}

async fn answer(State(between): State<Arc<Between>>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    let operation = target.and_then(|target| target.rsplit('.').next()).unwrap_or_default();
    let operation = operation.to_owned();
    let strikes = |kind| between.faults.strikes(kind, &body);
    if strikes(FaultKind::TableThrottled) {
        let told = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
        return refusal(&json!({ "__type": told, "message": "slow down" }));
    }
    if operation == "TransactWriteItems" && strikes(FaultKind::TableConflict) {
        return refusal(&conflict(&body));
    }
    let silent = WRITES.contains(&operation.as_str()) && strikes(FaultKind::TableSilent);
    let Between { client, behind, .. } = &*between;
    let mut request = client.post(behind).body(body);
    for (name, value) in headers.iter().filter(|(name, _)| *name != "host") {
        request = request.header(name, value);
    }
    let answered = async {
        let answer = request.send().await?;
        let (status, kind) = (answer.status(), answer.headers().get("content-type").cloned());
        Ok::<_, reqwest::Error>((status, kind, answer.bytes().await?))
    };
    match answered.await {
        // Done, and nobody is told.
        Ok((status, ..)) if silent && status.is_success() => {
            let told = "com.amazonaws.dynamodb.v20120810#InternalServerError";
            let body = json!({ "__type": told, "message": "lost" }).to_string();
            (StatusCode::INTERNAL_SERVER_ERROR, body).into_response()
        }
        Ok((status, kind, body)) => {
            let mut response = (status, body).into_response();
            if let Some(kind) = kind {
                response.headers_mut().insert("content-type", kind);
            }
            response
        }
        Err(why) => {
            tracing::error!(%why, "the table does not answer");
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}

fn refusal(body: &Value) -> Response {
    (StatusCode::BAD_REQUEST, body.to_string()).into_response()
}

/// A transaction that another one has crossed: so many reasons as it has writes.
fn conflict(body: &[u8]) -> Value {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let writes = asked["TransactItems"].as_array().map_or(1, Vec::len);
    let reasons = vec![json!({ "Code": "TransactionConflict", "Message": "crossed" }); writes];
    json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    })
}
