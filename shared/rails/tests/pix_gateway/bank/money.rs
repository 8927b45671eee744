//! Money that has come, and what of it is given back.

use serde_json::{Value, json};

use super::{Asked, KEY, charges::reais, checks};
use crate::contract::{Books, Paid, Reply};

/// When money of a day came: late in the evening at Brasília, the next day in UTC.
pub fn moment(paid: &Paid) -> String {
    format!("{}T01:30:00.358Z", paid.on.tomorrow().unwrap())
}

/// Money as the bank tells of it. What was paid beyond the charge is fine and interest.
pub fn shown(books: &Books, paid: &Paid) -> Value {
    let charge = &books.charges[&paid.reference];
    let mut shown = json!({
        "endToEndId": paid.id,
        "txid": paid.reference,
        "valor": paid.amount.amount().to_string(),
        "chave": KEY,
        "horario": moment(paid),
        "infoPagador": "de Ana",
    });
    let late = paid.amount.minus(charge.amount).unwrap();
    if late.is_positive() {
        let fine = reais(&json!("1.00")).at_most(late).unwrap();
        shown["componentesValor"] = json!({
            "original": { "valor": charge.amount.amount().to_string() },
            "multa": { "valor": fine.amount().to_string() },
            "juros": { "valor": late.minus(fine).unwrap().amount().to_string() },
        });
    }
    let returns = paid.refunds.iter().map(|(id, amount)| {
        let status = books.other.get(&format!("refund:{id}")).cloned();
        refund_shown(books, paid, id, &amount.amount().to_string(), status)
    });
    let returns: Vec<Value> = returns.collect();
    if !returns.is_empty() {
        shown["devolucoes"] = returns.into();
    }
    shown
}

fn refund_shown(
    books: &Books,
    paid: &Paid,
    id: &str,
    amount: &str,
    status: Option<Value>,
) -> Value {
    let day = books.other.get("returned_on").and_then(Value::as_str);
    let at = day.map_or(moment(paid), |day| format!("{day}T15:00:00Z"));
    let rest = format!("{:0<10}", id.chars().take(10).collect::<String>());
    json!({
        "id": id,
        "rtrId": format!("D12345678202611201200{rest}x"),
        "valor": amount,
        "horario": { "solicitacao": at },
        "status": status.unwrap_or_else(|| "EM_PROCESSAMENTO".into()),
    })
}

impl Asked<'_> {
    pub(super) fn list_of_money(&self) -> Reply {
        let returned = self.parameter("devolucaoPresente") == Some("true");
        let all = self.books.payments.iter().filter(|paid| self.within(&moment(paid)));
        let all = all.filter(|paid| !returned || !paid.refunds.is_empty());
        self.page("pix", all.map(|paid| shown(self.books, paid)).collect())
    }

    pub(super) fn refund(&mut self, money: &str, id: &str) -> Reply {
        let found = self.books.payments.iter().position(|paid| paid.id == money);
        let Some(at) = found.filter(|_| checks::alphanumeric(money, 32..=32)) else {
            return self.refuse(404, "PixNaoEncontrado", (400, "pix_nao_encontrado"), &[]);
        };
        let paid = self.books.payments[at].clone();
        let before = paid.refunds.get(id);
        let show = |books: &Books, amount: &str| {
            let status = books.other.get(&format!("refund:{id}")).cloned();
            refund_shown(books, &paid, id, amount, status)
        };
        if self.method == "GET" {
            let missing = ("PixDevolucaoNaoEncontrada", (404, "devolucao_nao_encontrada"));
            return match before {
                Some(amount) => Reply::ok(show(self.books, &amount.amount().to_string())),
                None => self.refuse(404, missing.0, missing.1, &[]),
            };
        }
        let mut faults = checks::fields(&self.body, &["!valor"]);
        faults.extend(checks::holds(checks::amount(&self.body["valor"]), "devolucao.valor"));
        faults.extend(checks::holds(checks::alphanumeric(id, 1..=35), "id"));
        if !faults.is_empty() || self.method != "PUT" {
            return self.refuse(400, "PixDevolucaoInvalida", (400, "valor_invalido"), &faults);
        }
        if before.is_some() {
            return self.refuse(
                400,
                "PixDevolucaoInvalida",
                (409, "devolucao_id_duplicado"),
                &["id"],
            );
        }
        let amount = reais(&self.body["valor"]);
        let given = paid.refunds.values().fold(amount, |sum, one| sum.plus(*one).unwrap());
        if given.minus(paid.amount).unwrap().is_positive() {
            let efi = (400, "saldo_devolucao_insuficiente");
            return self.refuse(400, "PixDevolucaoInvalida", efi, &["devolucao.valor"]);
        }
        self.books.payments[at].refunds.insert(id.to_owned(), amount);
        Reply { status: 201, body: show(self.books, &amount.amount().to_string()) }
    }
}
