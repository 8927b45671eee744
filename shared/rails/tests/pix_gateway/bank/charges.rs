//! `cob` and `cobv`.

use mensal_domain::money::{Currency, Money};
use mensal_rails::pix::{Charge, NewCode, Txid};
use serde_json::{Value, json};

use super::{Asked, KEY, Style, checks, today};
use crate::contract::{Entry, Reply, State};

/// What a charge is kept by: what it is, and what was said of it last.
fn kept(kind: &str, revision: u64, body: &Value) -> Value {
    json!({ "kind": kind, "revision": revision, "body": body })
}

impl Asked<'_> {
    pub(super) fn charge(&mut self, kind: &str, txid: &str) -> Reply {
        if !checks::alphanumeric(txid, 26..=35) {
            return self.invalid(kind, &["txid"]);
        }
        match self.method {
            "PUT" => self.put(kind, txid),
            "PATCH" => self.patch(kind, txid),
            "GET" => self.get(kind, txid),
            _ => Reply { status: 405, body: Value::Null },
        }
    }

    fn invalid(&self, kind: &str, faults: &[&str]) -> Reply {
        let named = if kind == "cob" { "CobOperacaoInvalida" } else { "CobVOperacaoInvalida" };
        self.refuse(400, named, (400, "valor_invalido"), faults)
    }

    fn not_found(&self, kind: &str) -> Reply {
        let named = if kind == "cob" { "CobNaoEncontrado" } else { "CobVNaoEncontrada" };
        self.refuse(404, named, (404, "cobranca_nao_encontrada"), &[])
    }

    /// The charge of a txid, if it is of that kind.
    fn of_kind(&self, kind: &str, txid: &str) -> Option<&Entry> {
        self.books.charges.get(txid).filter(|entry| entry.asked["kind"] == kind)
    }

    fn put(&mut self, kind: &str, txid: &str) -> Reply {
        let faults = self.faults(kind, true);
        if !faults.is_empty() {
            return self.invalid(kind, &faults);
        }
        let mut revision = 0;
        if let Some(entry) = self.books.charges.get(txid) {
            let same = entry.asked["kind"] == kind && entry.state == State::Open;
            if self.style == Style::Efi || !same {
                let named =
                    if kind == "cob" { "CobOperacaoInvalida" } else { "CobVOperacaoInvalida" };
                return self.refuse(400, named, (409, "txid_duplicado"), &["txid"]);
            }
            revision = entry.asked["revision"].as_u64().unwrap() + 1;
        }
        let own = txid.parse::<Txid>().unwrap().key();
        let entry = Entry {
            reference: txid.to_owned(),
            own: own.map_or(txid.to_owned(), |key| key.to_string()),
            amount: reais(&self.body["valor"]["original"]),
            due: checks::day(&self.body["calendario"]["dataDeVencimento"]),
            state: State::Open,
            asked: kept(kind, revision, &self.body),
        };
        self.books.charges.insert(txid.to_owned(), entry);
        Reply { status: 201, body: self.shown(txid) }
    }

    fn patch(&mut self, kind: &str, txid: &str) -> Reply {
        let Some(entry) = self.of_kind(kind, txid) else { return self.not_found(kind) };
        let (open, mut asked) = (entry.state == State::Open, entry.asked.clone());
        if !open {
            let named = if kind == "cob" { "CobOperacaoInvalida" } else { "CobVOperacaoInvalida" };
            return self.refuse(400, named, (400, "status_cobranca_invalido"), &[]);
        }
        if let Some(status) = self.body.get("status") {
            // Removed and changed at once makes no sense.
            let alone = self.body.as_object().unwrap().len() == 1;
            if !alone || status != "REMOVIDA_PELO_USUARIO_RECEBEDOR" {
                return self.invalid(kind, &["status"]);
            }
            self.books.charges.get_mut(txid).unwrap().state = State::Cancelled;
            return Reply::ok(self.shown(txid));
        }
        let faults = self.faults(kind, false);
        if !faults.is_empty() {
            return self.invalid(kind, &faults);
        }
        for (name, value) in self.body.as_object().unwrap() {
            asked["body"][name] = value.clone();
        }
        let body = asked["body"].clone();
        let entry = self.books.charges.get_mut(txid).unwrap();
        entry.amount = reais(&body["valor"]["original"]);
        entry.due = checks::day(&body["calendario"]["dataDeVencimento"]);
        entry.asked = kept(kind, asked["revision"].as_u64().unwrap() + 1, &body);
        Reply::ok(self.shown(txid))
    }

    fn get(&self, kind: &str, txid: &str) -> Reply {
        match self.of_kind(kind, txid) {
            Some(_) => Reply::ok(self.shown(txid)),
            None => self.not_found(kind),
        }
    }

    /// What the document does not allow of what was asked.
    fn faults(&self, kind: &str, new: bool) -> checks::Faults {
        let body = &self.body;
        let names: &[&'static str] = match (kind, new) {
            ("cob", true) => &["!calendario", "devedor", "!valor", "!chave", "solicitacaoPagador"],
            (_, true) => &["!calendario", "!devedor", "!valor", "!chave", "solicitacaoPagador"],
            _ => &["calendario", "devedor", "valor", "chave", "solicitacaoPagador"],
        };
        let mut faults = checks::fields(body, names);
        if let Some(payer) = body.get("devedor") {
            faults.extend(checks::person(payer, 200, kind == "cobv"));
        }
        faults.extend(checks::holds(body.get("chave").is_none_or(|key| key == KEY), "chave"));
        let note = body.get("solicitacaoPagador").is_none_or(|note| checks::text(note, 140));
        faults.extend(checks::holds(note, "solicitacaoPagador"));
        let (calendar, amounts) = (&body["calendario"], &body["valor"]);
        faults.extend(checks::holds(checks::amount(&amounts["original"]), "valor.original"));
        if kind == "cob" {
            faults.extend(checks::fields(calendar, &["!expiracao"]));
            faults.extend(checks::fields(amounts, &["!original"]));
            let life = calendar["expiracao"].as_i64().is_some_and(|life| life > 0);
            faults.extend(checks::holds(life, "calendario.expiracao"));
            return faults;
        }
        faults.extend(checks::fields(calendar, &["!dataDeVencimento", "validadeAposVencimento"]));
        let due = checks::day(&calendar["dataDeVencimento"]);
        let to_come = due.is_some_and(|due| due >= today(self.books));
        faults.extend(checks::holds(to_come, "calendario.dataDeVencimento"));
        let days = calendar["validadeAposVencimento"].as_u64().is_some();
        faults.extend(checks::holds(days, "calendario.validadeAposVencimento"));
        faults.extend(checks::fields(amounts, &["!original", "multa", "juros"]));
        for (name, most) in [("multa", 2), ("juros", 8)] {
            if let Some(late) = amounts.get(name) {
                faults.extend(checks::fields(late, &["!modalidade", "!valorPerc"]));
                let kind =
                    late["modalidade"].as_u64().is_some_and(|kind| (1..=most).contains(&kind));
                faults.extend(checks::holds(
                    kind && checks::amount(&late["valorPerc"]),
                    "valor.multa",
                ));
            }
        }
        faults
    }

    /// A charge as the bank answers it.
    fn shown(&self, txid: &str) -> Value {
        let entry = &self.books.charges[txid];
        let (kind, mut shown) = (&entry.asked["kind"], entry.asked["body"].clone());
        let created = format!("{}T15:00:00.358Z", today(self.books));
        let access = format!("{:0<32}", txid.chars().rev().take(32).collect::<String>());
        let path = if kind == "cobv" { "qr/v2/cobv" } else { "qr/v2" };
        let location = format!("pix.banco.example/{path}/{access}");
        shown["txid"] = txid.into();
        shown["revisao"] = entry.asked["revision"].clone();
        shown["calendario"]["criacao"] = created.clone().into();
        shown["loc"] = json!({
            "id": 789, "location": location, "tipoCob": kind, "criacao": created, "txid": txid,
        });
        shown["location"] = location.clone().into();
        shown["status"] = match entry.state {
            State::Open => "ATIVA",
            State::Paid => "CONCLUIDA",
            State::Cancelled => "REMOVIDA_PELO_USUARIO_RECEBEDOR",
        }
        .into();
        if kind == "cobv" {
            shown["recebedor"] = json!({
                "logradouro": "Rua 15, 20", "cidade": "Curitiba", "uf": "PR", "cep": "80010010",
                "cnpj": "11222333000181", "nome": "Provedor Exemplo Ltda.",
            });
        }
        if self.style == Style::Efi {
            let code = NewCode {
                charge: Charge::Dynamic { url: location },
                recurrence_url: None,
                name: "Banco Exemplo".into(),
                city: "Ouro Preto".into(),
            };
            shown["pixCopiaECola"] = code.write().unwrap().into();
        }
        if entry.state == State::Paid {
            let paid = self.books.payments.iter().filter(|paid| paid.reference == txid);
            shown["pix"] = paid.map(|paid| super::money::shown(self.books, paid)).collect();
        }
        shown
    }
}

/// An amount as the document writes it.
pub fn reais(value: &Value) -> Money {
    let amount = value.as_str().unwrap().parse().unwrap();
    Money::exact(amount, Currency::BRL).unwrap()
}
