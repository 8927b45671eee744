//! What Stripe tells.

use jiff::Timestamp;
use mensal_domain::payment::Notice;
use mensal_rails::gateway::{
    Gateway,
    stripe::{EVENTS, Settings, Stripe, connect},
};
use serde_json::{Value, json};

use super::{
    StripeSide, WEBHOOK, credentials, happened,
    objects::{self, ORDERED},
    settings, sign,
};
use crate::contract::{FarSide, Hook};

/// 2026-11-21, three o'clock in London: in New York it is the evening before.
const EVENING: i64 = ORDERED + 15 * 3600;

fn read(stripe: &Stripe, hook: &Hook) -> Vec<Notice> {
    hook.with(|request| {
        let verified = stripe.verify(request, Timestamp::now()).unwrap();
        stripe.read(verified).unwrap()
    })
}

fn told(far: &StripeSide, event: &Value) -> Vec<Value> {
    let notices = read(&far.stripe, &far.hook(event));
    assert!(notices.iter().all(|notice| notice.gateway.as_str() == "stripe"));
    notices.iter().map(|notice| serde_json::to_value(&notice.fact).unwrap()).collect()
}

/// A payment of 109.90 that we have collected, or that was paid on a page.
fn paid(purpose: &str, status: &str) -> Value {
    let metadata = json!({
        "mensal_charge": "1042/2026-11-10-cycle/card/1", "mensal_purpose": purpose,
    });
    objects::intent("pi_1", 10_990, "usd", status, &metadata)
}

fn failed() -> Value {
    let mut intent = paid("collection", "requires_payment_method");
    intent["last_payment_error"] = json!({
        "advice_code": "try_again_later", "charge": "ch_1", "code": "card_declined",
        "decline_code": "insufficient_funds", "doc_url": "https://stripe.example/docs",
        "message": "Your card has insufficient funds.", "network_decline_code": "51",
        "type": "card_error",
    });
    intent
}

fn canceled() -> Value {
    let mut intent = paid("collection", "canceled");
    intent["cancellation_reason"] = json!("requested_by_customer");
    intent
}

fn refund(status: &str) -> Value {
    let mut refund = objects::refund("re_1", "pi_1", 990, "usd", status);
    refund["metadata"] = json!({"mensal_refund": "r1", "mensal_account": "1042"});
    refund
}

fn not_collected(code: &str, advice: &str) -> Value {
    json!({"not_collected": {
        "about": {"charge": "1042/2026-11-10-cycle/card/1"}, "code": code, "advice": advice,
        "on": "2026-11-20",
    }})
}

fn returned(id: &str, kind: &str, about: &Value, amount: &str) -> Value {
    json!({"returned": {
        "money": "pi_1", "id": id, "about": about, "kind": kind, "amt": amount, "on": "2026-11-20",
    }})
}

fn method_news(change: &Value) -> Value {
    let about = json!({"reference": "pm_1"});
    json!({"method": {"about": about, "token": "pm_1", "change": change}})
}

#[tokio::test]
async fn money_that_came_in_is_told() {
    let far = StripeSide::start().await;
    let received = json!({"received": {
        "money": "pi_1", "about": {"charge": "1042/2026-11-10-cycle/card/1"}, "rail": "card",
        "amt": "109.90 USD", "on": "2026-11-20", "recalled_by_name": true,
    }});
    for purpose in ["page", "collection"] {
        let event = objects::event(
            "evt_1",
            "payment_intent.succeeded",
            EVENING,
            &paid(purpose, "succeeded"),
        );
        assert_eq!(told(&far, &event), std::slice::from_ref(&received), "{purpose}");
    }
    // Another business of the same company.
    let shop = objects::intent("pi_2", 5_000, "usd", "succeeded", &json!({"order": "6735"}));
    let event = objects::event("evt_2", "payment_intent.succeeded", EVENING, &shop);
    assert_eq!(told(&far, &event), [] as [Value; 0]);
    // Ours by its own word, and of no charge that can be: money all the same.
    let metadata = json!({"mensal_charge": "mended by hand"});
    let mut odd = objects::intent("pi_3", 5_000, "jpy", "succeeded", &metadata);
    odd["payment_method_types"] = json!(["us_bank_account"]);
    let event = objects::event("evt_3", "payment_intent.succeeded", EVENING, &odd);
    let odd = &told(&far, &event)[0]["received"];
    assert_eq!((&odd["about"], &odd["rail"]), (&json!("nothing"), &json!("bank_debit")));
    assert_eq!(odd["amt"], "5000 JPY");
}

