//! The order for a charge, as Inter's manual has it ("Emitir cobrança", version 3).

use jiff::civil::Date;
use mensal_domain::{
    calendar::{days_after, days_between},
    charge::Payer,
    money::Currency,
};
use rust_decimal::Decimal;
use serde::Serialize;

use super::number::own_number;
use crate::{
    amount::Amount,
    gateway::{Fault, Order},
    payer::{PostalAddress, TaxNumber},
};

/// Inter keeps a charge for at most so many days after its due date.
const MOST_DAYS: i32 = 60;
/// The least and the largest amount that Inter issues a charge of.
const AMOUNTS: [Decimal; 2] =
    [Decimal::from_parts(250, 0, 0, false, 2), Decimal::from_parts(1_410_065_407, 2, 0, false, 2)];

/// The body of the request.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Issue {
    seu_numero: String,
    valor_nominal: Amount,
    data_vencimento: Date,
    num_dias_agenda: i32,
    pagador: Pagador,
    #[serde(skip_serializing_if = "Option::is_none")]
    multa: Option<Rate>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mora: Option<Rate>,
    mensagem: Message,
    formas_recebimento: [&'static str; 2],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pagador {
    cpf_cnpj: String,
    tipo_pessoa: &'static str,
    nome: String,
    endereco: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    bairro: String,
    cidade: String,
    uf: String,
    cep: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    email: String,
}

/// A fine or interest, in percent.
#[derive(Serialize)]
struct Rate {
    codigo: &'static str,
    taxa: Amount,
}

#[derive(Serialize)]
struct Message {
    linha1: String,
}

impl Issue {
    /// The request for an order. A due date that has passed becomes today: no bank registers one
    /// in the past. The last day on which it can be paid stays, within Inter's sixty days.
    pub(super) fn of(order: &Order) -> Result<Self, Fault> {
        let terms = &order.terms;
        let amount = terms.amount;
        if amount.currency() != Currency::BRL
            || !(AMOUNTS[0]..=AMOUNTS[1]).contains(&amount.amount())
        {
            let [least, most] = AMOUNTS;
            return Err(Fault::Refused(format!(
                "{amount} is no amount of a boleto of Inter: from {least} to {most} BRL"
            )));
        }
        let due = terms.due.max(order.today);
        let payable_days = days_between(due, days_after(terms.due, terms.payable_days));
        if payable_days < 0 {
            let what = "its last day to be paid has passed";
            return Err(Fault::Refused(what.into()));
        }
        Ok(Self {
            seu_numero: own_number(&order.key),
            valor_nominal: amount.into(),
            data_vencimento: due,
            num_dias_agenda: payable_days.min(MOST_DAYS),
            pagador: Pagador::of(&order.payer)?,
            multa: Rate::of("PERCENTUAL", terms.late.fine_percent),
            mora: Rate::of("TAXAMENSAL", terms.late.interest_percent),
            mensagem: Message {
                linha1: first(&format!("Fatura {}", order.payer.invoice_number), 78),
            },
            formas_recebimento: ["BOLETO", "PIX"],
        })
    }

    /// The due date that is asked for.
    pub(super) fn due(&self) -> Date {
        self.data_vencimento
    }
}

impl Pagador {
    fn of(payer: &Payer) -> Result<Self, Fault> {
        let number = TaxNumber::of(payer).map_err(|why| Fault::Refused(why.to_string()))?;
        let address = PostalAddress::of(payer).map_err(|why| Fault::Refused(why.to_string()))?;
        Ok(Self {
            tipo_pessoa: match number {
                TaxNumber::Cpf(_) => "FISICA",
                TaxNumber::Cnpj(_) => "JURIDICA",
            },
            cpf_cnpj: number.as_str().to_owned(),
            nome: first(&payer.customer.name, 100),
            endereco: first(&address.street, 100),
            bairro: first(address.district.as_deref().unwrap_or_default(), 60),
            cidade: first(&address.city, 60),
            uf: address.state,
            cep: address.postal_code,
            // Half an address reaches nobody, or somebody else.
            email: if payer.email.len() > 50 { String::new() } else { payer.email.clone() },
        })
    }
}

