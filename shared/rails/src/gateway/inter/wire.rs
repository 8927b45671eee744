//! What Inter answers, read into what we know ("Recuperar cobrança", "Recuperar coleção de
//! cobranças").

use jiff::civil::Date;
use mensal_domain::{
    charge::{BoletoCodes, PaymentCodes},
    money::{Currency, Money},
    reference::Reference,
};
use serde::Deserialize;

use crate::{
    amount::Amount,
    boleto::{Boleto, free_field},
    gateway::{Fault, Registered, Standing},
};

/// Inter's number with the clearing house, with its check digit.
const BANK: &str = "077-9";
/// Inter's name as it is printed.
const BANK_NAME: &str = "Banco Inter S.A.";
/// Inter's only agency, 0001-9, as it stands on its boletos.
const AGENCY: &str = "00019";

/// A charge that was taken; it is issued afterwards.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Issued {
    pub(super) codigo_solicitacao: Reference,
}

/// A page of a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Page {
    pub(super) total_paginas: u32,
    pub(super) cobrancas: Vec<Item>,
}

/// A charge with its codes.
#[derive(Deserialize)]
pub(super) struct Item {
    pub(super) cobranca: Cobranca,
    boleto: Option<BoletoAnswer>,
    pix: Option<PixAnswer>,
}

/// A charge itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cobranca {
    pub(super) codigo_solicitacao: Reference,
    pub(super) seu_numero: Option<String>,
    pub(super) situacao: Situation,
    data_vencimento: Option<Date>,
    valor_nominal: Amount,
    /// When it came to stand as it does: for one that was received, when it was.
    pub(super) data_situacao: Option<Date>,
    pub(super) valor_total_recebido: Option<Amount>,
    pub(super) origem_recebimento: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BoletoAnswer {
    codigo_barras: String,
    linha_digitavel: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PixAnswer {
    pix_copia_e_cola: String,
}

/// How a charge stands, in Inter's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Situation {
    /// Paid.
    Recebido,
    /// Somebody has said in the bank's application that it was paid elsewhere. No money has come
    /// to Inter, and it can be paid no more.
    MarcadoRecebido,
    /// To be paid.
    AReceber,
    /// To be paid, after its due date.
    Atrasado,
    /// To be paid, and before a notary.
    Protesto,
    /// Being issued.
    EmProcessamento,
    /// Its last day has passed.
    Expirado,
    /// Taken back.
    Cancelado,
    /// It could not be issued.
    FalhaEmissao,
    /// A word that the manual does not have.
    #[serde(other)]
    Unheard,
}

/// An amount in reais.
pub(super) fn reais(amount: Amount) -> Option<Money> {
    amount.money(Currency::BRL).ok()
}

impl Item {
    /// How the charge stands. `account` is ours, as boletos bear it.
    pub(super) fn standing(&self, account: Option<&str>) -> Result<Standing, Fault> {
        match self.cobranca.situacao {
            Situation::AReceber | Situation::Atrasado | Situation::Protesto => {
                let Some(boleto) = &self.boleto else { return Ok(Standing::InWork) };
                let codes = PaymentCodes {
                    pix: self.pix.as_ref().map(|pix| pix.pix_copia_e_cola.clone()),
                    boleto: Some(printed(boleto, account)?),
                    link: None,
                };
                let amount =
                    reais(self.cobranca.valor_nominal).filter(|amount| amount.is_positive());
                let amount =
                    amount.ok_or_else(|| Fault::Unknown("its amount is none in reais".into()))?;
                Ok(Standing::Registered {
                    charge: Registered {
                        reference: Some(self.cobranca.codigo_solicitacao.clone()),
                        called_by_reference: true,
                        codes,
                    },
                    amount,
                    due: self.cobranca.data_vencimento,
                })
            }
            Situation::EmProcessamento => Ok(Standing::InWork),
            // Paid elsewhere is paid: a charge in its place would be paid a second time.
            Situation::Recebido | Situation::MarcadoRecebido => Ok(Standing::Paid),
            Situation::Cancelado => Ok(Standing::Cancelled),
            Situation::Expirado => Ok(Standing::Expired),
            Situation::FalhaEmissao => {
                Err(Fault::Refused("Inter could not issue it (FALHA_EMISSAO)".into()))
            }
            Situation::Unheard => {
                Err(Fault::Unknown("it stands in a way that Inter's manual does not have".into()))
            }
        }
    }
}

