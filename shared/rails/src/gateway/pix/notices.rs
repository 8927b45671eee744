//! What a bank tells of money and recurrences, in words of the domain: the same whether a webhook
//! or a list has told it.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use mensal_domain::{
    calendar::business_date,
    ids::GatewayCode,
    money::{Currency, Money},
    payment::{
        About, Advice, Fact, Failed, MethodChange, MethodNews, Notice, Receipt, Return, ReturnKind,
    },
    rail::Rail,
};
use serde_json::Value;

use super::wire::{
    AttemptStatus, Collection, CollectionStatus, Pix, Recurrence, RecurrenceStatus, ReturnStatus,
    Told,
};
use crate::{
    gateway::{Unreadable, shown::can_be_shown},
    pix::Txid,
};

/// The place whose days count for Pix.
const PLACE: &str = "America/Sao_Paulo";
/// What is shown of a recurrence.
const LABEL: &str = "Pix Automático";
/// Who has cancelled what we have cancelled ourselves.
const US: [&str; 2] = ["USUARIO_RECEBEDOR", "PSP_RECEBEDOR"];
/// The longest code of a bank; those of the Central Bank have four characters.
const LONGEST_CODE: usize = 12;

/// Reads what a bank tells.
#[derive(Debug)]
pub(super) struct Reader {
    gateway: GatewayCode,
    key: String,
    zone: TimeZone,
}

/// Something that is told, and when it happened.
pub(super) struct Dated {
    pub(super) at: When,
    pub(super) notice: Notice,
}

/// A moment or, of collections, a day.
#[derive(Clone, Copy)]
pub(super) enum When {
    At(Timestamp),
    On(Date),
}

impl Reader {
    pub(super) fn new(gateway: GatewayCode, key: &str) -> Self {
        // Three hours behind, where there is no database: Brasília has had no summer time since 2019.
        let fixed = TimeZone::fixed(jiff::tz::offset(-3));
        let zone = TimeZone::get(PLACE).unwrap_or(fixed);
        Self { gateway, key: key.to_owned(), zone }
    }

    /// The day of a moment, in Brasília.
    pub(super) fn day(&self, at: Timestamp) -> Date {
        business_date(at, &self.zone)
    }

