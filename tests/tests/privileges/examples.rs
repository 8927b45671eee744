//! Small programs, to show what the walk sees and what it owns not to know.

use super::{sources::Program, uses::Code};

/// What the functions lean on.
const KIT: &str = r"
    mod store;
    pub mod queue {
        use aws_sdk_sqs::Client;
        pub struct Queue { client: Client, url: String }
        impl Queue {
            pub fn new(client: Client, url: impl Into<String>) -> Self {
                Self { client, url: url.into() }
            }
            pub async fn send(&self, body: &str) -> Result<(), Error> {
                let request = self.client.send_message().queue_url(&self.url);
                request.message_body(body).send().await.map(drop).map_err(Error::from)
            }
        }
    }
    pub use queue::Queue;
    pub fn required(name: &'static str) -> Result<String, Error> {
        std::env::var(name).ok().ok_or(Error::Missing(name))
    }
    pub fn sqs() -> aws_sdk_sqs::Client { aws_sdk_sqs::Client::from_conf(config()) }
    pub fn dynamodb() -> aws_sdk_dynamodb::Client { aws_sdk_dynamodb::Client::new(&config()) }
";

/// The store of the kit.
const STORE: &str = r#"
    use aws_sdk_dynamodb::{Client, types::{ConditionCheck, Delete, Put, TransactWriteItem}};
    use std::{collections::HashMap, sync::Arc};
    pub(crate) const DUE: &str = "due";
    const PREFIX: &str = "A#";
    #[derive(Clone)]
    pub struct Store { client: Client, table: Arc<str> }
    pub struct Key { pk: String }
    impl Key {
        fn into_item(self) -> HashMap<String, AttributeValue> {
            HashMap::from([("PK".into(), AttributeValue::S(self.pk))])
        }
    }
    pub fn account(id: u64) -> Key { Key { pk: format!("{PREFIX}{id}") } }
    impl Store {
        pub fn new(client: Client, table: impl Into<Arc<str>>) -> Self {
            Self { client, table: table.into() }
        }
        pub async fn item(&self, key: Key) -> Result<Option<Item>, Error> {
            let got = self.client.get_item().table_name(&*self.table);
            Ok(got.set_key(Some(key.into_item())).send().await?.item)
        }
        pub async fn account(&self, id: u64) -> Result<Option<Item>, Error> {
            self.item(account(id)).await
        }
        pub async fn head(&self) -> Result<Option<Item>, Error> {
            self.item(Key { pk: "HEAD".into() }).await
        }
        pub async fn due(&self) -> Result<Vec<Item>, Error> {
            let page = self.query().index_name(DUE).send().await?;
            Ok(page.items)
        }
        fn query(&self) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
            self.client.query().table_name(&*self.table).key_condition_expression("PK = :pk")
        }
        pub async fn rows(&self, id: u64) -> Result<Vec<Item>, Error> {
            let query = self.query().expression_attribute_values(":pk", text(account(id).pk));
            Ok(query.send().await?.items)
        }
        pub async fn both(&self) -> Result<(), Error> {
            let put = Put::builder().table_name(&*self.table);
            let put = put.set_item(Some(account(1).into_item())).build()?;
            let check = ConditionCheck::builder().table_name(&*self.table).build()?;
            let parts = [
                TransactWriteItem::builder().put(put).build(),
                TransactWriteItem::builder().condition_check(check).build(),
            ];
            self.client.transact_write_items().set_transact_items(Some(parts.into())).send().await?;
            Ok(())
        }
        pub async fn one_by_one(&self) -> Result<(), Error> {
            let put = Put::builder().table_name(&*self.table);
            let put = put.set_item(Some(account(1).into_item())).build()?;
            let mut parts = vec![TransactWriteItem::builder().put(put).build()];
            let head = Key { pk: "HEAD".into() }.into_item();
            let gone = Delete::builder().table_name(&*self.table).set_key(Some(head)).build()?;
            parts.push(TransactWriteItem::builder().delete(gone).build());
            self.client.transact_write_items().set_transact_items(Some(parts)).send().await?;
            Ok(())
        }
    }
    fn text(value: impl Into<String>) -> AttributeValue { AttributeValue::S(value.into()) }
"#;

/// The code of a function with two queues and a store.
fn function(body: &str) -> Code {
    let kit =
        KIT.replace("mod store;", &format!("pub mod store {{ {STORE} }} pub use store::Store;"));
    let main = r#"
        use demo::Demo;
        async fn main() -> Result<(), Error> {
            let store = kit::Store::new(kit::dynamodb(), kit::required("TABLE")?);
            let queue = |name| kit::required(name).map(|url| kit::Queue::new(kit::sqs(), url));
            let (first, second) = (queue("FIRST")?, queue("SECOND")?);
            let demo = std::sync::Arc::new(Demo { store: store.clone(), first, second });
            service_fn(move |event| {
                let demo = demo.clone();
                async move { demo.handle(event).await }
            })
        }
    "#;
    let library = format!(
        "use kit::{{Queue, Store}};
        pub struct Demo {{ pub store: Store, pub first: Queue, pub second: Queue }}
        impl Demo {{ pub async fn handle(&self, event: Value) -> Result<(), Error> {{ {body} }} }}"
    );
    // What a body brings along stands behind this mark.
    let (library, more) = match library.split_once("// beside") {
        Some((before, beside)) => {
            let (beside, end) = beside.split_once("// end").expect("an end");
            (format!("{before}{end}"), beside.to_owned())
        }
        None => (library, String::new()),
    };
    let library = format!("{library}\n{more}");
    let program = Program::of_texts(&[("kit", &kit), ("demo", &library), ("demo.main", main)]);
    Code::of(&program, "demo")
}

