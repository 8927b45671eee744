//! Where webhooks arrive.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
};

/// A webhook: its headers and its body.
pub type Heard = (Vec<(String, String)>, Vec<u8>);

/// An endpoint on loopback.
pub struct Listener {
    /// Its address.
    pub url: String,
    heard: UnboundedReceiver<Heard>,
}

impl Listener {
    pub async fn start() -> Self {
        let (tell, heard) = unbounded_channel();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhooks/stripe", listener.local_addr().unwrap());
        let app = Router::new().route("/webhooks/stripe", post(hear)).with_state(tell);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, heard }
    }

    /// The next one.
    pub async fn next(&mut self) -> Heard {
        let next = tokio::time::timeout(std::time::Duration::from_secs(20), self.heard.recv());
        next.await.expect("no webhook comes").unwrap()
    }
}

async fn hear(
    State(tell): State<UnboundedSender<Heard>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let text = |value: &axum::http::HeaderValue| value.to_str().unwrap().to_owned();
    let headers = headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    tell.send((headers, body.to_vec())).unwrap();
    StatusCode::OK
}
