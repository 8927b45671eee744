//! What a bank is reached with, and what is said of the ISP.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    http::{ClientCertificate, Http, Unusable},
    signature::{Secret, Secrets},
};

/// How to reach a bank's Pix API, and whom it pays. Nothing of it is secret. What is left out is
/// as Efí has it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The host: `https://pix.api.efipay.com.br`; of Efí's trials `https://pix-h.api.efipay.com.br`.
    #[serde(default = "efi")]
    pub host: String,
    /// What stands before each path of the API: `/v2`.
    #[serde(default = "second_version")]
    pub base_path: String,
    /// The host that gives tokens out, if it is another one.
    #[serde(default)]
    pub sign_in_host: Option<String>,
    /// The path that gives tokens out: `/oauth/token`.
    #[serde(default = "token_path")]
    pub token_path: String,
    /// How a token is asked for.
    #[serde(default)]
    pub sign_in: SignIn,
    /// The scopes to ask for, where a bank wants to be told: `cobv.write cobv.read …`.
    #[serde(default)]
    pub scope: Option<String>,
    /// Certificates to be trusted beside those of the system, as PEM.
    #[serde(default)]
    pub roots: Option<String>,
    /// The ISP's Pix key, on which it is paid. What is paid on another one is none of ours.
    pub key: String,
    /// The ISP's name in a Pix code; at most 25 letters are written.
    pub merchant_name: String,
    /// The ISP's city in a Pix code; at most 15.
    pub merchant_city: String,
    /// What a payer reads before the number of the invoice: `Fatura`.
    #[serde(default = "note")]
    pub note: String,
    /// The parameter of a webhook's address that bears its token: `hmac`.
    #[serde(default = "token_parameter")]
    pub token_parameter: String,
    /// Pix Automático, if the bank serves it.
    #[serde(default)]
    pub automatic: Option<Automatic>,
}

/// How a token is asked for (both with the client's name and secret as HTTP Basic).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignIn {
    /// By JSON, as Efí wants it.
    #[default]
    Json,
    /// By a form, as the standard has it (RFC 6749, 4.4).
    Form,
}

/// What Pix Automático needs besides.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Automatic {
    /// The branch of the account that is paid into, if its bank has branches.
    #[serde(default)]
    pub branch: Option<String>,
    /// The account that is paid into.
    pub account: String,
    /// What kind of account it is.
    #[serde(default)]
    pub account_kind: AccountKind,
    /// What is paid for, as the payer reads it when authorising: at most 35 characters.
    pub subject: String,
    /// How often.
    #[serde(default)]
    pub every: Every,
    /// Whether what was not paid on its day may be tried again.
    #[serde(default)]
    pub retries: Retries,
    /// Whether a due date on a day without banks moves to the next one with.
    #[serde(default = "yes")]
    pub business_days: bool,
    /// The agreement with the bank ("convênio"), if it wants one named.
    #[serde(default)]
    pub agreement: Option<String>,
}

/// The kind of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountKind {
    /// Current account.
    #[default]
    #[serde(rename(serialize = "CORRENTE", deserialize = "current"))]
    Current,
    /// Savings account.
    #[serde(rename(serialize = "POUPANCA", deserialize = "savings"))]
    Savings,
    /// Payment account.
    #[serde(rename(serialize = "PAGAMENTO", deserialize = "payment"))]
    Payment,
}

/// How often a recurrence is collected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Every {
    /// Each month.
    #[default]
    #[serde(rename(serialize = "MENSAL", deserialize = "month"))]
    Month,
    /// Each three months.
    #[serde(rename(serialize = "TRIMESTRAL", deserialize = "quarter"))]
    Quarter,
    /// Each six months.
    #[serde(rename(serialize = "SEMESTRAL", deserialize = "half_year"))]
    HalfYear,
    /// Each year.
    #[serde(rename(serialize = "ANUAL", deserialize = "year"))]
    Year,
}

/// Whether the payer authorises further tries ("política de retentativa").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Retries {
    /// On up to three other days within the seven after the due date.
    #[default]
    #[serde(rename(serialize = "PERMITE_3R_7D", deserialize = "three_in_seven_days"))]
    ThreeInSevenDays,
    /// None.
    #[serde(rename(serialize = "NAO_PERMITE", deserialize = "none"))]
    None,
}

/// Who we are at the bank, and what its webhooks are known by. Secret.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The client's name (`client_id`).
    pub client_id: String,
    /// The client's secret (`client_secret`).
    pub client_secret: String,
    /// The client's certificate, as PEM. Each bank of the Pix wants one.
    #[serde(default)]
    pub certificate: Option<String>,
    /// Its private key, as PEM.
    #[serde(default)]
    pub private_key: Option<String>,
    /// The tokens that webhooks may bear, of which each was told to the bank in an address.
    pub webhook_tokens: Vec<String>,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(…)")
    }
}

