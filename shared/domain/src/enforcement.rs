//! What the network is to do for a service, and what it has confirmed: kept apart, so that what was
//! asked for and never confirmed is asked for again.

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    account::{Account, Subscription},
    delinquency::HoldKind,
    history::{self, HistoryError, stretches},
    ids::{AccountId, PlanCode, SiteCode, SubscriptionId},
    network::{Before, Login, Service},
};

/// A login whose service the access servers of a site are to be told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which subscription.
    pub subscription: SubscriptionId,
    /// Whose access servers.
    pub site: SiteCode,
    /// The login.
    pub login: Login,
    /// The plan of the day.
    pub plan: PlanCode,
    /// What the service is to be.
    pub service: Service,
}

/// What the network is to do for an account on a day, for each subscription that it knows by a login.
///
/// # Errors
/// [`HistoryError`] if a history contradicts itself.
pub fn wanted(account: &Account, today: Date) -> Result<Vec<Wanted>, HistoryError> {
    let mut all = Vec::new();
    for subscription in &account.subscriptions {
        let Some((site, login)) = subscription.site.clone().zip(subscription.login.clone()) else {
            continue;
        };
        let stretches = stretches(subscription)?;
        let on_day = stretches.iter().find(|one| one.span.contains(today));
        let last = stretches.last().filter(|last| last.span.end() <= today);
        let Some(stretch) = on_day.or(last) else { continue }; // it has not begun
        let service = match stretch.service {
            _ if on_day.is_none() => Service::Ended,
            history::Service::Active if is_slowed(account, subscription) => Service::Throttled,
            history::Service::Active => Service::Full,
            _ => Service::Suspended,
        };
        let plan = stretch.plan.clone();
        all.push(Wanted { subscription: subscription.id.clone(), site, login, plan, service });
    }
    Ok(all)
}

fn is_slowed(account: &Account, subscription: &Subscription) -> bool {
    let hold = account.hold.as_ref().filter(|hold| hold.kind == HoldKind::Throttled);
    hold.is_some_and(|hold| hold.services.contains(&subscription.id))
}

/// Whether a change of an account may be one of what the network is to do.
#[must_use]
pub fn may_differ(old: &Account, new: &Account) -> bool {
    let is_known =
        |account: &Account| account.subscriptions.iter().any(Subscription::is_on_network);
    if !is_known(old) && !is_known(new) {
        return false; // the network is told of none of it
    }
    let held = |account: &Account| account.hold.as_ref().map(|hold| hold.kind);
    if held(old) != held(new) || old.subscriptions.len() != new.subscriptions.len() {
        return true;
    }
    let of = |one: &Subscription| {
        let known = (one.id.clone(), one.site.clone(), one.login.clone());
        (known, one.cuts.clone(), one.disconnected_on, one.history.clone())
    };
    old.subscriptions.iter().zip(&new.subscriptions).any(|(old, new)| of(old) != of(new))
}

/// What is known of a login at its access servers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enforced {
    /// Whose.
    pub account: AccountId,
    /// Which subscription.
    #[serde(rename = "sub")]
    pub subscription: SubscriptionId,
    /// Whose access servers were asked.
    pub site: SiteCode,
    /// For which login.
    pub login: Login,
    /// Grows by one with each change.
    #[serde(rename = "ver")]
    pub version: u64,
    /// What they have confirmed; none: nobody knows.
    #[serde(rename = "is", default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Service>,
    /// When they have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// What they were asked for last; none: of an item that is older than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// While nobody knows what they do: the most restricted of what they had confirmed, and of what they
    /// were asked for since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worst: Option<Service>,
    /// They are being asked, or may still do what they were asked, through this time at the latest: nobody
    /// else asks meanwhile.
    #[serde(rename = "busy", default, skip_serializing_if = "Option::is_none")]
    pub busy_until: Option<Timestamp>,
    /// Why they have not confirmed what they were asked last.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub fault: String,
    /// The last day on which a sweep has asked them again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swept: Option<Date>,
}

