//! Banco Inter, "API Cobrança (Boleto com Pix)", version 3: a charge is a boleto and a Pix code in
//! one, and whichever is paid first ends both. It is a charge of the rail boleto whose codes have
//! the Pix code beside the boleto; money that came by Pix is told as such.
//!
//! What the bank's manual says of it, and what follows:
//!
//! - A charge is issued after it was taken. [`Gateway::register`] asks a few times; where it takes
//!   longer, the outcome is unknown, and is asked for later.
//! - Inter calls a charge by a name of its own, and webhooks do so too. Ours ("seu número") has 15
//!   characters, too few for a key, so a hash of it stands there: by that a charge is found again
//!   whose answer was lost. Inter itself takes no second one of the same number, amount, due date
//!   and payer for half an hour.
//! - Changing a charge is marked as beta, takes up to half an hour and cannot change fine and
//!   interest: a charge is cancelled, and another one takes its place.
//! - Webhooks are not signed. A token stands in the query of the address that is given to Inter:
//!   `https://…/webhooks/{gateway}?token=…`.
//! - A refund needs the end-to-end id of a Pix, which nothing here tells, and a boleto is given
//!   back by hand.

mod issue;
mod notices;
mod number;
mod session;
mod settings;
mod wire;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use jiff::{Timestamp, civil::Date};
use mensal_domain::{
    calendar::days_after, charge::ChargeKey, ids::GatewayCode, method::PaymentMethod,
    payment::Notice, rail::Rail, reference::Reference,
};
use reqwest::StatusCode;
use serde_json::json;

use self::{
    issue::Issue,
    notices::date_in_brasilia,
    session::{Call, Session, refused},
    wire::{Issued, Item, Page, Situation},
};
pub use self::{
    number::own_number,
    settings::{Credentials, Settings, connect},
};
use super::{
    Collected, Collection, Enrolled, Enrollment, Fault, Gateway, Order, RefundOrder, Refunded,
    Registered, Standing, Unreadable, WebhookRequest,
};
use crate::signature::{Refused, Secrets, Verified, shared_token};

/// Where charges are.
const CHARGES: &str = "cobranca/v3/cobrancas";
/// The query's parameter that bears the token of webhooks.
const TOKEN: &str = "token";
/// So often it is asked whether a charge has been issued, each pause twice as long as the last.
const ASKED: u32 = 4;
/// Charges on a page of a list, of at most 1000.
const ON_A_PAGE: &str = "500";
/// Pages of a list that are read.
const MOST_PAGES: u32 = 200;
/// A charge is looked for among those due within so many days after its invoice's date.
const SOUGHT_DAYS: u16 = 731;

/// Banco Inter, connected.
pub struct Inter {
    code: GatewayCode,
    session: Session,
    tokens: Secrets,
    pause: Duration,
}

impl fmt::Debug for Inter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inter").field("code", &self.code).finish_non_exhaustive()
    }
}

/// A charge that was found.
struct Found {
    reference: Reference,
    standing: Standing,
}

/// The path of a charge. Inter calls charges by UUIDs; what is none must not become another path.
fn path_of(reference: &Reference) -> Result<String, Fault> {
    let is_uuid = reference.as_str().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if is_uuid {
        Ok(format!("{CHARGES}/{reference}"))
    } else {
        Err(Fault::Refused("the reference is none of Inter's".into()))
    }
}

impl Inter {
    fn standing(&self, item: &Item) -> Result<Standing, Fault> {
        item.standing(self.session.account())
    }

    /// How a charge stands that Inter calls so.
    async fn called(&self, reference: &Reference) -> Result<Standing, Fault> {
        let path = path_of(reference)?;
        let answer = self.session.send(&Call::get(&path, &[])).await?;
        match answer.status {
            StatusCode::NOT_FOUND => Ok(Standing::Missing),
            status if status.is_success() => self.standing(&answer.json()?),
            _ => Err(refused(&answer)),
        }
    }

    /// The charge of a key, due up to a day or within two years of its invoice, which it cannot be
    /// due before. Were there ever two of one key, the one that was paid, or can be, is it.
    async fn find(&self, key: &ChargeKey, until: Option<Date>) -> Result<Option<Found>, Fault> {
        let number = own_number(key);
        let first = key.invoice.cycle;
        let last = days_after(first, SOUGHT_DAYS).max(until.unwrap_or(first));
        let query = [("filtrarDataPor", "VENCIMENTO"), ("seuNumero", number.as_str())];
        let mut items = self.page(first, last, &query, 0).await?.cobrancas;
        items.retain(|item| item.cobranca.seu_numero.as_deref() == Some(number.as_str()));
        let Some(item) = items.into_iter().min_by_key(|item| item.cobranca.situacao) else {
            return Ok(None);
        };
        let standing = self.standing(&item)?;
        Ok(Some(Found { reference: item.cobranca.codigo_solicitacao, standing }))
    }

    /// A page of the charges between two days, from 0.
    async fn page(
        &self,
        first: Date,
        last: Date,
        query: &[(&str, &str)],
        page: u32,
    ) -> Result<Page, Fault> {
        let (first, last, page) = (first.to_string(), last.to_string(), page.to_string());
        let mut all = vec![
            ("dataInicial", first.as_str()),
            ("dataFinal", last.as_str()),
            ("ordenarPor", "DATA_EMISSAO"),
            ("paginacao.itensPorPagina", ON_A_PAGE),
            ("paginacao.paginaAtual", page.as_str()),
        ];
        all.extend_from_slice(query);
        let answer = self.session.send(&Call::get(CHARGES, &all)).await?;
        if answer.status.is_success() { answer.json() } else { Err(refused(&answer)) }
    }

