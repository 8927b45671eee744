//! Webhooks that are full of people and secrets, good ones and bad, through the front door of a
//! stack that knows gateways of every scheme: a signature, a token in a header, a token in a query.

use std::{fs, path::Path};

use jiff::Timestamp;
use mensal::bank::{CODE, signature};
use mensal_tests::Home;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

/// Who pays, and where and by which numbers they are known.
const PERSON: [&str; 4] =
    ["Zulmira Exemplo Quintanilha", "529.982.247-25", "52998224725", "zulmira@cliente.example"];
/// What opens gateways, and what their webhooks bear; and what somebody has guessed.
const SECRETS: [&str; 8] = [
    "pix-client-secret-of-the-test",
    PIX_TOKEN,
    "$aact_key_of_the_test",
    ASAAS_TOKEN,
    "sk_test_of_the_test",
    STRIPE_SECRET,
    "sandbox-api-key",
    SANDBOX_SECRET,
];
const PIX_TOKEN: &str = "pix-token-of-the-test-0123456789abcdef";
const ASAAS_TOKEN: &str = "asaas-token-of-the-test-0123456789abcdef";
const STRIPE_SECRET: &str = "whsec_of_the_test";
const SANDBOX_SECRET: &str = "sandbox-webhook-secret";
const GUESS: &str = "a-token-that-somebody-has-guessed";

/// What no log may say.
pub(crate) fn secrets() -> impl Iterator<Item = String> {
    let run_together = PERSON[0].replace(' ', "");
    PERSON.into_iter().chain(SECRETS).chain([GUESS]).map(str::to_owned).chain([run_together])
}

/// Writes the secrets of the gateways to where a stack of that folder looks for them. None is
/// anywhere that can be reached.
pub(crate) fn connect(folder: &Path) {
    let host = "http://127.0.0.1:9";
    let [client_secret, pix, api_key, asaas, secret_key, stripe, ..] = SECRETS;
    let all = [
        (
            "efi",
            json!({
                "kind": "pix",
                "settings": {
                    "key": "financeiro@provedor.example", "host": host,
                    "merchant_name": "Provedor Exemplo", "merchant_city": "Curitiba",
                },
                "credentials": {
                    "client_id": "client", "client_secret": client_secret, "webhook_tokens": [pix],
                },
            }),
        ),
        (
            "asaas",
            json!({
                "kind": "asaas",
                "settings": { "host": host },
                "credentials": { "api_key": api_key, "webhook_secrets": [asaas] },
            }),
        ),
        (
            "stripe",
            json!({
                "kind": "stripe",
                "settings": {
                    "host": host, "live": false, "time_zone": "America/New_York",
                    "return_to": "https://conta.provedor.example/pago",
                },
                "credentials": { "secret_key": secret_key, "webhook_secrets": [stripe] },
            }),
        ),
    ];
    let gateways = folder.join("gateways");
    fs::create_dir_all(&gateways).unwrap();
    for (code, secret) in all {
        fs::write(gateways.join(format!("{code}.json")), secret.to_string()).unwrap();
    }
}

