//! Against a real access server: `FreeRADIUS` with a virtual server for `CoA` and Disconnect.

#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod common;
#[path = "freeradius/peer.rs"]
mod peer;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{Router, http::StatusCode, routing::post};
use common::{bring, bring_from, bring_told};
use mensal_network::{Before, Fault, Outcome, Service, Site, Told};
use peer::Peer;
use serde_json::json;
use tokio::net::TcpListener;

const SECRET: &str = "the-secret-of-both";

fn site(port: u16, secret: &str, suspend_by: &str) -> Site {
    let rates = json!({
        "fibra-500": { "down": 500_000, "up": 250_000 }, "throttled": { "down": 512, "up": 256 },
    });
    let server = json!({
        "kind": "radius", "address": format!("127.0.0.1:{port}"), "secret": secret,
        "attributes": "mikrotik", "suspend_by": suspend_by, "timeout_ms": 300, "tries": 3,
        "rates": rates,
    });
    Site::read(&json!({ "servers": [server] }).to_string()).unwrap()
}

#[tokio::test]
async fn an_access_server_confirms_refuses_knows_nobody_is_silent_and_comes_back() {
    let Some(mut peer) = Peer::start(SECRET).unwrap() else { return };
    let port = peer.port;
    let (ours, walled) = (site(port, SECRET, "disconnect"), site(port, SECRET, "coa"));
    let other = site(port, "the-secret-of-others", "coa");
    // It refuses whatever does not bear the attributes that are looked for.
    for (site, service) in [
        (&ours, Service::Suspended),
        (&ours, Service::Ended),
        (&ours, Service::Throttled),
        (&ours, Service::Full),
        (&walled, Service::Suspended),
    ] {
        assert_eq!(bring(site, "ana", service).await, Ok(Outcome::Confirmed), "{service}");
    }
    // A plan without a rate: cut by attributes, and given back all the same. Its own rate it cannot have.
    for (before, service) in [
        (Before::AtWorst(Service::Full), Service::Suspended),
        (Before::Confirmed(Service::Suspended), Service::Full),
        (Before::AtWorst(Service::Suspended), Service::Full),
    ] {
        let told = bring_from(&walled, "ana", "fibra-900", before, service).await;
        assert_eq!(told, Ok(Outcome::Confirmed), "{service}");
    }
    for service in [Service::Full, Service::Suspended] {
        assert_eq!(bring(&ours, "away", service).await, Ok(Outcome::NoSession), "{service}");
        let refused = bring(&ours, "protected", service).await.unwrap_err().to_string();
        assert_eq!(refused, "refused: NAK, Administratively Prohibited (501)");
    }
    let silence = bring(&other, "ana", Service::Full).await.unwrap_err();
    assert!(matches!(silence, Fault::Unavailable(_)), "{silence}");

    peer.stop();
    let down = bring(&ours, "ana", Service::Full).await.unwrap_err();
    assert!(matches!(down, Fault::Unavailable(_)), "{down}");
    peer.again().unwrap();
    assert_eq!(bring(&ours, "ana", Service::Full).await, Ok(Outcome::Confirmed));
}

/// A system of the ISP's that answers so, one after the other; its address, and what it has yet to answer.
async fn webhook(answers: [u16; 3]) -> (String, Arc<Mutex<VecDeque<u16>>>) {
    let left = Arc::new(Mutex::new(VecDeque::from(answers)));
    let answering = left.clone();
    let answer = async move || {
        let next = answering.lock().unwrap().pop_front().unwrap();
        StatusCode::from_u16(next).unwrap()
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(
        async move { axum::serve(listener, Router::new().route("/", post(answer))).await },
    );
    (url, left)
}

/// Whoever is put off line signs in again at once, and gets what the webhook has told the ISP's own RADIUS server.
#[tokio::test]
async fn an_access_server_is_told_once_while_a_webhook_refuses_and_once_more_when_it_has_confirmed()
{
    let Some(mut peer) = Peer::start(SECRET).unwrap() else { return };
    let (url, left) = webhook([403, 403, 204]).await;
    let servers = json!([
        {
            "kind": "radius", "address": format!("127.0.0.1:{}", peer.port), "secret": SECRET,
            "timeout_ms": 300, "tries": 3,
        },
        { "kind": "webhook", "url": url, "secret": "0123456789abcdef" },
    ]);
    let site = Site::read(&json!({ "servers": servers }).to_string()).unwrap();
    let told = Told::default();
    let bring = || {
        let before = Before::AtWorst(Service::Suspended);
        bring_told(&site, "ana", "fibra-500", before, Service::Full, &told)
    };
    let refused = Err(Fault::Refused("server 2: it answered 403 Forbidden".into()));
    assert_eq!(bring().await, refused, "and the access server has confirmed");
    peer.stop();
    assert_eq!(bring().await, refused, "nobody has asked whether the access server is there");
    let down = bring().await.unwrap_err().to_string();
    assert!(down.starts_with("not reached: server 1: "), "it is told again: {down}");
    peer.again().unwrap();
    assert_eq!(bring().await, Ok(Outcome::Confirmed), "the webhook has nothing left to answer");
    assert_eq!(left.lock().unwrap().len(), 0);
}