impl Rate {
    /// None of nothing, which Inter has no code for.
    fn of(codigo: &'static str, percent: Decimal) -> Option<Self> {
        (!percent.is_zero()).then(|| Self { codigo, taxa: percent.into() })
    }
}

/// The first characters of a text, as many as Inter takes.
fn first(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use mensal_domain::{
        account::{Address, Customer},
        charge::{LateTerms, Terms},
    };
    use serde_json::json;

    use super::*;

    fn order(amount: &str, due: &str, today: &str) -> Order {
        let lines = ["Rua das Flores, 10", "Centro", "São Paulo SP", "CEP 01001-000"];
        Order {
            key: "1042/2026-11-10-cycle/boleto/1".parse().unwrap(),
            terms: Terms {
                amount: amount.parse().unwrap(),
                due: due.parse().unwrap(),
                payable_days: 30,
                late: LateTerms { fine_percent: Decimal::TWO, interest_percent: Decimal::ZERO },
            },
            payer: Payer {
                customer: Customer {
                    name: "Ana Exemplo".into(),
                    tax_id: "CPF 529.982.247-25".into(),
                    address: Address { lines: lines.map(str::to_owned).to_vec() },
                },
                email: "ana@correio.example".into(),
                region: None,
                invoice_number: "1042-261110".into(),
            },
            today: today.parse().unwrap(),
        }
    }

    #[test]
    fn an_order_is_written_as_the_manual_says() {
        let order = order("109.90 BRL", "2026-11-20", "2026-11-10");
        let written = serde_json::to_value(Issue::of(&order).unwrap()).unwrap();
        let want = json!({
            "seuNumero": own_number(&order.key),
            "valorNominal": 109.9,
            "dataVencimento": "2026-11-20",
            "numDiasAgenda": 30,
            "pagador": {
                "cpfCnpj": "52998224725",
                "tipoPessoa": "FISICA",
                "nome": "Ana Exemplo",
                "endereco": "Rua das Flores, 10",
                "bairro": "Centro",
                "cidade": "São Paulo",
                "uf": "SP",
                "cep": "01001000",
                "email": "ana@correio.example",
            },
            "multa": { "codigo": "PERCENTUAL", "taxa": 2 },
            "mensagem": { "linha1": "Fatura 1042-261110" },
            "formasRecebimento": ["BOLETO", "PIX"],
        });
        assert_eq!(written, want);
    }

    #[test]
    fn the_last_day_stays_where_it_is() {
        let cases = [
            ("2026-11-20", "2026-11-20", 30, "2026-11-20"),
            ("2026-11-20", "2026-12-05", 15, "2026-12-05"),
            ("2026-11-20", "2026-12-20", 0, "2026-12-20"),
        ];
        for (due, today, days, asked) in cases {
            let issue = Issue::of(&order("10.00 BRL", due, today)).unwrap();
            assert_eq!((issue.num_dias_agenda, issue.due().to_string()), (days, asked.into()));
        }
        let mut long = order("10.00 BRL", "2026-11-20", "2026-11-10");
        long.terms.payable_days = 90;
        assert_eq!(Issue::of(&long).unwrap().num_dias_agenda, 60);
    }

    #[test]
    fn what_inter_would_not_issue_is_not_asked_for() {
        let mut nameless = order("10.00 BRL", "2026-11-20", "2026-11-10");
        nameless.payer.customer.tax_id = String::new();
        let cases = [
            (order("2.49 BRL", "2026-11-20", "2026-11-10"), "from 2.50 to 99999999.99 BRL"),
            (order("100000000.00 BRL", "2026-11-20", "2026-11-10"), "from 2.50"),
            (order("10.00 USD", "2026-11-20", "2026-11-10"), "from 2.50"),
            (order("10.00 BRL", "2026-11-20", "2026-12-21"), "has passed"),
            (nameless, "no tax number"),
        ];
        for (order, want) in cases {
            let Err(Fault::Refused(why)) = Issue::of(&order) else { panic!("{want}: taken") };
            assert!(why.contains(want), "{why}");
        }
    }
}
