//! What those who carry notices tell of them afterwards, each by events of its own form.
//!
//! - SES by `EventBridge`, `source` `aws.ses` (SES Developer Guide, "Contents of event data").
//! - End User Messaging by the topic of a configuration set, raw (its user guide, "Example event data").
//! - The system behind the hook by an event that it puts on the stack's own bus.
//!
//! Reasons are codes only: what mail servers write has addresses in it.

use jiff::Timestamp;
use mensal_domain::delinquency::NoticeState;
use mensal_runtime::Failure;
use serde::Deserialize;
use serde_json::Value;

use crate::{email::TAG, label::Label, sms::CONTEXT};

/// News of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) label: Label,
    pub(crate) state: NoticeState,
    pub(crate) at: Timestamp,
    /// A code; empty where there is nothing to explain.
    pub(crate) reason: String,
    /// What the carrier calls the notice by.
    pub(crate) reference: String,
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
    let (state, at, reason) = match detail["eventType"].as_str() {
        Some("Send") => (NoticeState::Sent, time(mail)?, String::new()),
        Some("Delivery") => (NoticeState::Delivered, time(&detail["delivery"])?, String::new()),
        Some("Bounce") => (NoticeState::Bounced, time(&detail["bounce"])?, bounce(detail)),
        Some("Complaint") => {
            let complaint = &detail["complaint"];
            let kind = word(&complaint["complaintFeedbackType"]);
            (NoticeState::Complained, time(complaint)?, format!("complaint {kind}"))
        }
        Some("Reject") => (NoticeState::Bounced, time(mail)?, "rejected".to_owned()),
        // It will be tried again; or was opened, which nobody asks for.
        Some(_) => return Ok(None),
        None => return Err(poison("an event of SES without `eventType`")),
    };
    Ok(told(tag, state, at, reason, word(&mail["messageId"])))
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
    let state = match event["messageStatus"].as_str() {
        Some("DELIVERED") => NoticeState::Delivered,
        // The carrier has it, the phone may not.
        Some("PENDING" | "QUEUED" | "SUCCESSFUL") => NoticeState::Sent,
        // After three days without news: it stays as it is.
        Some("UNKNOWN") => return Ok(None),
        Some(_) => NoticeState::Bounced,
        None => return Err(poison("an event of End User Messaging without `messageStatus`")),
    };
    let at = event["eventTimestamp"].as_i64().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let at = at.ok_or_else(|| poison("an event of End User Messaging without `eventTimestamp`"))?;
    let failed = state == NoticeState::Bounced;
    let reason = if failed { word(&event["messageStatus"]) } else { String::new() };
    Ok(told(tag, state, at, reason, word(&event["messageId"])))
}

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
    let label = told.id.parse::<Label>().map_err(|why| Failure::Poison(why.to_string()))?;
    let state = match told.state {
        HookState::Delivered => NoticeState::Delivered,
        HookState::Bounced => NoticeState::Bounced,
        HookState::Complained => NoticeState::Complained,
    };
    let reason = told.reason.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    Ok(Some(Told { label, state, at: told.at, reason, reference: String::new() }))
}

/// A label that cannot be read is of somebody else's message.
fn told(
    tag: &str,
    state: NoticeState,
    at: Timestamp,
    reason: String,
    reference: String,
) -> Option<Told> {
    let label = Label::of_tag(tag);
    label.ok().map(|label| Told { label, state, at, reason, reference })
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

    fn text(status: &str) -> Value {
        let tag = NOTICE.parse::<Label>().unwrap().tag();
        json!({
            "eventType": format!("TEXT_{status}"), "messageStatus": status, "eventTimestamp": 1_795_608_003_000_i64,
            "messageId": "m-1", "destinationPhoneNumber": "+5545999990000", "context": { "mensal": tag },
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
        let cases = [
            (mail("Send", "", Value::Null), Sent, 0, ""),
            (mail("Delivery", "delivery", json!({})), Delivered, 3, ""),
            (mail("Bounce", "bounce", bounced), Bounced, 3, "bounce Permanent General 5.1.1"),
            (
                mail("Complaint", "complaint", json!({ "complaintFeedbackType": "abuse" })),
                Complained,
                3,
                "complaint abuse",
            ),
            (mail("Reject", "", Value::Null), Bounced, 0, "rejected"),
            (text("SUCCESSFUL"), Sent, 3, ""),
            (text("DELIVERED"), Delivered, 3, ""),
            (text("CARRIER_UNREACHABLE"), Bounced, 3, "CARRIERUNREACHABLE"),
            (hook("delivered"), Delivered, 3, "131026"),
            (hook("complained"), Complained, 3, "131026"),
        ];
        let sent: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        for (event, state, after, reason) in cases {
            let told = read(&event).unwrap().unwrap();
            assert_eq!(told.label.to_string(), NOTICE);
            assert_eq!(
                (told.state, told.reason.replace('_', "")),
                (state, reason.into()),
                "{event}"
            );
            assert_eq!(told.at.duration_since(sent).as_secs(), after, "{event}");
        }
    }

    #[test]
    fn what_tells_nothing_or_of_others_is_left() {
        let mut foreign = mail("Delivery", "delivery", json!({}));
        foreign["detail"]["mail"]["tags"] = json!({ "campaign": ["x"] });
        let mut unreadable = text("DELIVERED");
        unreadable["context"]["mensal"] = "of-another-system".into();
        let delayed = mail("DeliveryDelay", "deliveryDelay", json!({}));
        for event in [foreign, unreadable, delayed, text("UNKNOWN")] {
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