/// Action, variables, and the partition or index of each use.
fn seen(body: &str) -> Vec<String> {
    let code = function(body);
    assert_eq!(code.doubts, Vec::<String>::new(), "{body}");
    let say = |used: &super::uses::Use| {
        let variables: Vec<_> = used.variables.iter().map(String::as_str).collect();
        let mut where_: Vec<_> = used.indexes.iter().cloned().collect();
        if used.action.starts_with("dynamodb:") && where_.is_empty() {
            where_.extend(used.values_of("PK"));
        }
        let parts = [used.action.to_owned(), variables.join("+"), where_.join("+")];
        parts.join(" ").trim_end().to_owned()
    };
    code.uses.iter().map(say).collect()
}

#[test]
fn a_request_is_known_by_what_it_is_to_and_for() {
    for (body, want) in [
        ("", &[] as &[&str]),
        ("self.first.send(\"x\").await", &["sqs:SendMessage FIRST"]),
        ("self.store.account(1).await", &["dynamodb:GetItem TABLE A#*"]),
        ("self.store.head().await", &["dynamodb:GetItem TABLE HEAD"]),
        ("self.store.due().await", &["dynamodb:Query TABLE due"]),
        ("self.store.rows(1).await", &["dynamodb:Query TABLE A#*"]),
        (
            "self.store.both().await",
            &["dynamodb:ConditionCheckItem TABLE *", "dynamodb:PutItem TABLE A#*"],
        ),
        (
            "self.store.one_by_one().await",
            &["dynamodb:DeleteItem TABLE HEAD", "dynamodb:PutItem TABLE A#*"],
        ),
    ] {
        assert_eq!(seen(body), want, "{body}");
    }
}

#[test]
fn calls_are_found_wherever_they_stand() {
    for body in [
        "if late { return Ok(()) } else { self.first.send(\"x\").await }",
        "match event { Some(x) if self.first.send(x).await.is_ok() => {} _ => {} }",
        "let Some(x) = event else { return self.first.send(\"x\").await }; Ok(())",
        "for x in event { while self.first.send(x).await.is_err() {} } Ok(())",
        "event.iter().map(|x| self.first.send(x)).collect()",
        "let send = |x| self.first.send(x); batch(event, send).await",
        "let (_, queue) = (1, &self.first); queue.send(\"x\").await",
        "let Self { first, .. } = self; first.send(\"x\").await",
        "tokio::join!(self.first.send(\"x\"), self.store_nothing())",
        "assert!(self.first.send(\"x\").await.is_ok()); Ok(())",
        "let mut held = Vec::new(); held.push(&self.first); held[0].send(\"x\").await",
        "loop { break self.first.send(\"x\").await }",
        "Later(&self.first).now().await // beside
            struct Later<'a>(&'a Queue);
            impl Later<'_> { async fn now(&self) { self.0.send(\"x\").await } } // end",
        "tell(self).await // beside
            trait Tell { fn it(&self); fn twice(&self) { self.it(); self.it(); } }
            impl Tell for Demo { fn it(&self) { self.first.send(\"x\") } }
            async fn tell(who: &impl Tell) { who.twice() } // end",
    ] {
        assert_eq!(seen(body), ["sqs:SendMessage FIRST"], "{body}");
    }
}

#[test]
fn a_name_alone_is_no_use() {
    for body in [
        "let (one, other) = mpsc::channel(1); one.send(1)",
        "let count: u64 = 1; count.head(); count.send(1)",
        "let x = send(self); Ok(()) // beside fn send(x: &Demo) {} // end",
        "Head { account: 1 }.head() // beside
            struct Head { account: u64 } impl Head { fn head(&self) {} } // end",
    ] {
        assert_eq!(seen(body), Vec::<String>::new(), "{body}");
    }
    // What only tests do is not done.
    let tested =
        "Ok(()) // beside #[cfg(test)] mod tests { fn f(d: &Demo) { d.first.send(1) } } // end";
    assert_eq!(seen(tested), Vec::<String>::new());
}

#[test]
fn what_cannot_be_told_is_a_doubt() {
    for (body, want) in [
        ("kit::sqs().purge_queue().send().await", "`sqs.purge_queue` is new here"),
        ("kit::sqs().send_message().queue_url(1); Ok(())", "nobody is seen to send it"),
        ("HELD.with(|held| held.send(\"x\"))", "cannot tell whose `send`"),
        ("kit::required(event.name())", "cannot tell which variable it reads"),
        ("kit::dynamodb().transact_write_items().send().await", "cannot tell the parts"),
        ("strange!(do: it)", "cannot look into `strange!`"),
        (
            "Ok(()) // beside
                pub async fn never() { kit::sqs().delete_message().send().await } // end",
            "demo::never: asks a service",
        ),
    ] {
        let doubts = function(body).doubts.join("\n");
        assert!(doubts.contains(want), "{body}: {doubts}");
    }
}
