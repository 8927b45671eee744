//! The BR Code of the Central Bank.

use mensal_domain::money::{Currency, Money};
use rust_decimal::Decimal;
use serde::Serialize;

use super::{
    text::plain,
    tlv::{self, Object, TlvError},
};

/// The name of Pix among payment systems.
const PIX: &str = "br.gov.bcb.pix";
/// The currency of every BR Code of Pix: the real, by its number in ISO 4217.
const REAL: &str = "986";
/// A txid that is not given.
const NO_TXID: &str = "***";

/// So many characters of what is wrong are repeated: as many as an object can have.
const LONGEST_QUOTED: usize = 99;

/// Ids of objects.
mod id {
    pub(super) const FORMAT: u8 = 0;
    pub(super) const INITIATION: u8 = 1;
    pub(super) const MERCHANT_ACCOUNTS: std::ops::RangeInclusive<u8> = 26..=51;
    pub(super) const CATEGORY: u8 = 52;
    pub(super) const CURRENCY: u8 = 53;
    pub(super) const AMOUNT: u8 = 54;
    pub(super) const COUNTRY: u8 = 58;
    pub(super) const NAME: u8 = 59;
    pub(super) const CITY: u8 = 60;
    pub(super) const POSTAL_CODE: u8 = 61;
    pub(super) const ADDITIONAL: u8 = 62;
    pub(super) const UNRESERVED: std::ops::RangeInclusive<u8> = 80..=99;
}

/// Ids within a template.
mod within {
    pub(super) const NAME: u8 = 0;
    pub(super) const KEY: u8 = 1;
    pub(super) const DESCRIPTION: u8 = 2;
    pub(super) const URL: u8 = 25;
    pub(super) const TXID: u8 = 5;
}

/// What a code is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A key, and perhaps an amount: anybody pays as often as they like.
    Static,
    /// A location, where the bank of the payer reads the charge.
    Dynamic,
    /// A recurrence of Pix Automático alone, to be authorised.
    Recurrence,
    /// A key, and a recurrence.
    StaticWithRecurrence,
    /// A location, and a recurrence: pay now, and authorise what follows.
    DynamicWithRecurrence,
    /// A code of another payment system.
    Other,
}

/// What a code says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BrCode {
    /// What it is for.
    pub kind: Kind,
    /// Whether it is to be paid once only.
    pub once: bool,
    /// The key of whoever is paid, of a static code.
    pub key: Option<String>,
    /// What the payer reads, of a static code.
    pub description: Option<String>,
    /// Where the charge is, of a dynamic code; without `https://`.
    pub url: Option<String>,
    /// Where the recurrence is; without `https://`.
    pub recurrence_url: Option<String>,
    /// How much, if the code says so.
    pub amount: Option<Decimal>,
    /// The currency by its number in ISO 4217: 986 is the real.
    pub currency: String,
    /// The country of whoever is paid.
    pub country: String,
    /// The name of whoever is paid.
    pub merchant_name: String,
    /// Their city.
    pub merchant_city: String,
    /// Their postal code.
    pub postal_code: Option<String>,
    /// The category of their trade (ISO 18245); 0000 if not given.
    pub merchant_category: String,
    /// The transaction id, if one is given.
    pub txid: Option<String>,
}

