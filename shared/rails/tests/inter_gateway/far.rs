//! The gateway under test, connected with the other end of its wire.

use async_trait::async_trait;
use jiff::Timestamp;
use mensal_domain::{
    charge::ChargeKey,
    method::PaymentMethod,
    money::Money,
    payment::{Advice, Fact, Receipt},
    rail::Rail,
    reference::Reference,
};
use mensal_rails::gateway::{
    Gateway,
    inter::{Credentials, Inter, Settings, connect, own_number},
};
use serde_json::{Value, json};

use crate::{
    contract::{Books, FarSide, Hook, Server, date},
    wire::{self, ACCOUNT, BancoInter, CLIENT, SECRET, boleto, origin},
};

pub const TOKEN: &str = "tok3n-of-webhooks";
pub const OLD_TOKEN: &str = "tok3n-before";

/// The gateway and its far side.
pub struct Far {
    pub gateway: Inter,
    pub server: Server,
}

pub fn credentials() -> Credentials {
    serde_json::from_value(json!({
        "client_id": CLIENT, "client_secret": SECRET, "webhook_secrets": [OLD_TOKEN, TOKEN],
    }))
    .unwrap()
}

pub fn settings(host: &str) -> Settings {
    serde_json::from_value(json!({ "host": host, "account": ACCOUNT, "pause_ms": 0 })).unwrap()
}

pub async fn far() -> Far {
    let server = Server::start(BancoInter).await;
    let gateway = connect("banco".parse().unwrap(), settings(&server.address), credentials());
    Far { gateway: gateway.unwrap(), server }
}

impl Far {
    /// Writes into the books' other notes.
    pub fn note(&self, name: &str, value: impl Into<Value>) {
        self.server.books().other.insert(name.to_owned(), value.into());
    }

    /// What the far side calls a charge by.
    pub fn reference(&self, key: &ChargeKey) -> String {
        self.server.books().by_own(&own_number(key)).unwrap().reference.clone()
    }

    /// So many requests began so.
    pub fn count(&self, request: &str) -> usize {
        self.server.requests().iter().filter(|one| one.starts_with(request)).count()
    }

    /// The webhook of a charge that was paid at a moment.
    pub fn paid_at(&self, key: &ChargeKey, amount: Money, at: &str) -> Hook {
        let reference = self.reference(key);
        let mut books = self.server.books();
        books.pay(&reference, &reference, amount, date(&at[..10]));
        let told = told(&books, &reference, "RECEBIDO", at, Some(amount));
        self.signed(json!([told]).to_string().as_bytes())
    }

    /// The receipts of a webhook, which says nothing else.
    pub fn receipts(&self, hook: &Hook) -> Vec<Receipt> {
        let notices = hook.with(|request| {
            let verified = self.gateway.verify(request, Timestamp::now()).unwrap();
            self.gateway.read(verified).unwrap()
        });
        let receipts = notices.into_iter().map(|notice| match notice.fact {
            Fact::Received(receipt) => receipt,
            other => panic!("{other:?}"),
        });
        receipts.collect()
    }
}

/// One charge of a webhook.
pub fn told(
    books: &Books,
    reference: &str,
    situation: &str,
    at: &str,
    paid: Option<Money>,
) -> Value {
    let entry = &books.charges[reference];
    let boleto = boleto(entry);
    let mut told = json!({
        "codigoSolicitacao": reference,
        "seuNumero": entry.own,
        "situacao": situation,
        "dataHoraSituacao": at,
        "nossoNumero": &boleto.free_field().as_str()[14..],
        "codigoBarras": boleto.barcode().as_str(),
        "linhaDigitavel": boleto.typeable_line().as_str(),
        "txid": wire::txid(entry),
        "pixCopiaECola": wire::pix(entry),
    });
    if let Some(paid) = paid {
        told["valorTotalRecebido"] = paid.amount().to_string().into();
        told["origemRecebimento"] = origin(books).into();
    }
    told
}

#[async_trait]
impl FarSide for Far {
    fn gateway(&self) -> &dyn Gateway {
        &self.gateway
    }
    fn server(&self) -> &Server {
        &self.server
    }
    fn offered(&self) -> Vec<Rail> {
        vec![Rail::Boleto]
    }
    fn currency(&self) -> &'static str {
        "BRL"
    }
    fn pay(&self, key: &ChargeKey, amount: Money, on: &str) -> Vec<Hook> {
        vec![self.paid_at(key, amount, &format!("{on}T15:04:05.678Z"))]
    }
    fn refunded(&self, _: &Reference) -> Vec<Hook> {
        vec![]
    }
    fn method(&self, _: Rail) -> Option<PaymentMethod> {
        None
    }
    fn declined(&self) -> Vec<(PaymentMethod, Advice)> {
        vec![]
    }
    fn irrelevant(&self) -> Hook {
        self.signed(br#"[{"codigoSolicitacao":"183e982a","situacao":"EXPIRADO"}]"#)
    }
    fn signed(&self, body: &[u8]) -> Hook {
        let query = format!("token={TOKEN}");
        Hook { headers: vec![], query, tail: String::new(), body: body.to_vec() }
    }
    fn of_another_tenant(&self, hook: &Hook) -> Hook {
        Hook { query: "token=tok3n-of-another".into(), ..hook.clone() }
    }
    fn secrets(&self) -> Vec<String> {
        [CLIENT, SECRET, TOKEN, OLD_TOKEN, "token-1"].map(str::to_owned).to_vec()
    }
}
