//! Connecting a gateway from its secret: the one place that knows all kinds.

use mensal_domain::ids::GatewayCode;
use serde::Deserialize;

use super::{Gateway, asaas, inter, manual::Manual, pix, sandbox, stripe};
use crate::http::Unusable;

/// A gateway as its secret describes it: which kind, how it is set up, and what opens it.
#[allow(clippy::large_enum_variant)] // one at a time, while its gateway is connected
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Described {
    /// Banco Inter.
    Inter { settings: inter::Settings, credentials: inter::Credentials },
    /// Asaas.
    Asaas { settings: asaas::Settings, credentials: asaas::Credentials },
    /// Any bank that speaks the Central Bank's Pix API.
    Pix { settings: pix::Settings, credentials: pix::Credentials },
    /// The bank of the local stack.
    Sandbox { settings: sandbox::Settings, credentials: sandbox::Credentials },
    /// Stripe.
    Stripe { settings: stripe::Settings, credentials: stripe::Credentials },
    /// The till.
    Manual {},
}

/// Connects the gateway of a code by its secret, a JSON object with `kind`, `settings` and
/// `credentials`. Nobody is asked over the network yet.
///
/// # Errors
/// [`Unusable`] says what is wrong with the secret, and quotes nothing of it.
pub fn connect(code: GatewayCode, secret: &str) -> Result<Box<dyn Gateway>, Unusable> {
    let described: Described = serde_json::from_str(secret).map_err(|why| {
        // Where, not what: serde's own words would quote a value.
        let what = told(&why);
        // What is wrong with one of the parts as a whole has no place.
        if why.line() == 0 {
            return Unusable::Described(what);
        }
        Unusable::Secret { line: why.line(), column: why.column(), what }
    })?;
    Ok(match described {
        Described::Inter { settings, credentials } => {
            Box::new(inter::connect(code, settings, credentials)?)
        }
        Described::Asaas { settings, credentials } => {
            Box::new(asaas::connect(code, settings, credentials)?)
        }
        Described::Pix { settings, credentials } => {
            Box::new(pix::connect(code, settings, credentials)?)
        }
        Described::Sandbox { settings, credentials } => {
            Box::new(sandbox::connect(code, settings, credentials)?)
        }
        Described::Stripe { settings, credentials } => {
            Box::new(stripe::connect(code, settings, credentials)?)
        }
        Described::Manual {} => Box::new(Manual),
    })
}

/// What is said of a value that does not fit, without the value: names stand in backquotes, values
/// behind "invalid", and a word that is none of those that are known before those.
fn told(why: &serde_json::Error) -> String {
    if !why.is_data() {
        return "it is no JSON".into();
    }
    let why = why.to_string();
    let why = why.split(" at line").next().unwrap_or_default();
    if why.starts_with("missing field") || why.starts_with("unknown field") {
        return why.into();
    }
    match why.strip_prefix("unknown variant").and_then(|why| why.split_once(", expected ")) {
        Some((_, right)) => format!("a word is not {right}"),
        None => "a value is not of the kind that belongs there".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_that_is_no_gateways_says_where_and_quotes_nothing() {
        let cases = [
            ("hunter2", "it is no JSON"),
            ("", "it is no JSON"),
            (r#"{"kind": 7}"#, "a value is not of the kind"),
            ("{}", "missing field `kind`"),
            (r#"{"kind":"hunter2"}"#, "a word is not one of `inter`, `asaas`"),
            (r#"{"kind":"sandbox"}"#, "missing field `settings`"),
            (
                r#"{"kind":"sandbox","settings":{"address":"http://127.0.0.1:1"},"credentials":{"key":"hunter2","webhook_secrets":[]}}"#,
                "no webhook secret",
            ),
            (
                r#"{"kind":"sandbox","settings":{"address":"hunter"},"credentials":{"key":"k","webhook_secrets":["hunter2"]}}"#,
                "no address",
            ),
        ];
        for (secret, want) in cases {
            let error = connect("banco".parse().unwrap(), secret).unwrap_err().to_string();
            assert!(error.contains(want), "{secret}: {error}");
            assert!(!error.contains("hunter2"), "{error} quotes a secret");
        }
    }
}
