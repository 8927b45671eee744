//! What those who carry notices tell of them afterwards, each by events of its own form.
//!
//! - SES by `EventBridge`, `source` `aws.ses` (SES Developer Guide, "Contents of event data").
//! - End User Messaging by the topic of a configuration set, raw (its user guide, "Example event data").
//! - The system behind the hook by an event that it puts on the stack's own bus.
//!
//! Reasons are codes only: what mail servers write has addresses in it.

use jiff::Timestamp;
use mensal_domain::delinquency::{News, NoticeState};
use mensal_runtime::Failure;
use serde::Deserialize;
use serde_json::Value;

use crate::{email::TAG, label::Label, sms::CONTEXT};

/// News of a notice, and of which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) label: Label,
    pub(crate) news: News,
}

/// The longest reason that is kept.
const LONGEST: usize = 120;

/// Reads an event; none if it tells of nothing that counts here, or of what others have sent.
///
/// # Errors
/// [`Failure::Poison`] if it is no event of anybody who carries notices, or not as they write it.
pub(crate) fn read(event: &Value) -> Result<Option<Told>, Failure> {
    let detail = &event["detail"];
    if event["source"] == "aws.ses" {
        of_mail(detail)
    } else if event["detail-type"] == "Notice Told" {
        of_hook(detail)
    } else if event["eventType"].as_str().is_some_and(|kind| kind.starts_with("TEXT_")) {
        of_text(event)
    } else {
        let why = "neither a message of ours, which has a field `v`, nor an event of SES, of End User \
                   Messaging, or `Notice Told`";
        Err(Failure::Poison(why.into()))
    }
}

fn poison(what: &str) -> Failure {
    Failure::Poison(what.to_owned())
}

fn of_mail(detail: &Value) -> Result<Option<Told>, Failure> {
    let mail = &detail["mail"];
    let Some(tag) = mail["tags"][TAG][0].as_str() else { return Ok(None) };
    let time = |what: &Value| {
        let time = what["timestamp"].as_str().and_then(|text| text.parse().ok());
        time.ok_or_else(|| poison("an event of SES without `timestamp`"))
    };
    let news = match detail["eventType"].as_str() {
        Some("Send") => News::of(NoticeState::Sent, time(mail)?),
        Some("Delivery") => News::of(NoticeState::Delivered, time(&detail["delivery"])?),
        Some("Bounce") => News {
            // An absence, a mailbox that is full, or nobody knows: it says nothing of the address.
            passing: detail["bounce"]["bounceType"] != "Permanent",
            reason: bounce(detail),
            ..News::of(NoticeState::Bounced, time(&detail["bounce"])?)
        },
        Some("Complaint") => {
            let complaint = &detail["complaint"];
            let kind = word(&complaint["complaintFeedbackType"]);
            let reason = format!("complaint {kind}");
            News { reason, ..News::of(NoticeState::Complained, time(complaint)?) }
        }
        Some("Reject") => {
            News { reason: "rejected".into(), ..News::of(NoticeState::Bounced, time(mail)?) }
        }
        // It will be tried again; or was opened, which nobody asks for.
        Some(_) => return Ok(None),
        None => return Err(poison("an event of SES without `eventType`")),
    };
    Ok(told(tag, News { reference: word(&mail["messageId"]), ..news }))
}

/// `bounce Permanent General 5.1.1`.
fn bounce(detail: &Value) -> String {
    let bounce = &detail["bounce"];
    let parts = [
        &bounce["bounceType"],
        &bounce["bounceSubType"],
        &bounce["bouncedRecipients"][0]["status"],
    ];
    let words: Vec<String> = parts.into_iter().map(word).filter(|word| !word.is_empty()).collect();
    format!("bounce {}", words.join(" "))
}

fn of_text(event: &Value) -> Result<Option<Told>, Failure> {
    let Some(tag) = event["context"][CONTEXT].as_str() else { return Ok(None) };
    // What is not the last word may be followed by another.
    let last = event["isFinal"] == true;
    let state = match event["messageStatus"].as_str() {
        Some("DELIVERED") if last => NoticeState::Delivered,
        // The carrier has it, the phone may not.
        Some("PENDING" | "QUEUED" | "SENT" | "SUCCESSFUL" | "DELIVERED") => NoticeState::Sent,
        // After three days without news: it stays as it is.
        Some("UNKNOWN") => return Ok(None),
        Some(_) if !last => return Ok(None),
        Some(_) => NoticeState::Bounced,
        None => return Err(poison("an event of End User Messaging without `messageStatus`")),
    };
    let at = event["eventTimestamp"].as_i64().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let at = at.ok_or_else(|| poison("an event of End User Messaging without `eventTimestamp`"))?;
    let failed = state == NoticeState::Bounced;
    let status = word(&event["messageStatus"]);
    let news = News {
        // A phone that was off, or out of reach, is there on another day.
        passing: failed && PASSING.contains(&status.as_str()),
        reason: if failed { status } else { String::new() },
        reference: word(&event["messageId"]),
        ..News::of(state, at)
    };
    Ok(told(tag, news))
}