/// Why a text is no BR Code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BrCodeError {
    /// It is no EMV code.
    #[error(transparent)]
    Code(#[from] TlvError),
    /// An object that each code has is not there.
    #[error("object {0:02} ({1}) is missing")]
    Missing(u8, &'static str),
    /// An object does not say what it should.
    #[error("object {id:02} ({what}) is `{}`: {right}", .found.replace(char::is_control, "?"))]
    Wrong {
        /// Which object.
        id: u8,
        /// What it is for.
        what: &'static str,
        /// What it says.
        found: String,
        /// What would be right.
        right: &'static str,
    },
}

impl BrCode {
    /// Reads a code. One of another payment system is read as far as all have the same objects.
    ///
    /// # Errors
    /// [`BrCodeError`].
    pub fn read(code: &str) -> Result<Self, BrCodeError> {
        let objects = tlv::read(code.trim())?;
        let get = |id: u8| objects.iter().find(|object| object.id == id).map(|o| o.value.clone());
        let must = |id, what| get(id).ok_or(BrCodeError::Missing(id, what));
        let once = match get(id::INITIATION).as_deref() {
            None | Some("11") => false,
            Some("12") => true,
            Some(found) => {
                return Err(wrong(id::INITIATION, "how often", found, "11 is often, 12 is once"));
            }
        };
        let account = template(&objects, &id::MERCHANT_ACCOUNTS)?;
        let recurrence = template(&objects, &id::UNRESERVED)?;
        let of = |parts: &Option<Vec<Object>>, id: u8| {
            let parts = parts.as_ref()?;
            parts.iter().find(|part| part.id == id).map(|part| part.value.clone())
        };
        let (key, url) = (of(&account, within::KEY), of(&account, within::URL));
        let recurrence_url = of(&recurrence, within::URL).or_else(|| of(&recurrence, within::KEY));
        let kind = match (&account, &key, &url, &recurrence_url) {
            (Some(_), Some(_), None, None) => Kind::Static,
            (Some(_), None, Some(_), None) => Kind::Dynamic,
            (Some(_), None, None, Some(_)) => Kind::Recurrence,
            (Some(_), Some(_), None, Some(_)) => Kind::StaticWithRecurrence,
            (Some(_), None, Some(_), Some(_)) => Kind::DynamicWithRecurrence,
            (Some(_), Some(_), Some(url), _) => {
                let right = "a key and a location exclude each other";
                return Err(wrong(26, "Pix", url, right));
            }
            (Some(_), None, None, None) => {
                let right = "it has neither a key nor a location nor a recurrence";
                return Err(wrong(26, "Pix", PIX, right));
            }
            (None, ..) => Kind::Other,
        };
        let additional = get(id::ADDITIONAL).map(|value| tlv::parts(&value)).transpose()?;
        let txid = of(&additional, within::TXID).filter(|text| text != NO_TXID);
        let currency = must(id::CURRENCY, "currency")?;
        if kind != Kind::Other && currency != REAL {
            return Err(wrong(id::CURRENCY, "currency", &currency, "Pix is in reais, 986"));
        }
        // The scheme asks for both; codes of other systems leave them out now and then.
        let named = |id, what| match kind {
            Kind::Other => Ok(get(id).unwrap_or_default()),
            _ => must(id, what),
        };
        Ok(Self {
            kind,
            once,
            key,
            description: of(&account, within::DESCRIPTION),
            url,
            recurrence_url,
            amount: get(id::AMOUNT).map(|text| amount(&text)).transpose()?,
            currency,
            country: must(id::COUNTRY, "country")?,
            merchant_name: named(id::NAME, "name")?,
            merchant_city: named(id::CITY, "city")?,
            postal_code: get(id::POSTAL_CODE),
            merchant_category: get(id::CATEGORY).unwrap_or_else(|| "0000".into()),
            txid,
        })
    }
}

/// The parts of the one template, of those in a range, that is Pix's.
fn template(
    objects: &[Object],
    range: &std::ops::RangeInclusive<u8>,
) -> Result<Option<Vec<Object>>, BrCodeError> {
    for object in objects.iter().filter(|object| range.contains(&object.id)) {
        let parts = tlv::parts(&object.value)?;
        let name = parts.iter().find(|part| part.id == within::NAME);
        if name.is_some_and(|name| name.value.eq_ignore_ascii_case(PIX)) {
            return Ok(Some(parts));
        }
    }
    Ok(None)
}

fn amount(text: &str) -> Result<Decimal, BrCodeError> {
    let right = "an amount is of digits, with at most one dot and two decimals: 123.45";
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '.') && text.len() <= 13;
    match text.parse::<Decimal>() {
        Ok(amount) if plain && amount.scale() <= 2 => Ok(amount),
        _ => Err(wrong(id::AMOUNT, "amount", text, right)),
    }
}

fn wrong(id: u8, what: &'static str, found: &str, right: &'static str) -> BrCodeError {
    BrCodeError::Wrong { id, what, found: found.chars().take(LONGEST_QUOTED).collect(), right }
}

