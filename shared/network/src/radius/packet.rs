//! RADIUS packets of dynamic authorization (RFC 5176): written with their authenticators, and read only
//! if they are the answer of whoever knows the secret.

use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

/// The longest packet (RFC 2865, section 3).
const LONGEST: usize = 4096;
const HEADER: usize = 20;
/// The longest value of an attribute (RFC 2865, section 5).
const LONGEST_VALUE: usize = 253;
const MESSAGE_AUTHENTICATOR: u8 = 80;
const ERROR_CAUSE: u8 = 101;
const VENDOR_SPECIFIC: u8 = 26;

/// What a request asks for (RFC 5176, section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Disconnect-Request: end the session.
    Disconnect,
    /// CoA-Request: change what the session is allowed.
    Change,
}

impl Code {
    fn request(self) -> u8 {
        match self {
            Self::Disconnect => 40,
            Self::Change => 43,
        }
    }
}

/// What an access server has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Disconnect-ACK or CoA-ACK.
    Ack,
    /// Disconnect-NAK or CoA-NAK, with its Error-Cause if it has one.
    Nak(Option<u32>),
}

/// Why a packet is no answer to a request. It may be somebody else's, or forged: it is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Shorter than a header, or than it says, or longer than any.
    #[error("its length is none of a packet")]
    Length,
    /// Of another request.
    #[error("it answers another request")]
    Other,
    /// Not by the secret.
    #[error("its authenticator is not by our secret")]
    Forged,
    /// Attributes that do not fit their lengths.
    #[error("its attributes are broken")]
    Attributes,
}

/// A request, ready to be sent, as often as it takes: it stays the same, so that an access server knows
/// the second for the first (RFC 5176, section 2.3).
#[derive(Clone, PartialEq, Eq)]
pub struct Packet {
    code: Code,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Packet {
    /// It names a login.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Packet({:?}, {} bytes)", self.code, self.bytes.len())
    }
}

/// An attribute: its vendor (none: the standard's), its type and its value.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Attribute {
    pub(crate) vendor: Option<u32>,
    pub(crate) kind: u8,
    pub(crate) value: Vec<u8>,
}

impl Attribute {
    pub(crate) fn plain(kind: u8, value: impl Into<Vec<u8>>) -> Self {
        Self { vendor: None, kind, value: value.into() }
    }

    /// The attribute as it travels; none if its value is too long (RFC 2865, sections 5 and 5.26).
    fn written(&self) -> Option<Vec<u8>> {
        let inner = tlv(self.kind, &self.value)?;
        match self.vendor {
            None => Some(inner),
            Some(vendor) => tlv(VENDOR_SPECIFIC, &[&vendor.to_be_bytes()[..], &inner].concat()),
        }
    }
}

fn tlv(kind: u8, value: &[u8]) -> Option<Vec<u8>> {
    let length = u8::try_from(value.len() + 2).ok().filter(|_| value.len() <= LONGEST_VALUE)?;
    Some([&[kind, length][..], value].concat())
}

impl Packet {
    /// A request with these attributes, signed by a secret; none if it is longer than a packet may be.
    ///
    /// Its authenticator is the digest of the packet with sixteen zeros in its place, and the secret
    /// (RFC 5176, section 2.3); the Message-Authenticator is made before it, over zeros, too (section 3.4).
    pub(crate) fn signed(
        code: Code,
        identifier: u8,
        attributes: &[Attribute],
        secret: &[u8],
    ) -> Option<Self> {
        let mut body = Vec::new();
        for attribute in attributes {
            body.extend(attribute.written()?);
        }
        let signed_at = HEADER + body.len() + 2;
        body.extend(tlv(MESSAGE_AUTHENTICATOR, &[0; 16])?);
        let length = HEADER + body.len();
        let length = u16::try_from(length).ok().filter(|_| length <= LONGEST)?;
        let mut bytes = vec![code.request(), identifier];
        bytes.extend(length.to_be_bytes());
        bytes.extend([0; 16]);
        bytes.extend(body);
        let tag = keyed(secret, &[&bytes])?;
        bytes[signed_at..signed_at + 16].copy_from_slice(&tag);
        let authenticator = digest(&[&bytes, secret]);
        bytes[4..HEADER].copy_from_slice(&authenticator);
        Some(Self { code, bytes })
    }

