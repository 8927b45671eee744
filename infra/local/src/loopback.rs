//! Servers on loopback, and what asks those who are there.

use axum::Router;
use reqwest::{Client, ClientBuilder};
use tokio::net::TcpListener;

use crate::stack::Error;

/// Serves on a free port of loopback, for as long as the process runs; the address. `ended` is logged if it
/// ends before.
pub(crate) async fn serve(app: Router, ended: &'static str) -> Result<String, Error> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, app).await {
            tracing::error!(%error, "{ended}");
        }
    });
    Ok(address)
}

/// A client, with the provider of TLS that it needs to exist.
pub(crate) fn client() -> ClientBuilder {
    // The first one wins, which is the same as ours.
    rustls::crypto::ring::default_provider().install_default().unwrap_or_default();
    Client::builder()
}
