//! `cobr`.

use jiff::civil::Date;
use mensal_rails::pix::Txid;
use serde_json::{Value, json};

use super::{Asked, charges::reais, checks, recurrences, today};
use crate::contract::{Entry, Reply, State, date};

impl Asked<'_> {
    pub(super) fn collection(&mut self, txid: &str) -> Reply {
        let found = self.books.charges.get(txid).map(|entry| entry.asked["shown"].clone());
        let missing = ("CobRNaoEncontrado", (404, "cobranca_nao_encontrada"));
        match (self.method, found) {
            ("GET", Some(shown)) => Reply::ok(shown),
            ("PUT", found) => self.new_collection(txid, found.is_some()),
            ("PATCH", Some(shown)) => self.take_back(txid, shown),
            _ => self.refuse(404, missing.0, missing.1, &[]),
        }
    }

    fn invalid_collection(&self, faults: &[&str]) -> Reply {
        self.refuse(400, "CobROperacaoInvalida", (400, "valor_invalido"), faults)
    }

    fn new_collection(&mut self, txid: &str, exists: bool) -> Reply {
        let body = self.body.clone();
        let names =
            ["!idRec", "infoAdicional", "!calendario", "!valor", "!ajusteDiaUtil", "!recebedor"];
        let mut faults = checks::fields(&body, &names);
        faults.extend(checks::holds(checks::text(&body["infoAdicional"], 140), "infoAdicional"));
        faults.extend(checks::fields(&body["valor"], &["!original"]));
        faults.extend(checks::holds(checks::amount(&body["valor"]["original"]), "valor.original"));
        faults.extend(checks::holds(body["ajusteDiaUtil"].is_boolean(), "ajusteDiaUtil"));
        let account = &body["recebedor"];
        faults.extend(checks::fields(account, &["agencia", "!conta", "!tipoConta"]));
        let kinds = ["CORRENTE", "POUPANCA", "PAGAMENTO"];
        let kind = kinds.iter().any(|kind| account["tipoConta"] == **kind);
        let branch = account.get("agencia").is_none_or(|branch| checks::text(branch, 4));
        let right = kind && branch && checks::text(&account["conta"], 20);
        faults.extend(checks::holds(right, "cobr.recebedor"));
        faults.extend(checks::fields(&body["calendario"], &["!dataDeVencimento"]));
        let due = checks::day(&body["calendario"]["dataDeVencimento"]).unwrap_or(Date::MIN);
        let ahead = today(self.books).until(due).unwrap().get_days();
        faults.extend(checks::holds((2..=10).contains(&ahead), "calendario.dataDeVencimento"));
        faults.extend(checks::holds(checks::alphanumeric(txid, 26..=35) && !exists, "cobr.txid"));
        let recurrence = recurrences::find(self.books, body["idRec"].as_str().unwrap_or_default());
        let approved = recurrence.as_ref().is_some_and(|one| one["status"] == "APROVADA");
        faults.extend(checks::holds(approved, "cobr.idRec"));
        if !faults.is_empty() {
            return self.invalid_collection(&faults);
        }
        let day = today(self.books);
        let mut shown = body.clone();
        shown["txid"] = txid.into();
        shown["status"] = "CRIADA".into();
        shown["politicaRetentativa"] = recurrence.unwrap()["politicaRetentativa"].clone();
        shown["calendario"]["criacao"] = day.to_string().into();
        // The document asks for the name of who is paid as well.
        shown["recebedor"]["cnpj"] = "11222333000181".into();
        shown["recebedor"]["nome"] = "Provedor Exemplo Ltda.".into();
        shown["atualizacao"] = json!([{ "status": "CRIADA", "data": format!("{day}T12:00:00Z") }]);
        let own = txid.parse::<Txid>().unwrap().key();
        let entry = Entry {
            reference: txid.to_owned(),
            own: own.map_or(txid.to_owned(), |key| key.to_string()),
            amount: reais(&body["valor"]["original"]),
            due: Some(due),
            state: State::Open,
            asked: json!({ "kind": "cobr", "shown": shown }),
        };
        self.books.charges.insert(txid.to_owned(), entry);
        Reply { status: 201, body: shown }
    }

    fn take_back(&mut self, txid: &str, mut shown: Value) -> Reply {
        let due = date(shown["calendario"]["dataDeVencimento"].as_str().unwrap());
        let open = shown["status"] == "CRIADA" || shown["status"] == "ATIVA";
        let right = self.body == json!({ "status": "CANCELADA" });
        if !open || !right || today(self.books) >= due {
            return self.invalid_collection(&["cobr.status"]);
        }
        shown["status"] = "CANCELADA".into();
        self.keep(txid, &shown);
        self.books.charges.get_mut(txid).unwrap().state = State::Cancelled;
        Reply::ok(shown)
    }

    fn keep(&mut self, txid: &str, shown: &Value) {
        self.books.charges.get_mut(txid).unwrap().asked["shown"] = shown.clone();
    }

    pub(super) fn try_again(&mut self, txid: &str, day: &str) -> Reply {
        let found = self.books.charges.get(txid).map(|entry| entry.asked["shown"].clone());
        let Some(mut shown) = found else {
            return self.refuse(404, "CobRNaoEncontrado", (404, "cobranca_nao_encontrada"), &[]);
        };
        let mut attempts = shown["tentativas"].as_array().cloned().unwrap_or_default();
        let live = |one: &Value| one["status"] == "SOLICITADA" || one["status"] == "AGENDADA";
        let allowed = shown["politicaRetentativa"] == "PERMITE_3R_7D"
            && shown["status"] == "ATIVA"
            && !attempts.iter().any(live)
            && date(day) > today(self.books)
            && self.body.is_null();
        if !allowed {
            return self.invalid_collection(&["data"]);
        }
        attempts.push(attempt(day, "NTAG", "SOLICITADA"));
        shown["tentativas"] = attempts.into();
        self.keep(txid, &shown);
        Reply { status: 201, body: shown }
    }

    pub(super) fn list_of_collections(&self) -> Reply {
        let all = self.books.charges.values().filter(|entry| entry.asked["kind"] == "cobr");
        let all = all.map(|entry| entry.asked["shown"].clone());
        let created = |shown: &Value| {
            format!("{}T12:00:00Z", shown["calendario"]["criacao"].as_str().unwrap())
        };
        self.page("cobsr", all.filter(|shown| self.within(&created(shown))).collect())
    }
}

/// A try on a day.
pub fn attempt(day: &str, kind: &str, status: &str) -> Value {
    json!({
        "dataLiquidacao": day,
        "tipo": kind,
        "status": status,
        "endToEndId": format!("E12345678{}1200abcdefghijk", day.replace('-', "")),
        "atualizacao": [{ "status": status, "data": format!("{day}T12:00:00Z") }],
    })
}
