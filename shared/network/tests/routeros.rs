//! Against a stand-in for a router with `RouterOS` 7: written by its manual ("REST API"), as strict as that
//! is. The router itself was not at hand.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod common;

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode},
    routing::{get, patch},
};
use common::{bring, bring_from};
use mensal_network::{Before, Fault, Outcome, Service, Site};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// `mensal:the-password`, as Basic has it.
const AUTHORIZATION: &str = "Basic bWVuc2FsOnRoZS1wYXNzd29yZA==";

/// What the router has, and what it was told to change.
#[derive(Default)]
struct Has {
    secrets: Vec<Value>,
    sessions: Vec<Value>,
    told: Vec<String>,
    /// It does not end sessions just now.
    stuck: bool,
}

type Shared = Arc<Mutex<Has>>;

fn signed_in(headers: &HeaderMap) -> Result<(), StatusCode> {
    let given = headers.get("authorization").and_then(|value| value.to_str().ok());
    if given == Some(AUTHORIZATION) { Ok(()) } else { Err(StatusCode::UNAUTHORIZED) }
}

#[derive(serde::Deserialize)]
struct Named {
    name: String,
}

fn of_name(all: &[Value], name: &str) -> Json<Vec<Value>> {
    Json(all.iter().filter(|one| one["name"] == name).cloned().collect())
}

async fn secrets(
    State(has): State<Shared>,
    Query(named): Query<Named>,
    headers: HeaderMap,
) -> Result<Json<Vec<Value>>, StatusCode> {
    signed_in(&headers)?;
    Ok(of_name(&has.lock().unwrap().secrets, &named.name))
}

async fn sessions(
    State(has): State<Shared>,
    Query(named): Query<Named>,
    headers: HeaderMap,
) -> Result<Json<Vec<Value>>, StatusCode> {
    signed_in(&headers)?;
    Ok(of_name(&has.lock().unwrap().sessions, &named.name))
}

