//! What it takes to be connected with Banco Inter.

use std::{fmt, time::Duration};

use mensal_domain::ids::GatewayCode;
use serde::Deserialize;

use super::{Inter, session::Session};
use crate::{
    http::{ClientCertificate, Http, Unusable},
    signature::Secrets,
};

/// The longest first pause, so that the function that waits lives to hear the answer.
const LONGEST_PAUSE: u16 = 2000;

/// What is no secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The bank's host.
    #[serde(default = "production")]
    pub host: String,
    /// The current account, digits with the check digit and no zeros before them; needed if the
    /// application at the bank has several. Printed on boletos.
    #[serde(default)]
    pub account: Option<String>,
    /// The pause before it is asked again whether a charge has been issued, in milliseconds, up to
    /// 2000; each further one is twice as long.
    #[serde(default = "half_a_second")]
    pub pause_ms: u16,
}

fn production() -> String {
    "https://cdpj.partners.bancointer.com.br".into()
}

fn half_a_second() -> u16 {
    500
}

/// What is secret: what the bank hands out with an application, and the tokens of webhooks.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The application's id.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: String,
    /// The application's certificate, PEM. It runs out after a year.
    #[serde(default)]
    pub certificate: Option<String>,
    /// The certificate's private key, PEM.
    #[serde(default)]
    pub key: Option<String>,
    /// The tokens that the address of webhooks may bear: one, or an old and a new one.
    pub webhook_secrets: Vec<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

/// Connects with Banco Inter.
///
/// # Errors
/// [`Unusable`].
pub fn connect(
    code: GatewayCode,
    settings: Settings,
    credentials: Credentials,
) -> Result<Inter, Unusable> {
    let is_account = |account: &String| {
        (1..=20).contains(&account.len())
            && !account.starts_with('0')
            && account.bytes().all(|b| b.is_ascii_digit())
    };
    if !settings.account.as_ref().is_none_or(is_account) {
        let what = "the account is written in digits, without zeros before them";
        return Err(Unusable::Setting(what));
    }
    if settings.pause_ms > LONGEST_PAUSE {
        return Err(Unusable::Setting("pause_ms is at most 2000"));
    }
    let identity = match (credentials.certificate, credentials.key) {
        (Some(certificate), Some(key)) => Some(ClientCertificate { certificate, key }),
        // In the clear only this machine is reached, which asks for none.
        (None, None) if settings.host.starts_with("http://") => None,
        _ => return Err(Unusable::Setting("Inter asks for a client certificate and its key")),
    };
    Ok(Inter {
        code,
        session: Session::new(
            Http::new(&settings.host, identity.as_ref(), None)?.hiding(&credentials.client_secret),
            credentials.client_id,
            credentials.client_secret,
            settings.account,
        ),
        tokens: Secrets::of(&credentials.webhook_secrets).ok_or(Unusable::NoWebhookSecret)?,
        pause: Duration::from_millis(settings.pause_ms.into()),
    })
}
