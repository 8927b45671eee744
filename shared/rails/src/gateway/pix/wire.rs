//! What banks answer and tell, as the Central Bank's API 2.9.0 has it, as far as we read it. What
//! they add is passed over; a status that is new to us is [`Status::Other`] and its like.

use jiff::{Timestamp, civil::Date};
use mensal_domain::{
    money::{Currency, Money},
    reference::Reference,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

/// An amount: `123.45`, in reais.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Amount(pub(super) Money);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        // `Decimal` would read `1_0` and `+10`, too.
        let plain = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let amount = Decimal::from_str_exact(&text).ok().filter(|_| plain);
        let money = amount.and_then(|amount| Money::exact(amount, Currency::BRL).ok());
        money.map(Self).ok_or_else(|| D::Error::custom("no amount"))
    }
}

/// A charge: `cob`, to be paid at once, or `cobv`, with a due date.
#[derive(Deserialize)]
pub(super) struct Charge {
    pub(super) status: Status,
    pub(super) valor: Original,
    #[serde(default)]
    pub(super) calendario: Option<Calendar>,
    #[serde(default)]
    pub(super) loc: Option<Location>,
    #[serde(default)]
    pub(super) location: Option<String>,
    #[serde(rename = "pixCopiaECola", default)]
    pub(super) code: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Status {
    #[serde(rename = "ATIVA")]
    Active,
    #[serde(rename = "CONCLUIDA")]
    Done,
    #[serde(rename = "REMOVIDA_PELO_USUARIO_RECEBEDOR")]
    RemovedByUs,
    #[serde(rename = "REMOVIDA_PELO_PSP")]
    RemovedByBank,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
pub(super) struct Original {
    pub(super) original: Amount,
}

#[derive(Deserialize)]
pub(super) struct Calendar {
    #[serde(rename = "dataDeVencimento", default)]
    pub(super) due: Option<Date>,
    /// A moment of a charge, a day of a collection.
    #[serde(default)]
    pub(super) criacao: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Location {
    #[serde(default)]
    pub(super) location: Option<String>,
    #[serde(default)]
    pub(super) id: Option<i64>,
}

/// Money that has come.
#[derive(Deserialize)]
pub(super) struct Pix {
    #[serde(rename = "endToEndId")]
    pub(super) id: Reference,
    #[serde(default)]
    pub(super) txid: Option<String>,
    pub(super) valor: Amount,
    #[serde(default)]
    pub(super) chave: Option<String>,
    pub(super) horario: Timestamp,
    #[serde(rename = "componentesValor", default)]
    pub(super) parts: Option<Parts>,
    #[serde(default)]
    pub(super) devolucoes: Option<Vec<Return>>,
}

/// What an amount is made of.
#[derive(Deserialize)]
pub(super) struct Parts {
    #[serde(default)]
    pub(super) juros: Option<Part>,
    #[serde(default)]
    pub(super) multa: Option<Part>,
}

#[derive(Deserialize)]
pub(super) struct Part {
    pub(super) valor: Amount,
}

/// Money given back.
#[derive(Deserialize)]
pub(super) struct Return {
    pub(super) id: Reference,
    pub(super) valor: Amount,
    #[serde(default)]
    pub(super) natureza: Option<String>,
    #[serde(default)]
    pub(super) horario: Option<ReturnTimes>,
    pub(super) status: ReturnStatus,
}

#[derive(Deserialize)]
pub(super) struct ReturnTimes {
    #[serde(default)]
    pub(super) solicitacao: Option<Timestamp>,
    #[serde(default)]
    pub(super) liquidacao: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum ReturnStatus {
    #[serde(rename = "EM_PROCESSAMENTO")]
    UnderWay,
    #[serde(rename = "DEVOLVIDO")]
    Done,
    #[serde(rename = "NAO_REALIZADO")]
    Failed,
    #[serde(other)]
    Other,
}

/// A recurrence of Pix Automático.
#[derive(Deserialize)]
pub(super) struct Recurrence {
    #[serde(rename = "idRec")]
    pub(super) id: Reference,
    pub(super) status: RecurrenceStatus,
    #[serde(default)]
    pub(super) vinculo: Option<Bond>,
    #[serde(default)]
    pub(super) loc: Option<Location>,
    #[serde(rename = "dadosQR", default)]
    pub(super) code: Option<QrData>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum RecurrenceStatus {
    #[serde(rename = "CRIADA")]
    Created,
    #[serde(rename = "APROVADA")]
    Approved,
    #[serde(rename = "REJEITADA")]
    Rejected,
    #[serde(rename = "EXPIRADA")]
    Expired,
    #[serde(rename = "CANCELADA")]
    Cancelled,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
pub(super) struct Bond {
    #[serde(default)]
    pub(super) contrato: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct QrData {
    #[serde(rename = "pixCopiaECola", default)]
    pub(super) text: Option<String>,
}

/// A collection by a recurrence: `cobr`.
#[derive(Deserialize)]
pub(super) struct Collection {
    #[serde(rename = "idRec")]
    pub(super) recurrence: Reference,
    pub(super) txid: String,
    pub(super) status: CollectionStatus,
    #[serde(default)]
    pub(super) calendario: Option<Calendar>,
    #[serde(default)]
    pub(super) valor: Option<Original>,
    #[serde(default)]
    pub(super) tentativas: Option<Vec<Attempt>>,
    #[serde(default)]
    pub(super) atualizacao: Option<Vec<Update>>,
    #[serde(default)]
    pub(super) encerramento: Option<End>,
    #[serde(default)]
    pub(super) pix: Option<Vec<Pix>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum CollectionStatus {
    #[serde(rename = "CRIADA")]
    Created,
    #[serde(rename = "ATIVA")]
    Active,
    #[serde(rename = "CONCLUIDA")]
    Done,
    #[serde(rename = "EXPIRADA")]
    Expired,
    #[serde(rename = "REJEITADA")]
    Rejected,
    #[serde(rename = "CANCELADA")]
    Cancelled,
    #[serde(other)]
    Other,
}

/// A try to collect on a day.
#[derive(Deserialize)]
pub(super) struct Attempt {
    #[serde(rename = "dataLiquidacao")]
    pub(super) on: Date,
    pub(super) status: AttemptStatus,
    #[serde(default)]
    pub(super) rejeicao: Option<Reason>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum AttemptStatus {
    #[serde(rename = "SOLICITADA")]
    Asked,
    #[serde(rename = "AGENDADA")]
    Scheduled,
    #[serde(rename = "PAGA")]
    Paid,
    #[serde(rename = "CANCELADA")]
    Cancelled,
    #[serde(rename = "REJEITADA")]
    Rejected,
    #[serde(rename = "EXPIRADA")]
    Expired,
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
pub(super) struct Update {
    pub(super) data: Timestamp,
}

/// How a collection ended.
#[derive(Deserialize)]
pub(super) struct End {
    #[serde(default)]
    pub(super) cancelamento: Option<Cancellation>,
    #[serde(default)]
    pub(super) rejeicao: Option<Reason>,
}

#[derive(Deserialize)]
pub(super) struct Cancellation {
    #[serde(default)]
    pub(super) solicitante: Option<String>,
    #[serde(default)]
    pub(super) codigo: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Reason {
    pub(super) codigo: String,
}

/// What a webhook or a page of a list tells of. Money as it came: what Efí says of money that was
/// sent stands in the same list and has another form.
#[derive(Deserialize)]
pub(super) struct Told {
    #[serde(default)]
    pub(super) parametros: Option<Parameters>,
    #[serde(default)]
    pub(super) pix: Option<Vec<Value>>,
    #[serde(default)]
    pub(super) recs: Option<Vec<Recurrence>>,
    #[serde(default)]
    pub(super) cobsr: Option<Vec<Collection>>,
}

#[derive(Deserialize)]
pub(super) struct Parameters {
    paginacao: Paging,
}

#[derive(Deserialize)]
struct Paging {
    #[serde(rename = "quantidadeDePaginas")]
    pages: u32,
}

impl Told {
    /// Of how many pages it is one.
    pub(super) fn pages(&self) -> u32 {
        self.parametros.as_ref().map_or(1, |parameters| parameters.paginacao.pages)
    }
}