async fn change(
    State(has): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Json<Value>, StatusCode> {
    signed_in(&headers)?;
    let mut has = has.lock().unwrap();
    has.told.push(format!("{id} {body}"));
    let secret =
        has.secrets.iter_mut().find(|one| one[".id"] == *id).ok_or(StatusCode::NOT_FOUND)?;
    for (name, value) in body.as_object().ok_or(StatusCode::BAD_REQUEST)? {
        if !value.is_string() || secret.get(name).is_none() {
            return Err(StatusCode::BAD_REQUEST);
        }
        secret[name] = value.clone();
    }
    Ok(Json(secret.clone()))
}

async fn end(
    State(has): State<Shared>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, StatusCode> {
    signed_in(&headers)?;
    let mut has = has.lock().unwrap();
    if has.stuck {
        return Err(StatusCode::SERVICE_UNAVAILABLE);
    }
    has.told.push(format!("ends {id}"));
    let before = has.sessions.len();
    has.sessions.retain(|one| one[".id"] != *id);
    if has.sessions.len() == before {
        Err(StatusCode::NOT_FOUND)
    } else {
        Ok(StatusCode::NO_CONTENT)
    }
}

/// That of `ana`.
fn session() -> Value {
    json!({ ".id": "*80000001", "name": "ana" })
}

/// A router on which `ana` is on line and `bia` is not.
async fn router() -> (Shared, String) {
    let secret = |id: &str, name: &str| json!({ ".id": id, "name": name, "profile": "fibra-500", "disabled": "false" });
    let has = Arc::new(Mutex::new(Has {
        secrets: vec![secret("*1", "ana"), secret("*2", "bia"), secret("*3", "joão da silva+1")],
        sessions: vec![session()],
        ..Has::default()
    }));
    let app = Router::new()
        .route("/rest/ppp/secret", get(secrets))
        .route("/rest/ppp/secret/{id}", patch(change))
        .route("/rest/ppp/active", get(sessions))
        .route("/rest/ppp/active/{id}", axum::routing::delete(end))
        .with_state(has.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (has, address)
}

fn site(url: &str, password: &str, suspended: Option<&str>) -> Site {
    let profiles = json!({ "throttled": "slow", "suspended": suspended });
    let server = json!({
        "kind": "routeros", "url": url, "user": "mensal", "password": password, "profiles": profiles,
    });
    Site::read(&json!({ "servers": [server] }).to_string()).unwrap()
}

#[tokio::test]
async fn a_secret_gets_the_profile_of_its_service_and_its_session_begins_again() {
    let walled = Some("walled-garden");
    let slow = r#"*1 {"disabled":"false","profile":"slow"}"#;
    let garden = r#"*1 {"disabled":"false","profile":"walled-garden"}"#;
    let disabled = r#"*1 {"disabled":"true","profile":"fibra-500"}"#;
    let ends = "ends *80000001";
    // Whether a sweep of a session that has begun again since ends it, too.
    let cases = [
        (walled, Service::Full, vec![ends], false),
        (walled, Service::Throttled, vec![slow, ends], false),
        (walled, Service::Suspended, vec![garden, ends], true),
        (None, Service::Suspended, vec![disabled, ends], true),
        (None, Service::Ended, vec![disabled, ends], true),
    ];
    for (suspended, service, mut want, again) in cases {
        let (has, url) = router().await;
        let site = site(&url, "the-password", suspended);
        assert_eq!(bring(&site, "ana", service).await, Ok(Outcome::Confirmed), "{service}");
        assert_eq!(has.lock().unwrap().told, want, "{service}");
        has.lock().unwrap().sessions = vec![session()];
        let before = Before::Confirmed(service);
        let swept = bring_from(&site, "ana", "fibra-500", before, service).await;
        assert_eq!(swept, Ok(Outcome::Confirmed), "{service}");
        want.extend(again.then_some(ends));
        assert_eq!(has.lock().unwrap().told, want, "{service}, by a sweep");
    }
}

/// The secret was changed, and nobody knows whether the session was ended: it is ended by the next try. A
/// secret that the router has lost is changed by a sweep, and its session ended.
#[tokio::test]
async fn a_session_of_before_does_not_outlive_what_is_confirmed() {
    for service in [Service::Throttled, Service::Suspended, Service::Ended] {
        let (has, url) = router().await;
        let site = site(&url, "the-password", None);
        has.lock().unwrap().stuck = true;
        let halfway = bring(&site, "ana", service).await.unwrap_err();
        assert!(matches!(halfway, Fault::Unavailable(_)), "{halfway}");
        has.lock().unwrap().stuck = false;
        let before = Before::AtWorst(service);
        let again = bring_from(&site, "ana", "fibra-500", before, service).await;
        assert_eq!(again, Ok(Outcome::Confirmed), "{service}");
        assert!(has.lock().unwrap().sessions.is_empty(), "{service}");
    }
    let (has, url) = router().await;
    let (service, before) = (Service::Throttled, Before::Confirmed(Service::Throttled));
    let site = site(&url, "the-password", None);
    assert_eq!(
        bring_from(&site, "ana", "fibra-500", before, service).await,
        Ok(Outcome::Confirmed)
    );
    assert!(has.lock().unwrap().sessions.is_empty(), "its secret was lost");
}

#[tokio::test]
async fn who_is_not_on_line_is_changed_for_the_next_time_and_who_is_not_known_is_nobody() {
    let (has, url) = router().await;
    let site = site(&url, "the-password", None);
    assert_eq!(bring(&site, "bia", Service::Throttled).await, Ok(Outcome::Confirmed));
    assert_eq!(has.lock().unwrap().told, [r#"*2 {"disabled":"false","profile":"slow"}"#]);
    assert_eq!(bring(&site, "caio", Service::Throttled).await, Ok(Outcome::NoSession));
    // By its whole name, whatever stands in it.
    assert_eq!(bring(&site, "joão da silva+1", Service::Ended).await, Ok(Outcome::Confirmed));
    let told = has.lock().unwrap().told.pop();
    assert_eq!(told.as_deref(), Some(r#"*3 {"disabled":"true","profile":"fibra-500"}"#));
}

#[tokio::test]
async fn a_router_that_does_not_let_us_in_refuses_and_one_that_is_down_is_not_reached() {
    let (has, url) = router().await;
    let refused = bring(&site(&url, "another", None), "ana", Service::Throttled).await.unwrap_err();
    assert!(matches!(refused, Fault::Refused(_)), "{refused}");
    assert!(has.lock().unwrap().told.is_empty());
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let down = site(&format!("http://{free}"), "the-password", None);
    let down = bring(&down, "ana", Service::Throttled).await.unwrap_err();
    assert!(down.to_string().starts_with("not reached: no connection"), "{down}");
}
