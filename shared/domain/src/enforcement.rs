//! What the network is to do for a service, and what it has confirmed: kept apart, so that what was
//! asked for and never confirmed is asked for again.

mod known;
mod wanted;

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

pub use self::known::KnownOf;
pub use self::wanted::{Wanted, may_differ, next_change, wanted};
use crate::{
    account::Account,
    history::HistoryError,
    ids::{AccountId, PlanCode, SiteCode, SubscriptionId},
    network::{Before, Login, Service},
};

/// Whether the network is to be told something of an account on a day: what it has not confirmed, and once
/// each day what it takes away, in case an access server has lost it. `known` is what is known of its
/// logins.
///
/// # Errors
/// [`HistoryError`] if a history contradicts itself.
pub fn is_to_be_told(
    account: &Account,
    known: &[Enforced],
    today: Date,
) -> Result<bool, HistoryError> {
    let told =
        |wanted: &Wanted| wanted.is_swept() || !KnownOf::wanted(known, wanted).is_done(wanted);
    Ok(wanted(account, today)?.iter().any(told))
}

/// On which occasion the network is told of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Occasion {
    /// The sweep of this day: what is confirmed is asked for again.
    pub sweep: Option<Date>,
    /// Whether service may be taken away for what is not paid: it is the day on which that was decided, or
    /// another one that the account's calendar permits.
    pub may_cut: bool,
}

