//! What tells an access server what a session may do: attributes by service, of a vendor's kind or an
//! ISP's own.
//!
//! Numbers and types are those of the dictionaries that `FreeRADIUS` brings: `dictionary.mikrotik`,
//! `dictionary.cisco`, `dictionary.huawei`, `dictionary.wispr`.

use std::collections::BTreeMap;

use mensal_domain::{ids::PlanCode, network::Service};
use serde::Deserialize;

use super::packet::Attribute;
use crate::{Fault, Order};

/// The most attributes of one service.
const MOST: usize = 20;
/// What `rates` calls a service that is slowed down.
const THROTTLED: &str = "throttled";

/// How fast a session may be, in kbit/s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rate {
    down: u32,
    up: u32,
}

/// Rates by plan, and of `throttled`.
pub(crate) type Rates = BTreeMap<String, Rate>;

/// Attributes that no session can be told by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAttributes {
    /// Not a vendor that is known.
    #[error(
        "attributes names no vendor: use mikrotik, cisco, huawei, wispr, or attributes by service"
    )]
    Vendor,
    /// Attributes that need rates, without a rate for what is slowed down.
    #[error("rates has no throttled: write its down and up, in kbit/s")]
    NoThrottled,
    /// Attributes that stay when service is given back by `CoA`.
    #[error(
        "restore_by coa leaves an attribute of less service in place, since full or throttled does not \
         have it, too: use disconnect"
    )]
    Kept,
    /// More than anybody needs.
    #[error("attributes has more than {MOST} of one service")]
    TooMany,
    /// Neither text nor number, or both.
    #[error("an attribute has to have either text or integer")]
    Value,
}

/// As a site has them.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum WrittenAttributes {
    Vendor(String),
    Own(OwnAttributes),
}

/// By service.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnAttributes {
    #[serde(default)]
    full: Vec<WrittenAttribute>,
    #[serde(default)]
    throttled: Vec<WrittenAttribute>,
    #[serde(default)]
    suspended: Vec<WrittenAttribute>,
}

/// One attribute. `text` may name `{plan}`, `{login}`, `{down}` and `{up}` (in kbit/s).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WrittenAttribute {
    #[serde(default)]
    vendor: Option<u32>,
    #[serde(rename = "type")]
    kind: u8,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    integer: Option<u32>,
}

/// The value of an attribute.
#[derive(Clone)]
enum Value {
    Text(String),
    Integer(u32),
    /// The rate of the session, in so many bits per second of each kbit/s.
    Down(u32),
    Up(u32),
}

#[derive(Clone)]
struct Template {
    vendor: Option<u32>,
    kind: u8,
    value: Value,
}

/// The attributes of each service.
pub(crate) struct Attributes {
    full: Vec<Template>,
    throttled: Vec<Template>,
    suspended: Vec<Template>,
    rates: Rates,
}

const MIKROTIK: u32 = 14_988;
const CISCO: u32 = 9;
const HUAWEI: u32 = 2_011;
const WISPR: u32 = 14_122;

fn text(vendor: u32, kind: u8, text: &str) -> Template {
    Template { vendor: Some(vendor), kind, value: Value::Text(text.to_owned()) }
}

fn rate(vendor: u32, kind: u8, value: Value) -> Template {
    Template { vendor: Some(vendor), kind, value }
}

impl Attributes {
    pub(crate) fn new(
        written: WrittenAttributes,
        rates: &Rates,
    ) -> Result<Self, InvalidAttributes> {
        let [full, throttled, suspended] = match written {
            WrittenAttributes::Own(own) => {
                [read(own.full)?, read(own.throttled)?, read(own.suspended)?]
            }
            WrittenAttributes::Vendor(name) => of_vendor(&name)?,
        };
        let needs = |all: &[Template]| all.iter().any(|one| one.value.needs_rate());
        if (needs(&throttled) || needs(&suspended)) && !rates.contains_key(THROTTLED) {
            return Err(InvalidAttributes::NoThrottled);
        }
        Ok(Self { full, throttled, suspended, rates: rates.clone() })
    }

