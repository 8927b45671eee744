//! Payments on the far side: made, changed, shown, listed, given back.

use mensal_domain::money::Money;
use mensal_rails::boleto::Boleto;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::wire::{TODAY, amount, due, list, only, refused};
use crate::contract::{Books, Entry, Paid, Reply, State};

/// Stored cards, and what their banks say; all are those of account 1042.
pub const CARDS: [(&str, &str, &str); 5] = [
    ("a75a1d98-good", "", ""),
    (
        "a75a1d98-general",
        "invalid_creditCard",
        "Transação não autorizada. Verifique os dados do cartão de crédito e tente novamente.",
    ),
    ("a75a1d98-expired", "invalid_creditCard", "Transação não autorizada. Cartão vencido."),
    ("a75a1d98-stolen", "invalid_creditCard", "Cartão roubado ou perdido."),
    ("a75a1d98-gone", "invalid_creditCardToken", "O token informado não existe."),
];

const FIELDS: [&str; 14] = [
    "customer",
    "billingType",
    "value",
    "dueDate",
    "description",
    "externalReference",
    "fine",
    "interest",
    "daysAfterDueDateToRegistrationCancellation",
    "creditCardToken",
    "remoteIp",
    "installmentCount",
    "totalValue",
    "callback",
];

/// Whether a payment is of a billing type.
pub fn is(entry: &Entry, billing_type: &str) -> bool {
    entry.asked["billingType"] == billing_type
}

/// Makes a payment; of a card in instalments, as many as there are.
pub fn made(books: &mut Books, asked: &Map<String, Value>) -> Reply {
    only(asked, &FIELDS);
    let customer = asked["customer"].as_str().and_then(|id| books.other.get(id)).cloned();
    let Some(customer) = customer else {
        return refused(400, "invalid_customer", "Customer inválido ou não informado.");
    };
    if let Some(wrong) = wrong(asked) {
        return wrong;
    }
    let mut state = State::Open;
    if let Some(token) = asked.get("creditCardToken") {
        assert_eq!(asked["billingType"], "CREDIT_CARD");
        assert!(asked["remoteIp"].as_str().unwrap().parse::<std::net::IpAddr>().is_ok());
        let card = CARDS.into_iter().find(|(known, ..)| *token == **known).unwrap();
        if !card.1.is_empty() || customer["externalReference"] != "1042" {
            return refused(400, card.1, card.2);
        }
        state = State::Paid;
    }
    let parts = asked.get("installmentCount").map_or(1, |count| count.as_i64().unwrap());
    let total = amount(asked.get("totalValue").or(asked.get("value")).unwrap()).unwrap();
    let cents = (total.amount() * Decimal::ONE_HUNDRED).round();
    let part = (cents / Decimal::from(parts)).floor();
    let purchase = (parts > 1).then(|| format!("2765d086-{:04}", books.charges.len()));
    for number in (1..=parts).rev() {
        // The last part bears what is left over.
        let rest = cents - part * Decimal::from(parts);
        let cents = if number == parts { part + rest } else { part };
        let id = format!("pay_{:016}", books.charges.len() + 1);
        let mut asked = asked.clone();
        asked.insert("installment".into(), json!(purchase));
        let entry = Entry {
            reference: id.clone(),
            own: asked["externalReference"].as_str().unwrap().into(),
            amount: Money::exact(cents / Decimal::ONE_HUNDRED, total.currency()).unwrap(),
            due: due(&asked["dueDate"]),
            state: State::Open,
            asked: asked.into(),
        };
        let value = entry.amount;
        books.charges.insert(id.clone(), entry);
        if state == State::Paid {
            books.pay(&id, &id, value, TODAY.parse().unwrap());
        }
    }
    let first = books.charges.values().last().unwrap();
    Reply::ok(shown(books, first))
}

/// Changes a payment.
pub fn changed(books: &mut Books, entry: &Entry, asked: Map<String, Value>) -> Reply {
    only(&asked, &FIELDS[1..9]);
    if let Some(wrong) = wrong(&asked) {
        return wrong;
    }
    let known = books.charges.get_mut(&entry.reference).unwrap();
    known.amount = amount(&asked["value"]).unwrap();
    known.due = due(&asked["dueDate"]);
    known.asked = asked.into();
    let known = known.clone();
    Reply::ok(shown(books, &known))
}

/// What is wrong with an order, if anything is.
fn wrong(asked: &Map<String, Value>) -> Option<Reply> {
    let kind = asked["billingType"].as_str().unwrap();
    assert!(["BOLETO", "PIX", "CREDIT_CARD"].contains(&kind), "{kind}");
    if due(&asked["dueDate"]).is_none() {
        return Some(refused(400, "invalid_dueDate", "Não é permitida data inferior a hoje."));
    }
    let in_parts = asked.contains_key("installmentCount");
    assert_eq!(in_parts, asked.contains_key("totalValue"));
    assert_ne!(in_parts, asked.contains_key("value"));
    assert!(asked["description"].as_str().unwrap().len() <= 500);
    assert!(kind == "BOLETO" || !asked.contains_key("daysAfterDueDateToRegistrationCancellation"));
    if let Some(fine) = asked.get("fine") {
        assert_eq!(fine["type"], "PERCENTAGE");
        assert!(amount(&fine["value"]).is_some() && amount(&asked["interest"]["value"]).is_some());
    }
    None
}