    /// The packet as it travels.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads what came back, if it answers this request and is by the secret.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub(crate) fn answer(&self, datagram: &[u8], secret: &[u8]) -> Result<Answered, Unreadable> {
        let declared = datagram.get(2..4).and_then(|two| two.try_into().ok());
        let length = usize::from(u16::from_be_bytes(declared.ok_or(Unreadable::Length)?));
        // What lies beyond the length is padding (RFC 2865, section 3).
        let packet = datagram.get(..length).filter(|_| (HEADER..=LONGEST).contains(&length));
        let packet = packet.ok_or(Unreadable::Length)?;
        let ack = self.code.request() + 1;
        let is_ack = match packet[0] {
            code if code == ack => true,
            code if code == ack + 1 => false,
            _ => return Err(Unreadable::Other),
        };
        if packet[1] != self.bytes[1] {
            return Err(Unreadable::Other);
        }
        let (header, theirs, attributes) = (&packet[..4], &packet[4..HEADER], &packet[HEADER..]);
        let asked = &self.bytes[4..HEADER];
        let ours = digest(&[header, asked, attributes, secret]);
        if !bool::from(ours.ct_eq(theirs)) {
            return Err(Unreadable::Forged);
        }
        let mut cause = None;
        for (at, kind, value) in each(attributes)? {
            match (kind, <[u8; 4]>::try_from(value)) {
                (ERROR_CAUSE, Ok(number)) => cause = Some(u32::from_be_bytes(number)),
                (ERROR_CAUSE, Err(_)) => return Err(Unreadable::Attributes),
                (MESSAGE_AUTHENTICATOR, _) => {
                    // With zeros in the place of its own value, and our request's authenticator.
                    let (before, after) = (&attributes[..at], &attributes[at + value.len()..]);
                    let tag = keyed(secret, &[header, asked, before, &[0; 16], after]);
                    let same = tag.is_some_and(|tag| bool::from(tag[..].ct_eq(value)));
                    if !same {
                        return Err(Unreadable::Forged);
                    }
                }
                _ => {}
            }
        }
        Ok(if is_ack { Answered::Ack } else { Answered::Nak(cause) })
    }
}

/// An attribute in its packet: where its value begins, its type, and the value.
type Placed<'a> = (usize, u8, &'a [u8]);

/// The attributes of a packet.
fn each(attributes: &[u8]) -> Result<Vec<Placed<'_>>, Unreadable> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < attributes.len() {
        let (Some(kind), Some(length)) = (attributes.get(at), attributes.get(at + 1)) else {
            return Err(Unreadable::Attributes);
        };
        let end = at + usize::from(*length);
        let value = attributes.get(at + 2..end).ok_or(Unreadable::Attributes)?;
        all.push((at + 2, *kind, value));
        at = end;
    }
    Ok(all)
}

fn digest(parts: &[&[u8]]) -> [u8; 16] {
    let mut md5 = Md5::new();
    for part in parts {
        md5.update(part);
    }
    md5.finalize().into()
}

