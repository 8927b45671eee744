//! What the resources of Stripe's API do.

use mensal_domain::money::Money;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::{
    objects::{self, ORDERED},
    wire::{Fields, checked, denied, invalid, missing, nested},
};
use crate::contract::{Books, Entry, Paid, Reply, State};

/// Answers a question.
pub fn get(books: &Books, path: &str, query: &Fields) -> Reply {
    let parts: Vec<_> = path.trim_start_matches("/v1/").split('/').collect();
    match parts[..] {
        ["checkout", "sessions"] => {
            listed(books, query, &["payment_link", "status", "limit"], "cs_test_", |one| {
                one["payment_link"] == query["payment_link"].as_str()
                    && one["status"] == query["status"].as_str()
            })
        }
        ["payment_links", id] if query.contains_key("expand[]") => found(books, id, "payment_link"),
        ["payment_methods", id] => found(books, id, "payment_method"),
        ["payment_intents"] => listed(books, query, &["customer", "limit"], "pi_", |one| {
            one["customer"] == query["customer"].as_str()
        }),
        ["payment_intents", "search"] => {
            // metadata['mensal_charge']:'…'
            let parts: Vec<_> = query["query"].split('\'').collect();
            listed(books, query, &["query"], "pi_", |one| one["metadata"][parts[1]] == parts[3])
        }
        ["refunds"] => listed(books, query, &["payment_intent", "limit"], "re_", |one| {
            one["payment_intent"] == query["payment_intent"].as_str()
        }),
        ["events"] => events(books, query),
        _ => missing(path),
    }
}

/// Carries an order out.
pub fn post(books: &mut Books, path: &str, form: &Fields) -> Reply {
    let parts: Vec<_> = path.trim_start_matches("/v1/").split('/').collect();
    let done = match parts[..] {
        ["checkout", "sessions"] if form.get("mode").is_some_and(|mode| mode == "setup") => {
            open_setup(books, form)
        }
        ["checkout", "sessions", id, "expire"] => expire(books, id, form),
        ["prices"] => price(books, form),
        ["payment_links"] => open_link(books, form),
        ["payment_links", id] => close_link(books, id, form),
        ["payment_intents"] => collect(books, form),
        ["payment_methods", id, "detach"] => detach(books, id, form),
        ["refunds"] => refund(books, form),
        ["customers"] => enroll(books, form),
        _ => Err(missing(path)),
    };
    done.map_or_else(|denied| denied, Reply::ok)
}

fn found(books: &Books, id: &str, param: &str) -> Reply {
    books.other.get(id).map_or_else(|| missing(param), |one| Reply::ok(one.clone()))
}

fn listed(
    books: &Books,
    query: &Fields,
    needed: &[&str],
    prefix: &str,
    fits: impl Fn(&Value) -> bool,
) -> Reply {
    if let Err(denied) = checked(query, needed, &[]) {
        return denied;
    }
    let of_kind = books.other.iter().filter(|(id, _)| id.starts_with(prefix));
    // The latest first.
    let all: Vec<_> = of_kind.rev().map(|(_, one)| one).filter(|one| fits(one)).cloned().collect();
    Reply::ok(objects::list("/v1/", &all, false))
}

fn events(books: &Books, query: &Fields) -> Reply {
    let needed = ["created[gte]", "created[lte]", "types[]", "limit"];
    if let Err(denied) = checked(query, &needed, &["starting_after"]) {
        return denied;
    }
    let kinds: Vec<_> = query["types[]"].split(',').collect();
    assert!(kinds.len() <= 20, "Stripe takes twenty names");
    let (from, to): (i64, i64) =
        (query["created[gte]"].parse().unwrap(), query["created[lte]"].parse().unwrap());
    let fits = |one: &&Value| {
        let created = one["created"].as_i64().unwrap();
        (from..=to).contains(&created) && kinds.contains(&one["type"].as_str().unwrap())
    };
    let all = books.other.get("events").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut all: Vec<_> = all.iter().rev().filter(fits).cloned().collect();
    if let Some(after) = query.get("starting_after") {
        let at = all.iter().position(|one| one["id"] == after.as_str()).unwrap();
        all.drain(..=at);
    }
    let limit = query["limit"].parse().unwrap();
    let more = all.len() > limit;
    all.truncate(limit);
    Reply::ok(objects::list("/v1/events", &all, more))
}

/// Notes that something has happened; the event.
pub fn happened(books: &mut Books, kind: &str, created: i64, object: &Value) -> Value {
    let events = books.other.entry("events".into()).or_insert_with(|| json!([]));
    let events = events.as_array_mut().unwrap();
    let event = objects::event(&format!("evt_{:06}", events.len()), kind, created, object);
    events.push(event.clone());
    event
}

/// The next id of a kind.
fn fresh(books: &Books, prefix: &str) -> String {
    let of_kind = books.other.keys().filter(|id| id.starts_with(prefix)).count();
    format!("{prefix}{of_kind:010}")
}

