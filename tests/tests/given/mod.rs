//! What the tests of the store and of the samples begin with: an ISP with two accounts whose next
//! cycle is on 2026-11-10, and a look at items as they lie in the table.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use mensal::{
    importing::import,
    stack::{Options, TABLE},
};
use mensal_domain::{account::Account, catalog::Catalog, ids::AccountId};
use mensal_importer::{Dataset, NewAccount, generate::Generator};
use mensal_runtime::{clients::Clients, requests::Requests};
use mensal_tests::{Home, date};
use serde_json::json;

pub(crate) type Item = HashMap<String, AttributeValue>;

pub(crate) fn id(text: &str) -> AccountId {
    text.parse().unwrap()
}

/// An account with one plan, whose next cycle is on 2026-11-10.
pub(crate) fn account(id: &str) -> Account {
    serde_json::from_value(json!({
        "id": id, "ver": 0, "type": "residencial", "locale": "pt-BR", "cur": "BRL",
        "mail": "ana@customer.example", "tel": "+5545999990000",
        "cust": { "name": "Ana Exemplo", "addr": ["Rua das Flores 10", "01001-000 São Paulo SP"] },
        "days": [{ "date": "2020-01-01", "day": 10 }], "next": "2026-11-10",
        "bal": "0.00 BRL", "last": "0.00 BRL", "cred": "0.00 BRL",
        "subs": [{ "id": "1", "plan": "fibra-500", "start": "2026-01-10", "bill_from": "2026-11-10" }],
    }))
    .unwrap()
}

pub(crate) fn catalog() -> Catalog {
    Generator { seed: 1, accounts: 0, start: date("2026-11-01"), gateway: None }.catalog()
}

/// A stack with accounts 1042 and 1043.
pub(crate) async fn home() -> Home {
    let home = Home::new(Options::default()).await.unwrap();
    let new = |id| NewAccount { account: account(id), opening: None };
    let accounts = vec![new("1042"), new("1043")];
    let data = Dataset { catalog: catalog(), accounts, usage: [].into() };
    import(home.stack.store(), &data, date("2026-11-01"), true).await.unwrap();
    home
}

/// The table, past the store.
pub(crate) fn dynamodb(home: &Home) -> Client {
    Clients::local(&home.stack.endpoints().dynamodb, Requests::default()).dynamodb()
}

/// An item as it lies in the table.
pub(crate) async fn raw(home: &Home, pk: &str, sk: &str) -> Option<Item> {
    raw_in(home, TABLE, pk, sk).await
}

/// An item as it lies in a table of the stack's database.
pub(crate) async fn raw_in(home: &Home, table: &str, pk: &str, sk: &str) -> Option<Item> {
    let text = |text: &str| AttributeValue::S(text.into());
    let get = dynamodb(home).get_item().table_name(table).consistent_read(true);
    get.key("PK", text(pk)).key("SK", text(sk)).send().await.unwrap().item
}