/// What access servers were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What the service is to be.
    #[serde(rename = "svc")]
    pub service: Service,
    /// Of which plan.
    pub plan: PlanCode,
    /// The same for as long as the same is asked for and not confirmed; each further order has a higher one.
    #[serde(rename = "nr")]
    pub number: u64,
}

/// What is next for a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it is as it should be.
    Settled,
    /// Somebody is asking just now, or nobody knows yet what came of it: until then at the latest.
    Wait(Timestamp),
    /// Ask, after this has been noted.
    Ask(Enforced),
}

impl Enforced {
    /// So long nobody else asks: longer than the access servers of a site may take.
    pub const LEASE: SignedDuration = SignedDuration::from_secs(50);

    /// What is next: `known` is what is known of the login, none if nobody was ever asked. `sweep` asks
    /// again on a day what is confirmed, in case an access server has lost it.
    #[must_use]
    pub fn next(
        account: &AccountId,
        wanted: &Wanted,
        known: Option<&Self>,
        sweep: Option<Date>,
        now: Timestamp,
    ) -> Step {
        let Some(known) = known else {
            // A login that nobody has held is as the ISP has set it up.
            return match wanted.service {
                Service::Full => Step::Settled,
                _ => Step::Ask(Self::asking(account, wanted, None, sweep, now)),
            };
        };
        if let Some(until) = known.busy_until.filter(|until| now < *until) {
            return Step::Wait(until);
        }
        let again = wanted.service != Service::Full && sweep.is_some() && sweep > known.swept;
        if Self::before(Some(known), wanted) == Before::Confirmed(wanted.service) && !again {
            return Step::Settled;
        }
        Step::Ask(Self::asking(account, wanted, Some(known), sweep, now))
    }

    /// What the service of a login was before it is asked for: `known` is what is known of it, none if
    /// nobody was ever asked.
    #[must_use]
    pub fn before(known: Option<&Self>, wanted: &Wanted) -> Before {
        let Some(known) = known else { return Before::AtWorst(Service::Full) };
        match known.confirmed {
            Some(service) if known.is_of(wanted) => Before::Confirmed(service),
            Some(service) => Before::AtWorst(service),
            None => Before::AtWorst(known.worst.unwrap_or(Service::Ended)),
        }
    }

    fn is_of(&self, wanted: &Wanted) -> bool {
        self.site == wanted.site && self.login == wanted.login
    }

    /// The number of an order: the one that it had, if the same was asked for and not confirmed.
    fn number(&self, wanted: &Wanted) -> Option<u64> {
        let asked =
            self.asked.as_ref().filter(|_| self.confirmed.is_none() && self.is_of(wanted))?;
        let same = asked.service == wanted.service && asked.plan == wanted.plan;
        same.then_some(asked.number)
    }

    fn asking(
        account: &AccountId,
        wanted: &Wanted,
        known: Option<&Self>,
        sweep: Option<Date>,
        now: Timestamp,
    ) -> Self {
        let version = known.map_or(0, |known| known.version) + 1;
        let number = known.and_then(|known| known.number(wanted)).unwrap_or(version);
        let (service, plan) = (wanted.service, wanted.plan.clone());
        Self {
            account: account.clone(),
            subscription: wanted.subscription.clone(),
            site: wanted.site.clone(),
            login: wanted.login.clone(),
            version,
            confirmed: None,
            at: None,
            asked: Some(Asked { service, plan, number }),
            worst: Some(Self::before(known, wanted).worst().max(service)),
            busy_until: Some(now + Self::LEASE),
            fault: String::new(),
            swept: sweep.max(known.and_then(|known| known.swept)),
        }
    }

    /// The same, asked from now on.
    #[must_use]
    pub fn leased(self, now: Timestamp) -> Self {
        Self { busy_until: Some(now + Self::LEASE), ..self }
    }

    /// After the access servers have confirmed a service.
    #[must_use]
    pub fn confirmed(self, service: Service, now: Timestamp) -> Self {
        let (confirmed, at, version) = (Some(service), Some(now), self.version + 1);
        Self { confirmed, at, worst: None, busy_until: None, version, ..self }
    }

