//! The server of a far side: HTTP on loopback, with the troubles that networks have.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use tokio::net::TcpListener;

use super::Books;

/// What goes wrong with the next request that is about a charge, money or a method; requests for
/// tokens are spared, unless it is about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It is done, and the answer is lost on the way.
    LostAnswer,
    /// It is not done, for an error of the far side's own.
    Broken,
    /// It is not done: too many requests.
    Busy,
    /// It is not done: the token has run out.
    StaleToken,
    /// It is done, and the answer is no JSON.
    Garbage,
}

/// An answer of a wire format.
pub struct Reply {
    pub status: u16,
    pub body: Value,
}

impl Reply {
    pub fn ok(body: Value) -> Self {
        Self { status: 200, body }
    }
}

/// A wire format: what it answers, given the books. `path` has the query at its end; `body` is as
/// it came. It is to check what it is asked as strictly as the real one does.
pub trait Wire: Send + Sync + 'static {
    /// Whether a request is for a token.
    fn is_sign_in(&self, path: &str) -> bool;
    /// Answers.
    fn answer(
        &self,
        books: &mut Books,
        method: &str,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Reply;
}

struct Inner {
    wire: Box<dyn Wire>,
    books: Mutex<Books>,
    trouble: Mutex<Option<Trouble>>,
    requests: Mutex<Vec<String>>,
}

/// The server; it ends with the runtime of its test.
#[derive(Clone)]
pub struct Server {
    inner: Arc<Inner>,
    /// Where it listens.
    pub address: String,
}

impl Server {
    /// Serves a wire format on a free port.
    pub async fn start(wire: impl Wire) -> Self {
        let inner = Arc::new(Inner {
            wire: Box::new(wire),
            books: Mutex::default(),
            trouble: Mutex::default(),
            requests: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { inner, address }
    }

    /// The books.
    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.inner.books.lock().unwrap()
    }

    /// Lets the next request fail.
    pub fn trouble(&self, trouble: Trouble) {
        *self.inner.trouble.lock().unwrap() = Some(trouble);
    }

    /// The requests so far, as `POST /path`.
    pub fn requests(&self) -> Vec<String> {
        self.inner.requests.lock().unwrap().clone()
    }
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap_or_else(|_| Bytes::new());
    respond(&inner, &parts.method, &parts.uri, &parts.headers, &body)
}

fn respond(
    inner: &Inner,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    let path = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    inner.requests.lock().unwrap().push(format!("{method} {path}"));
    let trouble =
        if inner.wire.is_sign_in(&path) { None } else { inner.trouble.lock().unwrap().take() };
    match trouble {
        Some(Trouble::Broken) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Trouble::Busy) => return StatusCode::TOO_MANY_REQUESTS.into_response(),
        Some(Trouble::StaleToken) => return StatusCode::UNAUTHORIZED.into_response(),
        _ => {}
    }
    let reply = {
        let mut books = inner.books.lock().unwrap();
        inner.wire.answer(&mut books, method.as_str(), &path, headers, body)
    };
    let status = StatusCode::from_u16(reply.status).unwrap();
    match trouble {
        // A body that breaks off: whoever asked has sent everything, and hears no whole answer.
        Some(Trouble::LostAnswer) => {
            let broken = futures_util::stream::once(async {
                Err::<Bytes, _>(std::io::Error::other("cut off"))
            });
            (status, Body::from_stream(broken)).into_response()
        }
        Some(Trouble::Garbage) => (status, "<html>maintenance</html>").into_response(),
        _ if reply.body.is_null() => status.into_response(),
        _ => {
            (status, [("content-type", "application/json")], reply.body.to_string()).into_response()
        }
    }
}