    /// Checks that a session can be given more service by `CoA` alone: an access server keeps what it is
    /// not told anew. `walled`: a session may be suspended by attributes.
    ///
    /// # Errors
    /// [`InvalidAttributes::Kept`] if not.
    pub(crate) fn overwrite(&self, walled: bool) -> Result<(), InvalidAttributes> {
        let by = |all: &[Template], one: &Template| {
            all.iter().any(|other| (other.vendor, other.kind) == (one.vendor, one.kind))
        };
        let slow = self.throttled.iter().all(|one| by(&self.full, one));
        let wall = |one| by(&self.full, one) && by(&self.throttled, one);
        let goes = slow && (!walled || self.suspended.iter().all(wall));
        if goes { Ok(()) } else { Err(InvalidAttributes::Kept) }
    }

    /// The attributes of an order.
    ///
    /// # Errors
    /// [`Fault::Refused`] if they need a rate that the site does not have.
    pub(super) fn of(&self, order: &Order<'_>) -> Result<Vec<Attribute>, Fault> {
        let (templates, named) = match order.service {
            Service::Full => (&self.full, order.plan.as_str()),
            Service::Throttled => (&self.throttled, THROTTLED),
            Service::Suspended | Service::Ended => (&self.suspended, THROTTLED),
        };
        let rate = self.rates.get(named);
        let missing = || Fault::Refused(format!("rates of the site has no {named}"));
        let value = |template: &Template| match &template.value {
            value if value.needs_rate() && rate.is_none() => Err(missing()),
            Value::Text(text) => Ok(filled(text, order, rate).into_bytes()),
            Value::Integer(number) => Ok(number.to_be_bytes().to_vec()),
            Value::Down(by) => Ok(scaled(rate.map(|rate| rate.down), *by)),
            Value::Up(by) => Ok(scaled(rate.map(|rate| rate.up), *by)),
        };
        let one = |template: &Template| {
            let value = value(template)?;
            Ok(Attribute { vendor: template.vendor, kind: template.kind, value })
        };
        templates.iter().map(one).collect()
    }
}

fn scaled(rate: Option<u32>, by: u32) -> Vec<u8> {
    rate.unwrap_or_default().saturating_mul(by).to_be_bytes().to_vec()
}

fn filled(text: &str, order: &Order<'_>, rate: Option<&Rate>) -> String {
    let plan: &PlanCode = order.plan;
    let mut filled = text.replace("{plan}", plan.as_str());
    if let Some(rate) = rate {
        filled = filled.replace("{down}", &rate.down.to_string());
        filled = filled.replace("{up}", &rate.up.to_string());
    }
    // Last: what stands in a login is not filled.
    filled.replace("{login}", order.login.as_str())
}

impl Value {
    fn needs_rate(&self) -> bool {
        match self {
            Self::Text(text) => text.contains("{down}") || text.contains("{up}"),
            Self::Integer(_) => false,
            Self::Down(_) | Self::Up(_) => true,
        }
    }
}

fn read(written: Vec<WrittenAttribute>) -> Result<Vec<Template>, InvalidAttributes> {
    if written.len() > MOST {
        return Err(InvalidAttributes::TooMany);
    }
    let one = |one: WrittenAttribute| {
        let value = match (one.text, one.integer) {
            (Some(text), None) => Value::Text(text),
            (None, Some(number)) => Value::Integer(number),
            _ => return Err(InvalidAttributes::Value),
        };
        Ok(Template { vendor: one.vendor, kind: one.kind, value })
    };
    written.into_iter().map(one).collect()
}

/// Full, throttled and suspended, as a vendor's access servers understand it.
fn of_vendor(name: &str) -> Result<[Vec<Template>; 3], InvalidAttributes> {
    Ok(match name {
        // Mikrotik-Rate-Limit is what the router receives and sends; Mikrotik-Address-List names the list
        // that the router's firewall turns to the page on which one pays.
        "mikrotik" => {
            let limit = || text(MIKROTIK, 8, "{up}k/{down}k");
            [vec![limit()], vec![limit()], vec![text(MIKROTIK, 19, "mensal-suspended")]]
        }
        // Policies of the router that bear the plan's code.
        "cisco" => {
            let policies = |name: &str| {
                let up = text(CISCO, 1, &format!("ip:sub-qos-policy-in={name}"));
                vec![up, text(CISCO, 1, &format!("ip:sub-qos-policy-out={name}"))]
            };
            [policies("{plan}"), policies("mensal-throttled"), policies("mensal-suspended")]
        }
        // Huawei-Qos-Profile-Name.
        "huawei" => {
            let profile = |name: &str| vec![text(HUAWEI, 31, name)];
            [profile("{plan}"), profile("mensal-throttled"), profile("mensal-suspended")]
        }
        // WISPr-Bandwidth-Max-Up and -Down, in bits per second.
        "wispr" => {
            let limits =
                || vec![rate(WISPR, 7, Value::Up(1_000)), rate(WISPR, 8, Value::Down(1_000))];
            [limits(), limits(), limits()]
        }
        _ => return Err(InvalidAttributes::Vendor),
    })
}

