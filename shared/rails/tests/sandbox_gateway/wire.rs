//! The other end of the sandbox bank's wire: its format by hand, so that a change of it is seen,
//! and books.

use axum::http::HeaderMap;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use mensal_domain::{charge::ChargeKey, money::Money};
use percent_encoding::percent_decode_str;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::contract::{Books, Entry, Paid, Reply, State, Wire};

pub const KEY: &str = "k3y-of-the-api";
/// Among the books' other notes: what has happened to methods, with its day.
const NEWS: &str = "news";

pub struct SandboxBank;

impl Wire for SandboxBank {
    /// Its key never runs out.
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
            return status(401);
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let order: Value = serde_json::from_slice(body).unwrap_or_default();
        let is_json = header("content-type") == Some("application/json") && order.is_object();
        let is_whole = if method == "PUT" { is_json } else { body.is_empty() };
        if !is_whole {
            return status(400);
        }
        let parts: Vec<String> =
            path.split('/').skip(1).map(|part| decoded(part).unwrap_or_default()).collect();
        let parts: Vec<_> = parts.iter().map(String::as_str).collect();
        match (method, &parts[..]) {
            ("GET", ["history"]) => history(books, query),
            _ if !query.is_empty() => status(400),
            ("PUT", ["charges", key]) => register(books, key, &order),
            ("GET", ["charges", key]) => stands(books, key),
            ("DELETE", ["charges", key]) => cancel(books, key),
            ("PUT", ["collections", key]) => collect(books, key, &order),
            ("PUT", ["payments", money, "refunds", key]) => refund(books, money, key, &order),
            ("PUT", ["methods", account, id]) => enroll(books, account, id, &order),
            ("DELETE", ["methods", token]) => revoke(books, token),
            _ => status(404),
        }
    }
}

fn status(status: u16) -> Reply {
    Reply { status, body: Value::Null }
}

/// A part of a path, its escapes undone.
fn decoded(part: &str) -> Option<String> {
    percent_decode_str(part).decode_utf8().ok().map(Into::into)
}

/// Whether an object has these fields and no others.
fn has_only(object: &Value, fields: &[&str]) -> bool {
    let mut names: Vec<_> = object.as_object().into_iter().flat_map(|all| all.keys()).collect();
    let mut wanted = fields.to_vec();
    names.sort_unstable();
    wanted.sort_unstable();
    names.iter().map(|name| name.as_str()).eq(wanted)
}

fn money(value: &Value) -> Option<Money> {
    value.as_str()?.parse::<Money>().ok().filter(|money| money.is_positive())
}

fn day(value: &Value) -> Option<Date> {
    value.as_str()?.parse().ok()
}

fn percent(value: &Value) -> bool {
    let number = value.as_str().and_then(|text| text.parse::<Decimal>().ok());
    number.is_some_and(|number| number >= Decimal::ZERO)
}

/// The charge of a key: what collections are called by is none.
fn charge<'a>(books: &'a mut Books, key: &str) -> Option<&'a mut Entry> {
    books.charges.values_mut().find(|entry| entry.own == key && entry.asked["terms"].is_object())
}

fn register(books: &mut Books, key: &str, order: &Value) -> Reply {
    let terms = &order["terms"];
    let late = &terms["late"];
    let whole = has_only(order, &["key", "terms"])
        && has_only(terms, &["amt", "due", "days", "late"])
        && has_only(late, &["fine_percent", "interest_percent"])
        && percent(&late["fine_percent"])
        && percent(&late["interest_percent"])
        && terms["days"].as_u64().is_some_and(|days| days <= 400);
    let offered = key.parse().is_ok_and(|key: ChargeKey| key.rail.is_offered());
    let (Some(amount), Some(due)) = (money(&terms["amt"]), day(&terms["due"])) else {
        return status(422);
    };
    if !whole || !offered || order["key"] != key {
        return status(422);
    }
    match charge(books, key) {
        Some(entry) if entry.state == State::Open => {
            (entry.amount, entry.due, entry.asked) = (amount, Some(due), order.clone());
        }
        Some(_) => return status(409),
        None => {
            let reference = format!("b{:04x}", books.charges.len() + 1);
            let (own, due, asked) = (key.to_owned(), Some(due), order.clone());
            let state = State::Open;
            let entry = Entry { reference: reference.clone(), own, amount, due, state, asked };
            books.charges.insert(reference, entry);
        }
    }
    stands(books, key)
}