    /// All that is told.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub(super) fn all(&self, told: &Told) -> Result<Vec<Dated>, Unreadable> {
        let mut notices = Vec::new();
        for (index, value) in told.pix.iter().flatten().enumerate() {
            if let Some(pix) = money(value, index)? {
                notices.extend(self.pix(&pix, Rail::Pix)?);
            }
        }
        for collection in told.cobsr.iter().flatten() {
            notices.extend(self.collection(collection)?);
        }
        for recurrence in told.recs.iter().flatten() {
            notices.extend(self.recurrence(recurrence));
        }
        Ok(notices)
    }

    fn dated(&self, at: When, fact: Fact) -> Dated {
        Dated { at, notice: Notice { gateway: self.gateway.clone(), fact } }
    }

    /// Money, and what of it was given back; nothing if it was paid to somebody else's key.
    fn pix(&self, pix: &Pix, rail: Rail) -> Result<Vec<Dated>, Unreadable> {
        let ours = |key: &String| key.trim().eq_ignore_ascii_case(self.key.trim());
        if !pix.chave.as_ref().is_none_or(ours) {
            return Ok(Vec::new());
        }
        let receipt = self.receipt(pix, rail)?;
        let about = receipt.about.clone();
        let mut notices = vec![self.dated(When::At(pix.horario), Fact::Received(receipt))];
        for one in pix.devolucoes.iter().flatten() {
            let by_a_bank = one.natureza.as_deref().is_some_and(|why| why.starts_with("MED_"));
            let kind = match (one.status, by_a_bank) {
                (ReturnStatus::Done, false) => ReturnKind::Refund,
                // The special return mechanism: for fraud, and for mistakes of banks.
                (ReturnStatus::Done, true) => ReturnKind::Reversal,
                (ReturnStatus::Failed, false) => ReturnKind::RefundFailed,
                // Nothing has become of it yet, or nothing at all.
                _ => continue,
            };
            let times = one.horario.as_ref();
            let at = times.and_then(|times| times.liquidacao.or(times.solicitacao));
            let at = at.unwrap_or(pix.horario);
            let back = Return {
                money: pix.id.clone(),
                id: one.id.clone(),
                about: about.clone(),
                kind,
                amount: above_zero(one.valor.0)?,
                on: self.day(at),
            };
            notices.push(self.dated(When::At(at), Fact::Returned(back)));
        }
        Ok(notices)
    }

    /// Money that came in.
    pub(super) fn receipt(&self, pix: &Pix, rail: Rail) -> Result<Receipt, Unreadable> {
        let txid = pix.txid.as_deref().and_then(|text| text.parse::<Txid>().ok());
        let about = match (&txid, &pix.txid) {
            (Some(txid), _) => {
                txid.key().map_or(About::Reference(txid.to_reference()), About::Charge)
            }
            // Of a static code: up to 25 letters and digits, which we have not made.
            (None, Some(text)) => text.parse().map_or(About::Nothing, About::Reference),
            (None, None) => About::Nothing,
        };
        let automatic = txid.and_then(|txid| txid.rail()) == Some(Rail::PixAutomatico);
        let late = pix.parts.as_ref().map(|parts| {
            let parts = [&parts.multa, &parts.juros].into_iter().flatten().map(|part| part.valor.0);
            Money::sum(Currency::BRL, parts)
        });
        let late = late
            .transpose()
            .map_err(|_| Unreadable("fine and interest add up to too much".into()))?;
        let amount = above_zero(pix.valor.0)?;
        Ok(Receipt {
            money: pix.id.clone(),
            about,
            rail: if automatic { Rail::PixAutomatico } else { rail },
            amount,
            // What is added is a part of the money: all of it, or more, says nothing.
            late: late.filter(|late| *late < amount),
            paid_on: self.day(pix.horario),
            recalled_by_name: false,
        })
    }

    /// A collection: the money, and each try that has failed.
    fn collection(&self, collection: &Collection) -> Result<Vec<Dated>, Unreadable> {
        let mut notices = Vec::new();
        for pix in collection.pix.iter().flatten() {
            notices.extend(self.pix(pix, Rail::PixAutomatico)?);
        }
        let failures = self.failures(collection)?;
        notices.extend(
            failures.into_iter().map(|one| self.dated(When::On(one.on), Fact::NotCollected(one))),
        );
        Ok(notices)
    }

    /// The tries of a collection that have failed; where it ended before any, its end.
    pub(super) fn failures(&self, collection: &Collection) -> Result<Vec<Failed>, Unreadable> {
        let txid: Txid = collection
            .txid
            .parse()
            .map_err(|_| Unreadable("the txid of a collection is none".into()))?;
        let about = txid.key().map_or(About::Reference(txid.to_reference()), About::Charge);
        let failed = |code: String, advice, on| Failed { about: about.clone(), code, advice, on };
        let mut failures = Vec::new();
        for attempt in collection.tentativas.iter().flatten() {
            let ended = match attempt.status {
                AttemptStatus::Rejected => "REJEITADA",
                AttemptStatus::Expired => "EXPIRADA",
                _ => continue,
            };
            let code = coded(attempt.rejeicao.as_ref().map(|reason| &*reason.codigo), ended);
            let advice = advice(&code);
            failures.push(failed(code, advice, attempt.on));
        }
        if failures.is_empty()
            && let Some((code, advice)) = ended(collection)
        {
            failures.push(failed(code, advice, self.last_day(collection)?));
        }
        Ok(failures)
    }

    /// The day of the last that has happened to a collection.
    fn last_day(&self, collection: &Collection) -> Result<Date, Unreadable> {
        let updates = collection.atualizacao.iter().flatten().map(|update| update.data);
        let day = updates.max().map(|at| self.day(at));
        let due = collection.calendario.as_ref().and_then(|calendar| calendar.due);
        day.or(due).ok_or_else(|| Unreadable("a collection has no day".into()))
    }

    /// What has become of a recurrence; nothing while the payer has not answered.
    fn recurrence(&self, recurrence: &Recurrence) -> Option<Dated> {
        let change = match recurrence.status {
            RecurrenceStatus::Approved => MethodChange::Active {
                rail: Rail::PixAutomatico,
                label: LABEL.into(),
                expires: None,
            },
            RecurrenceStatus::Rejected | RecurrenceStatus::Cancelled => MethodChange::Revoked,
            RecurrenceStatus::Expired => MethodChange::Expired,
            RecurrenceStatus::Created | RecurrenceStatus::Other => return None,
        };
        let news = MethodNews {
            about: About::Reference(recurrence.id.clone()),
            method: None,
            token: recurrence.id.clone(),
            change,
        };
        // Webhooks alone tell of these, so that nobody asks when.
        Some(self.dated(When::At(Timestamp::UNIX_EPOCH), Fact::Method(news)))
    }
}

