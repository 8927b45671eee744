//! The post office of the local stack: takes e-mail, text messages and what goes to the hook from the
//! real SDKs, writes each to a file, and tells what became of it as SES, End User Messaging and the
//! system behind a hook do. Nothing leaves the machine.
//!
//! An e-mail address that begins with `bounce` bounces, one with `complaint` complains; a phone number
//! that ends in 404 is out of reach.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use jiff::Timestamp;
use mensal_domain::delinquency::Channel;
use mensal_runtime::clock::Clock;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Error, FaultKind,
    faults::Faults,
    functions::NOTICE_QUEUE,
    lines,
    queues::{Letter, Queues},
};

/// Something that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// By which way.
    pub channel: Channel,
    /// To which address or number; empty to the hook.
    pub to: String,
    /// What the sender calls it by.
    pub label: String,
    /// Of an e-mail.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    /// What it says.
    pub text: String,
    /// Of an e-mail.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub html: String,
    /// When it was sent.
    pub at: Timestamp,
}

/// The post office.
pub(super) struct Post {
    file: Mutex<(File, u64)>,
    queues: Arc<Queues>,
    clock: Clock,
    faults: Arc<Faults>,
}

impl Post {
    pub(super) fn open(
        path: &Path,
        queues: Arc<Queues>,
        clock: Clock,
        faults: Arc<Faults>,
    ) -> io::Result<Self> {
        let file = File::options().create(true).append(true).read(true).open(path)?;
        let lines = BufReader::new(File::open(path)?).lines().count();
        let count = lines.try_into().unwrap_or(u64::MAX);
        Ok(Self { file: Mutex::new((file, count)), queues, clock, faults })
    }

    /// Keeps what was sent; the name that it goes by here.
    fn keep(&self, posted: &Posted) -> Result<String, Error> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        lines::add(&mut file.0, posted)?;
        file.1 += 1;
        Ok(format!("posted-{}", file.1))
    }

    /// What it says to whom it is asked by, unless it is down, or has taken something and does not say so:
    /// nobody can tell the one from the other.
    fn taken(&self, body: &[u8], take: impl Fn(&Self, &[u8]) -> Result<Value, Error>) -> Answer {
        let lost = || {
            let said = json!({ "__type": "InternalServerException", "message": "lost" });
            (StatusCode::INTERNAL_SERVER_ERROR, said.to_string())
        };
        if self.faults.strikes(FaultKind::PostDown, body) {
            return lost();
        }
        let answer = answered(take(self, body), StatusCode::OK);
        let silent = answer.0.is_success() && self.faults.strikes(FaultKind::PostSilent, body);
        if silent { lost() } else { answer }
    }

    fn tell(&self, events: &[Value]) {
        let letters = events.iter().map(|event| Letter::of(&event.to_string())).collect();
        self.queues.send(NOTICE_QUEUE, letters);
    }
}

/// What it answers at: the addresses of SES and of the hook. Text messages come with a target in their
/// header, as queues do.
pub(super) fn routes(office: Arc<Post>) -> Router {
    Router::new()
        .route("/v2/email/outbound-emails", post(email))
        .route("/hook", post(hook))
        .with_state(office)
}

pub(super) type Answer = (StatusCode, String);