/// What a code of ours asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Charge {
    /// To pay to a key.
    Static {
        /// The key.
        key: String,
        /// What the payer reads.
        description: Option<String>,
        /// How much; the payer says if there is none.
        amount: Option<Money>,
        /// The transaction id, at most 25 letters and digits.
        txid: Option<String>,
    },
    /// To pay the charge at a location, without `https://`.
    Dynamic {
        /// The location, as the bank has answered it.
        url: String,
    },
    /// Nothing to pay: only a recurrence to authorise.
    Nothing,
}

/// A code of ours, to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCode {
    /// What it asks for.
    pub charge: Charge,
    /// The location of the recurrence to be authorised with it, without `https://`.
    pub recurrence_url: Option<String>,
    /// The name of whoever is paid; written in plain letters, at most 25.
    pub name: String,
    /// Their city; at most 15.
    pub city: String,
}

impl NewCode {
    /// Writes the code.
    ///
    /// # Errors
    /// [`BrCodeError`] for what a code cannot say: an amount of another currency or of none, a
    /// reference that is none, a key or a location that is empty, too long or not of visible ASCII
    /// characters, nothing at all.
    pub fn write(&self) -> Result<String, BrCodeError> {
        let object = |id, value: &str| Object { id, value: value.to_owned() };
        let mut account = vec![object(within::NAME, PIX)];
        let mut txid = NO_TXID;
        let mut objects = vec![object(id::FORMAT, "01")];
        let mut sum = None;
        match &self.charge {
            Charge::Static { key, description, amount, txid: own } => {
                account.push(object(within::KEY, visible(key)?));
                let shown = description.as_deref().map(|text| plain(text, 72));
                if let Some(text) = shown.filter(|text| !text.is_empty()) {
                    account.push(object(within::DESCRIPTION, &text));
                }
                sum = amount.map(in_reais).transpose()?;
                if let Some(own) = own {
                    txid = is_txid(own)?;
                }
            }
            Charge::Dynamic { url } => {
                objects.push(object(id::INITIATION, "12"));
                account.push(object(within::URL, visible(url)?));
            }
            Charge::Nothing if self.recurrence_url.is_some() => {}
            Charge::Nothing => {
                return Err(wrong(26, "Pix", "nothing", "name a key, a location or a recurrence"));
            }
        }
        objects.push(object(26, &tlv::join(&account)?));
        objects.push(object(id::CATEGORY, "0000"));
        objects.push(object(id::CURRENCY, REAL));
        if let Some(sum) = sum {
            objects.push(object(id::AMOUNT, &sum));
        }
        objects.push(object(id::COUNTRY, "BR"));
        objects.push(object(id::NAME, &named(&self.name, 25, id::NAME, "name")?));
        objects.push(object(id::CITY, &named(&self.city, 15, id::CITY, "city")?));
        let additional = [object(within::TXID, txid)];
        objects.push(object(id::ADDITIONAL, &tlv::join(&additional)?));
        if let Some(url) = &self.recurrence_url {
            let parts = [object(within::NAME, PIX), object(within::URL, visible(url)?)];
            objects.push(object(80, &tlv::join(&parts)?));
        }
        Ok(tlv::write(&objects)?)
    }
}

fn in_reais(amount: Money) -> Result<String, BrCodeError> {
    let text = amount.amount().to_string();
    if amount.currency() == Currency::BRL && amount.is_positive() && text.len() <= 13 {
        return Ok(text);
    }
    Err(wrong(id::AMOUNT, "amount", &amount.to_string(), "an amount above zero in reais"))
}

/// A key or a location. Banks' readers count the length of other letters each in their own way,
/// and would read another key.
fn visible(text: &str) -> Result<&str, BrCodeError> {
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let right = "a key and a location are of visible ASCII characters";
    if fits { Ok(text) } else { Err(wrong(26, "Pix", text, right)) }
}

fn is_txid(text: &str) -> Result<&str, BrCodeError> {
    let fits = (1..=25).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric());
    let right = "a txid has 1 to 25 letters and digits";
    if fits { Ok(text) } else { Err(wrong(id::ADDITIONAL, "txid", text, right)) }
}

fn named(text: &str, longest: usize, id: u8, what: &'static str) -> Result<String, BrCodeError> {
    let written = plain(text, longest);
    if written.is_empty() {
        return Err(wrong(id, what, text, "it has no letter that a code can carry"));
    }
    Ok(written)
}
