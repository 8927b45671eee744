//! Stripe's objects as its API reference shows them, whole, so that what is read is found among
//! all that is not.

use serde_json::{Value, json};

/// 2026-11-20, noon in London: when whatever is ordered in tests is ordered.
pub const ORDERED: i64 = 1_795_176_000;

/// A page for paying (`payment`) or for storing a method (`setup`).
pub fn session(id: &str, mode: &str) -> Value {
    json!({
        "id": id, "object": "checkout.session", "adaptive_pricing": {"enabled": false},
        "after_expiration": null, "allow_promotion_codes": null, "amount_subtotal": null,
        "amount_total": null,
        "automatic_tax": {"enabled": false, "liability": null, "status": null},
        "billing_address_collection": null, "cancel_url": null, "client_reference_id": null,
        "consent": null, "consent_collection": null, "created": ORDERED, "currency": null,
        "custom_fields": [], "custom_text": {"submit": null}, "customer": null,
        "customer_creation": null, "customer_details": null, "customer_email": null,
        "discounts": null, "expires_at": ORDERED + 86_400, "invoice": null, "livemode": false,
        "locale": null, "metadata": {}, "mode": mode, "payment_intent": null,
        "payment_link": null, "payment_method_collection": "if_required",
        "payment_method_options": {}, "payment_method_types": ["card"],
        "payment_status": if mode == "setup" { "no_payment_required" } else { "unpaid" },
        "phone_number_collection": {"enabled": false}, "recovered_from": null,
        "setup_intent": null, "shipping_address_collection": null, "status": "open",
        "submit_type": null, "subscription": null, "success_url": null, "total_details": null,
        "ui_mode": "hosted_page",
        "url": format!("https://pay.stripe.example/c/pay/{id}#fidkdWxOYHwnPyd1blpxYHZxWjA0"),
    })
}

/// A link that opens pages on which so much is paid.
pub fn link(id: &str, units: i64, currency: &str, metadata: &Value) -> Value {
    let item = json!({
        "id": "li_1MoC3ULkdIwHu7ix", "object": "item", "amount_discount": 0,
        "amount_subtotal": units, "amount_tax": 0, "amount_total": units, "currency": currency,
        "description": "A-1042-261110", "price": {"id": "price_1", "object": "price"},
        "quantity": 1,
    });
    json!({
        "id": id, "object": "payment_link", "active": true,
        "after_completion": {"redirect": {"url": "https://provider.example"}, "type": "redirect"},
        "allow_promotion_codes": false, "application_fee_amount": null,
        "automatic_tax": {"enabled": false, "liability": null},
        "billing_address_collection": "auto", "consent_collection": null, "currency": currency,
        "custom_fields": [], "custom_text": {"submit": null}, "customer_creation": "if_required",
        "inactive_message": null, "livemode": false, "metadata": metadata, "on_behalf_of": null,
        "line_items": list("/v1/payment_links/line_items", &[item], false),
        "payment_intent_data": null, "payment_method_collection": "always",
        "payment_method_types": ["card"], "phone_number_collection": {"enabled": false},
        "restrictions": {"completed_sessions": {"count": 0, "limit": 1}},
        "shipping_address_collection": null, "submit_type": "auto", "subscription_data": null,
        "tax_id_collection": {"enabled": false, "required": "never"}, "transfer_data": null,
        "url": format!("https://buy.stripe.example/{id}"),
    })
}

/// A payment of a customer's.
pub fn intent(id: &str, units: i64, currency: &str, status: &str, metadata: &Value) -> Value {
    let received = if status == "succeeded" { units } else { 0 };
    json!({
        "id": id, "object": "payment_intent", "amount": units, "amount_capturable": 0,
        "amount_details": {"tip": {}}, "amount_received": received, "application": null,
        "application_fee_amount": null, "automatic_payment_methods": null, "canceled_at": null,
        "cancellation_reason": null, "capture_method": "automatic_async",
        "client_secret": format!("{id}_secret_YrKJUKribcBjcG8HVhfZluoGH"),
        "confirmation_method": "automatic", "created": ORDERED, "currency": currency,
        "customer": null, "description": null, "last_payment_error": null,
        "latest_charge": format!("ch_of_{id}"), "livemode": false, "metadata": metadata,
        "next_action": null, "on_behalf_of": null, "payment_method": "pm_card_visa",
        "payment_method_options": {"card": {"installments": null, "network": null}},
        "payment_method_types": ["card"], "processing": null, "receipt_email": null,
        "review": null, "setup_future_usage": null, "shipping": null, "source": null,
        "statement_descriptor": null, "status": status, "transfer_data": null,
        "transfer_group": null,
    })
}

/// Money given back.
pub fn refund(id: &str, intent: &str, units: i64, currency: &str, status: &str) -> Value {
    json!({
        "id": id, "object": "refund", "amount": units, "balance_transaction": "txn_1Nispe",
        "charge": format!("ch_of_{intent}"), "created": ORDERED, "currency": currency,
        "destination_details": {
            "card": {"reference_status": "pending", "type": "refund"}, "type": "card",
        },
        "metadata": {}, "payment_intent": intent, "reason": null, "receipt_number": null,
        "source_transfer_reversal": null, "status": status, "transfer_reversal": null,
    })
}