fn answered(done: Result<Value, Error>, status: StatusCode) -> Answer {
    match done {
        Ok(answer) => (status, answer.to_string()),
        Err(why) => (StatusCode::BAD_REQUEST, json!({ "message": why.to_string() }).to_string()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MailBody {
    text: Data,
    html: Data,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Data,
    body: MailBody,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    simple: Simple,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    to_addresses: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    name: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Mail {
    destination: Destination,
    content: Content,
    #[serde(default)]
    email_tags: Vec<Tag>,
}

async fn email(State(office): State<Arc<Post>>, body: Bytes) -> Answer {
    office.taken(&body, Post::mailed)
}

/// A text message, as End User Messaging answers to it.
pub(super) fn text(office: &Post, body: &[u8]) -> Answer {
    office.taken(body, Post::texted)
}

async fn hook(State(office): State<Arc<Post>>, headers: HeaderMap, body: Bytes) -> Answer {
    let signed = headers.contains_key(mensal_rails::signature::OWN_HEADER);
    let done = if signed { office.hooked(&body) } else { Err("it is not signed".into()) };
    answered(done, StatusCode::ACCEPTED)
}

impl Post {
    fn mailed(&self, body: &[u8]) -> Result<Value, Error> {
        let Mail { destination, content, email_tags } = serde_json::from_slice(body)?;
        let to = destination.to_addresses.into_iter().next().ok_or("to nobody")?;
        let at = self.clock.now();
        let Simple { subject, body } = content.simple;
        let label = email_tags.first().map(|tag| tag.value.clone()).unwrap_or_default();
        let (is_none, is_angry) = (to.starts_with("bounce"), to.starts_with("complaint"));
        let posted = Posted {
            channel: Channel::Email,
            to,
            label,
            subject: subject.data,
            text: body.text.data,
            html: body.html.data,
            at,
        };
        let id = self.keep(&posted)?;
        let tags: serde_json::Map<String, Value> =
            email_tags.into_iter().map(|tag| (tag.name, json!([tag.value]))).collect();
        let mail = json!({ "timestamp": at, "messageId": id, "tags": tags });
        let event = |kind: &str, name: &str, what: Value| {
            let detail = json!({ "eventType": kind, "mail": mail, name: what });
            json!({ "source": "aws.ses", "detail-type": format!("Email {kind}"), "detail": detail })
        };
        let mut events = vec![event("Send", "send", json!({}))];
        if is_none {
            let bounced = json!({
                "bounceType": "Permanent", "bounceSubType": "General", "timestamp": at,
                "bouncedRecipients": [{ "status": "5.1.1" }],
            });
            events.push(event("Bounce", "bounce", bounced));
        } else {
            events.push(event("Delivery", "delivery", json!({ "timestamp": at })));
        }
        if is_angry {
            let complaint = json!({ "complaintFeedbackType": "abuse", "timestamp": at });
            events.push(event("Complaint", "complaint", complaint));
        }
        self.tell(&events);
        Ok(json!({ "MessageId": id }))
    }

    /// A text message, as End User Messaging is asked for it.
    fn texted(&self, body: &[u8]) -> Result<Value, Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Text {
            destination_phone_number: String,
            message_body: String,
            context: Value,
        }
        let Text { destination_phone_number: to, message_body: text, context } =
            serde_json::from_slice(body)?;
        let (at, label) = (self.clock.now(), context["mensal"].as_str().unwrap_or_default());
        let reached = !to.ends_with("404");
        let posted = Posted {
            channel: Channel::Sms,
            to,
            label: label.to_owned(),
            subject: String::new(),
            text,
            html: String::new(),
            at,
        };
        let id = self.keep(&posted)?;
        let event = |status: &str, last: bool| {
            json!({
                "eventType": format!("TEXT_{status}"), "messageStatus": status, "messageId": id,
                "eventTimestamp": at.as_millisecond(), "isFinal": last, "context": context,
            })
        };
        let last = if reached { "DELIVERED" } else { "UNREACHABLE" };
        self.tell(&[event("SUCCESSFUL", false), event(last, true)]);
        Ok(json!({ "MessageId": id }))
    }

    fn hooked(&self, body: &[u8]) -> Result<Value, Error> {
        let asked: Value = serde_json::from_slice(body)?;
        let (label, text) = (asked["id"].as_str(), asked["text"].as_str());
        let (label, text) = (label.ok_or("no `id`")?, text.ok_or("no `text`")?);
        let at = self.clock.now();
        let posted = Posted {
            channel: Channel::Hook,
            to: String::new(),
            label: label.to_owned(),
            subject: String::new(),
            text: text.to_owned(),
            html: String::new(),
            at,
        };
        let id = self.keep(&posted)?;
        let detail = json!({ "id": label, "state": "delivered", "at": at });
        self.tell(&[json!({ "source": "local", "detail-type": "Notice Told", "detail": detail })]);
        Ok(json!({ "id": id }))
    }
}
