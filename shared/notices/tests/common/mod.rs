//! What the tests of notices share.

#![allow(dead_code)] // each test uses some of it

use mensal_domain::{
    account::Address,
    delinquency::When,
    stationery::{Color, Seller},
};

pub(crate) fn seller() -> Seller {
    Seller {
        name: "Lumaré Internet Ltda.".into(),
        tax_id: "CNPJ 00.482.117/0001-00".into(),
        address: Address {
            lines: vec!["Avenida das Figueiras, 1450".into(), "Foz do Iguaçu PR".into()],
        },
        contact: "0800 000 4827 · atende@lumare.example".into(),
        remit_to: None,
        logo: vec![],
        color: Color { rgb: [0x0b, 0x5c, 0x6b] },
    }
}

/// One that has given its name only.
pub(crate) fn bare_seller() -> Seller {
    Seller {
        tax_id: String::new(),
        address: Address::default(),
        contact: String::new(),
        ..seller()
    }
}

/// When the texts that Mensal brings are sent.
pub(crate) fn times(code: &str) -> &'static [When] {
    match code {
        "invoice" => &[When::Issued],
        "due-soon" => &[When::Days(-5), When::Days(-1)],
        "due-today" => &[When::Days(0)],
        "overdue" => &[When::Days(1), When::Days(14)],
        "suspension-notice" => &[When::Days(5), When::Days(31)],
        "throttled" => &[When::Throttled],
        "suspended" => &[When::Suspended],
        "restored" => &[When::Restored],
        "disconnected" => &[When::Disconnected],
        other => panic!("when is {other} sent?"),
    }
}