fn stands(books: &mut Books, key: &str) -> Reply {
    let Some(entry) = charge(books, key) else { return status(404) };
    let state = match entry.state {
        State::Open => "open",
        State::Paid => "paid",
        State::Cancelled => "cancelled",
    };
    let boleto = json!({ "boleto": {
        "barcode": format!("9{:043}", entry.reference.len()),
        "line": "99900.01008",
        "bank": "999-0",
        "bank_name": "Banco Exemplo",
        "beneficiary": "0001 / 00010001",
        "our_number": entry.reference,
    }});
    let is_boleto = entry.own.contains("/boleto/");
    Reply::ok(json!({
        "reference": entry.reference,
        "state": state,
        "amount": entry.amount.to_string(),
        "due": entry.due,
        "codes": if is_boleto { boleto } else { json!({ "pix": format!("00020126…{}", entry.reference) }) },
    }))
}

fn cancel(books: &mut Books, key: &str) -> Reply {
    if let Some(entry) = charge(books, key).filter(|entry| entry.state == State::Open) {
        entry.state = State::Cancelled;
    }
    stands(books, key)
}

/// Why a method gives nothing, by what it is called.
pub fn declined(books: &Books, token: &str) -> Option<(&'static str, &'static str)> {
    let ended = books.other.get(token).is_some_and(|state| state == "ended");
    match token.rsplit('-').next() {
        _ if ended => Some(("method_ended", "never_again")),
        Some("stolen") => Some(("stolen_card", "never_again")),
        Some("expired") => Some(("expired_card", "ask_customer")),
        Some("broke") => Some(("insufficient_funds", "retry_later")),
        _ => None,
    }
}

/// Collects: of a card at once, of anything else later. Asked again, it says what has come of it.
fn collect(books: &mut Books, key: &str, order: &Value) -> Reply {
    let fields = ["key", "token", "amount", "due", "instalments"];
    let collected = key.parse().is_ok_and(|key: ChargeKey| key.rail.is_collected());
    let (Some(amount), Some(due)) = (money(&order["amount"]), day(&order["due"])) else {
        return status(422);
    };
    let parts = order["instalments"].as_u64().is_some_and(|parts| (1..=255).contains(&parts));
    let token = order["token"].as_str().filter(|token| token.starts_with("tok-"));
    let Some(token) =
        token.filter(|_| has_only(order, &fields) && parts && collected && order["key"] == key)
    else {
        return status(422);
    };
    if books.by_own(key).is_none() {
        let reference = format!("c{:04x}", books.charges.len() + 1);
        let (own, asked) = (key.to_owned(), order.clone());
        let (state, due) = (State::Open, Some(due));
        let entry = Entry { reference: reference.clone(), own, amount, due, state, asked };
        books.charges.insert(reference, entry);
        if key.contains("/card/") {
            decide(books, key);
        }
    }
    let entry = books.by_own(key).unwrap();
    match entry.state {
        State::Open => Reply::ok("under_way".into()),
        State::Paid => {
            let paid = books.payments.iter().find(|paid| paid.reference == entry.reference);
            Reply::ok(received(entry, paid.unwrap()))
        }
        State::Cancelled => {
            let (code, advice) = declined(books, token).unwrap();
            Reply { status: 402, body: json!({ "code": code, "advice": advice }) }
        }
    }
}

/// The payer's bank decides on a collection: what the bank tells of it.
pub fn decide(books: &mut Books, key: &str) -> Value {
    let entry = books.by_own(key).unwrap().clone();
    let token = entry.asked["token"].as_str().unwrap();
    let Some((code, advice)) = declined(books, token) else {
        let id = format!("C{}", entry.reference);
        let paid = books.pay(&entry.reference, &id, entry.amount, entry.due.unwrap());
        return received(&entry, &paid);
    };
    books.charges.get_mut(&entry.reference).unwrap().state = State::Cancelled;
    json!({ "not_collected": {
        "about": { "charge": key }, "code": code, "advice": advice, "on": entry.due,
    }})
}

