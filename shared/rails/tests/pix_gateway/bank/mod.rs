//! A bank: the other end of the Pix API, as strict as the real ones. What it takes is what the
//! Central Bank's document allows, and no field more.

mod charges;
mod checks;
pub mod collections;
pub mod money;
mod recurrences;

use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::contract::{Books, Reply, Wire, date};

pub const CLIENT: &str = "Client_Id_of_the_ISP";
pub const SECRET: &str = "Client_Secret_of_the_ISP";
pub const KEY: &str = "cobranca@provedor.example";
/// A recurrence that is authorised, with tries.
pub const APPROVED: &str = "RR1234567820261001abcdefghijk";
/// And one without.
pub const WITHOUT_TRIES: &str = "RN1234567820261001abcdefghijk";

/// How a bank writes what the document leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As Efí: errors of its own, a txid once only, the code in the answer.
    Efi,
    /// As the document: problems, a charge put again is revised, the location alone.
    Document,
}

/// A bank.
#[derive(Clone, Copy)]
pub struct Bank(pub Style);

/// A request, taken apart.
struct Asked<'a> {
    style: Style,
    books: &'a mut Books,
    method: &'a str,
    query: Vec<(String, String)>,
    body: Value,
}

/// The day on which the bank lives.
pub fn today(books: &Books) -> Date {
    date(books.other.get("today").and_then(Value::as_str).unwrap_or("2026-11-10"))
}

impl Wire for Bank {
    fn is_sign_in(&self, path: &str) -> bool {
        path == "/oauth/token"
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
            return self.signed_in(books, header("authorization"), body);
        }
        let issued = books.other.get("token").and_then(Value::as_str).unwrap_or("none");
        if header("authorization") != Some(&format!("Bearer {issued}")) {
            return Reply { status: 401, body: Value::Null };
        }
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let query = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let body = match body {
            [] => Value::Null,
            text if header("content-type") == Some("application/json") => {
                serde_json::from_slice(text).unwrap()
            }
            _ => return problem(400, "RequisicaoInvalida", &[]),
        };
        let parts: Vec<&str> = path.strip_prefix("/v2/").unwrap_or("?").split('/').collect();
        let mut asked = Asked { style: self.0, books, method, query, body };
        match parts[..] {
            [kind @ ("cob" | "cobv"), txid] => asked.charge(kind, txid),
            ["pix"] => asked.list_of_money(),
            ["pix", money, "devolucao", id] => asked.refund(money, id),
            ["locrec"] => asked.location(),
            ["rec"] if method == "GET" => asked.list_of_recurrences(),
            ["rec"] => asked.new_recurrence(),
            ["rec", id] => asked.recurrence(id),
            ["cobr"] => asked.list_of_collections(),
            ["cobr", txid] => asked.collection(txid),
            ["cobr", txid, "retentativa", day] => asked.try_again(txid, day),
            _ => Reply { status: 404, body: json!({ "message": "no Route matched" }) },
        }
    }
}

impl Bank {
    fn signed_in(self, books: &mut Books, basic: Option<&str>, body: &[u8]) -> Reply {
        let right = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
        let asked = match self.0 {
            Style::Efi => br#"{"grant_type":"client_credentials"}"#.as_slice(),
            Style::Document => {
                b"grant_type=client_credentials&scope=cob.write+cobv.write".as_slice()
            }
        };
        if basic != Some(&right) || body != asked {
            return Reply { status: 401, body: json!({ "error": "invalid_client" }) };
        }
        let count = books.other.get("tokens").and_then(Value::as_u64).unwrap_or(0) + 1;
        let token = format!("token-of-an-hour-{count}");
        books.other.insert("tokens".into(), count.into());
        books.other.insert("token".into(), token.clone().into());
        let lasts = books.other.get("token lasts").cloned().unwrap_or(json!(3600));
        let body = json!({ "access_token": token, "token_type": "Bearer", "expires_in": lasts });
        Reply::ok(body)
    }
}

impl Asked<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A refusal: by its kind in the document, and Efí's name for it.
    fn refuse(&self, status: u16, kind: &str, efi: (u16, &str), properties: &[&str]) -> Reply {
        match self.style {
            Style::Document => problem(status, kind, properties),
            Style::Efi => {
                let body = json!({ "nome": efi.1, "mensagem": "Ana Exemplo, 529.982.247-25" });
                Reply { status: efi.0, body }
            }
        }
    }

    /// A page of a list: banks give fewer than they are asked for.
    fn page(&self, name: &str, all: Vec<Value>) -> Reply {
        const MOST: usize = 2;
        for (name, default) in [("paginacao.paginaAtual", "0"), ("paginacao.itensPorPagina", "100")]
        {
            assert!(self.parameter(name).unwrap_or(default).parse::<usize>().is_ok(), "{name}");
        }
        let number = self.parameter("paginacao.paginaAtual").unwrap_or("0");
        let number: usize = number.parse().unwrap();
        let pages = all.len().div_ceil(MOST).max(1);
        let total = all.len();
        let items: Vec<Value> = all.into_iter().skip(number * MOST).take(MOST).collect();
        let paging = json!({
            "paginaAtual": number, "itensPorPagina": MOST, "quantidadeDePaginas": pages,
            "quantidadeTotalDeItens": total,
        });
        let (from, to) = (self.parameter("inicio").unwrap(), self.parameter("fim").unwrap());
        Reply::ok(json!({
            "parametros": { "inicio": from, "fim": to, "paginacao": paging },
            name: items,
        }))
    }

    /// Whether a moment lies in the time that is asked for.
    fn within(&self, at: &str) -> bool {
        let moment = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
        let bound = |name: &str| moment(self.parameter(name).unwrap());
        (bound("inicio")..=bound("fim")).contains(&moment(at))
    }
}

fn problem(status: u16, kind: &str, properties: &[&str]) -> Reply {
    let violations = properties.iter().map(|name| {
        json!({ "razao": "O campo de Ana não respeita o schema.", "propriedade": name, "valor": "Ana" })
    });
    let body = json!({
        "type": format!("https://pix.bcb.gov.br/api/v2/error/{kind}"),
        "title": "Operação inválida.",
        "status": status,
        "detail": "Ana Exemplo, CPF 529.982.247-25",
        "violacoes": violations.collect::<Vec<_>>(),
    });
    Reply { status, body }
}
