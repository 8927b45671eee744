//! What gateways are asked for: always the same, of account 1042.

use std::sync::LazyLock;

use jiff::{Timestamp, civil::Date};
use mensal_domain::{
    account::{Address, Customer},
    charge::{ChargeKey, LateTerms, Payer, Terms},
    locale::Locale,
    method::{MethodState, PaymentMethod},
    money::Money,
    payment::Notice,
    rail::Rail,
    reference::Reference,
};
use mensal_rails::gateway::{
    Collected, Collection, Enrollment, Fault, Gateway, Order, RefundOrder, Registered, Standing,
};

/// What a gateway calls a charge, a payment and a method by, so that it is an id of each.
const NAMED: &str = "E1234567820261119013000000000001";

static FROM: LazyLock<Timestamp> = LazyLock::new(|| parsed("2026-11-10T12:00:00Z"));
static TO: LazyLock<Timestamp> = LazyLock::new(|| parsed("2026-11-20T12:00:00Z"));

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a constant that can be read")
}

/// What was answered.
pub(super) enum Asked {
    Registered(Registered),
    Standing(Box<Standing>),
    Collected(Collected),
    Told(Vec<Notice>),
    /// Nothing that is looked at.
    Nothing,
}

/// What a gateway of a kind is asked for on a rail.
pub(super) struct Given {
    key: ChargeKey,
    amount: Money,
    named: Reference,
    today: Date,
    due: Date,
}

impl Given {
    pub(super) fn of(kind: &str, rail: Rail) -> Self {
        let amount = if kind == "stripe" { "109.90 USD" } else { "109.90 BRL" };
        Self {
            // The second, so that there is one before it.
            key: parsed(&format!("1042/2026-11-10-cycle/{rail}/2")),
            amount: parsed(amount),
            named: parsed(NAMED),
            today: parsed("2026-11-18"),
            due: parsed("2026-11-21"),
        }
    }

    /// Asks; nothing if there is no such thing to ask for.
    pub(super) async fn ask(
        &self,
        gateway: &dyn Gateway,
        what: &str,
    ) -> Option<Result<Asked, Fault>> {
        let (key, named) = (&self.key, Some(&self.named));
        let order = || self.order(self.due);
        let standing = |standing| Asked::Standing(Box::new(standing));
        Some(match what {
            "register" => gateway.register(&order()).await.map(Asked::Registered),
            "register-late" => {
                gateway.register(&self.order(parsed("2026-11-10"))).await.map(Asked::Registered)
            }
            "amend" => gateway.amend(&order(), named).await.map(Asked::Registered),
            "cancel" => gateway.cancel(key, named).await.map(standing),
            "cancel-unnamed" => gateway.cancel(key, None).await.map(standing),
            "fetch" => gateway.fetch(key, named).await.map(standing),
            "find" => gateway.fetch(key, None).await.map(standing),
            "collect" => gateway.collect(&self.collection()).await.map(Asked::Collected),
            "refund" => gateway.refund(&self.refund()).await.map(|_| Asked::Nothing),
            "enroll" => gateway.enroll(&self.enrollment()).await.map(|_| Asked::Nothing),
            "revoke" => gateway.revoke(&self.method()).await.map(|()| Asked::Nothing),
            "describe" => gateway.describe(&self.named).await.map(|_| Asked::Nothing),
            "history" => gateway.history(*FROM, *TO).await.map(Asked::Told),
            _ => return None,
        })
    }

    fn order(&self, due: Date) -> Order {
        let percent = |text| parsed(text);
        let late = LateTerms { fine_percent: percent("2"), interest_percent: percent("1") };
        Order {
            key: self.key.clone(),
            terms: Terms { amount: self.amount, due, payable_days: 30, late },
            payer: payer(),
            today: self.today,
        }
    }

    fn method(&self) -> PaymentMethod {
        PaymentMethod {
            id: parsed("m1"),
            rail: self.key.rail,
            gateway: parsed("banco"),
            state: MethodState::Active,
            token: Some(self.named.clone()),
            label: String::new(),
            expires: None,
            limit: None,
            instalments: 1,
            since: self.today,
            warned: false,
        }
    }

    fn collection(&self) -> Collection {
        Collection {
            key: self.key.clone(),
            method: self.method(),
            amount: self.amount,
            due: self.due,
            today: self.today,
            payer: payer(),
        }
    }

    fn refund(&self) -> RefundOrder {
        RefundOrder {
            money: self.named.clone(),
            rail: self.key.rail,
            account: parsed("1042"),
            key: parsed("r1"),
            amount: self.amount,
        }
    }

    fn enrollment(&self) -> Enrollment {
        Enrollment {
            account: parsed("1042"),
            method: parsed("m1"),
            rail: self.key.rail,
            payer: payer(),
            locale: Locale::PtBr,
            return_to: "https://conta.provedor.example/metodos".into(),
            starts_on: self.due,
            limit: None,
        }
    }
}

fn payer() -> Payer {
    let lines = ["Rua das Flores, 10", "Centro", "São Paulo SP", "CEP 01001-000"];
    Payer {
        customer: Customer {
            name: "Ana Exemplo".into(),
            tax_id: "CPF 529.982.247-25".into(),
            address: Address { lines: lines.map(str::to_owned).to_vec() },
        },
        email: "ana@correio.example".into(),
        region: Some(parsed("SP")),
        invoice_number: "1042-261110".into(),
    }
}
