//! What is known of a login: what was done to it, whoever of the account had it then; or, of one that
//! nobody was ever asked for, what was done to its subscription under another login.

use jiff::Timestamp;

use super::{Enforced, Wanted};
use crate::network::{Before, Service};

/// What is known of a login.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KnownOf<'a> {
    /// Of the login itself; none if nobody was ever asked for it.
    pub login: Option<&'a Enforced>,
    /// Of the login that its subscription had before this one, the last of them: access servers may know
    /// the one by the other's name.
    pub renamed: Option<&'a Enforced>,
}

impl<'a> KnownOf<'a> {
    /// What is known of the login that something is wanted of, out of all that is known of its account.
    #[must_use]
    pub fn wanted(all: &'a [Enforced], wanted: &Wanted) -> Self {
        let of_subscription = |one: &&Enforced| one.subscription == wanted.subscription;
        let (same, others): (Vec<_>, Vec<_>) = all.iter().partition(|one| one.is_of(wanted));
        let renamed = others.into_iter().filter(of_subscription).max_by_key(|one| one.version);
        Self { login: same.first().copied(), renamed }
    }

    /// The highest version of what is known; zero of nothing.
    pub(super) fn latest(&self) -> u64 {
        self.login.into_iter().chain(self.renamed).map(|one| one.version).max().unwrap_or_default()
    }

    /// Until when nobody else asks: somebody is asking, or may still be answered.
    pub(super) fn busy_until(&self) -> Option<Timestamp> {
        self.login.and_then(|one| one.busy_until)
    }

    /// Whether the network does what it is to do, as far as anybody knows. A login of which it was never told
    /// is as the ISP has set it up.
    pub(super) fn is_done(&self, wanted: &Wanted) -> bool {
        let of_another = self.login.is_none_or(|login| login.subscription != wanted.subscription);
        // Nothing was taken from it, or that was given back: whoever has it by now keeps it.
        let forgotten =
            wanted.forgotten && (of_another || self.before() == Before::Confirmed(Service::Full));
        match (self.login, self.renamed, wanted.service) {
            (None, None, Service::Full) => true,
            (Some(login), None, Service::Full) if login.is_untouched() => true,
            (.., Service::Ended) if forgotten => true,
            (.., service) => self.before() == Before::Confirmed(service),
        }
    }

    /// Of two names of one subscription, the one that was asked for last says what was done to it: the other name, if
    /// it is that.
    fn renamed_since(&self) -> Option<&'a Enforced> {
        let since = self.login.map_or(0, |login| login.version);
        self.renamed.filter(|renamed| renamed.version > since)
    }

    /// The least restricted service that the login may have.
    pub(super) fn at_best(&self) -> Service {
        match self.before() {
            Before::Confirmed(service) => service,
            Before::AtWorst(_) => {
                let both = self.login.into_iter().chain(self.renamed_since());
                both.map(Enforced::at_best).min().unwrap_or(Service::Full)
            }
        }
    }

    /// What the service of the login was before it is asked for.
    #[must_use]
    pub fn before(&self) -> Before {
        let renamed = self.renamed_since();
        match (self.login, renamed) {
            (Some(Enforced { confirmed: Some(service), .. }), None) => Before::Confirmed(*service),
            (login, renamed) => {
                let worst = login.into_iter().chain(renamed).map(Enforced::at_worst).max();
                Before::AtWorst(worst.unwrap_or(Service::Full))
            }
        }
    }
}

impl Enforced {
    /// The most restricted service that its login may have.
    fn at_worst(&self) -> Service {
        self.confirmed.or(self.worst).unwrap_or(Service::Ended)
    }

    /// The least restricted.
    fn at_best(&self) -> Service {
        self.confirmed.or(self.best).unwrap_or(Service::Full)
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, civil::Date};
    use serde_json::{Value, json};

    use super::*;
    use crate::account::Account;
    use crate::enforcement::{
        Occasion, Step, is_to_be_told,
        tests::{account, hold},
        wanted,
    };

    fn now() -> Timestamp {
        "2026-12-01T12:00:00Z".parse().unwrap()
    }

