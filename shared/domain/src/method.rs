//! Payment methods and mandates: what an account is collected from by itself. Never a card number:
//! what a gateway gave us in its place.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{days_after, months_after},
    ids::{GatewayCode, MethodId},
    invoice::content_hash,
    money::Money,
    payment::{MethodChange, MethodNews},
    rail::Rail,
    reference::Reference,
};

/// The last month in which a card is good: `2027-04`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Expiry {
    year: i16,
    month: i8,
}

/// Not a month.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no month of expiry: write 2027-04")]
pub struct InvalidExpiry(String);

impl Expiry {
    /// A month of a year; none if there is none such.
    #[must_use]
    pub fn new(year: i16, month: i8) -> Option<Self> {
        ((2000..=2199).contains(&year) && (1..=12).contains(&month)).then_some(Self { year, month })
    }

    /// The last day on which it is good.
    #[must_use]
    pub fn last_day(self) -> Date {
        let first = Date::new(self.year, self.month, 1);
        first.map_or(Date::MAX, Date::last_of_month)
    }
}

impl std::fmt::Display for Expiry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

impl std::str::FromStr for Expiry {
    type Err = InvalidExpiry;
    fn from_str(text: &str) -> Result<Self, InvalidExpiry> {
        let invalid = || InvalidExpiry(text.chars().take(20).collect());
        let (year, month) = text.split_once('-').ok_or_else(invalid)?;
        let digits =
            |part: &str, most| part.len() == most && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(invalid());
        }
        let (year, month) = (year.parse().ok(), month.parse().ok());
        year.zip(month).and_then(|(year, month)| Self::new(year, month)).ok_or_else(invalid)
    }
}

crate::text::travels_as_text! {
    Expiry, InvalidExpiry;
}

/// How a stored method stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MethodState {
    /// The payer has been asked, and has not answered yet.
    Pending,
    /// It is collected from.
    Active,
    /// It has run out.
    Expired,
    /// Taken back by the payer, their bank or us.
    Revoked,
}

/// A stored method or a mandate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentMethod {
    /// Unique within the account.
    pub id: MethodId,
    /// The rail.
    pub rail: Rail,
    /// The gateway that keeps it.
    #[serde(rename = "gw")]
    pub gateway: GatewayCode,
    /// How it stands.
    pub state: MethodState,
    /// What the gateway calls it by, once it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Reference>,
    /// As shown: `Visa •••• 4242`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// The last month in which it is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Expiry>,
    /// The most that one collection may come to, where the payer has set a limit.
    #[serde(rename = "most", default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<Money>,
    /// In so many instalments a card is charged; 1 for at once.
    #[serde(rename = "parts", default = "at_once", skip_serializing_if = "is_at_once")]
    pub instalments: u8,
    /// Since when it stands as it does.
    pub since: Date,
    /// Whether the customer was told that it is about to run out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub warned: bool,
}