impl Settings {
    /// Clients of the host, and of the one that gives tokens out.
    pub(super) fn clients(&self, credentials: &Credentials) -> Result<(Http, Http), Unusable> {
        let identity = credentials.identity()?;
        let roots = self.roots.as_deref();
        let api = Http::new(&self.host, identity.as_ref(), roots)?;
        let api = api.hiding(&credentials.client_secret);
        let sign_in = match &self.sign_in_host {
            Some(host) => Http::new(host, identity.as_ref(), roots)?,
            None => api.clone(),
        };
        Ok((api, sign_in))
    }

    /// Whether what has to be said is said.
    pub(super) fn check(&self) -> Result<(), Unusable> {
        for (text, what) in [
            (&self.key, "Pix key"),
            (&self.merchant_name, "name of who is paid"),
            (&self.merchant_city, "city of who is paid"),
            (&self.token_parameter, "parameter of a webhook's token"),
        ] {
            if text.trim().is_empty() {
                return Err(Unusable::Missing(what));
            }
        }
        Ok(())
    }
}

impl Credentials {
    fn identity(&self) -> Result<Option<ClientCertificate>, Unusable> {
        match (&self.certificate, &self.private_key) {
            (Some(certificate), Some(key)) => {
                Ok(Some(ClientCertificate { certificate: certificate.clone(), key: key.clone() }))
            }
            (None, None) => Ok(None),
            (Some(_), None) => Err(Unusable::Missing("key of the client certificate")),
            (None, Some(_)) => Err(Unusable::Missing("client certificate")),
        }
    }

    /// The tokens of webhooks. An empty one would let anybody in.
    pub(super) fn tokens(&self) -> Result<Secrets, Unusable> {
        let none = || Unusable::Missing("token of a webhook");
        let secret = |token: &String| Secret::new(token.as_bytes()).ok_or_else(none);
        let mut tokens = self.webhook_tokens.iter().map(secret);
        let first = tokens.next().ok_or_else(none)??;
        tokens.try_fold(Secrets::one(first), |all, token| Ok(all.and(token?)))
    }
}

fn efi() -> String {
    "https://pix.api.efipay.com.br".into()
}

fn second_version() -> String {
    "/v2".into()
}

fn token_path() -> String {
    "/oauth/token".into()
}

fn note() -> String {
    "Fatura".into()
}

fn token_parameter() -> String {
    "hmac".into()
}

fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = r#"{"key": "chave@provedor.example", "merchant_name": "Provedor",
        "merchant_city": "Curitiba"}"#;

    fn credentials(tokens: &[&str]) -> Credentials {
        Credentials {
            client_id: "client".into(),
            client_secret: "hidden".into(),
            certificate: None,
            private_key: None,
            webhook_tokens: tokens.iter().map(|token| (*token).to_owned()).collect(),
        }
    }

    #[test]
    fn what_is_left_out_is_as_efi_has_it() {
        let settings: Settings = serde_json::from_str(LEAST).unwrap();
        assert_eq!(settings.host, "https://pix.api.efipay.com.br");
        assert_eq!((settings.base_path.as_str(), settings.sign_in), ("/v2", SignIn::Json));
        assert!(settings.check().is_ok() && settings.automatic.is_none());
        let unknown = LEAST.replace("merchant_city", "city");
        assert!(serde_json::from_str::<Settings>(&unknown).is_err());
        let none = Settings { key: " ".into(), ..settings };
        assert_eq!(none.check(), Err(Unusable::Missing("Pix key")));
    }

    #[test]
    fn webhooks_need_a_token_and_an_empty_one_is_none() {
        assert!(credentials(&["one", "two"]).tokens().is_ok());
        for none in [&[][..], &[""], &["one", ""]] {
            let tokens = credentials(none).tokens();
            assert_eq!(tokens, Err(Unusable::Missing("token of a webhook")), "{none:?}");
        }
    }

    #[test]
    fn a_certificate_needs_its_key_and_none_of_it_is_shown() {
        let half = Credentials { certificate: Some("x".into()), ..credentials(&["one"]) };
        let settings: Settings = serde_json::from_str(LEAST).unwrap();
        let error = settings.clients(&half).unwrap_err();
        assert_eq!(error, Unusable::Missing("key of the client certificate"));
        assert!(!format!("{half:?}").contains("hidden"));
    }
}
