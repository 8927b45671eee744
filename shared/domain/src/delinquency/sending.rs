//! Whether a notice that was decided is still to be sent once its turn has come, and to whom.

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{Channel, CustomerNotice, HoldKind, NoticeAbout, NoticeState, When};
use crate::{account::Account, invoice::Invoice};

/// Why a notice is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsent {
    /// Nothing is to be paid any more.
    #[error("the invoice is paid, or void")]
    Paid,
    /// What it tells of the service is so no more.
    #[error("the service is not as it tells any more")]
    Overtaken,
    /// It speaks of a day to come that is past.
    #[error("the day that it speaks of is past")]
    Past,
    /// The account has no e-mail address.
    #[error("the account has no e-mail address")]
    NoEmail,
    /// The account has no phone.
    #[error("the account has no phone number")]
    NoPhone,
}

impl Unsent {
    /// Whether people have to mend something before it can be sent.
    #[must_use]
    pub fn wants_people(self) -> bool {
        matches!(self, Self::NoEmail | Self::NoPhone)
    }
}

/// So long what became of a notice is awaited from whoever was to deliver it. Mail and text messages
/// have no key by which the second of two requests is known for the first: what was begun, and has not
/// been told of since, was not sent.
const AWAITED: SignedDuration = SignedDuration::from_mins(15);

/// How long a notice that has been begun to be sent is not to be sent again yet, since whoever delivers it
/// may still tell what became of it; none: it may be.
#[must_use]
pub fn awaited_for(notice: &CustomerNotice, now: Timestamp) -> Option<SignedDuration> {
    let keyed = notice.id.channel == Channel::Hook;
    let begun = notice.begun.filter(|_| notice.state == NoticeState::Sending && !keyed)?;
    let left = AWAITED - now.duration_since(begun);
    left.is_positive().then_some(left)
}

/// Where a notice by e-mail or text message goes to; empty by a hook, which is told the account.
///
/// # Errors
/// [`Unsent`] if the account has no such address.
pub fn recipient(account: &Account, channel: Channel) -> Result<&str, Unsent> {
    let (address, missing) = match channel {
        Channel::Email => (account.email.as_str(), Unsent::NoEmail),
        Channel::Sms => (account.phone.as_str(), Unsent::NoPhone),
        Channel::Hook => return Ok(""),
    };
    if address.is_empty() { Err(missing) } else { Ok(address) }
}