/// What is heard of a stored method changes an account's methods: one that is new comes at the
/// end, or at the front if there is none that is active. False if nothing changes.
///
/// A method that was revoked stays so under its token: only a new token makes it active again.
pub fn learn(
    methods: &mut Vec<PaymentMethod>,
    gateway: &GatewayCode,
    news: &MethodNews,
    on: Date,
) -> bool {
    let of_news = |one: &PaymentMethod| {
        one.gateway == *gateway
            && (one.token.as_ref() == Some(&news.token) || Some(&one.id) == news.method.as_ref())
    };
    let known = methods.iter().position(of_news);
    match (&news.change, known) {
        (MethodChange::Active { rail, label, expires }, known) => {
            let fresh = PaymentMethod {
                id: news.method.clone().unwrap_or_else(|| derived_id(gateway, &news.token)),
                rail: *rail,
                gateway: gateway.clone(),
                state: MethodState::Active,
                token: Some(news.token.clone()),
                label: label.clone(),
                expires: *expires,
                limit: None,
                instalments: 1,
                since: on,
                warned: false,
            };
            let Some(known) = known else {
                methods.push(fresh);
                return true;
            };
            let method = &mut methods[known];
            let same_token = method.token.as_ref() == Some(&news.token);
            // Some gateways tell of a method and not what it is: what is known of it stays.
            let untold = same_token && label.is_empty();
            let label = if untold { &method.label.clone() } else { label };
            let expires = &if untold { method.expires } else { *expires };
            let over = matches!(method.state, MethodState::Revoked) && same_token;
            let unchanged = method.state == MethodState::Active
                && same_token
                && (&method.label, method.expires) == (label, *expires);
            if over || unchanged {
                return false;
            }
            // What the customer has set stays. A card that its network has renewed is no other: it
            // may be charged for nothing that it was not charged for before.
            let renewed = method.state == MethodState::Active && same_token;
            let since = if renewed { method.since } else { on };
            let (limit, instalments, id) = (method.limit, method.instalments, method.id.clone());
            let (label, expires) = (label.clone(), *expires);
            *method = PaymentMethod { id, label, expires, limit, instalments, since, ..fresh };
            true
        }
        (MethodChange::Revoked, Some(known)) => over(&mut methods[known], MethodState::Revoked, on),
        (MethodChange::Expired, Some(known)) => over(&mut methods[known], MethodState::Expired, on),
        (_, None) => false,
    }
}

/// Ends a method. One that is over stays as it is.
fn over(method: &mut PaymentMethod, state: MethodState, on: Date) -> bool {
    if matches!(method.state, MethodState::Revoked | MethodState::Expired) {
        return false;
    }
    (method.state, method.since) = (state, on);
    true
}

/// The id of a method that the gateway names without ours: derived, so that hearing of it twice
/// makes one.
fn derived_id(gateway: &GatewayCode, token: &Reference) -> MethodId {
    let hash = content_hash(&(gateway, token));
    hash.parse().unwrap_or_else(|_| unreachable!("a hash in hexadecimal is an id"))
}

/// Puts a method in front of the others: it is tried first. False if there is none of that id.
pub fn make_default(methods: &mut [PaymentMethod], id: &MethodId) -> bool {
    let Some(place) = methods.iter().position(|one| one.id == *id) else { return false };
    methods[..=place].rotate_right(1);
    true
}

/// The day from which the customer is told that a method runs out: a month before its last day.
#[must_use]
pub fn warned_from(expiry: Expiry) -> Date {
    months_after(expiry.last_day(), -1)
}

/// What a day changes of methods: one that runs out within a month is told of once, and one whose
/// last day is over has expired. When they are to be looked at again; none if never.
pub fn pass_day(methods: &mut [PaymentMethod], today: Date) -> Option<Date> {
    let mut next = None;
    for method in methods.iter_mut().filter(|method| method.state == MethodState::Active) {
        let Some(expiry) = method.expires else { continue };
        if today > expiry.last_day() {
            (method.state, method.since) = (MethodState::Expired, today);
            continue;
        }
        method.warned |= today >= warned_from(expiry);
        let then =
            if method.warned { days_after(expiry.last_day(), 1) } else { warned_from(expiry) };
        next = [next, Some(then)].into_iter().flatten().min();
    }
    next
}

