//! The front door: what an API gateway does between the world and a function.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, RawQuery, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use mensal_runtime::start::Function;
use receive_webhook::ReceiveWebhook;
use render_invoice::RenderInvoice;
use serde_json::{Map, Value, json};
use tokio::runtime::Handle;

use super::Error;
use crate::loopback;

/// As much as an API gateway takes.
const LARGEST: usize = 10 * 1024 * 1024;

/// The functions behind it.
#[derive(Clone)]
pub(super) struct Behind {
    webhook: Arc<ReceiveWebhook>,
    render: Arc<RenderInvoice>,
    /// Where documents are drawn: not on the thread of the door.
    elsewhere: Handle,
}

impl Behind {
    /// Documents are drawn where this is called.
    pub(super) fn new(webhook: ReceiveWebhook, render: Arc<RenderInvoice>) -> Self {
        Self { webhook: Arc::new(webhook), render, elsewhere: Handle::current() }
    }
}

/// Serves it on a free port of loopback.
pub(super) async fn serve(behind: Behind) -> Result<String, Error> {
    let app = Router::new()
        .route("/webhooks/{gateway}", post(webhook))
        .route("/webhooks/{gateway}/{tail}", post(webhook_with_tail))
        .route("/accounts/{account}/invoices/{invoice}", get(view))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(behind);
    loopback::serve(app, "the front door has closed").await
}

async fn webhook(
    State(behind): State<Behind>,
    Path(gateway): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = json!({ "gateway": gateway });
    answer(&*behind.webhook, event("POST", &path, query, &headers, &body)).await
}

async fn webhook_with_tail(
    State(behind): State<Behind>,
    Path((gateway, tail)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = json!({ "gateway": gateway, "tail": tail });
    answer(&*behind.webhook, event("POST", &path, query, &headers, &body)).await
}

async fn view(
    State(behind): State<Behind>,
    Path((account, invoice)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let path = json!({ "account": account, "invoice": invoice });
    let event = event("GET", &path, None, &headers, &[]);
    let viewed = behind.elsewhere.spawn(async move { answer(&*behind.render, event).await }).await;
    viewed.unwrap_or_else(|why| {
        tracing::error!(%why, "a document was not drawn to its end");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })
}

/// The event as an HTTP API writes it (payload 2.0). A body that is no text travels as Base64.
fn event(
    method: &str,
    path: &Value,
    query: Option<String>,
    headers: &HeaderMap,
    body: &[u8],
) -> Value {
    let mut named: Map<String, Value> = Map::new();
    for name in headers.keys() {
        let all = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        named.insert(name.as_str().into(), all.collect::<Vec<_>>().join(",").into());
    }
    let (text, encoded) = match std::str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (aws_smithy_types::base64::encode(body), true),
    };
    json!({
        "version": "2.0",
        "requestContext": { "http": { "method": method } },
        "pathParameters": path,
        "headers": named,
        "rawQueryString": query.unwrap_or_default(),
        "body": text,
        "isBase64Encoded": encoded,
    })
}

async fn answer(function: &impl Function, event: Value) -> Response {
    match function.handle(event).await {
        Ok(answer) => response(&answer),
        Err(why) => {
            tracing::error!(%why, "a function has failed as a whole");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn response(answer: &Value) -> Response {
    let status = answer["statusCode"].as_u64().and_then(|status| u16::try_from(status).ok());
    let status = status.and_then(|status| StatusCode::from_u16(status).ok());
    let text = answer["body"].as_str().unwrap_or_default();
    let body = if answer["isBase64Encoded"] == true {
        aws_smithy_types::base64::decode(text).unwrap_or_default()
    } else {
        text.as_bytes().to_vec()
    };
    let mut response = body.into_response();
    *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in answer["headers"].as_object().into_iter().flatten() {
        let value = value.as_str().and_then(|value| value.parse().ok());
        if let (Ok(name), Some(value)) = (name.parse::<axum::http::HeaderName>(), value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
