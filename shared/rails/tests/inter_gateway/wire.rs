//! The other end of Inter's wire: checks what the bank's manual demands, and keeps books.

use axum::http::HeaderMap;
use jiff::civil::Date;
use mensal_domain::money::{Currency, Money};
use mensal_rails::boleto::{
    Boleto,
    free_field::{FreeField, Inter},
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::contract::{Books, Entry, Reply, State, Wire};

pub const CLIENT: &str = "7d1f0c2a-client";
pub const SECRET: &str = "s3cret-of-the-application";
pub const ACCOUNT: &str = "123456789";
const CHARGES: &str = "/cobranca/v3/cobrancas";

/// Keys of the books' other notes: how many more times a charge is still being issued, whether an
/// order is carried out and its answer lost, the most charges on a page, and by the name of a
/// charge a situation or an origin of its own.
pub const SLOW: &str = "slow";
pub const LOST: &str = "lost";
pub const ON_A_PAGE: &str = "on a page";
pub const ORIGIN: &str = "origin";

pub struct BancoInter;

impl Wire for BancoInter {
    fn is_sign_in(&self, path: &str) -> bool {
        path == "/oauth/v2/token"
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
        if self.is_sign_in(path) {
            return sign_in(books, method, header("content-type"), body);
        }
        let token = books.other.get("token").and_then(Value::as_str).unwrap_or("none");
        if header("authorization") != Some(&format!("Bearer {token}")) {
            return problem(401, &[]);
        }
        if header("x-conta-corrente") != Some(ACCOUNT) {
            return problem(403, &[]);
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let Some(rest) = path.strip_prefix(CHARGES) else { return problem(404, &[]) };
        let parts: Vec<_> = rest.split('/').collect();
        match (method, &parts[..]) {
            ("POST", [""]) if header("content-type") == Some("application/json") => {
                issue(books, &serde_json::from_slice(body).unwrap_or_default())
            }
            ("GET", [""]) => list(books, query),
            ("GET", ["", charge]) => one(books, charge),
            ("POST", ["", charge, "cancelar"]) => {
                cancel(books, charge, &serde_json::from_slice(body).unwrap_or_default())
            }
            // A slash at the end is answered by a redirection.
            (_, ["", ""]) => Reply { status: 307, body: Value::Null },
            _ => problem(404, &[]),
        }
    }
}

fn problem(status: u16, fields: &[&str]) -> Reply {
    let violations: Vec<_> = fields
        .iter()
        .map(|field| json!({ "razao": "Ana?", "propriedade": field, "valor": "Ana Exemplo" }))
        .collect();
    Reply { status, body: json!({ "title": "Ana", "detail": "Ana", "violacoes": violations }) }
}

/// Each sign-in gives another token, and the one before is no more taken.
fn sign_in(books: &mut Books, method: &str, kind: Option<&str>, body: &[u8]) -> Reply {
    let mut given: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
    given.sort();
    let right = [
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("grant_type", "client_credentials"),
        ("scope", "boleto-cobranca.read boleto-cobranca.write"),
    ];
    let same = given.iter().map(|(name, value)| (name.as_str(), value.as_str())).eq(right);
    if method != "POST" || kind != Some("application/x-www-form-urlencoded") || !same {
        return problem(401, &[]);
    }
    let count = books.other.get("tokens").and_then(Value::as_u64).unwrap_or(0) + 1;
    let token = format!("token-{count}");
    books.other.insert("tokens".into(), count.into());
    books.other.insert("token".into(), token.clone().into());
    Reply::ok(json!({
        "access_token": token, "token_type": "Bearer", "expires_in": 3600,
        "scope": "boleto-cobranca.read boleto-cobranca.write",
    }))
}

/// A field of an order, and whether it is right.
type Rule = (&'static str, fn(&Value) -> bool);

fn text(value: &Value, least: usize, most: usize) -> bool {
    value.as_str().is_some_and(|text| (least..=most).contains(&text.chars().count()))
}

fn digits(value: &Value, length: usize) -> bool {
    text(value, length, length) && value.as_str().unwrap().bytes().all(|b| b.is_ascii_digit())
}

fn decimal(value: &Value) -> Option<Decimal> {
    value.is_number().then(|| value.to_string().parse().unwrap())
}

fn percentage(value: &Value, code: &str) -> bool {
    let right =
        decimal(&value["taxa"]).is_some_and(|rate| rate > Decimal::ZERO && rate.scale() <= 2);
    value.is_null() || (value["codigo"] == code && right)
}

const RULES: [Rule; 8] = [
    ("seuNumero", |v| text(v, 1, 15)),
    ("valorNominal", |v| decimal(v).is_some_and(|d| d >= Decimal::new(250, 2) && d.scale() <= 2)),
    ("dataVencimento", |v| v.as_str().is_some_and(|day| day.parse::<Date>().is_ok())),
    ("numDiasAgenda", |v| v.as_u64().is_some_and(|days| days <= 60)),
    ("multa", |v| percentage(v, "PERCENTUAL")),
    ("mora", |v| percentage(v, "TAXAMENSAL")),
    ("mensagem", |v| v.is_null() || text(&v["linha1"], 0, 78)),
    ("formasRecebimento", |v| *v == json!(["BOLETO", "PIX"])),
];
const OF_PAYERS: [Rule; 9] = [
    ("cpfCnpj", |v| text(v, 11, 18)),
    ("tipoPessoa", |v| v == "FISICA" || v == "JURIDICA"),
    ("nome", |v| text(v, 1, 100)),
    ("endereco", |v| text(v, 1, 100)),
    ("bairro", |v| v.is_null() || text(v, 0, 60)),
    ("cidade", |v| text(v, 1, 60)),
    ("uf", |v| text(v, 2, 2)),
    ("cep", |v| digits(v, 8)),
    ("email", |v| v.is_null() || text(v, 0, 50)),
];

/// The fields of an object that are wrong, or that the manual does not have.
fn wrong(object: &Value, rules: &[Rule], others: &[&str]) -> Vec<String> {
    let bad = rules.iter().filter(|(name, right)| !right(&object[*name]));
    let mut all: Vec<_> = bad.map(|(name, _)| (*name).to_owned()).collect();
    let known = |name: &str| rules.iter().any(|rule| rule.0 == name) || others.contains(&name);
    let names = object.as_object().into_iter().flat_map(|fields| fields.keys());
    all.extend(names.filter(|name| !known(name)).cloned());
    all
}

fn issue(books: &mut Books, order: &Value) -> Reply {
    let mut bad = wrong(order, &RULES, &["pagador"]);
    let of_payer = wrong(&order["pagador"], &OF_PAYERS, &[]);
    bad.extend(of_payer.into_iter().map(|name| format!("pagador.{name}")));
    if !bad.is_empty() {
        return problem(400, &bad.iter().map(String::as_str).collect::<Vec<_>>());
    }
    let same = |entry: &Entry| {
        ["seuNumero", "valorNominal", "dataVencimento"]
            .iter()
            .all(|name| entry.asked[name] == order[name])
            && entry.asked["pagador"]["cpfCnpj"] == order["pagador"]["cpfCnpj"]
    };
    if books.charges.values().any(same) {
        return problem(400, &[]);
    }
    let reference = format!("183e982a-34e5-4bc0-9643-{:012x}", books.charges.len() + 1);
    let entry = Entry {
        reference: reference.clone(),
        own: order["seuNumero"].as_str().unwrap().to_owned(),
        amount: Money::exact(decimal(&order["valorNominal"]).unwrap(), Currency::BRL).unwrap(),
        due: Some(order["dataVencimento"].as_str().unwrap().parse().unwrap()),
        state: State::Open,
        asked: order.clone(),
    };
    books.charges.insert(reference.clone(), entry);
    if books.other.remove(LOST).is_some() {
        return Reply { status: 504, body: Value::Null };
    }
    Reply::ok(json!({ "codigoSolicitacao": reference }))
}

fn one(books: &mut Books, charge: &str) -> Reply {
    let Some(entry) = books.charges.get(charge).cloned() else { return problem(404, &[]) };
    let slow = books.other.get(SLOW).and_then(Value::as_u64).unwrap_or(0);
    if slow > 0 {
        books.other.insert(SLOW.into(), (slow - 1).into());
    }
    let mut answer = shown(books, &entry, slow > 0);
    // Alone it is a number, in a list it is text.
    answer["cobranca"]["valorNominal"] = entry.asked["valorNominal"].clone();
    Reply::ok(answer)
}

fn list(books: &Books, query: &str) -> Reply {
    let asked: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let known = [
        "dataInicial",
        "dataFinal",
        "filtrarDataPor",
        "situacao",
        "seuNumero",
        "ordenarPor",
        "paginacao.itensPorPagina",
        "paginacao.paginaAtual",
    ];
    let get =
        |name: &str| asked.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let day = |name: &str| get(name).and_then(|text| text.parse::<Date>().ok());
    let number = |name: &str, default| get(name).map_or(Some(default), |text| text.parse().ok());
    let (Some(first), Some(last)) = (day("dataInicial"), day("dataFinal")) else {
        return problem(400, &["dataInicial"]);
    };
    let (Some(size @ 1..=1000), Some(page)) =
        (number("paginacao.itensPorPagina", 100_usize), number("paginacao.paginaAtual", 0_usize))
    else {
        return problem(400, &["paginacao"]);
    };
    if asked.iter().any(|(name, _)| !known.contains(&name.as_str())) || first > last {
        return problem(400, &["dataFinal"]);
    }
    let most = books.other.get(ON_A_PAGE).and_then(Value::as_u64);
    let size = most.map_or(size, |most| usize::try_from(most).unwrap());
    let paid_on = |entry: &Entry| {
        books.payments.iter().find(|paid| paid.reference == entry.reference).map(|paid| paid.on)
    };
    let at = |entry: &Entry| match get("filtrarDataPor") {
        Some("PAGAMENTO") => paid_on(entry),
        Some("VENCIMENTO") | None => entry.due,
        other => panic!("filtrarDataPor={other:?}"),
    };
    let found: Vec<_> = books
        .charges
        .values()
        .filter(|entry| at(entry).is_some_and(|day| (first..=last).contains(&day)))
        .filter(|entry| get("seuNumero").is_none_or(|own| entry.own == own))
        .map(|entry| shown(books, entry, false))
        .filter(|item| get("situacao").is_none_or(|wanted| item["cobranca"]["situacao"] == wanted))
        .collect();
    let items: Vec<_> = found.iter().skip(page * size).take(size).cloned().collect();
    Reply::ok(json!({
        "totalPaginas": found.len().div_ceil(size),
        "totalElementos": found.len(),
        "primeiraPagina": page == 0,
        "ultimaPagina": (page + 1) * size >= found.len(),
        "tamanhoPagina": size,
        "numeroDeElementos": items.len(),
        "cobrancas": items,
    }))
}

fn cancel(books: &mut Books, charge: &str, order: &Value) -> Reply {
    if !text(&order["motivoCancelamento"], 1, 50) {
        return problem(400, &["motivoCancelamento"]);
    }
    match books.charges.get_mut(charge) {
        Some(entry) if entry.state == State::Open => {
            entry.state = State::Cancelled;
            Reply { status: 202, body: Value::Null }
        }
        Some(_) => problem(400, &[]),
        None => problem(404, &[]),
    }
}

/// A charge as a list shows it. While it is being issued it has no codes.
fn shown(books: &Books, entry: &Entry, being_issued: bool) -> Value {
    let situation = match entry.state {
        _ if being_issued => "EM_PROCESSAMENTO",
        State::Open => "A_RECEBER",
        State::Paid => "RECEBIDO",
        State::Cancelled => "CANCELADO",
    };
    let own = books.other.get(&entry.reference).and_then(Value::as_str);
    let mut charge = json!({
        "codigoSolicitacao": entry.reference,
        "seuNumero": entry.own,
        "dataEmissao": "2026-11-10",
        "dataVencimento": entry.due,
        "valorNominal": entry.amount.amount().to_string(),
        "tipoCobranca": "SIMPLES",
        "situacao": own.unwrap_or(situation),
        "dataSituacao": "2026-11-10",
        "arquivada": false,
        "pagador": entry.asked["pagador"],
    });
    if let Some(paid) = books.payments.iter().find(|paid| paid.reference == entry.reference) {
        charge["dataSituacao"] = json!(paid.on);
        charge["valorTotalRecebido"] = paid.amount.amount().to_string().into();
        charge["origemRecebimento"] = origin(books).into();
    }
    if being_issued {
        return json!({ "cobranca": charge });
    }
    let boleto = boleto(entry);
    json!({
        "cobranca": charge,
        "boleto": {
            "nossoNumero": &boleto.free_field().as_str()[14..],
            "codigoBarras": boleto.barcode().as_str(),
            "linhaDigitavel": boleto.typeable_line().as_str(),
        },
        "pix": { "txid": txid(entry), "pixCopiaECola": pix(entry) },
    })
}

/// How charges are paid on these books.
pub fn origin(books: &Books) -> &str {
    books.other.get(ORIGIN).and_then(Value::as_str).unwrap_or("BOLETO")
}

pub fn txid(entry: &Entry) -> String {
    entry.reference.replace('-', "")
}

pub fn pix(entry: &Entry) -> String {
    format!("00020126…{}", txid(entry))
}

pub fn boleto(entry: &Entry) -> Boleto {
    let number = Inter {
        agency: "0001".parse().unwrap(),
        wallet: "112".parse().unwrap(),
        operation: "0654321".parse().unwrap(),
        number: format!("9{}", &entry.reference[entry.reference.len() - 9..]).parse().unwrap(),
    };
    let bank = Inter::BANK.parse().unwrap();
    Boleto::new(bank, entry.due, entry.amount, number.free_field()).unwrap()
}
