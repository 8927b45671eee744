//! Asking others than AWS over HTTPS, by the client that AWS is asked by: what a function brings along
//! for that, it has already.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use aws_smithy_http_client::{
    Connector,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use aws_smithy_types::{body::SdkBody, byte_stream::ByteStream};

/// The largest answer that is read.
const LARGEST: usize = 64 * 1024;

/// A client. Its certificates are read at its first request.
#[derive(Clone, Debug, Default)]
pub struct Plain(Arc<OnceLock<SharedHttpConnector>>);

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Its status.
    pub status: u16,
    /// What AWS calls the error, if a header says it.
    pub error_type: Option<String>,
    /// Its body.
    pub body: Vec<u8>,
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unanswered {
    /// The request was surely not sent.
    #[error("not sent: {0}")]
    NotSent(&'static str),
    /// It may have been.
    #[error("no answer: {0}")]
    Unknown(&'static str),
}

impl Plain {
    /// Posts, with headers, and waits for the answer for so long.
    ///
    /// # Errors
    /// [`Unanswered`].
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
        within: Duration,
    ) -> Result<Answered, Unanswered> {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method("POST").map_err(|_| Unanswered::NotSent("no method"))?;
        request.set_uri(url).map_err(|_| Unanswered::NotSent("its address is none"))?;
        for (name, value) in headers.iter().cloned() {
            let added = request.headers_mut().try_insert(name, value);
            added.map_err(|_| Unanswered::NotSent("a header that cannot be sent"))?;
        }
        let answered = tokio::time::timeout(within, self.answered(request)).await;
        answered.unwrap_or(Err(Unanswered::Unknown("not in time")))
    }

    async fn answered(&self, request: HttpRequest) -> Result<Answered, Unanswered> {
        let broken = |_| Unanswered::Unknown("the connection broke");
        let answer = self.0.get_or_init(connector).call(request).await.map_err(|why| {
            if why.is_user() {
                Unanswered::NotSent("a request that cannot be sent")
            } else {
                Unanswered::Unknown("no connection, or it broke")
            }
        })?;
        let status = answer.status().as_u16();
        let error_type = answer.headers().get("x-amzn-errortype").map(str::to_owned);
        let (mut stream, mut body) = (ByteStream::new(answer.into_body()), Vec::new());
        while let Some(piece) = stream.try_next().await.map_err(broken)? {
            body.extend_from_slice(&piece);
            if body.len() > LARGEST {
                return Err(Unanswered::Unknown("its answer is too large"));
            }
        }
        Ok(Answered { status, error_type, body })
    }
}

fn connector() -> SharedHttpConnector {
    let connector = Connector::builder()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .proxy_config(ProxyConfig::from_env())
        .build();
    SharedHttpConnector::new(connector)
}
