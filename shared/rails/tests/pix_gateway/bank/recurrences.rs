//! `rec` and `locrec`.

use serde_json::{Value, json};

use super::{APPROVED, Asked, WITHOUT_TRIES, checks, today};
use crate::contract::{Books, Reply};

/// A recurrence as it is kept: what the bank answers.
pub fn find(books: &Books, id: &str) -> Option<Value> {
    if let Some(found) = books.other.get(&format!("rec:{id}")) {
        return Some(found.clone());
    }
    let tries = match id {
        APPROVED => "PERMITE_3R_7D",
        WITHOUT_TRIES => "NAO_PERMITE",
        _ => return None,
    };
    let body = json!({
        "vinculo": {
            "contrato": "1042/pix",
            "devedor": { "cpf": "52998224725", "nome": "Ana Exemplo" },
        },
        "calendario": { "dataInicial": "2026-10-20", "periodicidade": "MENSAL" },
        "politicaRetentativa": tries,
    });
    Some(shown(body, id, "APROVADA", "2026-10-01", 1))
}

fn shown(mut body: Value, id: &str, status: &str, day: &str, location: i64) -> Value {
    body["idRec"] = id.into();
    body["status"] = status.into();
    body["recebedor"] = json!({ "cnpj": "11222333000181", "nome": "Provedor Exemplo Ltda." });
    body["loc"] = json!({
        "id": location, "location": format!("pix.banco.example/qr/v2/rec/{location:032}"),
        "tipo": "rec", "criacao": format!("{day}T12:00:00Z"), "idRec": id,
    });
    body["atualizacao"] = json!([{ "status": status, "data": format!("{day}T12:00:00Z") }]);
    body
}

impl Asked<'_> {
    pub(super) fn location(&mut self) -> Reply {
        assert!(self.method == "POST" && self.body.is_null());
        let id = self.books.other.get("locations").and_then(Value::as_i64).unwrap_or(100) + 1;
        self.books.other.insert("locations".into(), id.into());
        let day = today(self.books);
        let body = json!({
            "id": id, "location": format!("pix.banco.example/qr/v2/rec/{id:032}"),
            "tipo": "rec", "criacao": format!("{day}T12:00:00Z"),
        });
        Reply { status: 201, body }
    }

    pub(super) fn new_recurrence(&mut self) -> Reply {
        let body = self.body.clone();
        let names =
            ["!vinculo", "!calendario", "valor", "recebedor", "!politicaRetentativa", "!loc"];
        let mut faults = checks::fields(&body, &names);
        let bond = &body["vinculo"];
        faults.extend(checks::fields(bond, &["!contrato", "!devedor", "objeto"]));
        faults.extend(checks::person(&bond["devedor"], 140, false));
        let texts = checks::text(&bond["contrato"], 35) && checks::text(&bond["objeto"], 35);
        faults.extend(checks::holds(texts, "rec.vinculo"));
        let calendar = &body["calendario"];
        faults.extend(checks::fields(calendar, &["!dataInicial", "!periodicidade", "dataFinal"]));
        let to_come = checks::day(&calendar["dataInicial"]).is_some_and(|d| d >= today(self.books));
        faults.extend(checks::holds(to_come, "rec.calendario.dataInicial"));
        let every = ["SEMANAL", "MENSAL", "TRIMESTRAL", "SEMESTRAL", "ANUAL"];
        let known = every.iter().any(|every| calendar["periodicidade"] == **every);
        faults.extend(checks::holds(known, "rec.calendario.periodicidade"));
        let tries = ["PERMITE_3R_7D", "NAO_PERMITE"];
        let known = tries.iter().any(|tries| body["politicaRetentativa"] == **tries);
        faults.extend(checks::holds(known, "rec.politicaRetentativa"));
        let made = self.books.other.get("locations").and_then(Value::as_i64).unwrap_or(100);
        let location = body["loc"].as_i64().unwrap_or_default();
        faults.extend(checks::holds((101..=made).contains(&location), "rec.loc"));
        if !faults.is_empty() {
            return self.refuse(400, "RecOperacaoInvalida", (400, "valor_invalido"), &faults);
        }
        let day = today(self.books).to_string();
        let letter = if body["politicaRetentativa"] == "NAO_PERMITE" { 'N' } else { 'R' };
        let id = format!("R{letter}12345678{}{location:011}", day.replace('-', ""));
        let body = shown(body, &id, "CRIADA", &day, location);
        self.books.other.insert(format!("rec:{id}"), body.clone());
        Reply { status: 201, body }
    }

    pub(super) fn recurrence(&mut self, id: &str) -> Reply {
        let Some(mut found) = find(self.books, id) else {
            return self.refuse(404, "RecNaoEncontrada", (404, "recorrencia_nao_encontrada"), &[]);
        };
        if self.method == "GET" {
            return Reply::ok(found);
        }
        let open = found["status"] == "CRIADA" || found["status"] == "APROVADA";
        let right = self.method == "PATCH" && self.body == json!({ "status": "CANCELADA" });
        if !open || !right {
            return self.refuse(
                400,
                "RecOperacaoInvalida",
                (400, "status_invalido"),
                &["rec.status"],
            );
        }
        found["status"] = "CANCELADA".into();
        self.books.other.insert(format!("rec:{id}"), found.clone());
        Reply::ok(found)
    }

    pub(super) fn list_of_recurrences(&self) -> Reply {
        let number = |kind: &str| self.parameter(kind).map(str::to_owned);
        let (cpf, cnpj) = (number("cpf"), number("cnpj"));
        assert!(cpf.is_none() || cnpj.is_none());
        let all = self.books.other.iter().filter(|(key, _)| key.starts_with("rec:"));
        let all = all.map(|(_, recurrence)| recurrence.clone());
        let of = |one: &Value| {
            let payer = &one["vinculo"]["devedor"];
            cpf.as_deref().is_none_or(|cpf| payer["cpf"] == cpf)
                && cnpj.as_deref().is_none_or(|cnpj| payer["cnpj"] == cnpj)
                && self.within(one["loc"]["criacao"].as_str().unwrap())
        };
        self.page("recs", all.filter(of).collect())
    }
}
