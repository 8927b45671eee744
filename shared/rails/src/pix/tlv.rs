//! EMV codes: objects of id, length and value, and the checksum that closes them.

use std::fmt::Write;

use crc::{CRC_16_IBM_3740, Crc};

/// The checksum: CRC-16 with polynomial 0x1021 and initial value 0xFFFF (`EMVCo` QRCPS-MPM 4.7.3).
const CHECKSUM: Crc<u16> = Crc::<u16>::new(&CRC_16_IBM_3740);
/// The longest code that `EMVCo` allows.
const LONGEST: usize = 512;
/// How a code begins: payload format 01.
const BEGIN: &str = "000201";
/// The object of the checksum.
const CHECKSUM_OBJECT: u8 = 63;
/// The same, before its value.
const CHECKSUM_ID: &str = "6304";

/// An object: its id, 0 to 99, and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// What it is.
    pub id: u8,
    /// What it says.
    pub value: String,
}

/// Why a text is no EMV code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    /// It does not begin as one.
    #[error("a code begins with 000201")]
    Begin,
    /// Longer than any.
    #[error("{0} characters: a code has at most {LONGEST}")]
    TooLong(usize),
    /// An id or a length is not of two digits.
    #[error("at place {at}: `{}` is no {what} of two digits", .found.replace(char::is_control, "?"))]
    NotTwoDigits {
        /// `id` or `length`.
        what: &'static str,
        /// What stands there.
        found: String,
        /// Where, from 1.
        at: usize,
    },
    /// A value is shorter than its length says.
    #[error(
        "object {id:02} at place {at} has {found} characters left of the {length} it announces"
    )]
    Short {
        /// Which object.
        id: u8,
        /// Where it begins, from 1.
        at: usize,
        /// How long it says that it is.
        length: usize,
        /// So many characters are left.
        found: usize,
    },
    /// An object that is there twice.
    #[error("object {0:02} stands there twice")]
    Twice(u8),
    /// It does not end with a checksum.
    #[error("a code ends with 6304 and a checksum of four digits from 0 to F")]
    NoChecksum,
    /// The checksum is not that of what stands before it.
    #[error(
        "the checksum is {found}, and that of what stands before it {right}: a character is wrong"
    )]
    Checksum {
        /// As it stands there.
        found: String,
        /// As it would be right.
        right: String,
    },
    /// A value too long to be written.
    #[error("the value of object {0:02} has more than 99 characters")]
    LongValue(u8),
}

/// The checksum of a text, as it is written.
#[must_use]
pub fn checksum(text: &str) -> String {
    format!("{:04X}", CHECKSUM.checksum(text.as_bytes()))
}

/// The objects of a code, in their order, without the checksum.
///
/// # Errors
/// [`TlvError`], in this order: what is no code at all, a wrong checksum, broken objects.
pub fn read(code: &str) -> Result<Vec<Object>, TlvError> {
    let length = code.chars().count();
    if length > LONGEST {
        return Err(TlvError::TooLong(length));
    }
    if !code.starts_with(BEGIN) {
        return Err(TlvError::Begin);
    }
    let (body, found) = code
        .char_indices()
        .rev()
        .nth(3)
        .and_then(|(at, _)| code.split_at_checked(at))
        .filter(|(body, found)| {
            body.ends_with(CHECKSUM_ID) && found.chars().all(|c| c.is_ascii_hexdigit())
        })
        .ok_or(TlvError::NoChecksum)?;
    let right = checksum(body);
    if !found.eq_ignore_ascii_case(&right) {
        return Err(TlvError::Checksum { found: found.to_owned(), right });
    }
    let objects = parts(body.strip_suffix(CHECKSUM_ID).ok_or(TlvError::NoChecksum)?)?;
    if objects.iter().any(|object| object.id == CHECKSUM_OBJECT) {
        return Err(TlvError::Twice(CHECKSUM_OBJECT));
    }
    Ok(objects)
}

/// The objects of a text, or of the value of a template.
///
/// # Errors
/// [`TlvError`] for what is broken or there twice.
pub fn parts(text: &str) -> Result<Vec<Object>, TlvError> {
    let characters: Vec<char> = text.chars().collect();
    let mut objects: Vec<Object> = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let id = two_digits(&characters, at, "id")?;
        let length = usize::from(two_digits(&characters, at + 2, "length")?);
        let rest = &characters[at + 4..];
        let value = rest.get(..length).ok_or(TlvError::Short {
            id,
            at: at + 1,
            length,
            found: rest.len(),
        })?;
        if objects.iter().any(|object| object.id == id) {
            return Err(TlvError::Twice(id));
        }
        objects.push(Object { id, value: value.iter().collect() });
        at += 4 + length;
    }
    Ok(objects)
}

fn two_digits(characters: &[char], at: usize, what: &'static str) -> Result<u8, TlvError> {
    let found: String = characters.iter().skip(at).take(2).collect();
    let digits = found.len() == 2 && found.chars().all(|c| c.is_ascii_digit());
    match found.parse() {
        Ok(number) if digits => Ok(number),
        _ => Err(TlvError::NotTwoDigits { what, found, at: at + 1 }),
    }
}

/// Writes objects one after the other.
///
/// # Errors
/// [`TlvError::LongValue`].
pub fn join(objects: &[Object]) -> Result<String, TlvError> {
    let mut text = String::new();
    for Object { id, value } in objects {
        let length = value.chars().count();
        if length > 99 {
            return Err(TlvError::LongValue(*id));
        }
        // Writing to a text does not fail.
        write!(text, "{id:02}{length:02}{value}").map_err(|_| TlvError::LongValue(*id))?;
    }
    Ok(text)
}

/// Writes a code: the objects, and the checksum.
///
/// # Errors
/// [`TlvError::LongValue`], [`TlvError::TooLong`].
pub fn write(objects: &[Object]) -> Result<String, TlvError> {
    let body = format!("{}{CHECKSUM_ID}", join(objects)?);
    let code = format!("{body}{}", checksum(&body));
    let length = code.chars().count();
    if length > LONGEST { Err(TlvError::TooLong(length)) } else { Ok(code) }
}