fn keyed(secret: &[u8], parts: &[&[u8]]) -> Option<[u8; 16]> {
    let mut mac = Hmac::<Md5>::new_from_slice(secret).ok()?;
    for part in parts {
        mac.update(part);
    }
    Some(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &[u8] = b"xyzzy5461";

    fn request(code: Code) -> Packet {
        let attributes = [
            Attribute::plain(1, "ana"),
            Attribute { vendor: Some(14988), kind: 8, value: b"1M/2M".to_vec() },
        ];
        Packet::signed(code, 7, &attributes, SECRET).unwrap()
    }

    /// As an access server answers.
    fn answer(request: &Packet, code: u8, attributes: &[u8], secret: &[u8]) -> Vec<u8> {
        let length = u16::try_from(HEADER + attributes.len()).unwrap().to_be_bytes();
        let header = [code, request.bytes[1], length[0], length[1]];
        let authenticator = digest(&[&header, &request.bytes[4..HEADER], attributes, secret]);
        [&header[..], &authenticator, attributes].concat()
    }

    #[test]
    fn a_request_is_laid_out_as_the_rfcs_have_it() {
        let packet = request(Code::Change);
        let bytes = packet.bytes();
        let length = usize::from(u16::from_be_bytes([bytes[2], bytes[3]]));
        assert_eq!((bytes[0], bytes[1], length), (43, 7, bytes.len()));
        assert_eq!(&bytes[20..25], b"\x01\x05ana");
        let vendor = [26, 13, 0, 0, 0x3a, 0x8c, 8, 7];
        assert_eq!(&bytes[25..33], &vendor);
        assert_eq!(&bytes[33..38], b"1M/2M");
        assert_eq!(&bytes[38..40], &[80, 18]);
        // The authenticator is over zeros in its own place, and the secret.
        let zeroed = [&bytes[..4], &[0; 16], &bytes[20..]].concat();
        assert_eq!(digest(&[&zeroed, SECRET]), bytes[4..20]);
        assert_eq!(request(Code::Disconnect).bytes()[0], 40);
    }

    #[test]
    fn what_does_not_fit_is_no_packet() {
        let long = Attribute::plain(1, vec![b'a'; 254]);
        assert_eq!(Packet::signed(Code::Change, 1, &[long], SECRET), None);
        let vendor = Attribute { vendor: Some(9), kind: 1, value: vec![b'a'; 249] };
        assert_eq!(Packet::signed(Code::Change, 1, &[vendor], SECRET), None);
        let many = vec![Attribute::plain(1, vec![b'a'; 253]); 17];
        assert_eq!(Packet::signed(Code::Change, 1, &many, SECRET), None);
    }

    #[test]
    fn only_the_answer_of_whoever_knows_the_secret_counts() {
        let sent = request(Code::Change);
        let cause = [101, 6, 0, 0, 1, 0xf7];
        let cases = [
            (answer(&sent, 44, &[], SECRET), Ok(Answered::Ack)),
            (answer(&sent, 45, &[], SECRET), Ok(Answered::Nak(None))),
            (answer(&sent, 45, &cause, SECRET), Ok(Answered::Nak(Some(503)))),
            ([&answer(&sent, 44, &[], SECRET)[..], b"padding"].concat(), Ok(Answered::Ack)),
            (answer(&sent, 44, &[], b"another"), Err(Unreadable::Forged)),
            (answer(&sent, 41, &[], SECRET), Err(Unreadable::Other)),
            (answer(&sent, 44, &[101, 3, 0], SECRET), Err(Unreadable::Attributes)),
            (answer(&sent, 44, &[18, 1], SECRET), Err(Unreadable::Attributes)),
            (answer(&sent, 44, &[18], SECRET), Err(Unreadable::Attributes)),
            (
                answer(
                    &sent,
                    44,
                    &[80, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                    SECRET,
                ),
                Err(Unreadable::Forged),
            ),
            (vec![44, 7, 0, 20], Err(Unreadable::Length)),
            (vec![44, 7], Err(Unreadable::Length)),
            (Vec::new(), Err(Unreadable::Length)),
        ];
        for (datagram, want) in cases {
            assert_eq!(sent.answer(&datagram, SECRET), want, "{datagram:?}");
        }
        // A request of its own that was sent before has another authenticator.
        let other = Packet::signed(Code::Change, 7, &[Attribute::plain(1, "bia")], SECRET).unwrap();
        assert_eq!(sent.answer(&answer(&other, 44, &[], SECRET), SECRET), Err(Unreadable::Forged));
    }

    proptest! {
        #[test]
        fn no_answer_with_a_bit_flipped_is_taken(bit in 0_usize..26 * 8, ack in any::<bool>()) {
            let sent = request(Code::Disconnect);
            let code = if ack { 41 } else { 42 };
            let mut datagram = answer(&sent, code, &[101, 6, 0, 0, 1, 0xf7], SECRET);
            datagram[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(sent.answer(&datagram, SECRET).is_err());
        }

        #[test]
        fn whatever_comes_back_is_no_panic(datagram in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(request(Code::Change).answer(&datagram, SECRET).is_err());
        }
    }
}