pub fn money(units: i64, currency: &str) -> Money {
    Money::exact(Decimal::new(units, 2), currency.to_uppercase().parse().unwrap()).unwrap()
}

fn units(form: &Fields, name: &str) -> Result<i64, Reply> {
    let units = form[name].parse().map_err(|_| invalid("parameter_invalid_integer", name))?;
    if units < 50 { Err(invalid("amount_too_small", name)) } else { Ok(units) }
}

/// What something costs.
fn price(books: &mut Books, form: &Fields) -> Result<Value, Reply> {
    checked(form, &["currency", "unit_amount", "product_data[name]"], &[])?;
    let units = units(form, "unit_amount")?;
    let id = fresh(books, "price_");
    let price = json!({
        "id": id, "object": "price", "active": true, "billing_scheme": "per_unit",
        "currency": form["currency"], "product": "prod_NWjs8kKbJWmuuc", "recurring": null,
        "type": "one_time", "unit_amount": units,
    });
    books.other.insert(id, price.clone());
    Ok(price)
}

fn open_link(books: &mut Books, form: &Fields) -> Result<Value, Reply> {
    let must = ["line_items[0][price]", "line_items[0][quantity]"];
    let may = [
        "payment_method_types[0]",
        "restrictions[completed_sessions][limit]",
        "after_completion[type]",
        "after_completion[redirect][url]",
        "metadata[*",
        "payment_intent_data[metadata][*",
    ];
    checked(form, &must, &may)?;
    assert_eq!(form["restrictions[completed_sessions][limit]"], "1", "it is paid twice");
    if !form["after_completion[redirect][url]"].starts_with("https://") {
        return Err(invalid("url_invalid", "after_completion[redirect][url]"));
    }
    let price = books.other.get(&form["line_items[0][price]"]).ok_or_else(|| missing("price"))?;
    let units = price["unit_amount"].as_i64().unwrap();
    let currency = price["currency"].as_str().unwrap().to_owned();
    let (id, metadata) = (fresh(books, "plink_"), nested(form, "metadata["));
    let link = objects::link(&id, units, &currency, &metadata);
    let entry = Entry {
        reference: id.clone(),
        own: metadata["mensal_charge"].as_str().unwrap().to_owned(),
        amount: money(units, &currency),
        due: None,
        state: State::Open,
        asked: nested(form, "payment_intent_data[metadata]["),
    };
    books.charges.insert(id.clone(), entry);
    books.other.insert(id, link.clone());
    Ok(link)
}

/// Somebody follows a link: the page that it opens.
pub fn follow(books: &mut Books, link: &str) -> String {
    assert_eq!(books.other[link]["active"], json!(true), "it opens no pages");
    let id = fresh(books, "cs_test_");
    let mut session = objects::session(&id, "payment");
    session["payment_link"] = json!(link);
    session["metadata"] = books.other[link]["metadata"].clone();
    books.other.insert(id.clone(), session);
    id
}

fn close_link(books: &mut Books, id: &str, form: &Fields) -> Result<Value, Reply> {
    checked(form, &["active"], &[])?;
    let link = books.other.get_mut(id).ok_or_else(|| missing("payment_link"))?;
    link["active"] = json!(form["active"] == "true");
    let link = link.clone();
    let entry = books.charges.get_mut(id).unwrap();
    if entry.state == State::Open {
        entry.state = State::Cancelled;
    }
    Ok(link)
}

fn expire(books: &mut Books, id: &str, form: &Fields) -> Result<Value, Reply> {
    checked(form, &[], &[])?;
    let session = books.other.get_mut(id).ok_or_else(|| missing("session"))?;
    if session["status"] != "open" {
        let message = "Only Checkout Sessions with a status in [\"open\"] can be expired.";
        return Err(denied(400, "invalid_request_error", &json!({ "message": message })));
    }
    session["status"] = json!("expired");
    session["url"] = Value::Null;
    Ok(session.clone())
}

/// What becomes of a payment with a method: its status, or the error of its refusal.
fn outcome(method: &str) -> Result<&'static str, Value> {
    let error = |code: &str, decline: &str, advice: Option<&str>| {
        Err(json!({"code": code, "decline_code": decline, "advice_code": advice,
            "charge": "ch_3Mtw", "doc_url": "https://stripe.example/docs",
            "message": "Your card was declined."}))
    };
    match method {
        "pm_card_visa" => Ok("succeeded"),
        "pm_usBankAccount" => Ok("processing"),
        "pm_card_chargeDeclinedInsufficientFunds" => {
            error("card_declined", "insufficient_funds", Some("try_again_later"))
        }
        "pm_card_chargeDeclinedExpiredCard" => error("expired_card", "expired_card", None),
        "pm_card_chargeDeclinedStolenCard" => error("card_declined", "stolen_card", None),
        "pm_card_adviceDoNotTryAgain" => {
            error("card_declined", "generic_decline", Some("do_not_try_again"))
        }
        "pm_card_adviceConfirmCardData" => {
            error("card_declined", "do_not_honor", Some("confirm_card_data"))
        }
        "pm_card_authenticationRequired" => {
            error("authentication_required", "authentication_required", None)
        }
        other => panic!("no method for tests: {other}"),
    }
}

