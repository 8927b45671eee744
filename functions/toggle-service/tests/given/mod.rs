//! The function on a table of its own, with what it asks: Secrets Manager, its queue, and a system of the
//! ISP's that is told by a webhook. Each answers on loopback and keeps what it was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use dynoxide::Database;
use jiff::{Timestamp, tz::TimeZone};
use mensal_domain::{account::Account, enforcement::Enforced};
use mensal_runtime::{
    clients::Clients, clock::Clock, dead_letters::DeadLetters, queue::Queue, requests::Requests,
    start::Function,
};
use mensal_store::Store;
use serde_json::{Value, json};
use toggle_service::{Sites, ToggleService};
use tokio::{net::TcpListener, sync::Barrier};

/// What was asked of whom.
#[derive(Default)]
pub(crate) struct Asked {
    /// Keys and bodies of the webhook.
    pub(crate) orders: Vec<(String, Value)>,
    /// What the webhook answers next; 204 if nothing is left.
    pub(crate) answers: VecDeque<u16>,
    /// For how many seconds messages were kept back.
    pub(crate) kept_back: Vec<u64>,
    /// When the last secret was handed out.
    pub(crate) secret_at: Option<Timestamp>,
    /// What an account becomes while the secret is on its way.
    pub(crate) meanwhile: Option<Account>,
}

/// Those who are asked.
#[derive(Clone)]
struct Others {
    asked: Arc<Mutex<Asked>>,
    /// So many orders are answered together, once they are all there.
    together: Arc<Barrier>,
    address: String,
    store: Store,
}

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) asked: Arc<Mutex<Asked>>,
    function: ToggleService,
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    (listener, address)
}

impl World {
    /// The ISP's system answers once so many orders are there. At the site `down` nobody listens;
    /// at `half` there is a second server, which refuses.
    pub(crate) async fn answering(together: usize) -> Self {
        let (listener, table) = listen().await;
        tokio::spawn(dynoxide::server::serve_on(listener, Database::memory().unwrap()));
        let store = Store::new(Clients::local(&table, Requests::default()).dynamodb(), "table");
        store.create_table().await.unwrap();
        let (listener, address) = listen().await;
        let asked = Arc::new(Mutex::new(Asked::default()));
        let together = Arc::new(Barrier::new(together));
        let others = Others {
            asked: asked.clone(),
            together,
            address: address.clone(),
            store: store.clone(),
        };
        let app = Router::new()
            .route("/", post(aws))
            .route("/network", post(network))
            .route("/refusing", post(async || StatusCode::FORBIDDEN))
            .with_state(others);
        tokio::spawn(async move { axum::serve(listener, app).await });
        let clients = Clients::local(&address, Requests::default());
        let function = ToggleService {
            store: store.clone(),
            sites: Sites::new(clients.secrets(), "sites/"),
            clock: Clock::at("2026-12-01".parse().unwrap()),
            leases: Clock::Wall(TimeZone::UTC),
            service_queue: Queue::new(clients.sqs(), format!("{address}/service")),
            dead_letters: DeadLetters::new(clients.sqs(), format!("{address}/dead")),
        };
        Self { store, asked, function }
    }

    /// Accounts with two services each, which are both suspended.
    pub(crate) async fn suspended(&self, ids: &[&str], site: &str) {
        for id in ids {
            let service = |number: u8| {
                json!({
                    "id": number.to_string(), "plan": "fibra-500", "start": "2026-01-10",
                    "site": site, "login": format!("login-{id}-{number}"),
                    "hist": [{ "date": "2026-11-20", "change": "suspend" }],
                })
            };
            let account: Account = serde_json::from_value(json!({
                "id": id, "ver": 1, "type": "residencial", "cust": { "name": "Ana" },
                "locale": "pt-BR", "cur": "BRL", "days": [{ "date": "2026-01-01", "day": 10 }],
                "bal": "0.00 BRL", "last": "0.00 BRL", "cred": "0.00 BRL",
                "subs": [service(1), service(2)],
            }))
            .unwrap();
            self.store.put_account(&account, None).await.unwrap();
        }
    }

    /// Messages of one batch; how many of them come again.
    pub(crate) async fn told(&self, ids: &[&str], sweep: Option<&str>) -> usize {
        let record = |id: &&str| {
            let body = match sweep {
                Some(day) => json!({ "v": 1, "account": id, "sweep": day }),
                None => json!({ "v": 1, "account": id }),
            };
            json!({ "messageId": id, "receiptHandle": id, "body": body.to_string() })
        };
        let records: Vec<Value> = ids.iter().map(record).collect();
        let response = self.function.handle(json!({ "Records": records })).await.unwrap();
        response["batchItemFailures"].as_array().unwrap().len()
    }

    pub(crate) async fn known(&self, id: &str) -> Vec<Enforced> {
        self.store.all_enforced(&id.parse().unwrap()).await.unwrap()
    }
}

/// Secrets Manager, and the queue.
async fn aws(State(others): State<Others>, headers: HeaderMap, body: Bytes) -> Json<Value> {
    let request: Value = serde_json::from_slice(&body).unwrap();
    let target = headers["x-amz-target"].to_str().unwrap();
    let meanwhile = others.asked.lock().unwrap().meanwhile.take();
    if let Some(account) = meanwhile {
        others.store.commit_account(account.version - 1, &account).await.unwrap();
    }
    let mut asked = others.asked.lock().unwrap();
    match target {
        "secretsmanager.GetSecretValue" => {
            let server = |url: String| json!({ "kind": "webhook", "url": url, "secret": "0123456789abcdef" });
            let here = &others.address;
            let servers = match request["SecretId"].as_str().unwrap() {
                "sites/down" => vec![server("http://127.0.0.1:9/network".into())],
                "sites/half" => {
                    vec![server(format!("{here}/network")), server(format!("{here}/refusing"))]
                }
                _ => vec![server(format!("{here}/network"))],
            };
            asked.secret_at = Some(Timestamp::now());
            Json(json!({ "SecretString": json!({ "servers": servers }).to_string() }))
        }
        "AmazonSQS.ChangeMessageVisibility" => {
            asked.kept_back.extend(request["VisibilityTimeout"].as_u64());
            Json(json!({}))
        }
        _ => Json(json!({ "MessageId": "x", "MD5OfMessageBody": "" })),
    }
}

/// The ISP's own system.
async fn network(State(others): State<Others>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let order = (key, serde_json::from_slice(&body).unwrap());
    let answer = {
        let mut asked = others.asked.lock().unwrap();
        asked.orders.push(order);
        asked.answers.pop_front().unwrap_or(204)
    };
    others.together.wait().await;
    StatusCode::from_u16(answer).unwrap()
}
