//! A table that throttles, conflicts, or does what it is asked for and does not say so: what stands
//! between the functions' client and its connections while that is tried.

use std::sync::Arc;

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings,
            SharedHttpClient, SharedHttpConnector,
        },
        orchestrator::{HttpRequest, HttpResponse},
        runtime_components::RuntimeComponents,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::{FaultKind, faults::Faults};

/// What writes.
const WRITES: [&str; 4] = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"];
const REFUSED: u16 = 400;
const FAILED: u16 = 500;

/// Connections with faults on them.
#[derive(Debug)]
pub(super) struct Faulty {
    http: SharedHttpClient,
    faults: Arc<Faults>,
}

impl Faulty {
    /// Those of a client.
    pub(super) fn new(http: SharedHttpClient, faults: Arc<Faults>) -> Self {
        Self { http, faults }
    }
}

impl HttpClient for Faulty {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let behind = self.http.http_connector(settings, components);
        SharedHttpConnector::new(Between { behind, faults: self.faults.clone() })
    }
}

#[derive(Debug)]
struct Between {
    behind: SharedHttpConnector,
    faults: Arc<Faults>,
}

impl HttpConnector for Between {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let body = request.body().bytes().unwrap_or_default();
        let strikes = |kind| self.faults.strikes(kind, body);
        if strikes(FaultKind::TableThrottled) {
            let told = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
            return said(REFUSED, &json!({ "__type": told, "message": "slow down" }));
        }
        if operation == "TransactWriteItems" && strikes(FaultKind::TableConflict) {
            return said(REFUSED, &conflict(body));
        }
        let silent = WRITES.contains(&operation) && strikes(FaultKind::TableSilent);
        let answer = self.behind.call(request);
        if !silent {
            return answer;
        }
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            // Done, and nobody is told.
            Ok(if answer.status().is_success() { lost() } else { answer })
        })
    }
}

fn lost() -> HttpResponse {
    let told = "com.amazonaws.dynamodb.v20120810#InternalServerError";
    response(FAILED, &json!({ "__type": told, "message": "lost" }))
}

fn said(status: u16, body: &Value) -> HttpConnectorFuture {
    HttpConnectorFuture::ready(Ok(response(status, body)))
}

fn response(status: u16, body: &Value) -> HttpResponse {
    let status = StatusCode::try_from(status).expect("a status of three digits");
    HttpResponse::new(status, SdkBody::from(body.to_string()))
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
