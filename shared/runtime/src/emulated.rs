//! What an emulator of `DynamoDB` is spared.

use std::collections::BTreeMap;

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{
            Intercept, context::BeforeTransmitInterceptorContextMut, dyn_dispatch_hint,
        },
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::{body::SdkBody, config_bag::ConfigBag};
use serde_json::value::RawValue;

/// Takes the token off each transaction by which `DynamoDB` knows one that is sent again.
///
/// An emulator remembers those of ten minutes, and looks through all of them at each transaction: the
/// more there are, the longer it takes. There is no network between us that loses an answer, and what
/// is sent again all the same is refused, for it is of a version that has passed.
#[derive(Debug)]
pub(crate) struct WithoutToken;

#[dyn_dispatch_hint]
impl Intercept for WithoutToken {
    fn name(&self) -> &'static str {
        "WithoutToken"
    }

    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().map(Metadata::name);
        if operation.is_none_or(|operation| operation != "TransactWriteItems") {
            return Ok(());
        }
        let request = context.request_mut();
        let Some(body) = request.body().bytes() else { return Ok(()) };
        let mut members: BTreeMap<&str, &RawValue> = serde_json::from_slice(body)?;
        members.remove("ClientRequestToken");
        let body = serde_json::to_vec(&members)?;
        request.headers_mut().insert("content-length", body.len().to_string());
        *request.body_mut() = SdkBody::from(body);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread,
    };

    use aws_sdk_dynamodb::types::{AttributeValue, Put, TransactWriteItem};

    use crate::{clients::Clients, requests::Requests};

    /// Answers one request with an empty object; what was asked.
    fn asked_of(listener: &TcpListener) -> String {
        let (mut socket, _) = listener.accept().unwrap();
        let (mut asked, mut piece) = (Vec::new(), [0; 4096]);
        while !asked.ends_with(b"}") {
            let read = socket.read(&mut piece).unwrap();
            assert!(read > 0, "the request breaks off: {}", String::from_utf8_lossy(&asked));
            asked.extend_from_slice(&piece[..read]);
        }
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
        socket.write_all(answer.as_bytes()).unwrap();
        String::from_utf8(asked).unwrap()
    }

    #[test]
    fn an_emulator_is_told_no_token_and_the_service_is() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        for (emulated, tokens) in [(true, 0), (false, 1)] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let endpoint = format!("http://{}", listener.local_addr().unwrap());
            let server = thread::spawn(move || asked_of(&listener));
            let clients = Clients::local(&endpoint, Requests::default());
            let client = if emulated { clients.emulated_dynamodb() } else { clients.dynamodb() };
            let put = Put::builder().table_name("t").item("PK", AttributeValue::S("a".into()));
            let put = TransactWriteItem::builder().put(put.build().unwrap()).build();
            runtime.block_on(client.transact_write_items().transact_items(put).send()).unwrap();
            let asked = server.join().unwrap();
            assert_eq!(asked.matches("ClientRequestToken").count(), tokens, "{asked}");
            assert!(asked.contains(r#""TransactItems":[{"Put":"#), "{asked}");
        }
    }
}
