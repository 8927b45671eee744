//! What the network is to do for an account by what is known of its services.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::{
    account::{Account, Subscription},
    calendar::days_after,
    delinquency::HoldKind,
    history::{self, HistoryError, stretches},
    ids::{PlanCode, SiteCode, SubscriptionId},
    network::{Login, Service},
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
    /// Whether it is so since something was not paid.
    pub held: bool,
    /// Whether it ended so long ago that its login may be somebody else's by now.
    pub forgotten: bool,
}

/// So many days after its end a login is told to the network that was never told of it. Later it may be
/// somebody else's.
const REMEMBERED: u16 = 7;

/// What the network is to do for an account on a day, for each subscription that it knows by a login. One
/// that has ended leaves its login to another one of the account that has it now.
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
        let (subscription, plan) = (subscription.id.clone(), stretch.plan.clone());
        let held = account.hold.as_ref().is_some_and(|hold| hold.services.contains(&subscription));
        let forgotten = on_day.is_none() && days_after(stretch.span.end(), REMEMBERED) < today;
        all.push(Wanted { subscription, site, login, plan, service, held, forgotten });
    }
    let live = |one: &Wanted| one.service != Service::Ended;
    let used: BTreeSet<_> = all
        .iter()
        .filter(|one| live(one))
        .map(|one| (one.site.clone(), one.login.clone()))
        .collect();
    all.retain(|one| live(one) || !used.contains(&(one.site.clone(), one.login.clone())));
    Ok(all)
}

/// The next day after this one on which the network may have to do something else for an account by what
/// is known of its services today: a suspension, a return or an end that lies ahead.
///
/// # Errors
/// [`HistoryError`] if a history contradicts itself.
pub fn next_change(account: &Account, today: Date) -> Result<Option<Date>, HistoryError> {
    let mut days = Vec::new();
    for subscription in account.subscriptions.iter().filter(|one| one.is_on_network()) {
        let stretches = stretches(subscription)?;
        days.extend(stretches.iter().flat_map(|one| [one.span.start(), one.span.end()]));
    }
    Ok(days.into_iter().filter(|day| *day > today && *day < Date::MAX).min())
}

impl Wanted {
    /// Whether the daily sweep asks for it again: what has ended may be somebody else's once it is done.
    pub(super) fn is_swept(&self) -> bool {
        matches!(self.service, Service::Throttled | Service::Suspended)
    }
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::enforcement::tests::{account, hold};

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
    fn what_lies_ahead_has_its_day() {
        let subscription = json!({ "hist": [
            { "date": "2026-12-10", "change": "suspend" }, { "date": "2026-12-20", "change": "resume" },
            { "date": "2027-01-05", "change": "end" },
        ] });
        let account = account(&Value::Null, &subscription);
        let days = [
            ("2026-12-01", Some("2026-12-10")),
            ("2026-12-10", Some("2026-12-20")),
            ("2026-12-31", Some("2027-01-05")),
            ("2027-01-05", None),
        ];
        for (today, want) in days {
            let next = next_change(&account, today.parse().unwrap()).unwrap();
            assert_eq!(next.map(|day| day.to_string()).as_deref(), want, "{today}");
        }
    }

    #[test]
    fn a_login_that_another_subscription_of_the_account_has_now_is_left_to_it() {
        let mut both =
            account(&Value::Null, &json!({ "hist": [{ "date": "2026-11-20", "change": "end" }] }));
        let today = "2026-12-01".parse().unwrap();
        let mut other = both.subscriptions[0].clone();
        (other.id, other.history) = ("2".parse().unwrap(), Vec::new());
        both.subscriptions.push(other);
        let found: Vec<_> = wanted(&both, today).unwrap();
        let found: Vec<_> =
            found.iter().map(|one| (one.subscription.as_str(), one.service)).collect();
        assert_eq!(found, [("2", Service::Full)]);
    }
}
