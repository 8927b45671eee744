//! The ISP's gateways, connected by the secrets that Secrets Manager keeps: each is read when it is
//! first needed, and again after a while, so that a secret can be rotated without a deployment.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata};
use mensal_domain::ids::GatewayCode;
use mensal_rails::gateway::{Fault, Gateway, connect};
use mensal_store::telling::failed_request;
use tokio::sync::Mutex;

use crate::{
    Failure,
    clients::Clients,
    config::{self, ConfigError},
    metrics::{self, Metric},
};

/// A secret is read again after so long.
const KEPT: Duration = Duration::from_mins(5);
/// A signature that does not fit may be by a secret that is new: it is read again at most so often.
const AT_LEAST: Duration = Duration::from_secs(30);

/// A connected gateway.
pub type Connected = Arc<dyn Gateway>;

/// The gateways.
#[derive(Debug)]
pub struct Gateways {
    secrets: Client,
    prefix: String,
    codes: Vec<GatewayCode>,
    connected: Mutex<HashMap<GatewayCode, (Instant, Connected)>>,
}

impl Gateways {
    /// Those of these codes, whose secrets are named by a prefix and the code.
    #[must_use]
    pub fn new(secrets: Client, prefix: impl Into<String>, codes: Vec<GatewayCode>) -> Self {
        Self { secrets, prefix: prefix.into(), codes, connected: Mutex::default() }
    }

    /// Those that the environment names.
    ///
    /// # Errors
    /// [`ConfigError`].
    pub fn from_env(clients: &Clients) -> Result<Self, ConfigError> {
        let prefix = config::required(config::GATEWAY_SECRETS)?;
        Ok(Self::new(clients.secrets(), prefix, config::gateways()?))
    }

    /// Their codes.
    #[must_use]
    pub fn codes(&self) -> &[GatewayCode] {
        &self.codes
    }

    /// The gateway of a code; none if the ISP has none of that code. Nobody is asked about those.
    ///
    /// # Errors
    /// [`Failure::Retry`] if its secret is not there or cannot be used: somebody has to mend it.
    pub async fn get(&self, code: &GatewayCode) -> Result<Option<Connected>, Failure> {
        self.no_older_than(KEPT, code).await
    }

    /// As [`Gateways::get`], with a secret that was read just now, as far as that may be: for a
    /// signature that does not fit.
    ///
    /// # Errors
    /// As [`Gateways::get`].
    pub async fn again(&self, code: &GatewayCode) -> Result<Option<Connected>, Failure> {
        self.no_older_than(AT_LEAST, code).await
    }

    /// The gateway of a code that something stored names.
    ///
    /// # Errors
    /// As [`Gateways::get`], and [`Failure::Retry`] if the ISP has none of that code: it may have
    /// been left out of the list by mistake.
    pub async fn named(&self, code: &GatewayCode) -> Result<Connected, Failure> {
        let missing = || {
            metrics::count(Metric::GatewayLockouts, 1);
            Failure::Retry(format!("gateway {code} is none of this stack's: see its Gateways"))
        };
        self.get(code).await?.ok_or_else(missing)
    }

    async fn no_older_than(
        &self,
        age: Duration,
        code: &GatewayCode,
    ) -> Result<Option<Connected>, Failure> {
        if !self.codes.contains(code) {
            return Ok(None);
        }
        let mut connected = self.connected.lock().await;
        if let Some((since, gateway)) = connected.get(code)
            && since.elapsed() < age
        {
            return Ok(Some(gateway.clone()));
        }
        let fresh = match self.connect(code).await {
            Ok(gateway) => gateway,
            // While Secrets Manager does not answer, what was connected before goes on.
            Err(why) => {
                let Some((_, gateway)) = connected.get(code) else {
                    metrics::count(Metric::GatewayLockouts, 1);
                    return Err(why);
                };
                tracing::warn!(%why, gateway = %code, "its secret cannot be read again");
                gateway.clone()
            }
        };
        connected.insert(code.clone(), (Instant::now(), fresh.clone()));
        Ok(Some(fresh))
    }

    async fn connect(&self, code: &GatewayCode) -> Result<Connected, Failure> {
        let name = format!("{}{code}", self.prefix);
        let read = self.secrets.get_secret_value().secret_id(&name).send().await;
        let secret = read.map_err(|why| match why.code() {
            Some("ResourceNotFoundException") => {
                Failure::Retry(format!("there is no secret {name}: see docs/gateways.md"))
            }
            _ => Failure::Retry(failed_request(&why)),
        })?;
        let text = secret.secret_string().unwrap_or_default();
        let connected = connect(code.clone(), text);
        connected
            .map(Arc::from)
            .map_err(|why| Failure::Retry(format!("secret {name} is no gateway's: {why}")))
    }
}

/// What to do with a record when a gateway has failed in a way that says nothing of the record
/// itself; none if it does.
#[must_use]
pub fn of_the_moment(code: &GatewayCode, fault: &Fault) -> Option<Failure> {
    match fault {
        Fault::Unavailable(_) | Fault::Unknown(_) => {
            Some(Failure::Retry(format!("gateway {code}: {fault}")))
        }
        Fault::Credentials(_) => {
            metrics::count(Metric::GatewayLockouts, 1);
            Some(Failure::Retry(format!("gateway {code}: {fault}")))
        }
        Fault::Conflict(_) | Fault::Declined(_) | Fault::Refused(_) | Fault::Unsupported(_) => None,
    }
}
