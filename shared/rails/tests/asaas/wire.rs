//! The far side of Asaas: its API v3 over the books, as strict as the reference says that it is.

use axum::http::{HeaderMap, HeaderValue};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::payments;
use crate::contract::{Books, Entry, Reply, State, Wire, date, money};

pub const KEY: &str = "$aact_hmlg_000MzkwODA2MWY2OGM3";
/// The day on which all of it happens.
pub const TODAY: &str = "2026-11-10";

/// Asaas.
pub struct AsaasWire;

impl Wire for AsaasWire {
    /// There are none here. Looking up what there is already is spared as well, so that troubles
    /// befall what must not be done twice.
    fn is_sign_in(&self, path: &str) -> bool {
        path.starts_with("/v3/customers") || path.contains("externalReference=")
    }

    fn answer(
        &self,
        books: &mut Books,
        method: &str,
        path: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Reply {
        if headers.get("access_token").is_none_or(|key| key != KEY) {
            return refused(401, "invalid_access_token", "A chave de API fornecida é inválida");
        }
        if headers.get("user-agent").is_none_or(HeaderValue::is_empty) {
            return refused(400, "invalid_user_agent", "O User-Agent é obrigatório");
        }
        if method == "GET" && !body.is_empty() {
            return Reply { status: 403, body: Value::Null };
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<_> = path.trim_start_matches('/').split('/').collect();
        let asked = || serde_json::from_slice::<Map<String, Value>>(body).unwrap();
        let query: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        match (method, &parts[..]) {
            ("GET", ["v3", "customers"]) => list(customers(books, &query), &query),
            ("POST", ["v3", "customers"]) => {
                let id = format!("cus_{:012}", books.other.len() + 1);
                customer(books, &id, asked())
            }
            ("PUT", ["v3", "customers", id]) => customer(books, id, asked()),
            ("GET", ["v3", "payments"]) => payments::listed(books, &query),
            ("POST", ["v3", "payments"]) => payments::made(books, &asked()),
            ("GET", ["v3", "financialTransactions"]) => payments::statement(books, &query),
            (_, ["v3", "payments", id, rest @ ..]) => match books.charges.get(*id).cloned() {
                None => Reply { status: 404, body: Value::Null },
                Some(entry) => of_payment(books, method, &entry, rest, &asked),
            },
            _ => Reply { status: 404, body: Value::Null },
        }
    }
}

fn of_payment(
    books: &mut Books,
    method: &str,
    entry: &Entry,
    rest: &[&str],
    asked: &dyn Fn() -> Map<String, Value>,
) -> Reply {
    let open = entry.state == State::Open;
    match (method, rest) {
        ("GET", []) => Reply::ok(payments::shown(books, entry)),
        ("GET", ["identificationField"]) if payments::is(entry, "BOLETO") => {
            Reply::ok(payments::boleto(entry))
        }
        ("GET", ["pixQrCode"]) if payments::is(entry, "PIX") => Reply::ok(json!({
            "encodedImage": "aW1hZ2U=",
            "payload": format!("00020101021226{}", entry.reference),
            "expirationDate": "2027-11-20 23:59:59",
        })),
        ("PUT", []) if open => payments::changed(books, entry, asked()),
        ("DELETE", []) if open => {
            books.charges.get_mut(&entry.reference).unwrap().state = State::Cancelled;
            Reply::ok(json!({ "deleted": true, "id": entry.reference }))
        }
        ("POST", ["refund"]) if entry.state == State::Paid => {
            payments::given_back(books, entry, &asked())
        }
        _ => refused(400, "invalid_action", "Não é possível fazer isso com a cobrança de Ana"),
    }
}

/// What Asaas says is wrong. Its words may name people.
pub fn refused(status: u16, code: &str, words: &str) -> Reply {
    Reply { status, body: json!({ "errors": [{ "code": code, "description": words }] }) }
}

/// A page of a list.
pub fn list(all: Vec<Value>, query: &[(String, String)]) -> Reply {
    let number = |name: &str| query.iter().find(|(key, _)| key == name).unwrap().1.parse().unwrap();
    let (limit, offset): (usize, usize) = (number("limit"), number("offset"));
    assert!((1..=100).contains(&limit), "a page of {limit}");
    let total = all.len();
    let data: Vec<_> = all.into_iter().skip(offset).take(limit).collect();
    Reply::ok(json!({
        "object": "list",
        "hasMore": offset + data.len() < total,
        "totalCount": total,
        "limit": limit,
        "offset": offset,
        "data": data,
    }))
}

fn customers(books: &Books, query: &[(String, String)]) -> Vec<Value> {
    for (name, _) in query {
        assert!(["externalReference", "limit", "offset"].contains(&name.as_str()), "{name}");
    }
    let wanted = &query.iter().find(|(key, _)| key == "externalReference").unwrap().1;
    let all = books.other.iter().filter(|(id, _)| id.starts_with("cus_"));
    all.map(|(_, one)| one.clone()).filter(|one| one["externalReference"] == **wanted).collect()
}

fn customer(books: &mut Books, id: &str, mut asked: Map<String, Value>) -> Reply {
    only(&asked, &["name", "cpfCnpj", "email", "externalReference", "notificationDisabled"]);
    let number = asked["cpfCnpj"].as_str().unwrap();
    if !matches!(number.len(), 11 | 14) || !number.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return refused(400, "invalid_cpfCnpj", "O CPF/CNPJ informado é inválido");
    }
    asked.insert("id".into(), id.into());
    asked.insert("deleted".into(), false.into());
    books.other.insert(id.into(), asked.clone().into());
    Reply::ok(asked.into())
}

/// Fields that a request may have.
pub fn only(asked: &Map<String, Value>, known: &[&str]) {
    for name in asked.keys() {
        assert!(known.contains(&name.as_str()), "Asaas knows no {name}");
    }
}

/// An amount as the wire has it: a number of at most two decimals.
pub fn amount(value: &Value) -> Option<mensal_domain::money::Money> {
    let number: Decimal = value.as_number()?.to_string().parse().unwrap();
    assert!(number.normalize().scale() <= 2, "{number} is no amount");
    number.is_sign_positive().then(|| money(&format!("{number:.2}"), "BRL"))
}

/// Whether a date may be given as a due date.
pub fn due(value: &Value) -> Option<jiff::civil::Date> {
    let day: jiff::civil::Date = value.as_str()?.parse().ok()?;
    (day >= date(TODAY)).then_some(day)
}