/// Money in a list; none if it is money that was sent: Efí tells of that in the same list, with a
/// `tipo`, and with our own key.
fn money(value: &Value, index: usize) -> Result<Option<Pix>, Unreadable> {
    if value.get("tipo").is_some() {
        return Ok(None);
    }
    let read = Pix::deserialize_from(value);
    read.map(Some).ok_or_else(|| Unreadable(format!("the Pix at place {index} cannot be read")))
}

impl Pix {
    fn deserialize_from(value: &Value) -> Option<Self> {
        serde::Deserialize::deserialize(value).ok()
    }
}

fn above_zero(amount: Money) -> Result<Money, Unreadable> {
    if amount.is_positive() { Ok(amount) } else { Err(Unreadable("an amount is zero".into())) }
}

/// What a bank gives as the code of an end; how it ended, if that is none.
fn coded(code: Option<&str>, ended: &str) -> String {
    let is_code = |code: &&str| code.chars().count() <= LONGEST_CODE && can_be_shown(code);
    code.filter(is_code).unwrap_or(ended).to_owned()
}

/// Why a collection ended without money, by others than us: a code, and what to do.
fn ended(collection: &Collection) -> Option<(String, Advice)> {
    let end = collection.encerramento.as_ref();
    let rejected = end.and_then(|end| end.rejeicao.as_ref()).map(|reason| &*reason.codigo);
    let advised = |ended| {
        let code = coded(rejected, ended);
        let advice = advice(&code);
        Some((code, advice))
    };
    match collection.status {
        CollectionStatus::Rejected => advised("REJEITADA"),
        CollectionStatus::Expired => advised("EXPIRADA"),
        CollectionStatus::Cancelled => {
            let cancelled = end.and_then(|end| end.cancelamento.as_ref())?;
            let by = cancelled.solicitante.as_deref()?;
            let code = coded(cancelled.codigo.as_deref(), "CANCELADA");
            (!US.contains(&by)).then_some((code, Advice::AskCustomer))
        }
        _ => None,
    }
}

/// What a code of the Central Bank's catalogue of messages means for trying again.
fn advice(code: &str) -> Advice {
    match code {
        // The account is closed; the authorisation is another person's.
        "AC05" | "DENC" => Advice::NeverAgain,
        // The account is blocked; it is more than the payer allows; and those after which, as the
        // API has it, the collection as a whole is rejected: as ordered it never goes through.
        "AC06" | "AM02" | "AM09" | "DS27" | "DTED" | "MIDI" | "MSUC" | "NITX" | "RC09" => {
            Advice::AskCustomer
        }
        // No funds until nine in the evening, an error on the way.
        _ => Advice::RetryLater,
    }
}