    /// Orders a charge.
    async fn issue(&self, key: &ChargeKey, issue: &Issue) -> Result<Found, Fault> {
        let answer = self.session.send(&Call::post(CHARGES, issue)?).await?;
        if answer.status.is_success() {
            let issued: Issued = answer.json()?;
            let reference = issued.codigo_solicitacao;
            return Ok(Found { reference, standing: Standing::InWork });
        }
        // Inter refuses the same a second time: somebody else may have come before us.
        self.find(key, Some(issue.due())).await?.ok_or_else(|| refused(&answer))
    }

    /// Waits a little for a charge to be issued.
    async fn awaited(&self, mut found: Found) -> Result<Standing, Fault> {
        for asked in 0..ASKED {
            // One that was just taken may not be there yet.
            if !matches!(found.standing, Standing::InWork | Standing::Missing) {
                return Ok(found.standing);
            }
            if asked > 0 && !self.pause.is_zero() {
                tokio::time::sleep(self.pause * 2_u32.pow(asked - 1)).await;
            }
            found.standing = self.called(&found.reference).await?;
        }
        Ok(found.standing)
    }
}

#[async_trait]
impl Gateway for Inter {
    fn serves(&self, rail: Rail) -> bool {
        rail == Rail::Boleto
    }

    fn amends(&self, _: Rail) -> bool {
        false
    }

    async fn register(&self, order: &Order) -> Result<Registered, Fault> {
        if !self.serves(order.key.rail) {
            return Err(Fault::Unsupported("register charges but boletos"));
        }
        let issue = Issue::of(order)?;
        let found = match self.find(&order.key, Some(issue.due())).await? {
            Some(found) => found,
            None => self.issue(&order.key, &issue).await?,
        };
        match self.awaited(found).await? {
            Standing::Registered { charge, .. } => Ok(charge),
            Standing::InWork | Standing::Missing => {
                Err(Fault::Unknown("Inter has taken it and has not issued it yet".into()))
            }
            Standing::Paid | Standing::Cancelled | Standing::Expired => {
                Err(Fault::Conflict("it was registered before, and can be paid no more".into()))
            }
        }
    }

    async fn amend(&self, _: &Order, _: Option<&Reference>) -> Result<Registered, Fault> {
        Err(Fault::Unsupported("amend charges"))
    }

    async fn cancel(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        let reference = match reference {
            Some(reference) => reference.clone(),
            None => match self.find(key, None).await? {
                Some(found) => found.reference,
                None => return Ok(Standing::Missing),
            },
        };
        let path = format!("{}/cancelar", path_of(&reference)?);
        let reason = json!({ "motivoCancelamento": "Cancelada pelo emissor" });
        let answer = self.session.send(&Call::post(&path, &reason)?).await?;
        match self.called(&reference).await? {
            // It is taken back after the order was taken, as it is issued.
            Standing::Registered { .. } if answer.status.is_success() => Ok(Standing::InWork),
            Standing::Registered { .. } => Err(refused(&answer)),
            standing => Ok(standing),
        }
    }

    async fn fetch(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        match reference {
            Some(reference) => self.called(reference).await,
            None => {
                Ok(self.find(key, None).await?.map_or(Standing::Missing, |found| found.standing))
            }
        }
    }

    async fn collect(&self, _: &Collection) -> Result<Collected, Fault> {
        Err(Fault::Unsupported("collect"))
    }

    async fn refund(&self, _: &RefundOrder) -> Result<Refunded, Fault> {
        Err(Fault::Unsupported("give back what was paid by boleto or by its Pix code"))
    }

    async fn enroll(&self, _: &Enrollment) -> Result<Enrolled, Fault> {
        Err(Fault::Unsupported("store methods"))
    }

    async fn revoke(&self, _: &PaymentMethod) -> Result<(), Fault> {
        Err(Fault::Unsupported("store methods"))
    }

    /// Inter's list knows days, not moments: all payments of the days that the moments touch.
    async fn history(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Notice>, Fault> {
        let (first, last) = (date_in_brasilia(from), date_in_brasilia(to));
        let query = [("filtrarDataPor", "PAGAMENTO"), ("situacao", "RECEBIDO")];
        let mut notices = Vec::new();
        for number in 0..MOST_PAGES {
            let page = self.page(first, last, &query, number).await?;
            let paid = |item: &Item| item.cobranca.situacao == Situation::Recebido;
            for item in page.cobrancas.into_iter().filter(paid) {
                notices.push(notices::listed(&self.code, item)?);
            }
            if number + 1 >= page.total_paginas {
                return Ok(notices);
            }
        }
        Err(Fault::Refused("its list is too long: ask for fewer days".into()))
    }

    fn verify<'a>(
        &self,
        request: &WebhookRequest<'a>,
        _: Timestamp,
    ) -> Result<Verified<'a>, Refused> {
        shared_token(request.parameter(TOKEN).as_deref(), request.body, &self.tokens)
    }

    fn read(&self, webhook: Verified<'_>) -> Result<Vec<Notice>, Unreadable> {
        notices::read(&self.code, webhook.bytes())
    }
}