/// What is known of a login at its access servers. It is kept by the login, whichever subscriptions of its
/// account have had it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enforced {
    /// Whose.
    pub account: AccountId,
    /// For which subscription they were asked last.
    #[serde(rename = "sub")]
    pub subscription: SubscriptionId,
    /// Whose access servers were asked.
    pub site: SiteCode,
    /// For which login.
    pub login: Login,
    /// Grows with each change, and is higher than that of any other login that its subscription had before.
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

    /// What is next. `known` is what is known of the login.
    #[must_use]
    pub fn next(
        account: &AccountId,
        wanted: &Wanted,
        known: &KnownOf<'_>,
        occasion: Occasion,
        now: Timestamp,
    ) -> Step {
        let Occasion { sweep, may_cut } = occasion;
        if let Some(until) = known.busy_until().filter(|until| now < *until) {
            return Step::Wait(until);
        }
        let gone = matches!(known.before(), Before::Confirmed(is) if is >= wanted.service);
        // On a day that is not permitted nobody learns that service is gone.
        if wanted.held && wanted.is_swept() && !gone && !may_cut {
            return Step::Settled;
        }
        let again = wanted.is_swept()
            && sweep.is_some()
            && known.login.is_some_and(|login| sweep > login.swept);
        if known.is_done(wanted) && !again {
            return Step::Settled;
        }
        Step::Ask(Self::asking(account, wanted, known, sweep, now))
    }

    fn is_of(&self, wanted: &Wanted) -> bool {
        self.site == wanted.site && self.login == wanted.login
    }

    /// The number of an order: the one that it had, if the same was asked for and not confirmed.
    fn number(&self, wanted: &Wanted) -> Option<u64> {
        let asked = self.asked.as_ref().filter(|_| self.confirmed.is_none())?;
        let same = (&self.subscription, asked.service, &asked.plan)
            == (&wanted.subscription, wanted.service, &wanted.plan);
        same.then_some(asked.number)
    }

    fn asking(
        account: &AccountId,
        wanted: &Wanted,
        known: &KnownOf<'_>,
        sweep: Option<Date>,
        now: Timestamp,
    ) -> Self {
        let version = known.latest() + 1;
        let number = known.login.and_then(|login| login.number(wanted)).unwrap_or(version);
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
            worst: Some(known.before().worst().max(service)),
            busy_until: Some(now + Self::LEASE),
            fault: String::new(),
            swept: sweep.max(known.login.and_then(|login| login.swept)),
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

    /// After it was noted, and nobody was asked: what was known before stands, also of the name that the login had
    /// before this one.
    #[must_use]
    pub fn withdrawn(self, known: &KnownOf<'_>) -> Self {
        let version = self.version + 1;
        match known.login {
            Some(before) => Self { version, ..before.clone() },
            None => Self {
                version,
                asked: None,
                worst: Some(known.before().worst()),
                busy_until: None,
                swept: None,
                ..self
            },
        }
    }

    /// Whether nobody was ever asked for it, though that was noted once.
    fn is_untouched(&self) -> bool {
        let asked = self.confirmed.is_some() || self.asked.is_some();
        !asked && self.worst == Some(Service::Full)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    pub(crate) fn account(hold: &Value, subscription: &Value) -> Account {
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

    pub(crate) fn hold(kind: &str) -> Value {
        let debt = json!({ "amt": "10.00 BRL", "invoices": ["2026-11-10-cycle"] });
        json!({ "kind": kind, "since": "2026-11-30", "begun": "2026-11-30", "subs": ["1"], "debt": debt })
    }

    fn next(wanted: &Wanted, known: Option<&Enforced>, occasion: Occasion, now: Timestamp) -> Step {
        let known: Vec<_> = known.into_iter().cloned().collect();
        let known = KnownOf::wanted(&known, wanted);
        Enforced::next(&"1042".parse().unwrap(), wanted, &known, occasion, now)
    }

    #[test]
    fn it_is_asked_for_until_it_is_confirmed_by_one_at_a_time_and_again_by_each_days_sweep() {
        let now: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
        let (day, day_after) = ("2026-12-02".parse().ok(), "2026-12-03".parse().ok());
        let cut = Occasion { sweep: None, may_cut: true };
        let sweep = |sweep| Occasion { sweep, may_cut: false };
        let of = |kind: &str, cuts: Value| {
            let account = account(&hold(kind), &json!({ "cuts": cuts }));
            wanted(&account, "2026-12-01".parse().unwrap()).unwrap().remove(0)
        };
        let suspended = of("suspended", json!([{ "from": "2026-11-30" }]));
        let Step::Ask(asking) = next(&suspended, None, cut, now) else { panic!() };
        let until = now + Enforced::LEASE;
        assert_eq!(next(&suspended, Some(&asking), cut, now), Step::Wait(until));
        let later = now + SignedDuration::from_mins(1);
        let step = next(&suspended, Some(&asking), cut, later);
        assert!(matches!(step, Step::Ask(_)), "whoever asked has never come back");
        let refused = asking.clone().refused("no".into());
        assert!(matches!(next(&suspended, Some(&refused), cut, now), Step::Ask(_)));
        let silent = asking.clone().unanswered("silence".into());
        assert_eq!(next(&suspended, Some(&silent), cut, now), Step::Wait(until));
        assert!(matches!(next(&suspended, Some(&silent), cut, until), Step::Ask(_)));
        let done = asking.confirmed(Service::Suspended, now);
        assert_eq!(next(&suspended, Some(&done), cut, now), Step::Settled);
        let Step::Ask(swept) = next(&suspended, Some(&done), sweep(day), now) else { panic!() };
        let swept = swept.confirmed(Service::Suspended, now);
        assert_eq!(next(&suspended, Some(&swept), sweep(day), now), Step::Settled);
        assert!(matches!(next(&suspended, Some(&swept), sweep(day_after), now), Step::Ask(_)));
        let moved = Wanted { site: "norte".parse().unwrap(), ..suspended };
        assert!(matches!(next(&moved, Some(&swept), cut, now), Step::Ask(_)));
    }

    #[test]
    fn service_is_taken_away_on_permitted_days_alone_and_given_back_on_any() {
        use Service::{Full, Suspended, Throttled};
        let now: Timestamp = "2026-12-06T12:00:00Z".parse().unwrap(); // a Sunday
        let day = "2026-12-06".parse().unwrap();
        let of = |service, held| {
            let account = account(&Value::Null, &json!({}));
            Wanted { service, held, ..wanted(&account, day).unwrap().remove(0) }
        };
        let after = |confirmed: Option<Service>, asked: Service| {
            let ask = |known: Option<&Enforced>, service| {
                let may = Occasion { sweep: None, may_cut: true };
                let step = next(&of(service, true), known, may, now);
                let Step::Ask(asking) = step else { panic!("{step:?}") };
                asking
            };
            let known = confirmed.map(|one| ask(None, Suspended).confirmed(one, now));
            ask(known.as_ref(), asked).refused("down on the day that was permitted".into())
        };
        let done = |service| after(None, service).confirmed(service, now);
        let cases = [
            // Nobody was told, or it was down.
            (None, Suspended, true, false),
            (Some(after(None, Suspended)), Suspended, true, false),
            (Some(after(Some(Full), Suspended)), Suspended, true, false),
            (Some(after(Some(Throttled), Suspended)), Suspended, true, false),
            (Some(done(Throttled)), Suspended, true, false),
            // It is gone already; it is given back; its owner has asked for it.
            (Some(done(Suspended)), Suspended, true, true),
            (Some(done(Suspended)), Throttled, true, true),
            (Some(done(Suspended)), Full, false, true),
            (Some(after(Some(Suspended), Full)), Full, false, true),
            (None, Suspended, false, true),
        ];
        for (known, service, held, asks) in cases {
            let sweep = Occasion { sweep: Some(day), may_cut: false };
            let step = next(&of(service, held), known.as_ref(), sweep, now);
            assert_eq!(matches!(step, Step::Ask(_)), asks, "{known:?} {service} {held}");
            let may = Occasion { may_cut: true, ..sweep };
            let step = next(&of(service, held), known.as_ref(), may, now);
            assert!(matches!(step, Step::Ask(_)), "{known:?} {service} {held}");
        }
    }

    #[test]
    fn what_is_confirmed_is_told_of_while_it_is_less_than_all_and_what_is_not_until_it_is() {
        use Service::{Ended, Full, Suspended};
        let now: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
        let day = "2026-12-01".parse().unwrap();
        let suspended = json!({ "hist": [{ "date": "2026-11-20", "change": "suspend" }] });
        let back = json!({ "hist": [
            { "date": "2026-11-20", "change": "suspend" }, { "date": "2026-12-01", "change": "resume" },
        ] });
        let ended = |date: &str| json!({ "hist": [{ "date": date, "change": "end" }] });
        let cases = [
            (None, &json!({}), false),
            (None, &suspended, true),
            (Some(Suspended), &suspended, true),
            (Some(Suspended), &back, true), // its day has come
            (Some(Full), &back, false),
            (None, &ended("2026-12-01"), true),
            (None, &ended("2026-11-24"), true),
            (None, &ended("2026-11-23"), false), // somebody else may have the login
            (Some(Suspended), &ended("2026-11-01"), true),
            (Some(Ended), &ended("2026-12-01"), false),
        ];
        for (confirmed, subscription, want) in cases {
            let account = account(&Value::Null, subscription);
            let known = confirmed.map(|service| {
                let wanted = Wanted { service, ..wanted(&account, day).unwrap().remove(0) };
                Enforced::asking(&account.id, &wanted, &KnownOf::default(), None, now)
                    .confirmed(service, now)
            });
            let known: Vec<_> = known.into_iter().collect();
            let told = is_to_be_told(&account, &known, day).unwrap();
            assert_eq!(told, want, "{confirmed:?} {subscription}");
        }
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
        type History = &'static [(Service, End)];
        let now: Timestamp = "2026-12-01T12:00:00Z".parse().unwrap();
        let cut = Occasion { sweep: None, may_cut: true };
        let of = |service, plan: &str| {
            let account = account(&Value::Null, &json!({ "plan": plan }));
            let wanted = wanted(&account, "2026-12-01".parse().unwrap()).unwrap().remove(0);
            Wanted { service, ..wanted }
        };
        let cases: [(History, Service, &str, Before, bool); 9] = [
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
                let step = next(&wanted, known.as_ref(), cut, now);
                let Step::Ask(asking) = step else { panic!("{step:?}") };
                known = Some(match end {
                    Done => asking.confirmed(*asked, now),
                    Not => asking.refused("no".into()),
                });
            }
            let wanted = of(service, plan);
            assert_eq!(
                KnownOf { login: known.as_ref(), renamed: None }.before(),
                before,
                "{service} {plan}"
            );
            let step = next(&wanted, known.as_ref(), cut, now);
            let Step::Ask(asking) = step else { panic!("{step:?}") };
            let number = |of: &Enforced| of.asked.as_ref().map(|asked| asked.number);
            let last = known.as_ref().and_then(number);
            assert_eq!(last.is_some() && last == number(&asking), same, "{service} {plan}");
            assert!(number(&asking) >= last, "{service} {plan}");
        }
    }
}
