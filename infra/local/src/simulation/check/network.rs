//! The network: at the end of a day it does what the account says, and it is not told to hold service on
//! a day on which service may not be held.

use jiff::civil::Date;
use mensal_domain::{
    account::{Account, Change, Subscription},
    delinquency::HoldKind,
    network::{Login, Service},
};

use super::{By, Found, Rule, permitted::may_cut};

/// What each login is at the end of a day. `is` says what the network has of one.
pub(in crate::simulation) fn serves(
    account: &Account,
    today: Date,
    is: impl Fn(&Login) -> Service,
    found: &mut Found<'_>,
) {
    for subscription in account.subscriptions.iter().filter(|one| one.start <= today) {
        let Some(login) = &subscription.login else { continue };
        let (is, should) = (is(login), should_be(account, subscription, today));
        if is > should {
            found.not(Rule::BackOnLine, format!("{login} is {is}, and should be {should}"));
        }
        if is < should {
            found.not(Rule::OffLine, format!("{login} is {is}, and should be {should}"));
        }
    }
}

/// What a login was told, when it was told.
pub(in crate::simulation) fn told(
    account: &Account,
    login: &Login,
    (before, after): (Service, Service),
    by: By<'_>,
    found: &mut Found<'_>,
) {
    let own = account.subscriptions.iter().find(|one| one.login.as_ref() == Some(login));
    let Some(own) = own else {
        found.not(Rule::OffLine, format!("{login} is no login of the account"));
        return;
    };
    // What a customer has asked for holds on any day.
    let asked = by_history(own, by.today) >= after;
    let cut = after > before && !asked;
    if cut && !may_cut(by.today, &by.settings.cut_weekdays.to_string(), by.calendar()) {
        found.not(Rule::CutDay, format!("{login} is {after} on a day that is not permitted"));
    }
    // To repeat what was is no cut: the sweep of a day may be on its way while the day's review gives back.
    let should = should_be(account, own, by.today);
    if after > before && after > should {
        found.not(Rule::BackOnLine, format!("{login} was told {after}, and should be {should}"));
    }
}

fn should_be(account: &Account, subscription: &Subscription, today: Date) -> Service {
    if subscription.disconnected_on.is_some_and(|on| on <= today) {
        return Service::Ended;
    }
    let hold = account.hold.as_ref().filter(|hold| hold.services.contains(&subscription.id));
    let by_debt = hold.map_or(Service::Full, |hold| match hold.kind {
        HoldKind::Throttled => Service::Throttled,
        HoldKind::Suspended => Service::Suspended,
    });
    by_debt.max(by_history(subscription, today))
}

/// By what the ISP's files say of it alone.
fn by_history(subscription: &Subscription, today: Date) -> Service {
    let mut service = Service::Full;
    for event in subscription.history.iter().filter(|event| event.date <= today) {
        match event.change {
            Change::Suspend => service = Service::Suspended,
            Change::Resume => service = Service::Full,
            Change::End => return Service::Ended,
            Change::Plan(_) | Change::Quantity(_) => {}
        }
    }
    service
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use mensal_domain::settings::BillingSettings;
    use serde_json::{Value, json};

    use super::*;

    /// Ana's service, held or not, with what has happened to it.
    fn account(kind: Option<&str>, subscription: &Value) -> Account {
        let mut own = json!({ "id": "1", "plan": "fibra", "start": "2026-11-10", "site": "norte",
            "login": "ana" });
        own.as_object_mut().unwrap().extend(subscription.as_object().unwrap().clone());
        let hold = kind.map(|kind| {
            json!({ "kind": kind, "since": "2026-12-14", "begun": "2026-12-14", "subs": ["1"],
                "debt": { "invoices": ["2026-11-10-cycle"], "amt": "100.00 BRL" } })
        });
        serde_json::from_value(json!({
            "id": "1042", "ver": 9, "type": "res", "locale": "pt-BR", "cur": "BRL",
            "cust": { "name": "Ana" }, "days": [{ "date": "2020-01-01", "day": 10 }],
            "next": "2027-02-10", "bal": "0.00 BRL", "last": "0.00 BRL", "cred": "0.00 BRL",
            "subs": [own], "hold": hold,
        }))
        .unwrap()
    }

    fn history(event: &Value) -> Value {
        json!({ "hist": [{ "date": "2026-12-10", "change": event }] })
    }

    #[test]
    fn a_login_is_what_its_account_says_at_the_end_of_a_day() {
        use Service::{Ended, Full, Suspended, Throttled};
        let today: Date = "2026-12-14".parse().unwrap();
        let none = json!({});
        let ended = history(&json!("end"));
        let cases = [
            (None, none.clone(), Full),
            (Some("throttled"), none.clone(), Throttled),
            (Some("suspended"), none, Suspended),
            (None, history(&json!("suspend")), Suspended),
            (Some("throttled"), history(&json!("suspend")), Suspended),
            (Some("suspended"), ended, Ended),
            (None, json!({ "ended": "2026-12-14" }), Ended),
            (None, json!({ "ended": "2026-12-15" }), Full),
        ];
        for (held, own, should) in cases {
            let account = account(held, &own);
            for is in [Full, Throttled, Suspended, Ended] {
                let mut out = Vec::new();
                serves(&account, today, |_| is, &mut Found::new(today, "1042", &mut out));
                let rules: Vec<_> = out.iter().map(|one| one.rule).collect();
                let want = match is.cmp(&should) {
                    std::cmp::Ordering::Less => vec![Rule::OffLine],
                    std::cmp::Ordering::Equal => vec![],
                    std::cmp::Ordering::Greater => vec![Rule::BackOnLine],
                };
                assert_eq!(rules, want, "{held:?} {own}: {is}");
            }
        }
    }

    #[test]
    fn nobody_is_cut_on_the_network_on_a_day_that_is_not_permitted() {
        let settings: BillingSettings = serde_json::from_value(json!({
            "calendar": { "calendar": "br" }, "cut_weekdays": "Mo Tu We Th",
        }))
        .unwrap();
        let login: Login = "ana".parse().unwrap();
        let rules = |account: &Account, step, day: &str| -> BTreeSet<Rule> {
            let today: Date = day.parse().unwrap();
            let (mut out, by) = (Vec::new(), By { today, settings: &settings });
            told(account, &login, step, by, &mut Found::new(today, "1042", &mut out));
            out.into_iter().map(|one| one.rule).collect()
        };
        let cut = (Service::Full, Service::Suspended);
        let held = account(Some("suspended"), &json!({}));
        let (monday, friday) = ("2026-12-14", "2026-12-18");
        assert_eq!(rules(&held, cut, monday), BTreeSet::new());
        assert_eq!(rules(&held, cut, friday), BTreeSet::from([Rule::CutDay]));
        // Told again, back, or as the customer asked.
        assert_eq!(rules(&held, (Service::Suspended, Service::Suspended), friday), BTreeSet::new());
        assert_eq!(rules(&held, (Service::Suspended, Service::Full), friday), BTreeSet::new());
        let asked = account(None, &history(&json!("suspend")));
        assert_eq!(rules(&asked, cut, friday), BTreeSet::new());
        // Paid, and told all the same.
        let paid = account(None, &json!({}));
        assert_eq!(rules(&paid, cut, monday), BTreeSet::from([Rule::BackOnLine]));
        let mut moved = held;
        moved.subscriptions[0].login = Some("eva".parse().unwrap());
        assert_eq!(rules(&moved, cut, monday), BTreeSet::from([Rule::OffLine]));
    }
}