fn at_once() -> u8 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_at_once(parts: &u8) -> bool {
    *parts == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_is_good_through_the_last_day_of_its_month() {
        let expiry: Expiry = "2028-02".parse().unwrap();
        assert_eq!(expiry.last_day().to_string(), "2028-02-29");
        assert_eq!(expiry.to_string(), "2028-02");
        for bad in ["2028-13", "2028-00", "28-02", "2028/02", "+028-02", "1999-01", ""] {
            assert!(bad.parse::<Expiry>().is_err(), "{bad}");
        }
    }

    fn active(label: &str, token: &str) -> MethodNews {
        MethodNews {
            about: crate::payment::About::Account("1042".parse().unwrap()),
            method: Some("visa".parse().unwrap()),
            token: token.parse().unwrap(),
            change: MethodChange::Active {
                rail: Rail::Card,
                label: label.into(),
                expires: "2028-02".parse().ok(),
            },
        }
    }

    #[test]
    fn what_is_heard_of_a_method_changes_it_once() {
        let gateway: GatewayCode = "stripe".parse().unwrap();
        let on: Date = "2026-11-10".parse().unwrap();
        let mut methods = Vec::new();
        let mut hear = |news: &MethodNews| learn(&mut methods, &gateway, news, on);
        let first = active("Visa •••• 4242", "pm_1");
        assert!(hear(&first));
        assert!(!hear(&first), "twice");
        assert!(hear(&active("Visa •••• 1881", "pm_2")), "typed in anew");
        let revoked = MethodNews { change: MethodChange::Revoked, ..active("", "pm_2") };
        assert!(hear(&revoked));
        assert!(!hear(&revoked), "twice");
        assert!(!hear(&active("Visa •••• 1881", "pm_2")), "late news of what is revoked");
        assert!(hear(&active("Visa •••• 7777", "pm_3")));
        assert!(!hear(&active("", "pm_3")), "told without what it is");
        assert_eq!(methods.len(), 1);
        assert_eq!(
            (methods[0].state, methods[0].label.as_str()),
            (MethodState::Active, "Visa •••• 7777")
        );
    }

    #[test]
    fn a_card_that_its_network_has_renewed_stands_since_it_was_stored() {
        let gateway: GatewayCode = "stripe".parse().unwrap();
        let mut methods = Vec::new();
        for (label, token, on, since) in [
            ("Visa •••• 4242", "pm_1", "2026-11-10", "2026-11-10"),
            ("Visa •••• 1881", "pm_1", "2026-12-10", "2026-11-10"),
            ("Visa •••• 1881", "pm_2", "2027-01-10", "2027-01-10"),
        ] {
            assert!(learn(&mut methods, &gateway, &active(label, token), on.parse().unwrap()));
            assert_eq!((methods.len(), methods[0].label.as_str()), (1, label));
            assert_eq!(methods[0].since.to_string(), since, "{label}, {token}");
        }
    }

    #[test]
    fn the_default_is_the_one_in_front() {
        let gateway: GatewayCode = "stripe".parse().unwrap();
        let on: Date = "2026-11-10".parse().unwrap();
        let mut methods = Vec::new();
        for id in ["a", "b", "c"] {
            let news = MethodNews { method: id.parse().ok(), ..active("", id) };
            learn(&mut methods, &gateway, &news, on);
        }
        let ids = |methods: &[PaymentMethod]| {
            methods.iter().map(|one| one.id.to_string()).collect::<String>()
        };
        assert!(make_default(&mut methods, &"c".parse().unwrap()));
        assert_eq!(ids(&methods), "cab");
        assert!(!make_default(&mut methods, &"x".parse().unwrap()));
        assert_eq!(ids(&methods), "cab");
    }

    #[test]
    fn a_card_that_runs_out_is_told_of_once_and_then_expires() {
        let gateway: GatewayCode = "stripe".parse().unwrap();
        let mut methods = Vec::new();
        learn(&mut methods, &gateway, &active("Visa", "pm_1"), "2026-11-10".parse().unwrap());
        let mut story = Vec::new();
        let mut day: Option<Date> = "2026-11-10".parse().ok();
        while let Some(today) = day {
            day = pass_day(&mut methods, today);
            story.push((today.to_string(), methods[0].state, methods[0].warned));
        }
        let told = |day: &str, state, warned| (day.to_owned(), state, warned);
        assert_eq!(
            story,
            [
                told("2026-11-10", MethodState::Active, false),
                told("2028-01-29", MethodState::Active, true),
                told("2028-03-01", MethodState::Expired, true),
            ]
        );
    }
}