/// What is sent.
struct Sent {
    to: String,
    headers: Vec<(&'static str, String)>,
    body: String,
    answer: StatusCode,
}

fn sent(to: &str, header: Option<(&'static str, &str)>, body: &Value, answer: u16) -> Sent {
    Sent {
        to: to.to_owned(),
        headers: header.into_iter().map(|(name, value)| (name, value.to_owned())).collect(),
        body: body.to_string(),
        answer: StatusCode::from_u16(answer).unwrap(),
    }
}

/// The same body with the right token and a guessed one, and one that cannot be read: what stands
/// in the way is the person.
fn all() -> Vec<Sent> {
    let [name, cpf, digits, email] = PERSON;
    let pix = |value: &str| {
        json!({ "pix": [{
            "endToEndId": "E1234567820261119013000000000001", "txid": "7978c0c97ea847e78e8849634473c1f1",
            "valor": value, "chave": "financeiro@provedor.example",
            "horario": "2026-11-19T01:30:00.358Z", "infoPagador": format!("de {name}"),
            "pagador": { "nome": name, "cpf": digits },
        }]})
    };
    let asaas = |value: Value| {
        json!({
            "id": "evt_1", "event": "PAYMENT_RECEIVED", "dateCreated": "2026-11-18 16:45:03",
            "payment": {
                "object": "payment", "id": "pay_080225913252", "value": value,
                "billingType": "BOLETO", "status": "RECEIVED", "dueDate": "2026-11-20",
                "clientPaymentDate": "2026-11-18", "description": format!("{name}, CPF {cpf}"),
                "externalReference": "9/2026-11-10-cycle/boleto/1",
            },
        })
    };
    let stripe = |livemode: Value| {
        json!({
            "id": "evt_1", "object": "event", "type": "customer.updated", "livemode": livemode,
            "created": 1_795_003_205, "api_version": "2026-06-24.dahlia",
            "data": { "object": { "object": "customer", "id": "cus_1", "name": name, "email": email } },
        })
    };
    let sandbox = |amount: &str| {
        json!({ "facts": [{ "received": {
            "money": "E2026111812000000000009", "about": "nothing", "rail": "wire",
            "amt": amount, "on": "2026-11-18",
        }}]})
    };
    let by = |body: &Value, secret: &str| {
        signature(body.to_string().as_bytes(), Timestamp::now(), secret)
    };
    let query = |token: &str| format!("efi?hmac={token}&ignorar=/pix");
    let token = "asaas-access-token";
    let (read, unread) = (pix("10.00"), pix(name));
    let mut all = vec![
        sent(&query(PIX_TOKEN), None, &read, 200),
        sent(&query(PIX_TOKEN), None, &unread, 400),
        sent(&query(GUESS), None, &read, 401),
        sent(&format!("efi/pix?hmac={GUESS}"), None, &read, 401),
    ];
    let (read, unread) = (asaas(json!(10.5)), asaas(json!(name)));
    all.extend([
        sent("asaas", Some((token, ASAAS_TOKEN)), &read, 200),
        sent("asaas", Some((token, ASAAS_TOKEN)), &unread, 400),
        sent("asaas", Some((token, GUESS)), &read, 401),
    ]);
    let (read, unread) = (stripe(json!(false)), stripe(json!(name)));
    let header = "stripe-signature";
    all.extend([
        sent("stripe", Some((header, &by(&read, STRIPE_SECRET))), &read, 200),
        sent("stripe", Some((header, &by(&unread, STRIPE_SECRET))), &unread, 400),
        sent("stripe", Some((header, &by(&read, GUESS))), &read, 401),
        sent("stripe", Some((header, GUESS)), &read, 401),
    ]);
    let (read, unread) = (sandbox("10.00 BRL"), sandbox(name));
    let header = mensal_rails::gateway::sandbox::SIGNATURE;
    all.extend([
        sent(CODE, Some((header, &by(&read, SANDBOX_SECRET))), &read, 200),
        sent(CODE, Some((header, &by(&unread, SANDBOX_SECRET))), &unread, 400),
        sent(CODE, Some((header, &by(&read, GUESS))), &read, 401),
        // The name of the gateway is somebody's, or a secret.
        sent(&name.replace(' ', "%20"), None, &read, 404),
        sent(cpf, None, &read, 404),
        sent(SANDBOX_SECRET, None, &read, 404),
    ]);
    all
}

/// Sends all of them, and waits until what was taken is applied, or kept for people.
pub(crate) async fn send(home: &Home) {
    let client = Client::new();
    let api = &home.stack.endpoints().api;
    for Sent { to, headers, body, answer } in all() {
        let mut request = client.post(format!("{api}/webhooks/{to}")).body(body.clone());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let told = request.send().await.unwrap();
        assert_eq!(told.status(), answer, "{to}: {body}");
        let told = told.text().await.unwrap();
        for secret in secrets() {
            assert!(!told.contains(&secret), "{to}: the answer says {secret:?}");
        }
    }
    home.stack.settle().await.unwrap();
    let unmatched = home.stack.store().unmatched().await.unwrap();
    assert!(unmatched.len() >= 3, "{unmatched:?}");
}
