//! The network of the local stack: an access server that does what it is told, and keeps it in a file.
//! Sites that lie in the data folder as `network/CODE.json` have access servers of their own, for whoever
//! tries real ones.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use jiff::Timestamp;
use mensal_domain::{
    ids::{AccountId, SiteCode},
    network::{Login, Service},
};
use mensal_network::Site;
use mensal_rails::signature::OWN_HEADER;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::{Directory, Error, FaultKind, faults::Faults, lines};

/// What the names of the local stack's secrets of sites begin with.
pub const PREFIX: &str = "mensal-network/local/";
const FOLDER: &str = "network";

/// An order that was followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// The key of the order.
    pub id: String,
    /// Whose.
    pub account: AccountId,
    /// The login.
    pub login: Login,
    /// What its service is since.
    pub service: Service,
    /// When.
    pub at: Timestamp,
}

/// An order, and when it was followed.
pub(crate) type Order = (Instant, Ordered);

/// The access server.
pub(super) struct Network {
    file: Mutex<File>,
    sites: BTreeMap<SiteCode, String>,
    watchers: Mutex<Vec<UnboundedSender<Order>>>,
    faults: Arc<Faults>,
}

impl Network {
    pub(super) fn open(
        directory: &Directory,
        path: &Path,
        faults: Arc<Faults>,
    ) -> Result<Self, Error> {
        let mut sites = BTreeMap::new();
        let folder = directory.file(FOLDER);
        let files = match fs::read_dir(&folder) {
            Ok(files) => Some(files),
            Err(why) if why.kind() == io::ErrorKind::NotFound => None,
            Err(why) => return Err(format!("{}: {why}", folder.display()).into()),
        };
        for file in files.into_iter().flatten() {
            let path = file?.path();
            let named = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            if path.extension().is_some_and(|extension| extension == "json") {
                let wrong = |why: &dyn std::fmt::Display| format!("{}: {why}", path.display());
                let code: SiteCode = named.parse().map_err(|why| wrong(&why))?;
                let secret = fs::read_to_string(&path).map_err(|why| wrong(&why))?;
                // Now, rather than when somebody is first cut.
                Site::read(&secret)
                    .map_err(|why| format!("{}: see docs/network.md", wrong(&why)))?;
                sites.insert(code, secret);
            }
        }
        let file = File::options().create(true).append(true).open(path)?;
        Ok(Self { file: Mutex::new(file), sites, watchers: Mutex::default(), faults })
    }

    /// All that it is told from now on.
    pub(super) fn watch(&self) -> UnboundedReceiver<Order> {
        let (sender, receiver) = unbounded_channel();
        self.watchers.lock().unwrap_or_else(PoisonError::into_inner).push(sender);
        receiver
    }

    /// The secret of a site; of one that has no file, this access server is it.
    pub(super) fn secret(&self, name: &str, messaging: &str) -> Option<String> {
        let code: SiteCode = name.strip_prefix(PREFIX)?.parse().ok()?;
        Some(self.sites.get(&code).cloned().unwrap_or_else(|| {
            let (url, secret) = (format!("{messaging}/network"), "of the local stack alone");
            json!({ "servers": [{ "kind": "webhook", "url": url, "secret": secret }] }).to_string()
        }))
    }

    fn follow(&self, body: &[u8]) -> Result<(), Error> {
        let ordered: Ordered = serde_json::from_slice(body)?;
        lines::add(&mut self.file.lock().unwrap_or_else(PoisonError::into_inner), &ordered)?;
        let now = Instant::now();
        let mut watchers = self.watchers.lock().unwrap_or_else(PoisonError::into_inner);
        watchers.retain(|watcher| watcher.send((now, ordered.clone())).is_ok());
        Ok(())
    }
}

/// Where it is told.
pub(super) fn routes(network: Arc<Network>) -> Router {
    Router::new().route("/network", post(order)).with_state(network)
}

async fn order(State(network): State<Arc<Network>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    if !headers.contains_key(OWN_HEADER) {
        return StatusCode::UNAUTHORIZED;
    }
    if network.faults.strikes(FaultKind::NetworkDown, &body) {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    if network.faults.strikes(FaultKind::NetworkRefuses, &body) {
        return StatusCode::FORBIDDEN;
    }
    match network.follow(&body) {
        // Done, and nobody is told.
        Ok(()) if network.faults.strikes(FaultKind::NetworkSilent, &body) => {
            StatusCode::GATEWAY_TIMEOUT
        }
        Ok(()) => StatusCode::NO_CONTENT,
        Err(why) => {
            tracing::error!(%why, "an order to the network cannot be followed");
            StatusCode::UNPROCESSABLE_ENTITY
        }
    }
}