fn collect(books: &mut Books, form: &Fields) -> Result<Value, Reply> {
    let must = ["amount", "currency", "customer", "payment_method", "payment_method_types[0]"];
    checked(form, &must, &["off_session", "confirm", "metadata[*"])?;
    assert_eq!((form["off_session"].as_str(), form["confirm"].as_str()), ("true", "true"));
    let method = &form["payment_method"];
    let stored = books.other.get(method).ok_or_else(|| missing("payment_method"))?;
    if stored["customer"] != form["customer"].as_str() {
        return Err(invalid("payment_method_unexpected_state", "payment_method"));
    }
    assert_eq!(stored["type"], form["payment_method_types[0]"].as_str());
    // A bank's permission that was withdrawn.
    if method == "pm_usBankAccount_mandateInvalid" {
        return Err(invalid("payment_intent_mandate_invalid", "payment_method"));
    }
    let (units, currency) = (units(form, "amount")?, &form["currency"]);
    let outcome = outcome(method);
    let (status, state) = match &outcome {
        Ok("succeeded") => ("succeeded", State::Paid),
        Ok(status) => (*status, State::Open),
        Err(_) => ("requires_payment_method", State::Cancelled),
    };
    let id = fresh(books, "pi_");
    let mut intent = objects::intent(&id, units, currency, status, &nested(form, "metadata["));
    intent["customer"] = json!(form["customer"]);
    intent["payment_method_types"] = json!([form["payment_method_types[0]"]]);
    if let Err(error) = &outcome {
        intent["last_payment_error"] = error.clone();
    }
    let own = form["metadata[mensal_charge]"].clone();
    let amount = money(units, currency);
    let asked = Value::Null;
    let entry = Entry { reference: id.clone(), own, amount, due: None, state, asked };
    books.charges.insert(id.clone(), entry);
    books.other.insert(id, intent.clone());
    match outcome {
        Ok(_) => Ok(intent),
        Err(mut error) => {
            error["payment_intent"] = intent;
            Err(denied(402, "card_error", &error))
        }
    }
}

fn detach(books: &mut Books, id: &str, form: &Fields) -> Result<Value, Reply> {
    checked(form, &[], &[])?;
    let method = books.other.get_mut(id).ok_or_else(|| missing("payment_method"))?;
    if method["customer"].is_null() {
        let message = "The payment method you provided is not attached to a customer so \
                       detachment is impossible.";
        return Err(denied(400, "invalid_request_error", &json!({ "message": message })));
    }
    method["customer"] = Value::Null;
    Ok(method.clone())
}

fn refund(books: &mut Books, form: &Fields) -> Result<Value, Reply> {
    checked(form, &["payment_intent", "amount"], &["metadata[*"])?;
    let intent = &form["payment_intent"];
    let units: i64 = form["amount"].parse().unwrap();
    let id = fresh(books, "re_");
    let paid = books.payments.iter_mut().find(|paid| paid.id == *intent);
    let paid: &mut Paid = paid.ok_or_else(|| missing("payment_intent"))?;
    let back: Decimal = paid.refunds.values().map(|money| money.amount()).sum();
    if back + Decimal::new(units, 2) > paid.amount.amount() {
        return Err(invalid("charge_already_refunded", "amount"));
    }
    let currency = paid.amount.currency().code().to_lowercase();
    paid.refunds.insert(form["metadata[mensal_refund]"].clone(), money(units, &currency));
    let mut refund = objects::refund(&id, intent, units, &currency, "succeeded");
    refund["metadata"] = nested(form, "metadata[");
    books.other.insert(id, refund.clone());
    happened(books, "refund.created", ORDERED, &refund);
    Ok(refund)
}

fn enroll(books: &mut Books, form: &Fields) -> Result<Value, Reply> {
    checked(form, &[], &["name", "email", "metadata[*"])?;
    let id = fresh(books, "cus_");
    let mut customer = objects::customer(&id);
    customer["metadata"] = nested(form, "metadata[");
    customer["name"] = json!(form.get("name"));
    customer["email"] = json!(form.get("email"));
    books.other.insert(id, customer.clone());
    Ok(customer)
}

fn open_setup(books: &mut Books, form: &Fields) -> Result<Value, Reply> {
    let must = ["mode", "customer", "success_url", "payment_method_types[0]"];
    let may = ["cancel_url", "locale", "setup_intent_data[metadata][*"];
    checked(form, &must, &may)?;
    if !books.other.contains_key(&form["customer"]) {
        return Err(missing("customer"));
    }
    let id = fresh(books, "cs_test_");
    let mut session = objects::session(&id, "setup");
    session["customer"] = json!(form["customer"]);
    session["setup_intent"] = json!("seti_1Mm8s8LkdIwHu7ix");
    books.other.insert(id, session.clone());
    books.other.insert("last setup".into(), json!(form));
    Ok(session)
}