    /// After they have said no, and why.
    #[must_use]
    pub fn refused(self, why: String) -> Self {
        Self { fault: why, busy_until: None, version: self.version + 1, ..self }
    }

    /// After they have not answered, and why: they may still do it, so that nobody asks for something else
    /// before the lease is over.
    #[must_use]
    pub fn unanswered(self, why: String) -> Self {
        Self { fault: why, version: self.version + 1, ..self }
    }

    /// Whether the network does what it is to do, as far as it was ever asked.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.confirmed.is_some()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn account(hold: &Value, subscription: &Value) -> Account {
        let mut sub = json!({
            "id": "1", "plan": "fibra-500", "start": "2026-01-10", "site": "centro", "login": "ana",
        });
        for (name, value) in subscription.as_object().unwrap() {
            sub[name] = value.clone();
        }
        serde_json::from_value(json!({
            "id": "1042", "ver": 1, "type": "residencial", "cust": { "name": "Ana" }, "locale": "pt-BR",
            "cur": "BRL", "days": [{ "date": "2026-01-01", "day": 10 }], "bal": "0.00 BRL",
            "last": "0.00 BRL", "cred": "0.00 BRL", "hold": hold, "subs": [sub],
        }))
        .unwrap()
    }

    fn hold(kind: &str) -> Value {
        let debt = json!({ "amt": "10.00 BRL", "invoices": ["2026-11-10-cycle"] });
        json!({ "kind": kind, "since": "2026-11-30", "begun": "2026-11-30", "subs": ["1"], "debt": debt })
    }

    #[test]
    fn a_login_is_to_be_what_its_account_and_its_history_say() {
        let (none, today) = (Value::Null, "2026-12-01".parse().unwrap());
        let cut = json!({ "cuts": [{ "from": "2026-11-30" }] });
        let back = json!({ "cuts": [{ "from": "2026-11-30", "until": "2026-12-01" }] });
        let cases = [
            (&none, json!({}), Some(Service::Full)),
            (&hold("throttled"), json!({}), Some(Service::Throttled)),
            (&hold("suspended"), cut, Some(Service::Suspended)),
            (&none, back, Some(Service::Full)),
            (&none, json!({ "ended": "2026-12-01" }), Some(Service::Ended)),
            (
                &none,
                json!({ "hist": [{ "date": "2026-11-20", "change": "suspend" }] }),
                Some(Service::Suspended),
            ),
            (&none, json!({ "start": "2026-12-02" }), None),
            (&none, json!({ "login": null }), None),
        ];
        for (hold, subscription, want) in cases {
            let found = wanted(&account(hold, &subscription), today).unwrap();
            assert_eq!(found.first().map(|one| one.service), want, "{hold} {subscription}");
        }
    }

    #[test]
    fn it_is_asked_for_until_it_is_confirmed_by_one_at_a_time_and_again_by_each_days_sweep() {
        let id: AccountId = "1042".parse().unwrap();
        let now: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
        let (day, next) = ("2026-12-02".parse().ok(), "2026-12-03".parse().ok());
        let of = |kind: &str, cuts: Value| {
            let account = account(&hold(kind), &json!({ "cuts": cuts }));
            wanted(&account, "2026-12-01".parse().unwrap()).unwrap().remove(0)
        };
        let suspended = of("suspended", json!([{ "from": "2026-11-30" }]));
        let Step::Ask(asking) = Enforced::next(&id, &suspended, None, None, now) else { panic!() };
        let until = now + Enforced::LEASE;
        assert_eq!(Enforced::next(&id, &suspended, Some(&asking), None, now), Step::Wait(until));
        let later = now + SignedDuration::from_mins(1);
        let step = Enforced::next(&id, &suspended, Some(&asking), None, later);
        assert!(matches!(step, Step::Ask(_)), "whoever asked has never come back");
        let refused = asking.clone().refused("no".into());
        assert!(matches!(Enforced::next(&id, &suspended, Some(&refused), None, now), Step::Ask(_)));
        let silent = asking.clone().unanswered("silence".into());
        assert_eq!(Enforced::next(&id, &suspended, Some(&silent), None, now), Step::Wait(until));
        assert!(matches!(
            Enforced::next(&id, &suspended, Some(&silent), None, until),
            Step::Ask(_)
        ));
        let done = asking.confirmed(Service::Suspended, now);
        assert_eq!(Enforced::next(&id, &suspended, Some(&done), None, now), Step::Settled);
        let Step::Ask(swept) = Enforced::next(&id, &suspended, Some(&done), day, now) else {
            panic!()
        };
        let swept = swept.confirmed(Service::Suspended, now);
        assert_eq!(Enforced::next(&id, &suspended, Some(&swept), day, now), Step::Settled);
        assert!(matches!(Enforced::next(&id, &suspended, Some(&swept), next, now), Step::Ask(_)));
        let moved = Wanted { site: "norte".parse().unwrap(), ..suspended };
        assert!(matches!(Enforced::next(&id, &moved, Some(&swept), None, now), Step::Ask(_)));
    }
    /// What was asked for and how it ended: confirmed, refused or silence. What was before the next order
    /// then, and whether that order has the number of the one before.
    #[test]
    fn an_order_knows_what_was_before_and_keeps_its_number_until_it_is_confirmed() {
        use Before::{AtWorst, Confirmed};
        use Service::{Full, Suspended, Throttled};
        #[derive(Clone, Copy)]
        enum End {
            Done,
            Not,
        }
        use End::{Done, Not};
        let id: AccountId = "1042".parse().unwrap();
        let now: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
        let of = |service, plan: &str| {
            let account = account(&Value::Null, &json!({ "plan": plan }));
            let wanted = wanted(&account, "2026-12-01".parse().unwrap()).unwrap().remove(0);
            Wanted { service, ..wanted }
        };
        let cases: [(&[(Service, End)], Service, &str, Before, bool); 9] = [
            (&[], Suspended, "fibra-500", AtWorst(Full), false),
            (&[(Suspended, Not)], Suspended, "fibra-500", AtWorst(Suspended), true),
            (&[(Suspended, Not)], Suspended, "fibra-900", AtWorst(Suspended), false),
            (&[(Suspended, Not)], Full, "fibra-500", AtWorst(Suspended), false),
            (&[(Suspended, Done)], Full, "fibra-500", Confirmed(Suspended), false),
            (&[(Suspended, Done), (Full, Not)], Full, "fibra-500", AtWorst(Suspended), true),
            (&[(Suspended, Done), (Full, Done)], Throttled, "fibra-500", Confirmed(Full), false),
            (&[(Throttled, Not)], Throttled, "fibra-500", AtWorst(Throttled), true),
            (&[(Throttled, Not), (Full, Not)], Throttled, "fibra-500", AtWorst(Throttled), false),
        ];
        for (history, service, plan, before, same) in cases {
            let mut known: Option<Enforced> = None;
            for (asked, end) in history {
                let wanted = of(*asked, "fibra-500");
                let step = Enforced::next(&id, &wanted, known.as_ref(), None, now);
                let Step::Ask(asking) = step else { panic!("{step:?}") };
                known = Some(match end {
                    Done => asking.confirmed(*asked, now),
                    Not => asking.refused("no".into()),
                });
            }
            let wanted = of(service, plan);
            assert_eq!(Enforced::before(known.as_ref(), &wanted), before, "{service} {plan}");
            let step = Enforced::next(&id, &wanted, known.as_ref(), None, now);
            let Step::Ask(next) = step else { panic!("{step:?}") };
            let number = |of: &Enforced| of.asked.as_ref().map(|asked| asked.number);
            let last = known.as_ref().and_then(number);
            assert_eq!(last.is_some() && last == number(&next), same, "{service} {plan}");
            assert!(number(&next) >= last, "{service} {plan}");
        }
    }
}