/// Why a notice is not to be sent any more on a day; none if it is. `invoice` is the one that it is about;
/// none if it is about service.
#[must_use]
pub fn unsent(
    notice: &CustomerNotice,
    account: &Account,
    invoice: Option<&Invoice>,
    today: Date,
) -> Option<Unsent> {
    let over = match notice.id.about {
        NoticeAbout::Invoice(_) => {
            let open = invoice.is_some_and(|one| one.is_open() && one.open().is_positive());
            let past = invoice.is_some_and(|one| notice.is_past(one.due, today));
            (!open).then_some(Unsent::Paid).or(past.then_some(Unsent::Past))
        }
        NoticeAbout::Suspension(begun) => {
            let hold = account.hold.as_ref().filter(|hold| hold.begun == begun);
            let kind = hold.map(|hold| hold.kind);
            let so = match notice.id.when {
                When::Throttled => kind == Some(HoldKind::Throttled),
                When::Suspended => kind == Some(HoldKind::Suspended),
                // Not if it was cut again meanwhile.
                When::Restored | When::Disconnected => account.hold.is_none(),
                When::Issued | When::Days(_) => false,
            };
            (!so).then_some(Unsent::Overtaken)
        }
    };
    over.or_else(|| recipient(account, notice.id.channel).err())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn account(change: Value) -> Account {
        let mut account = json!({
            "id": "1042", "ver": 1, "type": "residential", "cust": { "name": "Ana" },
            "mail": "ana@customer.example", "tel": "+5545999990000", "locale": "pt-BR", "cur": "BRL",
            "days": [{ "date": "2026-01-01", "day": 10 }], "bal": "0.00 BRL", "last": "0.00 BRL",
            "cred": "0.00 BRL",
        });
        let Value::Object(changes) = change else { panic!("no object: {change}") };
        for (name, value) in changes {
            account[name] = value;
        }
        serde_json::from_value(account).unwrap()
    }

    fn hold(kind: &str, begun: &str) -> Value {
        let debt = json!({ "amt": "10.00 BRL", "invoices": ["2026-11-10-cycle"] });
        json!({ "kind": kind, "since": begun, "begun": begun, "subs": ["1"], "debt": debt })
    }

    fn invoice(open: &str) -> Invoice {
        serde_json::from_value(json!({
            "account": "1042", "id": "2026-11-10-cycle", "number": "1042-261110", "locale": "pt-BR",
            "paper": "x", "to": { "name": "Ana" }, "issued": "2026-11-10", "due": "2026-11-20",
            "delinq": "2026-11-25", "autopay": "2026-11-20", "lines": [], "total": "10.00 BRL",
            "prev": "0.00 BRL", "paid": "0.00 BRL", "used": "0.00 BRL", "open": open,
        }))
        .unwrap()
    }

    fn notice(id: &str) -> CustomerNotice {
        let json = json!({ "account": "1042", "id": id, "template": "x", "on": "2026-11-10" });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn nobody_hears_what_is_so_no_more() {
        let (free, cut) = (json!({}), json!({ "hold": hold("suspended", "2026-12-01") }));
        let slow = json!({ "hold": hold("throttled", "2026-12-01") });
        let mute = json!({ "mail": "", "tel": "" });
        let cases = [
            ("2026-11-10-cycle:-3:email", &free, "10.00 BRL", None),
            ("2026-11-10-cycle:-3:email", &free, "0.00 BRL", Some(Unsent::Paid)),
            ("2026-11-10-cycle:issued:hook", &mute, "10.00 BRL", None),
            ("2026-11-10-cycle:+3:email", &mute, "10.00 BRL", Some(Unsent::NoEmail)),
            ("2026-11-10-cycle:+3:sms", &mute, "10.00 BRL", Some(Unsent::NoPhone)),
            ("2026-11-10-cycle:+3:sms", &mute, "0.00 BRL", Some(Unsent::Paid)),
            ("2026-12-01:suspended:sms", &cut, "10.00 BRL", None),
            ("2026-12-01:suspended:sms", &free, "10.00 BRL", Some(Unsent::Overtaken)),
            ("2026-12-01:suspended:sms", &slow, "10.00 BRL", Some(Unsent::Overtaken)),
            ("2026-12-01:throttled:sms", &slow, "10.00 BRL", None),
            ("2026-12-01:throttled:sms", &cut, "10.00 BRL", Some(Unsent::Overtaken)),
            ("2026-11-01:suspended:sms", &cut, "10.00 BRL", Some(Unsent::Overtaken)),
            ("2026-12-01:restored:sms", &free, "10.00 BRL", None),
            ("2026-12-01:restored:sms", &cut, "10.00 BRL", Some(Unsent::Overtaken)),
            ("2026-12-01:disconnected:email", &free, "10.00 BRL", None),
        ];
        for (id, account_is, open, want) in cases {
            let (account, invoice) = (account(account_is.clone()), invoice(open));
            let found =
                unsent(&notice(id), &account, Some(&invoice), "2026-11-12".parse().unwrap());
            assert_eq!(found, want, "{id} {account_is} {open}");
        }
    }

    /// Sending was stopped for some days.
    #[test]
    fn nobody_hears_of_a_day_to_come_that_is_past() {
        for (id, on, want) in [
            ("2026-11-10-cycle:-3:email", "2026-11-19", None),
            ("2026-11-10-cycle:-3:email", "2026-11-20", Some(Unsent::Past)),
            ("2026-11-10-cycle:issued:email", "2026-11-20", None),
            ("2026-11-10-cycle:issued:email", "2026-11-21", Some(Unsent::Past)),
            ("2026-11-10-cycle:0:email", "2026-11-25", None),
            ("2026-11-10-cycle:+2:email", "2026-12-25", None),
        ] {
            let (account, invoice) = (account(json!({})), invoice("10.00 BRL"));
            let found = unsent(&notice(id), &account, Some(&invoice), on.parse().unwrap());
            assert_eq!(found, want, "{id} {on}");
        }
    }

    #[test]
    fn what_was_begun_is_awaited_for_a_while_and_a_hook_knows_its_key() {
        let begun: Timestamp = "2026-11-10T12:00:00Z".parse().unwrap();
        let cases =
            [("email", 14, Some(1)), ("email", 15, None), ("sms", 0, Some(15)), ("hook", 0, None)];
        for (channel, minutes, want) in cases {
            let mut one = notice(&format!("2026-11-10-cycle:-3:{channel}"));
            assert_eq!(awaited_for(&one, begun), None, "it is planned");
            one.begin("Olá".into(), "ana@customer.example", begun);
            let now = begun + SignedDuration::from_mins(minutes);
            let left = want.map(SignedDuration::from_mins);
            assert_eq!(awaited_for(&one, now), left, "{channel} after {minutes} minutes");
        }
    }
}