/// A dispute of a payment of 109.90.
pub fn dispute(id: &str, intent: &str, reason: &str, status: &str) -> Value {
    json!({
        "id": id, "object": "dispute", "amount": 10_990, "balance_transactions": [],
        "charge": format!("ch_of_{intent}"), "created": ORDERED, "currency": "usd",
        "enhanced_eligibility_types": [], "evidence": {"customer_name": null, "receipt": null},
        "evidence_details": {"due_by": ORDERED + 600_000, "has_evidence": false, "past_due": false,
            "submission_count": 0},
        "is_charge_refundable": false, "livemode": false, "metadata": {},
        "payment_intent": intent, "reason": reason, "status": status,
    })
}

/// A card of a customer's.
pub fn card(id: &str, customer: Option<&str>) -> Value {
    json!({
        "id": id, "object": "payment_method", "allow_redisplay": "limited",
        "billing_details": {"address": {"city": "Austin", "country": "US", "line1": null,
            "line2": null, "postal_code": "78701", "state": "TX"},
            "email": "ana@correio.example", "name": "Ana Exemplo", "phone": null, "tax_id": null},
        "card": {"brand": "visa", "checks": {"address_line1_check": null,
            "address_postal_code_check": "pass", "cvc_check": "pass"}, "country": "US",
            "display_brand": "visa", "exp_month": 8, "exp_year": 2029,
            "fingerprint": "mToisGZ01V71BCos", "funding": "credit", "generated_from": null,
            "last4": "4242", "networks": {"available": ["visa"], "preferred": null},
            "regulated_status": "unregulated", "three_d_secure_usage": {"supported": true},
            "wallet": null},
        "created": ORDERED, "customer": customer, "livemode": false, "metadata": {}, "type": "card",
    })
}

/// A bank account of a customer's.
pub fn bank_account(id: &str, customer: Option<&str>) -> Value {
    json!({
        "id": id, "object": "payment_method",
        "billing_details": {"address": null, "email": "ana@correio.example",
            "name": "Ana Exemplo", "phone": null},
        "created": ORDERED, "customer": customer, "livemode": false, "metadata": {},
        "type": "us_bank_account",
        "us_bank_account": {"account_holder_type": "individual", "account_type": "checking",
            "bank_name": "Test Bank", "financial_connections_account": null,
            "fingerprint": "LstWJFsCK7P349Bg", "last4": "6789",
            "networks": {"preferred": "ach", "supported": ["ach"]}, "routing_number": "110000000",
            "status_details": {}},
    })
}

/// A payer's permission, given for a method.
pub fn setup_intent(method: &str, metadata: &Value) -> Value {
    json!({
        "id": "seti_1Mm8s8LkdIwHu7ix", "object": "setup_intent", "application": null,
        "automatic_payment_methods": null, "cancellation_reason": null,
        "client_secret": "seti_1Mm8s8LkdIwHu7ix_secret_NXDICjPrCy", "created": ORDERED,
        "customer": "cus_ana", "description": null, "flow_directions": null,
        "last_setup_error": null, "latest_attempt": "setatt_1Mm8", "livemode": false,
        "mandate": null, "metadata": metadata, "next_action": null, "on_behalf_of": null,
        "payment_method": method, "payment_method_options": {}, "payment_method_types": ["card"],
        "single_use_mandate": null, "status": "succeeded", "usage": "off_session",
    })
}

/// A bank's permission.
pub fn mandate(method: &str, status: &str) -> Value {
    json!({
        "id": "mandate_1MvojA2eZvKYlo2C", "object": "mandate",
        "customer_acceptance": {"accepted_at": ORDERED, "online": {"ip_address": "203.0.113.7",
            "user_agent": "device"}, "type": "online"},
        "livemode": false, "multi_use": {}, "payment_method": method,
        "payment_method_details": {"type": "us_bank_account",
            "us_bank_account": {"collection_method": null}},
        "status": status, "type": "multi_use",
    })
}

/// A customer.
pub fn customer(id: &str) -> Value {
    json!({
        "id": id, "object": "customer", "address": null, "balance": 0, "created": ORDERED,
        "currency": null, "default_source": null, "delinquent": false, "description": null,
        "discount": null, "email": null, "invoice_prefix": "0759376C", "livemode": false,
        "invoice_settings": {"custom_fields": null, "default_payment_method": null, "footer": null},
        "metadata": {}, "name": null, "next_invoice_sequence": 1, "phone": null,
        "preferred_locales": [], "shipping": null, "tax_exempt": "none", "test_clock": null,
    })
}

/// That something has happened to an object.
pub fn event(id: &str, kind: &str, created: i64, object: &Value) -> Value {
    json!({
        "id": id, "object": "event", "api_version": "2026-06-24.dahlia", "created": created,
        "data": {"object": object}, "livemode": false, "pending_webhooks": 1,
        "request": {"id": "req_8aB3", "idempotency_key": null}, "type": kind,
    })
}

/// A list, as far as it is shown.
pub fn list(url: &str, data: &[Value], has_more: bool) -> Value {
    json!({"object": "list", "data": data, "has_more": has_more, "url": url})
}