/// A boleto as it is printed. What stands on paper is right or does not stand there: barcode and
/// line are of one boleto, and it is Inter's.
fn printed(answer: &BoletoAnswer, account: Option<&str>) -> Result<BoletoCodes, Fault> {
    let unusable = |what| Fault::Unknown(format!("its boleto has {what}"));
    let boleto: Boleto =
        answer.codigo_barras.parse().map_err(|_| unusable("a barcode that is wrong"))?;
    if answer.linha_digitavel.parse() != Ok(boleto) {
        return Err(unusable("a line of another barcode"));
    }
    if boleto.bank().as_str() != <free_field::Inter as free_field::FreeField>::BANK {
        return Err(unusable("the barcode of another bank"));
    }
    let field = boleto.free_field();
    let (wallet, operation) = (&field.as_str()[4..7], &field.as_str()[7..14]);
    let (number, digit) = field.as_str()[14..].split_at(10);
    let barcode = boleto.barcode();
    Ok(BoletoCodes {
        barcode: barcode.as_str().parse().map_err(|_| unusable("a barcode that is wrong"))?,
        line: boleto.printed_line(),
        bank: BANK.into(),
        bank_name: BANK_NAME.into(),
        beneficiary: format!("{AGENCY}/{}", account.unwrap_or(operation)),
        our_number: format!("{AGENCY}/{wallet}/{number}-{digit}"),
        wallet: wallet.into(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn boleto(bank: &str, number: &str) -> Boleto {
        let field = free_field::Inter {
            agency: "0001".parse().unwrap(),
            wallet: "112".parse().unwrap(),
            operation: "0654321".parse().unwrap(),
            number: number.parse().unwrap(),
        };
        let field = free_field::FreeField::free_field(&field);
        let due = Some("2026-11-20".parse().unwrap());
        Boleto::new(bank.parse().unwrap(), due, "109.90 BRL".parse().unwrap(), field).unwrap()
    }

    fn standing(amount: &Value, barcode: &str, line: &str) -> Result<Standing, Fault> {
        let item: Item = serde_json::from_value(json!({
            "cobranca": {
                "codigoSolicitacao": "183e982a-34e5-4bc0-9643-def5432a0001",
                "situacao": "A_RECEBER",
                "valorNominal": amount,
                "dataVencimento": "2026-11-20",
            },
            "boleto": { "nossoNumero": "1", "codigoBarras": barcode, "linhaDigitavel": line },
        }))
        .unwrap();
        item.standing(None)
    }

    #[test]
    fn a_boleto_is_printed_with_its_line_and_without_an_account_with_its_operation() {
        let right = boleto("077", "9000000001");
        for amount in [json!(109.9), json!("109.90")] {
            let line = right.typeable_line();
            let got = standing(&amount, right.barcode().as_str(), line.as_str()).unwrap();
            let Standing::Registered { charge, amount, due } = got else { panic!("{got:?}") };
            assert_eq!(amount.to_string(), "109.90 BRL");
            assert_eq!(due, Some("2026-11-20".parse().unwrap()));
            // No Pix key at the bank, no Pix code.
            assert_eq!(charge.codes.pix, None);
            let printed = charge.codes.boleto.unwrap();
            assert_eq!(printed.beneficiary, "00019/0654321");
            assert_eq!(printed.line, right.printed_line());
        }
    }

    #[test]
    fn what_would_be_printed_wrong_is_not() {
        let (right, other) = (boleto("077", "9000000001"), boleto("077", "9000000002"));
        let elsewhere = boleto("341", "9000000001");
        let of_elsewhere = elsewhere.barcode();
        let (barcode, line) = (right.barcode(), right.typeable_line());
        let cases = [
            (json!(109.9), "", line, "barcode that is wrong"),
            (json!(109.9), barcode.as_str(), other.typeable_line(), "line of another barcode"),
            (json!(109.9), of_elsewhere.as_str(), elsewhere.typeable_line(), "another bank"),
            (json!(109.905), barcode.as_str(), line, "none in reais"),
            (json!(-109.9), barcode.as_str(), line, "none in reais"),
            (json!(0), barcode.as_str(), line, "none in reais"),
        ];
        for (amount, barcode, line, want) in cases {
            let got = standing(&amount, barcode, line.as_str());
            let Err(Fault::Unknown(why)) = got else { panic!("{want}: {got:?}") };
            assert!(why.contains(want), "{why}");
        }
    }
}
