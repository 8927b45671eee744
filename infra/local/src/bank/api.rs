//! The bank's API, as `mensal_rails::gateway::sandbox` tells it.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, Query, State as Shared},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{delete, get, put},
};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use mensal_domain::{
    charge::ChargeKey,
    method::Expiry,
    money::Money,
    payment::{About, Advice, Fact, Failed, MethodChange, MethodNews, Receipt, Return, ReturnKind},
    rail::Rail,
};
use mensal_rails::gateway::sandbox::{
    Amount, Charge, Declined, Enrolling, Named, Outcome, Registration, Told, Try,
};
use serde::Deserialize;

use super::{
    KEY,
    codes::codes,
    ledger::{Charged, Ledger},
    payers::hash,
};
use crate::stack::{Error, FaultKind, Faults};

type Books = Shared<Arc<Ledger>>;

/// An answer, or what went wrong with the books.
type Answer = Result<Response, Broken>;

pub(super) struct Broken(Error);

impl<E: Into<Error>> From<E> for Broken {
    fn from(why: E) -> Self {
        Self(why.into())
    }
}

impl IntoResponse for Broken {
    fn into_response(self) -> Response {
        tracing::error!(why = %self.0, "the bank's books are broken");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}

pub(super) fn routes(ledger: Arc<Ledger>, faults: Arc<Faults>) -> Router {
    Router::new()
        .route("/charges/{key}", put(register).get(fetch).delete(cancel))
        .route("/collections/{key}", put(collect).delete(take_back))
        .route("/payments/{money}/refunds/{key}", put(refund))
        .route("/methods/{account}/{id}", put(enroll))
        .route("/methods/{token}", delete(revoke))
        .route("/history", get(history))
        .layer(axum::middleware::from_fn_with_state(faults, out_of_reach))
        .layer(axum::middleware::from_fn(signed_in))
        .with_state(ledger)
}

async fn signed_in(
    headers: HeaderMap,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
    if bearer.and_then(|value| value.strip_prefix("Bearer ")) == Some(KEY) {
        next.run(request).await
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

/// Sometimes it is down, and sometimes it does what it is asked for and does not say so.
async fn out_of_reach(
    Shared(faults): Shared<Arc<Faults>>,
    request: axum::extract::Request,
    next: axum::middleware::Next,
) -> Response {
    let asked = format!("{} {}", request.method(), request.uri());
    if faults.strikes(FaultKind::BankDown, asked.as_bytes()) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let silent = faults.strikes(FaultKind::BankSilent, asked.as_bytes());
    let answer = next.run(request).await;
    if silent { StatusCode::GATEWAY_TIMEOUT.into_response() } else { answer }
}

fn registration(charge: &Charged) -> Result<Json<Registration>, Error> {
    Ok(Json(Registration {
        reference: charge.reference.clone(),
        state: charge.state,
        amount: charge.terms.amount,
        due: charge.terms.due,
        codes: codes(charge)?,
    }))
}

async fn register(
    Shared(ledger): Books,
    Path(key): Path<ChargeKey>,
    Json(charge): Json<Charge>,
) -> Answer {
    if charge.key != key || !key.rail.takes(charge.terms.amount.currency()) {
        return Ok(StatusCode::UNPROCESSABLE_ENTITY.into_response());
    }
    match ledger.register(&key, &charge.terms)? {
        Some(charge) => Ok(registration(&charge)?.into_response()),
        None => Ok(StatusCode::CONFLICT.into_response()),
    }
}

async fn fetch(Shared(ledger): Books, Path(key): Path<ChargeKey>) -> Answer {
    stands(ledger.charge(&key)?)
}

async fn cancel(Shared(ledger): Books, Path(key): Path<ChargeKey>) -> Answer {
    stands(ledger.cancel(&key)?)
}

fn stands(charge: Option<Charged>) -> Answer {
    match charge {
        Some(charge) => Ok(registration(&charge)?.into_response()),
        None => Ok(StatusCode::NOT_FOUND.into_response()),
    }
}

/// Collects from a stored method. What comes of it follows from the method's name: one that ends in
/// `-broke` has no money at the first attempt, one in `-stolen` never has, one in `-disputes` takes
/// its money back.
async fn collect(
    Shared(ledger): Books,
    Path(key): Path<ChargeKey>,
    Json(order): Json<Try>,
) -> Answer {
    if let Some(answer) = ledger.tried(&key)? {
        return Ok(replayed(&ledger.outcome(&key)?.unwrap_or(answer)));
    }
    let token = order.token.as_str();
    let declined = |code: &str, advice| Declined { code: code.to_owned(), advice };
    let refused = if ledger.has_ended(token)? {
        Some(declined("method_ended", Advice::NeverAgain))
    } else if token.ends_with("-stolen") {
        Some(declined("stolen_card", Advice::NeverAgain))
    } else if token.ends_with("-broke") && key.serial == 1 {
        Some(declined("insufficient_funds", Advice::RetryLater))
    } else {
        None
    };
    let later = key.rail != Rail::Card;
    let answer = match refused {
        Some(declined) if later => {
            let Declined { code, advice } = declined;
            let about = About::Charge(key.clone());
            let fact = Fact::NotCollected(Failed { about, code, advice, on: order.due });
            ledger.book_later(&failed_of(&key), order.due, &fact)?;
            serde_json::to_string(&Outcome::UnderWay)?
        }
        Some(declined) => serde_json::to_string(&declined)?,
        None => {
            let receipt = receipt(&key, order.amount, order.due)?;
            let fact = Fact::Received(receipt.clone());
            if token.ends_with("-disputes") {
                dispute(&ledger, &receipt)?;
            }
            if later {
                ledger.book_later(receipt.money.as_str(), order.due, &fact)?;
                serde_json::to_string(&Outcome::UnderWay)?
            } else {
                ledger.book(receipt.money.as_str(), order.due, &fact)?;
                serde_json::to_string(&Outcome::Received(receipt))?
            }
        }
    };
    ledger.note_try(&key, &answer)?;
    Ok(replayed(&answer))
}

/// Takes back what was ordered and has not come about; how it stands then.
async fn take_back(Shared(ledger): Books, Path(key): Path<ChargeKey>) -> Answer {
    let Some(ordered) = ledger.tried(&key)? else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let taken_back = serde_json::to_string(&Outcome::TakenBack)?;
    // As the Central Bank's rules have it: another try is taken back no more.
    let mut another = false;
    for serial in 1..key.serial {
        let earlier = ledger.tried(&ChargeKey { serial, ..key.clone() })?;
        another |= earlier.is_some_and(|answer| answer != taken_back);
    }
    if !another && ledger.take_back(&key, &ids_of(&key), &taken_back)? {
        return Ok(replayed(&taken_back));
    }
    Ok(replayed(&ledger.outcome(&key)?.unwrap_or(ordered)))
}

fn replayed(answer: &str) -> Response {
    let declined = serde_json::from_str::<Declined>(answer).is_ok();
    let status = if declined { StatusCode::PAYMENT_REQUIRED } else { StatusCode::OK };
    (status, [("content-type", "application/json")], answer.to_owned()).into_response()
}

impl Ledger {
    /// What has come of an attempt that was under way: as it is told by then.
    fn outcome(&self, key: &ChargeKey) -> Result<Option<String>, Error> {
        let booked = [self.fact(&money_of(key))?, self.fact(&failed_of(key))?];
        Ok(match booked.into_iter().flatten().next() {
            Some(Fact::Received(receipt)) => {
                Some(serde_json::to_string(&Outcome::Received(receipt))?)
            }
            Some(Fact::NotCollected(Failed { code, advice, .. })) => {
                Some(serde_json::to_string(&Declined { code, advice })?)
            }
            _ => None,
        })
    }
}

/// What may be booked of an attempt: its money or its failure, and a dispute about it.
fn ids_of(key: &ChargeKey) -> [String; 4] {
    let money = money_of(key);
    [failed_of(key), format!("{money}-1"), format!("{money}-2"), money]
}

fn failed_of(key: &ChargeKey) -> String {
    format!("F{}", money_of(key))
}

fn money_of(key: &ChargeKey) -> String {
    format!("C{:016x}", hash(7, key.to_string()))
}

fn receipt(key: &ChargeKey, amount: Money, on: Date) -> Result<Receipt, Error> {
    Ok(Receipt {
        money: money_of(key).parse()?,
        about: About::Charge(key.clone()),
        rail: key.rail,
        amount,
        late: None,
        paid_on: on,
        // As card networks do: what comes back is told by the name of the money alone.
        recalled_by_name: true,
    })
}

/// The payer takes it to their bank a week later, and loses three weeks after that.
fn dispute(ledger: &Ledger, receipt: &Receipt) -> Result<(), Error> {
    let fact = |kind, on| {
        Ok::<_, Error>(Fact::Returned(Return {
            money: receipt.money.clone(),
            id: "d1".parse()?,
            about: About::Nothing,
            kind,
            amount: receipt.amount,
            on,
        }))
    };
    let opened = mensal_domain::calendar::days_after(receipt.paid_on, 7);
    let closed = mensal_domain::calendar::days_after(receipt.paid_on, 28);
    let name = receipt.money.as_str();
    ledger.book_later(&format!("{name}-1"), opened, &fact(ReturnKind::DisputeOpened, opened)?)?;
    ledger.book_later(&format!("{name}-2"), closed, &fact(ReturnKind::DisputeWon, closed)?)
}

async fn refund(
    Shared(ledger): Books,
    Path((money, key)): Path<(String, String)>,
    Json(Amount { amount }): Json<Amount>,
) -> Answer {
    let facts = ledger.of_money(&money)?;
    let received = facts.iter().find_map(|fact| match fact {
        Fact::Received(receipt) => Some(receipt.clone()),
        _ => None,
    });
    let Some(receipt) = received else { return Ok(StatusCode::NOT_FOUND.into_response()) };
    let (mut away, mut before) = (Money::zero(receipt.amount.currency()), false);
    for fact in &facts {
        if let Fact::Returned(one) = fact {
            before |= one.id.as_str() == key;
            away = away.plus(one.amount)?;
        }
    }
    if !before {
        if amount.currency() != receipt.amount.currency() || away.plus(amount)? > receipt.amount {
            return Ok(StatusCode::CONFLICT.into_response());
        }
        let fact = Fact::Returned(Return {
            money: receipt.money.clone(),
            id: key.parse()?,
            about: receipt.about.clone(),
            kind: ReturnKind::Refund,
            amount,
            on: receipt.paid_on,
        });
        ledger.book(&format!("{money}-{key}"), receipt.paid_on, &fact)?;
    }
    Ok(Json(Named { reference: key.parse()? }).into_response())
}

/// Stores a method: the payer says yes at once, and a webhook tells so.
async fn enroll(
    Shared(ledger): Books,
    Path((account, id)): Path<(String, String)>,
    Json(order): Json<Enrolling>,
) -> Answer {
    let token = format!("tok-{account}-{id}");
    let label = match order.rail {
        Rail::Card => "Visa •••• 4242",
        Rail::BankDebit => "Banco Exemplo •••• 6789",
        _ => "Pix Automático",
    };
    let year = order.starts_on.year().saturating_add(3);
    let expires = Expiry::new(year, 12).filter(|_| order.rail == Rail::Card);
    let fact = Fact::Method(MethodNews {
        about: About::Account(account.parse()?),
        method: id.parse().ok(),
        token: token.parse()?,
        change: MethodChange::Active { rail: order.rail, label: label.into(), expires },
    });
    ledger.book(&format!("M{token}"), order.starts_on, &fact)?;
    Ok(Json(Named { reference: token.parse()? }).into_response())
}

async fn revoke(Shared(ledger): Books, Path(token): Path<String>) -> Answer {
    ledger.end_method(&token)?;
    Ok(StatusCode::OK.into_response())
}

#[derive(Deserialize)]
struct Span {
    from: Timestamp,
    to: Timestamp,
}

/// What has happened, by days: the bank's books know no hours.
async fn history(Shared(ledger): Books, Query(span): Query<Span>) -> Answer {
    let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    let facts = ledger.between(day(span.from), day(span.to))?;
    Ok(Json(Told { facts }).into_response())
}
