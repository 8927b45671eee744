//! Charges that payers pay: `cobv`, with a due date, and `cob`, for what is overdue. Both are known
//! by the same txid, of which a bank takes one only; so what kind a charge is, is asked.

use mensal_domain::{charge::ChargeKey, reference::Reference};
use reqwest::Method;
use serde_json::{Value, json};

use super::{
    Pix,
    problem::Said,
    requests,
    wire::{self, Status},
};
use crate::{
    gateway::{Fault, Order, Registered, Standing},
    pix::{BrCode, Charge, NewCode, Txid},
};

/// The two kinds of charges, by their paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Due,
    Immediate,
}

impl Kind {
    const BOTH: [Self; 2] = [Self::Due, Self::Immediate];

    fn path(self, txid: &Txid) -> String {
        match self {
            Self::Due => format!("cobv/{txid}"),
            Self::Immediate => format!("cob/{txid}"),
        }
    }
}

/// The txid of a charge: what the gateway calls it by, as far as that is known.
pub(super) fn txid_of(key: &ChargeKey, reference: Option<&Reference>) -> Txid {
    reference.and_then(|text| text.as_str().parse().ok()).unwrap_or_else(|| Txid::of(key))
}

impl Pix {
    pub(super) async fn register_charge(&self, order: &Order) -> Result<Registered, Fault> {
        let txid = Txid::of(&order.key);
        let overdue = order.terms.due < order.today;
        let (kind, body) = if overdue {
            // It may have been registered while it was not.
            if let Some((_, charge)) = self.find(&txid).await? {
                return self.registered_before(&order.key, &txid, &charge);
            }
            (Kind::Immediate, requests::immediate_charge(&self.settings, order)?)
        } else {
            (Kind::Due, requests::due_charge(&self.settings, order)?)
        };
        let refusal =
            match self.session.ask(Method::PUT, &kind.path(&txid), &[], Some(&body)).await? {
                Said::Done(answer) => return self.registered(&order.key, &txid, &answer.json()?),
                Said::Refused(fault) => fault,
                Said::Missing => Fault::Refused("it knows no charges of that kind".into()),
            };
        // Some banks say so of a txid that they have, some take it as a change.
        match self.find(&txid).await? {
            Some((_, charge)) => self.registered_before(&order.key, &txid, &charge),
            None => Err(refusal),
        }
    }

    pub(super) async fn amend_charge(
        &self,
        order: &Order,
        reference: Option<&Reference>,
    ) -> Result<Registered, Fault> {
        let txid = txid_of(&order.key, reference);
        let body = requests::due_charge(&self.settings, order)?;
        let refusal = match self.revise(Kind::Due, &txid, &body).await? {
            Said::Done(answer) => return self.registered(&order.key, &txid, &answer.json()?),
            Said::Refused(fault) => Some(fault),
            Said::Missing => None,
        };
        let none = || Fault::Conflict("there is no such charge".into());
        let (kind, charge) = self.find(&txid).await?.ok_or_else(none)?;
        if charge.status != Status::Active {
            return Err(Fault::Conflict("it can be paid no more".into()));
        }
        if kind == Kind::Due {
            return Err(refusal.unwrap_or_else(none));
        }
        let mut body = requests::immediate_charge(&self.settings, order)?;
        // Its life is counted from its creation.
        if let Some(created) = self.created(&charge) {
            body["calendario"]["expiracao"] = requests::lifetime(order, created).into();
        }
        match self.revise(kind, &txid, &body).await? {
            Said::Done(answer) => self.registered(&order.key, &txid, &answer.json()?),
            Said::Refused(fault) => Err(fault),
            Said::Missing => Err(none()),
        }
    }

    pub(super) async fn cancel_charge(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        let txid = txid_of(key, reference);
        let removed = json!({ "status": "REMOVIDA_PELO_USUARIO_RECEBEDOR" });
        for kind in Kind::BOTH {
            match self.revise(kind, &txid, &removed).await? {
                Said::Done(answer) => return self.standing(key, &txid, &answer.json()?),
                Said::Missing => {}
                // Paid or cancelled before, or it cannot be done.
                Said::Refused(fault) => {
                    let standing = self.fetch_charge(key, reference).await?;
                    let open = matches!(standing, Standing::Registered { .. });
                    return if open { Err(fault) } else { Ok(standing) };
                }
            }
        }
        Ok(Standing::Missing)
    }