#[cfg(test)]
mod tests {
    use mensal_domain::network::Before;
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::Told;

    /// The attributes of each service as `vendor:type=value`.
    fn told(attributes: Json, service: Service) -> Result<Vec<String>, String> {
        let rates = json!({ "fibra-500": { "down": 500_000, "up": 250_000 }, "throttled": { "down": 512, "up": 256 } });
        let rates: Rates = serde_json::from_value(rates).unwrap();
        let written: WrittenAttributes = serde_json::from_value(attributes).unwrap();
        let attributes = Attributes::new(written, &rates).map_err(|why| why.to_string())?;
        let (account, subscription) = ("1042".parse().unwrap(), "1".parse().unwrap());
        let (login, plan) = ("a{plan}na".parse().unwrap(), "fibra-500".parse().unwrap());
        let order = Order {
            key: "k",
            account: &account,
            subscription: &subscription,
            login: &login,
            plan: &plan,
            service,
            before: Before::AtWorst(Service::Full),
            told: &Told::default(),
        };
        let of = attributes.of(&order).map_err(|why| why.to_string())?;
        let one = |one: &Attribute| {
            let vendor = one.vendor.map_or(String::new(), |vendor| format!("{vendor}:"));
            let value = match std::str::from_utf8(&one.value) {
                Ok(text) if text.chars().all(|c| !c.is_control()) => text.to_owned(),
                _ => u32::from_be_bytes(one.value[..].try_into().unwrap()).to_string(),
            };
            format!("{vendor}{}={value}", one.kind)
        };
        Ok(of.iter().map(one).collect())
    }

    #[test]
    fn each_vendor_is_told_in_its_own_attributes() {
        let cases = [
            ("mikrotik", Service::Full, vec!["14988:8=250000k/500000k"]),
            ("mikrotik", Service::Throttled, vec!["14988:8=256k/512k"]),
            ("mikrotik", Service::Suspended, vec!["14988:19=mensal-suspended"]),
            (
                "cisco",
                Service::Full,
                vec!["9:1=ip:sub-qos-policy-in=fibra-500", "9:1=ip:sub-qos-policy-out=fibra-500"],
            ),
            ("huawei", Service::Throttled, vec!["2011:31=mensal-throttled"]),
            ("wispr", Service::Full, vec!["14122:7=250000000", "14122:8=500000000"]),
            ("wispr", Service::Throttled, vec!["14122:7=256000", "14122:8=512000"]),
        ];
        for (vendor, service, want) in cases {
            assert_eq!(told(json!(vendor), service).unwrap(), want, "{vendor} {service}");
        }
        assert!(told(json!("juniper"), Service::Full).unwrap_err().contains("names no vendor"));
    }

    #[test]
    fn an_isp_has_its_own_and_what_stands_in_a_login_is_not_filled() {
        let own = json!({
            "full": [{ "type": 11, "text": "{plan}-{login}" }],
            "throttled": [{ "vendor": 4874, "type": 26, "text": "slow" }, { "type": 27, "integer": 600 }],
        });
        assert_eq!(told(own.clone(), Service::Full).unwrap(), ["11=fibra-500-a{plan}na"]);
        assert_eq!(told(own.clone(), Service::Throttled).unwrap(), ["4874:26=slow", "27=600"]);
        assert_eq!(told(own, Service::Suspended).unwrap(), Vec::<String>::new());
        let both = json!({ "full": [{ "type": 11, "text": "a", "integer": 1 }] });
        assert!(told(both, Service::Full).unwrap_err().contains("either text or integer"));
    }
}
