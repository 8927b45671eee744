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
/// Limits of what may be set, so that a server stays well within the time that whoever asks has.
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
    /// How a session gets more service again: ended, so that it signs in again and has what the login has;
    /// or changed by attributes that overwrite those of less service.
    #[serde(default)]
    restore_by: By,
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
    restore_by: By,
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
            return setting("address: write host and port, like 10.0.0.1:3799");
        }
        if settings.secret.len() < 8 {
            return setting("secret is shorter than 8 characters: RFC 2865 wants 16");
        }
        if !TIMEOUTS.contains(&settings.timeout_ms) {
            return setting("timeout_ms: use 100 to 3000");
        }
        if !TRIES.contains(&settings.tries) {
            return setting("tries: use 1 to 5");
        }
        let attributes = settings.attributes.map(|of| Attributes::new(of, &settings.rates));
        let attributes = attributes.transpose()?;
        let walled = settings.suspend_by == By::Coa;
        match &attributes {
            None if walled => {
                return setting("suspend_by coa needs attributes, which say what changes");
            }
            None if settings.restore_by == By::Coa => {
                return setting("restore_by coa needs attributes, which say what changes");
            }
            Some(attributes) if settings.restore_by == By::Coa => attributes.overwrite(walled)?,
            _ => {}
        }
        Ok(Self {
            address: settings.address,
            secret: settings.secret.into_bytes(),
            attributes,
            suspend_by: settings.suspend_by,
            restore_by: settings.restore_by,
            timeout: Duration::from_millis(settings.timeout_ms),
            tries: settings.tries,
        })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The longest that it may take, silent.
    pub(crate) fn longest(&self) -> Duration {
        self.timeout * self.tries
    }

    pub(crate) async fn bring(&self, order: &Order<'_>, now: Timestamp) -> Result<Outcome, Fault> {
        let Some((code, attributes)) = self.asked(order, now)? else {
            return Ok(Outcome::Confirmed);
        };
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

    /// What an order asks for: other attributes, or the end of the session. Nothing if it says again to a session
    /// that goes on what only its beginning says.
    fn asked(
        &self,
        order: &Order<'_>,
        now: Timestamp,
    ) -> Result<Option<(Code, Vec<Attribute>)>, Fault> {
        let mut attributes = vec![Attribute::plain(USER_NAME, order.login.as_str())];
        // Against replay (RFC 5176, section 6.3).
        let seconds = u32::try_from(now.as_second()).unwrap_or(u32::MAX);
        attributes.push(Attribute::plain(EVENT_TIMESTAMP, seconds.to_be_bytes()));
        let ends = match order.service {
            Service::Ended => true,
            Service::Suspended => self.suspend_by == By::Disconnect,
            Service::Throttled | Service::Full => self.has_to_end(order),
        };
        let changes = self.attributes.as_ref().filter(|_| !ends);
        let changes = match changes.map(|changes| changes.of(order)) {
            None => Vec::new(),
            // A session that comes back has what its login has: nobody stays cut since a rate is missing.
            Some(Err(_)) if order.service == Service::Full => Vec::new(),
            Some(changes) => changes?,
        };
        if changes.is_empty() {
            // Whoever is slowed down has signed in since, and is not put off line each day.
            let goes_on = !ends && order.service == Service::Throttled && order.is_sweep();
            return Ok((!goes_on).then_some((Code::Disconnect, attributes)));
        }
        attributes.extend(changes);
        Ok(Some((Code::Change, attributes)))
    }

    /// Whether a session has to end to get more service than it may have now: an access server keeps the
    /// attributes of before, and a session that began while its login was suspended was told by the ISP's
    /// own RADIUS server what it gets.
    fn has_to_end(&self, order: &Order<'_>) -> bool {
        let before = order.before.worst();
        if before <= order.service {
            return false;
        }
        match before {
            Service::Full | Service::Throttled => self.restore_by == By::Disconnect,
            Service::Suspended => [self.suspend_by, self.restore_by].contains(&By::Disconnect),
            Service::Ended => true,
        }
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
    use mensal_domain::network::Before;
    use serde_json::json;

    use super::*;
    use crate::Told;

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

    /// Whether an order ends a session or changes it.
    #[test]
    fn a_session_ends_where_attributes_of_before_would_stay() {
        use Before::{AtWorst, Confirmed};
        use Code::{Change, Disconnect};
        use Service::{Ended, Full, Suspended, Throttled};
        let server = |suspend: &str, restore: &str| {
            let settings = json!({
                "address": "192.0.2.1:3799", "secret": "xyzzy5461", "attributes": "wispr",
                "suspend_by": suspend, "restore_by": restore,
                "rates": { "fibra-500": { "down": 2, "up": 1 }, "throttled": { "down": 1, "up": 1 } },
            });
            Radius::new(serde_json::from_value(settings).unwrap()).unwrap()
        };
        let (coa, end) = ("coa", "disconnect");
        let (rated, unrated) = ("fibra-500", "fibra-900");
        let cases = [
            // Cut by attributes, and given back.
            (coa, end, rated, Suspended, AtWorst(Full), Change),
            (coa, end, rated, Full, Confirmed(Suspended), Disconnect),
            (coa, end, rated, Full, AtWorst(Suspended), Disconnect),
            (coa, end, rated, Full, Confirmed(Throttled), Disconnect),
            (coa, end, rated, Throttled, Confirmed(Suspended), Disconnect),
            (coa, coa, rated, Full, Confirmed(Suspended), Change),
            (coa, coa, rated, Full, Confirmed(Throttled), Change),
            (coa, coa, rated, Full, Confirmed(Ended), Disconnect),
            // A plan without a rate.
            (coa, end, unrated, Full, Confirmed(Suspended), Disconnect),
            (coa, coa, unrated, Full, Confirmed(Suspended), Disconnect),
            // Cut by the end of the session: what it got when it began again is not ours to change.
            (end, coa, rated, Suspended, AtWorst(Full), Disconnect),
            (end, coa, rated, Full, AtWorst(Suspended), Disconnect),
            (end, coa, rated, Full, Confirmed(Throttled), Change),
            // Less service than before, or the same again.
            (end, end, rated, Throttled, AtWorst(Full), Change),
            (end, end, rated, Throttled, AtWorst(Throttled), Change),
            (end, end, rated, Throttled, Confirmed(Throttled), Change),
            (end, end, rated, Full, Confirmed(Full), Change),
            (coa, coa, rated, Ended, Confirmed(Full), Disconnect),
        ];
        let (account, subscription) = ("1042".parse().unwrap(), "1".parse().unwrap());
        let login = "ana".parse().unwrap();
        for (suspend, restore, plan, service, before, want) in cases {
            let (account, subscription, plan) = (&account, &subscription, plan.parse().unwrap());
            let (login, plan, key) = (&login, &plan, "1042/1/1");
            let told = &Told::default();
            let order = Order { key, account, subscription, login, plan, service, before, told };
            let asked = server(suspend, restore).asked(&order, Timestamp::UNIX_EPOCH).unwrap();
            let code = asked.map(|(code, _)| code);
            assert_eq!(code, Some(want), "{suspend} {restore} {plan}: {before:?} to {service}");
        }
    }

    /// The ISP's own RADIUS server tells a session what it gets when it begins.
    #[test]
    fn a_sweep_puts_nobody_off_line_who_is_slowed_down_by_the_isps_own_server() {
        use Before::{AtWorst, Confirmed};
        use Service::{Full, Suspended, Throttled};
        let cases = [
            (Throttled, AtWorst(Full), Some(Code::Disconnect)),
            (Throttled, AtWorst(Throttled), Some(Code::Disconnect)),
            (Throttled, Confirmed(Throttled), None),
            // Who is cut may have signed in at a server that has lost it.
            (Suspended, Confirmed(Suspended), Some(Code::Disconnect)),
        ];
        let (account, subscription) = ("1042".parse().unwrap(), "1".parse().unwrap());
        let (login, plan) = ("ana".parse().unwrap(), "fibra-500".parse().unwrap());
        let nothing = json!({ "throttled": [], "suspended": [], "full": [] });
        let by = [
            ("disconnect", serde_json::Value::Null),
            ("disconnect", nothing.clone()),
            ("coa", nothing),
        ];
        for (suspend_by, attributes) in by {
            let settings = json!({
                "address": "192.0.2.1:3799", "secret": "xyzzy5461", "attributes": attributes,
                "suspend_by": suspend_by,
            });
            let Ok(server) = Radius::new(serde_json::from_value(settings).unwrap()) else {
                panic!("{attributes}")
            };
            for (service, before, want) in cases {
                let (account, subscription) = (&account, &subscription);
                let (login, plan, key) = (&login, &plan, "1042/1/1");
                let told = &Told::default();
                let order =
                    Order { key, account, subscription, login, plan, service, before, told };
                let asked = server.asked(&order, Timestamp::UNIX_EPOCH).unwrap();
                assert_eq!(asked.map(|(code, _)| code), want, "{attributes} {before:?}");
            }
        }
    }
}
