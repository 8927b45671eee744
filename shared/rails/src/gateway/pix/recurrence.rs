//! Recurrences of Pix Automático: the payer's right to be collected from, asked for by a code.
//!
//! The code bears the recurrence alone (the API's second journey): scanned, the payer's bank shows
//! what is to be authorised. The first journey, by which a bank asks its customer unscanned
//! (`solicrec`), needs the payer's account, which nobody tells us.

use jiff::{Span, civil::Date, tz::TimeZone};
use mensal_domain::{method::PaymentMethod, reference::Reference};
use reqwest::Method;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use super::{
    Pix,
    charge::without_scheme,
    collection::recurrence_of,
    config::Automatic,
    problem::Said,
    requests::{cut, person},
    wire::{Location, Recurrence, RecurrenceStatus},
};
use crate::{
    gateway::{Enrolled, Enrollment, Fault},
    pix::Charge,
};

/// Letters of a name, of the subject and of our own number.
const LONGEST_NAME: usize = 140;
const LONGEST_SUBJECT: usize = 35;
const LONGEST_NUMBER: usize = 35;
/// A recurrence is created on or before its first day, and at most so many days before.
const DAYS_BEFORE: i64 = 120;

impl Pix {
    pub(super) async fn enroll_payer(&self, order: &Enrollment) -> Result<Enrolled, Fault> {
        let automatic = self.automatic()?;
        let payer = person(&order.payer, LONGEST_NAME)?;
        let number = number(order);
        // The API has no key for what it creates: ours is the number, and what bears it is it.
        if let Some(before) = self.enrolled_before(&payer, &number, order.starts_on).await? {
            return self.enrolled(before).await;
        }
        let location: Location = match self.session.ask(Method::POST, "locrec", &[], None).await? {
            Said::Done(answer) => answer.json()?,
            Said::Refused(fault) => return Err(fault),
            Said::Missing => return Err(Fault::Refused("it has no locations".into())),
        };
        let none = || Fault::Unknown("it names no location".into());
        let body = told(automatic, order, &payer, &number, location.id.ok_or_else(none)?);
        match self.session.ask(Method::POST, "rec", &[], Some(&body)).await? {
            Said::Done(answer) => self.enrolled(answer.json()?).await,
            Said::Refused(fault) => Err(fault),
            Said::Missing => Err(Fault::Refused("it has no recurrences".into())),
        }
    }

    /// The recurrence that bears our number, if one that may be authorised, or is, was created
    /// before.
    async fn enrolled_before(
        &self,
        payer: &Map<String, Value>,
        number: &str,
        starts_on: Date,
    ) -> Result<Option<Recurrence>, Fault> {
        let midnight = |day: Date| {
            let at = day.to_zoned(TimeZone::UTC).map(|at| at.timestamp().to_string());
            at.map_err(|_| Fault::Refused("its first day is out of the calendar".into()))
        };
        let from = midnight(starts_on.saturating_sub(Span::new().days(DAYS_BEFORE)))?;
        let to = midnight(starts_on.saturating_add(Span::new().days(2)))?;
        let mut query = vec![("inicio", from.as_str()), ("fim", to.as_str())];
        for kind in ["cpf", "cnpj"] {
            query.extend(payer.get(kind).and_then(Value::as_str).map(|own| (kind, own)));
        }
        let pages = self.session.pages("rec", &query).await?;
        let all = pages.into_iter().flat_map(|page| page.recs.unwrap_or_default());
        let open = |one: &Recurrence| {
            let bears = one.vinculo.as_ref().and_then(|bond| bond.contrato.as_deref());
            let open = [RecurrenceStatus::Created, RecurrenceStatus::Approved];
            bears == Some(number) && open.contains(&one.status)
        };
        Ok(all.into_iter().find(open))
    }

    /// What the payer needs to authorise; nothing any more once they have.
    async fn enrolled(&self, recurrence: Recurrence) -> Result<Enrolled, Fault> {
        let mut enrolled =
            Enrolled { reference: Some(recurrence.id.clone()), ..Enrolled::default() };
        if recurrence.status != RecurrenceStatus::Approved {
            enrolled.pix = Some(match self.code_of(&recurrence)? {
                Some(code) => code,
                None => self.code_asked_for(&recurrence.id).await?,
            });
        }
        Ok(enrolled)
    }

    /// The code of a recurrence, where it is said: the bank's, or ours with its location.
    fn code_of(&self, recurrence: &Recurrence) -> Result<Option<String>, Fault> {
        if let Some(code) = recurrence.code.as_ref().and_then(|data| data.text.clone()) {
            return Ok(Some(code));
        }
        let location = recurrence.loc.as_ref().and_then(|loc| loc.location.as_deref());
        let code = location.map(|url| self.written(Charge::Nothing, Some(without_scheme(url))));
        code.transpose()
    }

    /// Some banks tell the code only when they are asked for the recurrence.
    async fn code_asked_for(&self, id: &Reference) -> Result<String, Fault> {
        let recurrence = self.recurrence(&recurrence_of(Some(id))?).await?;
        let code = recurrence.map(|one| self.code_of(&one)).transpose()?.flatten();
        code.ok_or_else(|| Fault::Unknown("it names no code to authorise with".into()))
    }

    async fn recurrence(&self, id: &str) -> Result<Option<Recurrence>, Fault> {
        match self.session.ask(Method::GET, &format!("rec/{id}"), &[], None).await? {
            Said::Done(answer) => answer.json().map(Some),
            Said::Missing => Ok(None),
            Said::Refused(fault) => Err(fault),
        }
    }

    pub(super) async fn revoke_method(&self, method: &PaymentMethod) -> Result<(), Fault> {
        self.automatic()?;
        let id = recurrence_of(method.token.as_ref())?;
        let body = json!({ "status": "CANCELADA" });
        let path = format!("rec/{id}");
        let refusal = match self.session.ask(Method::PATCH, &path, &[], Some(&body)).await? {
            Said::Done(answer) => return answer.json::<Recurrence>().map(|_| ()),
            Said::Refused(fault) => fault,
            Said::Missing => return Ok(()),
        };
        // Ended before: that is what was wanted.
        let over =
            [RecurrenceStatus::Cancelled, RecurrenceStatus::Rejected, RecurrenceStatus::Expired];
        match self.recurrence(&id).await? {
            Some(found) if over.contains(&found.status) => Ok(()),
            _ => Err(refusal),
        }
    }
}

/// Our number of a method, which the payer reads as that of the contract: `1042/1`, or a hash
/// where that is too long.
fn number(order: &Enrollment) -> String {
    let plain = format!("{}/{}", order.account, order.method);
    if plain.len() <= LONGEST_NUMBER {
        return plain;
    }
    let hash = digest(&SHA256, plain.as_bytes());
    hex::encode(&hash.as_ref()[..16])
}

/// What the bank is told of a recurrence. The amount varies; how much is allowed is for the payer
/// to say at their bank, so that no limit of ours is told.
fn told(
    automatic: &Automatic,
    order: &Enrollment,
    payer: &Map<String, Value>,
    number: &str,
    location: i64,
) -> Value {
    let mut body = json!({
        "vinculo": {
            "contrato": number,
            "objeto": cut(&automatic.subject, LONGEST_SUBJECT),
            "devedor": payer,
        },
        "calendario": {
            "dataInicial": order.starts_on.to_string(),
            "periodicidade": automatic.every,
        },
        "politicaRetentativa": automatic.retries,
        "loc": location,
    });
    if let Some(agreement) = &automatic.agreement {
        body["recebedor"] = json!({ "convenio": agreement });
    }
    body
}