    fn today() -> Date {
        "2026-12-01".parse().unwrap()
    }

    fn next(wanted: &Wanted, all: &[Enforced], now: Timestamp) -> Step {
        let may = Occasion { sweep: None, may_cut: true };
        Enforced::next(&"1042".parse().unwrap(), wanted, &KnownOf::wanted(all, wanted), may, now)
    }

    fn ask(wanted: &Wanted, all: &[Enforced]) -> Enforced {
        let Step::Ask(asking) = next(wanted, all, now()) else { panic!("{all:?}") };
        asking
    }

    /// The contract of subscription 1 was ended while its service was suspended; the customer comes back, and
    /// subscription 2 has the login.
    #[test]
    fn a_login_that_was_left_without_service_is_given_back_to_the_one_that_has_it_now() {
        let first = account(&hold("suspended"), &json!({ "cuts": [{ "from": "2026-11-30" }] }));
        let mut both = account(&Value::Null, &json!({ "ended": "2026-12-01" }));
        let mut second = both.subscriptions[0].clone();
        (second.id, second.disconnected_on) = ("2".parse().unwrap(), None);
        both.subscriptions.push(second);
        let cut = wanted(&first, today()).unwrap().remove(0);
        let back = wanted(&both, today()).unwrap().remove(0);
        assert_eq!((back.subscription.as_str(), back.service), ("2", Service::Full));
        let asking = ask(&cut, &[]);
        let done = |service| asking.clone().confirmed(service, now());
        let cases = [
            (done(Service::Suspended), Some(Before::Confirmed(Service::Suspended))),
            (done(Service::Ended), Some(Before::Confirmed(Service::Ended))),
            (asking.clone().refused("no".into()), Some(Before::AtWorst(Service::Suspended))),
            (done(Service::Full), None),
        ];
        for (left, want) in cases {
            let all = [left];
            assert_eq!(is_to_be_told(&both, &all, today()).unwrap(), want.is_some(), "{all:?}");
            let Some(before) = want else {
                assert_eq!(next(&back, &all, now()), Step::Settled, "{all:?}");
                continue;
            };
            assert_eq!(KnownOf::wanted(&all, &back).before(), before);
            let asking = ask(&back, &all);
            assert!(asking.version > all[0].version, "it takes the place of {all:?}");
            let after = [asking.confirmed(Service::Full, now())];
            assert_eq!(next(&back, &after, now()), Step::Settled);
        }
        let busy = [asking.unanswered("silence".into())];
        assert_eq!(next(&back, &busy, now()), Step::Wait(now() + Enforced::LEASE));
    }

    /// Two subscriptions change their logins with each other, the one of them suspended.
    #[test]
    fn what_is_known_of_a_login_stays_with_it_whoever_has_it() {
        let mut both = account(&hold("suspended"), &json!({ "cuts": [{ "from": "2026-11-30" }] }));
        let mut second = both.subscriptions[0].clone();
        second.id = "2".parse().unwrap();
        second.login = "rui".parse().ok();
        second.cuts = Vec::new();
        both.subscriptions.push(second);
        let before = wanted(&both, today()).unwrap();
        let mut all = vec![ask(&before[0], &[]).confirmed(Service::Suspended, now())];
        assert_eq!(next(&before[1], &all, now()), Step::Settled);
        let logins = both.subscriptions.iter().map(|one| one.login.clone()).rev();
        let logins: Vec<_> = logins.collect();
        for (one, login) in both.subscriptions.iter_mut().zip(logins) {
            one.login = login;
        }
        for wanted in wanted(&both, today()).unwrap() {
            let asking = ask(&wanted, &all);
            all.retain(|one| !one.is_of(&wanted));
            all.push(asking.confirmed(wanted.service, now()));
        }
        let known: Vec<_> = all.iter().map(|one| (one.login.as_str(), one.confirmed)).collect();
        assert_eq!(known, [("rui", Some(Service::Suspended)), ("ana", Some(Service::Full))]);
    }