#[tokio::test]
async fn what_did_not_come_or_stay_is_told() {
    let far = StripeSide::start().await;
    let account = json!({"account": "1042"});
    let (nothing, all, part) = (json!("nothing"), "109.90 USD", "9.90 USD");
    let dispute = |reason, status| objects::dispute("dp_1", "pi_1", reason, status);
    let cases = [
        (
            "payment_intent.payment_failed",
            failed(),
            Some(not_collected("insufficient_funds", "retry_later")),
        ),
        (
            "payment_intent.canceled",
            canceled(),
            Some(not_collected("requested_by_customer", "retry_later")),
        ),
        // The payer has mistyped a card, and tries again by themselves.
        ("payment_intent.payment_failed", paid("page", "requires_payment_method"), None),
        ("payment_intent.canceled", paid("page", "canceled"), None),
        ("refund.created", refund("pending"), Some(returned("re_1", "refund", &account, part))),
        ("refund.updated", refund("succeeded"), Some(returned("re_1", "refund", &account, part))),
        (
            "refund.failed",
            refund("failed"),
            Some(returned("re_1", "refund_failed", &account, part)),
        ),
        (
            "refund.updated",
            refund("canceled"),
            Some(returned("re_1", "refund_failed", &account, part)),
        ),
        (
            "charge.dispute.created",
            dispute("fraudulent", "needs_response"),
            Some(returned("dp_1", "dispute_opened", &nothing, all)),
        ),
        (
            "charge.dispute.funds_withdrawn",
            dispute("fraudulent", "under_review"),
            Some(returned("dp_1", "dispute_opened", &nothing, all)),
        ),
        (
            "charge.dispute.closed",
            dispute("fraudulent", "won"),
            Some(returned("dp_1", "dispute_won", &nothing, all)),
        ),
        (
            "charge.dispute.closed",
            dispute("product_not_received", "lost"),
            Some(returned("dp_1", "dispute_lost", &nothing, all)),
        ),
        // An inquiry takes no money.
        ("charge.dispute.created", dispute("general", "warning_needs_response"), None),
        ("charge.dispute.closed", dispute("general", "warning_closed"), None),
        // A debit that came back after it had succeeded, told when it is opened and when closed.
        (
            "charge.dispute.created",
            dispute("insufficient_funds", "needs_response"),
            Some(returned("dp_1", "reversal", &nothing, all)),
        ),
        (
            "charge.dispute.closed",
            dispute("debit_not_authorized", "lost"),
            Some(returned("dp_1", "reversal", &nothing, all)),
        ),
        // What the others say better.
        ("charge.refunded", json!({"id": "ch_1", "object": "charge"}), None),
        ("charge.failed", json!({"id": "ch_1", "object": "charge"}), None),
    ];
    for (kind, object, want) in cases {
        let event = objects::event("evt_1", kind, EVENING, &object);
        let told = told(&far, &event);
        assert_eq!(told, want.into_iter().collect::<Vec<_>>(), "{kind} {}", object["status"]);
    }
}

#[tokio::test]
async fn methods_that_come_change_and_go_are_told() {
    let far = StripeSide::start().await;
    let visa = json!({"active": {"rail": "card", "label": "Visa •••• 4242", "expires": "2029-08"}});
    let bank = json!({"active": {"rail": "bank_debit", "label": "Test Bank •••• 6789"}});
    let card = || objects::card("pm_1", Some("cus_ana"));
    let mut paypal = card();
    paypal["type"] = json!("paypal");
    let revoked = json!("revoked");
    let account = objects::bank_account("pm_1", Some("cus_ana"));
    let cases = [
        ("payment_method.automatically_updated", card(), Some(method_news(&visa))),
        ("payment_method.updated", card(), Some(method_news(&visa))),
        ("payment_method.updated", account, Some(method_news(&bank))),
        ("payment_method.updated", paypal, None),
        ("payment_method.updated", objects::card("pm_1", None), None),
        ("payment_method.attached", card(), None),
        ("payment_method.detached", objects::card("pm_1", None), Some(method_news(&revoked))),
        ("mandate.updated", objects::mandate("pm_1", "inactive"), Some(method_news(&revoked))),
        ("mandate.updated", objects::mandate("pm_1", "active"), None),
        ("setup_intent.succeeded", objects::setup_intent("pm_1", &json!({})), None),
    ];
    for (kind, object, want) in cases {
        let event = objects::event("evt_1", kind, EVENING, &object);
        assert_eq!(told(&far, &event), want.into_iter().collect::<Vec<_>>(), "{kind}");
    }
    // A setup names account and method, and has no label.
    let metadata =
        json!({"mensal_account": "1042", "mensal_method": "m7", "mensal_rail": "bank_debit"});
    let setup = objects::setup_intent("pm_1", &metadata);
    let event = objects::event("evt_1", "setup_intent.succeeded", EVENING, &setup);
    let want = json!({"method": {
        "about": {"account": "1042"}, "method": "m7", "token": "pm_1",
        "change": {"active": {"rail": "bank_debit", "label": ""}},
    }});
    assert_eq!(told(&far, &event), [want]);
}

