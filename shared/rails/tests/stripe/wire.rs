//! Stripe's API over HTTP, as strict as the real one: it knows who asks and in which version, what
//! a form may have in it, and what was ordered before under the same key.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::api;
use crate::contract::{Books, Reply, Wire};

pub const KEY: &str = "sk_test_invented_for_these_tests";
pub const VERSION: &str = "2026-06-24.dahlia";

/// The fields of a form or a query; each at most once, but for those of a list.
pub type Fields = BTreeMap<String, String>;

pub struct StripeApi;

impl Wire for StripeApi {
    fn is_sign_in(&self, _: &str) -> bool {
        false
    }

    fn answer(
        &self,
        books: &mut Books,
        method: &str,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Reply {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        if header("authorization") != Some(&format!("Bearer {KEY}")) {
            return denied(401, "invalid_request_error", &json!({"message": "Invalid API Key"}));
        }
        if header("stripe-version") != Some(VERSION) {
            let error = json!({"message": "Invalid Stripe API version"});
            return denied(400, "invalid_request_error", &error);
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        if method == "GET" {
            return fields(query.as_bytes())
                .map_or_else(malformed, |query| api::get(books, path, &query));
        }
        let Some(key) = header("idempotency-key").filter(|key| key.len() <= 255) else {
            panic!("an order without a key: {path}");
        };
        let is_form = header("content-type") == Some("application/x-www-form-urlencoded");
        assert!(is_form || body.is_empty(), "no form: {path}");
        once(books, key, path, body, |books| {
            fields(body).map_or_else(malformed, |form| api::post(books, path, &form))
        })
    }
}

/// The same under the same key; anything else under it is refused.
fn once(
    books: &mut Books,
    key: &str,
    path: &str,
    body: &[u8],
    order: impl FnOnce(&mut Books) -> Reply,
) -> Reply {
    let asked = json!([path, String::from_utf8_lossy(body)]);
    let kept = format!("key {key}");
    if let Some(before) = books.other.get(&kept) {
        if before["asked"] != asked {
            let message = "Keys for idempotent requests can only be used with the same parameters \
                           they were first used with.";
            return denied(400, "idempotency_error", &json!({"message": message}));
        }
        let status = before["status"].as_u64().unwrap().try_into().unwrap();
        return Reply { status, body: before["body"].clone() };
    }
    let reply = order(books);
    let answer = json!({"asked": asked, "status": reply.status, "body": reply.body});
    books.other.insert(kept, answer);
    reply
}

/// Forgets the keys, as Stripe does after a day.
pub fn forget_keys(books: &mut Books) {
    books.other.retain(|name, _| !name.starts_with("key "));
}

fn fields(text: &[u8]) -> Option<Fields> {
    let mut fields = Fields::new();
    for (name, value) in form_urlencoded::parse(text) {
        let value = value.into_owned();
        match fields.get_mut(name.as_ref()) {
            Some(list) if name.ends_with("[]") => *list = format!("{list},{value}"),
            Some(_) => return None,
            None => {
                fields.insert(name.into_owned(), value);
            }
        }
    }
    Some(fields)
}

fn malformed() -> Reply {
    denied(400, "invalid_request_error", &json!({"message": "Invalid request"}))
}

/// An error as Stripe answers it.
pub fn denied(status: u16, kind: &str, more: &Value) -> Reply {
    let mut error = more.clone();
    error["type"] = json!(kind);
    error["request_log_url"] = json!("https://dashboard.stripe.example/test/logs/req_8aB3");
    Reply { status, body: json!({ "error": error }) }
}

pub fn missing(param: &str) -> Reply {
    let error = json!({"code": "resource_missing", "message": "No such thing", "param": param});
    denied(404, "invalid_request_error", &error)
}

pub fn invalid(code: &str, param: &str) -> Reply {
    let error = json!({"code": code, "message": "Of Ana Exemplo", "param": param});
    denied(400, "invalid_request_error", &error)
}

/// Whether a form has what it must have, and nothing that Stripe does not know. A name that ends
/// in `*` stands for all that begin so.
pub fn checked(form: &Fields, must: &[&str], may: &[&str]) -> Result<(), Reply> {
    for name in must {
        if !form.contains_key(*name) {
            return Err(invalid("parameter_missing", name));
        }
    }
    for (name, value) in form {
        let known = must.iter().chain(may).any(|known| match known.strip_suffix('*') {
            Some(begin) => name.starts_with(begin),
            None => name == known,
        });
        if !known {
            return Err(invalid("parameter_unknown", name));
        }
        if value.is_empty() {
            return Err(invalid("parameter_invalid_empty", name));
        }
    }
    Ok(())
}

/// The metadata in a form: what is between a beginning and a bracket.
pub fn nested(form: &Fields, begin: &str) -> Value {
    let entry = |(name, value): (&String, &String)| {
        let key = name.strip_prefix(begin)?.strip_suffix(']')?;
        assert!(key.len() <= 40 && value.len() <= 500, "too long for metadata: {name}");
        Some((key.to_owned(), json!(value)))
    };
    form.iter().filter_map(entry).collect::<serde_json::Map<_, _>>().into()
}
