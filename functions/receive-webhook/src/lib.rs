//! Receives webhooks: checks who sent one over its raw bytes, reads it, and keeps what it says
//! before it answers. `POST /webhooks/{gateway}`.
//!
//! Whoever sends something that is not accepted learns a status and nothing of why; the log has the
//! reason, without a word of what was sent.

use jiff::Timestamp;
use lambda_runtime::Error;
use mensal_domain::{ids::GatewayCode, payment::Notice};
use mensal_rails::{
    gateway::{Gateway, WebhookRequest},
    signature::Refused,
};
use mensal_runtime::{
    Failure,
    gateways::Gateways,
    http,
    messages::ApplyNotice,
    metrics::{self, Metric},
    queue::Queue,
    start::Function,
};
use serde_json::Value;
use tracing::Instrument;

/// The largest webhook that is read, in bytes. A bank tells some hundred payments at once at most.
pub const LARGEST: usize = 256 * 1024;

/// The function.
#[derive(Debug)]
pub struct ReceiveWebhook {
    /// Who may send.
    pub gateways: Gateways,
    /// What they say.
    pub payment_queue: Queue,
}

impl Function for ReceiveWebhook {
    async fn handle(&self, event: Value) -> Result<Value, Error> {
        Ok(match http::Request::of(&event) {
            Some(Ok(request)) => {
                // A name that is none of ours may be anything, and stands in no log.
                let own = self.gateways.codes().iter();
                let gateway =
                    own.map(GatewayCode::as_str).find(|own| *own == request.part("gateway"));
                let span = tracing::error_span!("webhook", gateway);
                self.answer(&request).instrument(span).await
            }
            Some(Err(unreadable)) => unreadable,
            None => return Err("the event is no request over HTTP".into()),
        })
    }
}

/// Why a webhook is not accepted, by what is answered.
enum Rejected {
    Unknown,
    Refused(Refused),
    Unreadable(String),
    /// An answer that says it.
    Answer(Value),
    Later(Failure),
}

impl ReceiveWebhook {
    async fn answer(&self, request: &http::Request) -> Value {
        match self.accept(request).await {
            Ok(notices) => {
                metrics::count(Metric::WebhooksAccepted, 1);
                tracing::debug!(notices, "webhook accepted");
                http::done()
            }
            Err(Rejected::Later(why)) => {
                tracing::warn!(%why, "a webhook is to come again");
                http::problem(503, "It cannot be kept at this moment", "send it again")
            }
            Err(rejected) => {
                metrics::count(Metric::WebhooksRefused, 1);
                refusal(rejected)
            }
        }
    }

    /// Accepts a webhook: all that it says is in the queue when this returns.
    async fn accept(&self, request: &http::Request) -> Result<usize, Rejected> {
        // A name that cannot be one and a name that nobody has are the same to whoever asks.
        let code: GatewayCode = request.part("gateway").parse().map_err(|_| Rejected::Unknown)?;
        let gateway = self.gateways.get(&code).await.map_err(Rejected::Later)?;
        let mut gateway = gateway.ok_or(Rejected::Unknown)?;
        let body = request.body(LARGEST).map_err(Rejected::Answer)?;
        let headers = request.headers();
        let webhook = WebhookRequest {
            headers: &headers,
            query: request.query(),
            tail: request.part("tail"),
            body: &body,
        };
        let mut read = read(&*gateway, &webhook);
        if matches!(read, Err(Rejected::Refused(Refused::Forged))) {
            // Signed with a secret that has taken the place of the one that we know, perhaps.
            let again = self.gateways.again(&code).await.map_err(Rejected::Later)?;
            gateway = again.ok_or(Rejected::Unknown)?;
            read = self::read(&*gateway, &webhook);
        }
        let messages: Vec<_> = read?.into_iter().map(ApplyNotice::of).collect();
        self.payment_queue.send(&messages).await.map_err(Rejected::Later)?;
        Ok(messages.len())
    }
}

fn read(gateway: &dyn Gateway, webhook: &WebhookRequest<'_>) -> Result<Vec<Notice>, Rejected> {
    let verified = gateway.verify(webhook, Timestamp::now()).map_err(Rejected::Refused)?;
    gateway.read(verified).map_err(|why| Rejected::Unreadable(why.to_string()))
}

/// What is answered, and what is logged.
fn refusal(rejected: Rejected) -> Value {
    match rejected {
        Rejected::Unknown => {
            tracing::warn!("a webhook for a gateway that is none of ours");
            http::problem(404, "There is no such gateway", "see the address that was agreed on")
        }
        Rejected::Refused(why) => {
            tracing::warn!(%why, "a webhook is not accepted");
            http::problem(401, "It is not signed as was agreed on", "nothing was done")
        }
        Rejected::Unreadable(why) => {
            tracing::error!(why, "a webhook that is rightly signed cannot be read");
            http::problem(400, "It cannot be read", "nothing was done")
        }
        Rejected::Answer(answer) => {
            tracing::warn!(status = %answer["statusCode"], "a webhook is not accepted");
            answer
        }
        Rejected::Later(why) => http::problem(503, "Not at this moment", &why.to_string()),
    }
}
