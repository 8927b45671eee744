//! Gateways, connected by their secrets as they are in service. The secrets are invented.

use mensal_rails::gateway::{Gateway, connect};
use serde_json::{Value, json};

use crate::signature::SECRET;

/// What webhooks bore before [`SECRET`], and may bear for a while.
const OLDER: &str = "an older one";
/// The kinds that ask something of somebody.
pub(crate) const KINDS: [&str; 5] = ["asaas", "inter", "pix", "sandbox", "stripe"];
/// What opens the gateways' APIs: it is in no error.
pub(crate) const KEY: &str = "sk_test_invented_for_fuzzing";

/// A gateway of a kind, at a host.
///
/// # Panics
/// If there is none of that kind.
pub(crate) fn connected(kind: &str, host: &str) -> Box<dyn Gateway> {
    let code = kind.parse().expect("the code of a gateway");
    connect(code, &described(kind, host).to_string()).expect("its secret describes it")
}

fn described(kind: &str, host: &str) -> Value {
    let secrets = [OLDER, SECRET];
    let (settings, credentials) = match kind {
        "asaas" => (
            json!({
                "host": host,
                "beneficiary": "0001/123456-7",
                "cards": { "remote_ip": "203.0.113.10" },
            }),
            json!({ "api_key": KEY, "webhook_secrets": secrets }),
        ),
        "inter" => (
            json!({ "host": host, "account": "1234567", "pause_ms": 0 }),
            json!({ "client_id": "c", "client_secret": KEY, "webhook_secrets": secrets }),
        ),
        "pix" => (
            json!({
                "host": host,
                "key": "chave@provedor.example",
                "merchant_name": "Provedor Exemplo",
                "merchant_city": "Curitiba",
                "automatic": { "account": "0012682", "branch": "9708", "subject": "Internet" },
            }),
            json!({ "client_id": "c", "client_secret": KEY, "webhook_tokens": secrets }),
        ),
        "sandbox" => {
            (json!({ "address": host }), json!({ "key": KEY, "webhook_secrets": secrets }))
        }
        "stripe" => (
            json!({
                "host": host,
                "live": false,
                "time_zone": "America/New_York",
                "return_to": "https://conta.provedor.example/faturas",
            }),
            json!({ "secret_key": KEY, "webhook_secrets": secrets }),
        ),
        other => panic!("there is no gateway of the kind {other}"),
    };
    json!({ "kind": kind, "settings": settings, "credentials": credentials })
}