/// Text messages that have failed for the moment.
const PASSING: [&str; 3] = ["UNREACHABLE", "CARRIER_UNREACHABLE", "TTL_EXPIRED"];

/// What the system behind the hook tells.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FromHook {
    id: String,
    state: HookState,
    at: Timestamp,
    #[serde(default)]
    reason: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum HookState {
    Delivered,
    Bounced,
    Complained,
}

fn of_hook(detail: &Value) -> Result<Option<Told>, Failure> {
    let told: FromHook = serde_json::from_value(detail.clone())
        .map_err(|why| Failure::Poison(format!("a `Notice Told`: {why}")))?;
    let (label, before) =
        Label::and_sending(&told.id).map_err(|why| Failure::Poison(why.to_string()))?;
    let state = match told.state {
        HookState::Delivered => NoticeState::Delivered,
        HookState::Bounced => NoticeState::Bounced,
        HookState::Complained => NoticeState::Complained,
    };
    let reason = told.reason.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let sending = Some(before);
    Ok(Some(Told { label, news: News { reason, sending, ..News::of(state, told.at) } }))
}

/// News as of a time at which it can have happened: after the notice was begun to be sent, and before it is told.
/// Of news with another time is known only that it is told now. Days of grace are counted from it.
pub(crate) fn in_time(news: &News, begun: Option<Timestamp>, now: Timestamp) -> News {
    let can_be = begun.is_none_or(|begun| begun <= news.at) && news.at <= now;
    News { at: if can_be { news.at } else { now }, ..news.clone() }
}

/// A label that cannot be read is of somebody else's message.
fn told(tag: &str, news: News) -> Option<Told> {
    Label::of_tag(tag).ok().map(|label| Told { label, news })
}

