//! What Inter says about money, by webhook and by list, in the same words.
//!
//! A charge is paid once, so its money is called as the charge is. How much of it is fine and
//! interest the webhook does not say, and so the list, which could be asked, does not either: the
//! same receipt has to come of both.

use jiff::{
    Timestamp,
    civil::Date,
    tz::{self, TimeZone},
};
use mensal_domain::{
    ids::GatewayCode,
    payment::{About, Fact, Notice, Receipt},
    rail::Rail,
    reference::Reference,
};
use serde::Deserialize;

use super::wire::{Item, Situation, reais};
use crate::{
    amount::Amount,
    gateway::{Fault, Unreadable},
};

/// More charges in one webhook nobody sends.
const MOST: usize = 1000;

/// One charge of a webhook's body, which is a list of them ("Callbacks" of "Criar ou editar um
/// webhook").
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    codigo_solicitacao: Reference,
    situacao: Situation,
    data_hora_situacao: Option<Timestamp>,
    valor_total_recebido: Option<Amount>,
    origem_recebimento: Option<String>,
}

/// The date in Brasília at a moment. Its clocks have not been moved since 2019 (Decreto
/// 9.772/2019).
pub(super) fn date_in_brasilia(at: Timestamp) -> Date {
    TimeZone::fixed(tz::offset(-3)).to_datetime(at).date()
}

/// What a webhook says: the charges of it that were paid. That others were issued, cancelled or
/// have expired is nothing about money.
pub(super) fn read(gateway: &GatewayCode, body: &[u8]) -> Result<Vec<Notice>, Unreadable> {
    let all: Vec<Told> = serde_json::from_slice(body).map_err(|why| {
        // Where, not what: a webhook has people in it.
        let (line, column) = (why.line(), why.column());
        Unreadable(format!("no list of charges of Inter, at line {line}, column {column}"))
    })?;
    if all.len() > MOST {
        return Err(Unreadable(format!("a list of {} charges, of at most {MOST}", all.len())));
    }
    let paid = all.into_iter().filter(|told| told.situacao == Situation::Recebido);
    paid.map(|told| {
        let on = told.data_hora_situacao.map(date_in_brasilia);
        let (amount, origin) = (told.valor_total_recebido, told.origem_recebimento.as_deref());
        received(gateway, told.codigo_solicitacao, amount, origin, on)
            .ok_or_else(|| Unreadable("a charge that was received without amount or time".into()))
    })
    .collect()
}

/// What a list says of a charge that was paid.
pub(super) fn listed(gateway: &GatewayCode, item: Item) -> Result<Notice, Fault> {
    let paid = item.cobranca;
    let (amount, origin) = (paid.valor_total_recebido, paid.origem_recebimento.as_deref());
    received(gateway, paid.codigo_solicitacao, amount, origin, paid.data_situacao).ok_or_else(
        || Fault::Unknown("its list has a charge that was received without amount or day".into()),
    )
}

/// A receipt; none if what makes one is not told. What did not come by Pix came by the boleto.
fn received(
    gateway: &GatewayCode,
    charge: Reference,
    amount: Option<Amount>,
    origin: Option<&str>,
    on: Option<Date>,
) -> Option<Notice> {
    let amount = reais(amount?)?;
    let receipt = Receipt {
        money: charge.clone(),
        about: About::Reference(charge),
        rail: if origin == Some("PIX") { Rail::Pix } else { Rail::Boleto },
        amount,
        late: None,
        paid_on: on?,
        recalled_by_name: false,
    };
    amount.is_positive().then(|| Notice { gateway: gateway.clone(), fact: Fact::Received(receipt) })
}