#[tokio::test]
async fn no_card_number_gets_through_a_label() {
    let far = StripeSide::start().await;
    let mut card = objects::card("pm_1", Some("cus_ana"));
    for (brand, last, want) in [
        ("amex", "0005", "American Express •••• 0005"),
        ("a_brand_of_next_year", "4242", "•••• 4242"),
        ("visa", "4242424242424242", "Visa"),
    ] {
        card["card"]["brand"] = json!(brand);
        card["card"]["last4"] = json!(last);
        let event = objects::event("evt_1", "payment_method.updated", EVENING, &card);
        assert_eq!(told(&far, &event)[0]["method"]["change"]["active"]["label"], want);
    }
    let mut account = objects::bank_account("pm_1", Some("cus_ana"));
    for (bank, want) in [
        ("First Bank 1", "First Bank 1 •••• 6789"),
        ("4242424242424242", "•••• 6789"),
        ("two\nlines", "•••• 6789"),
    ] {
        account["us_bank_account"]["bank_name"] = json!(bank);
        let event = objects::event("evt_1", "payment_method.updated", EVENING, &account);
        assert_eq!(told(&far, &event)[0]["method"]["change"]["active"]["label"], want);
    }
}

#[test]
fn what_happens_to_another_tenant_or_in_the_other_mode_is_not_heard() {
    let connected = |live, account: Option<&str>| {
        let account = account.map(str::to_owned);
        let settings = Settings { live, account, ..settings("https://api.stripe.com") };
        let given = if live { json!("rk_live_1") } else { json!("rk_test_1") };
        let given = json!({"secret_key": given, "webhook_secrets": WEBHOOK});
        let credentials = serde_json::from_value(given).unwrap();
        connect("stripe".parse().unwrap(), settings, credentials).unwrap()
    };
    let cases = [
        // Ours, and the event's: live or not, and the connected account.
        (false, None, false, None, true),
        (false, None, true, None, false),
        (true, None, false, None, false),
        (true, Some("acct_1"), true, Some("acct_1"), true),
        (false, None, false, Some("acct_1"), false),
        (false, Some("acct_1"), false, Some("acct_2"), false),
        (false, Some("acct_1"), false, None, false),
    ];
    for case @ (live, account, of_mode, of_account, heard) in cases {
        let object = paid("page", "succeeded");
        let mut event = objects::event("evt_1", "payment_intent.succeeded", EVENING, &object);
        event["livemode"] = json!(of_mode);
        if let Some(account) = of_account {
            event["account"] = json!(account);
        }
        let hook = sign(event.to_string().as_bytes(), WEBHOOK[0], Timestamp::now().as_second());
        let notices = read(&connected(live, account), &hook);
        assert_eq!(!notices.is_empty(), heard, "{case:?}");
    }
}

#[test]
fn an_event_that_lacks_what_it_is_about_is_unreadable_and_not_quoted() {
    let stripe =
        connect("stripe".parse().unwrap(), settings("https://api.stripe.com"), credentials())
            .unwrap();
    for kind in EVENTS {
        let event = objects::event("evt_1", kind, EVENING, &json!({"name": "Ana Exemplo"}));
        let hook = sign(event.to_string().as_bytes(), WEBHOOK[0], Timestamp::now().as_second());
        let read =
            hook.with(|request| stripe.read(stripe.verify(request, Timestamp::now()).unwrap()));
        match read {
            // Without our metadata it is not ours.
            Ok(notices) => assert!(notices.is_empty() && kind == "setup_intent.succeeded"),
            Err(why) => {
                let why = why.to_string();
                assert!(why.starts_with(kind) && !why.contains("Ana"), "{why}");
            }
        }
    }
}

#[tokio::test]
async fn the_list_tells_what_webhooks_told_page_by_page_from_the_first() {
    let far = StripeSide::start().await;
    let mut events = Vec::new();
    {
        let mut books = far.server().books();
        for n in 0..250 {
            let (kind, object) = match n % 5 {
                0 => ("payment_intent.payment_failed", failed()),
                1 => ("refund.created", refund("pending")),
                2 => ("charge.dispute.closed", objects::dispute("dp_1", "pi_1", "general", "won")),
                3 => ("payment_method.updated", objects::card("pm_1", Some("cus_ana"))),
                _ => ("payment_intent.succeeded", paid("page", "succeeded")),
            };
            events.push(happened(&mut books, kind, ORDERED + n, &object));
            happened(&mut books, "customer.updated", ORDERED + n, &objects::customer("cus_ana"));
        }
    }
    let at = |seconds| Timestamp::from_second(seconds).unwrap();
    let listed = far.stripe.history(at(ORDERED), at(ORDERED + 600)).await.unwrap();
    let told: Vec<_> =
        events.iter().flat_map(|event| read(&far.stripe, &far.hook(event))).collect();
    assert_eq!(listed, told);
    assert_eq!(listed.len(), 250);
    let pages = far.server().requests();
    assert_eq!(pages.iter().filter(|request| request.starts_with("GET /v1/events?")).count(), 3);
    let some = far.stripe.history(at(ORDERED + 10), at(ORDERED + 12)).await.unwrap();
    assert_eq!(some, told[10..=12]);
}
