//! What the suite begins with.

use jiff::civil::Date;
use mensal_domain::{
    account::{Address, Customer},
    charge::{ChargeKey, LateTerms, Payer, Terms},
    money::Money,
    rail::Rail,
};
use mensal_rails::gateway::Order;

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn money(amount: &str, currency: &str) -> Money {
    format!("{amount} {currency}").parse().unwrap()
}

/// A charge of the invoice of account 1042.
pub fn key(rail: Rail, serial: u8) -> ChargeKey {
    format!("1042/2026-11-10-cycle/{rail}/{serial}").parse().unwrap()
}

pub fn payer() -> Payer {
    let lines = ["Rua das Flores, 10", "Centro", "São Paulo SP", "CEP 01001-000"];
    Payer {
        customer: Customer {
            name: "Ana Exemplo".into(),
            tax_id: "CPF 529.982.247-25".into(),
            address: Address { lines: lines.map(str::to_owned).to_vec() },
        },
        email: "ana@correio.example".into(),
        region: Some("SP".parse().unwrap()),
        invoice_number: "1042-261110".into(),
    }
}

/// 109.90, due on 2026-11-20, seen on 2026-11-10.
pub fn order(rail: Rail, serial: u8, currency: &str) -> Order {
    Order {
        key: key(rail, serial),
        terms: Terms {
            amount: money("109.90", currency),
            due: date("2026-11-20"),
            payable_days: 30,
            late: LateTerms {
                fine_percent: "2".parse().unwrap(),
                interest_percent: "1".parse().unwrap(),
            },
        },
        payer: payer(),
        today: date("2026-11-10"),
    }
}