/// A payment as it is shown.
pub fn shown(books: &Books, entry: &Entry) -> Value {
    let paid = books.payments.iter().find(|paid| paid.reference == entry.reference);
    let card = is(entry, "CREDIT_CARD");
    let kind = entry.asked["billingType"].as_str().unwrap();
    let status = match paid {
        None => "PENDING",
        Some(paid) if left(paid).is_zero() => "REFUNDED",
        // A boleto's money is credited on the next working day, a card's in a month.
        Some(_) if kind == "PIX" => "RECEIVED",
        Some(_) => "CONFIRMED",
    };
    let on = paid.map(|paid| paid.on);
    let token = entry.asked.get("creditCardToken").cloned().unwrap_or(json!("a75a1d98-new"));
    let refunds = paid.map(|paid| paid.refunds.iter().map(|one| refund(books, kind, one)));
    json!({
        "object": "payment",
        "id": entry.reference,
        "dateCreated": TODAY,
        "customer": "cus_000000000001",
        "installment": entry.asked.get("installment"),
        "value": number(paid.map_or(entry.amount, |paid| paid.amount)),
        "netValue": 1.0,
        "originalValue": null,
        "interestValue": null,
        "description": entry.asked["description"],
        "billingType": kind,
        "creditCard": (card && paid.is_some()).then(|| json!({
            "creditCardNumber": "8829",
            "creditCardBrand": "VISA",
            "creditCardToken": token,
        })),
        "canBePaidAfterDueDate": true,
        "pixTransaction": (kind == "PIX" && paid.is_some()).then_some("35363f6e-93e2"),
        "status": status,
        "dueDate": entry.due,
        "originalDueDate": entry.due,
        "confirmedDate": on,
        "clientPaymentDate": on,
        "paymentDate": on.filter(|_| kind == "PIX"),
        "invoiceUrl": format!("https://www.asaas.example/i/{}", entry.reference),
        "externalReference": entry.own,
        "deleted": entry.state == State::Cancelled,
        "nossoNumero": "6543",
        "postalService": false,
        "refunds": refunds.map(Iterator::collect::<Vec<_>>),
        "chargeback": null,
    })
}

/// The codes of a boleto that is registered by Asaas itself.
pub fn boleto(entry: &Entry) -> Value {
    let free = format!("{:0>25}", entry.reference.trim_start_matches("pay_"));
    let (bank, free) = ("461".parse().unwrap(), free.parse().unwrap());
    let boleto = Boleto::new(bank, entry.due, entry.amount, free).unwrap();
    json!({
        "identificationField": boleto.typeable_line().as_str(),
        "nossoNumero": "6543",
        "barCode": boleto.barcode().as_str(),
    })
}

/// Gives money back: of a card at once, by Pix a little later.
pub fn given_back(books: &mut Books, entry: &Entry, asked: &Map<String, Value>) -> Reply {
    only(asked, &["value", "description"]);
    let value = amount(&asked["value"]).unwrap();
    let paid = books.payments.iter_mut().find(|paid| paid.reference == entry.reference).unwrap();
    if is(entry, "BOLETO") || value > left(paid) {
        return refused(400, "invalid_value", "O valor excede o da cobrança de Ana.");
    }
    let described = asked["description"].as_str().unwrap().to_owned();
    assert!(paid.refunds.insert(described, value).is_none(), "given back twice");
    Reply::ok(shown(books, entry))
}

fn refund(books: &Books, kind: &str, (described, value): (&String, &Money)) -> Value {
    let waits = kind == "PIX" && !books.other.contains_key("refunds are done");
    json!({
        "dateCreated": "2026-11-19 10:19:06",
        "status": if waits { "PENDING" } else { "DONE" },
        "value": number(*value),
        "endToEndIdentifier": null,
        "description": described,
        "effectiveDate": null,
        "transactionReceiptUrl": null,
    })
}

fn left(paid: &Paid) -> Money {
    paid.refunds.values().fold(paid.amount, |left, refund| left.minus(*refund).unwrap())
}

/// Payments, the newest first, without those that were removed.
pub fn listed(books: &Books, query: &[(String, String)]) -> Reply {
    let shown = books.charges.values().rev().map(|entry| shown(books, entry));
    let fits = |one: &Value| {
        query.iter().all(|(name, wanted)| {
            let day = |field: &str| one[field].as_str().map(str::to_owned);
            match name.as_str() {
                "limit" | "offset" => true,
                "externalReference" | "status" | "billingType" => one[name] == **wanted,
                "paymentDate[ge]" => day("paymentDate").is_some_and(|day| day >= *wanted),
                "paymentDate[le]" => day("paymentDate").is_some_and(|day| day <= *wanted),
                "dateCreated[ge]" => day("dateCreated").is_some_and(|day| day >= *wanted),
                "dateCreated[le]" => day("dateCreated").is_some_and(|day| day <= *wanted),
                other => panic!("Asaas filters by no {other}"),
            }
        })
    };
    list(shown.filter(|one| one["deleted"] == false && fits(one)).collect(), query)
}

/// The account's statement: what came in, and what was given back of it.
pub fn statement(books: &Books, query: &[(String, String)]) -> Reply {
    let day = |name: &str| query.iter().find(|(key, _)| key == name).unwrap().1.clone();
    let (from, to) = (day("startDate"), day("finishDate"));
    let mut all = Vec::new();
    let mut note = |kind: &str, on: &str, id: Option<&str>| {
        if (from.as_str()..=to.as_str()).contains(&on) {
            all.push(json!({ "type": kind, "date": on, "value": -1.5, "paymentId": id }));
        }
    };
    note("TRANSFER_FEE", TODAY, None);
    for paid in &books.payments {
        note("PAYMENT_RECEIVED", &paid.on.to_string(), Some(&paid.reference));
        for _ in &paid.refunds {
            note("PAYMENT_REVERSAL", "2026-11-19", Some(&paid.reference));
        }
    }
    list(all, query)
}

/// An amount as Asaas writes it.
pub fn number(amount: Money) -> Value {
    let text = amount.amount().normalize().to_string();
    Value::Number(text.parse().unwrap())
}
