//! Stripe, through its own wire format: what all gateways must do, and what is its own.
#![allow(clippy::unwrap_used, unreachable_pub)] // its modules are of this program alone
#![recursion_limit = "256"] // Stripe's objects are long

mod contract;
mod stripe;

use contract::{collecting, offering, refunding, telling, troubled};
use mensal_domain::rail::Rail;
use mensal_rails::{
    gateway::{
        self, Gateway,
        stripe::{Credentials, Settings, connect},
    },
    http::Unusable,
};
use serde_json::json;
use stripe::{KEY, StripeSide, VERSION, WEBHOOK, credentials, settings};

#[tokio::test]
async fn charges_are_offered() {
    offering(&StripeSide::start().await).await;
}

#[tokio::test]
async fn troubles_say_what_may_have_been_done() {
    troubled(&StripeSide::start().await).await;
}

#[tokio::test]
async fn money_is_given_back() {
    refunding(&StripeSide::start().await).await;
}

#[tokio::test]
async fn webhooks_are_believed_and_read_with_care() {
    telling(&StripeSide::start().await).await;
}

#[tokio::test]
async fn stored_methods_are_collected_from() {
    collecting(&StripeSide::start().await).await;
}

#[test]
fn cards_and_debits_of_bank_accounts_are_served() {
    let host = "https://api.stripe.com";
    let stripe = connect("stripe".parse().unwrap(), settings(host), credentials()).unwrap();
    let served: Vec<_> = Rail::ALL.into_iter().filter(|rail| stripe.serves(*rail)).collect();
    assert_eq!(served, [Rail::Card, Rail::BankDebit]);
    assert!(!stripe.amends(Rail::Card));
}

#[test]
fn settings_say_what_is_missing_and_have_the_rest_from_stripe() {
    let given = json!({
        "live": true, "time_zone": "America/Sao_Paulo", "return_to": "https://conta.example",
    });
    let read: Settings = serde_json::from_value(given.clone()).unwrap();
    assert_eq!((&*read.host, &*read.api_version), ("https://api.stripe.com", VERSION));
    let with = |name: &str, value: &str| {
        let mut given = given.clone();
        given[name] = json!(value);
        serde_json::from_value::<Settings>(given).unwrap_err().to_string()
    };
    assert!(with("time_zone", "Brasilia").contains("Brasilia"));
    assert!(with("secret_key", "sk_live_1").contains("unknown field"));
    let secret = json!({"secret_key": "sk_live_1", "webhook_secrets": [], "web_hook": 1});
    assert!(serde_json::from_value::<Credentials>(secret).is_err());
}

#[test]
fn what_cannot_work_is_not_connected_with() {
    let connected = |live: bool, key: &str, webhooks: &[&str]| {
        let given = json!({"secret_key": key, "webhook_secrets": webhooks});
        let settings = Settings { live, ..settings("https://api.stripe.com") };
        let credentials: Credentials = serde_json::from_value(given).unwrap();
        let shown = format!("{credentials:?}");
        assert!(!shown.contains("whsec") && !shown.contains("sk_"), "{shown}");
        connect("stripe".parse().unwrap(), settings, credentials).map(|_| ())
    };
    assert_eq!(connected(false, KEY, &WEBHOOK), Ok(()));
    assert_eq!(connected(true, "rk_live_1", &WEBHOOK[..1]), Ok(()));
    for key in ["", "sk_test_1\n"] {
        let why = connected(false, key, &WEBHOOK).unwrap_err().to_string();
        assert!(why.contains("no key"), "{why}");
    }
    for webhooks in [&[][..], &[""], &["whsec_1", ""]] {
        assert_eq!(connected(false, KEY, webhooks), Err(Unusable::NoWebhookSecret));
    }
    for (live, key) in [(true, "sk_test_1"), (true, "rk_test_1"), (false, "sk_live_1")] {
        let why = connected(live, key, &WEBHOOK).unwrap_err().to_string();
        assert!(why.contains("two modes") && !why.contains(key), "{why}");
    }
}

#[test]
fn a_secret_of_kind_stripe_connects_with_it() {
    let settings = json!({
        "live": false, "time_zone": "America/New_York", "return_to": "https://conta.example",
    });
    let credentials = json!({"secret_key": KEY, "webhook_secrets": WEBHOOK});
    let secret = json!({"kind": "stripe", "settings": settings, "credentials": credentials});
    let stripe = gateway::connect("stripe".parse().unwrap(), &secret.to_string()).unwrap();
    assert!(stripe.serves(Rail::BankDebit));
}
