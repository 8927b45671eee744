//! The gateways that send webhooks, how each of them signs, and what each of them sends.

use std::sync::LazyLock;

use jiff::Timestamp;
use mensal_rails::gateway::sandbox::SIGNATURE;

use super::{Envelope, Sender, check};
use crate::{
    Target,
    connected::connected,
    signature::{SECRET, stripe_header},
    vectors::told_by,
};

/// Nobody is asked anything.
const NOWHERE: &str = "http://127.0.0.1:9";

static ASAAS: LazyLock<Sender> = LazyLock::new(|| {
    let sign = |_: &[u8], _| by_header("asaas-access-token", SECRET.to_owned());
    Sender { gateway: connected("asaas", NOWHERE), sign, binds: false }
});

static INTER: LazyLock<Sender> = LazyLock::new(|| {
    let sign = |_: &[u8], _| by_query("token");
    Sender { gateway: connected("inter", NOWHERE), sign, binds: false }
});

static PIX: LazyLock<Sender> = LazyLock::new(|| {
    let sign = |_: &[u8], _| by_query("hmac");
    Sender { gateway: connected("pix", NOWHERE), sign, binds: false }
});

static SANDBOX: LazyLock<Sender> = LazyLock::new(|| {
    let sign =
        |body: &[u8], at: Timestamp| by_header(SIGNATURE, stripe_header(body, at.as_second()));
    Sender { gateway: connected("sandbox", NOWHERE), sign, binds: true }
});

static STRIPE: LazyLock<Sender> = LazyLock::new(|| {
    let sign = |body: &[u8], at: Timestamp| {
        by_header("stripe-signature", stripe_header(body, at.as_second()))
    };
    Sender { gateway: connected("stripe", NOWHERE), sign, binds: true }
});

/// A target for each.
pub(crate) const TARGETS: [Target; 5] = [
    Target::of("webhook-asaas", || told_by("asaas"), |body| check(&ASAAS, body))
        .after(|| connect(&ASAAS)),
    Target::of("webhook-inter", || told_by("inter"), |body| check(&INTER, body))
        .after(|| connect(&INTER)),
    Target::of("webhook-pix", || told_by("pix"), |body| check(&PIX, body)).after(|| connect(&PIX)),
    Target::of("webhook-sandbox", || told_by("sandbox"), |body| check(&SANDBOX, body))
        .after(|| connect(&SANDBOX)),
    Target::of("webhook-stripe", || told_by("stripe"), |body| check(&STRIPE, body))
        .after(|| connect(&STRIPE)),
];

/// Connects a gateway, which takes time and memory once.
fn connect(sender: &LazyLock<Sender>) {
    LazyLock::force(sender);
}

fn by_header(name: &'static str, value: String) -> Envelope {
    Envelope { headers: vec![(name, value)], ..Envelope::default() }
}

/// A token in the query, as forms write it.
fn by_query(name: &str) -> Envelope {
    let query = format!("{name}={}", SECRET.replace(' ', "+"));
    Envelope { query, ..Envelope::default() }
}
