//! Webhooks of each gateway as they are sent: verified, and read into what has happened.

use jiff::Timestamp;
use mensal_rails::gateway::{Gateway, WebhookRequest, connect};
use serde_json::{Value, json};

use super::{AT, Row, SECRET, hmac_of, measured};

/// How a gateway is connected, and what it sends beside a body.
struct Sender {
    name: &'static str,
    kind: &'static str,
    settings: Value,
    credentials: Value,
    /// The header that a signature stands in, or a token.
    header: Option<&'static str>,
    /// The parameter of the query that a token stands in.
    parameter: Option<&'static str>,
    signs: bool,
}

/// A webhook that has arrived.
struct Arrived {
    header: Option<(&'static str, String)>,
    query: String,
    body: Vec<u8>,
}

/// Nobody is asked anything.
const NOWHERE: &str = "http://127.0.0.1:9";

fn senders() -> [Sender; 5] {
    let secrets = [SECRET];
    let token = |name, kind, settings, credentials| Sender {
        name,
        kind,
        settings,
        credentials,
        header: None,
        parameter: None,
        signs: false,
    };
    let asaas = json!({ "api_key": "k", "webhook_secrets": secrets });
    let inter = json!({ "client_id": "c", "client_secret": "s", "webhook_secrets": secrets });
    let bank = json!({ "client_id": "c", "client_secret": "s", "webhook_tokens": secrets });
    let stripe = json!({ "secret_key": "sk_test_1", "webhook_secrets": secrets });
    let of_stripe = json!({
        "host": NOWHERE, "live": false, "time_zone": "America/New_York",
        "return_to": "https://conta.provedor.example",
    });
    let of_a_bank = json!({
        "host": NOWHERE, "key": "chave@provedor.example", "merchant_name": "Provedor Exemplo",
        "merchant_city": "Curitiba",
    });
    [
        Sender {
            header: Some("asaas-access-token"),
            ..token("webhook read: Asaas", "asaas", json!({ "host": NOWHERE }), asaas)
        },
        Sender {
            parameter: Some("token"),
            ..token("webhook read: Inter", "inter", json!({ "host": NOWHERE }), inter)
        },
        Sender { parameter: Some("hmac"), ..token("webhook read: Pix", "pix", of_a_bank, bank) },
        Sender {
            header: Some("sandbox-signature"),
            signs: true,
            ..token(
                "webhook read: sandbox",
                "sandbox",
                json!({ "address": NOWHERE }),
                json!({ "key": "k", "webhook_secrets": secrets }),
            )
        },
        Sender {
            header: Some("stripe-signature"),
            signs: true,
            ..token("webhook read: Stripe", "stripe", of_stripe, stripe)
        },
    ]
}

/// A row for each gateway, over the bodies that it is documented to send.
pub(super) fn rows() -> Vec<Row> {
    let all: Value = serde_json::from_str(include_str!("../../tests/data/webhooks.json")).unwrap();
    senders().into_iter().map(|sender| row(&sender, &all[sender.kind])).collect()
}

fn row(sender: &Sender, bodies: &Value) -> Row {
    let Sender { kind, settings, credentials, .. } = sender;
    let described = json!({ "kind": kind, "settings": settings, "credentials": credentials });
    let gateway = connect(kind.parse().unwrap(), &described.to_string()).unwrap();
    let bodies = bodies.as_array().unwrap().iter().map(|body| body.to_string().into_bytes());
    let arrived: Vec<_> = bodies.map(|body| sender.send(body)).collect();
    assert!(arrived.iter().all(|one| told(&*gateway, one).is_some()), "{}", sender.name);
    let floor = |one: &Arrived| serde_json::from_slice::<Value>(&one.body).unwrap();
    measured(sender.name, "its JSON parsed", &arrived, |one| told(&*gateway, one), floor)
}

impl Sender {
    fn send(&self, body: Vec<u8>) -> Arrived {
        let header = self.header.map(|name| {
            let tag = || hmac_of(&[format!("{AT}.").as_bytes(), &body].concat());
            let signed = || format!("t={AT},v1={}", hex::encode(tag()));
            (name, if self.signs { signed() } else { SECRET.to_owned() })
        });
        let token = SECRET.replace(' ', "+");
        let query = self.parameter.map(|name| format!("{name}={token}")).unwrap_or_default();
        Arrived { header, query, body }
    }
}

/// So many facts are told; none if the webhook is not believed, or not understood.
fn told(gateway: &dyn Gateway, arrived: &Arrived) -> Option<usize> {
    let headers = arrived.header.as_ref().map(|(name, value)| (*name, value.as_str()));
    let headers: Vec<_> = headers.into_iter().collect();
    let Arrived { query, body, .. } = arrived;
    let request = WebhookRequest { headers: &headers, query, tail: "", body };
    let now = Timestamp::from_second(AT).ok()?;
    let verified = gateway.verify(&request, now).ok()?;
    Some(gateway.read(verified).ok()?.len())
}