    /// The network may know the one name by the other, so that what was done to the last counts.
    #[test]
    fn a_login_that_is_named_as_before_is_not_taken_for_what_it_was_then() {
        let mut one = account(&Value::Null, &json!({}));
        let of =
            |one: &Account, service| Wanted { service, ..wanted(one, today()).unwrap().remove(0) };
        let first = ask(&of(&one, Service::Suspended), &[]).confirmed(Service::Suspended, now());
        let first = ask(&of(&one, Service::Full), &[first]).confirmed(Service::Full, now());
        one.subscriptions[0].login = "ana-2".parse().ok();
        let all = vec![first];
        let second = ask(&of(&one, Service::Suspended), &all).confirmed(Service::Suspended, now());
        one.subscriptions[0].login = "ana".parse().ok();
        let all = [all, vec![second]].concat();
        let back = of(&one, Service::Full);
        assert_eq!(KnownOf::wanted(&all, &back).before(), Before::AtWorst(Service::Suspended));
        let third = ask(&back, &all).confirmed(Service::Full, now());
        assert_eq!(next(&back, &[all[1].clone(), third], now()), Step::Settled);
    }

    /// Another account may have by now what a contract had that is over for long, whatever another one of the
    /// account had done to it since.
    #[test]
    fn what_ended_long_ago_is_not_told_since_another_had_the_login_meanwhile() {
        let ended = json!({ "hist": [{ "date": "2026-03-01", "change": "end" }] });
        let ended = account(&Value::Null, &ended);
        let wanted = wanted(&ended, today()).unwrap().remove(0);
        assert!(wanted.forgotten);
        let mut other = Wanted { service: Service::Full, ..wanted.clone() };
        other.subscription = "2".parse().unwrap();
        let cut = Wanted { service: Service::Suspended, ..other.clone() };
        let cut = ask(&cut, &[]).confirmed(Service::Suspended, now());
        let back = ask(&other, &[cut]).confirmed(Service::Full, now());
        assert_eq!(next(&wanted, &[back], now()), Step::Settled);
    }

    /// It had been suspended once and given back; the files that tell of its end come late, and another account has
    /// the login by then.
    #[test]
    fn what_ended_long_ago_and_has_all_of_its_service_is_left_to_whoever_has_it_now() {
        let cut = account(&hold("suspended"), &json!({ "cuts": [{ "from": "2026-11-30" }] }));
        let cut = wanted(&cut, today()).unwrap().remove(0);
        let full = Wanted { service: Service::Full, held: false, ..cut.clone() };
        let suspended = ask(&cut, &[]).confirmed(Service::Suspended, now());
        let back = ask(&full, std::slice::from_ref(&suspended)).confirmed(Service::Full, now());
        for (end, known, asks) in [
            ("2026-03-01", &back, false),
            ("2026-03-01", &suspended, true),
            ("2026-11-30", &back, true),
        ] {
            let ended = json!({ "hist": [{ "date": end, "change": "end" }] });
            let ended = wanted(&account(&Value::Null, &ended), today()).unwrap().remove(0);
            let step = next(&ended, std::slice::from_ref(known), now());
            assert_eq!(matches!(step, Step::Ask(_)), asks, "{end} {:?}", known.confirmed);
        }
    }

    /// A receiver that has an order's key does not carry it out again.
    #[test]
    fn no_order_for_another_login_of_a_subscription_has_the_number_of_one_before() {
        let mut one = account(&hold("suspended"), &json!({ "cuts": [{ "from": "2026-11-30" }] }));
        let mut all: Vec<Enforced> = Vec::new();
        let mut numbers = Vec::new();
        for login in ["ana", "ana-2", "ana"] {
            one.subscriptions[0].login = login.parse().ok();
            let wanted = wanted(&one, today()).unwrap().remove(0);
            let later = now() + SignedDuration::from_hours(1);
            let full = Wanted { service: Service::Full, held: false, ..wanted.clone() };
            for wanted in [wanted, full] {
                let Step::Ask(asking) = next(&wanted, &all, later) else { panic!("{all:?}") };
                numbers.extend(asking.asked.as_ref().map(|asked| asked.number));
                all.retain(|one| !one.is_of(&wanted));
                all.push(asking.confirmed(wanted.service, later));
            }
        }
        assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
        assert_eq!(numbers.len(), 6);
    }
}
