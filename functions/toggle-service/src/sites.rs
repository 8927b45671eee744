//! The access servers of the ISP's sites, by the secrets that Secrets Manager keeps: each is read when
//! it is first needed, and again after a while, so that one can be changed without a deployment.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata};
use mensal_domain::ids::SiteCode;
use mensal_network::Site;
use mensal_runtime::Failure;
use mensal_store::telling::failed_request;
use tokio::sync::Mutex;

/// A secret is read again after so long.
const KEPT: Duration = Duration::from_mins(5);

/// The sites.
#[derive(Debug)]
pub struct Sites {
    secrets: Client,
    prefix: String,
    known: Mutex<HashMap<SiteCode, Arc<Known>>>,
}

/// What is known of a site, and since when; none before its secret was first read. Locked while it is read:
/// whoever needs the same site waits for that, and nobody for the secret of another one.
type Known = Mutex<Option<(Instant, Arc<Site>)>>;

impl Sites {
    /// Those whose secrets are named by a prefix and their code.
    #[must_use]
    pub fn new(secrets: Client, prefix: impl Into<String>) -> Self {
        Self { secrets, prefix: prefix.into(), known: Mutex::default() }
    }

    /// The access servers of a site.
    ///
    /// # Errors
    /// [`Failure::Retry`] if its secret is not there or cannot be used: somebody has to mend it.
    pub async fn get(&self, code: &SiteCode) -> Result<Arc<Site>, Failure> {
        let known = self.known.lock().await.entry(code.clone()).or_default().clone();
        let mut known = known.lock().await;
        if let Some((since, site)) = &*known
            && since.elapsed() < KEPT
        {
            return Ok(site.clone());
        }
        let site = match self.read(code).await {
            Ok(site) => Arc::new(site),
            // While Secrets Manager does not answer, what was known before goes on.
            Err(why) => {
                let Some((_, site)) = &*known else { return Err(why) };
                tracing::warn!(%why, site = %code, "its secret cannot be read again");
                site.clone()
            }
        };
        *known = Some((Instant::now(), site.clone()));
        Ok(site)
    }

    async fn read(&self, code: &SiteCode) -> Result<Site, Failure> {
        let name = format!("{}{code}", self.prefix);
        let read = self.secrets.get_secret_value().secret_id(&name).send().await;
        let secret = read.map_err(|why| match why.code() {
            Some("ResourceNotFoundException") => {
                Failure::Retry(format!("there is no secret {name}: see docs/network.md"))
            }
            _ => Failure::Retry(format!("secret {name}: {}", failed_request(&why))),
        })?;
        Site::read(secret.secret_string().unwrap_or_default())
            .map_err(|why| Failure::Retry(format!("secret {name} describes no site: {why}")))
    }
}