    pub(super) async fn fetch_charge(
        &self,
        key: &ChargeKey,
        reference: Option<&Reference>,
    ) -> Result<Standing, Fault> {
        let txid = txid_of(key, reference);
        let Some((_, charge)) = self.find(&txid).await? else { return Ok(Standing::Missing) };
        self.standing(key, &txid, &charge)
    }

    /// Looks a charge up, of whichever kind it is.
    async fn find(&self, txid: &Txid) -> Result<Option<(Kind, wire::Charge)>, Fault> {
        for kind in Kind::BOTH {
            match self.session.ask(Method::GET, &kind.path(txid), &[], None).await? {
                Said::Done(answer) => return Ok(Some((kind, answer.json()?))),
                Said::Missing => {}
                Said::Refused(fault) => return Err(fault),
            }
        }
        Ok(None)
    }

    async fn revise(&self, kind: Kind, txid: &Txid, body: &Value) -> Result<Said, Fault> {
        self.session.ask(Method::PATCH, &kind.path(txid), &[], Some(body)).await
    }

    /// A charge that was there before: the same answer, as long as it can be paid.
    fn registered_before(
        &self,
        key: &ChargeKey,
        txid: &Txid,
        charge: &wire::Charge,
    ) -> Result<Registered, Fault> {
        if charge.status == Status::Active {
            return self.registered(key, txid, charge);
        }
        Err(Fault::Conflict("it was registered before, and can be paid no more".into()))
    }

    fn registered(
        &self,
        key: &ChargeKey,
        txid: &Txid,
        charge: &wire::Charge,
    ) -> Result<Registered, Fault> {
        let mut registered = Registered {
            reference: Some(txid.to_reference()),
            called_by_reference: txid.key().as_ref() != Some(key),
            ..Registered::default()
        };
        registered.codes.pix = Some(self.code(charge)?);
        Ok(registered)
    }

    /// The code that the payer scans: the bank's, or else one with the location that it names.
    fn code(&self, charge: &wire::Charge) -> Result<String, Fault> {
        if let Some(code) = &charge.code
            && BrCode::read(code).is_ok()
        {
            return Ok(code.clone());
        }
        let location = charge.loc.as_ref().and_then(|loc| loc.location.as_deref());
        let location = location.or(charge.location.as_deref());
        let none = || Fault::Unknown("it names no code to pay with".into());
        let url = without_scheme(location.ok_or_else(none)?);
        self.written(Charge::Dynamic { url }, None)
    }

    /// A code of our own.
    pub(super) fn written(
        &self,
        charge: Charge,
        recurrence_url: Option<String>,
    ) -> Result<String, Fault> {
        let code = NewCode {
            charge,
            recurrence_url,
            name: self.settings.merchant_name.clone(),
            city: self.settings.merchant_city.clone(),
        };
        code.write().map_err(|why| Fault::Refused(format!("no Pix code can be written: {why}")))
    }

    /// How a charge stands. One whose days are over is still active at the bank, which takes no
    /// money for it: whoever asks knows its days.
    fn standing(
        &self,
        key: &ChargeKey,
        txid: &Txid,
        charge: &wire::Charge,
    ) -> Result<Standing, Fault> {
        Ok(match charge.status {
            Status::Active => Standing::Registered {
                charge: self.registered(key, txid, charge)?,
                amount: charge.valor.original.0,
                due: charge.calendario.as_ref().and_then(|calendar| calendar.due),
            },
            Status::Done => Standing::Paid,
            Status::RemovedByUs => Standing::Cancelled,
            // The bank has taken it away; it would do so again with another one.
            Status::RemovedByBank => Standing::Expired,
            Status::Other => Standing::InWork,
        })
    }

    /// The day on which a charge was created, in Brasília.
    fn created(&self, charge: &wire::Charge) -> Option<jiff::civil::Date> {
        let at = charge.calendario.as_ref()?.criacao.as_deref()?;
        Some(self.reader.day(at.parse().ok()?))
    }
}

/// A location as a code has it: without `https://`, which some banks answer.
pub(super) fn without_scheme(location: &str) -> String {
    location.trim().trim_start_matches("https://").to_owned()
}
