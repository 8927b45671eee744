//! What each gateway may be asked for: the paths of its API as far as they are used. A star is an
//! id, of letters, digits, hyphens, underscores and escaped bytes; what ends with a question mark
//! may bear a query.

const ASAAS: [&str; 12] = [
    "GET /v3/payments?",
    "POST /v3/payments",
    "GET /v3/payments/*",
    "PUT /v3/payments/*",
    "DELETE /v3/payments/*",
    "POST /v3/payments/*/refund",
    "GET /v3/payments/*/identificationField",
    "GET /v3/payments/*/pixQrCode",
    "GET /v3/customers?",
    "POST /v3/customers",
    "PUT /v3/customers/*",
    "GET /v3/financialTransactions?",
];

const INTER: [&str; 5] = [
    "POST /oauth/v2/token",
    "GET /cobranca/v3/cobrancas?",
    "POST /cobranca/v3/cobrancas",
    "GET /cobranca/v3/cobrancas/*",
    "POST /cobranca/v3/cobrancas/*/cancelar",
];

const PIX: [&str; 20] = [
    "POST /oauth/token",
    "PUT /v2/cob/*",
    "GET /v2/cob/*",
    "PATCH /v2/cob/*",
    "PUT /v2/cobv/*",
    "GET /v2/cobv/*",
    "PATCH /v2/cobv/*",
    "PUT /v2/cobr/*",
    "GET /v2/cobr/*",
    "PATCH /v2/cobr/*",
    "POST /v2/cobr/*/retentativa/*",
    "GET /v2/cobr?",
    "POST /v2/locrec",
    "POST /v2/rec",
    "GET /v2/rec?",
    "GET /v2/rec/*",
    "PATCH /v2/rec/*",
    "GET /v2/pix?",
    "PUT /v2/pix/*/devolucao/*",
    "GET /v2/pix/*/devolucao/*",
];

const SANDBOX: [&str; 9] = [
    "PUT /charges/*",
    "GET /charges/*",
    "DELETE /charges/*",
    "PUT /collections/*",
    "DELETE /collections/*",
    "PUT /payments/*/refunds/*",
    "PUT /methods/*/*",
    "DELETE /methods/*",
    "GET /history?",
];

const STRIPE: [&str; 15] = [
    "POST /v1/checkout/sessions",
    "GET /v1/checkout/sessions?",
    "POST /v1/checkout/sessions/*/expire",
    "POST /v1/customers",
    "GET /v1/events?",
    "GET /v1/payment_intents?",
    "POST /v1/payment_intents",
    "POST /v1/payment_links",
    "GET /v1/payment_links/*?",
    "POST /v1/payment_links/*",
    "GET /v1/payment_methods/*",
    "POST /v1/payment_methods/*/detach",
    "POST /v1/prices",
    "GET /v1/refunds?",
    "POST /v1/refunds",
];

/// Besides, Stripe searches.
const SEARCHED: &str = "GET /v1/payment_intents/search?";

/// Whether a request, `GET /v3/payments/pay_1`, is one that a gateway of a kind is asked.
pub(super) fn are_of(kind: &str, request: &str) -> bool {
    let paths: &[&str] = match kind {
        "asaas" => &ASAAS,
        "inter" => &INTER,
        "pix" => &PIX,
        "sandbox" => &SANDBOX,
        "stripe" => &STRIPE,
        _ => &[],
    };
    paths.iter().any(|path| is_of(path, request)) || kind == "stripe" && is_of(SEARCHED, request)
}

fn is_of(path: &str, request: &str) -> bool {
    let (path, request) = match (path.strip_suffix('?'), request.split_once('?')) {
        (Some(path), Some((request, _))) => (path, request),
        (Some(path), None) => (path, request),
        (None, _) => (path, request),
    };
    let (parts, asked) = (path.split('/'), request.split('/'));
    parts.clone().count() == asked.clone().count()
        && parts.zip(asked).all(|(part, asked)| part == asked || part == "*" && is_id(asked))
}

fn is_id(part: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'%');
    !part.is_empty() && part.bytes().all(fits)
}
