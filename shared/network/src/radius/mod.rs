//! RADIUS' dynamic authorization (RFC 5176): a session is changed (`CoA`) or ended (Disconnect) at the
//! access server that has it, and the access server confirms it.

mod attributes;
mod packet;

use std::{net::SocketAddr, time::Duration};

use jiff::Timestamp;
use mensal_domain::network::Service;
use serde::Deserialize;
use tokio::{
    net::{UdpSocket, lookup_host},
    time::{Instant, timeout_at},
};

pub(crate) use attributes::InvalidAttributes;
use attributes::{Attributes, Rates, WrittenAttributes};
use packet::Attribute;
pub use packet::{Answered, Code, Packet, Unreadable};

use crate::{Fault, Order, Outcome, site::InvalidServer};

/// What standard attributes are called by (RFC 2865, RFC 2869).
const USER_NAME: u8 = 1;
const EVENT_TIMESTAMP: u8 = 55;
/// The longest answer that is read: larger than any packet.
const LARGEST: usize = 4_200;
/// Limits of what may be set, so that a site's servers together stay within the time of their lease.
const TIMEOUTS: std::ops::RangeInclusive<u64> = 100..=3_000;
const TRIES: std::ops::RangeInclusive<u32> = 1..=5;

/// An access server, as a site describes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RadiusSettings {
    /// `10.0.0.1:3799`, or a host's name in the place of the number.
    address: String,
    secret: String,
    /// What tells it what a session may do: a vendor's name, or attributes by service.
    #[serde(default)]
    attributes: Option<WrittenAttributes>,
    /// By plan, and `throttled`.
    #[serde(default)]
    rates: Rates,
    /// How a session is suspended: ended, so that it signs in again and is told by the ISP's own RADIUS
    /// server what it gets; or changed.
    #[serde(default)]
    suspend_by: By,
    /// For an answer to one packet.
    #[serde(default = "second")]
    timeout_ms: u64,
    /// So often the packet is sent.
    #[serde(default = "thrice")]
    tries: u32,
}

fn second() -> u64 {
    1_000
}

fn thrice() -> u32 {
    3
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum By {
    #[default]
    Disconnect,
    Coa,
}

/// An access server.
pub(crate) struct Radius {
    address: String,
    secret: Vec<u8>,
    attributes: Option<Attributes>,
    suspend_by: By,
    timeout: Duration,
    tries: u32,
}

impl std::fmt::Debug for Radius {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Radius({})", self.address)
    }
}

impl Radius {
    pub(crate) fn new(settings: RadiusSettings) -> Result<Self, InvalidServer> {
        let setting = |what| Err(InvalidServer::Setting(what));
        let port = settings.address.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
        if !matches!(port, Some(Ok(1..))) {
            return setting("`address`: write host and port, like 10.0.0.1:3799");
        }
        if settings.secret.len() < 8 {
            return setting("`secret` is shorter than 8 characters: RFC 2865 wants 16");
        }
        if !TIMEOUTS.contains(&settings.timeout_ms) {
            return setting("`timeout_ms`: use 100 to 3000");
        }
        if !TRIES.contains(&settings.tries) {
            return setting("`tries`: use 1 to 5");
        }
        if settings.attributes.is_none() && settings.suspend_by == By::Coa {
            return setting("`suspend_by` coa needs `attributes`, which say what changes");
        }
        let attributes = settings.attributes.map(|of| Attributes::new(of, &settings.rates));
        Ok(Self {
            address: settings.address,
            secret: settings.secret.into_bytes(),
            attributes: attributes.transpose()?,
            suspend_by: settings.suspend_by,
            timeout: Duration::from_millis(settings.timeout_ms),
            tries: settings.tries,
        })
    }

    /// The longest that it may take, silent.
    pub(crate) fn longest(&self) -> Duration {
        self.timeout * self.tries
    }

    pub(crate) async fn bring(&self, order: &Order<'_>, now: Timestamp) -> Result<Outcome, Fault> {
        let (code, attributes) = self.asked(order, now)?;
        let socket = self.reach().await?;
        // Its own for each socket: nobody else's answer comes here.
        let identifier = now.subsec_nanosecond().to_le_bytes()[0];
        let packet = Packet::signed(code, identifier, &attributes, &self.secret);
        let packet =
            packet.ok_or_else(|| Fault::Refused("the attributes do not fit a packet".into()))?;
        match self.exchange(&socket, &packet).await? {
            Answered::Ack => Ok(Outcome::Confirmed),
            Answered::Nak(cause) => of_cause(cause),
        }
    }