/// A code or name: letters, digits and what stands between them.
fn word(value: &Value) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || "._-".contains(*c);
    value.as_str().unwrap_or_default().chars().filter(plain).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOTICE: &str = "1042/2026-11-10-cycle:+5:email";

    fn mail(kind: &str, name: &str, more: Value) -> Value {
        let tag = NOTICE.parse::<Label>().unwrap().tag();
        let mut detail = json!({
            "eventType": kind,
            "mail": {
                "timestamp": "2026-11-25T12:00:00.000Z", "messageId": "0100-a",
                "destination": ["ana@customer.example"], "tags": { "mensal": [tag], "ses:from-domain": ["x"] },
            },
        });
        if !name.is_empty() {
            detail[name] = more;
            detail[name]["timestamp"] = "2026-11-25T12:00:03.000Z".into();
        }
        json!({ "source": "aws.ses", "detail-type": "Email", "detail": detail })
    }

    fn text(status: &str, last: bool) -> Value {
        let tag = NOTICE.parse::<Label>().unwrap().tag();
        json!({
            "eventType": format!("TEXT_{status}"), "messageStatus": status, "eventTimestamp": 1_795_608_003_000_i64,
            "isFinal": last, "messageId": "m-1", "destinationPhoneNumber": "+5545999990000", "context": { "mensal": tag },
        })
    }

    fn hook(state: &str) -> Value {
        let detail = json!({ "id": NOTICE, "state": state, "at": "2026-11-25T12:00:03Z", "reason": "131026" });
        json!({ "source": "isp.whatsapp", "detail-type": "Notice Told", "detail": detail })
    }

    #[test]
    fn what_carriers_tell_is_one_vocabulary_without_a_person_in_it() {
        use NoticeState::{Bounced, Complained, Delivered, Sent};
        let bounced = json!({
            "bounceType": "Permanent", "bounceSubType": "General",
            "bouncedRecipients": [{ "emailAddress": "ana@customer.example", "status": "5.1.1",
                                    "diagnosticCode": "smtp; 550 ana@customer.example unknown" }],
        });
        let kind = |kind: &str| json!({ "bounceType": kind, "bounceSubType": "General" });
        let angry = json!({ "complaintFeedbackType": "abuse" });
        let cases = [
            (mail("Send", "", Value::Null), Sent, false, 0, ""),
            (mail("Delivery", "delivery", json!({})), Delivered, false, 3, ""),
            (
                mail("Bounce", "bounce", bounced),
                Bounced,
                false,
                3,
                "bounce Permanent General 5.1.1",
            ),
            // Out of the office, a mailbox that is full.
            (
                mail("Bounce", "bounce", kind("Transient")),
                Bounced,
                true,
                3,
                "bounce Transient General",
            ),
            (
                mail("Bounce", "bounce", kind("Undetermined")),
                Bounced,
                true,
                3,
                "bounce Undetermined General",
            ),
            (mail("Complaint", "complaint", angry), Complained, false, 3, "complaint abuse"),
            (mail("Reject", "", Value::Null), Bounced, false, 0, "rejected"),
            (text("SUCCESSFUL", true), Sent, false, 3, ""),
            (text("DELIVERED", true), Delivered, false, 3, ""),
            (text("DELIVERED", false), Sent, false, 3, ""),
            (text("CARRIER_UNREACHABLE", true), Bounced, true, 3, "CARRIER_UNREACHABLE"),
            (text("INVALID", true), Bounced, false, 3, "INVALID"),
            (hook("delivered"), Delivered, false, 3, "131026"),
            (hook("bounced"), Bounced, false, 3, "131026"),
            (hook("complained"), Complained, false, 3, "131026"),
        ];
        let sent: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        for (event, state, passing, after, reason) in cases {
            let Told { label, news } = read(&event).unwrap().unwrap();
            assert_eq!(label.to_string(), NOTICE);
            let found = (news.state, news.passing, news.reason.as_str());
            assert_eq!(found, (state, passing, reason), "{event}");
            assert_eq!(news.at.duration_since(sent).as_secs(), after, "{event}");
        }
    }

    /// Seconds that were taken for milliseconds lie in 1970: no days of notice have passed since.
    #[test]
    fn news_is_of_a_time_after_the_notice_was_begun_and_not_still_to_come() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (begun, now) = (at("2026-11-25T12:00:00Z"), at("2026-11-25T18:00:00Z"));
        for (told, want) in [
            ("2026-11-25T12:00:00Z", "2026-11-25T12:00:00Z"),
            ("2026-11-25T14:30:00Z", "2026-11-25T14:30:00Z"),
            ("1970-01-21T11:33:28Z", "2026-11-25T18:00:00Z"),
            ("2026-11-25T11:59:59Z", "2026-11-25T18:00:00Z"),
            ("2036-11-25T12:00:00Z", "2026-11-25T18:00:00Z"),
        ] {
            let news = News::of(NoticeState::Delivered, at(told));
            assert_eq!(in_time(&news, Some(begun), now).at, at(want), "{told}");
        }
        let early = News::of(NoticeState::Delivered, at("2026-11-20T12:00:00Z"));
        assert_eq!(in_time(&early, None, now), early);
    }

    #[test]
    fn what_tells_nothing_or_of_others_is_left() {
        let mut foreign = mail("Delivery", "delivery", json!({}));
        foreign["detail"]["mail"]["tags"] = json!({ "campaign": ["x"] });
        let mut unreadable = text("DELIVERED", true);
        unreadable["context"]["mensal"] = "of-another-system".into();
        let delayed = mail("DeliveryDelay", "deliveryDelay", json!({}));
        // What a carrier tries again.
        let not_yet = text("CARRIER_UNREACHABLE", false);
        for event in [foreign, unreadable, delayed, not_yet, text("UNKNOWN", true)] {
            assert_eq!(read(&event).unwrap(), None, "{event}");
        }
    }

    #[test]
    fn what_is_no_event_of_a_carrier_says_what_would_be() {
        let mut timeless = mail("Delivery", "delivery", json!({}));
        timeless["detail"]["delivery"] = json!({});
        let mut nameless = hook("delivered");
        nameless["detail"]["id"] = "1042".into();
        let cases = [
            (json!({}), "neither a message of ours"),
            (timeless, "without `timestamp`"),
            (nameless, "no name of a notice"),
            (hook("read"), "unknown variant `read`"),
        ];
        for (event, want) in cases {
            let error = read(&event).unwrap_err().to_string();
            assert!(error.contains(want), "{event}: {error}");
        }
    }
}
