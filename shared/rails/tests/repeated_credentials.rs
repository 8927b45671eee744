//! A gateway whose error repeats what it was asked with: what opens its API is in no error of ours,
//! which go to logs.
#![allow(clippy::unwrap_used, unreachable_pub)] // its modules are of this program alone
#![recursion_limit = "256"] // objects of the far sides are long

use axum::{Router, extract::Request, http::StatusCode, response::IntoResponse};
use mensal_domain::rail::Rail;
use mensal_rails::gateway::{Fault, Gateway, connect};
use serde_json::{Value, json};
use tokio::net::TcpListener;

mod contract;

/// What opens the API: it could be a code of theirs.
const KEY: &str = "sk_test_invented";
/// What is given out to whoever signs in.
const TOKEN: &str = "token_of_one_hour";

/// A gateway of a kind, its rail and its currency.
fn connected(kind: &str, host: &str) -> (Box<dyn Gateway>, Rail, &'static str) {
    let (settings, credentials, rail, currency) = match kind {
        "asaas" => (
            json!({ "host": host, "beneficiary": "0001/123456-7" }),
            json!({ "api_key": KEY, "webhook_secrets": ["w"] }),
            Rail::Boleto,
            "BRL",
        ),
        "inter" => (
            json!({ "host": host, "account": "1234567", "pause_ms": 0 }),
            json!({ "client_id": "c", "client_secret": KEY, "webhook_secrets": ["w"] }),
            Rail::Boleto,
            "BRL",
        ),
        "pix" => (
            json!({
                "host": host,
                "key": "chave@provedor.example",
                "merchant_name": "Provedor Exemplo",
                "merchant_city": "Curitiba",
            }),
            json!({ "client_id": "c", "client_secret": KEY, "webhook_tokens": ["w"] }),
            Rail::Pix,
            "BRL",
        ),
        "sandbox" => (
            json!({ "address": host }),
            json!({ "key": KEY, "webhook_secrets": ["w"] }),
            Rail::Pix,
            "BRL",
        ),
        "stripe" => (
            json!({
                "host": host,
                "live": false,
                "time_zone": "America/New_York",
                "return_to": "https://conta.provedor.example/faturas",
            }),
            json!({ "secret_key": KEY, "webhook_secrets": ["w"] }),
            Rail::Card,
            "USD",
        ),
        other => panic!("there is no gateway of the kind {other}"),
    };
    let secret = json!({ "kind": kind, "settings": settings, "credentials": credentials });
    (connect("banco".parse().unwrap(), &secret.to_string()).unwrap(), rail, currency)
}

/// An error as each of the gateways writes it, with the same word wherever one is read.
fn error(word: &str) -> Value {
    json!({
        "error": { "type": word, "code": word, "param": word },
        "errors": [{ "code": word, "description": word }],
        "type": word,
        "nome": word,
        "title": word,
        "code": word,
        "advice": "retry_later",
        "violacoes": [{ "propriedade": word }],
    })
}

/// A host that says the same to all but who signs in.
async fn host(status: u16, said: String) -> String {
    let answer = move |request: Request| async move {
        if request.uri().path().ends_with("/token") {
            json!({ "access_token": TOKEN, "expires_in": 3600 }).to_string().into_response()
        } else {
            (StatusCode::from_u16(status).unwrap(), said).into_response()
        }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    address
}

async fn fault(kind: &str, status: u16, said: String) -> Fault {
    let (gateway, rail, currency) = connected(kind, &host(status, said).await);
    gateway.register(&contract::order(rail, 1, currency)).await.unwrap_err()
}

#[tokio::test]
async fn no_error_repeats_what_opens_the_gateway() {
    let kinds: [(&str, &[&str]); 5] = [
        ("asaas", &[KEY]),
        ("inter", &[KEY, TOKEN]),
        ("pix", &[KEY, TOKEN]),
        ("sandbox", &[KEY]),
        ("stripe", &[KEY]),
    ];
    for (kind, credentials) in kinds {
        for credential in credentials {
            let plain = error(credential).to_string();
            for said in [plain.replace('_', r"\u005f"), plain] {
                for status in [400, 402, 403, 404, 409, 422] {
                    let told = fault(kind, status, said.clone()).await.to_string();
                    assert!(!told.contains(credential), "{kind} {status} {said}: {told}");
                }
            }
        }
    }
}

/// The words above are read: what is no credential is told.
#[tokio::test]
async fn a_word_of_the_gateways_own_is_told() {
    for kind in ["asaas", "inter", "pix", "stripe"] {
        let told = fault(kind, 400, error("amount_missing").to_string()).await.to_string();
        assert!(told.contains("amount_missing"), "{kind}: {told}");
    }
}