/// Money that came in, as it is told.
pub fn received(entry: &Entry, paid: &Paid) -> Value {
    let mut receipt = json!({
        "money": paid.id,
        "about": { "charge": entry.own },
        "rail": entry.own.split('/').nth(2),
        "amt": paid.amount.to_string(),
        "on": paid.on,
    });
    if entry.asked["token"].is_string() {
        receipt["recalled_by_name"] = true.into();
    }
    json!({ "received": receipt })
}

/// What was given back of it, likewise.
pub fn returned(entry: &Entry, paid: &Paid) -> Vec<Value> {
    let one = |(key, amount): (&String, &Money)| {
        json!({ "returned": {
            "money": paid.id,
            "id": key,
            "about": { "charge": entry.own },
            "kind": "refund",
            "amt": amount.to_string(),
            "on": paid.on,
        }})
    };
    paid.refunds.iter().map(one).collect()
}

fn refund(books: &mut Books, id: &str, key: &str, order: &Value) -> Reply {
    let Some(amount) = money(&order["amt"]).filter(|_| has_only(order, &["amt"])) else {
        return status(422);
    };
    let Some(paid) = books.payments.iter_mut().find(|paid| paid.id == id) else {
        return status(404);
    };
    if !paid.refunds.contains_key(key) {
        let away = paid.refunds.values().copied().chain([amount]);
        let away = Money::sum(paid.amount.currency(), away);
        if away.is_ok_and(|away| away <= paid.amount) {
            paid.refunds.insert(key.to_owned(), amount);
        } else {
            return status(409);
        }
    }
    Reply::ok(json!({ "reference": key }))
}

fn enroll(books: &mut Books, account: &str, id: &str, order: &Value) -> Reply {
    let rails = ["card", "bank_debit", "pix_automatico"];
    let rail = order["rail"].as_str().filter(|rail| rails.contains(rail));
    let (Some(rail), Some(on)) = (rail, day(&order["starts_on"])) else { return status(422) };
    if !has_only(order, &["rail", "starts_on"]) {
        return status(422);
    }
    let token = format!("tok-{account}-{id}");
    books.other.insert(token.clone(), "active".into());
    let fact = json!({ "method": {
        "about": { "account": account },
        "method": id,
        "token": token,
        "change": { "active": { "rail": rail, "label": "Visa •••• 4242", "expires": "2029-12" } },
    }});
    let news = books.other.entry(NEWS.into()).or_insert_with(|| json!([]));
    news.as_array_mut().unwrap().push(json!([on, fact]));
    Reply::ok(json!({ "reference": token }))
}

fn revoke(books: &mut Books, token: &str) -> Reply {
    match books.other.get_mut(token) {
        Some(state) => {
            *state = "ended".into();
            status(200)
        }
        None => status(404),
    }
}

/// All that has happened, with its day.
fn happened(books: &Books) -> Vec<(Date, Value)> {
    let mut all = Vec::new();
    for paid in &books.payments {
        let entry = &books.charges[&paid.reference];
        all.push((paid.on, received(entry, paid)));
        all.extend(returned(entry, paid).into_iter().map(|fact| (paid.on, fact)));
    }
    let news = books.other.get(NEWS).and_then(Value::as_array);
    all.extend(news.into_iter().flatten().map(|one| (day(&one[0]).unwrap(), one[1].clone())));
    all
}

fn history(books: &Books, query: &str) -> Reply {
    let asked: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let [(from_name, from), (to_name, to)] = &asked[..] else { return status(400) };
    let day =
        |text: &str| text.parse::<Timestamp>().ok().map(|at| at.to_zoned(TimeZone::UTC).date());
    let (Some(from), Some(to)) = (day(from), day(to)) else { return status(400) };
    if (from_name.as_str(), to_name.as_str()) != ("from", "to") {
        return status(400);
    }
    let within = happened(books).into_iter().filter(|(on, _)| (from..=to).contains(on));
    Reply::ok(json!({ "facts": within.map(|(_, fact)| fact).collect::<Vec<_>>() }))
}