    /// What an order asks for. Where suspension ends the session, so does whatever changes it back: the
    /// next sign-in is told by the ISP's own RADIUS server.
    fn asked(&self, order: &Order<'_>, now: Timestamp) -> Result<(Code, Vec<Attribute>), Fault> {
        let mut attributes = vec![Attribute::plain(USER_NAME, order.login.as_str())];
        // Against replay (RFC 5176, section 6.3).
        let seconds = u32::try_from(now.as_second()).unwrap_or(u32::MAX);
        attributes.push(Attribute::plain(EVENT_TIMESTAMP, seconds.to_be_bytes()));
        let changes = match order.service {
            Service::Ended => None,
            Service::Suspended if self.suspend_by == By::Disconnect => None,
            _ => self.attributes.as_ref(),
        };
        let Some(changes) = changes else { return Ok((Code::Disconnect, attributes)) };
        attributes.extend(changes.of(order)?);
        Ok((Code::Change, attributes))
    }

    async fn reach(&self) -> Result<UdpSocket, Fault> {
        let unavailable = |why: std::io::Error| Fault::Unavailable(why.to_string());
        let mut found = lookup_host(&self.address).await.map_err(unavailable)?;
        let address = found.next();
        let address =
            address.ok_or_else(|| Fault::Unavailable("its name has no address".into()))?;
        let any: SocketAddr = match address {
            SocketAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
            SocketAddr::V6(_) => ([0_u16; 8], 0).into(),
        };
        let socket = UdpSocket::bind(any).await.map_err(unavailable)?;
        // From then on, it hears of nobody else.
        socket.connect(address).await.map_err(unavailable)?;
        Ok(socket)
    }

    /// Sends the packet until it is answered. What answers something else, or is not by our secret, is
    /// passed over.
    async fn exchange(&self, socket: &UdpSocket, packet: &Packet) -> Result<Answered, Fault> {
        let mut heard = None;
        let mut buffer = vec![0; LARGEST];
        for _ in 0..self.tries {
            let until = Instant::now() + self.timeout;
            if let Err(why) = socket.send(packet.bytes()).await {
                heard = Some(why.to_string());
            }
            while let Ok(received) = timeout_at(until, socket.recv(&mut buffer)).await {
                match received {
                    Ok(length) => match packet.answer(&buffer[..length], &self.secret) {
                        Ok(answered) => return Ok(answered),
                        Err(why) => heard = Some(why.to_string()),
                    },
                    // Nobody listens there: the system says so at once, and the next try may find somebody.
                    Err(why) => {
                        heard = Some(why.to_string());
                        tokio::time::sleep_until(until).await;
                    }
                }
            }
        }
        let silence = || "no answer: it is down, or does not know our secret or address".to_owned();
        Err(Fault::Unavailable(heard.unwrap_or_else(silence)))
    }
}

/// What a NAK says (RFC 5176, section 3.5; the registry "RADIUS Attribute Values, Error-Cause").
fn of_cause(cause: Option<u32>) -> Result<Outcome, Fault> {
    let name = match cause {
        // Session Context Not Found.
        Some(503) => return Ok(Outcome::NoSession),
        Some(502) => return Err(Fault::Unavailable("Request Not Routable (502)".into())),
        Some(505) => return Err(Fault::Unavailable("Other Proxy Processing Error (505)".into())),
        Some(506) => return Err(Fault::Unavailable("Resources Unavailable (506)".into())),
        Some(401) => "Unsupported Attribute",
        Some(402) => "Missing Attribute",
        Some(403) => "NAS Identification Mismatch",
        Some(404) => "Invalid Request",
        Some(405) => "Unsupported Service",
        Some(406) => "Unsupported Extension",
        Some(407) => "Invalid Attribute Value",
        Some(501) => "Administratively Prohibited",
        Some(504) => "Session Context Not Removable",
        Some(507) => "Request Initiated",
        Some(508) => "Multiple Session Selection Unsupported",
        Some(_) => "an Error-Cause that is none of RFC 5176",
        None => return Err(Fault::Refused("NAK without an Error-Cause".into())),
    };
    Err(Fault::Refused(format!("NAK, {name} ({})", cause.unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nak_says_whether_to_try_again_to_look_or_that_nobody_is_on_line() {
        assert_eq!(of_cause(Some(503)), Ok(Outcome::NoSession));
        for again in [502, 505, 506] {
            assert!(matches!(of_cause(Some(again)), Err(Fault::Unavailable(_))), "{again}");
        }
        let refused = of_cause(Some(403)).unwrap_err().to_string();
        assert_eq!(refused, "refused: NAK, NAS Identification Mismatch (403)");
        assert!(matches!(of_cause(None), Err(Fault::Refused(_))));
    }
}
